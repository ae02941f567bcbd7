//! How the door finds what it decides by: by who asks and for what, so that the grants of others cost nothing. On SQLite,
//! whose plan depends on the statement alone; PostgreSQL plans by what is in the tables.

use std::sync::{Arc, Mutex};

use cadastre::datasets::DownloadGate as _;
use diesel::connection::{Connection as _, Instrumentation, InstrumentationEvent};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use super::granted;
use super::world::World;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// The statements that the door sends for a caller, each with the plan of the database.
async fn plans(world: &World, login: &str) -> Vec<(String, Vec<String>)> {
    let (gate, ctx) = (world.gate.clone(), world.ctx(login).await);
    let found = world.at_door(false, None, move |conn, asked| {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&sent);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                heard.lock().unwrap().push(query.to_string());
            }
        });
        gate.may_download(conn, &ctx, asked).map(drop).unwrap_or_default();
        conn.set_instrumentation(None::<Box<dyn Instrumentation>>);
        let statements: Vec<String> = sent.lock().unwrap().drain(..).collect();
        let plan = |statement: String| {
            let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn)?;
            Ok((statement, steps.into_iter().map(|step| step.detail).collect()))
        };
        statements.into_iter().map(plan).collect()
    });
    found.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_reads_the_grants_and_requests_of_the_caller_alone() {
    let world = World::on_sqlite().await;
    granted(&world).await;
    for (login, expected) in
        [("tina", &["grants_by_holder"][..]), ("eve", &["grants_by_holder", "requests_by_asker"])]
    {
        let plans = plans(&world, login).await;
        let steps: Vec<&String> = plans.iter().flat_map(|(_, steps)| steps).collect();
        for index in expected {
            assert!(steps.iter().any(|step| step.contains(index)), "{login}, {index}: {plans:#?}");
        }
        let all_of_them = |step: &String| {
            step.starts_with("SCAN ")
                || ["grants_by_dataset", "requests_by_dataset"].iter().any(|index| step.contains(index))
        };
        let wide: Vec<_> = plans.iter().filter(|(_, steps)| steps.iter().any(all_of_them)).collect();
        assert!(wide.is_empty(), "{login}: {wide:#?}");
    }
}
