//! Groups of writes: order, what one bad closure does to its neighbours, and when answers are given.

use cadastre::kernel::{Error, Kind, Result};
use futures_util::future::join_all;
use tokio::time::sleep;

use super::support::databases::Database;
use super::{
    Gate, LONGER_THAN_A_GROUP, checked_journal, checked_names, insert, queued, register, rows, write,
};
use crate::on_every_database;

on_every_database! {
    concurrent_writers_get_ordered_positions
    one_bad_closure_harms_no_neighbour
    nobody_is_answered_before_the_commit
    a_caller_who_has_gone_leaves_nothing
}

async fn concurrent_writers_get_ordered_positions(database: Database) {
    let db = database.open();
    let writers = (0..64).map(|writer| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut positions = Vec::new();
            for turn in 0..10 {
                positions.push((
                    write(&db, format!("{writer}-{turn}")).await.unwrap(),
                    format!("{writer}-{turn}"),
                ));
            }
            positions
        })
    });
    let mut told = Vec::new();
    for writer in join_all(writers).await {
        let writer = writer.unwrap();
        assert!(writer.is_sorted(), "a later write has a later position");
        told.extend(writer);
    }
    told.sort();
    let told: Vec<String> = told.into_iter().map(|(_, name)| name).collect();
    assert_eq!(told.len(), 640);
    assert_eq!(checked_journal(&db).await, told, "each event stands where its caller was told");
    checked_names(&db).await;
}

/// How a closure can go wrong after it wrote its row and its event.
fn go_wrong(how: &str, tx: &mut cadastre::db::Tx<'_>) -> Result<()> {
    match how {
        "fails" => Err(Error::conflict("on_purpose", "as it should")),
        "panics" => panic!("on purpose"),
        "panics inside an attempt" => tx.attempt(|_| panic!("on purpose")),
        "breaks a constraint" => insert(tx, how),
        "swallows a database error" => {
            drop(insert(tx, how));
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn one_bad_closure_harms_no_neighbour(database: Database) {
    let db = database.open();
    let gate = Gate::entered(&db).await;
    let hows = [
        "first",
        "fails",
        "second",
        "panics",
        "third",
        "panics inside an attempt",
        "fourth",
        "breaks a constraint",
        "fifth",
        "swallows a database error",
        "sixth",
    ];
    let mut writes = Vec::new();
    for how in hows {
        let db = db.clone();
        writes.push(
            queued(async move {
                db.write("test", move |tx| {
                    let position = register(tx, how)?;
                    go_wrong(how, tx).map(|()| position)
                })
                .await
            })
            .await,
        );
    }
    sleep(LONGER_THAN_A_GROUP).await;
    gate.open().await.unwrap();

    let mut good = Vec::new();
    for (how, write) in hows.into_iter().zip(writes) {
        let outcome = write.await.unwrap();
        let told = outcome.as_ref().map_err(|error| (error.kind(), error.code()));
        match how {
            "fails" => assert_eq!(told, Err((Kind::Conflict, "on_purpose"))),
            "panics" | "panics inside an attempt" => assert_eq!(told, Err((Kind::Internal, "internal"))),
            "breaks a constraint" => assert_eq!(told, Err((Kind::Conflict, "already_exists"))),
            // The two databases differ here, which is why errors must be passed on; the neighbours do not notice.
            "swallows a database error" if database.is_postgres() => {
                assert_eq!(told, Err((Kind::Internal, "internal")));
            }
            _ => {
                assert_eq!(told, Ok(&i64::try_from(good.len()).unwrap()), "{how}");
                good.push(how);
            }
        }
    }
    assert_eq!(checked_journal(&db).await, good);
    assert_eq!(checked_names(&db).await.len(), good.len());
    write(&db, "afterwards").await.unwrap();
}

async fn nobody_is_answered_before_the_commit(database: Database) {
    let db = database.open();
    let first = Gate::entered(&db).await;
    let taken = {
        let db = db.clone();
        queued(
            async move { db.write("test", |_| Err::<(), _>(Error::conflict("name_taken", "taken"))).await },
        )
        .await
    };
    let good = {
        let db = db.clone();
        queued(async move { write(&db, "good").await }).await
    };
    let mut last = Gate::queued(&db).await;
    sleep(LONGER_THAN_A_GROUP).await;
    first.open().await.unwrap();

    // Both closures have run, in one group with a third that still runs.
    last.wait().await;
    sleep(LONGER_THAN_A_GROUP).await;
    assert!(!taken.is_finished(), "an error may rest on a neighbour's row that never comes to be");
    assert!(!good.is_finished());
    assert!(rows(&db).await.is_empty(), "nobody sees what is not committed");

    last.open().await.unwrap();
    assert_eq!(taken.await.unwrap().unwrap_err().code(), "name_taken");
    assert_eq!(good.await.unwrap().unwrap(), 0);
    assert_eq!(checked_names(&db).await.len(), 1);
}

async fn a_caller_who_has_gone_leaves_nothing(database: Database) {
    let db = database.open();
    let gate = Gate::entered(&db).await;
    let gone = {
        let db = db.clone();
        queued(async move { write(&db, "gone").await }).await
    };
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    gate.open().await.unwrap();
    write(&db, "stayed").await.unwrap();
    assert_eq!(checked_journal(&db).await, ["stayed"]);
}
