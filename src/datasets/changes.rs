//! What changed, in the order in which it became visible, with what left the public catalogue.
//!
//! The order is the journal's: the writer takes turns, so whoever sees a position sees everything before it, whatever the
//! clocks of the replicas say, and a cursor skips nothing. A dataset stands where its newest change does. When one that
//! everybody could see is hidden or removed, the same write notes the departure; when it comes back, the note goes. So it is with
//! one that moves to another data space, for those who follow the old one. What never was public leaves no trace.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::describe::{Described, Selection, describe};
use super::model::{Dataset, DatasetSummary, PolicyRevision};
use super::receipts::{Entries, entries_of};
use super::store;
use super::versions::Version;
use crate::db::{Conn, Db, Tx};
use crate::journal::{ReceiptBundle, log_size};
use crate::kernel::{Ctx, Cursor, DatasetId, Error, Page, PageRequest, Result, Slug, Timestamp};

/// Instants further ahead than this are no reason to move on: some clock was wrong.
const MOST_AHEAD: Duration = Duration::from_secs(60);

/// A dataset that everybody could see and now cannot, as it was when it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Its id.
    pub id: DatasetId,
    /// The organisation that provided it.
    pub organisation: Slug,
    /// Its name.
    pub name: Slug,
    /// The data space it was listed in.
    pub space: Slug,
    /// Where the journal has it.
    pub position: i64,
    /// When it left.
    pub departed_at: Timestamp,
}

impl Departure {
    /// The departure of a dataset that was last seen so.
    fn of(last_seen: &Dataset, position: i64, departed_at: Timestamp) -> Self {
        Self {
            id: last_seen.id.clone(),
            organisation: last_seen.organisation.clone(),
            name: last_seen.name.clone(),
            space: last_seen.space.clone(),
            position,
            departed_at,
        }
    }
}

/// One change.
#[derive(Debug, Clone)]
pub enum Change<T> {
    /// It is there, and changed.
    Present(T),
    /// It is gone for whoever has no more rights than everybody.
    Gone(Departure),
}

/// A change of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DatasetChange {
    /// Send it as `after` to get what came later.
    pub cursor: String,
    /// The dataset left what you may know of, or the data space that you asked for: forget what you keep of it.
    pub gone: bool,
    /// The id.
    pub id: DatasetId,
    /// The organisation that provides it.
    pub organisation: Slug,
    /// The name within the organisation.
    pub name: Slug,
    /// The data space it is listed in; of one that is gone, the one that it left.
    pub space: Slug,
    /// When it changed or left.
    pub changed_at: Timestamp,
    /// The dataset as it is now; absent when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetSummary>,
    /// The same with its record, terms and newest version, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Box<WholeDataset>>,
}

/// A dataset with what other catalogues copy of it; what a line of the dump holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WholeDataset {
    /// The dataset with its record.
    pub dataset: Dataset,
    /// The terms in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyRevision>,
    /// The newest published version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Where that was asked for: the receipts of the entries that say what the record is, and, where there are any, what the terms
    /// are and what was published. Whoever knows the log's key checks with them that this is what the journal has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<ReceiptBundle>,
}

/// How much is told of each dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What listings tell.
    Summary,
    /// What other catalogues copy.
    Whole,
    /// The same with receipts.
    Proved,
}

/// The instant of a change. Instants of what everybody may know of never go back from one change to the next, so that whoever
/// asks for everything since the latest one seen misses nothing.
///
/// # Errors
/// When the database fails.
pub(super) fn instant_of_change(
    conn: &mut Conn,
    before: Option<&Dataset>,
    is_public: bool,
    now: Timestamp,
) -> Result<Timestamp> {
    let own = before.map_or(now, |before| before.changed_at(now));
    if !is_public && !before.is_some_and(Dataset::is_public) {
        return Ok(own);
    }
    let latest = store::latest_instant(conn, now.plus(MOST_AHEAD))?;
    Ok(latest.map_or(own, |latest| own.max(latest)))
}

/// Notes in the write of a change, before its event, whether the dataset left the public catalogue or came back to it.
///
/// # Errors
/// When the database fails.
pub(super) fn note_change(
    tx: &mut Tx<'_>,
    before: &Dataset,
    after: Option<&Dataset>,
    at: Timestamp,
) -> Result<()> {
    let position = tx.next_position();
    match (before.is_public(), after.filter(|after| after.is_public())) {
        (true, None) => store::note_departure(tx, &Departure::of(before, position, at)),
        (true, Some(after)) if before.space != after.space => {
            store::note_move(tx, &Departure::of(before, position, at))?;
            store::forget_move(tx, &after.id, &after.space)
        }
        // It left by a change, if it ever did; in its first revision there is nothing to forget.
        (false, Some(after)) if before.revision > 1 => {
            if let Some(left) = store::departure_of(tx, &after.id)?.filter(|left| left.space != after.space) {
                store::note_move(tx, &Departure { position, departed_at: at, ..left })?;
            }
            store::forget_departure(tx, &after.id)?;
            store::forget_move(tx, &after.id, &after.space)
        }
        _ => Ok(()),
    }
}

/// Notes in the write that removes datasets which everybody could see, before its events, that they left the public catalogue: the
/// events follow in the same order.
///
/// # Errors
/// When the database fails.
pub(super) fn note_changes(tx: &mut Tx<'_>, gone: &[Dataset], at: Timestamp) -> Result<()> {
    let position = tx.next_position();
    store::note_departures(tx, gone, position, at)
}

/// Whether somebody who follows one data space is told of what moved to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// As gone from that space.
    Told,
    /// Not at all.
    Untold,
}

/// The changes after a position. Everything up to the horizon is committed, and nothing before it will come: what happens while
/// this looks stands beyond it, so that nothing is passed over.
fn changes<T>(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    (after, most): (Option<i64>, i64),
    moves: Moves,
    load: impl FnOnce(&mut Conn, &[DatasetId]) -> Result<HashMap<DatasetId, T>>,
) -> Result<Changes<T>> {
    let horizon = log_size(conn)?;
    let after = after.unwrap_or(-1);
    if after >= horizon {
        return Err(Error::invalid(
            "after",
            "cursor_ahead",
            "the catalogue has not come that far: it was restored from a copy; begin anew, without `after`",
        ));
    }
    let span = (after, horizon);
    // One more than wanted tells whether there is more.
    let present = store::changed_between(conn, ctx, selection, span, most + 1)?;
    let mut gone = store::departures_between(conn, ctx, selection, span, most + 1)?;
    if moves == Moves::Told {
        gone.extend(store::moves_between(conn, selection, span, most + 1)?);
    }
    let mut merged: Vec<(i64, Change<DatasetId>)> =
        present.into_iter().map(|(position, id)| (position, Change::Present(id))).collect();
    merged.extend(gone.into_iter().map(|gone| (gone.position, Change::Gone(gone))));
    merged.sort_by_key(|(position, _)| *position);
    let wanted = usize::try_from(most).unwrap_or(usize::MAX);
    let is_last = merged.len() <= wanted;
    merged.truncate(wanted);
    let last = if is_last { horizon - 1 } else { merged.last().map_or(after, |(position, _)| *position) };
    let ids: Vec<DatasetId> = merged
        .iter()
        .filter_map(|(_, change)| match change {
            Change::Present(id) => Some(id.clone()),
            Change::Gone(_) => None,
        })
        .collect();
    let mut loaded = load(conn, &ids)?;
    let items = merged.into_iter().filter_map(|(position, change)| {
        Some(match change {
            // One that was hidden since the look before stands further on, as gone.
            Change::Present(id) => (position, Change::Present(loaded.remove(&id)?)),
            Change::Gone(departure) => (position, Change::Gone(departure)),
        })
    });
    Ok(Changes { items: items.collect(), last, is_last })
}

/// A part of the changes.
#[derive(Debug)]
pub struct Changes<T> {
    /// The changes with their positions.
    pub items: Vec<(i64, Change<T>)>,
    /// After which position to go on.
    pub last: i64,
    /// Whether there is nothing more for now.
    pub is_last: bool,
}

/// Changes after this position as far as the caller may know of them, the datasets whole; of each at most so many files.
///
/// # Errors
/// 422 when the position lies ahead of the journal; else when the database fails.
pub fn list_described_changes(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<i64>,
    (most, most_files): (i64, i64),
) -> Result<Changes<Described>> {
    // Who reads these takes whatever is gone for deleted, in all spaces at once.
    changes(conn, ctx, selection, (after, most), Moves::Untold, |conn, ids| {
        let datasets = store::visible_among(conn, ctx, ids)?;
        let described = describe(conn, None, datasets, most_files)?;
        Ok(described.into_iter().map(|one| (one.dataset.id.clone(), one)).collect())
    })
}

/// The departure of a dataset that was public and is not any more.
///
/// # Errors
/// When the database fails.
pub fn departure_of(conn: &mut Conn, dataset: &DatasetId) -> Result<Option<Departure>> {
    store::departure_of(conn, dataset)
}

/// The position a cursor stands for.
///
/// # Errors
/// 422 when it is no cursor of this list.
pub(super) fn position_of(cursor: &Cursor) -> Result<i64> {
    let [position] = cursor.parts::<1>()?;
    let position = position.parse().ok().filter(|position| *position >= -1);
    position.ok_or_else(|| Error::invalid("after", "cursor", "not a cursor of this list"))
}

/// A page of changes, oldest first; and whether it is the last one for now.
///
/// # Errors
/// 422 for a cursor of something else, or one that lies ahead of the journal; 503 `checkpoint_pending` where receipts are asked
/// for and the newest change has not been signed yet.
pub async fn list_changes(
    db: &Db,
    ctx: &Ctx,
    (selection, detail): (Selection, Detail),
    page: PageRequest,
) -> Result<(Page<DatasetChange>, bool)> {
    let ctx = ctx.clone();
    let (mut found, is_last, proofs) = db
        .read(move |conn| {
            let (found, is_last) = page_of_changes(conn, &ctx, (&selection, detail), &page)?;
            let wholes = found.items.iter().filter_map(|change| change.whole.as_deref());
            let proofs =
                if detail == Detail::Proved { entries_of(conn, wholes)? } else { Entries::default() };
            Ok((found, is_last, proofs))
        })
        .await?;
    let wholes = found.items.iter_mut().filter_map(|change| change.whole.as_deref_mut());
    proofs.attach(db, wholes).await?;
    Ok((found, is_last))
}

fn page_of_changes(
    conn: &mut Conn,
    ctx: &Ctx,
    (selection, detail): (&Selection, Detail),
    page: &PageRequest,
) -> Result<(Page<DatasetChange>, bool)> {
    let after = page.after.as_ref().map(position_of).transpose()?;
    let most = i64::from(page.limit);
    let found = changes(conn, ctx, selection, (after, most), Moves::Told, |conn, ids| {
        let summaries = store::summaries_among(conn, ctx, ids)?;
        let mut wholes = if detail == Detail::Summary { HashMap::new() } else { wholes(conn, ctx, ids)? };
        let both = summaries.into_iter().map(|one| {
            let whole = wholes.remove(&one.id);
            (one.id.clone(), (one, whole))
        });
        Ok(both.collect())
    })?;
    let items = found.items.into_iter().map(|(position, change)| item(position, change)).collect();
    Ok((Page { items, next: Some(cursor(found.last)) }, found.is_last))
}

fn cursor(position: i64) -> Cursor {
    Cursor::new([position.to_string()])
}

fn wholes(conn: &mut Conn, ctx: &Ctx, ids: &[DatasetId]) -> Result<HashMap<DatasetId, Box<WholeDataset>>> {
    let datasets = store::visible_among(conn, ctx, ids)?;
    let described = describe(conn, None, datasets, 0)?;
    let wholes = described.into_iter().map(|one| {
        let (policy, version) = (one.terms, one.version);
        let whole = WholeDataset { dataset: one.dataset, policy, version, receipts: Vec::new() };
        (whole.dataset.id.clone(), Box::new(whole))
    });
    Ok(wholes.collect())
}

fn item(position: i64, change: Change<(DatasetSummary, Option<Box<WholeDataset>>)>) -> DatasetChange {
    let cursor = cursor(position).encode();
    match change {
        Change::Present((dataset, whole)) => DatasetChange {
            cursor,
            gone: false,
            id: dataset.id.clone(),
            organisation: dataset.organisation.clone(),
            name: dataset.name.clone(),
            space: dataset.space.clone(),
            changed_at: dataset.updated_at,
            dataset: Some(dataset),
            whole,
        },
        Change::Gone(gone) => DatasetChange {
            cursor,
            gone: true,
            id: gone.id,
            organisation: gone.organisation,
            name: gone.name,
            space: gone.space,
            changed_at: gone.departed_at,
            dataset: None,
            whole: None,
        },
    }
}
