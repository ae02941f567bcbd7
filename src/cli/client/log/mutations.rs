//! Thousands of ways to tamper with a log, each of which the audit must find.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::cli::client::output::Output;
use crate::journal::leaf_hash;
use crate::journal::tlog::{Receipt, ReceiptBundle, Signer, Tile, Tiles, cosign, inclusion_proof};
use crate::kernel::{Error, Hasher, canonical_json};

const SEED: u64 = 0x0c2d_a57e_2026_1126;
const LOG_MUTATIONS: usize = 10_000;
const RECEIPT_MUTATIONS: usize = 5_000;
const SIZE: usize = 300;
/// What the auditor saw before.
const SEEN: usize = 200;

/// The generator splitmix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).unwrap()
    }
}

/// A log as it lies in a folder, by path.
type Files = BTreeMap<String, Vec<u8>>;

fn key(seed: u8, name: &str) -> Signer {
    Signer::from_seed(name, [seed; 32]).unwrap()
}

fn log_key() -> Signer {
    key(1, "log.example")
}

fn witness_key() -> Signer {
    key(2, "witness.example")
}

fn policy() -> TrustPolicy {
    let (log, witness) = (log_key().verifier(), witness_key().cosignature_verifier());
    TrustPolicy::parse(&format!("log {log}\nwitness W {witness}\nquorum W\n")).unwrap()
}

fn entry(seq: usize) -> Vec<u8> {
    let entry =
        json!({"v": 1, "seq": seq, "type": "request.approved", "subject": {"id": format!("rq_{}", seq * 7)}});
    canonical_json(&entry).unwrap().into_bytes()
}

/// The tiles that follow from entries.
struct Computing(BTreeMap<Tile, Vec<Digest>>);

impl Computing {
    fn of(entries: &[Vec<u8>]) -> (Digest, Self) {
        let mut tree = TreeAudit::default();
        let mut tiles = BTreeMap::new();
        for entry in entries {
            tiles.extend(tree.leaf(leaf_hash(entry)).unwrap());
        }
        let (root, open) = tree.finish().unwrap();
        tiles.extend(open);
        (root, Self(tiles))
    }
}

impl Tiles for Computing {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>, Error> {
        Ok(self.0[&tile].clone())
    }
}

fn checkpoint(size: usize, root: Digest) -> Checkpoint {
    Checkpoint { origin: "log.example".into(), size: size as u64, root }
}

fn signed(checkpoint: &Checkpoint, log: &Signer, witness: Option<&Signer>) -> Note {
    let note = checkpoint.signed(log).unwrap();
    let text = note.text().to_owned();
    witness.into_iter().fold(note, |note, key| note.with(cosign(key, &text, 1_800_000_000).unwrap()).unwrap())
}

/// A whole log made of these entries, signed by these.
fn publish(entries: &[Vec<u8>], log: &Signer, witness: Option<&Signer>) -> Files {
    let (root, tiles) = Computing::of(entries);
    let mut files: Files =
        tiles.0.iter().map(|(tile, hashes)| (tile.to_string(), Tile::encode(hashes))).collect();
    for bundle in bundles_of(entries.len() as u64) {
        let first = usize::try_from(bundle.index).unwrap() * 256;
        let part = &entries[first..first + usize::from(bundle.width)];
        files.insert(bundle.to_string(), Bundle::encode(part).unwrap());
    }
    let note = signed(&checkpoint(entries.len(), root), log, witness);
    files.insert("checkpoint".into(), note.to_string().into_bytes());
    files
}

/// Ways to tamper; the last ones are those of somebody who has stolen the key of the log, or of the witness as well.
const WAYS: [&str; 14] = [
    "a bit of a file flipped",
    "a file cut short",
    "a file lengthened",
    "a file removed",
    "two files exchanged",
    "an entry changed, and its leaf",
    "two entries exchanged, and their leaves",
    "an entry removed",
    "an entry inserted",
    "all made anew, signed by an unknown key",
    "all made anew, signed by the log alone",
    "an old entry changed, all made anew and signed by log and witness",
    "the log cut below what was seen, signed by log and witness",
    "two entries exchanged, all made anew and signed by log and witness",
];

fn tamper(way: usize, files: &Files, entries: &[Vec<u8>], dice: &mut Dice) -> Files {
    let mut files = files.clone();
    let mut entries = entries.to_vec();
    let names: Vec<String> = files.keys().cloned().collect();
    let name = &names[dice.below(names.len())];
    let at = dice.below(SIZE);
    let other = (at + 1 + dice.below(SIZE - 1)) % SIZE;
    let original = files["checkpoint"].clone();
    let with_original_checkpoint = |entries: &[Vec<u8>]| {
        let mut files = publish(entries, &log_key(), None);
        files.insert("checkpoint".into(), original.clone());
        files
    };
    match way {
        0 => {
            let bytes = files.get_mut(name).unwrap();
            let bit = dice.below(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        1 => {
            let bytes = files.get_mut(name).unwrap();
            bytes.truncate(dice.below(bytes.len()));
        }
        2 => {
            let more = 1 + dice.below(40);
            let bytes = files.get_mut(name).unwrap();
            bytes.extend((0..more).map(|_| u8::try_from(dice.roll() % 256).unwrap()));
        }
        3 => drop(files.remove(name)),
        4 => {
            let second =
                names.iter().cycle().skip_while(|it| *it != name).nth(1 + dice.below(names.len() - 1));
            let (one, two) = (files[name].clone(), files[second.unwrap()].clone());
            files.insert(name.clone(), two);
            files.insert(second.unwrap().clone(), one);
        }
        5 => {
            change(&mut entries[at], dice);
            files = with_original_checkpoint(&entries);
        }
        6 => {
            entries.swap(at, other);
            files = with_original_checkpoint(&entries);
        }
        7 => {
            entries.remove(at);
            files = with_original_checkpoint(&entries);
        }
        8 => {
            let inserted = entry(at);
            entries.insert(at, inserted);
            files = with_original_checkpoint(&entries);
        }
        9 => {
            change(&mut entries[at], dice);
            files = publish(&entries, &key(9, "log.example"), Some(&witness_key()));
        }
        10 => {
            change(&mut entries[at], dice);
            files = publish(&entries, &log_key(), None);
        }
        11 => {
            change(&mut entries[at % SEEN], dice);
            files = publish(&entries, &log_key(), Some(&witness_key()));
        }
        12 => {
            entries.truncate(1 + dice.below(SEEN - 1));
            files = publish(&entries, &log_key(), Some(&witness_key()));
        }
        _ => {
            entries.swap(at, other);
            files = publish(&entries, &log_key(), Some(&witness_key()));
        }
    }
    files
}

/// Another text for an entry, with its number left as it is.
fn change(entry: &mut [u8], dice: &mut Dice) {
    let id = entry.windows(3).position(|window| window == b"rq_").unwrap() + 3;
    entry[id] = b'a' + u8::try_from(dice.below(26)).unwrap();
}

/// Brings a folder from one state to another.
fn write(folder: &Path, from: &Files, to: &Files) {
    for name in from.keys().filter(|name| !to.contains_key(*name)) {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, bytes) in to.iter().filter(|(name, bytes)| from.get(*name) != Some(*bytes)) {
        let place: PathBuf = folder.join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }
}

#[test]
fn ten_thousand_ways_to_tamper_with_a_log_are_all_found() {
    println!("seed {SEED:#x}");
    let mut dice = Dice(SEED);
    let entries: Vec<Vec<u8>> = (0..SIZE).map(entry).collect();
    let (seen, _) = Computing::of(&entries[..SEEN]);
    let good = publish(&entries, &log_key(), Some(&witness_key()));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &Files::new(), &good);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let audited = || {
        let source = Source::Folder(folder.path().to_owned());
        let counter = |entries| Counter::new(&Output::new(false, true), "auditing", entries);
        let since = Some(checkpoint(SEEN, seen));
        runtime.block_on(run(&source, &policy(), since, Entries::Always, 2, counter))
    };
    let found = audited().unwrap();
    assert_eq!((found.entries, found.tiles), (300, 3));

    let mut counts = [0; WAYS.len()];
    for number in 0..LOG_MUTATIONS {
        let way = dice.below(WAYS.len());
        let tampered = tamper(way, &good, &entries, &mut dice);
        if tampered == good {
            continue;
        }
        write(folder.path(), &good, &tampered);
        match audited() {
            Ok(_) => panic!("mutation {number} of seed {SEED:#x} was not found: {}", WAYS[way]),
            Err(error) => {
                // Without a checkpoint there is no log to audit.
                let there = tampered.contains_key("checkpoint");
                let expected = if there { Exit::Integrity } else { Exit::NotFound };
                assert_eq!(error.exit(), expected, "mutation {number}, {}: {error}", WAYS[way]);
            }
        }
        write(folder.path(), &tampered, &good);
        counts[way] += 1;
    }
    println!("{counts:?} found");
    assert!(counts.iter().all(|count| *count > LOG_MUTATIONS / WAYS.len() / 2), "{counts:?}");
    assert!(audited().is_ok(), "what is right stays right");
}

#[test]
fn thousands_of_changed_receipts_prove_nothing() {
    println!("seed {SEED:#x}");
    let mut dice = Dice(SEED);
    let payload = r#"{"justification":"Gusts at unseen piers"}"#;
    let salt = [7; 16];
    let mut hasher = Hasher::default();
    hasher.update(&salt);
    hasher.update(payload.as_bytes());
    let body = json!({"v": 1, "seq": 20, "type": "request.submitted", "payload_commitment": hasher.finish()});
    let body = canonical_json(&body).unwrap();
    let mut entries: Vec<Vec<u8>> = (0..SIZE).map(entry).collect();
    entries[20] = body.clone().into_bytes();
    let (root, mut tiles) = Computing::of(&entries);
    let proof = inclusion_proof(20, SIZE as u64, &mut tiles).unwrap();
    let checkpoint = signed(&checkpoint(SIZE, root), &log_key(), Some(&witness_key()));
    let receipt = Receipt { index: 20, proof, checkpoint, extra: None }.to_string();
    let raw = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).unwrap();
    let bundle = ReceiptBundle {
        entry: raw(&body),
        payload: Some(raw(payload)),
        salt: Some(hex::encode(salt)),
        receipt,
    };
    let text = serde_json::to_string(&bundle).unwrap();
    let proves = |text: &[u8]| {
        let read = std::str::from_utf8(text).ok().and_then(|text| ReceiptBundle::parse(text).ok());
        read.is_some_and(|bundle| bundle.verify(&policy()).is_ok())
    };
    assert!(proves(text.as_bytes()));
    for number in 0..RECEIPT_MUTATIONS {
        let mut changed = text.clone().into_bytes();
        let at = dice.below(changed.len());
        match dice.below(3) {
            0 => changed[at] ^= 1 << dice.below(8),
            1 => drop(changed.remove(at)),
            _ => {
                let other = dice.below(changed.len());
                changed.swap(at, other);
            }
        }
        if changed != text.as_bytes() {
            let shown = String::from_utf8_lossy(&changed);
            assert!(!proves(&changed), "mutation {number} of seed {SEED:#x} was not found: {shown}");
        }
    }
}
