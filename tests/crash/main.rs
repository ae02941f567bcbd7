//! `kill -9` at random moments under concurrent registrations, uploads and publications, on both shapes.
//!
//! After each kill the server is started again and every client repeats what it had no answer to, with the same
//! idempotency key. Then: every acknowledged write is there, every file that a row names has its bytes, nothing
//! happened twice, and the journal is whole. A round reads what it wrote itself, and the list of everything; the end
//! reads everything. `CADASTRE_CRASH_ROUNDS` sets how often (default 4 on each shape).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../support/mod.rs"]
mod support;

mod client;
mod columns;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use client::{Client, Registered};
use support::deployment::{Deployment, Shape};
use tokio::sync::Mutex;

/// Clients that write at the same time.
const CLIENTS: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite_and_files() {
    survive(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgresql_and_s3_with_two_replicas() {
    survive(Shape::Scaled).await;
}

fn rounds() -> usize {
    std::env::var("CADASTRE_CRASH_ROUNDS").ok().map_or(4, |text| text.parse().expect("a number of rounds"))
}

async fn survive(shape: Shape) {
    let mut deployment = Deployment::start(shape);
    let token = support::provider::token(deployment.url(0), deployment.first_code(), "crash-works").await;
    let ledger = Arc::new(Mutex::new(BTreeMap::<String, Registered>::new()));
    let mut kills = 0;
    for round in 0..rounds() {
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let url = deployment.url(number).to_owned();
                let client = Client::new(url, token.clone(), format!("r{round}-c{number}"));
                tokio::spawn(client.work(stop.clone(), ledger.clone()))
            })
            .collect();
        let moment =
            Duration::from_millis(u64::from(cadastre::kernel::random_bytes::<1>().unwrap()[0]) * 3 + 40);
        tokio::time::sleep(moment).await;
        // With replicas, sometimes one falls and sometimes all.
        let fall: Vec<usize> = if round % 2 == 0 {
            vec![round / 2 % deployment.replicas()]
        } else {
            (0..deployment.replicas()).collect()
        };
        kills += fall.len();
        for replica in &fall {
            deployment.kill(*replica);
        }
        stop.store(true, Ordering::SeqCst);
        for replica in fall {
            deployment.restart(replica);
        }
        // Each client finishes the dataset it was at, repeating what had no answer.
        for client in clients {
            client.await.unwrap();
        }
        // What this round wrote byte by byte, what was written before by name; that again byte by byte at the end.
        let ledger = ledger.lock().await;
        let new = ledger.iter().filter(|(name, _)| name.starts_with(&format!("r{round}-")));
        client::check(deployment.url(round), &token, new).await;
        client::check_listing(deployment.url(round + 1), &token, &ledger).await;
    }
    let ledger = ledger.lock().await;
    println!("{shape:?}: {kills} kills in {} rounds, {} datasets acknowledged", rounds(), ledger.len());
    assert!(ledger.len() >= rounds() * CLIENTS, "the rounds did real work: {}", ledger.len());
    client::check(deployment.url(0), &token, &*ledger).await;
    for replica in 0..deployment.replicas() {
        deployment.kill(replica);
    }
    // Nodes, checkpoints and the copy beside the blobs are what the rows say, before the doctor could mend them.
    let audited = deployment.admin("audit");
    assert!(audited.status.success(), "{audited:?}");
    let examined = deployment.admin("doctor");
    assert!(examined.status.success(), "{examined:?}");
}
