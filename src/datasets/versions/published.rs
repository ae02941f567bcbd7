//! Versions past the draft as everybody who may know of the dataset sees them, by number and by digest.

use super::super::model::Dataset;
use super::super::record::Record;
use super::super::store;
use super::draft::Which;
use super::model::{VersionState, latest};
use super::view::Version;
use crate::db::Conn;
use crate::kernel::{Digest, Error, Result};

/// The most versions with one digest that are looked at.
const MOST: i64 = 100;

/// A version of the dataset that is published or withdrawn, never a draft.
///
/// # Errors
/// 404.
pub fn published_version(conn: &mut Conn, dataset: &Dataset, which: &Which) -> Result<Version> {
    let missing = || Error::not_found("version");
    let number = match which {
        Which::Number(number) => number.clone(),
        Which::Latest => {
            latest(&store::published_numbers(conn, &dataset.id)?).cloned().ok_or_else(missing)?
        }
    };
    let found = store::version(conn, &dataset.id, &number)?;
    let mut version = found.filter(|found| found.state != VersionState::Draft).ok_or_else(missing)?;
    version.dataset = dataset.full_name();
    Ok(version)
}

/// The versions whose digest begins with these hexadecimal digits, earliest publication first. There are several when the
/// same files were published again.
///
/// # Errors
/// When the database fails.
pub fn versions_by_digest(conn: &mut Conn, dataset: &Dataset, prefix: &str) -> Result<Vec<Version>> {
    let end =
        |digit: &str| format!("{prefix}{}", digit.repeat(64_usize.saturating_sub(prefix.len()))).parse();
    let (Ok(first), Ok(last)) = (end("0"), end("f")) else { return Ok(Vec::new()) };
    let range: (Digest, Digest) = (first, last);
    let mut found = store::versions_by_digest(conn, &dataset.id, range, MOST)?;
    for version in &mut found {
        version.dataset = dataset.full_name();
    }
    Ok(found)
}

/// The record as it was when the version was published. Unlike the present one it never changes.
///
/// # Errors
/// When the database fails, or what is stored is not a record.
pub fn record_at_publication(conn: &mut Conn, dataset: &Dataset, version: &Version) -> Result<Record> {
    let at = version.published_at.unwrap_or(version.created_at);
    match store::record_at(conn, &dataset.id, at)? {
        Some(text) => serde_json::from_str(&text).map_err(|error| Error::internal("stored record", error)),
        None => dataset.typed_record(),
    }
}
