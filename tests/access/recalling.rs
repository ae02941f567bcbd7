//! Recalling grants that were given under older terms.

use cadastre::access::{GrantState, Recall, Recalled, Suspension, recall_grants, show_grant, suspend_grant};
use cadastre::db::schema::journal;
use cadastre::kernel::{GrantId, Result};
use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};
use serde_json::{Value, json};

use super::granted_for;
use super::world::{World, code};

on_both_databases! {
    a_recall_ends_the_grants_of_older_terms_alone
    a_recall_may_name_the_terms
    many_are_recalled_batch_by_batch
    only_publishers_and_stewards_recall
}

async fn recall(world: &World, login: &str, what: Value) -> Result<Recalled> {
    let what: Recall = serde_json::from_value(what).unwrap();
    recall_grants(&world.db, &world.ctx(login).await, world.dataset(), what).await
}

async fn state(world: &World, grant: &GrantId) -> GrantState {
    show_grant(&world.db, &world.ctx("tina").await, grant.clone()).await.unwrap().state
}

/// The entries of one kind, as they were hashed.
async fn entries(world: &World, kind: &'static str) -> Vec<Value> {
    let read = move |conn: &mut cadastre::db::Conn| {
        let found =
            journal::table.filter(journal::kind.eq(kind)).order(journal::position).select(journal::body);
        Ok(found.load::<String>(conn)?)
    };
    let bodies = world.db.read(read).await.unwrap();
    bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

async fn a_recall_ends_the_grants_of_older_terms_alone(world: World) {
    let (first, second) =
        (granted_for(&world, "pre_training").await, granted_for(&world, "fine_tuning").await);
    let report = Suspension { reason: "A report".into() };
    suspend_grant(&world.db, &world.ctx("rita").await, second.clone(), report).await.unwrap();
    let nothing = recall(&world, "pat", json!({"reason": "New terms"})).await.unwrap();
    assert!(nothing.grants.is_empty(), "the terms are in force");
    world.terms(json!({"mode": "review"})).await;
    let third = granted_for(&world, "rag").await;
    assert_eq!(world.door(&world.ctx("tina").await).await.unwrap().grant, Some(third.clone()));

    let recalled = recall(&world, "pat", json!({"reason": "New terms"})).await.unwrap();
    assert_eq!((recalled.grants, recalled.more), (vec![first.clone(), second.clone()], false));
    for (grant, expected) in
        [(&first, GrantState::Revoked), (&second, GrantState::Revoked), (&third, GrantState::Active)]
    {
        assert_eq!(state(&world, grant).await, expected);
    }
    let shown = show_grant(&world.db, &world.ctx("tina").await, second.clone()).await.unwrap();
    assert_eq!((shown.reason.as_deref(), shown.suspended_at), (Some("New terms"), None));
    assert_eq!((shown.ended_at, shown.revision), (Some(world.now), 3));
    let told: Vec<_> = entries(&world, "grant.revoked")
        .await
        .iter()
        .map(|entry| (entry["subject"]["id"].clone(), entry["facts"]["revision"].clone()))
        .collect();
    assert_eq!(told, [(json!(first), json!(2)), (json!(second), json!(3))]);
    let again = recall(&world, "pat", json!({"reason": "New terms"})).await.unwrap();
    assert!(again.grants.is_empty());
}

async fn a_recall_may_name_the_terms(world: World) {
    let first = granted_for(&world, "pre_training").await;
    world.terms(json!({"mode": "review"})).await;
    let second = granted_for(&world, "fine_tuning").await;
    world.terms(json!({"mode": "review"})).await;
    let revision =
        show_grant(&world.db, &world.ctx("tina").await, second.clone()).await.unwrap().policy_revision;
    let recalled =
        recall(&world, "stan", json!({"reason": "A mistake", "revisions": [revision, revision + 1]})).await;
    assert_eq!(recalled.unwrap().grants, [second]);
    assert_eq!(state(&world, &first).await, GrantState::Active);
    for wrong in [json!([]), json!([0]), json!([1_000_000_001])] {
        let refused = recall(&world, "stan", json!({"reason": "A mistake", "revisions": wrong})).await;
        assert_eq!(code(refused), "invalid");
    }
    let written =
        recall(&world, "stan", json!({"reason": "A mistake", "revisions": [1.0, 2.0]})).await.unwrap();
    assert_eq!((written.grants, written.more), (vec![first], false), "however a number is written");
}

async fn many_are_recalled_batch_by_batch(world: World) {
    const MORE: usize = 700;
    let one = granted_for(&world, "pre_training").await;
    let copy = move |tx: &mut cadastre::db::Tx<'_>| {
        const OTHERS: &str = "request_id, dataset_id, dataset, space, provider_id, organisation_id, organisation, \
            purpose, versions, conditions, policy_revision, state, starts_at, ends_at, revision, created_at";
        for n in 1..=MORE {
            let sql = format!(
                "INSERT INTO grants (id, {OTHERS}) SELECT 'gr_{n:032x}', {OTHERS} FROM grants WHERE id = '{one}'"
            );
            diesel::sql_query(sql).execute(&mut **tx)?;
        }
        Ok(())
    };
    world.db.write("copy_grants", copy).await.unwrap();
    world.terms(json!({"mode": "review"})).await;
    let mut told = Vec::new();
    for (many, more) in [(500, true), (201, false), (0, false)] {
        let recalled = recall(&world, "stan", json!({"reason": "New terms"})).await.unwrap();
        assert_eq!((recalled.grants.len(), recalled.more), (many, more));
        told.extend(recalled.grants);
    }
    let revoked = entries(&world, "grant.revoked").await;
    let subjects: Vec<Value> = revoked.iter().map(|entry| entry["subject"]["id"].clone()).collect();
    assert_eq!(subjects, told.iter().map(|id| json!(id)).collect::<Vec<_>>(), "an event each, in order");
    assert_eq!(code(world.door(&world.ctx("tina").await).await), "grant_ended");
}

async fn only_publishers_and_stewards_recall(world: World) {
    for login in ["tina", "rita", "member", "admin", "eve", "other"] {
        let refused = recall(&world, login, json!({"reason": "Mine"})).await;
        assert_eq!(code(refused), "recaller_required", "{login}");
    }
    let silent = recall(&world, "pat", json!({"reason": ""})).await;
    assert_eq!(code(silent), "invalid");
}
