//! What the writer knows of the tree without its being stored: what was committed, by whomever, and nothing else.

use cadastre::db::schema::journal_nodes;
use cadastre::db::{Db, Tx, repair};
use cadastre::journal::{Event, append, rebuild_nodes};
use cadastre::kernel::Digest;
use diesel::RunQueryDsl;

use super::support::databases::Database;
use super::{checked_journal, ctx, disarm, insert, rows, write};
use crate::on_every_database;

on_every_database! {
    a_group_whose_commit_failed_is_not_known
    what_another_replica_wrote_is_known
    a_journal_without_nodes_is_gone_on_with
    a_last_entry_that_is_gone_or_another_closes_the_writer
}

/// More than a subtree that is stored, so that the tree shows in a node.
const SUBTREE: usize = 300;

/// Appends so many events in one group.
async fn events(db: &Db, name: &'static str, count: usize) {
    let write = move |tx: &mut Tx<'_>| {
        for number in 0..count {
            append(tx, &ctx(), Event::new("test.done", format!("{name} {number}")))?;
        }
        Ok(())
    };
    db.write("events", write).await.unwrap();
}

async fn a_group_whose_commit_failed_is_not_known(database: Database) {
    let (db, other) = (database.open(), database.open());
    // The database finds only when it commits that nothing has this name.
    database.execute(
        "CREATE TABLE lasting (name TEXT REFERENCES schedules (kind) DEFERRABLE INITIALLY DEFERRED)",
    );
    write(&db, "before").await.unwrap();
    let refused = db.write("refused", |tx| {
        append(tx, &ctx(), Event::new("test.done", "refused"))?;
        diesel::sql_query("INSERT INTO lasting VALUES ('nothing')").execute(&mut **tx)?;
        Ok(())
    });
    assert_eq!(refused.await.unwrap_err().code(), "database_unavailable");
    // In the same place.
    assert_eq!(write(&other, "theirs").await.unwrap(), 1);
    events(&db, "ours", SUBTREE).await;
    let journal = checked_journal(&db).await;
    assert_eq!((&journal[..3], journal.len()), (&["before", "theirs", "ours 0"].map(str::to_owned)[..], 302));
}

async fn what_another_replica_wrote_is_known(database: Database) {
    let (db, other) = (database.open(), database.open());
    for (number, theirs) in [0, 1, 255, 256, 2_500].into_iter().enumerate() {
        events(&other, "theirs", theirs).await;
        write(&db, format!("ours {number}")).await.unwrap();
        events(&db, "ours", SUBTREE).await;
    }
    write(&database.open(), "of one that came later").await.unwrap();
    assert_eq!(checked_journal(&db).await.len(), 1 + 255 + 256 + 2_500 + 5 * (1 + SUBTREE) + 1);
}

async fn a_journal_without_nodes_is_gone_on_with(database: Database) {
    events(&database.open(), "before", 2_000).await;
    for some in ["level > 0", "number = 6", "number < 6"] {
        database.execute(&format!("DELETE FROM journal_nodes WHERE {some}"));
        let db = database.open();
        events(&db, "after", SUBTREE).await;
        let new = nodes(&db).await;
        repair(&database.url, rebuild_nodes).unwrap();
        let all = nodes(&db).await;
        assert!(new.len() < all.len() && new.iter().all(|node| all.contains(node)), "{some}: {new:?}");
        checked_journal(&db).await;
    }
}

async fn nodes(db: &Db) -> Vec<(i64, i64, Digest)> {
    db.read(|conn| Ok(journal_nodes::table.load(conn)?)).await.unwrap()
}

async fn a_last_entry_that_is_gone_or_another_closes_the_writer(database: Database) {
    disarm(&database);
    let other = "(SELECT leaf FROM journal WHERE position = 0)";
    for change in [
        "DELETE FROM journal WHERE position > 0".to_owned(),
        format!("UPDATE journal SET leaf = {other} WHERE position = 2"),
    ] {
        let db = database.open();
        // What the last of them added is known when the next write begins.
        for name in ["one", "two", "three"] {
            events(&db, name, 1).await;
        }
        database.execute(&change);
        for _ in 0..2 {
            let refused = db.write("refused", |tx| insert(tx, "refused")).await;
            assert_eq!(refused.unwrap_err().code(), "journal_behind", "{change}");
        }
        assert_eq!(db.may_write().unwrap_err().code(), "journal_behind");
        db.ready().await.expect("reads go on");
        assert!(rows(&db).await.is_empty());
    }
    // Whoever starts anew goes by what is there.
    assert_eq!(write(&database.open(), "afterwards").await.unwrap(), 4);
}
