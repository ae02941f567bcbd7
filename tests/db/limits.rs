//! What is refused: writes through a reader, and more than the queue holds.

use std::time::{Duration, Instant};

use cadastre::db::schema::schedules;
use cadastre::kernel::Kind;
use diesel::{ExpressionMethods, RunQueryDsl};
use tokio::time::sleep;

use super::support::databases::Database;
use super::{Gate, checked_names, queued, rows, write};
use crate::on_every_database;

on_every_database! {
    readers_cannot_write
    a_full_queue_says_so
    a_panicking_read_harms_nobody
}

/// As many writes as may wait.
const QUEUE: usize = 1024;

async fn readers_cannot_write(database: Database) {
    let db = database.open();
    let refusal = db
        .read(|conn| {
            let row = (schedules::kind.eq("smuggled"), schedules::last_run_at.eq(0_i64));
            Ok(diesel::insert_into(schedules::table).values(row).execute(conn)?)
        })
        .await
        .unwrap_err();
    let cause = refusal.cause().unwrap().to_string();
    assert!(cause.contains("readonly") || cause.contains("read-only"), "{cause}");
    assert!(rows(&db).await.is_empty());
    write(&db, "through the writer").await.unwrap();
    assert_eq!(checked_names(&db).await.len(), 1);
}

async fn a_full_queue_says_so(database: Database) {
    let db = database.open();
    let gate = Gate::entered(&db).await;
    let mut waiting = Vec::new();
    for turn in 0..QUEUE {
        let db = db.clone();
        waiting.push(queued(async move { write(&db, turn.to_string()).await }).await);
    }
    let started = Instant::now();
    let refusal = write(&db, "one too many").await.unwrap_err();
    assert_eq!((refusal.kind(), refusal.code()), (Kind::Unavailable, "database_busy"));
    assert!(refusal.retry_after_hint().is_some());
    let waited = started.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(4)).contains(&waited), "{waited:?}");

    sleep(Duration::from_millis(500)).await;
    let held = gate.open().await;
    if database.is_postgres() {
        // The session was idle inside its transaction beyond its own limit, so the server ended it.
        assert_eq!(held.unwrap_err().code(), "database_unavailable");
    } else {
        held.unwrap();
    }
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
    assert_eq!(
        checked_names(&db).await.len(),
        QUEUE,
        "those who waited were served, the refused one was not"
    );
}

async fn a_panicking_read_harms_nobody(database: Database) {
    let db = database.open();
    for _ in 0..20 {
        let panicked = db.read(|_| -> cadastre::kernel::Result<()> { panic!("on purpose") }).await;
        assert_eq!(panicked.unwrap_err().kind(), Kind::Internal);
    }
    assert!(rows(&db).await.is_empty(), "all connections and permits are still there");
}
