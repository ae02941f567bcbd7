//! What `Db` promises, held on SQLite and on PostgreSQL: order, atomicity, answers only after the commit, and
//! what is left after trouble.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../support/mod.rs"]
mod support;

mod attempts;
mod audit;
mod crash;
mod events;
mod faults;
mod groups;
mod idempotency;
mod ledger;
mod limits;
mod lost_answers;
mod memo;
mod replicas;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::mpsc;
use std::time::Duration;

use cadastre::db::schema::{journal, journal_nodes, schedules};
use cadastre::db::{Db, Tx};
use cadastre::journal::{Event, Frontier, append, leaf_hash};
use cadastre::kernel::{Ctx, Digest, Result, Timestamp};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use futures_util::poll;
use serde_json::Value;
use support::databases::Database;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than a group takes closures, so that what comes next is in another group.
const LONGER_THAN_A_GROUP: Duration = Duration::from_millis(80);

fn ctx() -> Ctx {
    Ctx::anonymous(Timestamp::from_millis(1_000), "test")
}

/// Takes away what keeps the journal from being changed.
fn disarm(database: &Database) {
    if database.is_postgres() {
        database.execute("ALTER TABLE journal DISABLE TRIGGER USER");
    } else {
        for trigger in ["update", "delete", "replace"] {
            database.execute(&format!("DROP TRIGGER journal_no_{trigger}"));
        }
    }
}

/// One small use case: a row and its event.
fn register(tx: &mut Tx<'_>, name: &str) -> Result<i64> {
    insert(tx, name)?;
    append(tx, &ctx(), Event::new("test.registered", name))
}

fn insert(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    diesel::insert_into(schedules::table)
        .values((schedules::kind.eq(name), schedules::last_run_at.eq(0_i64)))
        .execute(&mut **tx)?;
    Ok(())
}

async fn write(db: &Db, name: impl Into<String>) -> Result<i64> {
    let name = name.into();
    db.write("register", move |tx| register(tx, &name)).await
}

/// Rows that registrations left.
async fn rows(db: &Db) -> BTreeSet<String> {
    let found: Vec<String> =
        db.read(|conn| Ok(schedules::table.select(schedules::kind).load(conn)?)).await.unwrap();
    found.into_iter().collect()
}

/// Checks the whole journal (positions without gaps, leaves, nodes of the tree) and gives the subjects in order.
async fn checked_journal(db: &Db) -> Vec<String> {
    type Row = (i64, String, String, Digest);
    type Node = ((i64, i64), Digest);
    let (rows, nodes): (Vec<Row>, Vec<Node>) = db
        .read(|conn| {
            let columns = (journal::position, journal::subject, journal::body, journal::leaf);
            let rows = journal::table.select(columns).order(journal::position).load(conn)?;
            let place = (journal_nodes::level, journal_nodes::number);
            Ok((rows, journal_nodes::table.select((place, journal_nodes::root)).load(conn)?))
        })
        .await
        .unwrap();
    let (mut tree, mut grown) = (Frontier::default(), BTreeMap::new());
    for (expected, (position, subject, body, leaf)) in rows.iter().enumerate() {
        assert_eq!(*position, i64::try_from(expected).unwrap(), "positions have no gap");
        assert_eq!(*leaf, leaf_hash(body.as_bytes()), "the leaf of {position}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["seq"], &body["subject"]["id"]), (&(*position).into(), &subject.as_str().into()));
        tree.push_telling(*leaf, |height, root| {
            if height.is_multiple_of(8) {
                grown.insert((i64::from(height / 8), position >> height), root);
            }
        });
    }
    assert_eq!(nodes.into_iter().collect::<BTreeMap<_, _>>(), grown, "the nodes equal a recomputation");
    rows.into_iter().map(|(_, subject, ..)| subject).collect()
}

/// The journal and the rows tell the same story; gives the names.
async fn checked_names(db: &Db) -> BTreeSet<String> {
    let subjects = checked_journal(db).await;
    let names: BTreeSet<String> = subjects.iter().cloned().collect();
    assert_eq!(names.len(), subjects.len(), "no effect happened twice");
    assert_eq!(names, rows(db).await, "every row has its event, and every event its row");
    names
}

/// Brings a write into the writer's queue and lets it go on by itself.
async fn queued<T: Send + 'static>(
    write: impl Future<Output = Result<T>> + Send + 'static,
) -> JoinHandle<Result<T>> {
    let mut write = Box::pin(write);
    assert!(poll!(&mut write).is_pending());
    tokio::spawn(write)
}

/// A write that holds the writer inside its closure until it is opened.
struct Gate {
    open: mpsc::Sender<()>,
    write: JoinHandle<Result<()>>,
    entered: oneshot::Receiver<()>,
}

impl Gate {
    /// In the queue; the writer may not have come to it yet.
    async fn queued(db: &Db) -> Self {
        let (open, opened) = mpsc::channel();
        let (enter, entered) = oneshot::channel();
        let db = db.clone();
        let write = queued(async move {
            db.write("gate", move |_| {
                enter.send(()).unwrap();
                opened.recv().unwrap();
                Ok(())
            })
            .await
        });
        Self { open, write: write.await, entered }
    }

    /// The writer stands in the closure.
    async fn entered(db: &Db) -> Self {
        let mut gate = Self::queued(db).await;
        gate.wait().await;
        gate
    }

    async fn wait(&mut self) {
        (&mut self.entered).await.unwrap();
    }

    async fn open(self) -> Result<()> {
        self.open.send(()).unwrap();
        self.write.await.unwrap()
    }
}
