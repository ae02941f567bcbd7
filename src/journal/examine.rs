//! The audit of the journal from the rows of the database: everything is hashed anew and held against what is stored and
//! what was signed. The tree is computed by the same function as in an audit from outside, `tlog::Audit`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::audit::{Found, check_row};
use super::log::{LogName, names};
use super::merkle::Frontier;
use super::outside;
use super::store::{self, DatabaseTiles, Row};
use super::tlog::{Audit, Checkpoint, Computed, Note, Tiles as _, Verifier};
use crate::db::{Conn, Db};
use crate::kernel::{Digest, Error, Kind, Result};
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

/// Reads the whole journal and says whether it is what was signed. It needs the same small memory for every journal, but
/// for eight bytes for each payload that was erased. `progress` is told how many entries were read, and of how many.
///
/// # Errors
/// `audit_failed` with the first position at which something is wrong; else when database or store fail.
pub async fn audit(db: &Db, store: &BlobStore, mut progress: impl FnMut(u64, u64)) -> Result<Audited> {
    let outside = outside::newest(store).await?;
    let (names, erased, head, mut claims) = db.read(prepare).await?;
    if let Some(outside) = outside {
        let claim = signed(&names, &outside.note)
            .ok_or_else(|| failed(0, "the checkpoint beside the blobs is not signed by this log"))?;
        // What an earlier epoch lost is not asked of a later one.
        if names.last().is_none_or(|name| outside.epoch >= name.epoch) {
            if claim.size > head.size() {
                let what = format!("the checkpoint beside the blobs is over {} entries", claim.size);
                return Err(failed(head.size(), &what));
            }
            claims.push(claim);
        }
    }
    let mut audited = Audited {
        size: head.size(),
        root: head.root(),
        payloads: 0,
        erased: erased.len() as u64,
        checkpoints: claims.len(),
    };
    let mut tree = Audit::new(claims).map_err(|error| failed(0, error.detail()))?;
    loop {
        let next = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        let mut rows: Vec<Row> = db.read(move |conn| store::whole_rows(conn, next, BATCH)).await?;
        // Rows beyond the head would be those of a service that runs; the writer itself sees to it that there are no
        // others.
        rows.retain(|row| u64::try_from(row.position).is_ok_and(|position| position < head.size()));
        if rows.is_empty() {
            break;
        }
        let mut tiles = Vec::new();
        for row in &rows {
            audited.payloads += u64::from(row.payload.is_some());
            tiles.extend(take(&mut tree, row, erased.contains(&row.position))?);
        }
        db.read(move |conn| compare(conn, tiles)).await?;
        progress(tree.size(), head.size());
    }
    let size = tree.size();
    if size != head.size() {
        return Err(failed(size, &format!("the head says {} entries, and there are {size}", head.size())));
    }
    let (root, tiles) = tree.finish().map_err(|error| failed(size, error.detail()))?;
    db.read(move |conn| compare(conn, tiles)).await?;
    if root != head.root() {
        return Err(failed(size, "the head's root is not that of the entries"));
    }
    Ok(audited)
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
        body: &row.body,
        payload: row.payload.as_ref().map(|payload| (payload.salt.as_slice(), payload.text.as_str())),
        columns: &row.columns(&at),
        erased,
    };
    let checked = check_row(&found).and_then(|()| tree.entry(row.leaf, row.body.as_bytes()));
    checked.map_err(|error| failed(position, error.detail()))
}

/// Compares tiles as they must be with the nodes that are stored. Those of level 0 are the leaves themselves.
fn compare(conn: &mut Conn, tiles: Vec<Computed>) -> Result<()> {
    for (tile, hashes) in tiles.into_iter().filter(|(tile, _)| tile.level > 0) {
        let stored = DatabaseTiles(conn).tile(tile)?;
        if let Some(place) = hashes.iter().zip(&stored).position(|(hash, stored)| hash != stored) {
            let number = tile.index * 256 + place as u64;
            let last = ((number + 1) << (8 * u32::from(tile.level))) - 1;
            let what = format!("node {number} of level {} is not that of the entries", tile.level);
            return Err(failed(last, &what));
        }
    }
    Ok(())
}

type Prepared = (Vec<LogName>, BTreeSet<i64>, Frontier, Vec<Checkpoint>);

fn prepare(conn: &mut Conn) -> Result<Prepared> {
    let names = names(conn)?;
    let head = store::frontier(conn)?;
    let (nodes, needed) = (store::count_nodes(conn)?, nodes_of(head.size()));
    if nodes != needed {
        let what = format!("{nodes} nodes of the tree are stored, and {needed} belong to it");
        return Err(failed(head.size(), &what));
    }
    let mut claims = Vec::new();
    for stored in store::all_checkpoints(conn)? {
        let claim = signed(&names, &stored.note).filter(|claim| i64::try_from(claim.size) == Ok(stored.size));
        let position = u64::try_from(stored.size).unwrap_or_default();
        let name = format!("the checkpoint of epoch {} over {} entries", stored.epoch, stored.size);
        let claim = claim.ok_or_else(|| failed(position, &format!("{name} is not signed by this log")))?;
        if claim.size > head.size() {
            return Err(failed(head.size(), &format!("{name} is over more than there are")));
        }
        claims.push(claim);
    }
    Ok((names, erased_positions(conn)?, head, claims))
}

fn nodes_of(size: u64) -> i64 {
    let levels = std::iter::successors(Some(size >> 8), |complete| Some(complete >> 8));
    let counts = levels.take_while(|complete| *complete > 0);
    counts.map(|complete| i64::try_from(complete).unwrap_or(i64::MAX)).sum()
}

/// A checkpoint that one of the log's keys signed.
fn signed(names: &[LogName], note: &str) -> Option<Checkpoint> {
    let note = Note::parse(note).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    let of_origin = names.iter().filter(|name| name.origin == checkpoint.origin);
    let verifiers: Vec<Verifier> = of_origin.map(|name| name.verifier.clone()).collect();
    note.verified_by(&verifiers).ok()?;
    Some(checkpoint)
}

/// The positions whose payload was erased, as the journal says.
fn erased_positions(conn: &mut Conn) -> Result<BTreeSet<i64>> {
    let mut erased = BTreeSet::new();
    for body in store::bodies_of_kind(conn, super::erase::ERASED)? {
        // One that cannot be read is found where it stands.
        let entry: Value = serde_json::from_str(&body).unwrap_or_default();
        let positions = entry.pointer("/facts/positions").and_then(Value::as_array);
        erased.extend(positions.into_iter().flatten().filter_map(Value::as_i64));
    }
    Ok(erased)
}

fn failed(position: u64, what: &str) -> Error {
    Error::new(Kind::Conflict, "audit_failed", format!("at position {position}: {what}"))
}
