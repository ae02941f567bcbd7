//! Datasets that were harvested: records of another catalogue, found here, changed and decided on there.
//!
//! They are ordinary datasets with a mark, so that every list and rendering knows them. Nobody changes them here but the harvest
//! of their source. They hold no bytes and no terms in force: what the origin says of its terms is kept as a text, and grants
//! nothing. One that has the name of another gets a name of its own, and one that is registered here too, or was harvested from
//! elsewhere, stays beside the other.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::changes::{instant_of_change, note_changes};
use super::find::{Action, find_dataset};
use super::model::{Dataset, Statement, Visibility};
use super::origin::Harvested;
use super::record::{Record, identity_key};
use super::register::Prepared;
use super::store;
use crate::db::{Conn, Db, Tx};
use crate::i18n::Language;
use crate::journal::{Event, append};
use crate::kernel::{Ctx, DatasetId, Digest, Error, OrganisationId, Result, Slug, Timestamp, canonical_json};
use crate::policies::{Sentence, describe};

/// The facet by which the same dataset is found in several places.
pub(super) const BY_IDENTIFIER: &str = "identifier";

/// A harvested record, checked as one that is registered is, with everything that is costly to make of it.
pub struct Draft {
    prepared: Prepared,
    mark: Harvested,
    wanted: Slug,
    digest: Digest,
    mark_digest: Digest,
}

impl Draft {
    /// A draft of a record, under the name that its origin gives it where it has one.
    ///
    /// # Errors
    /// 422 with what is wrong with it.
    pub fn of(space: &Slug, record: Record, mark: Harvested, name: Option<Slug>) -> Result<Self> {
        let mark = mark.cut();
        mark.check()?;
        let digest = Digest::of(canonical_json(&(&record, &mark))?);
        let mark_digest = Digest::of(canonical_json(&mark)?);
        let by_title = || Slug::from_words(record.title.best(&[]));
        let wanted = name.or_else(by_title).map_or_else(|| short(&mark.identifier, "dataset"), Ok)?;
        let mut prepared = Prepared::of(Statement {
            space: space.clone(),
            visibility: Visibility::Public,
            audience: Vec::new(),
            announced: true,
            record,
            extension: None,
        })?;
        prepared.facets.identifiers.insert(identity_key(&mark.identifier));
        Ok(Self { prepared, mark, wanted, digest, mark_digest })
    }

    /// What is journaled of it: as of any dataset, with where it is from.
    fn event(&self, kind: &'static str, dataset: &Dataset) -> Event {
        self.prepared
            .event(kind, dataset)
            .fact("source", self.mark.source.as_str())
            .fact("harvested", self.mark_digest.to_string())
    }

    /// The identifier of the record at its source.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.mark.identifier
    }

    /// What makes it the same dataset as another one with an identifier that differs only in how it is written.
    #[must_use]
    pub fn identity(&self) -> String {
        identity_key(&self.mark.identifier)
    }

    /// The digest of all that is taken over: what has the same one has not changed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// A name made of these words and the digest of an identifier.
fn short(identifier: &str, words: &str) -> Result<Slug> {
    let digest = Digest::of(identifier).to_string();
    let stem: String = words.chars().take(Slug::MAX_LENGTH - 13).collect();
    format!("{}-{}", stem.trim_end_matches('-'), digest.get(..12).unwrap_or_default()).parse()
}

/// Where harvested datasets are registered, and for whom.
#[derive(Debug, Clone)]
pub struct Home {
    /// The organisation under which they are listed.
    pub organisation: Slug,
    /// Its id.
    pub organisation_id: OrganisationId,
    /// The person who registered the source.
    pub person: String,
}

/// Where a draft was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The dataset.
    pub dataset: DatasetId,
    /// It was not there before.
    pub created: bool,
}

/// Those of these drafts of which a harvested dataset is here, by their identity: from whatever source, under whatever name there.
///
/// # Errors
/// When the database fails.
pub fn copies_here<'a>(conn: &mut Conn, drafts: impl Iterator<Item = &'a Draft>) -> Result<HashSet<String>> {
    let identities: Vec<String> = drafts.map(Draft::identity).collect();
    store::harvested_among(conn, &identities)
}

/// Registers drafts, or updates the datasets they were before; in the same order.
///
/// # Errors
/// When the database fails.
pub fn put_harvested(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    home: &Home,
    drafts: Vec<(Option<DatasetId>, Draft)>,
) -> Result<Vec<Placed>> {
    let ids: Vec<&DatasetId> = drafts.iter().filter_map(|(known, _)| known.as_ref()).collect();
    let mut known: HashMap<DatasetId, Dataset> =
        store::any_by_ids(tx, &ids)?.into_iter().map(|dataset| (dataset.id.clone(), dataset)).collect();
    let mut names = Names::among(tx, home, &drafts)?;
    let mut latest = instant_of_change(tx, None, true, ctx.now)?;
    let (mut placed, mut fresh) = (Vec::with_capacity(drafts.len()), Vec::new());
    for (id, draft) in drafts {
        match id.and_then(|id| known.remove(&id)) {
            Some(before) => {
                latest = latest.max(before.changed_at(ctx.now));
                placed.push(Placed { dataset: before.id.clone(), created: false });
                update(tx, ctx, home, before, draft, latest)?;
            }
            None => {
                let dataset = names.registered(tx, home, &draft, latest)?;
                placed.push(Placed { dataset: dataset.id.clone(), created: true });
                let event = draft.event("dataset.registered", &dataset);
                let position = append(tx, ctx, event)?;
                fresh.push((dataset, draft.prepared.facets, position));
            }
        }
    }
    store::insert_harvested(tx, &fresh, &home.person)?;
    Ok(placed)
}

/// The names that are taken in an organisation, as far as they were looked at.
struct Names(HashSet<Slug>);

impl Names {
    fn among(tx: &mut Tx<'_>, home: &Home, drafts: &[(Option<DatasetId>, Draft)]) -> Result<Self> {
        let wanted: Vec<&Slug> = drafts.iter().map(|(_, draft)| &draft.wanted).collect();
        Ok(Self(store::taken_names(tx, &home.organisation_id, &wanted)?.into_iter().collect()))
    }

    /// The name of a draft. Whoever has the one that it wants already keeps it.
    fn name(&mut self, tx: &mut Tx<'_>, home: &Home, draft: &Draft) -> Result<Slug> {
        if self.0.insert(draft.wanted.clone()) {
            return Ok(draft.wanted.clone());
        }
        let own = format!("{} {}", draft.mark.source, draft.mark.identifier);
        for number in 0.. {
            let name = short(&format!("{own} {number}"), draft.wanted.as_str())?;
            // Several records of a source may state one identifier.
            if !self.0.contains(&name) && store::taken_names(tx, &home.organisation_id, &[&name])?.is_empty()
            {
                self.0.insert(name.clone());
                return Ok(name);
            }
        }
        Err(Error::internal("name of a harvested dataset", "all of them are taken"))
    }

    /// The dataset of a draft that was not there before.
    fn registered(&mut self, tx: &mut Tx<'_>, home: &Home, draft: &Draft, at: Timestamp) -> Result<Dataset> {
        let name = self.name(tx, home, draft)?;
        let prepared = &draft.prepared;
        Ok(Dataset {
            id: DatasetId::generate(),
            organisation: home.organisation.clone(),
            organisation_id: home.organisation_id.clone(),
            name,
            space: prepared.statement.space.clone(),
            visibility: Visibility::Public,
            audience: None,
            announced: true,
            listed: true,
            access_mode: None,
            policy_revision: 0,
            record: prepared.texts.record.clone(),
            extension: None,
            harvested: Some(Box::new(draft.mark.clone())),
            completeness: prepared.completeness,
            latest_version: None,
            revision: 1,
            created_at: at,
            updated_at: at,
        })
    }
}

fn update(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    home: &Home,
    before: Dataset,
    draft: Draft,
    at: Timestamp,
) -> Result<()> {
    let prepared = &draft.prepared;
    let dataset = Dataset {
        record: prepared.texts.record.clone(),
        harvested: Some(Box::new(draft.mark.clone())),
        completeness: prepared.completeness,
        revision: before.revision + 1,
        updated_at: at,
        ..before
    };
    let position = tx.next_position();
    store::update_harvested(tx, &dataset, position)?;
    store::replace_facets(tx, &dataset.id, &prepared.facets, false)?;
    let position = append(tx, ctx, draft.event("dataset.updated", &dataset))?;
    store::insert_revision(tx, &dataset, &home.person, position)
}

/// Removes harvested datasets; others among them are left.
///
/// # Errors
/// When the database fails.
pub fn remove_harvested(tx: &mut Tx<'_>, ctx: &Ctx, ids: &[DatasetId]) -> Result<()> {
    let ids: Vec<&DatasetId> = ids.iter().collect();
    let mut gone = store::any_by_ids(tx, &ids)?;
    gone.retain(|dataset| dataset.harvested.is_some());
    let mut latest = instant_of_change(tx, None, true, ctx.now)?;
    for dataset in &gone {
        latest = latest.max(dataset.changed_at(ctx.now));
    }
    note_changes(tx, &gone, latest)?;
    for dataset in &gone {
        let event = Event::new("dataset.deleted", &dataset.id)
            .in_space(&dataset.space)
            .provided_by(&dataset.organisation_id)
            .fact("name", dataset.full_name());
        let source = dataset.harvested.as_ref().map(|mark| mark.source.to_string()).unwrap_or_default();
        append(tx, ctx, event.fact("source", source))?;
    }
    let ids: Vec<&DatasetId> = gone.iter().map(|dataset| &dataset.id).collect();
    store::delete_datasets(tx, &ids)
}

/// Where a dataset comes from, and where else it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Origins {
    /// The mark of a harvested dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harvested: Option<Box<Harvested>>,
    /// When its source last had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// The offer of the origin line by line, in words, where all of it is understood here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Sentence>,
    /// Datasets that state the same identifier, as `organisation/name`: registered here, or harvested from other sources. All of
    /// them stay.
    pub duplicates: Vec<String>,
}

/// The most duplicates that are told of.
const MOST_DUPLICATES: i64 = 50;

/// Where a dataset comes from, and where else it is.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub async fn origins(db: &Db, ctx: &Ctx, name: (Slug, Slug), language: Language) -> Result<Origins> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
        let last_seen = match dataset.harvested {
            Some(_) => store::last_seen(conn, &dataset.id)?,
            None => None,
        };
        let duplicates = store::duplicates(conn, &ctx, &dataset.id, MOST_DUPLICATES)?;
        let offer = dataset.harvested.as_ref().and_then(|mark| mark.terms.understood());
        let lines = offer.map(|offer| describe(&offer, language)).unwrap_or_default();
        Ok(Origins { harvested: dataset.harvested, last_seen, lines, duplicates })
    })
    .await
}
