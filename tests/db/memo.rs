//! Answers that are remembered: exactly as long as nobody has committed anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cadastre::db::{Db, Memo, Tx};
use cadastre::journal::JournalLedger;
use diesel::RunQueryDsl as _;
use futures_util::future::join_all;

use super::support::databases::Database;
use super::{rows, write};

const KIB: usize = 1024;

fn memo(room: usize) -> Memo<&'static str, usize> {
    Memo::new(room, |_| KIB)
}

/// How many rows there are, remembered where that is allowed.
async fn count(db: &Db, memo: &Memo<&'static str, usize>) -> usize {
    let epoch = db.epochs().await.unwrap().data;
    memo.get_or(Some(epoch), "count", async { Ok(rows(db).await.len()) }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_anybody_begins_a_new_epoch() {
    for database in [Database::sqlite(), Database::postgres()] {
        let (here, elsewhere) = (database.open(), database.open());
        for (turn, writer) in [&here, &elsewhere, &here].into_iter().enumerate() {
            let before = here.epochs().await.unwrap().data;
            write(writer, format!("{turn}")).await.unwrap();
            assert_ne!(here.epochs().await.unwrap().data, before, "write {turn}");
        }
        // PostgreSQL's own housekeeping may begin a new one now and then.
        let mut quiet = false;
        for _ in 0..10 {
            quiet |= here.epochs().await.unwrap().data == here.epochs().await.unwrap().data;
        }
        assert!(quiet, "there is a new epoch at every look");
    }
}

/// What adds to what is known of callers, and what changes it; each statement touches a row.
const ADDS: [&str; 4] = [
    "INSERT INTO people (id, login, name, admin, auditor, disabled, revision, created_at) \
     VALUES ('p', 'p', 'p', false, false, false, 1, 1)",
    "INSERT INTO organisations (id, slug, name, kind, country, quota_bytes, max_file_bytes, revision, created_at) \
     VALUES ('o', 'o', 'o', 'research', 'NL', 1, 1, 1, 1)",
    "INSERT INTO tokens (id, secret_hash, person_id, name, scopes, created_at, expires_at) \
     VALUES ('t', '1', 'p', 't', 'read', 1, 2)",
    "INSERT INTO sessions (id, secret_hash, person_id, created_at, expires_at) VALUES ('s', '1', 'p', 1, 2)",
];
const CHANGES: [&str; 17] = [
    "UPDATE people SET disabled = true",
    "UPDATE organisations SET slug = 'q'",
    "INSERT INTO memberships (organisation_id, person_id, role, created_at) VALUES ('o', 'p', 'member', 1)",
    "UPDATE memberships SET role = 'owner'",
    "DELETE FROM memberships",
    "INSERT INTO space_roles (space, person_id, role, created_at) VALUES ('x', 'p', 'reviewer', 1)",
    "UPDATE space_roles SET role = 'steward'",
    "DELETE FROM space_roles",
    "INSERT INTO space_members (space, organisation_id, created_at) VALUES ('x', 'o', 1)",
    "UPDATE space_members SET space = 'y'",
    "DELETE FROM space_members",
    "UPDATE tokens SET revoked_at = 1",
    "DELETE FROM tokens",
    "UPDATE sessions SET expires_at = 1",
    "DELETE FROM sessions",
    "DELETE FROM people",
    "DELETE FROM organisations",
];

#[tokio::test(flavor = "multi_thread")]
async fn callers_have_a_new_epoch_when_their_rights_change_and_only_then() {
    for database in [Database::sqlite(), Database::postgres()] {
        let (here, elsewhere) = (database.open(), database.open());
        let after = async |statement: &'static str| {
            let run = move |tx: &mut Tx<'_>| Ok(diesel::sql_query(statement).execute(&mut **tx)?);
            assert_eq!(elsewhere.write("change", run).await.unwrap(), 1, "{statement}");
            here.epochs().await.unwrap().callers
        };
        let mut epoch = here.epochs().await.unwrap().callers;
        write(&here, "something else").await.unwrap();
        for statement in ADDS {
            assert_eq!(after(statement).await, epoch, "{statement}");
        }
        for statement in CHANGES {
            let next = after(statement).await;
            assert_ne!(next, epoch, "{statement}");
            epoch = next;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_behind_a_link_is_watched_too() {
    let (database, folder) = (Database::sqlite(), tempfile::tempdir().unwrap());
    let link = folder.path().join("link.sqlite");
    std::os::unix::fs::symlink(database.address.trim_start_matches("sqlite:"), &link).unwrap();
    let url = format!("sqlite:{}", link.display()).parse().unwrap();
    let linked = Db::open(&url, 2, Box::new(JournalLedger::default())).unwrap();
    let before = linked.epochs().await.unwrap().data;
    write(&database.open(), "by the other name").await.unwrap();
    assert_ne!(linked.epochs().await.unwrap().data, before);
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
    let epoch = db.epochs().await.unwrap().data;
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
