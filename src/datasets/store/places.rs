//! Where versions were verified, what checks of references found, and the instance's shared keys.

use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _};

use crate::datasets::files::{FilePath, ReferenceCheck, Replica};
use crate::db::schema::{instance_secrets, reference_checks, replicas};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{PageRequest, PersonId, ReplicaId, Result, Timestamp, VersionId};

/// Notes a copy, in place of an earlier note of the same place.
pub(in crate::datasets) fn put_replica(
    conn: &mut Conn,
    version: &VersionId,
    (site, path): (&str, &str),
    (verified_by, verified_at): (&PersonId, Timestamp),
) -> Result<ReplicaId> {
    let same = replicas::table
        .filter(replicas::version_id.eq(version))
        .filter(replicas::site.eq(site))
        .filter(replicas::path.eq(path));
    diesel::delete(same).execute(conn)?;
    let id = ReplicaId::generate();
    diesel::insert_into(replicas::table)
        .values((
            replicas::id.eq(&id),
            replicas::version_id.eq(version),
            replicas::site.eq(site),
            replicas::path.eq(path),
            replicas::verified_by.eq(verified_by),
            replicas::verified_at.eq(verified_at),
        ))
        .execute(conn)?;
    Ok(id)
}

pub(in crate::datasets) fn list_replicas(
    conn: &mut Conn,
    version: &VersionId,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<Replica>> {
    type Row = (ReplicaId, String, String, PersonId, Timestamp);
    let rows: Vec<Row> = replicas::table
        .filter(replicas::version_id.eq(version))
        .filter(replicas::id.gt(after.unwrap_or_default()))
        .order(replicas::id)
        .limit(page.rows())
        .select((replicas::id, replicas::site, replicas::path, replicas::verified_by, replicas::verified_at))
        .load(conn)?;
    let replica = |(id, site, path, verified_by, verified_at): Row| Replica {
        id,
        site,
        path: Some(path),
        verified_by: Some(verified_by),
        verified_at,
    };
    Ok(rows.into_iter().map(replica).collect())
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
