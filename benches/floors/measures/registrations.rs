//! Durable registrations over HTTP, against SQLite with a commit for every row.
//!
//! The floor is as fast as the disk flushes, and disks differ by a factor of a hundred. So the comparison is made
//! twice: on the disk as it is, and with every flush held back on both sides.

use std::process::Command;
use std::time::Duration;

use super::{Scale, by_turns};
use crate::floor::commits_a_second;
use crate::http::crowd;
use crate::process::SlowFlush;
use crate::product::{Product, new_dataset};
use crate::report::{Aim, Row, Spread};

/// Clients that register at once.
const CLIENTS: u64 = 64;
/// What a flush takes longer, when it is held back: a spinning disk, or a volume in a network under load.
const DELAY: Duration = Duration::from_millis(10);

/// Registrations a second.
pub fn pace(scale: Scale) -> Vec<Row> {
    let mut rows = vec![compare(scale, "durable registrations", "the disk as it is", &|command| command)];
    if let Some(disk) = SlowFlush::by(DELAY) {
        let what = "durable registrations, a flush takes 10 ms longer";
        rows.push(compare(scale, what, "every flush is held back on both sides", &|command| {
            disk.under(command)
        }));
    } else {
        eprintln!("registrations: without a C compiler, only the disk as it is");
    }
    rows
}

fn compare(scale: Scale, what: &'static str, note: &str, change: &dyn Fn(Command) -> Command) -> Row {
    let (rounds, each) = (scale.rounds(7), scale.size(100, 5));
    let span = Duration::from_millis(scale.size(3000, 300));
    let mut product = Product::start_as(change);
    let row = new_dataset("NAME").to_string();
    let before = product.histogram("cadastre_write_group_size");
    let mut cpu = Vec::new();
    let [ours, theirs] = by_turns(
        rounds,
        [
            &mut |round| {
                let cost = product.server.cost(|| {
                    crowd(&product.address, Some(&product.token), CLIENTS as usize, |client, connection| {
                        for number in 0..each {
                            let new = row.replace("NAME", &format!("d-{round}-{client}-{number}"));
                            connection.post("/api/v1/datasets", &new, 201);
                        }
                    });
                });
                let all = (CLIENTS * each) as f64;
                cpu.push(cost.cpu.as_secs_f64() * 1e6 / all);
                all / cost.wall.as_secs_f64()
            },
            &mut |_| commits_a_second(&row, span, change),
        ],
    );
    let after = product.histogram("cadastre_write_group_size");
    let group = (after.0 - before.0) / (after.1 - before.1);
    let note = format!(
        "{note}; {CLIENTS} clients over HTTP, each answer after its commit, {group:.1} registrations a commit, \
         {:.0} µs of CPU each; `synchronous=FULL` on both sides",
        Spread::of(cpu).median()
    );
    Row {
        what,
        unit: "a second",
        ours: Spread::of(ours),
        floor: Some(("SQLite, one commit a row", Spread::of(theirs))),
        aim: Some(Aim::RatioAtLeast(25.0)),
        note,
    }
}
