//! How many statements a use case sends inside its write: on PostgreSQL each is a round trip for which everybody
//! behind it waits. A binary of its own: the counter listens to every connection of the process.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod support;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};

use cadastre::db::Db;
use cadastre::identity::{create_organisation, ensure_administrator, person_by_login};
use cadastre::kernel::{Caller, Ctx, Digest, IdempotencyKey, Principal, Scope, Timestamp};
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
    };
    let idempotency = IdempotencyKey { key: "key".into(), fingerprint: Digest::of(b"body") };
    Ctx { caller: Caller::Person(Arc::new(principal)), idempotency: Some(idempotency), ..ctx }
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
    }
}
