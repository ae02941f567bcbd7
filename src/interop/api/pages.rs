//! The state of a page of a catalogue: what is on it and whether that changed, at the cost of a look at the database's epoch
//! where nothing did, and of a short query where anything did.
//!
//! A page's entity tag is made of the name and the last change of every dataset on it. A dataset that disappears from it, or
//! that the caller may not know of any more, changes it as well. No date can do so, for what is gone leaves none behind; so
//! `Last-Modified` is the moment of the newest event of all, which the journal's checkpoint tells everybody anyway.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::super::dcat::Catalogue;
use crate::datasets::{Listed, Selection, list_listed, newest_change};
use crate::db::{Conn, Db, Memo};
use crate::identity::{find_organisation, organisations_by_ids};
use crate::journal::newest_at;
use crate::kernel::{Ctx, DatasetId, Digest, PersonId, Result, Slug, Timestamp, TokenId};
use crate::spaces::{all_spaces, find_space, spaces_by_slugs};

/// The most datasets on a page.
pub(super) const PAGE: i64 = 100;

/// Room for remembered states, in bytes.
const ROOM: usize = 4 * 1024 * 1024;

/// Whose rights decided, and what was asked for.
type Key = (Option<(PersonId, Option<TokenId>)>, Request);

/// States as each caller found them, for as long as the database stays as it is.
pub(super) struct Pages(Memo<Key, Arc<State>>);

impl Default for Pages {
    fn default() -> Self {
        Self(Memo::new(ROOM, |state| 1024 + 256 * state.datasets.len() + 1024 * state.spaces()))
    }
}

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Which {
    /// Everything.
    Whole,
    /// A data space.
    Space(Slug),
    /// What an organisation provides.
    Organisation(Slug),
}

/// Which page of which list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) which: Which,
    pub(super) since: Option<Timestamp>,
    pub(super) after: Option<DatasetId>,
}

impl Request {
    /// What the list is narrowed to.
    pub(super) fn selection(&self) -> Selection {
        let mut selection = Selection { updated_since: self.since, ..Selection::default() };
        match &self.which {
            Which::Whole => {}
            Which::Space(space) => selection.space = Some(space.clone()),
            Which::Organisation(organisation) => selection.organisation = Some(organisation.clone()),
        }
        selection
    }
}

/// What is on a page.
#[derive(Debug)]
pub(super) struct State {
    /// What it is a page of.
    pub(super) catalogue: Catalogue,
    /// The datasets, in their order.
    pub(super) datasets: Vec<Listed>,
    /// Whether there is a next page.
    pub(super) more: bool,
    /// Another one for every other content.
    pub(super) fingerprint: Digest,
    /// The newest event of all.
    pub(super) newest_event: Option<Timestamp>,
    /// When a dataset of the whole list last changed; told on the first page alone, so that all pages together tell one.
    pub(super) modified: Option<Timestamp>,
}

impl State {
    /// How many data spaces are described on it.
    fn spaces(&self) -> usize {
        match &self.catalogue {
            Catalogue::Whole(spaces) => spaces.len(),
            Catalogue::Space(_) => 1,
            Catalogue::Organisation(_) => 0,
        }
    }
}

impl Pages {
    /// The state of a page.
    ///
    /// # Errors
    /// 404 when there is no such space or organisation.
    pub(super) async fn state(&self, db: &Db, ctx: &Ctx, request: Request) -> Result<Arc<State>> {
        let whose = ctx.principal().map(|principal| (principal.person.clone(), principal.token.clone()));
        let (asked, key) = (ctx.clone(), (whose, request.clone()));
        let read = db.read(move |conn| look(conn, &asked, &request).map(Arc::new));
        self.0.get_or(ctx.epoch, key, read).await
    }
}

fn look(conn: &mut Conn, ctx: &Ctx, request: &Request) -> Result<State> {
    // Before the rest: what happens meanwhile is newer than this moment, and is not taken for seen.
    let newest_event = newest_at(conn)?;
    let catalogue = match &request.which {
        Which::Whole => Catalogue::Whole(all_spaces(conn)?),
        Which::Space(space) => Catalogue::Space(Box::new(find_space(conn, space)?)),
        Which::Organisation(slug) => Catalogue::Organisation(Box::new(find_organisation(conn, slug)?)),
    };
    let mut datasets = list_listed(conn, ctx, &request.selection(), request.after.as_ref(), PAGE + 1)?;
    let page = usize::try_from(PAGE).unwrap_or_default();
    let more = datasets.len() > page;
    datasets.truncate(page);
    let modified = match &request.after {
        None => newest_change(conn, ctx, &request.selection())?,
        Some(_) => None,
    };
    let fingerprint = fingerprint(conn, &catalogue, &datasets, (more, modified))?;
    Ok(State { catalogue, datasets, more, fingerprint, newest_event, modified })
}

/// Everything that a page is made of, by name and state.
fn fingerprint(
    conn: &mut Conn,
    catalogue: &Catalogue,
    datasets: &[Listed],
    (more, modified): (bool, Option<Timestamp>),
) -> Result<Digest> {
    let organisations: Vec<_> = datasets.iter().map(|one| &one.organisation_id).collect();
    let spaces: Vec<_> = datasets.iter().map(|one| &one.space).collect();
    let organisations: HashMap<_, _> =
        organisations_by_ids(conn, &organisations)?.into_iter().map(|one| (one.id, one.revision)).collect();
    let spaces: HashMap<_, _> =
        spaces_by_slugs(conn, &spaces)?.into_iter().map(|one| (one.slug, one.revision)).collect();
    let own: String = match catalogue {
        Catalogue::Whole(all) => {
            all.iter().map(|space| format!("{}:{}", space.slug, space.revision)).collect()
        }
        Catalogue::Space(space) => space.revision.to_string(),
        Catalogue::Organisation(organisation) => organisation.revision.to_string(),
    };
    let mut text = format!("{} {own} {more} {modified:?}", env!("CARGO_PKG_VERSION"));
    for one in datasets {
        let (organisation, space) = (organisations.get(&one.organisation_id), spaces.get(&one.space));
        let (at, organisation, space) =
            (one.updated_at.as_millis(), organisation.copied().unwrap_or(0), space.copied().unwrap_or(0));
        // Writing to a String cannot fail.
        write!(text, "\n{} {at} {organisation} {} {space}", one.id, one.space).unwrap_or(());
    }
    Ok(Digest::of(&text))
}
