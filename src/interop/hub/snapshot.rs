//! Finding what a client asks for: a dataset, and one of its versions by whatever name.

use super::card::{self, Card};
use super::names::Revision;
use super::words::{no_repository, no_revision, withdrawn};
use crate::datasets::files::{File, FilePath, Scan, Start, is_free, scan_files};
use crate::datasets::versions::{
    Version, VersionState, Which, first_with_digest, newest_with_digest, published_version,
    record_at_publication,
};
use crate::datasets::{Action, Dataset, find_dataset};
use crate::db::Conn;
use crate::kernel::{Ctx, Digest, Error, Kind, Result, Slug};

/// A version of a dataset, found for a caller who may know of it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The dataset.
    pub dataset: Dataset,
    /// The version.
    pub version: Version,
    /// Its digest.
    pub digest: Digest,
}

impl Snapshot {
    /// The revision: the first 40 digits of the digest.
    #[must_use]
    pub fn revision(&self) -> String {
        self.digest.revision()
    }
}

/// The dataset.
///
/// # Errors
/// 404 `repo_not_found` when there is none that the caller may know of.
pub fn repository(conn: &mut Conn, ctx: &Ctx, (organisation, name): (&Slug, &Slug)) -> Result<Dataset> {
    let found = find_dataset(conn, ctx, organisation, name, Action::See);
    found.map_err(|error| if error.kind() == Kind::NotFound { no_repository() } else { error })
}

/// A version of it by the name that a client gave.
///
/// Clients keep files by revision, and versions with the same digest are one revision, though one of them may have more of
/// its files here, or other samples. So every name leads to one of them: the one that was published last and stands.
///
/// # Errors
/// 404 `revision_not_found`; 410 when it was withdrawn.
pub fn revision(conn: &mut Conn, dataset: Dataset, asked: &str) -> Result<Snapshot> {
    let digits = match Revision::read(asked).ok_or_else(no_revision)? {
        Revision::Digest(digits) => digits,
        Revision::Version(which) => {
            let version = named(conn, &dataset, &which)?;
            if version.state == VersionState::Withdrawn {
                return Err(withdrawn(&version));
            }
            digest(&version)?.to_string()
        }
    };
    let version = newest_with_digest(conn, &dataset, &digits)?.ok_or_else(no_revision)?;
    match version.state {
        VersionState::Withdrawn => Err(withdrawn(&version)),
        _ => Ok(Snapshot { digest: digest(&version)?, dataset, version }),
    }
}

fn digest(version: &Version) -> Result<Digest> {
    version.digest.ok_or_else(|| Error::internal("stored version", "published without a digest"))
}

fn named(conn: &mut Conn, dataset: &Dataset, which: &Which) -> Result<Version> {
    let found = published_version(conn, dataset, which);
    found.map_err(|error| if error.kind() == Kind::NotFound { no_revision() } else { error })
}

/// The card that is made for the revision; none when its files have one, or leave no room for its name.
///
/// It is made from the first version with these files: from what was here of them then, and from the record as it was when they
/// were published. So it does not change, whatever happens to the dataset and to its versions afterwards.
///
/// # Errors
/// When the database fails.
pub fn card_of(conn: &mut Conn, snapshot: &Snapshot) -> Result<Option<Card>> {
    let name: FilePath = card::FILE_NAME.parse()?;
    if !is_free(conn, &snapshot.version, &name)? {
        return Ok(None);
    }
    let first = first_with_digest(conn, &snapshot.dataset, &snapshot.digest)?;
    let first = first.as_ref().unwrap_or(&snapshot.version);
    let record = record_at_publication(conn, &snapshot.dataset, first)?;
    let mut files = |held: bool, most: i64| {
        scan_files(conn, first, &Scan { folder: None, start: Start::First, held, most })
    };
    let held = files(true, card::MOST_HELD + 1)?;
    let elsewhere: Vec<File> = files(false, card::MOST_ELSEWHERE + 1)?;
    Ok(Some(card::write(&snapshot.dataset.full_name(), &snapshot.digest, &record, &held, &elsewhere)))
}
