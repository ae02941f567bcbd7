//! The journal from outside: checkpoint and tiles as an independent log computes them, receipts that verify offline, who
//! may see an entry, following, and erasure.

use std::time::{Duration, Instant};

use cadastre::journal::tlog::{Receipt, TrustPolicy};
use serde_json::{Value, json};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Hash, HashReader, Tile, check_record, record_hash, stored_hashes, tree_hash};

use crate::app::{TestApp, until};
use crate::client::{Answer, Client, send};
use crate::on_both_shapes;
use crate::world::{PROVIDER, SPACE, World};

on_both_shapes! {
    a_checkpoint_comes_within_a_second_of_an_event
    tiles_and_checkpoint_are_those_of_an_independent_log
    receipts_verify_offline
    who_may_see_an_entry
    lists_page_filter_and_stream
    whoever_follows_hears_what_comes
    a_database_that_goes_back_while_it_runs_is_not_written
    an_erased_person_leaves_proofs_and_no_words
    receipts_of_a_dataset_are_for_those_who_see_it
}

/// The hashes of a log, as the independent library stores them.
struct Store(Vec<Hash>);

impl HashReader for Store {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Store {
    fn of(entries: &[String]) -> Self {
        let mut store = Self(Vec::new());
        for (number, entry) in entries.iter().enumerate() {
            let added = stored_hashes(number as u64, entry.as_bytes(), &store).unwrap();
            store.0.extend(added);
        }
        store
    }
}

/// Origin, size and root of the newest checkpoint, after the independent library has verified its signature.
async fn checkpoint(client: &Client) -> (String, u64, Hash) {
    let known =
        send(client.request(reqwest::Method::GET, &format!("{}/.well-known/cadastre-log", client.base())))
            .await;
    let keys = known.expect(200).json()["keys"].as_array().unwrap().clone();
    let verifier = |key: &Value| -> Box<dyn signed_note::Verifier> {
        Box::new(StandardVerifier::new(key["vkey"].as_str().unwrap()).unwrap())
    };
    let verifiers = VerifierList::new(keys.iter().map(verifier).collect());
    let answer = client.get("/journal/checkpoint").await.expect(200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let note = Note::from_bytes(&answer.body).unwrap();
    let (verified, _) = note.verify(&verifiers).unwrap();
    assert!(!verified.is_empty(), "the log signed it");
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    (checkpoint.origin().to_owned(), checkpoint.size(), *checkpoint.hash())
}

/// Waits until everything is signed.
async fn all_signed(app: &TestApp) -> u64 {
    let size = u64::try_from(app.journal_size()).unwrap();
    until(async || {
        let answer = app.anonymous.get("/journal/checkpoint").await;
        answer.status == 200 && checkpoint(&app.anonymous).await.1 >= size
    })
    .await;
    size
}

fn bodies(app: &TestApp) -> Vec<String> {
    app.database.query("SELECT body AS line FROM journal ORDER BY position")
}

async fn a_checkpoint_comes_within_a_second_of_an_event(app: TestApp) {
    all_signed(&app).await;
    for _ in 0..3 {
        app.append(1).await;
        let (size, begun) = (u64::try_from(app.journal_size()).unwrap(), Instant::now());
        while checkpoint(&app.anonymous).await.1 < size {
            assert!(begun.elapsed() < Duration::from_secs(10), "no checkpoint after {:?}", begun.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A second is promised; a machine full of other tests gets some more.
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
}

async fn tiles_and_checkpoint_are_those_of_an_independent_log(app: TestApp) {
    let count = 600 - usize::try_from(app.journal_size()).unwrap();
    app.append(count).await;
    let size = all_signed(&app).await;
    let store = Store::of(&bodies(&app));
    let (_, signed, root) = checkpoint(&app.anonymous).await;
    assert_eq!((signed, root), (size, tree_hash(size, &store).unwrap()));

    let fetch = |path: String| {
        let client = app.anonymous.clone();
        async move { client.get(&format!("/journal/tile/{path}")).await }
    };
    for (path, tile) in [
        ("0/000", Tile::new(8, 0, 0, 256, false)),
        ("0/001", Tile::new(8, 0, 1, 256, false)),
        ("0/002.p/88", Tile::new(8, 0, 2, 88, false)),
        ("0/002.p/5", Tile::new(8, 0, 2, 5, false)),
        ("0/000.p/17", Tile::new(8, 0, 0, 17, false)),
        ("1/000.p/2", Tile::new(8, 1, 0, 2, false)),
    ] {
        let answer = fetch(path.to_owned()).await.expect(200);
        assert_eq!(answer.body, tile.read_data(&store).unwrap(), "{path}");
        let is_full = !path.contains(".p/");
        assert_eq!(answer.header("cache-control").contains("immutable"), is_full, "{path}");
    }
    for path in [
        "0/002",
        "0/002.p/89",
        "1/000",
        "1/000.p/3",
        "2/000.p/1",
        "0/000.p/0",
        "0/000.p/257",
        "0/0",
        "64/000",
        "x/000",
        "0/x001",
    ] {
        fetch(path.to_owned()).await.refused(404, "not_found");
    }

    let admin = app.full_client("admin").await;
    let bundle = admin.get("/journal/tile/entries/001").await.expect(200);
    let mut rest = bundle.body.as_slice();
    for entry in &bodies(&app)[256..512] {
        let (length, after) = rest.split_at(2);
        let (body, after) = after.split_at(usize::from(u16::from_be_bytes([length[0], length[1]])));
        assert_eq!(body, entry.as_bytes());
        rest = after;
    }
    assert!(rest.is_empty());
    app.anonymous.get("/journal/tile/entries/001").await.refused(401, "sign_in_required");
    admin.get("/journal/tile/entries/009").await.refused(404, "not_found");
}

async fn policy(client: &Client) -> TrustPolicy {
    let answer = client.get("/journal/trust-policy").await.expect(200);
    TrustPolicy::parse(std::str::from_utf8(&answer.body).unwrap()).unwrap()
}

/// The entry byte for byte, from the JSON that shows it.
fn entry_bytes(shown: &Value) -> String {
    cadastre::kernel::canonical_json(&shown["entry"]).unwrap()
}

/// Checks a receipt by our own code and by the independent library.
async fn verified(app: &TestApp, entry: &str, receipt: &str) {
    let receipt = Receipt::parse(receipt).unwrap();
    let proved = receipt.verify(entry.as_bytes(), &policy(&app.anonymous).await).unwrap();
    assert!(receipt.verify(format!("{entry} ").as_bytes(), &policy(&app.anonymous).await).is_err());
    let tree = proved.endorsed.checkpoint;
    let proof = receipt.proof.iter().map(|hash| Hash(*hash.as_bytes())).collect();
    let root = Hash(*tree.root.as_bytes());
    check_record(&proof, tree.size, root, receipt.index, record_hash(entry.as_bytes())).unwrap();
}

async fn receipts_verify_offline(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let request = world.ask(&dataset, "pre_training").await.expect(201).text("/id");
    world
        .reviewer
        .post(&format!("/requests/{request}/approve"), json!({"remark": "Fits."}))
        .await
        .expect(200);

    let bundles = world.trainer.get(&format!("/journal/receipts/{request}")).await.expect(200).items();
    let kinds: Vec<&str> = bundles.iter().map(|bundle| bundle["entry"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["request.submitted", "request.approved"]);
    assert_eq!(bundles[0]["payload"]["justification"], "Training of a model of water levels.");
    for bundle in &bundles {
        verified(&world.app, &entry_bytes(bundle), bundle["receipt"].as_str().unwrap()).await;
        let salt = hex::decode(bundle["salt"].as_str().unwrap()).unwrap();
        let payload = cadastre::kernel::canonical_json(&bundle["payload"]).unwrap();
        let commitment = cadastre::kernel::Digest::of([salt, payload.into_bytes()].concat());
        assert_eq!(bundle["entry"]["payload_commitment"], commitment.to_string());
    }

    // What happened just now has a receipt as soon as it is signed, which is waited for.
    let position = bundles[1]["entry"]["seq"].as_i64().unwrap();
    let shown = world.trainer.get(&format!("/journal/entries/{position}")).await.expect(200).json();
    let proof = world.trainer.get(&format!("/journal/entries/{position}/proof")).await.expect(200);
    verified(&world.app, &entry_bytes(&shown), std::str::from_utf8(&proof.body).unwrap()).await;
    assert!(proof.header("content-disposition").contains(&format!("{position}.tlog-proof")));

    world.stranger.get(&format!("/journal/entries/{position}/proof")).await.refused(404, "not_found");
    assert_eq!(
        world.stranger.get(&format!("/journal/receipts/{request}")).await.expect(200).items(),
        [] as [Value; 0]
    );
    world.admin.get("/journal/entries/999999/proof").await.refused(404, "not_found");
}

async fn who_may_see_an_entry(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let request = world.ask(&dataset, "pre_training").await.expect(201).text("/id");
    let trainee = world.app.full_client("trainee").await;
    let owner = world.app.full_client("owner").await;
    let confined = world.app.confined_client("trainer", "mobility").await;
    let no_read = world.app.client("trainer", &[cadastre::kernel::Scope::Request]).await;
    let person = json!({"login": "auditor", "name": "auditor", "auditor": true});
    world.admin.post("/people", person).await.expect(201);
    let auditor = world.app.full_client("auditor").await;
    let callers = [
        ("anonymous", &world.app.anonymous),
        ("stranger", &world.stranger),
        ("trainer", &world.trainer),
        ("trainee", &trainee),
        ("confined", &confined),
        ("no_read", &no_read),
        ("other_provider", &world.other_provider),
        ("provider", &world.provider),
        ("owner", &owner),
        ("reviewer_elsewhere", &world.reviewer_elsewhere),
        ("reviewer", &world.reviewer),
        ("steward", &world.steward),
        ("auditor", &auditor),
        ("admin", &world.admin),
    ];
    let all = ["auditor", "admin"];
    let inside: &[&str] = &["provider", "owner"];
    let governing: &[&str] = &["reviewer", "steward"];
    let asking: &[&str] = &["trainer", "trainee"];
    for (kind, subject, sees) in [
        ("request.submitted", Some(request.as_str()), [asking, inside, governing].concat()),
        ("version.published", None, [inside, governing].concat()),
        // Drafts and what is not listed are for those inside alone.
        ("version.file_put", None, inside.to_vec()),
        ("dataset.registered", None, inside.to_vec()),
        ("policy.attached", None, inside.to_vec()),
        // The person who was let in did not do it, and no organisation is concerned.
        ("person.created", None, vec![]),
        ("organisation.member_put", None, vec![]),
        ("space.role_given", None, governing.to_vec()),
    ] {
        let mut query = format!("/journal?kind={kind}&order=oldest&limit=1");
        if let Some(subject) = subject {
            query = format!("{query}&subject={subject}");
        } else if kind == "space.role_given" {
            query = format!("{query}&subject={SPACE}");
        }
        let listed = world.admin.get(&query).await.expect(200).items();
        let position = listed[0]["position"].as_i64().unwrap_or_else(|| panic!("{kind} is there"));
        for (name, client) in callers {
            let expected = all.contains(&name) || sees.contains(&name);
            let entry = client.get(&format!("/journal/entries/{position}")).await;
            assert_eq!(entry.status, if expected { 200 } else { 404 }, "{kind} as {name}: {entry}");
            let listed =
                client.get(&format!("{query}&limit=200").replace("&limit=1&", "&")).await.expect(200).items();
            let found = listed.iter().any(|item| item["position"] == position);
            assert_eq!(found, expected, "{kind} in the list of {name}");
        }
    }
    // What is public anyway is so for everybody.
    for (name, client) in callers {
        let spaces = client.get("/journal?kind=space.created").await.expect(200).items();
        assert!(spaces.len() >= 14, "{name} sees {} spaces begin", spaces.len());
    }
    // Somebody sees what they did themselves, and others do not.
    let own = |client: &Client| {
        let client = client.clone();
        async move {
            let me = client.get("/me").await.expect(200).text("/id");
            client.get(&format!("/journal?actor={me}")).await.expect(200).items().len()
        }
    };
    assert!(own(&world.provider).await > 3);
    let steward = world.steward.get("/me").await.expect(200).text("/id");
    let seen = world.stranger.get(&format!("/journal?actor={steward}")).await.expect(200).items();
    assert_eq!(seen, [] as [Value; 0]);
}

async fn lists_page_filter_and_stream(app: TestApp) {
    app.append(450).await;
    let admin = app.full_client("admin").await;
    let size = usize::try_from(app.journal_size()).unwrap();
    let positions = |answer: &Answer| -> Vec<i64> {
        answer.items().iter().map(|item| item["position"].as_i64().unwrap()).collect()
    };
    for (order, mut expected) in
        [("oldest", (0..size as i64).collect::<Vec<_>>()), ("newest", (0..size as i64).rev().collect())]
    {
        let (mut after, mut found) = (String::new(), Vec::new());
        loop {
            let page = admin.get(&format!("/journal?limit=200&order={order}{after}")).await.expect(200);
            found.extend(positions(&page));
            let next = page.text("/next_after");
            if next.is_empty() {
                break;
            }
            after = format!("&after={next}");
        }
        // Reading leaves nothing in the journal.
        assert_eq!(found, expected);
        let lines = admin
            .get_with(&format!("/journal?order={order}"), "Accept", "application/x-ndjson")
            .await
            .expect(200);
        let streamed: Vec<i64> = lines
            .body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice::<Value>(line).unwrap()["position"].as_i64().unwrap())
            .collect();
        assert_eq!(streamed, expected);
        expected.clear();
    }
    let done = admin.get("/journal?kind=test.done&limit=200").await.expect(200);
    assert_eq!(done.items().len(), 200);
    let now = app.anonymous.get("/journal?since=2027-01-01T00:00:00Z").await.expect(200);
    assert_eq!(positions(&now), [] as [i64; 0]);
    assert!(
        !positions(&admin.get("/journal?until=2027-01-01T00:00:00Z&actor=service").await.expect(200))
            .is_empty()
    );
    for bad in [
        "kind=",
        "space=A",
        "since=yesterday",
        "limit=0",
        "order=up",
        "after=%25",
        "follow=perhaps",
        "more=1",
        "follow&order=newest",
    ] {
        let answer = admin.get(&format!("/journal?{bad}")).await;
        assert_eq!(answer.status, 422, "{bad}: {answer}");
    }
}

async fn whoever_follows_hears_what_comes(app: TestApp) {
    let admin = app.full_client("admin").await;
    let begun = Instant::now();
    let wait = tokio::spawn({
        let admin = admin.clone();
        async move { admin.get("/journal?follow").await }
    });
    // On a busy machine the request may begin later than the first of these.
    let before = app.journal_size();
    while !wait.is_finished() {
        app.append(1).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let heard = wait.await.unwrap().expect(200);
    let first = heard.items()[0]["position"].as_i64().unwrap();
    assert!(first >= before, "only what comes is told");
    assert!(begun.elapsed() < Duration::from_secs(20), "it did not wait to the end");
    let last = heard.items().last().unwrap()["position"].as_i64().unwrap();
    app.append(2).await;
    let after = heard.text("/next_after");
    let heard = admin.get(&format!("/journal?follow=true&after={after}")).await.expect(200);
    assert_eq!(heard.items()[0]["position"], last + 1, "nothing is left out in between");

    let stream = admin
        .request(reqwest::Method::GET, "/journal?kind=test.done")
        .header("Accept", "text/event-stream")
        .header("Last-Event-ID", first.to_string());
    let mut response = stream.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    let wanted: Vec<String> = (first + 1..first + 4).map(|position| format!("id: {position}\n")).collect();
    app.append(1).await;
    let until_all = async {
        while !wanted.iter().all(|id| text.contains(id)) {
            text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(20), until_all).await.expect("every event comes");
    assert!(!text.contains(&format!("id: {first}\n")), "what was seen does not come again");
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap()["entry"]["type"], "test.done");
    let bad = admin.request(reqwest::Method::GET, "/journal").header("Accept", "text/event-stream");
    send(bad.header("Last-Event-ID", "x")).await.refused(422, "invalid");
}

async fn a_database_that_goes_back_while_it_runs_is_not_written(app: TestApp) {
    app.append(5).await;
    let size = all_signed(&app).await;
    app.append(3).await;
    all_signed(&app).await;
    let open_up = if app.database.is_postgres() {
        "ALTER TABLE journal DISABLE TRIGGER USER"
    } else {
        "DROP TRIGGER journal_no_delete"
    };
    app.database.execute(&format!("{open_up}; DELETE FROM journal WHERE position >= {size}"));
    let ready = |client: Client| async move {
        send(client.request(reqwest::Method::GET, &format!("{}/readyz", client.base()))).await
    };
    for replica in 0..=crate::app::LAST {
        let client = app.anonymous.on_replica(replica);
        until(async || ready(client.clone()).await.status == 503).await;
        assert_eq!(ready(client.clone()).await.text("/journal"), "journal_behind");
        client.get("/spaces").await.expect(200);
    }
    let error = app.try_append().await.expect_err("nothing is written");
    assert_eq!(error.code(), "journal_behind");
}

async fn an_erased_person_leaves_proofs_and_no_words(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let mut stated = crate::world::application(&dataset, "pre_training");
    stated["justification"] = json!("My very own words.");
    stated["members"] = json!(["trainee"]);
    let request = world.trainer.post("/requests", stated).await.expect(201).text("/id");
    world
        .reviewer
        .post(&format!("/requests/{request}/return"), json!({"remark": "A remark to keep."}))
        .await
        .expect(200);
    let shown = |client: Client| {
        let path = format!("/journal?subject={request}&kind=request.submitted");
        async move { client.get(&path).await.expect(200).items().remove(0) }
    };
    let before = shown(world.admin.clone()).await;
    assert_eq!(before["payload"]["justification"], "My very own words.");
    let token = world.trainer.clone();

    world.trainer.post("/people/trainer/erase", json!({"reason": "x"})).await.refused(403, "admin_required");
    world.admin.post("/people/trainer/erase", json!({"reason": ""})).await.refused(422, "invalid");
    world.admin.post("/people/nobody-here/erase", json!({"reason": "x"})).await.refused(404, "not_found");
    let erased = world
        .admin
        .post("/people/trainer/erase", json!({"reason": "Asked for, ticket 7."}))
        .await
        .expect(200);
    let husk = erased.text("/login");
    assert!(husk.starts_with("erased-") && erased.json()["payloads"].as_u64() >= Some(2), "{erased}");

    // The account is gone, and so are the words, wherever they stood.
    token.get("/me").await.refused(401, "sign_in_required");
    world.admin.get("/people/trainer").await.refused(404, "not_found");
    let person = world.admin.get(&format!("/people/{husk}")).await.expect(200).json();
    assert_eq!((&person["name"], &person["disabled"]), (&json!("erased"), &json!(true)));
    world
        .admin
        .post(&format!("/people/{husk}/erase"), json!({"reason": "x"}))
        .await
        .refused(409, "already_erased");
    let request_now = world.admin.get(&format!("/requests/{request}")).await.expect(200).json();
    assert_eq!(
        (&request_now["justification"], &request_now["remark"]),
        (&json!(""), &json!("A remark to keep."))
    );
    assert_eq!(request_now["applicant"]["name"], "erased");
    for table in ["journal_payloads", "requests", "idempotency_keys"] {
        let column = ["payload", "body", "answer"][["journal_payloads", "requests", "idempotency_keys"]
            .iter()
            .position(|name| *name == table)
            .unwrap()];
        let left = world
            .app
            .database
            .number(&format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%My very own words%'"));
        assert_eq!(left, 0, "{table}");
    }

    // The entry stays as it was, says that its payload is gone, and has its receipt.
    let after = shown(world.admin.clone()).await;
    assert_eq!(after["entry"], before["entry"]);
    assert_eq!((&after["payload"], &after["erased"]), (&Value::Null, &json!(true)));
    let bundles = world.admin.get(&format!("/journal/receipts/{request}")).await.expect(200).items();
    verified(&world.app, &entry_bytes(&bundles[0]), bundles[0]["receipt"].as_str().unwrap()).await;
    let said = world.admin.get("/journal?kind=person.erased").await.expect(200).items();
    let positions = said[0]["entry"]["facts"]["positions"].as_array().unwrap().clone();
    assert!(positions.contains(&before["position"]), "{positions:?}");
    assert_eq!(said[0]["payload"]["reason"], "Asked for, ticket 7.");

    // Somebody who was only named in another's request is taken out of it.
    let mut stated = crate::world::application(&dataset, "rag");
    stated["members"] = json!(["trainee"]);
    let trainee = world.app.full_client("trainee").await;
    let named = trainee.post("/requests", stated).await.expect(201).text("/id");
    let husk = world
        .admin
        .post("/people/trainee/erase", json!({"reason": "Asked for."}))
        .await
        .expect(200)
        .text("/login");
    // The first request's payload was erased before, with the one who wrote it.
    for id in [&named, &request] {
        let shown = world.admin.get(&format!("/requests/{id}")).await.expect(200).json();
        assert_eq!(shown["members"], json!([husk]), "{id}");
    }
    world.admin.post("/people/admin/erase", json!({"reason": "x"})).await.refused(409, "last_administrator");
}

async fn receipts_of_a_dataset_are_for_those_who_see_it(app: TestApp) {
    let world = World::settle(app).await;
    let hidden = json!({"visibility": "organisations", "audience": [crate::world::TRAINER]});
    let dataset = world.dataset_with("hidden", "review", hidden).await;
    world.publish(&dataset, "1.0.0").await;
    let path = format!("{dataset}/receipts");
    for client in [&world.trainer, &world.provider] {
        let bundles = client.get(&path).await.expect(200).items();
        let kinds: Vec<&str> =
            bundles.iter().map(|bundle| bundle["entry"]["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["policy.attached", "version.published"]);
        for bundle in &bundles {
            verified(&world.app, &entry_bytes(bundle), bundle["receipt"].as_str().unwrap()).await;
        }
        let digest = client.get(&format!("{dataset}/versions/1.0.0")).await.expect(200).text("/digest");
        assert_eq!(bundles[1]["entry"]["facts"]["digest"], digest);
    }
    world.stranger.get(&path).await.refused(404, "not_found");
    world.app.anonymous.get(&path).await.refused(404, "not_found");
    let nothing = format!("/datasets/{PROVIDER}/nothing/receipts");
    world.trainer.get(&nothing).await.refused(404, "not_found");
}
