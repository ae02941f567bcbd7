//! Where versions were verified, what checks of references found, and the instance's shared keys.

use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _};

use crate::datasets::files::{FilePath, ReferenceCheck, Replica};
use crate::db::schema::{instance_secrets, reference_checks, replicas};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{PageRequest, Result, Timestamp, VersionId};

pub(in crate::datasets) fn put_replica(
    conn: &mut Conn,
    version: &VersionId,
    replica: &Replica,
) -> Result<()> {
    diesel::delete(replicas::table.find((version, &replica.site, &replica.path))).execute(conn)?;
    diesel::insert_into(replicas::table)
        .values((
            replicas::version_id.eq(version),
            replicas::site.eq(&replica.site),
            replicas::path.eq(&replica.path),
            replicas::verified_by.eq(&replica.verified_by),
            replicas::verified_at.eq(replica.verified_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(in crate::datasets) fn list_replicas(
    conn: &mut Conn,
    version: &VersionId,
    page: &PageRequest,
    after: Option<(&str, &str)>,
) -> Result<Vec<Replica>> {
    use diesel::BoolExpressionMethods as _;
    let mut query = replicas::table
        .filter(replicas::version_id.eq(version))
        .select((replicas::site, replicas::path, replicas::verified_by, replicas::verified_at))
        .into_boxed();
    if let Some((site, path)) = after {
        let (site, path) = (site.to_owned(), path.to_owned());
        query = query
            .filter(replicas::site.gt(site.clone()).or(replicas::site.eq(site).and(replicas::path.gt(path))));
    }
    let rows: Vec<(String, String, String, Timestamp)> =
        query.order((replicas::site, replicas::path)).limit(page.rows()).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(site, path, verified_by, verified_at)| Replica { site, path, verified_by, verified_at })
        .collect())
}

pub(in crate::datasets) fn put_check(
    conn: &mut Conn,
    version: &VersionId,
    path: &FilePath,
    check: &ReferenceCheck,
) -> Result<()> {
    diesel::delete(reference_checks::table.find((version, path.as_str()))).execute(conn)?;
    diesel::insert_into(reference_checks::table)
        .values((
            reference_checks::version_id.eq(version),
            reference_checks::path.eq(path.as_str()),
            reference_checks::outcome.eq(check.outcome),
            reference_checks::detail.eq(&check.detail),
            reference_checks::checked_at.eq(check.checked_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The shared key of this name; the first caller's proposal is kept.
pub(in crate::datasets) fn instance_secret(conn: &mut Conn, name: &str, proposal: &[u8]) -> Result<Vec<u8>> {
    diesel::insert_into(instance_secrets::table)
        .values((instance_secrets::name.eq(name), instance_secrets::secret.eq(proposal)))
        .or_ignore()
        .execute(conn)?;
    Ok(instance_secrets::table.find(name).select(instance_secrets::secret).first(conn)?)
}

pub(in crate::datasets) fn known_instance_secret(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(instance_secrets::table.find(name).select(instance_secrets::secret).first(conn).optional()?)
}
