//! `Tx::attempt`: what may fail inside a write without failing it.

use cadastre::kernel::{Error, Result};

use super::support::databases::Database;
use super::{checked_journal, checked_names, insert, register};
use crate::on_every_database;

on_every_database! {
    a_failed_attempt_takes_its_rows_and_events_with_it
    an_attempt_that_hides_an_error_can_itself_be_let_go
}

fn fail() -> Result<()> {
    Err(Error::conflict("on_purpose", "as it should"))
}

async fn a_failed_attempt_takes_its_rows_and_events_with_it(database: Database) {
    let db = database.open();
    let positions = db
        .write("test", |tx| {
            let before = register(tx, "before")?;
            let kept = tx.attempt(|tx| register(tx, "kept"))?;
            let failed = tx.attempt(|tx| register(tx, "failed").and_then(|_| fail()));
            assert_eq!(failed.unwrap_err().code(), "on_purpose");
            // A database error inside an attempt leaves the rest of the write usable, on both databases.
            let twice = tx.attempt(|tx| insert(tx, "before"));
            assert_eq!(twice.unwrap_err().code(), "already_exists");
            let nested = tx.attempt(|tx| {
                let outer = register(tx, "outer")?;
                let inner = tx.attempt(|tx| register(tx, "inner").and_then(|_| fail()));
                assert!(inner.is_err());
                Ok(outer)
            })?;
            let undone = tx.attempt(|tx| {
                tx.attempt(|tx| register(tx, "kept for a moment"))?;
                fail()
            });
            assert!(undone.is_err());
            Ok([before, kept, nested, register(tx, "after")?])
        })
        .await
        .unwrap();
    assert_eq!(positions, [0, 1, 2, 3]);
    assert_eq!(checked_journal(&db).await, ["before", "kept", "outer", "after"]);
    checked_names(&db).await;
}

async fn an_attempt_that_hides_an_error_can_itself_be_let_go(database: Database) {
    let db = database.open();
    let outcome = db
        .write("test", |tx| {
            register(tx, "before")?;
            let hidden = tx.attempt(|tx| {
                register(tx, "inside")?;
                drop(insert(tx, "before"));
                Ok(())
            });
            register(tx, "after")?;
            Ok(hidden.is_ok())
        })
        .await;
    // PostgreSQL refuses to keep the attempt, SQLite keeps it; the write goes on in both.
    assert_eq!(outcome.unwrap(), !database.is_postgres());
    let expected: &[&str] =
        if database.is_postgres() { &["before", "after"] } else { &["before", "inside", "after"] };
    assert_eq!(checked_journal(&db).await, expected);
    checked_names(&db).await;
}
