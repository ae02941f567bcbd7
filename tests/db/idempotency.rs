//! `Tx::once`: a repeated request has one effect and one answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cadastre::db::{Db, forget_idempotency_keys};
use cadastre::kernel::{Ctx, Digest, Error, IdempotencyKey, Kind, Result, Timestamp};
use futures_util::future::join_all;

use super::support::databases::Database;
use super::{checked_journal, checked_names, ctx, register};
use crate::on_every_database;

on_every_database! {
    the_same_key_gives_the_same_answer
    a_failure_is_not_remembered
    a_hundred_posts_with_one_key_have_one_effect
}

fn with_key(key: &str, body: &str) -> Ctx {
    let idempotency = IdempotencyKey { key: key.into(), fingerprint: Digest::of(body.as_bytes()) };
    Ctx { idempotency: Some(idempotency), ..ctx() }
}

/// Registers under a name of its own and answers with it.
async fn post(db: &Db, ctx: Ctx, runs: &Arc<AtomicUsize>) -> Result<(String, i64)> {
    let runs = runs.clone();
    db.write("post", move |tx| {
        tx.once(&ctx, |tx| {
            let name = format!("“run” {}", runs.fetch_add(1, Ordering::Relaxed));
            let position = register(tx, &name)?;
            Ok((name, position))
        })
    })
    .await
}

async fn the_same_key_gives_the_same_answer(database: Database) {
    let (db, runs) = (database.open(), Arc::default());
    let first = post(&db, with_key("k", "body"), &runs).await.unwrap();
    assert_eq!(post(&db, with_key("k", "body"), &runs).await.unwrap(), first);

    let refusal = post(&db, with_key("k", "another body"), &runs).await.unwrap_err();
    assert_eq!((refusal.kind(), refusal.code()), (Kind::Invalid, "idempotency_key_reused"));

    assert_ne!(post(&db, with_key("another key", "body"), &runs).await.unwrap(), first);
    assert_ne!(post(&db, ctx(), &runs).await.unwrap(), first);
    assert_eq!(runs.load(Ordering::Relaxed), 3);

    let forget =
        |at: i64| db.write("forget", move |tx| forget_idempotency_keys(tx, Timestamp::from_millis(at)));
    assert_eq!(forget(1_000).await.unwrap(), 0, "as old as the limit is not older");
    assert_eq!(forget(1_001).await.unwrap(), 2);
    assert_ne!(post(&db, with_key("k", "body"), &runs).await.unwrap(), first);
    checked_names(&db).await;
}

async fn a_failure_is_not_remembered(database: Database) {
    let (db, runs) = (database.open(), Arc::default());
    let at = with_key("k", "body");
    let failed = db
        .write("post", {
            let at = at.clone();
            move |tx| {
                tx.once(&at, |tx| {
                    register(tx, "never")?;
                    Err::<(String, i64), _>(Error::conflict("not_now", "later"))
                })
            }
        })
        .await;
    assert_eq!(failed.unwrap_err().code(), "not_now");
    post(&db, at, &runs).await.unwrap();
    assert_eq!(checked_journal(&db).await, ["“run” 0"]);
}

async fn a_hundred_posts_with_one_key_have_one_effect(database: Database) {
    // Two replicas: the key is looked up under the lock that orders them.
    let (replicas, runs) = ([database.open(), database.open()], Arc::default());
    let posts = (0..100).map(|turn| post(&replicas[turn % 2], with_key("k", "body"), &runs));
    let answers: Vec<(String, i64)> = join_all(posts).await.into_iter().collect::<Result<_>>().unwrap();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(checked_names(&replicas[0]).await.len(), 1);
}
