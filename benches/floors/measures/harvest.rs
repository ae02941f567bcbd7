//! Harvesting another Cadastre: the CPU that a record costs the one that harvests, the first time and when nothing has changed.

use std::time::Duration;

use serde_json::{Value, json};

use super::Scale;
use crate::http::crowd;
use crate::process::Cost;
use crate::product::{ORGANISATION, Product, announced};
use crate::report::{Aim, Row, Spread};

/// Clients that register what is harvested.
const CLIENTS: usize = 64;

/// Records harvested for a second of CPU.
pub fn rate(scale: Scale) -> Vec<Row> {
    let each = scale.size(160, 4) as usize;
    let records = (CLIENTS * each) as f64;
    let origin = Product::start();
    crowd(&origin.address, Some(&origin.token), CLIENTS, |client, connection| {
        for number in 0..each {
            let new = announced(&format!("harvested-{client}-{number}"));
            connection.json("POST", "/api/v1/datasets", &new, 201);
        }
    });
    let mut fresh = Vec::new();
    let mut unchanged = Vec::new();
    for _ in 0..scale.rounds(3) {
        let mut copy = Product::start_as(|mut command| {
            command.args(["--fetch-host", "127.0.0.1"]);
            command
        });
        let sources = "/api/v1/spaces/green-deal/sources";
        let new = json!({"kind": "cadastre", "url": format!("http://{}", origin.address), "organisation": ORGANISATION});
        let source = copy.connect_as_admin().json("POST", sources, &new, 201);
        let source = format!("{sources}/{}", source["id"].as_str().expect("an id"));
        fresh.push(harvest(&mut copy, &source, false));
        unchanged.push(harvest(&mut copy, &source, true));
    }
    let of = |costs: &[Cost]| Spread::of(costs.iter().map(|cost| records / cost.cpu.as_secs_f64()));
    let row = |what, costs: &[Cost], aim| Row {
        what,
        unit: "a CPU second",
        ours: of(costs),
        floor: None,
        aim,
        note: format!("{records} whole records of another Cadastre over loopback, fifty in a write; SQLite"),
    };
    vec![
        row("records harvested for the first time", &fresh, Some(Aim::AtLeast(3500.0))),
        row("records harvested again, unchanged", &unchanged, None),
    ]
}

/// What a run costs the server, from its beginning to its end.
fn harvest(copy: &mut Product, source: &str, complete: bool) -> Cost {
    let mut admin = copy.connect_as_admin();
    copy.server.cost(|| {
        let run = admin.json("POST", &format!("{source}/run"), &json!({"complete": complete}), 202);
        let run = format!("{source}/runs/{}", run["id"].as_str().expect("an id"));
        loop {
            let now: Value = serde_json::from_slice(&admin.get(&run)).expect("a run");
            if now["state"] != "running" {
                assert_eq!(now["state"], "succeeded", "{now}");
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    })
}
