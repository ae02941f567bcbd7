//! Registering a dataset, changing what is stated of it, and removing one that was never published.

use super::changes::{instant_of_change, note_change};
use super::find::{Action, find_dataset};
use super::model::{Dataset, NewDataset, Statement, Visibility};
use super::record::{Facets, completeness};
use super::store::{self, StatementTexts};
use crate::db::{Conn, Db, Tx};
use crate::identity::find_organisation;
use crate::journal::{Event, append};
use crate::kernel::{
    Ctx, DatasetId, Digest, Error, Kind, OrganisationId, OrganisationRole, Result, Scope, Slug,
    canonical_json,
};
use crate::spaces::find_space;

/// A statement, checked, with everything that is costly to make of it.
pub(super) struct Prepared {
    pub(super) statement: Statement,
    pub(super) texts: StatementTexts,
    pub(super) facets: Facets,
    pub(super) completeness: i64,
    pub(super) digest: Digest,
}

impl Prepared {
    pub(super) fn of(statement: Statement) -> Result<Self> {
        statement.check()?;
        let texts = StatementTexts::of(&statement)?;
        Ok(Self {
            facets: statement.record.facets(),
            completeness: i64::from(completeness(&statement.record).score),
            digest: Digest::of(canonical_json(&statement.record)?),
            texts,
            statement,
        })
    }

    pub(super) fn event(&self, kind: &'static str, dataset: &Dataset) -> Event {
        Event::new(kind, &dataset.id)
            .in_space(&dataset.space)
            .provided_by(&dataset.organisation_id)
            .fact("name", dataset.full_name())
            .fact("revision", dataset.revision)
            .fact("visibility", dataset.visibility.as_str())
            .fact("record", self.digest.to_string())
    }
}

/// Registers a dataset.
///
/// # Errors
/// 401, 403; 404 when the organisation or space is not there; 409 `name_taken`; 422.
pub async fn register_dataset(db: &Db, ctx: &Ctx, new: NewDataset) -> Result<Dataset> {
    let principal = ctx.require(Scope::Publish)?;
    let person = principal.person.clone();
    let (organisation, name, statement) = new.into_parts();
    let prepared = Prepared::of(statement)?;
    let space = &prepared.statement.space;
    let own = principal.organisation(&organisation, OrganisationRole::Publisher);
    let Some(organisation_id) = own.filter(|_| principal.reaches(space)).cloned() else {
        return Err(refusal(db, organisation).await);
    };
    let is_member = principal.spaces.contains(space);
    let at = ctx.clone();
    db.write("register_dataset", move |tx| {
        tx.once(&at, |tx| {
            if !is_member {
                known_space(tx, &prepared.statement.space)?;
            }
            let mut dataset = Dataset {
                id: DatasetId::generate(),
                organisation,
                organisation_id,
                name,
                space: prepared.statement.space.clone(),
                visibility: prepared.statement.visibility,
                audience: None,
                announced: prepared.statement.announced,
                listed: prepared.statement.announced,
                access_mode: None,
                policy_revision: 0,
                record: prepared.texts.record.clone(),
                extension: prepared.texts.extension.clone(),
                harvested: None,
                completeness: prepared.completeness,
                latest_version: None,
                revision: 1,
                created_at: at.now,
                updated_at: at.now,
            };
            dataset.updated_at = instant_of_change(tx, None, dataset.is_public(), at.now)?;
            let position = tx.next_position();
            if !store::insert_dataset(tx, &dataset, person.as_str(), position)? {
                return Err(Error::conflict(
                    "name_taken",
                    format!("`{}` is already registered", dataset.full_name()),
                ));
            }
            let dataset = store_sides(tx, dataset, &prepared, true)?;
            let position = append(tx, &at, prepared.event("dataset.registered", &dataset))?;
            store::insert_revision(tx, &dataset, person.as_str(), position)?;
            Ok(dataset)
        })
    })
    .await
}

/// Why a person may not register for this organisation.
async fn refusal(db: &Db, organisation: Slug) -> Error {
    let found = db.read(move |conn| find_organisation(conn, &organisation)).await;
    found.map_or_else(
        |error| error,
        |organisation| {
            Error::forbidden(
                "publisher_required",
                format!("you are not a publisher of `{}` in this space", organisation.slug),
            )
        },
    )
}

/// Changes what is stated of a dataset; the state before stays readable.
///
/// # Errors
/// 401, 403, 404; 412 when it has been changed meanwhile; 422, also when something is published and what that asks
/// for is missing.
pub async fn update_dataset(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    statement: Statement,
    fits: impl FnOnce(&Dataset) -> Result<()> + Send + 'static,
) -> Result<Dataset> {
    let person = ctx.require(Scope::Publish)?.person.clone();
    let prepared = Prepared::of(statement)?;
    let at = ctx.clone();
    db.write("update_dataset", move |tx| {
        let before = find_dataset(tx, &at, &name.0, &name.1, Action::Publish)?;
        fits(&before)?;
        let reaches = at.principal().is_some_and(|principal| principal.reaches(&prepared.statement.space));
        if before.space != prepared.statement.space {
            if !reaches {
                return Err(Error::forbidden("space_confined", "your token is confined to another space"));
            }
            known_space(tx, &prepared.statement.space)?;
        }
        let published = store::ever_published(tx, &before.id)?;
        if published {
            // What publication asked for stays stated.
            prepared.statement.record.check_for_publication()?;
        }
        let same = prepared.texts.same_record(&before.record)?;
        let mut dataset = Dataset {
            space: prepared.statement.space.clone(),
            visibility: prepared.statement.visibility,
            announced: prepared.statement.announced,
            listed: prepared.statement.announced || published,
            // The text as it is stored is kept when nothing in it changed.
            record: if same { before.record.clone() } else { prepared.texts.record.clone() },
            extension: prepared.texts.extension.clone(),
            completeness: prepared.completeness,
            revision: before.revision + 1,
            ..before.clone()
        };
        dataset.updated_at = instant_of_change(tx, Some(&before), dataset.is_public(), at.now)?;
        let position = tx.next_position();
        store::update_dataset(tx, &dataset, position)?;
        note_change(tx, &before, Some(&dataset), dataset.updated_at)?;
        let dataset = store_sides(tx, dataset, &prepared, false)?;
        let position = append(tx, &at, prepared.event("dataset.updated", &dataset))?;
        store::insert_revision(tx, &dataset, person.as_str(), position)?;
        Ok(dataset)
    })
    .await
}

/// Writes audience and facets.
fn store_sides(tx: &mut Tx<'_>, mut dataset: Dataset, prepared: &Prepared, fresh: bool) -> Result<Dataset> {
    store::replace_facets(tx, &dataset.id, &prepared.facets, fresh)?;
    let named = dataset.visibility == Visibility::Organisations;
    if named || !fresh {
        let ids = audience_ids(tx, &prepared.statement.audience)?;
        store::replace_audience(tx, &dataset.id, &ids)?;
    }
    if named {
        dataset.audience = Some(prepared.statement.audience.clone());
    }
    Ok(dataset)
}

fn audience_ids(tx: &mut Tx<'_>, slugs: &[Slug]) -> Result<Vec<OrganisationId>> {
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    let found = store::organisation_ids(tx, slugs)?;
    let missing = slugs.iter().position(|slug| !found.iter().any(|(known, _)| known == slug));
    match missing {
        Some(index) => Err(Error::invalid(
            format!("/audience/{index}"),
            "unknown_organisation",
            "there is no such organisation",
        )),
        None => Ok(found.into_iter().map(|(_, id)| id).collect()),
    }
}

fn known_space(conn: &mut Conn, space: &Slug) -> Result<()> {
    match find_space(conn, space) {
        Err(error) if error.kind() == Kind::NotFound => Err(Error::invalid(
            "/space",
            "unknown_space",
            "there is no such data space; GET /api/v1/spaces lists them",
        )),
        outcome => outcome.map(drop),
    }
}

/// Removes a dataset that was never published, with its drafts.
///
/// # Errors
/// 401, 403, 404; 409 `ever_published`: what was published stays, withdraw its versions instead.
pub async fn delete_dataset(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    fits: impl FnOnce(&Dataset) -> Result<()> + Send + 'static,
) -> Result<()> {
    ctx.require(Scope::Publish)?;
    let at = ctx.clone();
    db.write("delete_dataset", move |tx| {
        let dataset = find_dataset(tx, &at, &name.0, &name.1, Action::Publish)?;
        fits(&dataset)?;
        if store::ever_published(tx, &dataset.id)? {
            return Err(Error::conflict(
                "ever_published",
                "what was published stays readable; withdraw its versions instead",
            ));
        }
        if store::has_versions(tx, &dataset.id)? {
            return Err(Error::conflict("has_versions", "delete its draft versions first"));
        }
        if store::has_requests(tx, &dataset.id)? {
            return Err(Error::conflict(
                "has_requests",
                "somebody has asked for access to it; it stays on record",
            ));
        }
        store::delete_dataset(tx, &dataset.id)?;
        let departed_at = instant_of_change(tx, Some(&dataset), false, at.now)?;
        note_change(tx, &dataset, None, departed_at)?;
        append(
            tx,
            &at,
            Event::new("dataset.deleted", &dataset.id)
                .in_space(&dataset.space)
                .provided_by(&dataset.organisation_id)
                .fact("name", dataset.full_name()),
        )?;
        Ok(())
    })
    .await
}
