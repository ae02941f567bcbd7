//! Versions and their manifests.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable,
    SelectableHelper as _,
};

use super::state;
use super::visible::visible_to;
use crate::datasets::versions::{Version, VersionNumber, Withdrawal};
use crate::db::Conn;
use crate::db::schema::{datasets, files, manifests, reference_checks, replicas, versions};
use crate::kernel::{Ctx, DatasetId, Digest, PageRequest, Result, Scope, Slug, Timestamp, VersionId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
pub(super) struct VersionRow {
    id: VersionId,
    dataset_id: DatasetId,
    number: String,
    state: String,
    notes: Option<String>,
    manifest_digest: Option<Digest>,
    file_count: i64,
    total_bytes: i64,
    withdrawal_reason: Option<String>,
    successor: Option<String>,
    revision: i64,
    created_at: Timestamp,
    published_at: Option<Timestamp>,
    withdrawn_at: Option<Timestamp>,
}

impl VersionRow {
    pub(super) fn into_model(self) -> Result<Version> {
        let withdrawal = match self.withdrawal_reason {
            Some(reason) => {
                Some(Withdrawal { reason, successor: self.successor.map(|text| text.parse()).transpose()? })
            }
            None => None,
        };
        Ok(Version {
            id: self.id,
            dataset_id: self.dataset_id,
            dataset: String::new(),
            version: self.number.parse()?,
            state: state(&self.state)?,
            notes: self.notes,
            digest: self.manifest_digest,
            revision40: self.manifest_digest.map(|digest| digest.revision()),
            files: self.file_count,
            bytes: self.total_bytes,
            revision: self.revision,
            created_at: self.created_at,
            published_at: self.published_at,
            withdrawn_at: self.withdrawn_at,
            withdrawal,
            same_content: Vec::new(),
        })
    }
}

pub(in crate::datasets) fn version(
    conn: &mut Conn,
    dataset: &DatasetId,
    number: &VersionNumber,
) -> Result<Option<Version>> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::dataset_id.eq(dataset))
        .filter(versions::number.eq(number.to_string()))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(VersionRow::into_model).transpose()
}

pub(in crate::datasets) fn version_by_id(conn: &mut Conn, id: &VersionId) -> Result<Option<Version>> {
    let row: Option<VersionRow> =
        versions::table.find(id).select(VersionRow::as_select()).first(conn).optional()?;
    row.map(VersionRow::into_model).transpose()
}

/// The version past the draft that was published first of those with this digest.
pub(in crate::datasets) fn first_with_digest(
    conn: &mut Conn,
    dataset: &DatasetId,
    digest: &Digest,
) -> Result<Option<Version>> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::dataset_id.eq(dataset))
        .filter(versions::state.ne("draft"))
        .filter(versions::manifest_digest.eq(digest))
        .order((versions::published_at, versions::id))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(VersionRow::into_model).transpose()
}

/// The version past the draft that was published last of those whose digest lies between these two; a withdrawn one only
/// where none stands.
pub(in crate::datasets) fn newest_with_digest(
    conn: &mut Conn,
    dataset: &DatasetId,
    (first, last): (Digest, Digest),
) -> Result<Option<Version>> {
    let row: Option<VersionRow> = versions::table
        .filter(versions::dataset_id.eq(dataset))
        .filter(versions::state.ne("draft"))
        .filter(versions::manifest_digest.ge(first))
        .filter(versions::manifest_digest.le(last))
        // "published" comes before "withdrawn".
        .order((versions::state, versions::published_at.desc(), versions::id.desc()))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?;
    row.map(VersionRow::into_model).transpose()
}

/// Versions of a dataset, newest id first; only those past the draft unless drafts are wanted too.
pub(in crate::datasets) fn list_versions(
    conn: &mut Conn,
    dataset: &DatasetId,
    drafts: bool,
    page: &PageRequest,
    before: Option<&str>,
) -> Result<Vec<Version>> {
    let mut query =
        versions::table.filter(versions::dataset_id.eq(dataset)).select(VersionRow::as_select()).into_boxed();
    if !drafts {
        query = query.filter(versions::state.ne("draft"));
    }
    if let Some(before) = before {
        query = query.filter(versions::id.lt(before.to_owned()));
    }
    let rows = query.order(versions::id.desc()).limit(page.rows()).load(conn)?;
    rows.into_iter().map(VersionRow::into_model).collect()
}

/// Numbers of the published versions.
pub(in crate::datasets) fn published_numbers(
    conn: &mut Conn,
    dataset: &DatasetId,
) -> Result<Vec<VersionNumber>> {
    let texts: Vec<String> = versions::table
        .filter(versions::dataset_id.eq(dataset))
        .filter(versions::state.eq("published"))
        .select(versions::number)
        .load(conn)?;
    texts.iter().map(|text| text.parse()).collect()
}

/// Ids of the versions that were ever published.
pub(in crate::datasets) fn published_ids(conn: &mut Conn, dataset: &DatasetId) -> Result<Vec<String>> {
    Ok(versions::table
        .filter(versions::dataset_id.eq(dataset))
        .filter(versions::state.ne("draft"))
        .select(versions::id)
        .load(conn)?)
}

pub(in crate::datasets) fn insert_version(
    conn: &mut Conn,
    dataset: &DatasetId,
    version: &Version,
    created_by: &str,
) -> Result<()> {
    diesel::insert_into(versions::table)
        .values((
            versions::id.eq(&version.id),
            versions::dataset_id.eq(dataset),
            versions::number.eq(version.version.to_string()),
            versions::state.eq(version.state.as_str()),
            versions::notes.eq(&version.notes),
            versions::file_count.eq(version.files),
            versions::total_bytes.eq(version.bytes),
            versions::revision.eq(version.revision),
            versions::created_by.eq(created_by),
            versions::created_at.eq(version.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(in crate::datasets) fn update_version(conn: &mut Conn, version: &Version) -> Result<()> {
    diesel::update(versions::table.find(&version.id))
        .set((
            versions::state.eq(version.state.as_str()),
            versions::manifest_digest.eq(version.digest),
            versions::file_count.eq(version.files),
            versions::total_bytes.eq(version.bytes),
            versions::withdrawal_reason.eq(version.withdrawal.as_ref().map(|withdrawal| &withdrawal.reason)),
            versions::successor.eq(version
                .withdrawal
                .as_ref()
                .and_then(|w| w.successor.as_ref())
                .map(ToString::to_string)),
            versions::revision.eq(version.revision),
            versions::published_at.eq(version.published_at),
            versions::withdrawn_at.eq(version.withdrawn_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the files of a draft changed: its revision and what it holds.
pub(in crate::datasets) fn touch_version(
    conn: &mut Conn,
    version: &VersionId,
    files: i64,
    bytes: i64,
) -> Result<()> {
    diesel::update(versions::table.find(version))
        .set((
            versions::revision.eq(versions::revision + 1),
            versions::file_count.eq(versions::file_count + files),
            versions::total_bytes.eq(versions::total_bytes + bytes),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a draft and its files' rows.
pub(in crate::datasets) fn delete_version(conn: &mut Conn, version: &VersionId) -> Result<()> {
    diesel::delete(files::table.filter(files::version_id.eq(version))).execute(conn)?;
    diesel::delete(reference_checks::table.filter(reference_checks::version_id.eq(version))).execute(conn)?;
    diesel::delete(replicas::table.filter(replicas::version_id.eq(version))).execute(conn)?;
    diesel::delete(versions::table.find(version)).execute(conn)?;
    Ok(())
}

pub(in crate::datasets) fn insert_manifest(conn: &mut Conn, version: &VersionId, body: &str) -> Result<()> {
    diesel::insert_into(manifests::table)
        .values((manifests::version_id.eq(version), manifests::body.eq(body)))
        .execute(conn)?;
    Ok(())
}

pub(in crate::datasets) fn manifest(conn: &mut Conn, version: &VersionId) -> Result<Option<String>> {
    Ok(manifests::table.find(version).select(manifests::body).first(conn).optional()?)
}

/// Published versions with the same manifest, as far as the caller may know of them.
pub(in crate::datasets) fn same_content(
    conn: &mut Conn,
    ctx: &Ctx,
    version: &Version,
) -> Result<Vec<(Slug, Slug, String)>> {
    let Some(digest) = version.digest else { return Ok(Vec::new()) };
    let same = versions::table
        .filter(versions::manifest_digest.eq(digest))
        .filter(versions::state.eq("published"))
        .filter(versions::id.ne(&version.id));
    let names: Vec<(DatasetId, Slug, Slug)> = datasets::table
        .filter(visible_to(ctx, Scope::Read))
        .filter(datasets::id.eq_any(same.select(versions::dataset_id)))
        .select((datasets::id, datasets::organisation_slug, datasets::name))
        .limit(50)
        .load(conn)?;
    let ids: Vec<&DatasetId> = names.iter().map(|(id, _, _)| id).collect();
    let found: Vec<(DatasetId, String)> = same
        .filter(versions::dataset_id.eq_any(ids))
        .order(versions::id)
        .select((versions::dataset_id, versions::number))
        .limit(50)
        .load(conn)?;
    Ok(found
        .into_iter()
        .filter_map(|(id, number)| {
            let (_, organisation, name) = names.iter().find(|(named, _, _)| *named == id)?;
            Some((organisation.clone(), name.clone(), number))
        })
        .collect())
}
