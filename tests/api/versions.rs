//! Versions: draft, publish, withdraw; what publication asks for; that what is published never changes; bytes that
//! are there already, and bytes that stay elsewhere.

use cadastre::kernel::Digest;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::on_both_shapes;
use crate::world::{DATA, PROVIDER, SAMPLE, SPACE, World, record, terms};

on_both_shapes! {
    a_version_is_drafted_published_and_withdrawn
    latest_is_the_newest_release
    publication_tells_everything_that_is_missing
    a_published_version_never_changes
    of_many_who_publish_one_does
    what_is_published_is_what_was_there
    the_same_content_elsewhere_is_told_where_it_may_be_seen
    bytes_are_skipped_only_by_who_brought_them
    bytes_that_no_file_has_any_more_are_let_go
    a_copy_is_noted_by_who_may_have_the_bytes
    what_was_never_published_can_be_deleted
}

async fn a_version_is_drafted_published_and_withdrawn(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let draft = world.draft(&dataset, "1.0.0").await;
    let seen = world.provider.get(&draft).await.expect(200);
    assert_eq!((seen.text("/state").as_str(), seen.json()["files"].as_i64()), ("draft", Some(2)));
    assert_eq!(seen.json()["bytes"], DATA.len() + SAMPLE.len());
    world.app.anonymous.get(&draft).await.expect(404);
    world.provider.get(&format!("{draft}/manifest")).await.expect(404);

    let published = world.provider.post(&format!("{draft}/publish"), json!({})).await.expect(200);
    assert_eq!(published.text("/state"), "published");
    let manifest = world.app.anonymous.get(&format!("{draft}/manifest")).await.expect(200);
    let digest = Digest::of(&manifest.body).to_string();
    assert_eq!(published.text("/digest"), digest);
    assert_eq!(published.text("/revision40"), digest[..40]);
    assert_eq!(manifest.header("etag"), format!("\"{digest}\""));
    world
        .app
        .anonymous
        .get_with(&format!("{draft}/manifest"), "If-None-Match", &format!("\"{digest}\""))
        .await
        .expect(304);
    assert_eq!(
        world.app.anonymous.get(&format!("{draft}/files")).await.expect(200).each("/path"),
        ["data.csv", "sample.csv"]
    );

    world.publish(&dataset, "1.1.0").await;
    let withdrawal = json!({"reason": "Two rows were wrong.", "successor": "1.1.0"});
    let withdraw = format!("{draft}/withdraw");
    world
        .provider
        .post(&withdraw, json!({"reason": "x", "successor": "1.0.0"}))
        .await
        .refused(409, "successor_not_published");
    let withdrawn = world.provider.post(&withdraw, withdrawal.clone()).await.expect(200);
    assert_eq!(withdrawn.json()["withdrawal"], withdrawal);
    world.provider.post(&withdraw, withdrawal).await.refused(409, "version_not_published");
    let gone = world.app.anonymous.get(&format!("{draft}/files/data.csv")).await.refused(410, "withdrawn");
    assert!(gone.text("/next").ends_with("/1.1.0"), "{gone}");
    let manifest = world.app.anonymous.get(&format!("{draft}/manifest")).await.expect(200);
    assert_eq!(Digest::of(&manifest.body).to_string(), digest, "record and manifest stay");
}

async fn latest_is_the_newest_release(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let latest = format!("{dataset}/versions/latest");
    world.provider.get(&latest).await.expect(404);
    for (number, expected) in [
        ("1.0.0-rc.1", "1.0.0-rc.1"),
        ("1.9.0", "1.9.0"),
        ("1.10.0", "1.10.0"),
        ("1.2.0", "1.10.0"),
        ("2.0.0-beta", "1.10.0"),
    ] {
        world.publish(&dataset, number).await;
        assert_eq!(world.app.anonymous.get(&latest).await.expect(200).text("/version"), expected);
        assert_eq!(world.app.anonymous.get(&dataset).await.expect(200).text("/latest_version"), expected);
    }
    let path = format!("{dataset}/versions/1.10.0/withdraw");
    world.provider.post(&path, json!({"reason": "Wrong."})).await.expect(200);
    assert_eq!(world.app.anonymous.get(&latest).await.expect(200).text("/version"), "1.9.0");
    let listed = world.app.anonymous.get(&format!("{dataset}/versions")).await.expect(200);
    assert_eq!(listed.each("/version"), ["2.0.0-beta", "1.2.0", "1.10.0", "1.9.0", "1.0.0-rc.1"]);
    for wrong in ["1.0", "v1.0.0", "1.0.0+build", "01.0.0", "latest"] {
        world.provider.post(&format!("{dataset}/versions"), json!({"version": wrong})).await.expect(422);
    }
    world
        .provider
        .post(&format!("{dataset}/versions"), json!({"version": "1.9.0"}))
        .await
        .refused(409, "version_exists");
}

async fn publication_tells_everything_that_is_missing(app: TestApp) {
    let world = World::settle(app).await;
    let bare = json!({"organisation": PROVIDER, "name": "bare", "space": SPACE});
    world.provider.post("/datasets", bare).await.expect(201);
    let dataset = format!("/datasets/{PROVIDER}/bare");
    world.provider.post(&format!("{dataset}/versions"), json!({"version": "1.0.0"})).await.expect(201);
    let version = format!("{dataset}/versions/1.0.0");
    let publish = format!("{version}/publish");
    world.provider.post(&publish, json!({})).await.refused(409, "version_without_files");
    world.provider.upload(&format!("{version}/files/data.csv"), DATA).await.expect(201);
    let missing = world.provider.post(&publish, json!({})).await.refused(422, "invalid");
    let pointers: Vec<_> =
        missing.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    for pointer in ["/record/title", "/record/description", "/record/rights/licence"] {
        assert!(pointers.contains(&json!(pointer)), "{pointer} is not among {pointers:?}");
    }
    world.provider.put(&dataset, json!({"space": SPACE, "record": record()})).await.expect(200);
    let missing = world.provider.post(&publish, json!({})).await.refused(422, "invalid");
    assert_eq!(missing.text("/errors/0/pointer"), "/policy");
    world.app.anonymous.get(&dataset).await.expect(404);
    world.provider.put(&format!("{dataset}/policy"), terms("open")).await.expect(200);
    world.provider.post(&publish, json!({})).await.expect(200);
    world.app.anonymous.get(&dataset).await.expect(200);
}

async fn a_published_version_never_changes(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    let version = format!("{dataset}/versions/1.0.0");
    let before = world.provider.get(&format!("{version}/manifest")).await.expect(200).body;
    let files = format!("{version}/files");
    let offered =
        json!({"files": [{"path": "more.csv", "sha256": Digest::of(DATA).to_string(), "size": DATA.len()}]});
    for answer in [
        world.provider.upload(&format!("{files}/data.csv"), "other").await,
        world.provider.upload(&format!("{files}/more.csv"), "other").await,
        world.provider.delete(&format!("{files}/data.csv")).await,
        world.provider.post(&files, offered).await,
        world.provider.delete(&version).await,
        world.provider.post(&format!("{version}/publish"), json!({})).await,
    ] {
        answer.refused(409, "version_not_draft");
    }
    world.provider.delete(&dataset).await.refused(409, "ever_published");
    assert_eq!(world.provider.get(&format!("{version}/manifest")).await.expect(200).body, before);
    assert_eq!(world.app.anonymous.get(&format!("{files}/data.csv")).await.expect(200).body, DATA.as_bytes());
}

async fn of_many_who_publish_one_does(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let draft = world.draft(&dataset, "1.0.0").await;
    let events = world.app.journal_size();
    let racing: Vec<_> = (0..8)
        .map(|_| {
            let (client, path) = (world.provider.clone(), format!("{draft}/publish"));
            tokio::spawn(async move { client.post(&path, json!({})).await })
        })
        .collect();
    let mut statuses = Vec::new();
    for answer in racing {
        statuses.push(answer.await.expect("an answer").status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(world.app.journal_size(), events + 1);
}

/// Files come and go on all replicas while others publish: the manifest is of one moment, and nothing changes after.
async fn what_is_published_is_what_was_there(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    for round in 0..4 {
        let draft = world.draft(&dataset, &format!("1.0.{round}")).await;
        let mut racing = Vec::new();
        for index in 0..6 {
            let (client, draft) = (world.provider.on_replica(index), draft.clone());
            racing.push(tokio::spawn(async move {
                let file = format!("{draft}/files/more-{index}.csv");
                match index {
                    0 => client.delete(&format!("{draft}/files/sample.csv")).await,
                    1 => client.upload(&format!("{draft}/files/data.csv"), "other").await,
                    2 | 3 => client.post(&format!("{draft}/publish"), json!({})).await,
                    _ => client.upload(&file, format!("more {index}")).await,
                }
            }));
        }
        for answer in racing {
            let answer = answer.await.expect("an answer");
            let code = answer.code();
            let fine =
                answer.status < 300 || ["version_not_draft", "draft_in_motion"].contains(&code.as_str());
            assert!(fine, "{answer}");
        }
        // When files were in motion all the while, it is published now.
        let publish = world.provider.post(&format!("{draft}/publish"), json!({})).await;
        assert!(publish.status == 200 || publish.code() == "version_not_draft", "{publish}");
        let manifest = world.provider.get(&format!("{draft}/manifest")).await.expect(200);
        let version = world.provider.get(&draft).await.expect(200);
        assert_eq!(version.text("/digest"), Digest::of(&manifest.body).to_string());
        let files = world.provider.get(&format!("{draft}/files")).await.expect(200).items();
        let listed = manifest.json()["files"].as_array().unwrap().clone();
        assert_eq!(
            (version.json()["files"].as_u64(), files.len()),
            (Some(listed.len() as u64), listed.len())
        );
        for (file, line) in files.iter().zip(listed) {
            assert_eq!((&file["path"], &file["sha256"]), (&line["path"], &line["sha256"]));
            let path = format!("{draft}/files/{}", file["path"].as_str().unwrap());
            let bytes = world.app.anonymous.get(&path).await.expect(200).body;
            assert_eq!(file["sha256"], Digest::of(bytes).to_string(), "{path}");
        }
    }
}

async fn the_same_content_elsewhere_is_told_where_it_may_be_seen(app: TestApp) {
    let world = World::settle(app).await;
    world.published("first", "open").await;
    let hidden = world.dataset_with("hidden", "open", json!({"visibility": "space"})).await;
    world.publish(&hidden, "1.0.0").await;
    let third = world.published("third", "open").await;
    let told = async |client: &crate::client::Client| {
        let version = client.get(&format!("{third}/versions/1.0.0")).await.expect(200).json();
        let mut names: Vec<String> = version["same_content"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|same| same["dataset"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(told(&world.provider).await, ["harbour-institute/first", "harbour-institute/hidden"]);
    assert_eq!(told(&world.stranger).await, ["harbour-institute/first"]);
}

async fn bytes_are_skipped_only_by_who_brought_them(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "open").await;
    let draft = |client: crate::client::Client, dataset: String| async move {
        client.post(&format!("{dataset}/versions"), json!({"version": "2.0.0"})).await.expect(201);
        format!("{dataset}/versions/2.0.0/files")
    };
    let own = draft(world.provider.clone(), dataset).await;
    let theirs = json!({"organisation": "other-lab", "name": "copy", "space": SPACE});
    world.other_provider.post("/datasets", theirs).await.expect(201);
    let theirs = draft(world.other_provider.clone(), "/datasets/other-lab/copy".to_owned()).await;
    let file = |path: &str, text: &str| json!({"path": path, "sha256": Digest::of(text).to_string(), "size": text.len()});
    let offered = json!({"files": [file("known.csv", DATA), file("unknown.csv", "nobody has this")]});
    let status = |answer: crate::client::Answer| answer.expect(200).each("/status");
    assert_eq!(status(world.provider.post(&own, offered.clone()).await), ["added", "upload_needed"]);
    assert_eq!(
        status(world.other_provider.post(&theirs, offered.clone()).await),
        ["upload_needed", "upload_needed"]
    );
    // Whoever uploads the same bytes learns nothing either, and may skip them from then on.
    let uploaded = world.other_provider.upload(&format!("{theirs}/theirs.csv"), DATA).await.expect(201);
    let fresh =
        world.other_provider.upload(&format!("{theirs}/fresh.csv"), "bytes nobody brought").await.expect(201);
    let keys = |answer: &crate::client::Answer| {
        answer.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(&uploaded), keys(&fresh));
    assert_eq!(status(world.other_provider.post(&theirs, offered).await), ["added", "upload_needed"]);
    assert_eq!(
        world.app.database.number(&format!("SELECT count(*) FROM blobs WHERE size = {}", DATA.len())),
        1
    );
}

async fn bytes_that_no_file_has_any_more_are_let_go(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let files = format!("{}/files", world.draft(&dataset, "1.0.0").await);
    let kept = async || {
        let rows = world.app.database.number("SELECT count(*) FROM blobs");
        let used = world.app.database.number("SELECT sum(bytes) FROM organisation_usage");
        assert_eq!(world.app.stored_blobs().await as i64, rows);
        (rows, used)
    };
    let size = |text: &str| text.len() as i64;
    assert_eq!(kept().await, (2, size(DATA) + size(SAMPLE)));
    // By an upload in its place, by an offer of other bytes, and by a reference.
    world.provider.upload(&format!("{files}/sample.csv"), "other").await.expect(200);
    assert_eq!(kept().await, (2, size(DATA) + size("other")));
    let digest = |text: &str| Digest::of(text).to_string();
    let offer = |path: &str, text: &str, reference: Value| json!({"files": [{"path": path, "sha256": digest(text), "size": text.len(), "reference": reference}]});
    world.provider.post(&files, offer("sample.csv", DATA, Value::Null)).await.expect(200);
    assert_eq!(kept().await, (1, size(DATA)));
    let elsewhere = json!({"kind": "download_url", "url": "https://data.example.org/data.csv"});
    world.provider.post(&files, offer("sample.csv", DATA, elsewhere.clone())).await.expect(200);
    assert_eq!(kept().await, (1, size(DATA)));
    world.provider.post(&files, offer("data.csv", DATA, elsewhere)).await.expect(200);
    assert_eq!(kept().await, (0, 0));
}

async fn a_copy_is_noted_by_who_may_have_the_bytes(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.published("tides", "review").await;
    let version = format!("{dataset}/versions/1.0.0");
    let digest = world.stranger.get(&version).await.expect(200).text("/digest");
    let copies = format!("{version}/replicas");
    let copy = |digest: &str| json!({"site": "cluster", "path": "/data/tides", "digest": digest});
    world.trainer.post(&copies, copy(&digest)).await.refused(403, "access_not_granted");
    world.grant(&dataset, "pre_training").await;
    let wrong = world.trainer.post(&copies, copy(&Digest::of("x").to_string())).await.refused(422, "invalid");
    assert_eq!(wrong.text("/errors/0/code"), "digest_mismatch");
    world.trainer.post(&copies, copy(&digest)).await.expect(201);
    world.app.days_pass(1);
    let again = world.trainer.post(&copies, copy(&digest)).await.expect(201);
    for knows in [&world.trainer, &world.provider] {
        let listed = knows.get(&copies).await.expect(200).items();
        assert_eq!(listed, [again.json()], "a copy that is verified again is one copy");
    }
    let shown = world.stranger.get(&copies).await.expect(200).items();
    let (site, at) = (again.text("/site"), again.text("/verified_at"));
    assert_eq!(
        shown,
        [json!({"id": again.text("/id"), "site": site, "verified_at": at})],
        "not where, nor by whom"
    );
}

async fn what_was_never_published_can_be_deleted(app: TestApp) {
    let world = World::settle(app).await;
    let dataset = world.dataset("tides", "open").await;
    let draft = world.draft(&dataset, "1.0.0").await;
    world.provider.delete(&dataset).await.refused(409, "has_versions");
    world.provider.delete(&format!("{draft}/files/sample.csv")).await.expect(204);
    world.provider.delete(&format!("{draft}/files/sample.csv")).await.expect(404);
    world.provider.delete(&draft).await.expect(204);
    world.provider.delete(&dataset).await.expect(204);
    world.provider.get(&dataset).await.expect(404);
    assert_eq!(world.app.database.number("SELECT count(*) FROM blobs"), 0);
    world.dataset("tides", "open").await;
}
