//! How many statements a use case sends inside its write: on PostgreSQL each is a round trip for which everybody
//! behind it waits. An `Idempotency-Key` costs two more. A binary of its own: the counter listens to every connection of the process.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod support;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};

use cadastre::datasets::files::offer_files;
use cadastre::datasets::versions::{VersionName, create_version, publish_version};
use cadastre::datasets::{NewDataset, register_dataset, set_policy};
use cadastre::db::Db;
use cadastre::identity::{create_organisation, ensure_administrator, find_organisation, person_by_login};
use cadastre::kernel::{Caller, Ctx, Digest, IdempotencyKey, OrganisationRole, Principal, Scope, Timestamp};
use cadastre::spaces::ensure_official_spaces;
use cadastre::storage::{BlobStore, BlobsUrl};
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use serde_json::json;
use support::databases::Database;

/// Every statement of the writer, in order.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn listen() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event
            && std::thread::current().name() == Some("writer")
        {
            SENT.lock().unwrap().push(query.to_string());
        }
    }))
}

/// What the closure of a write sent: whatever stands between the writer's own savepoints. Savepoints of
/// `Tx::attempt` do not count. Of writes that share a group only the first would be heard.
async fn statements_of<T>(write: impl Future<Output = T>) -> (T, Vec<String>) {
    SENT.lock().unwrap().clear();
    let result = write.await;
    let (mut inside, mut sent) = (false, Vec::new());
    for statement in SENT.lock().unwrap().drain(..) {
        match statement.as_str() {
            "SAVEPOINT w" => inside = true,
            "RELEASE SAVEPOINT w; SAVEPOINT w" | "ROLLBACK TO SAVEPOINT w" => inside = false,
            own if own.contains("SAVEPOINT attempt") => {}
            _ if inside => sent.push(statement),
            _ => {}
        }
    }
    (result, sent)
}

fn assert_at_most(limit: usize, use_case: &str, sent: &[String]) {
    assert!(!sent.is_empty(), "{use_case}: nothing was heard");
    assert!(
        sent.len() <= limit,
        "{use_case} sends {}, allowed are {limit}:\n{}",
        sent.len(),
        sent.join("\n")
    );
}

/// The first administrator, with a key on the request: the longest way through every use case.
async fn administrator(db: &Db) -> Ctx {
    let ctx = Ctx::anonymous(Timestamp::from_millis(1_000), "test");
    ensure_administrator(db, &ctx).await.unwrap();
    let person = db.read(|conn| person_by_login(conn, &"admin".parse()?)).await.unwrap();
    let principal = Principal {
        person: person.id,
        name: person.name,
        admin: true,
        auditor: false,
        organisations: Default::default(),
        space_roles: Default::default(),
        spaces: BTreeSet::new(),
        scopes: [Scope::Read, Scope::Publish, Scope::Admin].into(),
        only_space: None,
        token: None,
        environment: None,
    };
    let idempotency = IdempotencyKey { key: "key".into(), fingerprint: Digest::of(b"body") };
    Ctx { caller: Caller::Person(Arc::new(principal)), idempotency: Some(idempotency), ..ctx }
}

/// The same person as a publisher of every organisation, without a key.
async fn publisher(db: &Db, ctx: &Ctx) -> Ctx {
    let organisation = db.read(|conn| find_organisation(conn, &"inria".parse()?)).await.unwrap();
    let mut principal = ctx.principal().unwrap().clone();
    principal.organisations.insert(organisation.id, (organisation.slug, OrganisationRole::Publisher));
    Ctx { caller: Caller::Person(Arc::new(principal)), idempotency: None, ..ctx.clone() }
}

fn record() -> serde_json::Value {
    serde_json::from_str(include_str!("../src/cli/demo/data/iris.json")).unwrap()
}

/// One test for all, since they share what is heard.
#[tokio::test(flavor = "multi_thread")]
async fn the_main_writes_send_few_statements() {
    set_default_instrumentation(listen).unwrap();
    for database in [Database::sqlite(), Database::postgres()] {
        let db = database.open();
        let ctx = administrator(&db).await;

        let new = json!({ "slug": "inria", "name": "Inria", "kind": "research", "country": "FR" });
        let new = serde_json::from_value(new).unwrap();
        let (organisation, sent) = statements_of(create_organisation(&db, &ctx, new)).await;
        organisation.unwrap();
        assert_at_most(4, "create_organisation", &sent);
        assert!(
            sent.iter().any(|sql| sql.contains("INSERT INTO") && sql.contains("organisations")),
            "{sent:?}"
        );

        ensure_official_spaces(&db, &ctx).await.unwrap();
        let ctx = publisher(&db, &ctx).await;
        let new = json!({ "organisation": "inria", "name": "tides", "space": "health", "record": record() });
        let new: NewDataset = serde_json::from_value(new).unwrap();
        let (dataset, sent) = statements_of(register_dataset(&db, &ctx, new)).await;
        dataset.unwrap();
        assert_at_most(4, "register_dataset", &sent);

        let name = || ("inria".parse().unwrap(), "tides".parse().unwrap());
        let open = serde_json::from_value(json!({ "mode": "open" })).unwrap();
        set_policy(&db, &ctx, name(), open, |_| Ok(())).await.unwrap();
        let new = serde_json::from_value(json!({ "version": "1.0.0" })).unwrap();
        create_version(&db, &ctx, name(), new).await.unwrap();
        let version =
            || VersionName { organisation: name().0, name: name().1, which: "1.0.0".parse().unwrap() };
        let reference = json!({ "kind": "download_url", "url": "https://example.org/tides.csv" });
        let file = |n| {
            let path = format!("tides-{n}.csv");
            json!({ "path": path, "size": 7, "sha256": Digest::of(b"tides"), "reference": reference })
        };
        let offered: Vec<_> = (0..1000).map(file).collect();
        let offered = serde_json::from_value(json!({ "files": offered })).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(&BlobsUrl::folder(folder.path())).unwrap();
        let (offered, sent) = statements_of(offer_files(&db, &store, &ctx, version(), offered)).await;
        assert_eq!(offered.unwrap().len(), 1000);
        assert_at_most(8, "offer_files with 1000 files", &sent);

        let (published, sent) = statements_of(publish_version(&db, &ctx, version())).await;
        published.unwrap();
        assert_at_most(8, "publish_version", &sent);
    }
}
