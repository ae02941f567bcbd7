//! The audit of the journal from the rows of the database: everything is hashed anew and held against what is stored.

use std::collections::BTreeSet;

use serde_json::Value;

use super::audit::{Audit, Found, Wrong};
use super::log::{LogName, names};
use super::outside;
use super::store::{self, Row};
use super::tlog::{Checkpoint, Note, Verifier};
use crate::db::{Conn, Db};
use crate::kernel::{Digest, Error, Kind, Result};
use crate::storage::BlobStore;

/// Rows read at once.
const BATCH: i64 = 1000;
/// How many levels of the binary tree lie between two levels of nodes.
const HEIGHT: u32 = 8;

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
    let (names, erased, head, mut expected) = db.read(prepare).await?;
    if let Some(outside) = outside {
        let (size, root) = signed(&names, &outside.note).ok_or_else(|| {
            failed(&Wrong {
                position: 0,
                what: "the checkpoint beside the blobs is not signed by this log".into(),
            })
        })?;
        // What an earlier epoch lost is not asked of a later one.
        if names.last().is_none_or(|name| outside.epoch >= name.epoch) {
            expected.push((size, root, "the checkpoint beside the blobs".to_owned()));
        }
    }
    let mut audited = Audited {
        size: head.size(),
        root: head.root(),
        payloads: 0,
        erased: erased.len() as u64,
        checkpoints: expected.len(),
    };
    let mut audit = Audit::expecting(expected);
    let mut next = 0;
    loop {
        let size = i64::try_from(head.size()).unwrap_or(i64::MAX);
        let mut rows: Vec<Row> = db.read(move |conn| store::whole_rows(conn, next, BATCH)).await?;
        // Rows beyond the head would be those of a service that runs; the writer itself sees to it that there are no others.
        rows.retain(|row| row.position < size);
        if rows.is_empty() {
            break;
        }
        let mut nodes = Vec::new();
        for row in &rows {
            audited.payloads += u64::from(row.payload.is_some());
            let at = row.at.to_string();
            let columns = row.columns(&at);
            let found = Found {
                position: u64::try_from(row.position).unwrap_or(u64::MAX),
                body: &row.body,
                leaf: Some(row.leaf),
                payload: row.payload.as_ref().map(|payload| (payload.salt.as_slice(), payload.text.as_str())),
                columns: &columns,
                erased: Some(erased.contains(&row.position)),
            };
            let completed = audit.take(&found).map_err(|wrong| failed(&wrong))?;
            nodes.extend(completed.into_iter().filter(|node| node.height.is_multiple_of(HEIGHT)));
        }
        let read = audit.size();
        db.read(move |conn| {
            for node in nodes {
                let number = i64::try_from(node.number).unwrap_or(i64::MAX);
                let kept = store::node(conn, i64::from(node.height / HEIGHT), number)?;
                if kept != Some(node.root) {
                    return Err(failed(&Wrong {
                        position: ((node.number + 1) << node.height) - 1,
                        what: format!(
                            "node {number} of level {} is not that of the entries",
                            node.height / HEIGHT
                        ),
                    }));
                }
            }
            Ok(())
        })
        .await?;
        next = i64::try_from(read).unwrap_or(i64::MAX);
        progress(read, head.size());
    }
    audit.finish(head.size(), head.root()).map_err(|wrong| failed(&wrong))?;
    Ok(audited)
}

type Prepared = (Vec<LogName>, BTreeSet<i64>, super::merkle::Frontier, Vec<(u64, Digest, String)>);

fn prepare(conn: &mut Conn) -> Result<Prepared> {
    let names = names(conn)?;
    let head = store::frontier(conn)?;
    let (nodes, needed) = (store::count_nodes(conn)?, nodes_of(head.size()));
    if nodes != needed {
        return Err(failed(&Wrong {
            position: head.size(),
            what: format!("{nodes} nodes of the tree are stored, and {needed} belong to it"),
        }));
    }
    let mut expected = Vec::new();
    for stored in store::all_checkpoints(conn)? {
        let name = format!("the checkpoint of epoch {} over {} entries", stored.epoch, stored.size);
        let said = signed(&names, &stored.note).filter(|(size, _)| i64::try_from(*size) == Ok(stored.size));
        let Some((size, root)) = said else {
            return Err(failed(&Wrong {
                position: u64::try_from(stored.size).unwrap_or_default(),
                what: format!("{name} is not signed by this log"),
            }));
        };
        expected.push((size, root, name));
    }
    Ok((names, erased_positions(conn)?, head, expected))
}

fn nodes_of(size: u64) -> i64 {
    let levels = std::iter::successors(Some(size >> HEIGHT), |complete| Some(complete >> HEIGHT));
    levels
        .take_while(|complete| *complete > 0)
        .map(|complete| i64::try_from(complete).unwrap_or(i64::MAX))
        .sum()
}

/// Size and root of a checkpoint that one of the log's keys signed.
fn signed(names: &[LogName], note: &str) -> Option<(u64, Digest)> {
    let note = Note::parse(note).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    let of_origin = names.iter().filter(|name| name.origin == checkpoint.origin);
    let verifiers: Vec<Verifier> = of_origin.map(|name| name.verifier.clone()).collect();
    note.verified_by(&verifiers).ok()?;
    Some((checkpoint.size, checkpoint.root))
}

/// The positions whose payload was erased, as the journal says.
fn erased_positions(conn: &mut Conn) -> Result<BTreeSet<i64>> {
    let mut erased = BTreeSet::new();
    for body in store::bodies_of_kind(conn, super::erase::ERASED)? {
        let entry: Value =
            serde_json::from_str(&body).map_err(|error| Error::internal("entry of the journal", error))?;
        let positions = entry.pointer("/facts/positions").and_then(Value::as_array);
        erased.extend(positions.into_iter().flatten().filter_map(Value::as_i64));
    }
    Ok(erased)
}

fn failed(wrong: &Wrong) -> Error {
    Error::new(Kind::Conflict, "audit_failed", format!("at position {}: {}", wrong.position, wrong.what))
}
