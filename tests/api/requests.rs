//! Asking for access: the ways a request can go, who decides, what a grant covers and when it ends.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{LAST, TestApp};
use crate::client::{Answer, Client, send};
use crate::on_both_shapes;
use crate::world::{DATA, SPACE, TRAINER, World, application};

on_both_shapes! {
    a_request_is_returned_handed_in_again_and_approved
    a_request_is_rejected_or_withdrawn
    the_one_who_asks_never_decides
    the_terms_decide_alone_in_mode_automatic
    nobody_asks_for_what_is_open_and_nobody_downloads_what_is_secure
    a_grant_ends_by_itself
    a_revoked_grant_ends_at_once
    a_revocation_is_felt_on_every_replica
    a_grant_is_given_back
    a_grant_covers_its_purpose_and_its_versions
    lists_of_requests_are_narrowed
}

async fn decide(client: &Client, request: &str, verb: &str, body: Value) -> Answer {
    client.post(&format!("/requests/{request}/{verb}"), body).await
}

async fn bytes(client: &Client, dataset: &str) -> Answer {
    client.get(&format!("{dataset}/versions/latest/files/data.csv")).await
}

/// What the door says, as an answer and by the refusal itself.
async fn may(client: &Client, dataset: &str) -> String {
    let answer = client.get(&format!("{dataset}/access")).await.expect(200).json();
    let fetched = bytes(client, dataset).await;
    assert_eq!(answer["allowed"], fetched.status == 200, "{answer} and {fetched}");
    let code = answer["code"].as_str().expect("a code").to_owned();
    if fetched.status != 200 {
        assert_eq!(fetched.code(), code);
    }
    code
}

async fn a_request_is_returned_handed_in_again_and_approved(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    assert_eq!(may(&world.app.anonymous, &dataset).await, "sign_in_to_ask");
    assert_eq!(may(&world.trainer, &dataset).await, "access_not_granted");
    let asked = world.ask(&dataset, "pre_training").await.expect(201);
    let id = asked.text("/id");
    assert_eq!(
        (asked.text("/state"), asked.header("location")),
        ("submitted".into(), format!("/api/v1/requests/{id}").as_str())
    );
    assert_eq!(may(&world.trainer, &dataset).await, "request_pending");
    world.ask(&dataset, "pre_training").await.refused(409, "request_pending");

    let returned =
        decide(&world.reviewer, &id, "return", json!({"remark": "Which model?"})).await.expect(200);
    assert_eq!(
        (returned.text("/state"), returned.text("/remark")),
        ("returned".into(), "Which model?".into())
    );
    decide(&world.reviewer, &id, "approve", json!({})).await.refused(409, "wrong_state");
    let mut stated = application(&dataset, "pre_training");
    stated["justification"] = json!("Training of tide-7b, a model of water levels.");
    for fixed in ["dataset", "organisation"] {
        stated.as_object_mut().unwrap().remove(fixed);
    }
    let again = decide(&world.trainer, &id, "resubmit", stated.clone()).await.expect(200);
    assert_eq!((again.text("/state"), again.json()["revision"].as_i64()), ("submitted".into(), Some(3)));
    assert_eq!(again.json()["justification"], stated["justification"]);

    let approved = decide(&world.reviewer, &id, "approve", json!({"conditions": "Delete the copies."}))
        .await
        .expect(200);
    assert_eq!(approved.text("/state"), "approved");
    let grant = world.trainer.get(&format!("/grants/{}", approved.text("/grant"))).await.expect(200).json();
    assert_eq!((&grant["active"], &grant["conditions"]), (&json!(true), &json!("Delete the copies.")));
    assert_eq!(may(&world.trainer, &dataset).await, "grant");
    assert_eq!(bytes(&world.trainer, &dataset).await.body, DATA.as_bytes());
    assert_eq!(may(&world.stranger, &dataset).await, "access_not_granted");
    world.ask(&dataset, "pre_training").await.refused(409, "already_granted");
}

async fn a_request_is_rejected_or_withdrawn(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let first = world.ask(&dataset, "rag").await.expect(201).text("/id");
    decide(&world.reviewer, &first, "reject", json!({})).await.expect(422);
    let rejected =
        decide(&world.reviewer, &first, "reject", json!({"remark": "Not allowed."})).await.expect(200);
    assert_eq!(
        (rejected.text("/state"), rejected.text("/remark")),
        ("rejected".into(), "Not allowed.".into())
    );
    for verb in ["return", "reject"] {
        decide(&world.reviewer, &first, verb, json!({"remark": "x"})).await.refused(409, "wrong_state");
    }
    let second = world.ask(&dataset, "rag").await.expect(201).text("/id");
    let withdrawn = decide(&world.trainer, &second, "withdraw", json!({})).await.expect(200);
    assert_eq!(withdrawn.text("/state"), "withdrawn");
    decide(&world.reviewer, &second, "approve", json!({})).await.refused(409, "wrong_state");
    assert_eq!(may(&world.trainer, &dataset).await, "access_not_granted");
}

async fn the_one_who_asks_never_decides(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let role = format!("/spaces/{SPACE}/roles/trainee/reviewer");
    world.steward.put(&role, Value::Null).await.expect(204);
    let trainee = world.app.full_client("trainee").await;
    let confined = world.app.confined_client("trainee", SPACE).await;
    let id = world.ask(&dataset, "rag").await.expect(201).text("/id");
    for client in [&trainee, &confined] {
        decide(client, &id, "approve", json!({})).await.refused(403, "conflict_of_interest");
    }
    // Two decisions at once: one counts.
    let approve =
        |client: Client, id: String| async move { decide(&client, &id, "approve", json!({})).await };
    let reject = |client: Client, id: String| async move {
        decide(&client, &id, "reject", json!({"remark": "No."})).await
    };
    let (first, second) = tokio::join!(
        tokio::spawn(approve(world.reviewer.clone(), id.clone())),
        tokio::spawn(reject(world.reviewer.clone(), id.clone())),
    );
    let mut statuses = [first.expect("an answer").status, second.expect("an answer").status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

async fn the_terms_decide_alone_in_mode_automatic(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "automatic").await;
    let approved = world.ask(&dataset, "pre_training").await.expect(201);
    assert_eq!(
        (approved.text("/state"), approved.text("/verdict/outcome")),
        ("approved".into(), "satisfied".into())
    );
    assert_eq!(may(&world.trainer, &dataset).await, "grant");
    let rejected = world.ask(&dataset, "production").await.expect(201);
    assert_eq!(
        (rejected.text("/state"), rejected.text("/verdict/outcome")),
        ("rejected".into(), "violated".into())
    );
    assert_eq!(rejected.json()["grant"], Value::Null);
}

async fn nobody_asks_for_what_is_open_and_nobody_downloads_what_is_secure(app: TestApp) {
    let world = World::settle(app).await;
    let open = world.published("open-data", "open").await;
    world.ask(&open, "rag").await.refused(409, "open_access");
    assert_eq!(may(&world.app.anonymous, &open).await, "open");
    let secure = world.published("secure-data", "secure").await;
    assert_eq!(may(&world.trainer, &secure).await, "secure_environment_only");
    world.grant(&secure, "rag").await;
    assert_eq!(may(&world.trainer, &secure).await, "secure_environment_only");
    let plan = json!({"paths": ["data.csv"]});
    world
        .trainer
        .post(&format!("{secure}/versions/1.0.0/download-plan"), plan)
        .await
        .refused(403, "secure_environment_only");
    // A running grant keeps the terms it was given under; who asks anew meets the new ones.
    let gated = world.published("gated", "review").await;
    world.grant(&gated, "rag").await;
    assert_eq!(may(&world.trainer, &gated).await, "grant");
    world.provider.put(&format!("{gated}/policy"), json!({"mode": "secure"})).await.expect(200);
    assert_eq!(may(&world.trainer, &gated).await, "grant");
    assert_eq!(may(&world.stranger, &gated).await, "secure_environment_only");
}

async fn a_grant_ends_by_itself(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let grant = world.grant(&dataset, "rag").await;
    world.app.days_pass(29);
    assert_eq!(may(&world.trainer, &dataset).await, "grant");
    world.app.days_pass(1);
    assert_eq!(may(&world.trainer, &dataset).await, "grant_ended");
    let shown = world.trainer.get(&format!("/grants/{grant}")).await.expect(200).json();
    assert_eq!((&shown["active"], &shown["state"]), (&json!(false), &json!("active")));
    world.grant(&dataset, "rag").await;
    assert_eq!(may(&world.trainer, &dataset).await, "grant");
}

async fn a_revoked_grant_ends_at_once(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    for (who, client) in
        [("reviewer", &world.reviewer), ("steward", &world.steward), ("provider", &world.provider)]
    {
        let grant = world.grant(&dataset, "rag").await;
        assert_eq!(may(&world.trainer, &dataset).await, "grant", "{who}");
        let revoke = format!("/grants/{grant}/revoke");
        client.post(&revoke, json!({})).await.expect(422);
        let revoked = client.post(&revoke, json!({"reason": "Misused."})).await.expect(200);
        assert_eq!((revoked.text("/state"), revoked.text("/reason")), ("revoked".into(), "Misused.".into()));
        assert_eq!(may(&world.trainer, &dataset).await, "grant_ended", "{who}");
        client.post(&revoke, json!({"reason": "Again."})).await.refused(409, "wrong_state");
    }
}

async fn a_revocation_is_felt_on_every_replica(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let file = format!("{dataset}/versions/1.0.0/files/data.csv");
    for (revoked_on, asked_on) in [(0, LAST), (LAST, 0)] {
        let grant = world.grant(&dataset, "rag").await;
        let (provider, trainer) = (world.provider.on_replica(revoked_on), world.trainer.on_replica(asked_on));
        // Nothing that the replica may keep in mind helps, nor does it matter which part is asked for.
        trainer.get(&file).await.expect(200);
        let tag = trainer.get_with(&file, "Range", "bytes=0-3").await.expect(206).header("etag").to_owned();
        provider.post(&format!("/grants/{grant}/revoke"), json!({"reason": "Misused."})).await.expect(200);
        trainer.get_with(&file, "Range", "bytes=4-7").await.refused(403, "grant_ended");
        trainer.get_with(&file, "If-None-Match", &tag).await.refused(403, "grant_ended");
        let head = send(trainer.request(Method::HEAD, &file)).await.expect(403);
        assert!(head.body.is_empty());
        let plan = json!({"paths": ["data.csv"]});
        trainer
            .post(&format!("{dataset}/versions/1.0.0/download-plan"), plan)
            .await
            .refused(403, "grant_ended");
    }
}

async fn a_grant_is_given_back(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let grant = world.grant(&dataset, "rag").await;
    let given_back = world.trainer.post(&format!("/grants/{grant}/relinquish"), json!({})).await.expect(200);
    assert_eq!(given_back.text("/state"), "relinquished");
    assert_eq!(may(&world.trainer, &dataset).await, "grant_ended");
}

async fn a_grant_covers_its_purpose_and_its_versions(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let id = world.ask(&dataset, "rag").await.expect(201).text("/id");
    let unknown = decide(&world.reviewer, &id, "approve", json!({"versions": ["1.0.0", "9.0.0"]}))
        .await
        .refused(422, "invalid");
    assert_eq!(unknown.text("/errors/0/pointer"), "/versions/1");
    decide(&world.reviewer, &id, "approve", json!({"versions": ["1.0.0"]})).await.expect(200);
    let file = |number: &str| format!("{dataset}/versions/{number}/files/data.csv");
    world.trainer.get(&file("1.0.0")).await.expect(200);
    world.trainer.get_with(&file("1.0.0"), "Cadastre-Purpose", "rag").await.expect(200);
    world
        .trainer
        .get_with(&file("1.0.0"), "Cadastre-Purpose", "production")
        .await
        .refused(403, "access_not_granted");
    world.publish(&dataset, "2.0.0").await;
    world.trainer.get(&file("2.0.0")).await.refused(403, "access_not_granted");
    // All who belong to the holder are covered, as long as they do.
    let trainee = world.app.full_client("trainee").await;
    trainee.get(&file("1.0.0")).await.expect(200);
    world.admin.delete(&format!("/organisations/{TRAINER}/members/trainee")).await.expect(204);
    trainee.get(&file("1.0.0")).await.refused(403, "access_not_granted");
}

async fn lists_of_requests_are_narrowed(app: TestApp) {
    let world = World::settle(app).await;
    let (first, second) =
        (world.published("first", "review").await, world.published("second", "review").await);
    world.grant(&first, "rag").await;
    world.ask(&second, "rag").await.expect(201);
    world.ask(&second, "testing").await.expect(201);
    let count = async |client: &Client, path: &str| client.get(path).await.expect(200).items().len();
    for (query, expected) in [
        ("", 3),
        ("?state=submitted", 2),
        ("?state=approved", 1),
        ("?dataset=harbour-institute/second", 2),
        ("?dataset=harbour-institute/second&state=approved", 0),
        ("?organisation=model-works", 3),
        ("?organisation=elsewhere", 0),
        ("?space=health", 3),
        ("?space=mobility", 0),
    ] {
        for client in [&world.trainer, &world.provider, &world.reviewer, &world.steward, &world.admin] {
            assert_eq!(count(client, &format!("/requests{query}")).await, expected, "{query}");
        }
        for client in [&world.stranger, &world.other_provider, &world.reviewer_elsewhere] {
            assert_eq!(count(client, &format!("/requests{query}")).await, 0, "{query}");
        }
    }
    assert_eq!(count(&world.trainer, "/grants?dataset=harbour-institute/first").await, 1);
    assert_eq!(count(&world.trainer, "/grants?dataset=harbour-institute/second").await, 0);
    assert_eq!(count(&world.trainer, "/grants?state=active&space=health").await, 1);
    assert_eq!(count(&world.trainer, "/grants?state=revoked").await, 0);
    assert_eq!(count(&world.stranger, "/grants").await, 0);
    let page = world.trainer.get("/requests?limit=2").await.expect(200);
    let rest =
        world.trainer.get(&format!("/requests?limit=2&after={}", page.text("/next_after"))).await.expect(200);
    assert_eq!((page.items().len(), rest.items().len()), (2, 1));
}
