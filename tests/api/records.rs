//! The record of a dataset: every statement of it, how complete it is, and that each edit of it and of the terms is an
//! event whose state stays readable.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Answer;
use crate::on_both_shapes;
use crate::world::{SPACE, World, record, terms};

on_both_shapes! {
    every_statement_comes_back_as_it_was_made
    completeness_is_told_with_reasons
    every_edit_is_an_event
    a_dataset_is_announced_and_no_more
    states_that_were_never_shown_stay_within
    what_publication_asked_for_stays_stated
}

/// A record with every field there is, corpus measures, price and relations among them.
fn full() -> Value {
    serde_json::from_str(include_str!("../fixtures/record-full.json")).expect("a record")
}

fn stated(record: &Value) -> Value {
    json!({"space": SPACE, "record": record})
}

async fn every_statement_comes_back_as_it_was_made(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    for part in ["/content/measures/0/tokenizer", "/economics/price/en", "/relations/0"] {
        assert!(full().pointer(part).is_some(), "the fixture lacks {part}");
    }
    world.provider.put(&dataset, stated(&full())).await.expect(200);
    let anonymous = &world.app.anonymous;
    assert_eq!(anonymous.get(&dataset).await.expect(200).json()["record"], full());
    assert_eq!(anonymous.get(&format!("{dataset}/history/2")).await.expect(200).json()["record"], full());
    let found = anonymous.get("/datasets?licence=CC-BY-4.0&modality=audio").await.expect(200);
    assert_eq!(found.items()[0]["title"], full()["title"]);
    // Bad statements are refused at their place, and nothing changes.
    for (pointer, value, named) in [
        ("/content/measures/0/split", json!("no-such-split"), "/record/content/measures/0/split"),
        ("/rights/licence", json!("CC-BY"), "/record/rights/licence"),
        ("/title", json!({"en-": "Title"}), "/record/title"),
    ] {
        let mut wrong = full();
        *wrong.pointer_mut(pointer).expect("a place") = value;
        let refused = world.provider.put(&dataset, stated(&wrong)).await.refused(422, "invalid");
        let found = refused.json()["errors"].to_string();
        assert!(found.contains(named), "{named} is not named: {refused}");
    }
    assert_eq!(anonymous.get(&dataset).await.expect(200).json()["revision"], 2);
}

fn score(answer: &Answer) -> i64 {
    answer.json()["score"].as_i64().expect("a score")
}

async fn completeness_is_told_with_reasons(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    let path = format!("{dataset}/completeness");
    let partial = world.app.anonymous.get(&path).await.expect(200);
    let parts = partial.json()["parts"].as_array().expect("parts").clone();
    let sum = |of: &dyn Fn(&Value) -> i64| parts.iter().map(of).sum::<i64>();
    let lost = |part: &Value| {
        let missing = part["missing"].as_array().expect("reasons");
        missing.iter().map(|reason| reason["points"].as_i64().expect("points")).sum()
    };
    assert_eq!(sum(&|part| part["points"].as_i64().expect("points")), score(&partial));
    assert_eq!(sum(&|part| part["of"].as_i64().expect("points")), 100);
    assert_eq!(score(&partial) + sum(&lost), 100, "every point that is missing has its reason");
    assert!((1..100).contains(&score(&partial)), "{partial}");
    assert_eq!(world.provider.get(&dataset).await.expect(200).json()["completeness"], score(&partial));

    let reason = parts.iter().flat_map(|part| part["missing"].as_array().expect("reasons")).next();
    assert!(reason.is_some_and(|reason| reason["pointer"].is_string() && reason["hint"].is_string()));
    world.provider.put(&dataset, stated(&full())).await.expect(200);
    assert_eq!(score(&world.app.anonymous.get(&path).await.expect(200)), 100);
}

async fn every_edit_is_an_event(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    let events = |kind: &str| {
        world.app.database.number(&format!("SELECT count(*) FROM journal WHERE kind = '{kind}'"))
    };
    assert_eq!((events("dataset.registered"), events("policy.attached")), (1, 1));
    for edit in 1..=3 {
        let mut record = record();
        record["title"] = json!({"en": format!("Edit {edit}")});
        world.provider.put(&dataset, stated(&record)).await.expect(200);
        assert_eq!(events("dataset.updated"), edit);
    }
    let history = world.app.anonymous.get(&format!("{dataset}/history?limit=3")).await.expect(200);
    let rest = format!("{dataset}/history?limit=3&after={}", history.text("/next_after"));
    let rest = world.app.anonymous.get(&rest).await.expect(200);
    let positions: Vec<i64> = history
        .items()
        .iter()
        .chain(&rest.items())
        .map(|state| state["position"].as_i64().unwrap())
        .collect();
    assert_eq!(positions.len(), 4);
    for (position, kind) in positions.into_iter().zip(["updated", "updated", "updated", "registered"]) {
        let there =
            format!("SELECT count(*) FROM journal WHERE position = {position} AND kind = 'dataset.{kind}'");
        assert_eq!(world.app.database.number(&there), 1, "the journal has the state where its history says");
    }

    world.provider.put(&format!("{dataset}/policy"), terms("review")).await.expect(200);
    world.provider.put(&format!("{dataset}/policy"), terms("automatic")).await.expect(200);
    assert_eq!(events("policy.attached"), 3);
    let revisions = world.app.anonymous.get(&format!("{dataset}/policy/revisions")).await.expect(200);
    assert_eq!(revisions.each("/mode"), ["automatic", "review", "open"]);
    assert_eq!(revisions.items()[0]["offer"]["@type"], "Offer");
}

async fn a_dataset_is_announced_and_no_more(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset_with("tides", "review", json!({"announced": true})).await;
    let shown = world.stranger.get(&dataset).await.expect(200).json();
    assert_eq!((&shown["announced"], &shown["latest_version"]), (&json!(true), &Value::Null));
    assert_eq!(
        world.stranger.get(&format!("{dataset}/access")).await.expect(200).text("/code"),
        "nothing_published"
    );
    assert!(world.stranger.get(&format!("{dataset}/versions")).await.expect(200).items().is_empty());
    // Its draft stays the provider's.
    let draft = world.draft(&dataset, "1.0.0").await;
    for path in ["", "/files", "/files/sample.csv", "/manifest"] {
        world.stranger.get(&format!("{draft}{path}")).await.expect(404);
    }
    world.stranger.post(&format!("{draft}/download-plan"), json!({})).await.expect(404);
    assert!(world.stranger.get(&format!("{dataset}/versions")).await.expect(200).items().is_empty());
    world
        .provider
        .put(&dataset, json!({"space": SPACE, "record": record(), "announced": false}))
        .await
        .expect(200);
    world.stranger.get(&dataset).await.expect(404);
}

async fn states_that_were_never_shown_stay_within(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let edit = async |visibility: &str| {
        let body = json!({"space": SPACE, "visibility": visibility, "record": record()});
        world.provider.put(&dataset, body).await.expect(200);
    };
    edit("public").await;
    world.publish(&dataset, "1.0.0").await;
    for visibility in ["public", "space", "public"] {
        edit(visibility).await;
    }
    let history = format!("{dataset}/history");
    for (client, known) in [(&world.provider, vec![5, 4, 3, 2, 1]), (&world.app.anonymous, vec![5, 3, 2])] {
        let states = client.get(&history).await.expect(200).items();
        let numbers: Vec<_> = states.iter().map(|state| state["revision"].as_i64().unwrap()).collect();
        assert_eq!(numbers, known);
        let inside = known.len() == 5;
        assert!(states.iter().all(|state| state["edited_by"].is_string() == inside), "{states:?}");
        for number in 1..=5 {
            let expected = if known.contains(&number) { 200 } else { 404 };
            client.get(&format!("{history}/{number}")).await.expect(expected);
        }
    }
}

async fn what_publication_asked_for_stays_stated(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let mut bare = record();
    bare.as_object_mut().expect("a record").remove("title");
    world.provider.put(&dataset, stated(&bare)).await.expect(200);
    world.provider.put(&dataset, stated(&record())).await.expect(200);
    world.publish(&dataset, "1.0.0").await;
    let refused = world.provider.put(&dataset, stated(&bare)).await.refused(422, "invalid");
    assert_eq!(refused.text("/errors/0/pointer"), "/record/title");
    assert_eq!(world.provider.get(&dataset).await.expect(200).json()["record"]["title"], record()["title"]);
}
