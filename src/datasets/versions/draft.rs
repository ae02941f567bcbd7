//! Drafts: making one, showing versions, removing a draft.

use super::super::find::{Action, find_dataset, sees_inside};
use super::super::model::Dataset;
use super::super::store;
use super::model::{VersionNumber, VersionState, latest};
use super::view::{NewVersion, SameContent, Version};
use crate::db::{Conn, Db};
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, Result, Scope, Slug, VersionId, text_schema};
use crate::storage::BlobStore;

/// Which version is meant: a number, or the newest published one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The newest published release, or pre-release when there is no release.
    Latest,
    /// This one.
    Number(VersionNumber),
}

text_schema! {
    Which, "VersionReference", r"^(latest|(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?)$", VersionNumber::MAX_LENGTH, "latest", "The number of a version, or `latest`.";
}

impl std::str::FromStr for Which {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "latest" { Ok(Self::Latest) } else { Ok(Self::Number(text.parse()?)) }
    }
}

impl<'de> serde::Deserialize<'de> for Which {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A dataset and one of its versions, by name.
#[derive(Debug, Clone)]
pub struct VersionName {
    /// The organisation.
    pub organisation: Slug,
    /// The dataset.
    pub name: Slug,
    /// The version.
    pub which: Which,
}

/// The version of this name, if the caller may do this; drafts only for those who see inside.
///
/// # Errors
/// As [`find_dataset`]; 404 when there is no such version that the caller may know of.
pub fn find_version(
    conn: &mut Conn,
    ctx: &Ctx,
    name: &VersionName,
    action: Action,
) -> Result<(Dataset, Version)> {
    let dataset = find_dataset(conn, ctx, &name.organisation, &name.name, action)?;
    let version = version_of(conn, ctx, (&dataset, &name.which), action)?;
    Ok((dataset, version))
}

fn version_of(
    conn: &mut Conn,
    ctx: &Ctx,
    (dataset, which): (&Dataset, &Which),
    action: Action,
) -> Result<Version> {
    let missing = || Error::not_found("version");
    let number = match which {
        Which::Number(number) => number.clone(),
        Which::Latest => {
            latest(&store::published_numbers(conn, &dataset.id)?).cloned().ok_or_else(missing)?
        }
    };
    let mut version = store::version(conn, &dataset.id, &number)?.ok_or_else(missing)?;
    let drafts = action == Action::Publish || sees_inside(ctx, dataset);
    if version.state == VersionState::Draft && !drafts {
        return Err(missing());
    }
    version.dataset = dataset.full_name();
    Ok(version)
}

/// Begins a version.
///
/// # Errors
/// 401, 403, 404; 409 `version_exists`; 422.
pub async fn create_version(db: &Db, ctx: &Ctx, name: (Slug, Slug), new: NewVersion) -> Result<Version> {
    let person = ctx.require(Scope::Publish)?.person.clone();
    new.check()?;
    let at = ctx.clone();
    db.write("create_version", move |tx| {
        tx.once(&at, |tx| {
            let dataset = find_dataset(tx, &at, &name.0, &name.1, Action::Publish)?;
            if let Some(there) = store::version(tx, &dataset.id, &new.version)? {
                return Err(Error::conflict(
                    "version_exists",
                    format!("version {} is already there and is {}", new.version, there.state.as_str()),
                ));
            }
            let version = Version {
                id: VersionId::generate(),
                dataset: dataset.full_name(),
                dataset_id: dataset.id.clone(),
                version: new.version,
                state: VersionState::Draft,
                notes: new.notes,
                digest: None,
                revision40: None,
                files: 0,
                bytes: 0,
                revision: 1,
                created_at: at.now,
                published_at: None,
                withdrawn_at: None,
                withdrawal: None,
                same_content: Vec::new(),
            };
            store::insert_version(tx, &dataset.id, &version, person.as_str())?;
            append(tx, &at, event("version.drafted", &dataset, &version))?;
            Ok(version)
        })
    })
    .await
}

/// The event of a change to a version, with what names it.
pub(in crate::datasets) fn event(kind: &'static str, dataset: &Dataset, version: &Version) -> Event {
    Event::new(kind, &version.id)
        .in_space(&dataset.space)
        .provided_by(&dataset.organisation_id)
        .fact("dataset", dataset.id.as_str())
        .fact("name", dataset.full_name())
        .fact("version", version.version.to_string())
}

/// One version, with the places where the same content is published too.
///
/// # Errors
/// 404.
pub async fn show_version(db: &Db, ctx: &Ctx, name: VersionName) -> Result<Version> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (_, version) = find_version(conn, &ctx, &name, Action::See)?;
        with_same_content(conn, &ctx, version)
    })
    .await
}

/// Adds where the same content is published, as far as the caller may see.
pub(super) fn with_same_content(conn: &mut Conn, ctx: &Ctx, mut version: Version) -> Result<Version> {
    version.same_content = store::same_content(conn, ctx, &version)?
        .into_iter()
        .map(|(organisation, name, version)| SameContent {
            dataset: format!("{organisation}/{name}"),
            version,
        })
        .collect();
    Ok(version)
}

/// The versions of a dataset, newest first.
///
/// # Errors
/// 404.
pub async fn list_versions(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    page: PageRequest,
) -> Result<Page<Version>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
        let drafts = sees_inside(&ctx, &dataset);
        let before = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[id]| id.as_str());
        let mut found = store::list_versions(conn, &dataset.id, drafts, &page, before)?;
        for version in &mut found {
            version.dataset = dataset.full_name();
        }
        Ok(page.page(found, |version| Cursor::new([version.id.to_string()])))
    })
    .await
}

/// Removes a draft and lets go of bytes that nothing else holds.
///
/// # Errors
/// 401, 403, 404; 409 `version_not_draft`.
pub async fn delete_version(db: &Db, store: &BlobStore, ctx: &Ctx, name: VersionName) -> Result<()> {
    ctx.require(Scope::Publish)?;
    let at = ctx.clone();
    let freed = db
        .write("delete_version", move |tx| {
            let (dataset, version) = find_version(tx, &at, &name, Action::Publish)?;
            version.state.require_draft()?;
            let files = store::all_files(tx, &version.id)?;
            store::delete_version(tx, &version.id)?;
            let mut freed = Vec::new();
            for content in files.iter().filter(|file| file.is_held()).filter_map(|file| file.content) {
                freed.extend(store::release(tx, &dataset.organisation_id, &content)?);
            }
            append(tx, &at, event("version.deleted", &dataset, &version))?;
            Ok(freed)
        })
        .await?;
    for key in freed {
        super::super::files::free(store, &key).await;
    }
    Ok(())
}
