//! Files of versions.

use std::collections::BTreeMap;

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _,
    QueryDsl as _, Queryable, RunQueryDsl as _, Selectable, SelectableHelper as _,
};

use super::visible::visible_to;
use super::{from_json, to_json};
use crate::datasets::files::{
    CheckOutcome, Content, File, FileEntry, FileLocation, FilePath, ReferenceCheck,
};
use crate::db::schema::{datasets, files, reference_checks, versions};
use crate::db::{Conn, each_backend, text_column};
use crate::kernel::{Ctx, DatasetId, Digest, Error, PageRequest, Result, Scope, Slug, Timestamp, VersionId};

text_column!(CheckOutcome);

#[derive(Queryable, Selectable)]
#[diesel(table_name = files)]
pub(super) struct FileRow {
    path: String,
    size: Option<i64>,
    sha256: Option<Digest>,
    media_type: String,
    sample: bool,
    held: bool,
    reference: Option<String>,
}

fn corrupt(error: Error) -> Error {
    Error::internal("stored file", error)
}

impl FileRow {
    pub(super) fn into_entry(self) -> Result<FileEntry> {
        let content = match (self.size, self.sha256) {
            (Some(size), Some(sha256)) => {
                Some(Content { size: u64::try_from(size).unwrap_or_default(), sha256 })
            }
            _ => None,
        };
        let location = match self.reference {
            Some(reference) if !self.held => FileLocation::Referenced(from_json(&reference)?),
            _ => FileLocation::Held,
        };
        Ok(FileEntry {
            path: self.path.parse().map_err(corrupt)?,
            content,
            media_type: self.media_type.parse().map_err(corrupt)?,
            sample: self.sample,
            location,
        })
    }
}

/// The file as the API shows it.
pub(in crate::datasets) fn view(entry: FileEntry, check: Option<ReferenceCheck>) -> File {
    let (held, reference) = match entry.location {
        FileLocation::Held => (true, None),
        FileLocation::Referenced(reference) => (false, Some(reference)),
    };
    File {
        path: entry.path,
        size: entry.content.map(|content| content.size),
        sha256: entry.content.map(|content| content.sha256),
        media_type: entry.media_type,
        sample: entry.sample,
        held,
        reference,
        check,
    }
}

pub(in crate::datasets) fn file(
    conn: &mut Conn,
    version: &VersionId,
    path: &FilePath,
) -> Result<Option<FileEntry>> {
    let row: Option<FileRow> =
        files::table.find((version, path.as_str())).select(FileRow::as_select()).first(conn).optional()?;
    row.map(FileRow::into_entry).transpose()
}

/// Every file of a version, in the order of the bytes of the paths, whatever order the database has for text.
pub(in crate::datasets) fn all_files(conn: &mut Conn, version: &VersionId) -> Result<Vec<FileEntry>> {
    let rows: Vec<FileRow> =
        files::table.filter(files::version_id.eq(version)).select(FileRow::as_select()).load(conn)?;
    let mut entries = rows.into_iter().map(FileRow::into_entry).collect::<Result<Vec<_>>>()?;
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

pub(in crate::datasets) fn list_files(
    conn: &mut Conn,
    version: &VersionId,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<File>> {
    let mut query =
        files::table.filter(files::version_id.eq(version)).select(FileRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(files::path.gt(after.to_owned()));
    }
    let rows: Vec<FileRow> = query.order(files::path).limit(page.rows()).load(conn)?;
    let referenced: Vec<&str> = rows.iter().filter(|row| !row.held).map(|row| row.path.as_str()).collect();
    let mut checks = checks_of(conn, version, &referenced)?;
    rows.into_iter()
        .map(|row| {
            let check = checks.remove(&row.path);
            Ok(view(row.into_entry()?, check))
        })
        .collect()
}

fn checks_of(
    conn: &mut Conn,
    version: &VersionId,
    paths: &[&str],
) -> Result<BTreeMap<String, ReferenceCheck>> {
    if paths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, CheckOutcome, String, Timestamp)> = reference_checks::table
        .filter(reference_checks::version_id.eq(version))
        .filter(reference_checks::path.eq_any(paths))
        .select((
            reference_checks::path,
            reference_checks::outcome,
            reference_checks::detail,
            reference_checks::checked_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(path, outcome, detail, checked_at)| (path, ReferenceCheck { outcome, detail, checked_at }))
        .collect())
}

/// A file of the draft that this path cannot stand beside: the same name in another case, or one a folder of the
/// other.
pub(in crate::datasets) fn clashing(
    conn: &mut Conn,
    version: &VersionId,
    path: &FilePath,
) -> Result<Option<String>> {
    let key = path.case_key();
    // Everything inside a folder of this name sorts between `name/` and `name0`: `0` follows `/`.
    let inside = files::case_key.gt(format!("{key}/")).and(files::case_key.lt(format!("{key}0")));
    let of_version = || files::version_id.eq(version);
    let mut query = files::table.select(files::path).filter(of_version().and(inside)).into_boxed();
    query = query.or_filter(of_version().and(files::case_key.eq(key)).and(files::path.ne(path.as_str())));
    for folder in path.folder_keys() {
        query = query.or_filter(of_version().and(files::case_key.eq(folder)));
    }
    Ok(query.first(conn).optional()?)
}

/// Puts files into a draft in place of those with the same paths; gives the ones that were there before.
pub(in crate::datasets) fn put_files(
    conn: &mut Conn,
    version: &VersionId,
    entries: &[FileEntry],
    now: Timestamp,
) -> Result<Vec<FileEntry>> {
    let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    let there = files::table.filter(files::version_id.eq(version)).filter(files::path.eq_any(&paths));
    let rows: Vec<FileRow> = there.clone().select(FileRow::as_select()).load(conn)?;
    if !rows.is_empty() {
        diesel::delete(there).execute(conn)?;
        let checks = reference_checks::table.filter(reference_checks::version_id.eq(version));
        diesel::delete(checks.filter(reference_checks::path.eq_any(&paths))).execute(conn)?;
    }
    insert_files(conn, version, entries, now)?;
    rows.into_iter().map(FileRow::into_entry).collect()
}

fn insert_files(conn: &mut Conn, version: &VersionId, entries: &[FileEntry], now: Timestamp) -> Result<()> {
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let reference = match &entry.location {
            FileLocation::Held => None,
            FileLocation::Referenced(reference) => Some(to_json(reference)?),
        };
        rows.push((
            files::version_id.eq(version),
            files::path.eq(entry.path.as_str()),
            files::case_key.eq(entry.path.case_key()),
            files::size.eq(entry.content.map(|content| i64::try_from(content.size).unwrap_or(i64::MAX))),
            files::sha256.eq(entry.content.map(|content| content.sha256)),
            files::media_type.eq(entry.media_type.as_str()),
            files::sample.eq(entry.sample),
            files::held.eq(matches!(entry.location, FileLocation::Held)),
            files::reference.eq(reference),
            files::updated_at.eq(now),
        ));
    }
    for chunk in rows.chunks(500) {
        each_backend!(conn, conn => diesel::insert_into(files::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

pub(in crate::datasets) fn delete_file(
    conn: &mut Conn,
    version: &VersionId,
    path: &FilePath,
) -> Result<Option<FileEntry>> {
    let before = file(conn, version, path)?;
    diesel::delete(reference_checks::table.find((version, path.as_str()))).execute(conn)?;
    diesel::delete(files::table.find((version, path.as_str()))).execute(conn)?;
    Ok(before)
}

/// Published versions that hold these bytes, as far as the caller may know of them.
pub(in crate::datasets) fn occurrences(
    conn: &mut Conn,
    ctx: &Ctx,
    sha256: &Digest,
    limit: i64,
) -> Result<Vec<(Slug, Slug, String, String)>> {
    let holding = versions::table
        .inner_join(files::table.on(files::version_id.eq(versions::id)))
        .filter(versions::state.eq("published"))
        .filter(files::sha256.eq(sha256));
    let names: Vec<(DatasetId, Slug, Slug)> = datasets::table
        .filter(visible_to(ctx, Scope::Read))
        .filter(datasets::id.eq_any(holding.select(versions::dataset_id)))
        .select((datasets::id, datasets::organisation_slug, datasets::name))
        .limit(limit)
        .load(conn)?;
    let ids: Vec<&DatasetId> = names.iter().map(|(id, _, _)| id).collect();
    let rows: Vec<(DatasetId, String, String)> = holding
        .filter(versions::dataset_id.eq_any(ids))
        .order((versions::id, files::path))
        .select((versions::dataset_id, versions::number, files::path))
        .limit(limit)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, number, path)| {
            let (_, organisation, name) = names.iter().find(|(found, _, _)| *found == id)?;
            Some((organisation.clone(), name.clone(), number, path))
        })
        .collect())
}
