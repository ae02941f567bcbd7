//! Trouble with the database: every acknowledged write is there, every refused one is not, and it goes on.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cadastre::db::Db;
use cadastre::kernel::Kind;
use diesel::connection::SimpleConnection;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::support::databases::Database;
use super::support::services::{Durability, Postgres};
use super::{checked_names, rows, write};

/// What callers were told.
#[derive(Debug, Default)]
struct Told {
    done: BTreeSet<String>,
    refused: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

impl Told {
    async fn holds(&self, db: &Db) {
        let there = checked_names(db).await;
        assert!(self.done.is_subset(&there), "lost: {:?}", self.done.difference(&there));
        let present: Vec<_> = self.refused.intersection(&there).collect();
        assert!(present.is_empty(), "refused and yet there: {present:?}");
        let unheard = there.iter().filter(|name| !self.done.contains(*name) && !self.unknown.contains(*name));
        assert_eq!(unheard.count(), 0, "nothing is there that nobody was told of");
    }
}

/// Writes under load until it is told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    callers: Vec<JoinHandle<Told>>,
}

impl Load {
    fn start(db: &Db) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let callers =
            (0..32).map(|caller| tokio::spawn(Self::call(db.clone(), stop.clone(), caller))).collect();
        Self { stop, callers }
    }

    async fn call(db: Db, stop: Arc<AtomicBool>, caller: usize) -> Told {
        let mut told = Told::default();
        for turn in 0.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let name = format!("{caller}-{turn}");
            match write(&db, &*name).await {
                Ok(_) => told.done.insert(name),
                Err(error) => {
                    assert_eq!(error.kind(), Kind::Unavailable, "{error:?}");
                    let answer =
                        if error.code() == "outcome_unknown" { &mut told.unknown } else { &mut told.refused };
                    answer.insert(name)
                }
            };
        }
        told
    }

    async fn end(self) -> Told {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Told::default();
        for caller in self.callers {
            let told = caller.await.unwrap();
            all.done.extend(told.done);
            all.refused.extend(told.refused);
            all.unknown.extend(told.unknown);
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn terminated_backends_lose_nothing() {
    let database = Database::postgres();
    let db = database.open();
    let load = Load::start(&db);
    for _ in 0..25 {
        sleep(Duration::from_millis(80)).await;
        database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }
    sleep(Duration::from_millis(200)).await;
    let told = load.end().await;
    assert!(!told.done.is_empty() && !told.refused.is_empty(), "{} done", told.done.len());
    assert!(told.unknown.is_empty(), "a new connection tells what became of a group: {:?}", told.unknown);
    readers_recover(&db).await;
    write(&db, "afterwards").await.unwrap();
    let mut told = told;
    told.done.insert("afterwards".into());
    told.holds(&db).await;
}

/// A killed backend makes the server end all sessions and recover: nobody can connect for a while.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_and_recovers_loses_nothing() {
    let server = Postgres::start(Durability::Durable);
    let database = Database::at(&server.new_database(), None).migrated();
    let db = database.open();
    let load = Load::start(&db);
    for _ in 0..4 {
        sleep(Duration::from_millis(400)).await;
        let Ok(pids) = database.try_query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ) else {
            continue;
        };
        for pid in pids {
            drop(Command::new("kill").args(["-9", &pid]).output());
        }
        let started = Instant::now();
        while database.try_query("SELECT 1").is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the server does not come back");
            sleep(Duration::from_millis(50)).await;
        }
    }
    sleep(Duration::from_millis(500)).await;
    let told = load.end().await;
    assert!(!told.done.is_empty() && !told.refused.is_empty(), "{} done", told.done.len());
    readers_recover(&db).await;
    told.holds(&db).await;
}

/// Each pooled connection may fail once; then the pool has replaced it.
async fn readers_recover(db: &Db) {
    for _ in 0..8 {
        if let Err(error) = db.ready().await {
            assert_eq!(error.kind(), Kind::Unavailable, "{error:?}");
        }
    }
    for _ in 0..16 {
        db.ready().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_come_back_after_their_sessions_were_ended() {
    let database = Database::postgres();
    let db = database.open();
    futures_util::future::join_all((0..16).map(|_| db.ready())).await;
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    readers_recover(&db).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_that_writes_to_the_file_only_delays() {
    let database = Database::sqlite();
    let db = database.open();
    let mut other = database.sqlite_connection();
    other.batch_execute("BEGIN IMMEDIATE; INSERT INTO schedules VALUES ('theirs', 0)").unwrap();
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_secs(1));
        other.batch_execute("ROLLBACK").unwrap();
    });
    let started = Instant::now();
    let writes = futures_util::future::join_all((0..8).map(|turn| write(&db, turn.to_string()))).await;
    assert!(started.elapsed() > Duration::from_millis(700), "it waited for the lock");
    assert!(started.elapsed() < Duration::from_secs(4), "and not for long: {:?}", started.elapsed());
    assert!(writes.iter().all(Result::is_ok), "{writes:?}");
    release.join().unwrap();
    assert_eq!(rows(&db).await.len(), 8);
    checked_names(&db).await;
}
