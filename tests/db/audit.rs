//! The audit finds whatever is changed behind the journal's back, and names the place; the tree in the database is the one
//! that the entries make.

mod dice;
mod entries;
mod held;
mod mutations;
mod order;
mod signed;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cadastre::config::Settings;
use cadastre::db::Db;
use cadastre::journal::{Audited, Event, Keeper, Log, Witnesses, append, audit, leaf_hash, rebuild_nodes};
use cadastre::kernel::{Digest, Error, ManualClock, OrganisationId, Slug, Timestamp, random_bytes};
use cadastre::storage::BlobStore;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::support::databases::Database;
use super::{ctx, disarm, support};
use crate::on_every_database;

on_every_database! {
    whatever_is_changed_is_found
    an_end_that_is_lost_while_nobody_runs_is_noticed
    nodes_that_are_missing_are_made_at_the_start_and_wrong_ones_by_the_doctor
}

/// Enough for a node of level 1 and a rest.
const ENTRIES: i64 = 300;
/// The tables of the journal.
const TABLES: [&str; 4] = ["journal", "journal_payloads", "journal_nodes", "journal_checkpoints"];

struct Journal {
    database: Database,
    db: Db,
    store: BlobStore,
    log: Log,
    witnesses: Witnesses,
    folder: tempfile::TempDir,
}

impl Journal {
    /// A journal with a name and a key, and nothing else.
    async fn named(database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = database.open();
        let store = BlobStore::open(&blobs(&folder).parse().unwrap()).unwrap();
        let log = open_log(&database, &db, &folder, 1).await;
        Self { database, db, store, log, witnesses: Witnesses::default(), folder }
    }

    /// A journal with entries, nothing of it signed yet.
    async fn written(database: Database) -> Self {
        let journal = Self::named(database).await;
        journal.append(ENTRIES).await;
        journal
    }

    /// Goes on with another key, which the log has already.
    async fn take_key(&mut self, key: u8) {
        self.log = open_log(&self.database, &self.db, &self.folder, key).await;
    }

    async fn append(&self, count: i64) {
        let write = move |tx: &mut cadastre::db::Tx<'_>| {
            let (space, organisation): (Slug, _) = ("health".parse()?, OrganisationId::generate());
            for number in 0..count {
                let event = Event::new("test.done", format!("thing {number}"))
                    .in_space(&space)
                    .concerning(&organisation)
                    .fact("number", number);
                let event = if number % 3 == 0 { event } else { event.payload(json!({ "text": number })) };
                append(tx, &ctx(), event)?;
            }
            Ok(())
        };
        self.db.write("append", write).await.unwrap();
    }

    /// Lets the log be signed up to what is there, and copied.
    async fn sign(&self) {
        self.sign_at(Timestamp::from_millis(7_200_000)).await;
    }

    async fn sign_at(&self, at: Timestamp) {
        let clock = Arc::new(ManualClock::at(at));
        let keeper = Keeper::open(&self.db, &self.store, &self.log, clock).await.unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(keeper.run(stop.clone()));
        let size = self.database.number("SELECT count(*) FROM journal");
        let begun = Instant::now();
        while self.database.number("SELECT coalesce(max(size), 0) FROM journal_checkpoints") < size {
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing is signed");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        running.await.unwrap();
    }

    /// Opens database and log as another process does.
    async fn start_anew(&mut self) -> Keeper {
        self.db = self.database.open();
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(0)));
        Keeper::open(&self.db, &self.store, &self.log, clock).await.unwrap()
    }

    async fn audit(&self) -> Result<Audited, Error> {
        audit(&self.db, &self.store, &self.witnesses, |_, _| ()).await
    }

    /// Takes away what keeps the journal from being changed, and keeps a copy of all of it.
    fn open_up(&self) {
        disarm(&self.database);
        for table in TABLES {
            self.database.execute(&format!("CREATE TABLE saved_{table} AS SELECT * FROM {table}"));
        }
    }

    fn put_back(&self) {
        let back = |table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved_{table}");
        self.database.execute(&TABLES.map(back).join("; "));
    }

    fn bytes(&self, digest: &Digest) -> String {
        if self.database.is_postgres() { format!("'\\x{digest}'::bytea") } else { format!("x'{digest}'") }
    }
}

fn blobs(folder: &tempfile::TempDir) -> String {
    format!("file:{}", folder.path().display())
}

async fn open_log(database: &Database, db: &Db, folder: &tempfile::TempDir, key: u8) -> Log {
    let config = Settings {
        database: Some(database.address.clone().into()),
        blobs: Some(blobs(folder)),
        log_key_text: Some(support::log::key_text(key)),
        log_origin: Some("log.example/test".into()),
        ..Settings::default()
    };
    Log::open(db, &config.resolve().unwrap()).await.unwrap()
}

async fn whatever_is_changed_is_found(database: Database) {
    let journal = Journal::written(database).await;
    journal.sign().await;
    let audited = journal.audit().await.unwrap();
    assert_eq!((audited.size, audited.payloads, audited.erased, audited.checkpoints), (300, 200, 0, 2));
    journal.open_up();

    let seed = random_bytes::<8>().unwrap();
    let places = seed.map(|byte| i64::from(byte) % (ENTRIES - 1)).into_iter().chain([0, 255, 256, 298]);
    for place in places {
        let at = format!("WHERE position = {place}");
        let (other, zero) = (journal.bytes(&Digest::of("other")), journal.bytes(&Digest::of("")));
        let said = journal.database.query(&format!("SELECT body AS line FROM journal {at}")).concat();
        let forged = said.replace("test.done", "test.gone");
        let forged_leaf = journal.bytes(&leaf_hash(forged.as_bytes()));
        let mut changes = vec![
            // An entry is changed: by itself, and with everything in its row made to fit.
            format!("UPDATE journal SET body = replace(body, 'test.done', 'test.gone') {at}"),
            format!("UPDATE journal SET body = '{forged}', kind = 'test.gone', leaf = {forged_leaf} {at}"),
            format!("UPDATE journal SET leaf = {other} {at}"),
            // A column says something else than the entry.
            format!("UPDATE journal SET kind = 'test.gone' {at}"),
            format!("UPDATE journal SET subject = 'x' {at}"),
            format!("UPDATE journal SET actor = 'x' {at}"),
            format!("UPDATE journal SET space = 'x' {at}"),
            format!("UPDATE journal SET space = NULL {at}"),
            format!("UPDATE journal SET at = at + 1 {at}"),
            format!("UPDATE journal SET concerning = 'x' {at}"),
            format!("UPDATE journal SET provided_by = 'x' {at}"),
            // Entries are taken away, or change places.
            format!("DELETE FROM journal {at}"),
            format!(
                "UPDATE journal SET position = 900 {at}; UPDATE journal SET position = {place} WHERE position = {0}; UPDATE journal SET position = {0} WHERE position = 900",
                place + 1
            ),
        ];
        if place % 3 != 0 {
            changes.extend([
                format!("UPDATE journal_payloads SET payload = '{{}}' {at}"),
                format!("UPDATE journal_payloads SET salt = {zero} {at}"),
                format!("DELETE FROM journal_payloads {at}"),
            ]);
        } else {
            changes
                .push(format!("INSERT INTO journal_payloads SELECT {place}, leaf, '{{}}' FROM journal {at}"));
        }
        for change in changes {
            journal.database.execute(&change);
            let error = journal.audit().await.expect_err(&change);
            assert_eq!(error.code(), "audit_failed", "{change}: {error}");
            // A change that fits in itself shows at the next root that was signed or stored.
            let named: i64 = error.detail().split([' ', ':']).nth(2).unwrap().parse().unwrap();
            let fits = change.contains("kind = 'test.gone', leaf");
            assert!(named == place || fits && named > place, "{change}: {error}");
            journal.put_back();
        }
    }
    let other = journal.bytes(&Digest::of("other"));
    for change in [
        format!("UPDATE journal_nodes SET root = {other}"),
        "DELETE FROM journal_nodes".to_owned(),
        "DELETE FROM journal WHERE position >= 290".to_owned(),
        "INSERT INTO journal SELECT 300, kind, subject, actor, space, at, body, leaf, concerning, provided_by FROM journal WHERE position = 0".to_owned(),
        "UPDATE journal_checkpoints SET note = replace(note, 'a', 'b')".to_owned(),
        "UPDATE journal_checkpoints SET size = 7".to_owned(),
    ] {
        journal.database.execute(&change);
        let error = journal.audit().await.expect_err(&change);
        assert_eq!(error.code(), "audit_failed", "{change}: {error}");
        journal.put_back();
    }
    journal.audit().await.unwrap();

    // A shorter history, whole in itself: the copy beside the blobs knows better.
    journal.database.execute("DELETE FROM journal WHERE position >= 270");
    journal.database.execute("DELETE FROM journal_payloads WHERE position >= 270");
    journal.database.execute("DELETE FROM journal_checkpoints");
    cadastre::db::repair(&journal.database.url, rebuild_nodes).unwrap();
    let error = journal.audit().await.unwrap_err();
    assert!(error.detail().contains("beside the blobs"), "{error}");
}

/// Nothing in the journal tells: the copy beside the blobs does at the start, and else the stored checkpoint as soon as
/// something is to be signed.
async fn an_end_that_is_lost_while_nobody_runs_is_noticed(database: Database) {
    let mut journal = Journal::written(database).await;
    journal.sign().await;
    journal.open_up();
    for has_copy in [true, false] {
        if !has_copy {
            for name in journal.store.notes("checkpoints").await.unwrap() {
                journal.store.delete_note("checkpoints", &name).await.unwrap();
            }
        }
        for kept in [299, 256, 1, 0] {
            journal.database.execute(&format!("DELETE FROM journal WHERE position >= {kept}"));
            let keeper = journal.start_anew().await;
            assert_eq!(journal.db.may_write().is_err(), has_copy, "{kept}");
            let running = keeper.run(CancellationToken::new());
            tokio::time::timeout(Duration::from_secs(20), running).await.expect("it ends when it is closed");
            assert_eq!(journal.db.may_write().unwrap_err().code(), "journal_behind", "{kept}");
            journal.put_back();
        }
    }
}

async fn nodes_that_are_missing_are_made_at_the_start_and_wrong_ones_by_the_doctor(database: Database) {
    let mut journal = Journal::written(database).await;
    let nodes = "SELECT count(*) FROM journal_nodes";
    journal.append(900).await;
    assert_eq!(journal.database.number(nodes), 4);
    for missing in [
        "DELETE FROM journal_nodes",
        "DELETE FROM journal_nodes WHERE number < 2",
        "DELETE FROM journal_nodes WHERE number > 2",
    ] {
        journal.database.execute(missing);
        journal.sign().await;
        assert_eq!(journal.database.number(nodes), 4, "{missing}");
        journal.audit().await.unwrap();
        journal.append(1).await;
    }

    // Wrong ones give a root that was not signed.
    let other = journal.bytes(&Digest::of("other"));
    journal.database.execute(&format!("UPDATE journal_nodes SET root = {other} WHERE number = 1"));
    journal.start_anew().await;
    assert_eq!(journal.db.may_write().unwrap_err().code(), "journal_behind");
    cadastre::db::repair(&journal.database.url, rebuild_nodes).unwrap();
    journal.start_anew().await;
    journal.append(1).await;
    journal.sign().await;
    journal.audit().await.unwrap();
}
