//! One record in each of its renderings, and the whole catalogue in DCAT-AP. Plain functions and a dump on SQLite, measured in
//! this process.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cadastre::config::{Config, Settings};
use cadastre::datasets::{DumpKind, list_dumps};
use cadastre::db::DatabaseUrl;
use cadastre::interop::{Addresses, Entry, Format, entry, make_due_dumps};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use tokio::runtime::Runtime;

use super::Scale;
use super::policies::{micros, micros_each};
use crate::process::{Threads, anonymous_memory};
use crate::product::folder;
use crate::report::{Aim, Row, Spread};
use crate::world::World;

/// More files than the dataset has.
const MOST_FILES: i64 = 1000;
/// Datasets in the catalogue that is dumped.
const DATASETS: u64 = 100_000;
const MIB: f64 = 1024.0 * 1024.0;
/// Longer than any of this takes: one dump of each kind is made.
const SELDOM: Duration = Duration::from_secs(1_000_000_000);

/// A dataset with every field in its record, and the files of a version.
async fn whole(world: &World) -> Entry {
    let ((organisation, name), ctx) = (world.dataset(), world.nobody());
    let read = world.db.read(move |conn| entry(conn, &ctx, (&organisation, &name), MOST_FILES)).await;
    read.expect("the dataset of the world")
}

/// What each rendering costs, beside the record's own JSON.
pub fn each(scale: Scale) -> Vec<Row> {
    let entry = Runtime::new().expect("a runtime").block_on(async { whole(&World::on_sqlite().await).await });
    let at = Addresses::below("https://register.example.org".to_owned());
    let json = micros(scale, || {
        black_box(serde_json::to_vec(black_box(&entry.described.record)).expect("JSON"));
    });
    let rendered = Format::ALL.iter().filter_map(|format| {
        let length = format.render(&entry, &at).ok()?.body.len();
        let cost = micros_each(scale, 1000, || {
            black_box(format.render(black_box(&entry), &at).expect("a document"));
        });
        Some(Row {
            // The table wants names that live as long as the program, and so do these.
            what: format!("one record as `{}`, CPU", format.file_name()).leak(),
            unit: "µs",
            ours: cost,
            floor: Some(("the record by serde_json::to_vec", json)),
            aim: None,
            note: format!("{}; {length} bytes", format.about().standard),
        })
    });
    rendered.collect()
}

/// Copies the dataset of the world with its version and files, as often as wanted.
fn fill(world: &World, datasets: u64) {
    let DatabaseUrl::Sqlite(path) = world.db.url() else { panic!("this world is on SQLite") };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).expect("the file opens");
    let script = format!(
        "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE;
        CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {datasets}) SELECT i FROM n;
        CREATE TEMP TABLE d AS SELECT datasets.* FROM datasets, n WHERE name = 'tides';
        UPDATE d SET id = 'ds_' || printf('%032d', rowid), name = name || '-' || rowid, position = 1000000 + rowid;
        CREATE TEMP TABLE v AS SELECT versions.* FROM versions, n WHERE number = '1.0.0'
            AND dataset_id = (SELECT id FROM datasets WHERE name = 'tides');
        CREATE TEMP TABLE f AS SELECT files.* FROM files, n WHERE version_id = (SELECT id FROM v LIMIT 1) ORDER BY path, i;
        UPDATE v SET id = 'vr_' || printf('%032d', rowid), dataset_id = 'ds_' || printf('%032d', rowid);
        UPDATE f SET version_id = 'vr_' || printf('%032d', (rowid - 1) % {datasets} + 1);
        INSERT INTO datasets SELECT * FROM d; INSERT INTO versions SELECT * FROM v; INSERT INTO files SELECT * FROM f;
        COMMIT;"
    );
    conn.batch_execute(&script).expect("copies of the dataset");
}

/// What a dump of so many datasets took: datasets a CPU second, and the growth of the memory in MiB.
async fn dumped(datasets: u64) -> (f64, f64) {
    let (world, data) = (World::on_sqlite().await, folder());
    fill(&world, datasets);
    let settings = Settings {
        data: Some(data.path().to_owned()),
        base_url: Some("https://register.example.org".parse().expect("an address")),
        ..Settings::default()
    };
    let (config, store, ctx) = (settings.resolve().expect("a set-up"), world.store(), world.nobody());
    // That in JSON first, so that only the other is left to be made.
    let without = Config { base_url: None, ..config.clone() };
    make_due_dumps(&world.db, &store, &ctx, &without, SELDOM).await.expect("a dump");
    let process = std::process::id();
    let (idle, done) = (anonymous_memory(process), AtomicBool::new(false));
    let mut threads = Threads::of(process);
    let before = threads.cpu();
    let peak = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = idle;
            while !done.load(Ordering::SeqCst) {
                peak = peak.max(anonymous_memory(process));
                std::thread::sleep(Duration::from_millis(50));
            }
            peak
        });
        let made = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current()
                .block_on(make_due_dumps(&world.db, &store, &ctx, &config, SELDOM))
        });
        made.expect("a dump");
        done.store(true, Ordering::SeqCst);
        watch.join().expect("the watch ends")
    });
    let spent = threads.cpu() - before;
    let dumps = list_dumps(&world.db).await.expect("the dumps");
    let dump = dumps.iter().find(|dump| dump.kind == DumpKind::NTriples).expect("one in N-Triples");
    assert_eq!(
        dump.records,
        i64::try_from(datasets + 1).expect("a number"),
        "all of them and the one of the world"
    );
    (datasets as f64 / spent.as_secs_f64(), (peak - idle) as f64 / MIB)
}

/// The whole catalogue as N-Triples, and a tenth of it.
pub fn catalogue(scale: Scale) -> Vec<Row> {
    let all = scale.size(DATASETS, 200);
    let runtime = Runtime::new().expect("a runtime");
    let [many, few] = super::by_turns(
        scale.rounds(3),
        [&mut |_| runtime.block_on(dumped(all)), &mut |_| runtime.block_on(dumped(all / 10))],
    );
    let of = |found: &[(f64, f64)], part: fn(&(f64, f64)) -> f64| Spread::of(found.iter().map(part));
    let row = |what, unit, part: fn(&(f64, f64)) -> f64, aim| Row {
        what,
        unit,
        ours: of(&many, part),
        floor: Some(("a tenth of the datasets", of(&few, part))),
        aim,
        note: "every field in each record; SQLite; N-Triples, compressed, stored and recorded as a dump"
            .to_owned(),
    };
    vec![
        row("DCAT-AP of 100,000 datasets, datasets a CPU second", "1/s", |found| found.0, None),
        row("memory growth meanwhile", "MiB", |found| found.1, Some(Aim::AtMost(64.0))),
    ]
}
