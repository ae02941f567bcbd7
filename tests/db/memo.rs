//! Answers that are remembered: exactly as long as nobody has committed anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cadastre::db::{Db, Memo};
use futures_util::future::join_all;

use super::support::databases::Database;
use super::{rows, write};

const KIB: usize = 1024;

fn memo(room: usize) -> Memo<&'static str, usize> {
    Memo::new(room, |_| KIB)
}

/// How many rows there are, remembered where that is allowed.
async fn count(db: &Db, memo: &Memo<&'static str, usize>) -> usize {
    let epoch = db.epoch().await.unwrap();
    memo.get_or(Some(epoch), "count", async { Ok(rows(db).await.len()) }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_anybody_begins_a_new_epoch() {
    for database in [Database::sqlite(), Database::postgres()] {
        let (here, elsewhere) = (database.open(), database.open());
        for (turn, writer) in [&here, &elsewhere, &here].into_iter().enumerate() {
            let before = here.epoch().await.unwrap();
            write(writer, format!("{turn}")).await.unwrap();
            assert_ne!(here.epoch().await.unwrap(), before, "write {turn}");
        }
        // PostgreSQL's own housekeeping may begin a new one now and then.
        let mut quiet = false;
        for _ in 0..10 {
            quiet |= here.epoch().await.unwrap() == here.epoch().await.unwrap();
        }
        assert!(quiet, "there is a new epoch at every look");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_remembered_is_older_than_the_last_answered_write() {
    for database in [Database::sqlite(), Database::postgres()] {
        let replicas = [database.open(), database.open()];
        let memos = Arc::new([memo(16 * KIB), memo(16 * KIB)]);
        let answered = Arc::new(AtomicUsize::new(0));
        let readers = (0..4_usize).map(|reader| {
            let (db, memos, answered) = (replicas[reader % 2].clone(), memos.clone(), answered.clone());
            tokio::spawn(async move {
                let mut remembered = 0;
                while answered.load(Ordering::SeqCst) < 200 {
                    let at_least = answered.load(Ordering::SeqCst);
                    let seen = count(&db, &memos[reader % 2]).await;
                    assert!(seen >= at_least, "{seen} rows, but {at_least} writes were answered before");
                    remembered += 1;
                }
                remembered
            })
        });
        let readers: Vec<_> = readers.collect();
        for turn in 0..200 {
            write(&replicas[turn % 2], format!("{turn}")).await.unwrap();
            answered.fetch_add(1, Ordering::SeqCst);
        }
        for looks in join_all(readers).await {
            assert!(looks.unwrap() > 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn within_an_epoch_an_answer_is_read_once_and_room_is_kept() {
    let db = Database::sqlite().open();
    let (memo, reads) = (memo(2 * KIB), AtomicUsize::new(0));
    let epoch = db.epoch().await.unwrap();
    let ask = async |key| {
        let read = async { Ok(reads.fetch_add(1, Ordering::SeqCst)) };
        memo.get_or(Some(epoch), key, read).await.unwrap()
    };
    assert_eq!((ask("a").await, ask("a").await, ask("b").await, ask("a").await), (0, 0, 1, 0));
    assert_eq!((ask("c").await, ask("a").await), (2, 3), "a third has no room beside the two");
    let unknown = memo.get_or(None, "a", async { Ok(99) }).await.unwrap();
    assert_eq!(unknown, 99, "without an epoch nothing is remembered");
    let failed = memo.get_or(Some(epoch), "d", async { Err(cadastre::kernel::Error::not_found("d")) }).await;
    assert!(failed.is_err());
    assert_eq!(ask("d").await, 4, "an error is not remembered");
}
