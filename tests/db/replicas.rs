//! Several replicas on one PostgreSQL database take turns.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use futures_util::future::join_all;

use super::support::databases::Database;
use super::{checked_names, write};

/// The advisory lock that orders the writers of all replicas.
const WRITER_LOCK: i64 = 0x0CAD_A57E;

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_share_the_journal_fairly() {
    let database = Database::postgres();
    let until = Instant::now() + Duration::from_secs(2);
    let replicas = [database.open(), database.open()];
    let callers = (0..32).map(|caller| {
        let db = replicas[caller % 2].clone();
        tokio::spawn(async move {
            let mut done = 0;
            while Instant::now() < until {
                write(&db, format!("{caller}-{done}")).await.unwrap();
                done += 1;
            }
            done
        })
    });
    let done: Vec<usize> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    let of_replica = |replica| done.iter().skip(replica).step_by(2).sum::<usize>();
    let (first, second) = (of_replica(0), of_replica(1));
    assert!(first.min(second) * 2 > first.max(second), "{first} and {second} writes");
    assert_eq!(checked_names(&replicas[0]).await.len(), first + second);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_with_slow_writes_does_not_shut_out_another() {
    let database = Database::postgres();
    let (slow, other) = (database.open(), database.open());
    let busy: Vec<_> = (0..8)
        .map(|caller| {
            let db = slow.clone();
            tokio::spawn(async move {
                for turn in 0.. {
                    let name = format!("slow {caller}-{turn}");
                    let outcome = db.write("slow", move |tx| {
                        std::thread::sleep(Duration::from_millis(70));
                        super::register(tx, &name)
                    });
                    outcome.await.unwrap();
                }
            })
        })
        .collect();
    let started = Instant::now();
    for turn in 0..10 {
        write(&other, format!("other {turn}")).await.unwrap();
    }
    // The lock is a queue: behind each group of the slow one, which is one closure long, the next turn is ours.
    let waited = started.elapsed();
    assert!(waited < Duration::from_millis(10 * 2 * 70), "{waited:?}");
    busy.iter().for_each(tokio::task::JoinHandle::abort);
    write(&other, "last").await.unwrap();
    checked_names(&other).await;
}

/// What frees the others is the frozen session's own limit: every writer sets one of 2 s on itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_replica_delays_the_others_only_by_its_idle_limit() {
    let database = Database::postgres();
    let db = database.open();
    write(&db, "before").await.unwrap();

    let mut frozen = PgConnection::establish(&database.address).unwrap();
    frozen
        .batch_execute(&format!(
            "SET idle_in_transaction_session_timeout = '2s'; BEGIN; SELECT pg_advisory_xact_lock({WRITER_LOCK})"
        ))
        .unwrap();
    let started = Instant::now();
    write(&db, "meanwhile").await.unwrap();
    let waited = started.elapsed();
    assert!((Duration::from_millis(1500)..Duration::from_secs(4)).contains(&waited), "{waited:?}");

    assert!(frozen.batch_execute("COMMIT").is_err(), "on waking, the frozen one finds its session gone");
    assert_eq!(checked_names(&db).await.len(), 2);
}
