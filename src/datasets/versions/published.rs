//! Versions past the draft as everybody who may know of the dataset sees them, by number and by digest.

use super::super::model::Dataset;
use super::super::record::Record;
use super::super::store;
use super::draft::Which;
use super::model::{VersionState, latest};
use super::view::Version;
use crate::db::Conn;
use crate::kernel::{Digest, Error, Result};

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

/// The version whose digest begins with these hexadecimal digits. Where the same files were published several times, the one
/// that was published last and stands, else the last that was withdrawn.
///
/// # Errors
/// When the database fails.
pub fn newest_with_digest(conn: &mut Conn, dataset: &Dataset, prefix: &str) -> Result<Option<Version>> {
    let end =
        |digit: &str| format!("{prefix}{}", digit.repeat(64_usize.saturating_sub(prefix.len()))).parse();
    let (Ok(first), Ok(last)) = (end("0"), end("f")) else { return Ok(None) };
    let range: (Digest, Digest) = (first, last);
    let found = store::newest_with_digest(conn, &dataset.id, range)?;
    Ok(found.map(|version| Version { dataset: dataset.full_name(), ..version }))
}

/// The version with these files that was published first, whatever became of it.
///
/// # Errors
/// When the database fails.
pub fn first_with_digest(conn: &mut Conn, dataset: &Dataset, digest: &Digest) -> Result<Option<Version>> {
    let found = store::first_with_digest(conn, &dataset.id, digest)?;
    Ok(found.map(|version| Version { dataset: dataset.full_name(), ..version }))
}

/// The record as it was when the version was published. Where it was kept from some who may know of the dataset today, it is
/// the next state that was not: the same for everybody, and the same for ever, unless the circle is widened further.
///
/// # Errors
/// When the database fails, or what is stored is not a record.
pub fn record_at_publication(conn: &mut Conn, dataset: &Dataset, version: &Version) -> Result<Record> {
    let at = version.published_at.unwrap_or(version.created_at);
    match store::record_since(conn, dataset, at)? {
        Some(text) => serde_json::from_str(&text).map_err(|error| Error::internal("stored record", error)),
        None => dataset.typed_record(),
    }
}
