//! Rights under load: while many download at once and no background work runs, not one byte leaves beyond a right.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use cadastre::access::DeliveryProof;
use cadastre::journal::tlog::TrustPolicy;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, until};
use crate::client::{Answer, Client, send};
use crate::on_both_shapes;
use crate::world::{DATA, PROVIDER, TRAINER, World};

on_both_shapes! {
    no_byte_leaves_after_the_right_has_ended
    a_download_under_way_stops_with_its_right
    a_limit_gives_out_exactly_so_many_bytes
    broken_downloads_give_back_what_was_not_sent
    a_plan_counts_the_files_behind_its_links
    a_delivery_is_proved_to_whoever_may_see_it
}

/// How many download at the same time.
const DOWNLOADERS: usize = 64;
/// How often bytes are asked for after each of the four ends: ten thousand times in all.
const TRIES: usize = 2_500;
/// More bytes than the buffers between the store and a client that does not read hold.
const LARGE: usize = 24 * 1024 * 1024;
/// How many downloads a limit allows.
const LIMIT: u64 = 5;

/// Stops the background work of every replica for good: its turn always was just now.
async fn stop_background(app: &TestApp) {
    let turns = || app.database.number("SELECT count(*) FROM schedules");
    until(async || turns() >= 5).await;
    app.database.execute("UPDATE schedules SET last_run_at = 9000000000000000");
}

/// Terms that allow each file to be downloaded so often.
fn limited(limit: u64) -> Value {
    json!({"mode": "review", "offer": {
        "@context": ["https://w3id.org/dspace/2025/1/odrl-profile.jsonld"],
        "@id": "urn:cadastre:offer:count",
        "@type": "Offer",
        "permission": [{"action": "use", "constraint": [{
            "leftOperand": "odrl:count", "operator": "lteq",
            "rightOperand": {"@value": limit.to_string(), "@type": "xsd:integer"},
        }]}],
    }})
}

/// A dataset under these terms with one file of so many bytes, and the trainer's grant for it; the file's path.
async fn counted(world: &World, name: &str, bytes: usize) -> (String, String) {
    let dataset = world.dataset(name, "review").await;
    world.provider.put(&format!("{dataset}/policy"), limited(LIMIT)).await.expect(200);
    let draft = world.draft(&dataset, "1.0.0").await;
    let file = format!("{draft}/files/counted.bin");
    world.provider.upload(&file, pattern(bytes)).await.expect(201);
    world.provider.post(&format!("{draft}/publish"), json!({})).await.expect(200);
    let grant = world.grant(&dataset, "pre_training").await;
    (file, grant)
}

fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|n| (n % 251) as u8).collect()
}

/// The path of a link of the service to the file, which needs no credential.
async fn ticket(client: &Client, file: &str) -> String {
    let (version, path) = file.split_once("/files/").unwrap();
    let plan = client.post(&format!("{version}/download-plan"), json!({"paths": [path]})).await.expect(200);
    let line: Value = serde_json::from_slice(plan.body.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    let url = line["url"].as_str().unwrap();
    url[url.find("/download/").unwrap()..].to_owned()
}

/// The same world whose links are the service's own, on either shape.
async fn settle(app: TestApp) -> World {
    let app = app.set_up(|settings| settings.links = Some(cadastre::config::Links::Service)).await;
    let world = World::settle(app).await;
    stop_background(&world.app).await;
    world
}

/// Downloads until told to stop; after the end, which is told before a request is sent, nothing may come.
struct Downloads {
    over: AtomicBool,
    stop: AtomicBool,
    given: AtomicUsize,
    refused: AtomicUsize,
}

async fn download(n: usize, client: Client, file: String, link: String, seen: Arc<Downloads>, code: &str) {
    while !seen.stop.load(Ordering::SeqCst) {
        let over = seen.over.load(Ordering::SeqCst);
        let answer = match n % 3 {
            0 => client.get(&file).await,
            1 => client.get_with(&file, "Range", "bytes=3-").await,
            _ => client.get(&link).await,
        };
        if matches!(answer.status, 200 | 206) {
            assert!(!over, "{} bytes left after the end", answer.body.len());
            seen.given.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        // A link says no more than that its right has ended, where that is a membership.
        assert_eq!(answer.status, 403, "{answer}");
        let told = answer.code();
        assert!([code, "right_ended", "link_expired"].contains(&told.as_str()), "{answer}");
        seen.refused.fetch_add(1, Ordering::SeqCst);
    }
}

async fn no_byte_leaves_after_the_right_has_ended(app: TestApp) {
    let world = settle(app).await;
    let trainee = world.app.full_client("trainee").await;
    for (end, code) in [
        ("suspend", "grant_suspended"),
        ("revoke", "grant_ended"),
        ("leave", "access_not_granted"),
        ("expire", "grant_ended"),
    ] {
        let dataset = world.published(&format!("until-{end}"), "review").await;
        let grant = world.grant(&dataset, "pre_training").await;
        let file = format!("{dataset}/versions/1.0.0/files/data.csv");
        let link = ticket(&trainee, &file).await;
        let seen = Arc::new(Downloads {
            over: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            given: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        });
        let all: Vec<_> = (0..DOWNLOADERS)
            .map(|n| {
                let client = trainee.on_replica(n);
                let (file, link, seen) = (file.clone(), link.clone(), seen.clone());
                tokio::spawn(async move { download(n, client, file, link, seen, code).await })
            })
            .collect();
        until(async || seen.given.load(Ordering::SeqCst) >= 3 * DOWNLOADERS).await;
        match end {
            "suspend" | "revoke" => {
                let reason = json!({"reason": "A report."});
                world.reviewer.post(&format!("/grants/{grant}/{end}"), reason).await.expect(200);
            }
            "leave" => {
                let membership = format!("/organisations/{TRAINER}/members/trainee");
                world.admin.delete(&membership).await.expect(204);
            }
            _ => world.app.days_pass(30),
        }
        seen.over.store(true, Ordering::SeqCst);
        until(async || seen.refused.load(Ordering::SeqCst) >= TRIES).await;
        seen.stop.store(true, Ordering::SeqCst);
        for outcome in join_all(all).await {
            outcome.unwrap();
        }
        if end == "leave" {
            let membership = format!("/organisations/{TRAINER}/members/trainee");
            world.admin.put(&membership, json!({"role": "member"})).await.expect(200);
        }
        let late = format!(
            "SELECT count(*) FROM deliveries d JOIN grants g ON g.id = d.grant_id WHERE d.grant_id = '{grant}'
             AND d.at >= g.ends_at"
        );
        assert_eq!(world.app.database.number(&late), 0, "{end}: delivered by a right that was over");
    }
    assert_eq!(
        world.app.database.number("SELECT count(*) FROM schedules WHERE last_run_at < 9000000000000000"),
        0
    );
}

async fn a_download_under_way_stops_with_its_right(app: TestApp) {
    let world = settle(app).await;
    let trainee = world.app.full_client("trainee").await;
    let dataset = world.dataset("large", "review").await;
    let draft = world.draft(&dataset, "1.0.0").await;
    let file = format!("{draft}/files/large.bin");
    world.provider.upload(&file, pattern(LARGE)).await.expect(201);
    world.provider.post(&format!("{draft}/publish"), json!({})).await.expect(200);
    for end in ["suspend", "revoke", "leave", "expire", "withdraw"] {
        let grant = world.grant(&dataset, "pre_training").await;
        let link = ticket(&trainee, &file).await;
        let begun = [
            trainee.request(Method::GET, &file).send().await.unwrap(),
            trainee.request(Method::GET, &link).send().await.unwrap(),
            trainee.request(Method::GET, &file).header("Range", "bytes=1-").send().await.unwrap(),
        ];
        let reason = json!({"reason": "A report."});
        match end {
            "suspend" | "revoke" => {
                world.reviewer.post(&format!("/grants/{grant}/{end}"), reason).await.expect(200);
            }
            "leave" => {
                world.admin.delete(&format!("/organisations/{TRAINER}/members/trainee")).await.expect(204);
            }
            "expire" => world.app.days_pass(30),
            _ => {
                world.provider.post(&format!("{draft}/withdraw"), reason).await.expect(200);
            }
        }
        // The door is asked again after a second.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        for mut answer in begun {
            assert!(answer.status().is_success(), "{end}: {}", answer.status());
            let mut received = 0;
            let outcome = loop {
                match answer.chunk().await {
                    Ok(Some(bytes)) => received += bytes.len(),
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            assert!(outcome.is_err() && received < LARGE - 1, "{end}: {received} bytes came");
        }
        let whole = format!(
            "SELECT count(*) FROM deliveries d LEFT JOIN delivery_cuts c ON c.delivery_id = d.id
             WHERE d.grant_id = '{grant}' AND c.delivery_id IS NULL"
        );
        until(async || world.app.database.number(&whole) == 0).await;
        if end == "leave" {
            let membership = format!("/organisations/{TRAINER}/members/trainee");
            world.admin.put(&membership, json!({"role": "member"})).await.expect(200);
        }
        if matches!(end, "suspend" | "leave") {
            world.trainer.post(&format!("/grants/{grant}/relinquish"), json!({})).await.expect(200);
        }
    }
}

/// The bytes under a grant: as the corrected account has them, and as they count.
fn account(world: &World, grant: &str) -> (u64, u64) {
    let number = |sql: String| u64::try_from(world.app.database.number(&sql)).unwrap();
    let delivered = number(format!(
        "SELECT coalesce(sum(coalesce(c.bytes, d.bytes)), 0) FROM deliveries d
         LEFT JOIN delivery_cuts c ON c.delivery_id = d.id WHERE d.grant_id = '{grant}'"
    ));
    let used = number(format!("SELECT coalesce(sum(bytes), 0) FROM grant_usage WHERE grant_id = '{grant}'"));
    (delivered, used)
}

async fn a_limit_gives_out_exactly_so_many_bytes(app: TestApp) {
    const SIZE: usize = 20_000;
    let world = settle(app).await;
    let (file, grant) = counted(&world, "counted", SIZE).await;
    let whole = pattern(SIZE);
    let received = AtomicU64::new(0);
    let link = ticket(&world.trainer, &file).await;
    let ask = async |n: usize| {
        let client = world.trainer.on_replica(n);
        let (first, last) = ((n * 97) % SIZE, ((n * 97) % SIZE + 4_999).min(SIZE - 1));
        let parts = format!("bytes=0-99,{}-{}", SIZE / 2, SIZE / 2 + 899);
        let (answer, expected) = match n % 4 {
            0 => (client.get(&file).await, whole.clone()),
            1 => {
                let range = format!("bytes={first}-{last}");
                (client.get_with(&file, "Range", &range).await, whole[first..=last].to_vec())
            }
            2 => (client.get(&link).await, whole.clone()),
            _ => (client.get_with(&file, "Range", &parts).await, Vec::new()),
        };
        match answer.status {
            200 | 206 if n % 4 == 3 => received.fetch_add(1000, Ordering::SeqCst),
            200 | 206 => {
                assert_eq!(answer.body, expected);
                received.fetch_add(expected.len() as u64, Ordering::SeqCst)
            }
            _ => {
                answer.refused(403, "policy_violated");
                0
            }
        };
    };
    for round in 0..3 {
        join_all((0..DOWNLOADERS).map(|n| ask(round * DOWNLOADERS + n))).await;
    }
    let total = LIMIT * SIZE as u64;
    let mut so_far = received.load(Ordering::SeqCst);
    assert!(so_far <= total && so_far > total - SIZE as u64, "{so_far} of {total}");
    // What is left is given to the last byte, and not one more.
    while so_far < total {
        let wanted = (total - so_far).min(SIZE as u64);
        let range = format!("bytes=0-{}", wanted - 1);
        so_far += world.trainer.get_with(&file, "Range", &range).await.expect(206).body.len() as u64;
    }
    for n in 0..2 {
        let client = world.trainer.on_replica(n);
        client.get_with(&file, "Range", "bytes=0-0").await.refused(403, "policy_violated");
        client.get(&link).await.refused(403, "policy_violated");
    }
    assert_eq!((so_far, account(&world, &grant)), (total, (total, total)));
    send(world.trainer.request(Method::HEAD, &file)).await.expect(200);
    assert_eq!(account(&world, &grant), (total, total), "looking gives nothing out");
    let sample = file.replace("counted.bin", "sample.csv");
    world.trainer.get(&sample).await.expect(200);
    let other = world.trainer.get(&file.replace("counted.bin", "data.csv")).await.expect(200);
    assert_eq!(other.body, DATA.as_bytes(), "each file has its own count");
}

async fn broken_downloads_give_back_what_was_not_sent(app: TestApp) {
    const SIZE: usize = LARGE;
    let world = settle(app).await;
    let (file, grant) = counted(&world, "broken", SIZE).await;
    let total = LIMIT * SIZE as u64;
    let received = AtomicU64::new(0);
    let begin = async |n: usize| {
        let Ok(mut answer) = world.trainer.on_replica(n).request(Method::GET, &file).send().await else {
            return;
        };
        if answer.status() == 200 {
            let begun = answer.chunk().await.unwrap().unwrap_or_default();
            received.fetch_add(begun.len() as u64, Ordering::SeqCst);
        } else {
            assert_eq!(answer.status(), 403);
        }
    };
    join_all((0..DOWNLOADERS).map(begin)).await;
    let settled = async || {
        let open = format!(
            "SELECT count(*) FROM deliveries d LEFT JOIN delivery_cuts c ON c.delivery_id = d.id
             WHERE d.grant_id = '{grant}' AND c.delivery_id IS NULL"
        );
        world.app.database.number(&open) == 0
    };
    until(settled).await;
    let (delivered, used) = account(&world, &grant);
    assert_eq!(delivered, used);
    assert!(received.load(Ordering::SeqCst) <= used && used < total, "{used} of {total}");
    let mut rest = total - used;
    while rest > 0 {
        let wanted = rest.min(SIZE as u64);
        let range = format!("bytes={}-", SIZE as u64 - wanted);
        let resumed = world.trainer.get_with(&file, "Range", &range).await.expect(206);
        assert_eq!(resumed.body.len() as u64, wanted);
        rest -= wanted;
    }
    world.trainer.get_with(&file, "Range", "bytes=0-0").await.refused(403, "policy_violated");
    assert_eq!(account(&world, &grant), (total, total));
}

async fn a_plan_counts_the_files_behind_its_links(app: TestApp) {
    let world = World::settle(app).await;
    let (file, grant) = counted(&world, "planned", 1000).await;
    let version = file.split_once("/files/").unwrap().0;
    let plan = async |body: Value| world.trainer.post(&format!("{version}/download-plan"), body).await;
    let wanted = json!({"paths": ["counted.bin"]});
    let lines = plan(wanted.clone()).await.expect(200);
    let into_store = !String::from_utf8_lossy(&lines.body).contains("/api/v1/download/");
    assert_eq!(account(&world, &grant).1, if into_store { 1000 } else { 0 });
    for _ in 0..LIMIT {
        if into_store && account(&world, &grant).1 < LIMIT * 1000 {
            plan(wanted.clone()).await.expect(200);
        } else if !into_store {
            world.trainer.get(&file).await.expect(200);
        }
    }
    assert_eq!(account(&world, &grant).1, LIMIT * 1000);
    if into_store {
        plan(wanted.clone()).await.refused(403, "policy_violated");
    } else {
        let link = ticket(&world.trainer, &file).await;
        world.app.anonymous.get(&link).await.refused(403, "policy_violated");
    }
    world.trainer.get(&file).await.refused(403, "policy_violated");
    plan(json!({"paths": ["counted.bin"], "links": false})).await.expect(200);
    let (delivered, used) = account(&world, &grant);
    assert_eq!((delivered, used), (LIMIT * 1000, LIMIT * 1000));
}

async fn a_delivery_is_proved_to_whoever_may_see_it(app: TestApp) {
    let world = settle(app).await;
    let dataset = world.published("proved", "review").await;
    let grant = world.grant(&dataset, "pre_training").await;
    world.trainer.get(&format!("{dataset}/versions/1.0.0/files/data.csv")).await.expect(200);
    let deliveries = format!("/grants/{grant}/deliveries");
    let id = world.trainer.get(&deliveries).await.expect(200).text("/items/0/id");
    let proof = format!("/deliveries/{id}/proof");
    world.trainer.get(&proof).await.refused(409, "not_sealed");
    // A minute passes for the background work.
    world.app.database.execute("UPDATE schedules SET last_run_at = 0 WHERE kind = 'seal_deliveries'");
    let shown = async || world.trainer.get(&deliveries).await.expect(200);
    until(async || shown().await.json()["items"][0].get("seal").is_some()).await;
    let seal = shown().await.json()["items"][0]["seal"].clone();
    let listed = world.provider.get(&format!("/datasets/{PROVIDER}/proved/deliveries")).await.expect(200);
    assert_eq!(listed.json()["items"][0]["seal"], seal);
    let check = |answer: Answer| {
        let answer = answer.expect(200).json();
        let row = &answer["delivery"];
        assert_eq!((&row["seal"]["position"], &row["index"]), (&seal["position"], &seal["index"]));
        let sealed = serde_json::from_value(row.clone()).unwrap();
        let position = &seal["position"];
        let event =
            world.app.database.query(&format!("SELECT body FROM journal WHERE position = {position}"));
        cadastre::access::verify_sealed_row(&sealed, &event.concat()).unwrap();
        assert!(sealed.row.contains(&id), "{}", sealed.row);
    };
    check(world.trainer.get(&proof).await);
    // With its receipt it needs no word of the service, and none of it can be changed.
    let policy = world.app.anonymous.get("/journal/trust-policy").await.expect(200);
    let policy: TrustPolicy = String::from_utf8_lossy(&policy.body).parse().unwrap();
    let complete = world.trainer.get(&proof).await.expect(200).json();
    let verified = |proof: Value| serde_json::from_value::<DeliveryProof>(proof).unwrap().verify(&policy);
    assert_eq!(verified(complete.clone()).unwrap().len(), 1);
    for (place, value) in [
        (
            "/delivery/row",
            json!(complete["delivery"]["row"].as_str().unwrap().replace("data.csv", "more.csv")),
        ),
        ("/delivery/index", json!(complete["delivery"]["index"].as_u64().unwrap() + 1)),
        ("/delivery/seal/position", json!(0)),
        ("/receipts", json!([])),
    ] {
        let mut changed = complete.clone();
        *changed.pointer_mut(place).unwrap() = value;
        assert!(verified(changed).is_err(), "{place}");
    }
    check(world.provider.get(&proof).await);
    check(world.reviewer.get(&proof).await);
    world.stranger.get(&proof).await.refused(404, "not_found");
    world.app.anonymous.get(&proof).await.expect(401);
}
