//! The fifteen patterns of data policies, each up to the byte that is served or refused.

use serde_json::{Map, Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::on_both_shapes;
use crate::world::{DATA, PROVIDER, SPACE, TRAINER, World, application};

on_both_shapes! {
    what_facts_decide_is_granted_at_once_or_refused
    what_facts_decide_ends_with_the_facts
    what_people_must_know_is_confirmed_line_by_line
    a_secure_environment_alone_gets_what_must_not_leave_it
    every_evaluation_is_kept_and_named_in_the_journal
    asking_whether_one_may_tells_the_line_and_the_step
    changed_terms_are_tried_on_past_requests
    reservations_are_said_and_kept
}

/// The offer of a pattern, by number.
fn offer(number: usize) -> Value {
    let patterns: Map<String, Value> =
        serde_json::from_str(include_str!("../../src/policies/model/patterns.json")).unwrap();
    let wanted = format!("{number:02}-");
    patterns.into_iter().find(|(name, _)| name.starts_with(&wanted)).expect("a pattern").1
}

/// A published dataset under a pattern; its path.
async fn under(world: &World, number: usize, mode: &str) -> String {
    let dataset = world.published(&format!("pattern-{number}-{mode}"), "review").await;
    let terms = json!({"mode": mode, "offer": offer(number)});
    world.provider.put(&format!("{dataset}/policy"), terms).await.expect(200);
    dataset
}

/// The trainer's request with what it states.
async fn ask(world: &World, dataset: &str, purpose: &str, statement: Value, days: u32) -> Answer {
    let mut request = application(dataset, purpose);
    request["statement"] = statement;
    request["duration_days"] = json!(days);
    world.trainer.post("/requests", request).await
}

/// The reviewer's approval of a request, with these lines confirmed.
async fn approve(world: &World, request: &str, confirmed: &[&str]) -> Answer {
    let confirmed: Vec<Value> =
        confirmed.iter().map(|line| json!({"line": line, "reason": "I have seen the document."})).collect();
    world.reviewer.post(&format!("/requests/{request}/approve"), json!({ "confirmed": confirmed })).await
}

async fn fetch(caller: &Client, dataset: &str) -> Answer {
    caller.get(&format!("{dataset}/versions/1.0.0/files/data.csv")).await
}

#[track_caller]
fn served(answer: Answer) {
    assert_eq!(answer.expect(200).body, DATA.as_bytes());
}

/// What the trainer's organisation does.
async fn sector(world: &World, code: &str) {
    let path = format!("/organisations/{TRAINER}");
    let stated =
        json!({"slug": TRAINER, "name": TRAINER, "kind": "research", "country": "NL", "sector": code});
    world.admin.put(&path, stated).await.expect(200);
}

async fn what_facts_decide_is_granted_at_once_or_refused(app: TestApp) {
    let world = World::settle(app).await;
    sector(&world, "C29.1").await;
    // Pattern; a purpose and a statement that meet it; some that do not, where facts can be against it.
    let none = json!({});
    for (number, purpose, statement, against) in [
        (1, "pre_training", none.clone(), Some(("rag", none.clone()))),
        (2, "pre_training", none.clone(), None),
        (3, "pre_training", none.clone(), None),
        (4, "pre_training", none.clone(), None),
        (6, "research", none.clone(), Some(("pre_training", none.clone()))),
        (7, "pre_training", none.clone(), None),
        (8, "pre_training", none.clone(), None),
        (
            9,
            "pre_training",
            json!({"model_access": "internal_only"}),
            Some(("fine_tuning", json!({"model_access": "open_weights"}))),
        ),
        (10, "pre_training", none.clone(), None),
    ] {
        let dataset = under(&world, number, "automatic").await;
        fetch(&world.trainer, &dataset).await.refused(403, "access_not_granted");
        if let Some((purpose, statement)) = against {
            let refused = ask(&world, &dataset, purpose, statement, 30).await.expect(201);
            assert_eq!(refused.text("/state"), "rejected", "pattern {number}: {refused}");
            fetch(&world.trainer, &dataset).await.refused(403, "access_not_granted");
        }
        let granted = ask(&world, &dataset, purpose, statement, 30).await.expect(201);
        assert_eq!(granted.text("/state"), "approved", "pattern {number}: {granted}");
        served(fetch(&world.trainer, &dataset).await);
        fetch(&world.stranger, &dataset).await.refused(403, "access_not_granted");
    }
}

async fn what_facts_decide_ends_with_the_facts(app: TestApp) {
    let world = World::settle(app).await;
    sector(&world, "C29").await;
    let granted = async |number: usize, days: u32| {
        let dataset = under(&world, number, "automatic").await;
        let request = ask(&world, &dataset, "pre_training", json!({}), days).await.expect(201);
        assert_eq!(request.text("/state"), "approved", "pattern {number}: {request}");
        dataset
    };
    let member = granted(3, 30).await;
    let (counted, industry) = (granted(7, 30).await, granted(4, 30).await);
    let (window, elapsed) = (granted(2, 3650).await, granted(8, 3650).await);
    for _ in 0..3 {
        served(fetch(&world.trainer, &counted).await);
    }
    fetch(&world.trainer, &counted).await.refused(403, "policy_violated");

    served(fetch(&world.trainer, &member).await);
    world.admin.delete(&format!("/spaces/{SPACE}/members/{TRAINER}")).await.expect(204);
    fetch(&world.trainer, &member).await.refused(403, "policy_violated");
    let plan =
        world.trainer.post(&format!("{member}/versions/1.0.0/download-plan"), json!({})).await.expect(200);
    assert!(!String::from_utf8_lossy(&plan.body).contains("data.csv"), "only the sample is left: {plan}");

    served(fetch(&world.trainer, &industry).await);
    sector(&world, "J62").await;
    fetch(&world.trainer, &industry).await.refused(403, "policy_violated");

    served(fetch(&world.trainer, &window).await);
    served(fetch(&world.trainer, &elapsed).await);
    world.app.days_pass(366);
    let later = world.app.full_client("trainer").await;
    fetch(&later, &elapsed).await.refused(403, "policy_violated");
    fetch(&later, &window).await.refused(403, "policy_violated");
}

async fn what_people_must_know_is_confirmed_line_by_line(app: TestApp) {
    let world = World::settle(app).await;
    let line = "/permission/0/constraint/0";
    let paid =
        |amount: &str| json!({"payment": {"amount": amount, "currency": "EUR", "reference": "invoice 7"}});
    // Pattern; what meets it with the lines to confirm; what is known to be against it.
    let rows: Vec<(usize, &str, Value, Vec<&str>, Option<(&str, Value)>)> = vec![
        (
            5,
            "pre_training",
            json!({"processing_location": "DE"}),
            vec![line],
            Some(("rag", json!({"processing_location": "US"}))),
        ),
        (11, "pre_training", json!({"ethics_approval": "committee 7, no. 12"}), vec![line], None),
        (12, "research", json!({}), vec!["/permission/0/constraint/1"], Some(("production", json!({})))),
        (13, "research", json!({}), vec![""], Some(("pre_training", json!({})))),
        (14, "pre_training", paid("1500.00"), vec![line], Some(("rag", paid("1499.99")))),
    ];
    for (number, purpose, statement, lines, against) in rows {
        let dataset = under(&world, number, "review").await;
        if let Some((purpose, statement)) = against {
            let against = ask(&world, &dataset, purpose, statement, 30).await.expect(201);
            assert_eq!(against.text("/verdict/outcome"), "violated", "pattern {number}: {against}");
            approve(&world, &against.text("/id"), &[]).await.refused(409, "policy_violated");
            let confirmed = approve(&world, &against.text("/id"), &lines).await;
            assert!([409, 422].contains(&confirmed.status), "nobody confirms a violated line: {confirmed}");
        }
        let request = ask(&world, &dataset, purpose, statement, 30).await.expect(201);
        assert_eq!(request.text("/state"), "submitted", "pattern {number}: {request}");
        let id = request.text("/id");
        approve(&world, &id, &[]).await.refused(409, "policy_undetermined");
        let elsewhere = approve(&world, &id, &["/permission/9"]).await.expect(422);
        assert_eq!(elsewhere.text("/errors/0/pointer"), "/confirmed/0/line");
        fetch(&world.trainer, &dataset).await.refused(403, "request_pending");
        let grant = approve(&world, &id, &lines).await.expect(200).text("/grant");
        let grant = world.trainer.get(&format!("/grants/{grant}")).await.expect(200);
        assert_eq!(grant.text("/basis/confirmed/0/line"), lines[0], "{grant}");
        served(fetch(&world.trainer, &dataset).await);
    }
}

async fn a_secure_environment_alone_gets_what_must_not_leave_it(app: TestApp) {
    let world = World::settle(app).await;
    let environment = "https://spe.example.eu/env/1";
    for (login, environment) in [("spe-one", environment), ("spe-two", "https://spe.example.eu/env/2")] {
        let account = json!({"login": login, "name": login, "environment": environment});
        world.admin.post("/people", account).await.expect(201);
        let membership = format!("/organisations/{TRAINER}/members/{login}");
        world.admin.put(&membership, json!({"role": "member"})).await.expect(200);
    }
    let (one, two) = (world.app.full_client("spe-one").await, world.app.full_client("spe-two").await);
    for mode in ["review", "secure"] {
        let dataset = under(&world, 15, mode).await;
        let statement = json!({"processing_environment": environment});
        let request = ask(&world, &dataset, "pre_training", statement, 30).await.expect(201);
        assert_eq!(request.text("/verdict/outcome"), "satisfied", "{request}");
        approve(&world, &request.text("/id"), &[]).await.expect(200);
        fetch(&world.trainer, &dataset).await.refused(403, "secure_environment_only");
        fetch(&two, &dataset).await.refused(403, "secure_environment_only");
        served(fetch(&one, &dataset).await);
        let plan = one.post(&format!("{dataset}/versions/1.0.0/download-plan"), json!({})).await.expect(200);
        let lines = String::from_utf8_lossy(&plan.body).into_owned();
        let gated = lines.lines().find(|line| line.contains("data.csv")).expect("a line");
        assert!(!gated.contains("\"url\""), "a link could be used outside: {gated}");
    }
    let wrong = json!({"login": "spe-three", "name": "x", "environment": "no iri"});
    let refused = world.admin.post("/people", wrong).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/environment");
}

async fn every_evaluation_is_kept_and_named_in_the_journal(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = under(&world, 5, "review").await;
    let request = ask(&world, &dataset, "pre_training", json!({"processing_location": "DE"}), 30)
        .await
        .expect(201)
        .text("/id");
    let line = "/permission/0/constraint/0";
    approve(&world, &request, &[line]).await.expect(200);
    let evaluations = world.trainer.get(&format!("/requests/{request}/evaluations")).await.expect(200);
    assert_eq!(evaluations.each("/trace/outcome"), ["undetermined", "satisfied"]);
    for kept in evaluations.items() {
        let trace = &kept["trace"];
        let again = json!({"policy": offer(5), "facts": trace["facts"]});
        let again = world.app.anonymous.post("/policies/evaluate", again).await.expect(200).json();
        assert_eq!(&again, trace, "anybody can repeat it");
        let events = world.app.database.query(&format!(
            "SELECT kind FROM journal WHERE body LIKE '%\"evaluation\":\"{}\"%' ORDER BY position",
            kept["digest"].as_str().unwrap()
        ));
        assert!(!events.is_empty(), "the journal commits to {kept}");
    }
    served(fetch(&world.trainer, &dataset).await);
    let of_delivery =
        "SELECT count(*) FROM deliveries d JOIN policy_evaluations e ON e.digest = d.evaluation";
    assert_eq!(world.app.database.number(of_delivery), 1);
}

async fn asking_whether_one_may_tells_the_line_and_the_step(app: TestApp) {
    let world = World::settle(app).await;
    let may = async |dataset: &str, purpose: &str| {
        world.trainer.get(&format!("{dataset}/access?purpose={purpose}")).await.expect(200)
    };
    let purpose = under(&world, 1, "automatic").await;
    let at_once = may(&purpose, "pre_training").await;
    assert_eq!(
        (at_once.json()["allowed"].clone(), at_once.text("/code")),
        (json!(false), "access_not_granted".into())
    );
    assert!(at_once.text("/detail").contains("at once"), "{at_once}");
    assert_eq!(at_once.text("/next"), "/api/v1/requests");
    let never = may(&purpose, "rag").await;
    assert_eq!(never.text("/code"), "policy_violated");
    assert_eq!(never.text("/deciding/0/pointer"), "/permission/0/constraint/0");
    let ethics = under(&world, 11, "review").await;
    let open = may(&ethics, "pre_training").await;
    assert_eq!(
        (open.text("/code"), open.text("/deciding/0/label")),
        ("access_not_granted".into(), "attested".into())
    );
    ask(&world, &purpose, "pre_training", json!({}), 30).await.expect(201);
    assert_eq!(may(&purpose, "pre_training").await.json()["allowed"], true);
}

async fn changed_terms_are_tried_on_past_requests(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = under(&world, 1, "review").await;
    for purpose in ["pre_training", "fine_tuning", "evaluation", "rag"] {
        ask(&world, &dataset, purpose, json!({}), 30).await.expect(201);
    }
    let path = format!("{dataset}/policy/simulate");
    let stricter = world.provider.post(&path, json!({"mode": "review", "offer": offer(6)})).await.expect(200);
    let number = |name: &str| stricter.json()[name].as_u64().unwrap();
    assert_eq!((number("replayed"), number("violated"), number("changed")), (4, 4, 3));
    let same = world.provider.post(&path, json!({"mode": "review", "offer": offer(1)})).await.expect(200);
    assert_eq!((same.json()["changed"].clone(), same.json()["violated"].clone()), (json!(0), json!(1)));
    world.trainer.post(&path, json!({"mode": "review"})).await.expect(403);
    let wrong = json!({"mode": "review", "offer": {"@id": "urn:x:1", "@type": "Offer", "permission": [{"action": "odrl:us"}]}});
    let refused = world.provider.post(&path, wrong).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/offer/permission/0/action");
}

async fn reservations_are_said_and_kept(app: TestApp) {
    let world = World::settle(app).await;
    let mut record = crate::world::record();
    record["rights"]["tdm"] =
        json!({"reservation": "reserved", "policy_url": "https://rights.example.eu/tdm"});
    let dataset = world.dataset_with("reserved", "open", json!({ "record": record })).await;
    world.publish(&dataset, "1.0.0").await;
    let anonymous = world.app.anonymous.clone();
    for path in [dataset.clone(), format!("{dataset}/versions/1.0.0/files/data.csv")] {
        let answer = anonymous.get(&path).await.expect(200);
        let said =
            ["tdm-reservation", "tdm-policy", "content-usage"].map(|name| answer.header(name).to_owned());
        assert_eq!(said, ["1", "https://rights.example.eu/tdm", "train-ai=n"], "{path}");
    }
    let file = format!("{dataset}/versions/1.0.0/files/data.csv");
    for (purpose, status) in [("pre_training", 403), ("rag", 403), ("research", 200)] {
        let answer = anonymous.get_with(&file, "Cadastre-Purpose", purpose).await.expect(status);
        assert!(status == 200 || answer.code() == "tdm_reserved", "{answer}");
    }
    // Terms reserve it as well as records do, and unsay it.
    let opted_out = under(&world, 13, "review").await;
    let answer = anonymous.get(&opted_out).await.expect(200);
    assert_eq!(answer.header("tdm-reservation"), "1");
    assert!(answer.header("tdm-policy").ends_with(&format!("/api/v1{opted_out}/policy")), "{answer}");
    let list = async || {
        let list =
            anonymous.get(&format!("{}/.well-known/tdmrep.json", anonymous.base())).await.expect(200).json();
        let entries = list.as_array().unwrap().clone();
        let found = |dataset: &str| {
            let location = format!("/api/v1{dataset}*");
            entries
                .iter()
                .find(|entry| entry["location"] == location)
                .map(|entry| entry["tdm-reservation"].clone())
        };
        [found(&dataset), found(&opted_out)]
    };
    assert_eq!(list().await, [Some(json!(1)), Some(json!(1))]);
    world.provider.put(&format!("{opted_out}/policy"), json!({"mode": "review"})).await.expect(200);
    // The record of the demonstration says that nothing is reserved.
    assert_eq!(list().await, [Some(json!(1)), Some(json!(0))]);
    // Terms that permit it are the leave, where somebody asks and they are satisfied.
    let name = format!("/datasets/{PROVIDER}/reserved");
    let terms = json!({"mode": "automatic", "offer": offer(1)});
    world.provider.put(&format!("{name}/policy"), terms).await.expect(200);
    let request = world.ask(&name, "pre_training").await.expect(201);
    assert_eq!(request.text("/state"), "approved", "{request}");
    served(fetch(&world.trainer, &name).await);
    // Who may not know of a dataset does not find it in the list.
    let hidden = world.dataset_with("hidden", "open", json!({"visibility": "space"})).await;
    world.publish(&hidden, "1.0.0").await;
    let all = anonymous.get(&format!("{}/.well-known/tdmrep.json", anonymous.base())).await.expect(200);
    assert!(!String::from_utf8_lossy(&all.body).contains("hidden"));
}
