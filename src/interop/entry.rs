//! A dataset with everything that is said of it in other languages than ours.

use std::collections::HashMap;

use crate::datasets::versions::VersionName;
use crate::datasets::{
    Described, Selection, describe_dataset, describe_newest, describe_version, list_described,
};
use crate::db::Conn;
use crate::identity::{Organisation, organisation_by_id, organisations_by_ids};
use crate::journal::newest_at_about;
use crate::kernel::{Ctx, DatasetId, Error, OrganisationId, Result, Slug, Timestamp};
use crate::spaces::{Space, find_space, spaces_by_slugs};

/// A dataset, whole, with who provides it and where it is listed.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The dataset with its record, terms, a version and files of it.
    pub described: Described,
    /// Who provides it.
    pub organisation: Organisation,
    /// The data space it is listed in.
    pub space: Space,
}

impl Entry {
    /// Whether files of the version are left out, since there are too many.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let all = self.described.version.as_ref().map_or(0, |version| version.files);
        i64::try_from(self.described.files.len()).is_ok_and(|here| here < all)
    }
}

/// The dataset of this name, with its newest published version and at most so many of its files.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub fn entry(conn: &mut Conn, ctx: &Ctx, name: (&Slug, &Slug), most_files: i64) -> Result<Entry> {
    let described = describe_dataset(conn, ctx, name, most_files)?;
    with_surroundings(conn, described)
}

/// The same; while nothing is published, with the newest draft, for those who see inside.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub fn newest_entry(conn: &mut Conn, ctx: &Ctx, name: (&Slug, &Slug), most_files: i64) -> Result<Entry> {
    let described = describe_newest(conn, ctx, name, most_files)?;
    with_surroundings(conn, described)
}

/// The same, with this version.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub fn entry_of_version(conn: &mut Conn, ctx: &Ctx, name: &VersionName, most_files: i64) -> Result<Entry> {
    let described = describe_version(conn, ctx, name, most_files)?;
    with_surroundings(conn, described)
}

/// When who provides a dataset, or the space it is listed in, was last described anew; none where that never happened. The dataset
/// itself knows nothing of it.
///
/// # Errors
/// When the database fails.
pub fn surroundings_changed_at(conn: &mut Conn, entry: &Entry) -> Result<Option<Timestamp>> {
    let about = [entry.organisation.id.as_str(), entry.space.slug.as_str()];
    newest_at_about(conn, &about, &["organisation.updated", "space.updated"])
}

fn with_surroundings(conn: &mut Conn, described: Described) -> Result<Entry> {
    let organisation = organisation_by_id(conn, &described.dataset.organisation_id)?;
    let space = find_space(conn, &described.dataset.space)?;
    Ok(Entry { described, organisation, space })
}

/// Datasets the caller may know of, in the order of their registration: at most so many, each with at most so many files. As
/// many queries for many as for few.
///
/// # Errors
/// When the database fails.
pub fn entries(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<&DatasetId>,
    most: (i64, i64),
) -> Result<Vec<Entry>> {
    let found = list_described(conn, ctx, selection, after, most)?;
    all_with_surroundings(conn, found)
}

/// Many datasets with who provides them and where they are listed, in the same order.
///
/// # Errors
/// When the database fails.
pub(super) fn all_with_surroundings(conn: &mut Conn, found: Vec<Described>) -> Result<Vec<Entry>> {
    let ids: Vec<&OrganisationId> = found.iter().map(|one| &one.dataset.organisation_id).collect();
    let organisations: HashMap<OrganisationId, Organisation> =
        organisations_by_ids(conn, &ids)?.into_iter().map(|one| (one.id.clone(), one)).collect();
    let slugs: Vec<&Slug> = found.iter().map(|one| &one.dataset.space).collect();
    let spaces: HashMap<Slug, Space> =
        spaces_by_slugs(conn, &slugs)?.into_iter().map(|one| (one.slug.clone(), one)).collect();
    found
        .into_iter()
        .map(|described| {
            let organisation = organisations.get(&described.dataset.organisation_id).cloned();
            let space = spaces.get(&described.dataset.space).cloned();
            match (organisation, space) {
                (Some(organisation), Some(space)) => Ok(Entry { described, organisation, space }),
                _ => Err(Error::internal("catalogue", "a dataset without its organisation or space")),
            }
        })
        .collect()
}
