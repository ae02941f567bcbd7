//! A dataset with everything that is rendered of it: record, terms, a version and its files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::{File, FilePath, MediaType, withhold};
use super::find::{Action, find_dataset, sees_inside};
use super::model::{Dataset, PolicyRevision};
use super::record::Record;
use super::schemas::{Structure, known};
use super::store;
use super::versions::{Version, VersionName, Which, find_version};
use crate::db::Conn;
use crate::kernel::{Ctx, DatasetId, Digest, Error, OrganisationId, PageRequest, Result, Slug, Timestamp};
use crate::policies::AccessMode;

/// The most bytes of structures, as they are stored, that one dataset is described with.
const MOST_STRUCTURES: usize = 4 * 1024 * 1024;

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
    /// What is inside those files, as the record states it, else as it was read; as far as it may be shown. Left out of listings.
    pub structures: BTreeMap<FilePath, Arc<Structure>>,
    /// When the newest of the structures was read.
    pub structures_at: Option<Timestamp>,
}

impl Described {
    fn of(
        dataset: Dataset,
        record: Record,
        terms: Option<PolicyRevision>,
        version: Option<Version>,
        files: Vec<File>,
    ) -> Self {
        Self { dataset, record, terms, version, files, structures: BTreeMap::new(), structures_at: None }
    }

    /// When anything of this last changed.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        self.structures_at.map_or(self.dataset.updated_at, |read| read.max(self.dataset.updated_at))
    }

    /// What is inside a file, if that is known and may be shown.
    #[must_use]
    pub fn structure(&self, file: &File) -> Option<&Structure> {
        self.structures.get(&file.path).map(Arc::as_ref)
    }

    fn with_structures(mut self, conn: &mut Conn, ctx: &Ctx) -> Result<Self> {
        // As `list_schemas` has it.
        if self.dataset.access_mode == Some(AccessMode::Secure) && !sees_inside(ctx, &self.dataset) {
            return Ok(self);
        }
        let of: Vec<(Digest, MediaType)> = self
            .files
            .iter()
            .filter(|file| file.held)
            .filter_map(|file| Some((file.sha256?, file.media_type.clone())))
            .collect();
        let (read, newest) = store::structures(conn, &of, MOST_STRUCTURES)?;
        (self.structures, self.structures_at) = (known(&self.record, &self.files, read), newest);
        Ok(self)
    }
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

/// A dataset of a listing: its name, and what tells whether anything of it changed.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The id.
    pub id: DatasetId,
    /// The id of the organisation that provides it.
    pub organisation_id: OrganisationId,
    /// The organisation that provides it.
    pub organisation: Slug,
    /// The name within the organisation.
    pub name: Slug,
    /// The data space it is listed in.
    pub space: Slug,
    /// When it last changed, its terms and versions included.
    pub updated_at: Timestamp,
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
    whole(describe(conn, Some(ctx), vec![dataset], most_files)?)?.with_structures(conn, ctx)
}

/// The same; while nothing is published, with the newest draft, for those who see inside.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub fn describe_newest(
    conn: &mut Conn,
    ctx: &Ctx,
    (organisation, name): (&Slug, &Slug),
    most_files: i64,
) -> Result<Described> {
    let mut described = describe_dataset(conn, ctx, (organisation, name), most_files)?;
    if described.version.is_none() && sees_inside(ctx, &described.dataset) {
        let newest = PageRequest::new(Some(1), None)?;
        let mut found = store::list_versions(conn, &described.dataset.id, true, &newest, None)?;
        if !found.is_empty() {
            let mut version = found.swap_remove(0);
            version.dataset = described.dataset.full_name();
            let mut files = store::files_of_all(conn, &[&version], most_files)?;
            described.files = files.remove(&version.id).unwrap_or_default();
            described.version = Some(version);
        }
    }
    Ok(described)
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
    let mut files = files.remove(&version.id).unwrap_or_default();
    withhold(&mut files, Some(ctx), (&dataset, &version));
    let terms = store::policy_revision(conn, &dataset.id, dataset.policy_revision)?;
    let record = dataset.typed_record()?;
    Described::of(dataset, record, terms, Some(version), files).with_structures(conn, ctx)
}

/// Datasets the caller may know of, without what belongs to them, in the order of their registration.
///
/// # Errors
/// When the database fails.
pub fn list_plain(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<&DatasetId>,
    most: i64,
) -> Result<Vec<Dataset>> {
    store::list_whole(conn, ctx, selection, after, most)
}

/// Datasets the caller may know of, in the order of their registration: one query, whatever there is to say of them.
///
/// # Errors
/// When the database fails.
pub fn list_listed(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<&DatasetId>,
    most: i64,
) -> Result<Vec<Listed>> {
    store::list_names(conn, ctx, selection, after, most)
}

/// When one of the datasets that the caller may know of last changed.
///
/// # Errors
/// When the database fails.
pub fn newest_change(conn: &mut Conn, ctx: &Ctx, selection: &Selection) -> Result<Option<Timestamp>> {
    store::newest_change(conn, ctx, selection)
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
    describe(conn, Some(ctx), found, most_files)
}

/// A dataset that was found before, whole, with at most so many files, as everybody is told of them; without what is inside them.
///
/// # Errors
/// When the database fails.
pub fn whole_dataset(conn: &mut Conn, dataset: Dataset, most_files: i64) -> Result<Described> {
    whole(describe(conn, None, vec![dataset], most_files)?)
}

fn whole(mut found: Vec<Described>) -> Result<Described> {
    found.pop().ok_or_else(|| Error::not_found("dataset"))
}

/// Datasets that were found before, whole; without a caller, as everybody is told of them.
pub(super) fn describe(
    conn: &mut Conn,
    ctx: Option<&Ctx>,
    datasets: Vec<Dataset>,
    most_files: i64,
) -> Result<Vec<Described>> {
    let mut versions = store::latest_versions(conn, &datasets)?;
    let shown: Vec<&Version> = versions.values().collect();
    let mut files = store::files_of_all(conn, &shown, most_files)?;
    let mut terms = store::terms_of_all(conn, &datasets)?;
    datasets
        .into_iter()
        .map(|dataset| {
            let version = versions.remove(&dataset.id);
            let mut files =
                version.as_ref().and_then(|version| files.remove(&version.id)).unwrap_or_default();
            if let Some(version) = &version {
                withhold(&mut files, ctx, (&dataset, version));
            }
            let (record, terms) = (dataset.typed_record()?, terms.remove(&dataset.id));
            Ok(Described::of(dataset, record, terms, version, files))
        })
        .collect()
}
