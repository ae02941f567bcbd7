//! Bytes out: ranges and conditions, samples, download plans and their links, and the account of deliveries.

use std::time::Duration;

use cadastre::kernel::Digest;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Shape, TestApp};
use crate::client::{Answer, Client, send};
use crate::on_both_shapes;
use crate::world::{DATA, SAMPLE, TRAINER, World};

on_both_shapes! {
    a_file_comes_whole_in_parts_or_not_at_all
    names_are_told_whatever_alphabet_they_are_in
    basic_credentials_do_as_well_as_bearer_ones
    a_sample_is_open_while_the_rest_is_gated
    a_plan_lists_what_may_be_had_with_links_that_work
    a_link_ends_with_its_time_and_with_the_right_behind_it
    every_delivery_is_in_the_account
    a_delivery_that_ends_early_counts_what_went_out
}

async fn a_file_comes_whole_in_parts_or_not_at_all(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    let file = format!("{dataset}/versions/latest/files/data.csv");
    let anonymous = &world.app.anonymous;
    let tag = format!("\"{}\"", Digest::of(DATA));
    let whole = anonymous.get(&file).await.expect(200);
    assert_eq!(whole.body, DATA.as_bytes());
    for (name, value) in [
        ("etag", tag.as_str()),
        ("content-type", "text/csv"),
        ("content-disposition", "attachment; filename=\"data.csv\""),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
        ("repr-digest", &Digest::of(DATA).to_repr_digest()),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let compressed = anonymous.get_with(&file, "Accept-Encoding", "gzip, zstd").await.expect(200);
    assert_eq!((compressed.header("content-encoding"), &compressed.body[..]), ("", DATA.as_bytes()));

    for (range, status, body, content_range) in [
        ("bytes=0-6", 206, &DATA[..7], "bytes 0-6/22"),
        ("bytes=14-", 206, &DATA[14..], "bytes 14-21/22"),
        ("bytes=-4", 206, &DATA[18..], "bytes 18-21/22"),
        ("bytes=20-999", 206, &DATA[20..], "bytes 20-21/22"),
        ("lines=1-2", 200, DATA, ""),
        ("bytes=6-0", 200, DATA, ""),
    ] {
        let part = anonymous.get_with(&file, "Range", range).await.expect(status);
        assert_eq!(
            (&part.body[..], part.header("content-range")),
            (body.as_bytes(), content_range),
            "{range}"
        );
    }
    let outside = anonymous.get_with(&file, "Range", "bytes=22-").await.refused(416, "range");
    assert_eq!(outside.header("content-range"), "bytes */22");
    let several = anonymous.get_with(&file, "Range", "bytes=0-2,5-6").await.expect(206);
    assert!(several.header("content-type").starts_with("multipart/byteranges; boundary="));
    let text = String::from_utf8_lossy(&several.body).into_owned();
    for part in ["Content-Range: bytes 0-2/22\r\n\r\nsta\r\n", "Content-Range: bytes 5-6/22\r\n\r\non\r\n"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }

    anonymous.get_with(&file, "If-None-Match", &tag).await.expect(304);
    anonymous.get_with(&file, "If-None-Match", "\"other\"").await.expect(200);
    for (condition, status) in [(tag.as_str(), 206), ("\"other\"", 200)] {
        let request = anonymous.request(Method::GET, &file).header("Range", "bytes=0-6");
        send(request.header("If-Range", condition)).await.expect(status);
    }
    let head = send(anonymous.request(Method::HEAD, &file)).await.expect(200);
    assert_eq!(
        (head.header("content-length"), head.header("etag"), head.body.len()),
        ("22", tag.as_str(), 0)
    );
    anonymous.get(&file.replace("data.csv", "none.csv")).await.expect(404);
}

async fn names_are_told_whatever_alphabet_they_are_in(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let files = format!("{}/files", world.draft(&dataset, "1.0.0").await);
    for (path, disposition) in [
        ("été/marées%20d'hiver.json", "attachment; filename*=UTF-8''mar%C3%A9es%20d%27hiver.json"),
        ("a;b%20(1).json", "attachment; filename=\"a;b (1).json\""),
    ] {
        let path = format!("{files}/{path}");
        // What would be worth compressing, and what a client that compresses asks for.
        let text = "[0, 0, 0, 0]".repeat(1000);
        world.provider.upload(&path, text.as_str()).await.expect(201);
        for encoding in ["gzip", "br", "zstd, gzip;q=0.5", "*"] {
            let answer = world.provider.get_with(&path, "Accept-Encoding", encoding).await.expect(200);
            assert_eq!(answer.header("content-disposition"), disposition);
            assert_eq!((answer.header("content-encoding"), answer.body == text.as_bytes()), ("", true));
            assert_eq!(answer.header("content-length"), text.len().to_string());
        }
    }
}

async fn basic_credentials_do_as_well_as_bearer_ones(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    world.grant(&dataset, "pre_training").await;
    let file = format!("{dataset}/versions/1.0.0/files/data.csv");
    let ask = async |password: &str| {
        let request = world.app.anonymous.request(Method::GET, &file);
        send(request.basic_auth("anything", Some(password))).await
    };
    assert_eq!(ask(world.trainer.bearer()).await.expect(200).body, DATA.as_bytes());
    ask(world.stranger.bearer()).await.refused(403, "access_not_granted");
    ask("not a token").await.expect(401);
}

async fn a_sample_is_open_while_the_rest_is_gated(app: TestApp) {
    let world = World::settle(app).await;
    for mode in ["review", "secure"] {
        let files = format!("{}/versions/1.0.0/files", world.published(mode, mode).await);
        let sample = world.app.anonymous.get(&format!("{files}/sample.csv")).await.expect(200);
        assert_eq!(sample.body, SAMPLE.as_bytes());
        let data = format!("{files}/data.csv");
        world.stranger.get(&data).await.expect(403);
        assert_eq!(world.provider.get(&data).await.expect(200).body, DATA.as_bytes());
    }
}

/// The lines of a plan.
fn lines(plan: &Answer) -> Vec<Value> {
    let text = std::str::from_utf8(&plan.body).expect("text");
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

async fn plan(client: &Client, dataset: &str, wanted: Value) -> Answer {
    client.post(&format!("{dataset}/versions/latest/download-plan"), wanted).await
}

/// The link to `data.csv` that this caller is given.
async fn link(client: &Client, dataset: &str) -> String {
    let plan = plan(client, dataset, json!({"paths": ["data.csv"]})).await.expect(200);
    lines(&plan)[0]["url"].as_str().expect("a link").to_owned()
}

async fn a_plan_lists_what_may_be_had_with_links_that_work(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    world.grant(&dataset, "pre_training").await;
    let looked_at = lines(&plan(&world.trainer, &dataset, json!({"links": false})).await.expect(200));
    assert!(looked_at.len() == 2 && looked_at.iter().all(|line| line.get("url").is_none()), "{looked_at:?}");
    let delivered = world.provider.get(&format!("{dataset}/deliveries")).await.expect(200).items();
    assert!(delivered.is_empty(), "nothing was given yet: {delivered:?}");
    let answer = plan(&world.trainer, &dataset, json!({"purpose": "pre_training"})).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let planned = lines(&answer);
    for (line, (path, bytes)) in planned.iter().zip([("data.csv", DATA), ("sample.csv", SAMPLE)]) {
        assert_eq!(line["path"], path);
        assert_eq!(line["sha256"], Digest::of(bytes).to_string());
        // The link alone suffices.
        let fetched = world.app.anonymous.get(line["url"].as_str().expect("a link")).await.expect(200);
        assert_eq!(fetched.body, bytes.as_bytes());
        assert_eq!(fetched.header("content-type"), "text/csv");
        assert!(fetched.header("content-disposition").starts_with("attachment"), "{fetched}");
    }
    assert_eq!(planned.len(), 2);
    let samples = lines(&plan(&world.stranger, &dataset, json!({})).await.expect(200));
    assert_eq!(samples.len(), 1, "without a grant, only the sample");
    plan(&world.stranger, &dataset, json!({"paths": ["data.csv"]})).await.refused(403, "access_not_granted");
    plan(&world.trainer, &dataset, json!({"purpose": "rag"})).await.expect(200);
    plan(&world.trainer, &dataset, json!({"paths": ["data.csv"], "purpose": "rag"}))
        .await
        .refused(403, "access_not_granted");
    plan(&world.trainer, &dataset, json!({"paths": ["none.csv"]})).await.expect(422);
}

async fn a_link_ends_with_its_time_and_with_the_right_behind_it(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let grant = world.grant(&dataset, "pre_training").await;
    let anonymous = &world.app.anonymous;
    let whole = link(&world.trainer, &dataset).await;
    anonymous.get(&whole).await.expect(200);
    let flipped = |at: usize| {
        let mut text = whole.clone().into_bytes();
        text[at] = if text[at] == b'0' { b'1' } else { b'0' };
        String::from_utf8(text).expect("ASCII")
    };
    let signature =
        whole.find("X-Amz-Signature=").map_or(whole.len() - 10, |at| at + "X-Amz-Signature=".len());
    anonymous.get(&flipped(signature)).await.expect(403);
    if world.app.shape == Shape::Scaled {
        // There the store alone judges a link, by its own clock.
        return;
    }
    let claims = whole.find("/download/").expect("a link of the service") + "/download/".len();
    for place in [claims + 5, claims + 60] {
        anonymous.get(&flipped(place)).await.expect(403);
    }
    anonymous.get("/download/nobody-signed-this").await.expect(403);
    world.app.clock.advance(Duration::from_secs(301));
    anonymous.get(&whole).await.refused(403, "link_expired");
    let fresh = link(&world.trainer, &dataset).await;
    anonymous.get(&fresh).await.expect(200);
    world.provider.post(&format!("/grants/{grant}/revoke"), json!({"reason": "Misused."})).await.expect(200);
    anonymous.get(&fresh).await.refused(403, "grant_ended");

    world.grant(&dataset, "evaluation").await;
    world
        .admin
        .put(&format!("/organisations/{TRAINER}/members/second"), json!({"role": "owner"}))
        .await
        .expect(404);
    let trainee = world.app.full_client("trainee").await;
    let theirs = link(&trainee, &dataset).await;
    anonymous.get(&theirs).await.expect(200);
    world.admin.delete(&format!("/organisations/{TRAINER}/members/trainee")).await.expect(204);
    anonymous.get(&theirs).await.refused(403, "right_ended");
    let last = link(&world.trainer, &dataset).await;
    world
        .provider
        .post(&format!("{dataset}/versions/1.0.0/withdraw"), json!({"reason": "Wrong."}))
        .await
        .expect(200);
    anonymous.get(&last).await.refused(410, "withdrawn");
}

async fn every_delivery_is_in_the_account(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let grant = world.grant(&dataset, "pre_training").await;
    let file = format!("{dataset}/versions/1.0.0/files/data.csv");
    let declared = world.trainer.request(Method::GET, &file).header("Cadastre-Model", "tide-7b");
    send(declared.header("Cadastre-Run", "run-1").header("Cadastre-Purpose", "pre_training"))
        .await
        .expect(200);
    world.trainer.get_with(&file, "Range", "bytes=0-6").await.expect(206);
    world.app.anonymous.get(&file.replace("data.csv", "sample.csv")).await.expect(200);
    world.stranger.get(&file).await.expect(403);
    let mut seen = world.provider.get(&format!("{dataset}/deliveries")).await.expect(200).items();
    seen.sort_by_key(|delivery| delivery["bytes"].as_i64());
    let told: Vec<_> = seen
        .iter()
        .map(|one| (one["bytes"].as_i64().unwrap(), one["way"].as_str().unwrap(), one["model"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (7, "grant", None),
            (SAMPLE.len() as i64, "sample", None),
            (DATA.len() as i64, "grant", Some("tide-7b"))
        ]
    );
    assert_eq!(
        (&seen[2]["run"], &seen[2]["organisation"], &seen[2]["grant"]),
        (&json!("run-1"), &json!(TRAINER), &json!(grant))
    );
    let under = world.trainer.get(&format!("/grants/{grant}/deliveries")).await.expect(200).items();
    assert_eq!(under.len(), 2);
    let wrong =
        world.trainer.get_with(&file, "Cadastre-Purpose", "world_domination").await.refused(422, "invalid");
    assert_eq!(wrong.text("/errors/0/pointer"), "Cadastre-Purpose");
}

async fn a_delivery_that_ends_early_counts_what_went_out(app: TestApp) {
    /// More than the buffers between the store and a client that does not read.
    const LARGE: usize = 32 * 1024 * 1024;
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let draft = world.draft(&dataset, "1.0.0").await;
    world.provider.upload(&format!("{draft}/files/large.bin"), vec![7; LARGE]).await.expect(201);
    world.provider.post(&format!("{draft}/publish"), json!({})).await.expect(200);
    let file = format!("{draft}/files/large.bin");
    let recorded = async || {
        let seen = world.provider.get(&format!("{dataset}/deliveries")).await.expect(200).items();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0]["bytes"].as_u64().unwrap()
    };
    let mut answer = world.app.anonymous.request(Method::GET, &file).send().await.unwrap();
    assert_eq!(recorded().await, LARGE as u64, "on record before it is over");
    let begun = answer.chunk().await.unwrap().unwrap().len() as u64;
    drop(answer);
    let mut bytes = LARGE as u64;
    for _ in 0..600 {
        bytes = recorded().await;
        if bytes < LARGE as u64 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!((begun..LARGE as u64).contains(&bytes), "{bytes} of {LARGE}, at least {begun} came");
}
