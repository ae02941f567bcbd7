//! Downloads against nginx, with and without `sendfile`.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{Scale, by_turns};
use crate::blob::Blob;
use crate::floor::nginx;
use crate::http::Connection;
use crate::process::{Cost, Process};
use crate::product::{Product, folder};
use crate::report::{Row, Spread};

const MIB: u64 = 1024 * 1024;
/// Cadastre writes its account of deliveries at most a second after the last byte; that belongs to their cost.
const ACCOUNT: Duration = Duration::from_millis(1200);

/// CPU a GiB for a blob of 256 MiB, fetched over and over on one connection.
pub fn large(scale: Scale) -> Vec<Row> {
    let (rounds, times) = (scale.rounds(7), scale.size(6, 1));
    let blob = Blob { number: 1, size: scale.size(256, 64) * MIB };
    let files = folder();
    let mut file = fs::File::create(files.path().join("blob")).expect("a file");
    blob.pieces(|bytes| file.write_all(bytes).expect("the disk takes it"));
    let (Some(mut sendfile), Some(mut copying)) = (nginx(files.path(), "on"), nginx(files.path(), "off"))
    else {
        eprintln!("downloads: skipped, there is no nginx to compare with");
        return Vec::new();
    };
    let mut product = Product::start();
    let draft = product.draft("download");
    blob.upload(&mut product.connect(), &format!("{draft}/blob"), blob.digest());
    product.publish("download");

    let mut from_product = Connection::open(&product.address, None);
    let mut from_sendfile = Connection::open(&sendfile.address, None);
    let mut from_copying = Connection::open(&copying.address, None);
    let path = format!("{draft}/blob");
    for (connection, path) in
        [(&mut from_product, path.as_str()), (&mut from_sendfile, "/blob"), (&mut from_copying, "/blob")]
    {
        let mut hasher = Sha256::new();
        connection.download(path, |bytes| hasher.update(bytes));
        assert_eq!(hex::encode(hasher.finalize()), blob.digest().to_string(), "{path}");
    }

    let round_of = |server: &mut Process, connection: &mut Connection, path: &str| {
        let fetch = || {
            for _ in 0..times {
                let mut length = 0;
                connection.download(path, |bytes| length += bytes.len() as u64);
                assert_eq!(length, blob.size, "{path}");
            }
        };
        server.cost_until(fetch, ACCOUNT)
    };
    let [ours, sent, copied] = by_turns(
        rounds,
        [
            &mut |_| round_of(&mut product.server, &mut from_product, &path),
            &mut |_| round_of(&mut sendfile.server, &mut from_sendfile, "/blob"),
            &mut |_| round_of(&mut copying.server, &mut from_copying, "/blob"),
        ],
    );
    let gibibytes = (times * blob.size) as f64 / (1024.0 * MIB as f64);
    let cpu = |costs: &[Cost]| Spread::of(costs.iter().map(|cost| cost.cpu.as_secs_f64() / gibibytes));
    let row = |name, costs: &[Cost], note: &str| Row {
        what: "download of a 256 MiB file, server CPU",
        unit: "s/GiB",
        ours: cpu(&ours),
        floor: Some((name, cpu(costs))),
        aim: None,
        note: note.to_owned(),
    };
    vec![
        row(
            "nginx, `sendfile on`",
            &sent,
            "the bytes never enter nginx; Cadastre reads the file into memory and writes it out",
        ),
        row(
            "nginx, `sendfile off`",
            &copied,
            "both sides copy; Cadastre also asks who may have the file and accounts for it",
        ),
    ]
}
