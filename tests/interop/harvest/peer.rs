//! Another Cadastre that is none: changes with receipts, and the log that they come from, as honest as a test wants it.

use cadastre::journal::tlog::{
    Checkpoint, Note, Receipt, Signer, Tile, Tiles, TrustPolicy, inclusion_proof, root,
};
use cadastre::journal::{leaf_hash, node_hash};
use cadastre::kernel::{Digest, Error, canonical_json};
use serde_json::{Value, json};

/// A log, whole and in memory.
#[derive(Clone)]
pub struct PeerLog {
    signer: Signer,
    entries: Vec<String>,
}

impl Tiles for &PeerLog {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>, Error> {
        let span = 256_usize.pow(u32::from(tile.level));
        let first = usize::try_from(tile.index).unwrap() * 256;
        let hashes = (first..first + usize::from(tile.width)).map(|at| {
            let leaves = self.entries.get(at * span..(at + 1) * span)?;
            Some(full(leaves))
        });
        hashes.collect::<Option<_>>().ok_or_else(|| Error::not_found("tile"))
    }
}

/// The root of a full tree.
fn full(entries: &[String]) -> Digest {
    match entries {
        [entry] => leaf_hash(entry.as_bytes()),
        _ => {
            let (left, right) = entries.split_at(entries.len() / 2);
            node_hash(&full(left), &full(right))
        }
    }
}

impl PeerLog {
    /// An empty log of this name, whose key is the one with this number.
    pub fn new(origin: &str, key: u8) -> Self {
        Self { signer: Signer::from_seed(origin, [key; 32]).unwrap(), entries: Vec::new() }
    }

    /// Notes that a dataset has this record now; tells where.
    pub fn register(&mut self, name: &str, record: &Value) -> usize {
        let position = self.entries.len();
        let entry = json!({
            "v": 1, "seq": position, "type": if position == 0 { "dataset.registered" } else { "dataset.updated" },
            "subject": {"kind": "dataset", "id": id(name)},
            "facts": {
                "name": format!("elsewhere/{name}"),
                "record": Digest::of(canonical_json(record).unwrap()).to_string(),
            },
        });
        self.entries.push(canonical_json(&entry).unwrap());
        position
    }

    pub fn checkpoint(&self) -> Note {
        let size = u64::try_from(self.entries.len()).unwrap();
        let origin = self.signer.name().to_owned();
        let root = root(size, &mut &*self).unwrap();
        Checkpoint { origin, size, root }.signed(&self.signer).unwrap()
    }

    /// The receipt of an entry.
    pub fn receipt(&self, position: usize) -> Value {
        let (index, size) = (u64::try_from(position).unwrap(), u64::try_from(self.entries.len()).unwrap());
        let proof = inclusion_proof(index, size, &mut &*self).unwrap();
        let receipt = Receipt { index, proof, checkpoint: self.checkpoint(), extra: None };
        let entry: Value = serde_json::from_str(&self.entries[position]).unwrap();
        json!({"entry": entry, "receipt": receipt.to_string()})
    }

    /// What `journal/…` answers, and its media type.
    pub fn answer(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        if path == "trust-policy" {
            return Some(("text/plain; charset=utf-8", self.policy().into_bytes()));
        }
        let tile: Tile = path.parse().ok()?;
        let hashes = Tiles::tile(&mut &*self, tile).ok()?;
        Some(("application/octet-stream", Tile::encode(&hashes)))
    }

    /// By which keys it is known.
    pub fn policy(&self) -> String {
        TrustPolicy::of_log(self.signer.verifier(), None).to_string()
    }
}

/// The id of a dataset of this name.
fn id(name: &str) -> String {
    format!("ds_{}", &Digest::of(name).to_string()[..32])
}

/// A change that the log has at this position.
pub fn change(name: &str, record: &Value, receipts: &[Value]) -> Value {
    json!({
        "cursor": "WyIxIl0", "gone": false, "organisation": "elsewhere", "name": name,
        "whole": {"dataset": {"id": id(name), "record": record}, "receipts": receipts},
    })
}

/// Changes of an honest log with these records.
pub fn honest(log: &mut PeerLog, records: &[(String, Value)]) -> Value {
    let positions: Vec<usize> = records.iter().map(|(name, record)| log.register(name, record)).collect();
    let changes = records
        .iter()
        .zip(positions)
        .map(|((name, record), position)| change(name, record, &[log.receipt(position)]));
    json!({"items": changes.collect::<Vec<_>>()})
}
