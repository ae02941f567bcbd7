//! Reading the record of one dataset, against a bare handler that serialises the same document for every request.

use std::cell::RefCell;

use super::{Scale, by_turns};
use crate::blob::Blob;
use crate::floor::Floor;
use crate::http::{Connection, crowd};
use crate::process::{Cost, Process};
use crate::product::{Product, dataset_path};
use crate::report::{Aim, Row, Spread};

/// Clients that ask at once.
const CLIENTS: usize = 16;
/// The dataset that is read.
const PUBLISHED: &str = "penguins";

/// CPU a request, signed in and not.
pub fn dataset(scale: Scale) -> Vec<Row> {
    let (rounds, each) = (scale.rounds(9), scale.size(1500, 50) as usize);
    let product = Product::start();
    let draft = product.draft(PUBLISHED);
    let blob = Blob { number: 1, size: 4096 };
    blob.upload(&mut product.connect(), &format!("{draft}/penguins.csv"), blob.digest());
    product.publish(PUBLISHED);
    let path = dataset_path(PUBLISHED);
    let text = Connection::open(&product.address, None).get(&path);
    let mut floor = Floor::start(&serde_json::from_slice(&text).expect("a document"));
    let same = Connection::open(&floor.address, None).get("/document");
    assert_eq!(same.len(), text.len(), "both sides answer with as many bytes");
    assert_eq!(product.connect().get(&path).len(), text.len(), "everybody sees the same of an open dataset");

    let round_of = |server: &mut Process, address: &str, token: Option<&str>, path: &str| {
        server.cost(|| {
            crowd(address, token, CLIENTS, |_, connection| {
                for _ in 0..each {
                    assert_eq!(connection.get(path).len(), text.len(), "{path}");
                }
            });
        })
    };
    let product = RefCell::new(product);
    let ours_of = |signed_in: bool| {
        let Product { server, address, token, .. } = &mut *product.borrow_mut();
        round_of(server, address, signed_in.then_some(token.as_str()), &path)
    };
    let [anonymous, signed_in, theirs] = by_turns(
        rounds,
        [&mut |_| ours_of(false), &mut |_| ours_of(true), &mut |_| {
            round_of(&mut floor.server, &floor.address, None, "/document")
        }],
    );
    let requests = (CLIENTS * each) as f64;
    let cpu = |costs: &[Cost]| Spread::of(costs.iter().map(|cost| cost.cpu.as_secs_f64() * 1e6 / requests));
    let row = |what, costs: &[Cost]| Row {
        what,
        unit: "µs",
        ours: cpu(costs),
        floor: Some(("bare actix + serde_json", cpu(&theirs))),
        aim: Some(Aim::RatioAtMost(2.0)),
        note: format!("{} bytes, {CLIENTS} kept connections; nothing is committed meanwhile", text.len()),
    };
    vec![
        row("GET of a dataset, anonymous, server CPU", &anonymous),
        row("GET of a dataset with a token, server CPU", &signed_in),
    ]
}
