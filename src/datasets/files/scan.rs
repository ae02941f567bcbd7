//! Looking through the files of a version: from any place on, within a folder, by name.

use super::super::store;
use super::super::versions::Version;
use super::path::FilePath;
use super::view::File;
use crate::db::Conn;
use crate::kernel::Result;

/// Where a look through files begins; paths order by their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the first one.
    First,
    /// After this path.
    After(String),
    /// At this path, or at the first one after it.
    At(String),
}

/// What is wanted of the files of a version.
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    /// Only what lies in this folder, however deep.
    pub folder: Option<&'a str>,
    /// Where to begin.
    pub start: Start,
    /// Those in our store; else those that stay with their holders.
    pub held: bool,
    /// At most so many.
    pub most: i64,
}

/// Files of a version, in the order of their paths, without the outcome of checks. Whoever asks has shown before that the
/// caller may know of the version.
///
/// # Errors
/// When the database fails.
pub fn scan_files(conn: &mut Conn, version: &Version, scan: &Scan<'_>) -> Result<Vec<File>> {
    store::scan_files(conn, &version.id, scan)
}

/// The files with these paths that the version has, in no order.
///
/// # Errors
/// When the database fails.
pub fn files_at(conn: &mut Conn, version: &Version, paths: &[&str]) -> Result<Vec<File>> {
    store::files_at(conn, &version.id, paths)
}

/// Whether a further file of this path could lie beside those of the version on every file system: none has the path, nor
/// one that differs in case alone, and neither is a folder of the other.
///
/// # Errors
/// When the database fails.
pub fn is_free(conn: &mut Conn, version: &Version, path: &FilePath) -> Result<bool> {
    Ok(store::file(conn, &version.id, path)?.is_none() && store::clashing(conn, &version.id, path)?.is_none())
}
