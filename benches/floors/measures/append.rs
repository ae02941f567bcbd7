//! What the tree costs a write: the same writes through Cadastre's ledger, and through one that stores the rows of the
//! journal and nothing of the tree. Both run in this process.

use std::hint::black_box;

use cadastre::datasets::register_dataset;
use cadastre::db::schema::{journal, journal_payloads};
use cadastre::db::{Conn, Db, Entry, Head, Ledger};
use cadastre::journal::{Event, JournalLedger, append, leaf_hash};
use cadastre::kernel::{Ctx, DatasetId, Digest, Result, Timestamp};
use diesel::{ExpressionMethods as _, Insertable, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::policies::micros;
use super::{Scale, by_turns};
use crate::process::Threads;
use crate::product::RECORD;
use crate::report::{Aim, Row, Spread};
use crate::world::World;

/// Writers that write at once; as many as share a commit.
const TOGETHER: u64 = 64;

/// The floor: rows and payloads as Cadastre stores them, with the same statements; no nodes, no frontier.
struct RowsAlone;

#[derive(Insertable)]
#[diesel(table_name = journal)]
struct NewRow<'a> {
    position: i64,
    kind: &'a str,
    subject: &'a str,
    actor: &'a str,
    space: Option<&'a str>,
    at: Timestamp,
    body: &'a str,
    leaf: Digest,
    concerning: Option<&'a str>,
    provided_by: Option<&'a str>,
}

#[derive(Insertable)]
#[diesel(table_name = journal_payloads)]
struct NewPayload<'a> {
    position: i64,
    salt: &'a [u8],
    payload: &'a str,
}

impl Ledger for RowsAlone {
    fn head(&mut self, conn: &mut Conn) -> Result<Head> {
        let last: Option<i64> = journal::table.select(diesel::dsl::max(journal::position)).first(conn)?;
        Ok(Head { size: last.map_or(0, |position| position + 1), frontier: Vec::new() })
    }

    fn seal(&self, conn: &mut Conn, _: &Head, entries: &[Entry]) -> Result<()> {
        let rows: Vec<NewRow<'_>> = entries.iter().map(row).collect();
        let payloads: Vec<NewPayload<'_>> = entries.iter().filter_map(payload).collect();
        if let [row] = rows.as_slice() {
            diesel::insert_into(journal::table).values(row).execute(conn)?;
        }
        let Conn::Sqlite(conn) = conn else { panic!("the floor is on SQLite") };
        if rows.len() > 1 {
            diesel::insert_into(journal::table).values(&rows).execute(conn)?;
        }
        if !payloads.is_empty() {
            diesel::insert_into(journal_payloads::table).values(&payloads).execute(conn)?;
        }
        Ok(())
    }

    fn contains(&self, conn: &mut Conn, entry: &Entry) -> Result<bool> {
        let found = journal::table.find(entry.position).select(journal::position);
        Ok(found.first::<i64>(conn).optional()?.is_some())
    }
}

fn row(entry: &Entry) -> NewRow<'_> {
    NewRow {
        position: entry.position,
        kind: entry.kind,
        subject: &entry.subject,
        actor: &entry.actor,
        space: entry.space.as_deref(),
        at: entry.at,
        body: &entry.body,
        leaf: entry.leaf,
        concerning: entry.concerning.as_deref(),
        provided_by: entry.provided_by.as_deref(),
    }
}

fn payload(entry: &Entry) -> Option<NewPayload<'_>> {
    let (salt, payload) = entry.payload.as_ref()?;
    Some(NewPayload { position: entry.position, salt, payload })
}

/// One of the two: a world, and a database over it whose writer has this ledger.
struct Side {
    db: Db,
    provider: Ctx,
    written: u64,
    threads: Threads,
    _world: World,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    /// A dataset is registered, as the API does it: five statements and the event.
    Registration,
    /// Nothing but the event.
    Event,
}

impl Side {
    async fn new(ledger: Box<dyn Ledger>) -> Self {
        let world = World::on_sqlite().await;
        let provider = world.ctx("pat").await;
        let db = Db::open(world.db.url(), 4, ledger).expect("the database opens");
        Self { db, provider, written: 0, threads: Threads::of(std::process::id()), _world: world }
    }

    /// Microseconds of CPU of this process that a write takes, so many at once.
    async fn write(&mut self, write: Write, times: u64, together: u64) -> f64 {
        let before = self.threads.cpu();
        for _ in 0..times / together {
            let numbers = self.written..self.written + together;
            self.written += together;
            join_all(numbers.map(|number| one(&self.db, &self.provider, write, number))).await;
        }
        (self.threads.cpu() - before).as_secs_f64() * 1e6 / times as f64
    }

    /// The last entry of the journal.
    async fn last_body(&self) -> String {
        let newest = journal::table.order(journal::position.desc()).select(journal::body);
        self.db.read(move |conn| Ok(newest.first(conn)?)).await.expect("an entry")
    }
}

async fn one(db: &Db, provider: &Ctx, write: Write, number: u64) {
    match write {
        Write::Registration => {
            let record: Value = serde_json::from_str(RECORD).expect("a record");
            let new = json!({ "organisation": "harbour", "name": format!("d-{number}"), "space": "mobility", "record": record });
            let new = serde_json::from_value(new).expect("a statement");
            register_dataset(db, provider, new).await.expect("it is registered");
        }
        Write::Event => {
            let ctx = provider.clone();
            let event = Event::new("dataset.measured", DatasetId::generate()).fact("number", number);
            db.write("measure", move |tx| append(tx, &ctx, event)).await.expect("it is written");
        }
    }
}

/// What each write costs beside the same without the tree.
pub fn share(scale: Scale) -> Vec<Row> {
    let runtime = Runtime::new().expect("a runtime");
    [
        ("registration of a dataset, alone in its commit, CPU", Write::Registration, 1),
        ("registration of a dataset, 64 at once, CPU", Write::Registration, TOGETHER),
        ("an event alone, alone in its commit, CPU", Write::Event, 1),
        ("an event alone, 64 at once, CPU", Write::Event, TOGETHER),
    ]
    .map(|(what, write, together)| compare(scale, &runtime, what, write, together))
    .into()
}

fn compare(scale: Scale, runtime: &Runtime, what: &'static str, write: Write, together: u64) -> Row {
    // So many rounds that what the machine does besides evens out: flushes, and threads that wake each other.
    let times = scale.size(if together == 1 { 512 } else { 1280 }, together);
    let (mut tree, mut rows) = runtime.block_on(async {
        (Side::new(Box::new(JournalLedger::default())).await, Side::new(Box::new(RowsAlone)).await)
    });
    let [ours, theirs] = by_turns(
        scale.rounds(31),
        [&mut |_| runtime.block_on(tree.write(write, times, together)), &mut |_| {
            runtime.block_on(rows.write(write, times, together))
        }],
    );
    let body = runtime.block_on(tree.last_body());
    let leaf = micros(scale, || {
        black_box(leaf_hash(black_box(body.as_bytes())));
    });
    let note = format!(
        "the whole process; SQLite, `synchronous=FULL`; the floor stores row and payload and no nodes, and is spared the \
         leaf's hash: {:.2} µs over {} bytes",
        leaf.median(),
        body.len()
    );
    Row {
        what,
        unit: "µs",
        ours: Spread::of(ours),
        floor: Some(("the rows alone", Spread::of(theirs.iter().map(|spent| spent - leaf.median())))),
        aim: Some(Aim::RatioAtMost(1.1)),
        note,
    }
}
