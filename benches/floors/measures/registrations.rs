//! Durable registrations over HTTP, against SQLite with a commit for every row.

use std::time::Duration;

use super::{Scale, by_turns};
use crate::floor::commits_a_second;
use crate::http::crowd;
use crate::product::{Product, new_dataset};
use crate::report::{Aim, Row, Spread};

/// Clients that register at once.
const CLIENTS: u64 = 64;

/// Registrations a second.
pub fn pace(scale: Scale) -> Vec<Row> {
    let (rounds, each) = (scale.rounds(7), scale.size(100, 5));
    let span = Duration::from_millis(scale.size(3000, 300));
    let mut product = Product::start();
    let row = new_dataset("row").to_string();
    let before = product.histogram("cadastre_write_group_size");
    let mut cpu = Vec::new();
    let [ours, theirs] = by_turns(
        rounds,
        [
            &mut |round| {
                let (address, token) = (product.address.clone(), product.token.clone());
                let cost = product.server.cost(|| {
                    crowd(&address, Some(&token), CLIENTS as usize, |client, connection| {
                        for number in 0..each {
                            let new = new_dataset(&format!("d-{round}-{client}-{number}"));
                            connection.json("POST", "/api/v1/datasets", &new, 201);
                        }
                    });
                });
                let all = (CLIENTS * each) as f64;
                cpu.push(cost.cpu.as_secs_f64() * 1e6 / all);
                all / cost.wall.as_secs_f64()
            },
            &mut |_| commits_a_second(&row, span),
        ],
    );
    let after = product.histogram("cadastre_write_group_size");
    let group = (after.0 - before.0) / (after.1 - before.1);
    let note = format!(
        "{CLIENTS} clients over HTTP, each answer after the commit; {group:.1} registrations a commit, {:.0} µs of CPU \
         each; `synchronous=FULL` on both sides; time that passed, so only a quiet machine tells",
        Spread::of(cpu).median()
    );
    vec![Row {
        what: "durable registrations",
        unit: "a second",
        ours: Spread::of(ours),
        floor: Some(("SQLite, one commit a row", Spread::of(theirs))),
        aim: Some(Aim::RatioAtLeast(25.0)),
        note,
    }]
}
