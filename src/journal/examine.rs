//! The audit of the journal from the rows of the database: everything is hashed anew and held against what is stored and
//! what was signed. The tree is computed by the same function as in an audit from outside, `tlog::Audit`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::audit::{Found, check_keys, check_note, check_row, failed};
use super::epoch::{EPOCH_OPENED, KEY_ROTATED};
use super::erase::ERASED;
use super::log::{LogName, name_of};
use super::outside;
use super::store::{self, Row};
use super::tlog::{Audit, Checkpoint, Computed, Verifier};
use super::witness::Witnesses;
use crate::db::{Conn, Db};
use crate::kernel::{Digest, Result};
use crate::storage::BlobStore;

/// Rows read at once.
const BATCH: i64 = 1000;

/// What an audit found to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// How many entries there are.
    pub size: u64,
    /// The root of the tree.
    pub root: Digest,
    /// How many payloads were there.
    pub payloads: u64,
    /// How many payloads were erased, as the journal says.
    pub erased: u64,
    /// How many signed checkpoints were met.
    pub checkpoints: usize,
}

/// Reads the whole journal and says whether it is what was signed, by the log and by these witnesses. It needs the same small
/// memory for every journal, but for eight bytes for each payload that was erased. `progress` is told how many entries were
/// read, and of how many.
///
/// # Errors
/// `audit_failed` with the first position at which something is wrong; else when database or store fail.
pub async fn audit(
    db: &Db,
    store: &BlobStore,
    witnesses: &Witnesses,
    mut progress: impl FnMut(u64, u64),
) -> Result<Audited> {
    let outside = outside::newest(store).await?;
    let witnesses: Vec<Verifier> =
        witnesses.policy().witnesses().iter().map(|witness| witness.verifier.clone()).collect();
    let known = witnesses.clone();
    let Prepared { names, erased, size, mut claims, newest } =
        db.read(move |conn| prepare(conn, &known)).await?;
    if let Some(outside) = outside {
        let place = (outside.epoch, outside.size);
        let claim = check_note(&names, &witnesses, place, &outside.note).map_err(|error| {
            failed(0, &format!("the checkpoint beside the blobs does not hold: {}", error.detail()))
        })?;
        // What an earlier epoch lost is not asked of a later one.
        if names.last().is_none_or(|name| outside.epoch >= name.epoch) {
            if claim.size > size {
                let what = format!("the checkpoint beside the blobs is over {} entries", claim.size);
                return Err(failed(size, &what));
            }
            // It is stored before it is copied.
            if newest < Some(place) {
                return Err(failed(
                    claim.size,
                    "the checkpoint beside the blobs is newer than all that are stored",
                ));
            }
            claims.push(claim);
        }
    }
    let (mut payloads, checkpoints) = (0, claims.len());
    let mut tree = Audit::new(claims).map_err(|error| failed(0, error.detail()))?;
    loop {
        let next = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        let mut rows: Vec<Row> = db.read(move |conn| store::whole_rows(conn, next, BATCH)).await?;
        // Those that a service appends meanwhile are left to the next audit.
        rows.retain(|row| u64::try_from(row.position).is_ok_and(|position| position < size));
        if rows.is_empty() {
            break;
        }
        let mut tiles = Vec::new();
        for row in &rows {
            payloads += u64::from(row.payload.is_some());
            tiles.extend(take(&mut tree, row, erased.contains(&row.position))?);
        }
        db.read(move |conn| compare(conn, tiles)).await?;
        progress(tree.size(), size);
    }
    if tree.size() != size {
        return Err(failed(tree.size(), &format!("there were {size} entries, and this one is gone")));
    }
    let (root, tiles) = tree.finish().map_err(|error| failed(size, error.detail()))?;
    db.read(move |conn| compare(conn, tiles)).await?;
    Ok(Audited { size, root, payloads, erased: erased.len() as u64, checkpoints })
}

/// Takes the next row in; tells the tiles of the tree that are full with it.
fn take(tree: &mut Audit, row: &Row, erased: bool) -> Result<Vec<Computed>> {
    let position = tree.size();
    if u64::try_from(row.position) != Ok(position) {
        return Err(failed(
            position,
            &format!("the entry is missing; the next one stands at {}", row.position),
        ));
    }
    let at = row.at.to_string();
    let found = Found {
        position,
        body: &row.body,
        payload: row.payload.as_ref().map(|payload| (payload.salt.as_slice(), payload.text.as_str())),
        columns: &row.columns(&at),
        erased,
    };
    let leaf = <[u8; 32]>::try_from(row.leaf.as_slice()).map(Digest::from_bytes);
    let leaf = leaf.map_err(|_| failed(position, "the leaf hash is not 32 bytes long"))?;
    let checked = check_row(&found).and_then(|()| tree.entry(leaf, row.body.as_bytes()));
    checked.map_err(|error| failed(position, error.detail()))
}

/// Compares tiles as they must be with the nodes that are stored. Those of level 0 are the leaves themselves.
fn compare(conn: &mut Conn, tiles: Vec<Computed>) -> Result<()> {
    for (tile, hashes) in tiles.into_iter().filter(|(tile, _)| tile.level > 0) {
        let first = i64::try_from(tile.index * 256).unwrap_or(i64::MAX);
        let end = first.saturating_add(i64::from(tile.width));
        let stored = store::node_roots(conn, i64::from(tile.level), first, end)?;
        for (number, hash) in (first..end).zip(&hashes) {
            if stored.get(&number).is_none_or(|stored| stored != hash.as_bytes()) {
                let last = ((number.cast_unsigned() + 1) << (8 * u32::from(tile.level))) - 1;
                let what = format!("node {number} of level {} is not that of the entries", tile.level);
                return Err(failed(last, &what));
            }
        }
    }
    Ok(())
}

/// What is known before the first row is read.
struct Prepared {
    names: Vec<LogName>,
    /// Positions whose payload was erased, as the journal says.
    erased: BTreeSet<i64>,
    /// How many entries there are.
    size: u64,
    /// What the stored checkpoints say.
    claims: Vec<Checkpoint>,
    /// Epoch and size of the newest of them.
    newest: Option<(i64, i64)>,
}

fn prepare(conn: &mut Conn, witnesses: &[Verifier]) -> Result<Prepared> {
    let keys = store::keys(conn)?;
    check_keys(&keys, &store::entries_of_kinds(conn, &[KEY_ROTATED, EPOCH_OPENED])?)?;
    let names = keys.into_iter().map(|key| {
        let (number, since) = (key.number, u64::try_from(key.since).unwrap_or_default());
        name_of(key)
            .map_err(|_| failed(since, &format!("what is stored as key {number} of the log is no key")))
    });
    let names: Vec<LogName> = names.collect::<Result<_>>()?;
    // A service that runs may sign meanwhile: the checkpoints first, so that none is over more than there are.
    let checkpoints = store::all_checkpoints(conn)?;
    let size = size(conn)?;
    let newest = checkpoints.last().map(|last| (last.epoch, last.size));
    let mut claims = Vec::new();
    for stored in checkpoints {
        let name = format!("the checkpoint of epoch {} over {} entries", stored.epoch, stored.size);
        let claim = check_note(&names, witnesses, (stored.epoch, stored.size), &stored.note);
        let claim = claim.map_err(|error| {
            let position = u64::try_from(stored.size).unwrap_or_default();
            failed(position, &format!("{name} does not hold: {}", error.detail()))
        })?;
        if claim.size > size {
            return Err(failed(size, &format!("{name} is over more than there are")));
        }
        claims.push(claim);
    }
    Ok(Prepared { names, erased: erased_positions(conn)?, size, claims, newest })
}

/// How many entries there are, once nothing stands where none can be.
fn size(conn: &mut Conn) -> Result<u64> {
    let extent = store::extent(conn)?;
    let size = u64::try_from(extent.size()).unwrap_or_default();
    if let Some(stray) = extent.stray_row() {
        return Err(failed(size, &format!("there are {size} entries, and one stands at {stray}")));
    }
    if let Some(stray) = extent.stray_payload() {
        return Err(failed(size, &format!("there are {size} entries, and a payload stands at {stray}")));
    }
    let (nodes, needed) = (extent.nodes(), nodes_of(size));
    if nodes != needed {
        let what = format!("{nodes} nodes of the tree are stored, and {needed} belong to it");
        return Err(failed(size, &what));
    }
    Ok(size)
}

fn nodes_of(size: u64) -> i64 {
    let levels = std::iter::successors(Some(size >> 8), |complete| Some(complete >> 8));
    let counts = levels.take_while(|complete| *complete > 0);
    counts.map(|complete| i64::try_from(complete).unwrap_or(i64::MAX)).sum()
}

/// The positions whose payload was erased, as the journal says.
fn erased_positions(conn: &mut Conn) -> Result<BTreeSet<i64>> {
    let mut erased = BTreeSet::new();
    for (_, body) in store::entries_of_kinds(conn, &[ERASED])? {
        // One that cannot be read is found where it stands.
        let entry: Value = serde_json::from_str(&body).unwrap_or_default();
        let positions = entry.pointer("/facts/positions").and_then(Value::as_array);
        erased.extend(positions.into_iter().flatten().filter_map(Value::as_i64));
    }
    Ok(erased)
}
