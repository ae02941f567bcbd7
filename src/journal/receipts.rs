//! Receipts: what proves offline that an entry is in the log.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::read::{JournalEntry, cursor, find_entry, position_after, with_payloads};
use super::store::{self, Begin, Checkpointed, DatabaseTiles, Filters, Recorded};
use super::tlog::{Note, Receipt, ReceiptBundle, Tile, Tiles, inclusion_proof};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Digest, Error, Page, PageRequest, Result};

/// How long a receipt waits for a checkpoint that covers its entry.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

/// The tree of the journal, each tile read once.
struct Remembered<'a> {
    tiles: DatabaseTiles<'a>,
    read: BTreeMap<Tile, Vec<Digest>>,
}

impl Tiles for Remembered<'_> {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>> {
        if let Some(hashes) = self.read.get(&tile) {
            return Ok(hashes.clone());
        }
        let hashes = self.tiles.tile(tile)?;
        self.read.insert(tile, hashes.clone());
        Ok(hashes)
    }
}

/// Receipts of entries, all under one checkpoint.
fn receipts(conn: &mut Conn, positions: &[i64], checkpoint: &Checkpointed) -> Result<Vec<Receipt>> {
    let failed = |error| Error::internal("receipt", error);
    let note = Note::parse(&checkpoint.note).map_err(failed)?;
    let size = u64::try_from(checkpoint.size).unwrap_or_default();
    let mut tiles = Remembered { tiles: DatabaseTiles(conn), read: BTreeMap::new() };
    let receipt = |position: &i64| {
        let index = u64::try_from(*position).unwrap_or_default();
        let proof = inclusion_proof(index, size, &mut tiles)?;
        Ok(Receipt { index, proof, checkpoint: note.clone(), extra: None })
    };
    positions.iter().map(receipt).collect()
}

/// The newest checkpoint, as soon as it covers this position.
async fn covering(db: &Db, position: i64) -> Result<Checkpointed> {
    let until = Instant::now() + PATIENCE;
    loop {
        let latest = db.read(store::latest_checkpoint).await?;
        if let Some(latest) = latest.filter(|latest| latest.size > position) {
            return Ok(latest);
        }
        if Instant::now() >= until {
            return Err(pending());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// No checkpoint covers what was asked for yet.
pub(super) fn pending() -> Error {
    Error::unavailable("checkpoint_pending", "the journal has not been signed so far yet; try again")
        .retry_after(Duration::from_secs(1))
}

/// The receipt of one entry.
///
/// # Errors
/// 404 when there is no entry that the caller may know of; 503 `checkpoint_pending`.
pub async fn receipt_of(db: &Db, ctx: &Ctx, position: i64) -> Result<Receipt> {
    let at = ctx.clone();
    db.read(move |conn| find_entry(conn, &at, position)).await?;
    let checkpoint = covering(db, position).await?;
    let made = db.read(move |conn| receipts(conn, &[position], &checkpoint)).await?;
    made.into_iter().next().ok_or_else(|| Error::internal("receipt", "none was made"))
}

/// The receipt of one entry with the entry, without its payload, for whoever asks: the caller of this function knows that it
/// may be seen.
///
/// # Errors
/// 503 `checkpoint_pending`.
pub async fn receipt_at(db: &Db, position: i64) -> Result<ReceiptBundle> {
    let found = db.read(move |conn| store::read_from(conn, position, 1)).await?;
    let page = Page { items: found, next: None };
    let missing = || Error::internal("receipt", format!("there is no entry {position}"));
    bundles(db, page, false).await?.items.into_iter().next().ok_or_else(missing)
}

/// The receipts of what happened to a thing, as far as the caller may know of it, oldest first. A subject of which nothing
/// may be known has none.
///
/// # Errors
/// 422 when the cursor belongs to another list; 503 `checkpoint_pending`.
pub async fn receipts_about(
    db: &Db,
    ctx: &Ctx,
    subject: String,
    page: PageRequest,
) -> Result<Page<ReceiptBundle>> {
    let filters = Filters { subject: Some(subject), ..Filters::default() };
    let (at, from, rows) = (ctx.clone(), from(&page)?, page.rows());
    let found =
        db.read(move |conn| store::visible_entries(conn, &at, &filters, Begin::At(from), rows)).await?;
    bundles(db, page.page(found, |row| cursor(row.position)), true).await
}

/// The receipts of these kinds of entries about these things, oldest first and without payloads, for whoever asks: the
/// caller of this function knows that they may be seen.
///
/// # Errors
/// As [`receipts_about`].
pub async fn public_receipts(
    db: &Db,
    subjects: Vec<String>,
    kinds: &'static [&'static str],
    page: PageRequest,
) -> Result<Page<ReceiptBundle>> {
    let (from, rows) = (from(&page)?, page.rows());
    let found = db.read(move |conn| store::entries_about(conn, &subjects, kinds, from, rows)).await?;
    bundles(db, page.page(found, |row| cursor(row.position)), false).await
}

fn from(page: &PageRequest) -> Result<i64> {
    Ok(position_after(page)?.map_or(0, |position| position.saturating_add(1)))
}

/// The receipts of entries that were found before, in their order and without payloads, for whoever asks: the caller of this
/// function knows that they may be seen.
///
/// # Errors
/// 503 `checkpoint_pending`.
pub async fn receipts_for(db: &Db, rows: Vec<Recorded>) -> Result<Vec<ReceiptBundle>> {
    made(db, rows, false).await
}

async fn bundles(db: &Db, page: Page<Recorded>, payloads: bool) -> Result<Page<ReceiptBundle>> {
    Ok(Page { items: made(db, page.items, payloads).await?, next: page.next })
}

async fn made(db: &Db, rows: Vec<Recorded>, payloads: bool) -> Result<Vec<ReceiptBundle>> {
    let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
    let Some(last) = positions.iter().max() else { return Ok(Vec::new()) };
    let checkpoint = covering(db, *last).await?;
    db.read(move |conn| {
        let receipts = receipts(conn, &positions, &checkpoint)?;
        let entries = with_payloads(conn, rows)?;
        let both = entries.into_iter().zip(receipts);
        Ok(both.map(|(entry, receipt)| bundle(entry, &receipt, payloads)).collect())
    })
    .await
}

fn bundle(entry: JournalEntry, receipt: &Receipt, payloads: bool) -> ReceiptBundle {
    ReceiptBundle {
        entry: entry.entry,
        payload: entry.payload.filter(|_| payloads),
        salt: entry.salt.filter(|_| payloads),
        receipt: receipt.to_string(),
    }
}
