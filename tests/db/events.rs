//! Arbitrary events are stored on both databases as they were said, and hash to their leaf.

use std::collections::BTreeMap;

use cadastre::db::Db;
use cadastre::db::schema::{journal, journal_payloads};
use cadastre::journal::{Event, append, leaf_hash};
use cadastre::kernel::{Digest, Hasher, Slug};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use futures_util::future::join_all;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::support::databases::Database;
use super::{checked_journal, ctx};

/// Every character there is, U+0000, quotes and emoji more often than chance would have it.
fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        any::<char>(),
        Just('\0'),
        Just('"'),
        Just('\''),
        Just('\\'),
        Just('🦆'),
        Just('\u{2028}')
    ];
    vec(letter, 0..24).prop_map(String::from_iter)
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        // Integers that JSON carries exactly (RFC 8785, 3.2.2.3).
        (-(1_i64 << 53) + 1..1_i64 << 53).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text(), inner, 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

type Said = (BTreeMap<String, Value>, Option<Value>);

#[test]
fn arbitrary_events_are_stored_as_they_were_said() {
    let runtime = Runtime::new().unwrap();
    for database in [Database::sqlite(), Database::postgres()] {
        let db = runtime.block_on(async { database.open() });
        let events = vec((btree_map(text(), json_value(), 0..5), proptest::option::of(json_value())), 1..20);
        TestRunner::new(Config::with_cases(48))
            .run(&events, |events| {
                runtime.block_on(stored_as_said(&db, events));
                Ok(())
            })
            .unwrap();
        runtime.block_on(checked_journal(&db));
    }
}

async fn stored_as_said(db: &Db, events: Vec<Said>) {
    let writes = events.into_iter().map(|said| async move {
        let (facts, payload) = said.clone();
        let append = move |tx: &mut cadastre::db::Tx<'_>| {
            let space: Slug = "health".parse()?;
            let mut event = Event::new("test.said", "something").in_space(&space);
            for (name, value) in facts {
                event = event.fact(&name, value);
            }
            append(tx, &ctx(), payload.into_iter().fold(event, Event::payload))
        };
        (db.write("test", append).await.unwrap(), said)
    });
    for (position, (facts, payload)) in join_all(writes).await {
        let (body, leaf): (String, Digest) = db
            .read(move |conn| {
                Ok(journal::table.find(position).select((journal::body, journal::leaf)).first(conn)?)
            })
            .await
            .unwrap();
        assert_eq!(leaf, leaf_hash(body.as_bytes()));
        assert!(!body.contains('\0'), "JSON writes U+0000 as an escape");
        let mut entry: Value = serde_json::from_str(&body).unwrap();
        let stored_facts = entry.get("facts").cloned().unwrap_or_else(|| json!({}));
        assert_eq!(stored_facts, Value::Object(facts.into_iter().collect()));
        assert_eq!(stored_payload(db, position, &entry["payload_commitment"].take()).await, payload);
    }
}

/// The payload beside the entry, after comparing it with what the entry commits to.
async fn stored_payload(db: &Db, position: i64, commitment: &Value) -> Option<Value> {
    let found: Vec<(Vec<u8>, String)> = db
        .read(move |conn| {
            let columns = (journal_payloads::salt, journal_payloads::payload);
            let of_entry = journal_payloads::table.filter(journal_payloads::position.eq(position));
            Ok(of_entry.select(columns).load(conn)?)
        })
        .await
        .unwrap();
    let Some((salt, payload)) = found.into_iter().next() else {
        assert!(commitment.is_null());
        return None;
    };
    let mut hasher = Hasher::default();
    hasher.update(&salt);
    hasher.update(payload.as_bytes());
    assert_eq!(*commitment, json!(hasher.finish()));
    Some(serde_json::from_str(&payload).unwrap())
}
