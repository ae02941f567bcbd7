//! Datasets: who finds them, how lists are narrowed and paged, which states are kept, how a space extends records.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Client, send};
use crate::on_both_shapes;
use crate::world::{OTHER_SPACE, PROVIDER, SPACE, TRAINER, World, record};

on_both_shapes! {
    visibility_is_the_same_in_lists_and_look_ups
    a_token_confined_to_a_space_adds_nothing_beyond_it
    every_state_of_a_record_stays_readable
    an_update_names_the_state_it_was_made_for
    filters_narrow_the_list
    pages_neither_repeat_nor_lose_what_was_there
    an_extension_must_fit_the_schema_of_its_space
    a_repeated_post_has_one_effect
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let mut names = client.get(&format!("/datasets{query}")).await.expect(200).each("/name");
    names.sort();
    names
}

async fn visibility_is_the_same_in_lists_and_look_ups(app: TestApp) {
    let world = World::settle(app).await;
    for (name, stated) in [
        ("everybody", json!({"visibility": "public"})),
        ("space", json!({"visibility": "space"})),
        ("named", json!({"visibility": "organisations", "audience": ["other-lab"]})),
    ] {
        let dataset = world.dataset_with(name, "open", stated).await;
        world.publish(&dataset, "1.0.0").await;
    }
    world.dataset("unlisted", "open").await;
    world.dataset_with("announced", "open", json!({"announced": true})).await;
    let all = ["announced", "everybody", "named", "space", "unlisted"];
    let public = ["announced", "everybody"];
    for (who, client, seen) in [
        ("anonymous", &world.app.anonymous, &public[..]),
        ("stranger", &world.stranger, &public),
        ("a member of the space", &world.trainer, &["announced", "everybody", "space"]),
        ("an organisation that is named", &world.other_provider, &["announced", "everybody", "named"]),
        ("a reviewer of another space", &world.reviewer_elsewhere, &public),
        ("a reviewer", &world.reviewer, &["announced", "everybody", "named", "space"]),
        ("the provider", &world.provider, &all),
        ("the administrator", &world.admin, &all),
    ] {
        assert_eq!(names(client, "").await, seen, "{who}");
        for name in all {
            let expected = if seen.contains(&name) { 200 } else { 404 };
            for path in ["", "/history", "/versions", "/completeness", "/policy", "/access"] {
                let answer = client.get(&format!("/datasets/{PROVIDER}/{name}{path}")).await;
                assert_eq!(answer.status, expected, "{who}: {answer}");
            }
        }
        let digest = cadastre::kernel::Digest::of(crate::world::DATA);
        let found = client.get(&format!("/blobs/sha256/{digest}")).await.expect(200).items().len();
        assert_eq!(
            found,
            seen.iter().filter(|name| !["announced", "unlisted"].contains(name)).count(),
            "{who}"
        );
    }
    let audience = |client: Client| async move {
        client.get(&format!("/datasets/{PROVIDER}/named")).await.expect(200).json()["audience"].clone()
    };
    assert_eq!(audience(world.provider.clone()).await, json!(["other-lab"]));
    assert_eq!(
        audience(world.other_provider.clone()).await,
        Value::Null,
        "who else is named is the provider's"
    );
}

async fn a_token_confined_to_a_space_adds_nothing_beyond_it(app: TestApp) {
    let world = World::settle(app).await;
    let inside = world.dataset("inside", "open").await;
    let outside = world.dataset_with("outside", "open", json!({"space": OTHER_SPACE})).await;
    let confined = world.app.confined_client("provider", SPACE).await;
    assert_eq!(names(&confined, "").await, ["inside"]);
    confined.get(&inside).await.expect(200);
    confined.get(&outside).await.expect(404);
    let version = json!({"version": "1.0.0"});
    confined.post(&format!("{inside}/versions"), version.clone()).await.expect(201);
    confined.post(&format!("{outside}/versions"), version).await.expect(404);
    let moved = json!({"space": OTHER_SPACE, "record": record()});
    confined.put(&inside, moved).await.refused(403, "space_confined");
    let elsewhere = json!({"organisation": PROVIDER, "name": "new", "space": OTHER_SPACE});
    confined.post("/datasets", elsewhere).await.expect(403);
    let wider = json!({"name": "wider", "scopes": ["read"]});
    confined.post("/tokens", wider).await.refused(403, "space_confined");
}

async fn every_state_of_a_record_stays_readable(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let mut second = record();
    second["title"] = json!({"en": "Second"});
    let changed = world.provider.put(&dataset, json!({"space": SPACE, "record": second})).await.expect(200);
    assert_eq!(changed.json()["revision"], 2);
    let history = world.provider.get(&format!("{dataset}/history")).await.expect(200);
    let revisions: Vec<_> = history.items().iter().map(|item| item["revision"].clone()).collect();
    assert_eq!(revisions, [2, 1]);
    assert!(history.items()[0]["position"].as_i64() > history.items()[1]["position"].as_i64());
    let first = world.provider.get(&format!("{dataset}/history/1")).await.expect(200);
    assert_eq!(first.json()["record"]["title"], record()["title"]);
    let now = world.provider.get(&format!("{dataset}/history/2")).await.expect(200);
    assert_eq!(now.text("/record/title/en"), "Second");
    world.provider.get(&format!("{dataset}/history/3")).await.expect(404);
}

async fn an_update_names_the_state_it_was_made_for(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let body = json!({"space": SPACE, "record": record()});
    let put = |tag: Option<String>| {
        let request = world.provider.request(reqwest::Method::PUT, &dataset).json(&body);
        send(match tag {
            Some(tag) => request.header("If-Match", tag),
            None => request,
        })
    };
    put(None).await.refused(428, "if_match_required");
    let tag = world.provider.get(&dataset).await.expect(200).header("etag").to_owned();
    put(Some(tag.clone())).await.expect(200);
    put(Some(tag.clone())).await.refused(412, "stale");
    // Every change that shows has a tag of its own, also those of terms and versions, in one millisecond.
    let mut tags = vec![tag];
    let mut changed = async || {
        let last = tags.last().unwrap();
        let answer = world.provider.get_with(&dataset, "If-None-Match", last).await.expect(200);
        let tag = answer.header("etag").to_owned();
        world.provider.get_with(&dataset, "If-None-Match", &tag).await.expect(304);
        assert!(!tags.contains(&tag), "{tag} again: {tags:?}");
        tags.push(tag);
    };
    changed().await;
    let policy = world.provider.get(&format!("{dataset}/policy")).await.expect(200).header("etag").to_owned();
    let terms = world.provider.request(reqwest::Method::PUT, &format!("{dataset}/policy"));
    send(terms.header("If-Match", policy).json(&json!({"mode": "review"}))).await.expect(200);
    changed().await;
    world.publish(&dataset, "1.0.0").await;
    changed().await;
    world.publish(&dataset, "1.1.0").await;
    changed().await;
    let withdrawal = json!({"reason": "Wrong."});
    world.provider.post(&format!("{dataset}/versions/1.1.0/withdraw"), withdrawal).await.expect(200);
    changed().await;
}

async fn filters_narrow_the_list(app: TestApp) {
    let world = World::settle(app).await;
    world.published("open-data", "open").await;
    world.app.days_pass(2);
    let dataset = world.dataset_with("other-space", "review", json!({"space": OTHER_SPACE})).await;
    world.publish(&dataset, "1.0.0").await;
    let mut text = record();
    text["content"] = json!({"modalities": ["text"]});
    text["themes"] = json!(["HEAL"]);
    text["rights"]["licence"] = json!("MIT");
    let dataset = world.dataset_with("text-data", "automatic", json!({ "record": text })).await;
    world.publish(&dataset, "1.0.0").await;
    let all = ["open-data", "other-space", "text-data"];
    for (query, expected) in [
        ("", &all[..]),
        ("?space=health", &["open-data", "text-data"]),
        ("?space=mobility", &["other-space"]),
        ("?space=energy", &[]),
        ("?organisation=harbour-institute", &all),
        ("?organisation=model-works", &[]),
        ("?licence=MIT", &["text-data"]),
        ("?licence=CC-BY-4.0", &["open-data", "other-space"]),
        ("?access_mode=open", &["open-data"]),
        ("?access_mode=review", &["other-space"]),
        ("?theme=HEAL", &["text-data"]),
        ("?modality=tabular", &["open-data", "other-space"]),
        ("?modality=tabular&space=health", &["open-data"]),
        ("?updated_since=2026-03-03T00:00:00Z", &["other-space", "text-data"]),
        ("?updated_since=2026-04-01T00:00:00Z", &[]),
    ] {
        assert_eq!(names(&world.app.anonymous, query).await, expected, "{query}");
    }
}

async fn pages_neither_repeat_nor_lose_what_was_there(app: TestApp) {
    let world = World::settle(app).await;
    let announce = |name: String| {
        let world = &world;
        async move {
            let stated = json!({"organisation": PROVIDER, "name": name, "space": SPACE, "announced": true});
            world.provider.post("/datasets", stated).await.expect(201);
        }
    };
    for index in 0..7 {
        announce(format!("before-{index}")).await;
    }
    let (mut seen, mut next) = (Vec::new(), String::new());
    for page in 0.. {
        let answer = world.stranger.get(&format!("/datasets?limit=2{next}")).await.expect(200);
        seen.extend(answer.each("/name"));
        world.app.clock.advance(std::time::Duration::from_secs(60));
        announce(format!("meanwhile-{page}")).await;
        match answer.text("/next_after") {
            end if end.is_empty() => break,
            after => next = format!("&after={after}"),
        }
    }
    seen.sort();
    let expected: Vec<_> = (0..7).map(|index| format!("before-{index}")).collect();
    assert_eq!(seen, expected);
}

async fn an_extension_must_fit_the_schema_of_its_space(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let draft = world.draft(&dataset, "1.0.0").await;
    let publish = format!("{draft}/publish");
    let state = |extension: Value| json!({"space": SPACE, "record": record(), "extension": extension});
    world.provider.put(&dataset, state(json!({"station": 3}))).await.expect(200);
    let refused = world.provider.post(&publish, json!({})).await.refused(422, "invalid");
    assert_eq!(refused.text("/errors/0/code"), "no_schema");

    let path = format!("/spaces/{SPACE}/extension");
    let schema =
        json!({"type": "object", "required": ["station"], "properties": {"station": {"type": "string"}}});
    let first = world.steward.post(&path, json!({ "schema": schema })).await.expect(201);
    assert_eq!(first.json()["version"], 1);
    let refused = world.provider.post(&publish, json!({})).await.refused(422, "invalid");
    assert_eq!(refused.text("/errors/0/pointer"), "/extension/station");

    world.provider.put(&dataset, state(json!({"station": "Harbour"}))).await.expect(200);
    world.provider.post(&publish, json!({})).await.expect(200);
    let second = world.steward.post(&path, json!({"schema": {"type": "object"}})).await.expect(201);
    assert_eq!(second.json()["version"], 2);
    assert_eq!(
        world.app.anonymous.get(&format!("{path}?version=1")).await.expect(200).json()["schema"],
        schema
    );
    world.app.anonymous.get(&format!("{path}?version=3")).await.expect(404);
}

async fn a_repeated_post_has_one_effect(app: TestApp) {
    let world = World::settle(app).await;
    let post = |client: &Client, key: &str, name: &str| {
        let body = json!({"organisation": PROVIDER, "name": name, "space": SPACE});
        send(client.request(reqwest::Method::POST, "/datasets").header("Idempotency-Key", key).json(&body))
    };
    let first = post(&world.provider, "one", "tides").await.expect(201);
    let events = world.app.journal_size();
    let again = post(&world.provider, "one", "tides").await.expect(201);
    assert_eq!(first.json(), again.json());
    post(&world.provider, "one", "waves").await.refused(422, "idempotency_key_reused");
    assert_eq!(world.app.journal_size(), events);
    // A key belongs to who sent it.
    post(&world.trainer, "one", "tides").await.expect(403);
    post(&world.provider, "two", "tides").await.refused(409, "name_taken");
    // Many at once are one too.
    let racing: Vec<_> = (0..6).map(|_| tokio::spawn(post(&world.provider, "three", "waves"))).collect();
    for answer in racing {
        assert_eq!(answer.await.expect("an answer").expect(201).text("/name"), "waves");
    }
    assert_eq!(world.app.journal_size(), events + 1);
    assert_eq!(names(&world.provider, &format!("?organisation={PROVIDER}")).await, ["tides", "waves"]);
    assert!(names(&world.provider, &format!("?organisation={TRAINER}")).await.is_empty());
}
