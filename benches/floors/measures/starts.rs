//! From exec to the first answer.

use std::time::{Duration, Instant};

use super::{Scale, by_turns};
use crate::floor;
use crate::process::{Process, first_answer, free_address};
use crate::product::{self, Product};
use crate::report::{Aim, Row, Spread};

/// Start on an existing, empty database, until `/readyz` says that database and store can be used.
pub fn cold(scale: Scale) -> Vec<Row> {
    let data = Product::empty();
    let bare = product::folder();
    let [ours, theirs] = by_turns(
        scale.rounds(21),
        [
            &mut |_| {
                let address = free_address();
                once(&mut product::command(&data, &address), &product::log_of(&data), &address, "/readyz")
            },
            &mut |_| {
                let address = free_address();
                once(
                    &mut floor::command(bare.path(), &address),
                    &bare.path().join("log"),
                    &address,
                    "/healthz",
                )
            },
        ],
    );
    let milliseconds = |times: Vec<Duration>| Spread::of(times.iter().map(|time| time.as_secs_f64() * 1e3));
    vec![Row {
        what: "cold start, exec to the first 200 of `/readyz`",
        unit: "ms",
        ours: milliseconds(ours),
        floor: Some(("bare actix", milliseconds(theirs))),
        aim: Some(Aim::AtMost(50.0)),
        note: "the program is in the page cache; time that passed, so only a quiet machine tells".to_owned(),
    }]
}

fn once(command: &mut std::process::Command, log: &std::path::Path, address: &str, path: &str) -> Duration {
    let begun = Instant::now();
    let server = Process::start(command, log);
    let took = first_answer(begun, address, path);
    server.stop();
    took
}
