//! Files of a version from any place on, and by name: what listings of folders are made from.

use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _, SelectableHelper as _};

use super::files::{FileRow, view};
use crate::datasets::files::{File, Scan, Start};
use crate::db::Conn;
use crate::db::schema::files;
use crate::kernel::{Result, VersionId};

/// The files that a scan asks for, in the order of their paths, without the outcome of checks.
pub(in crate::datasets) fn scan_files(
    conn: &mut Conn,
    version: &VersionId,
    scan: &Scan<'_>,
) -> Result<Vec<File>> {
    let mut query = files::table
        .filter(files::version_id.eq(version))
        .filter(files::held.eq(scan.held))
        .select(FileRow::as_select())
        .into_boxed();
    if let Some(folder) = scan.folder {
        // Everything inside a folder sorts between `name/` and `name0`: `0` follows `/`.
        query =
            query.filter(files::path.gt(format!("{folder}/"))).filter(files::path.lt(format!("{folder}0")));
    }
    match &scan.start {
        Start::First => {}
        Start::After(path) => query = query.filter(files::path.gt(path.clone())),
        Start::At(path) => query = query.filter(files::path.ge(path.clone())),
    }
    let rows: Vec<FileRow> = query.order(files::path).limit(scan.most).load(conn)?;
    rows.into_iter().map(|row| Ok(view(row.into_entry()?, None))).collect()
}

/// The files with these paths, in no order.
pub(in crate::datasets) fn files_at(
    conn: &mut Conn,
    version: &VersionId,
    paths: &[&str],
) -> Result<Vec<File>> {
    let rows: Vec<FileRow> = files::table
        .filter(files::version_id.eq(version))
        .filter(files::path.eq_any(paths))
        .select(FileRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| Ok(view(row.into_entry()?, None))).collect()
}
