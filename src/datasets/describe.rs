//! A dataset with everything that is rendered of it: record, terms, a version and its files.

use super::files::File;
use super::find::{Action, find_dataset};
use super::model::{Dataset, PolicyRevision};
use super::record::Record;
use super::store;
use super::versions::{Version, VersionName, Which, find_version};
use crate::db::Conn;
use crate::kernel::{Ctx, DatasetId, Error, Result, Slug, Timestamp};

/// A dataset as renderings take it.
#[derive(Debug, Clone)]
pub struct Described {
    /// The dataset.
    pub dataset: Dataset,
    /// Its record, typed.
    pub record: Record,
    /// The terms in force; none until they are set.
    pub terms: Option<PolicyRevision>,
    /// The version that is shown: the one asked for, else the newest published one. None where nothing is published.
    pub version: Option<Version>,
    /// The files of that version, by path, without the outcome of checks; `version.files` tells how many there are.
    pub files: Vec<File>,
}

/// What a listing of whole datasets is narrowed to; each filter that is set must fit.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only this data space.
    pub space: Option<Slug>,
    /// Only this organisation.
    pub organisation: Option<Slug>,
    /// Only what changed at or after this instant.
    pub updated_since: Option<Timestamp>,
    /// Only what changed before this instant.
    pub updated_until: Option<Timestamp>,
}

/// The dataset of this name with its newest published version and at most so many of its files.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub fn describe_dataset(
    conn: &mut Conn,
    ctx: &Ctx,
    (organisation, name): (&Slug, &Slug),
    most_files: i64,
) -> Result<Described> {
    let dataset = find_dataset(conn, ctx, organisation, name, Action::See)?;
    whole_dataset(conn, dataset, most_files)
}

/// A version, with its dataset and at most so many of its files. Of drafts only for those who see inside.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub fn describe_version(
    conn: &mut Conn,
    ctx: &Ctx,
    name: &VersionName,
    most_files: i64,
) -> Result<Described> {
    if name.which == Which::Latest {
        let described = describe_dataset(conn, ctx, (&name.organisation, &name.name), most_files)?;
        return match described.version {
            Some(_) => Ok(described),
            None => Err(Error::not_found("version")),
        };
    }
    let (dataset, version) = find_version(conn, ctx, name, Action::See)?;
    let mut files = store::files_of_all(conn, &[&version], most_files)?;
    let terms = store::policy_revision(conn, &dataset.id, dataset.policy_revision)?;
    let files = files.remove(&version.id).unwrap_or_default();
    Ok(Described { record: dataset.typed_record()?, terms, version: Some(version), files, dataset })
}

/// Datasets the caller may know of, whole, in the order of their registration; of each at most so many files.
///
/// # Errors
/// When the database fails.
pub fn list_described(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<&DatasetId>,
    (most, most_files): (i64, i64),
) -> Result<Vec<Described>> {
    let found = store::list_whole(conn, ctx, selection, after, most)?;
    describe(conn, found, most_files)
}

/// A dataset that was found before, whole, with at most so many files.
///
/// # Errors
/// When the database fails.
pub fn whole_dataset(conn: &mut Conn, dataset: Dataset, most_files: i64) -> Result<Described> {
    describe(conn, vec![dataset], most_files)?.pop().ok_or_else(|| Error::not_found("dataset"))
}

pub(super) fn describe(conn: &mut Conn, datasets: Vec<Dataset>, most_files: i64) -> Result<Vec<Described>> {
    let mut versions = store::latest_versions(conn, &datasets)?;
    let shown: Vec<&Version> = versions.values().collect();
    let mut files = store::files_of_all(conn, &shown, most_files)?;
    let mut terms = store::terms_of_all(conn, &datasets)?;
    datasets
        .into_iter()
        .map(|dataset| {
            let version = versions.remove(&dataset.id);
            let files = version.as_ref().and_then(|version| files.remove(&version.id)).unwrap_or_default();
            let (record, terms) = (dataset.typed_record()?, terms.remove(&dataset.id));
            Ok(Described { dataset, record, terms, version, files })
        })
        .collect()
}
