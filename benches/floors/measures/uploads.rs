//! Verified uploads against a bare handler that hashes, writes and syncs as well, and knows no database.

use std::fs;

use cadastre::kernel::Digest;
use serde_json::Value;

use super::{Scale, by_turns};
use crate::blob::Blob;
use crate::floor::Floor;
use crate::http::{Connection, crowd};
use crate::process::{Cost, Process};
use crate::product::Product;
use crate::report::{Aim, Row, Spread};

const MIB: u64 = 1024 * 1024;
/// Clients that upload small files at once.
const CLIENTS: u64 = 16;

/// The same for both sides: the file is synced, renamed, and its folder synced.
const SYNCED: &str =
    "both sides fdatasync the file and fsync its folder; Cadastre also commits to SQLite, `synchronous=FULL`";

/// CPU a GiB for blobs of 256 MiB, one after the other.
pub fn large(scale: Scale) -> Vec<Row> {
    let (rounds, size, blobs) = (scale.rounds(7), scale.size(256, 64) * MIB, scale.size(2, 1));
    let (mut product, mut floor) = (Product::start(), Floor::start(&Value::Null));
    let draft = product.draft("large");
    let (mut to_product, mut to_floor) = (product.connect(), Connection::open(&floor.address, None));

    let round_of = |server: &mut Process, connection: &mut Connection, prefix: &str, first: u64| {
        let blobs: Vec<(Blob, Digest)> = (first..first + blobs)
            .map(|number| Blob { number, size })
            .map(|blob| (blob, blob.digest()))
            .collect();
        server.cost(|| {
            for (blob, digest) in &blobs {
                blob.upload(connection, &format!("{prefix}/{}", blob.number), *digest);
            }
        })
    };
    let [ours, theirs] = by_turns(
        rounds,
        [
            &mut |round| {
                let cost = round_of(&mut product.server, &mut to_product, &draft, round * blobs);
                for number in round * blobs..(round + 1) * blobs {
                    to_product.begin("DELETE", &format!("{draft}/{number}"), "", 0);
                    to_product.finish(204, "the upload's end", |_| ());
                }
                cost
            },
            &mut |round| {
                let cost = round_of(&mut floor.server, &mut to_floor, "", round * blobs);
                for number in round * blobs..(round + 1) * blobs {
                    fs::remove_file(floor.data.path().join(number.to_string())).expect("the upload is there");
                }
                cost
            },
        ],
    );
    let gibibytes = (blobs * size) as f64 / (1024.0 * MIB as f64);
    let cpu = |costs: &[Cost]| Spread::of(costs.iter().map(|cost| cost.cpu.as_secs_f64() / gibibytes));
    vec![Row {
        what: "verified upload of 256 MiB blobs, server CPU",
        unit: "s/GiB",
        ours: cpu(&ours),
        floor: Some(("bare actix + sha2 + file", cpu(&theirs))),
        aim: Some(Aim::RatioAtMost(1.25)),
        note: SYNCED.to_owned(),
    }]
}

/// CPU and throughput of files of 4 KiB, sixteen at a time.
pub fn small(scale: Scale) -> Vec<Row> {
    let (rounds, each) = (scale.rounds(7), scale.size(200, 20));
    let (mut product, mut floor) = (Product::start(), Floor::start(&Value::Null));
    let draft = product.draft("small");
    let all = CLIENTS * each;

    let round_of = |server: &mut Process, address: &str, token: Option<&str>, prefix: &str, first: u64| {
        let blobs: Vec<(Blob, Digest)> = (first..first + all)
            .map(|number| Blob { number, size: 4096 })
            .map(|blob| (blob, blob.digest()))
            .collect();
        server.cost(|| {
            crowd(address, token, CLIENTS as usize, |client, connection| {
                for (blob, digest) in blobs.iter().skip(client).step_by(CLIENTS as usize) {
                    blob.upload(connection, &format!("{prefix}/{}", blob.number), *digest);
                }
            });
        })
    };
    let [ours, theirs] = by_turns(
        rounds,
        [
            &mut |round| {
                let (address, token) = (&product.address, Some(product.token.as_str()));
                round_of(&mut product.server, address, token, &draft, round * all)
            },
            &mut |round| round_of(&mut floor.server, &floor.address, None, "", round * all),
        ],
    );
    let cpu = |costs: &[Cost]| Spread::of(costs.iter().map(|cost| cost.cpu.as_secs_f64() * 1e3 / all as f64));
    let pace = |costs: &[Cost]| Spread::of(costs.iter().map(|cost| all as f64 / cost.wall.as_secs_f64()));
    let (name, note) = ("bare actix + sha2 + file", format!("{CLIENTS} clients; {SYNCED}"));
    vec![
        Row {
            what: "upload of 4 KiB files, server CPU",
            unit: "ms",
            ours: cpu(&ours),
            floor: Some((name, cpu(&theirs))),
            aim: None,
            note: note.clone(),
        },
        Row {
            what: "uploads of 4 KiB files",
            unit: "a second",
            ours: pace(&ours),
            floor: Some((name, pace(&theirs))),
            aim: None,
            note,
        },
    ]
}
