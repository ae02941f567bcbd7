//! One decision on a download under a policy, with very many grants in the database and with one. Plain functions on
//! SQLite, measured in this process.

use cadastre::access::{Approval, approve_request, submit_request};
use cadastre::datasets::{DownloadGate as _, Ground, Permit};
use cadastre::db::DatabaseUrl;
use cadastre::kernel::{Ctx, Result};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use serde_json::json;
use tokio::runtime::Runtime;

use super::{Scale, by_turns};
use crate::process::thread_cpu;
use crate::report::{Aim, Row, Spread};
use crate::world::{World, for_training};

/// Other grants in the full database.
const GRANTS: u64 = 100_000;
/// Grants of the holder for each of its other datasets.
const EACH: u64 = 50;

/// A world with one grant: who holds it, and who belongs to another organisation and has asked for nothing.
struct Granted {
    world: World,
    holder: Ctx,
    stranger: Ctx,
}

impl Granted {
    async fn new() -> Self {
        let world = World::on_sqlite().await;
        world.terms(json!({ "mode": "review", "offer": for_training() })).await;
        let (holder, reviewer) = (world.ctx("tina").await, world.ctx("rita").await);
        let request = world.request("works", "pre_training");
        let request = submit_request(&world.db, &holder, request).await.expect("a request");
        let approved = approve_request(&world.db, &reviewer, request.id, Approval::default()).await;
        assert!(approved.is_ok_and(|request| request.grant.is_some()), "a grant");
        let stranger = world.ctx("eve").await;
        Self { world, holder, stranger }
    }

    /// Microseconds of CPU that it takes to give.
    async fn give(&self, times: u64) -> f64 {
        self.decide(&self.holder, times, |answer| answer.is_ok_and(|permit| permit.ground == Ground::Grant))
            .await
    }

    /// Microseconds of CPU that it takes to refuse, with what to do next.
    async fn refuse(&self, times: u64) -> f64 {
        let refused =
            |answer: Result<Permit>| answer.is_err_and(|error| error.code() == "access_not_granted");
        self.decide(&self.stranger, times, refused).await
    }

    async fn decide(&self, caller: &Ctx, times: u64, expected: fn(Result<Permit>) -> bool) -> f64 {
        let (gate, caller) = (self.world.gate.clone(), caller.clone());
        let spent = self.world.at_door(false, None, move |conn, asked| {
            let before = thread_cpu();
            for _ in 0..times {
                assert!(expected(gate.may_download(conn, &caller, asked)));
            }
            Ok(thread_cpu() - before)
        });
        spent.await.expect("decisions").as_secs_f64() * 1e6 / times as f64
    }
}

/// Copies the grant: half of the copies are of other organisations for the same dataset, half of the same organisation
/// for other datasets, so that neither of the two alone leads to the one grant.
fn fill(world: &World, grants: u64) {
    let DatabaseUrl::Sqlite(path) = world.db.url() else { panic!("this world is on SQLite") };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).expect("the file opens");
    let half = grants / 2;
    let script = format!(
        "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE;
        CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {half}) SELECT i FROM n;
        CREATE TEMP TABLE o AS SELECT organisations.* FROM organisations, n WHERE slug = 'works';
        UPDATE o SET id = 'org_' || printf('%026d', rowid), slug = slug || '-' || rowid;
        CREATE TEMP TABLE d AS SELECT datasets.* FROM datasets, n WHERE n.i <= max(1, {half} / {EACH});
        UPDATE d SET id = 'ds_' || printf('%026d', rowid), name = name || '-' || rowid;
        CREATE TEMP TABLE g AS SELECT grants.* FROM grants, n;
        UPDATE g SET id = 'gr_' || printf('%026d', rowid),
            organisation_id = (SELECT id FROM o WHERE o.rowid = g.rowid),
            organisation = (SELECT slug FROM o WHERE o.rowid = g.rowid);
        CREATE TEMP TABLE h AS SELECT grants.* FROM grants, n;
        UPDATE h SET id = 'gr_' || printf('%026d', {half} + rowid),
            dataset_id = (SELECT id FROM d WHERE d.rowid = (h.rowid - 1) / {EACH} + 1),
            dataset = (SELECT organisation_slug || '/' || name FROM d WHERE d.rowid = (h.rowid - 1) / {EACH} + 1);
        INSERT INTO organisations SELECT * FROM o; INSERT INTO datasets SELECT * FROM d;
        INSERT INTO grants SELECT * FROM g; INSERT INTO grants SELECT * FROM h;
        COMMIT;"
    );
    conn.batch_execute(&script).expect("copies of the grant");
}

/// What a decision costs with all those grants, beside the same with one.
pub fn flat(scale: Scale) -> Vec<Row> {
    let (times, others) = (scale.size(4000, 20), scale.size(GRANTS, 200));
    let runtime = Runtime::new().expect("a runtime");
    let (many, one) = runtime.block_on(async { (Granted::new().await, Granted::new().await) });
    fill(&many.world, others);
    let [gives, gives_alone, refuses, refuses_alone] = by_turns(
        scale.rounds(15),
        [
            &mut |_| runtime.block_on(many.give(times)),
            &mut |_| runtime.block_on(one.give(times)),
            &mut |_| runtime.block_on(many.refuse(times)),
            &mut |_| runtime.block_on(one.refuse(times)),
        ],
    );
    let row = |what, many: Vec<f64>, one: Vec<f64>| Row {
        what,
        unit: "µs",
        ours: Spread::of(many),
        floor: Some(("the same with one grant", Spread::of(one))),
        aim: Some(Aim::RatioAtMost(1.1)),
        note: "SQLite; half of the other grants are for this dataset, half are the holder's".to_owned(),
    };
    vec![
        row("a download is given by one of 100,001 grants, under a policy, CPU", gives, gives_alone),
        row("a download is refused beside 100,001 grants, CPU", refuses, refuses_alone),
    ]
}
