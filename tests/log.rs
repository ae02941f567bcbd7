//! The log as its operator has it, with real servers in both shapes: a restored backup is refused until a new epoch is
//! opened, a key is rotated, another key or name is refused, and the audit finds what was changed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

mod support;

use std::process::Output;
use std::time::{Duration, Instant};

use cadastre::journal::tlog::{Note, Receipt, TrustPolicy, Verifier};
use cadastre::kernel::ExposeSecret as _;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use support::deployment::{Deployment, Shape, Stores};

/// A client of one replica, with the token of a provider.
struct Caller {
    http: Client,
    token: String,
}

impl Caller {
    async fn of(deployment: &Deployment) -> Self {
        let token = support::provider::token(deployment.url(0), deployment.first_code(), "log-works").await;
        Self { http: Client::builder().no_proxy().build().unwrap(), token }
    }

    async fn text(&self, deployment: &Deployment, path: &str) -> (StatusCode, String) {
        let url = format!("{}{path}", deployment.url(0));
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    async fn register(&self, deployment: &Deployment, name: &str) -> (StatusCode, Value) {
        let record = json!({
            "title": { "en": name }, "description": { "en": "For the log." },
            "contact": { "name": "Desk", "email": "desk@example.org" },
            "origin": { "source_category": "own_collection" },
            "rights": { "licence": "CC0-1.0", "tdm": { "reservation": "not_reserved" } },
            "privacy": { "personal_data": "none" }
        });
        let body = json!({ "organisation": "log-works", "name": name, "space": "energy", "record": record });
        let url = format!("{}/api/v1/datasets", deployment.url(0));
        let answer = self.http.post(url).bearer_auth(&self.token).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn registered(&self, deployment: &Deployment, name: &str) -> String {
        let (status, answer) = self.register(deployment, name).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// The entry of a registration and its receipt; when it is there, everything before it is signed and copied.
    async fn receipt(&self, deployment: &Deployment, dataset: &str) -> (String, Receipt) {
        let (status, text) = self.text(deployment, &format!("/api/v1/journal/receipts/{dataset}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let bundle: Value = serde_json::from_str(&text).unwrap();
        let bundle = &bundle["items"][0];
        assert!(bundle["receipt"].is_string(), "{dataset}: {text}");
        let entry = cadastre::kernel::canonical_json(&bundle["entry"]).unwrap();
        (entry, Receipt::parse(bundle["receipt"].as_str().unwrap()).unwrap())
    }

    async fn policy(&self, deployment: &Deployment, query: &str) -> TrustPolicy {
        let (status, text) = self.text(deployment, &format!("/api/v1/journal/trust-policy{query}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        TrustPolicy::parse(&text).unwrap()
    }

    async fn checkpoint(&self, deployment: &Deployment) -> Note {
        let (status, text) = self.text(deployment, "/api/v1/journal/checkpoint").await;
        assert_eq!(status, StatusCode::OK, "{text}");
        Note::parse(&text).unwrap()
    }
}

fn kill_all(deployment: &mut Deployment) {
    (0..deployment.replicas()).for_each(|replica| deployment.kill(replica));
}

fn start_all(deployment: &mut Deployment) {
    (0..deployment.replicas()).for_each(|replica| deployment.restart(replica));
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output, code: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in {said}");
    }
}

/// Waits for the copy beside the blobs: `doctor` names it.
async fn copied(deployment: &Deployment, size: u64) {
    let begun = Instant::now();
    loop {
        let said = done(&deployment.admin("doctor"));
        let of = said.lines().find_map(|line| line.split_once(" over ")?.1.strip_suffix(" entries, fits"));
        if of.is_some_and(|found| found.parse::<u64>().unwrap() >= size) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{said}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_refused_until_a_new_epoch_is_opened_on_sqlite_and_files() {
    restore(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_refused_until_a_new_epoch_is_opened_on_postgresql_and_s3() {
    restore(Shape::Scaled).await;
}

async fn restore(shape: Shape) {
    let mut deployment = Deployment::start(shape);
    let caller = Caller::of(&deployment).await;
    let kept = caller.registered(&deployment, "kept").await;
    let (entry, receipt) = caller.receipt(&deployment, &kept).await;
    kill_all(&mut deployment);
    let backup = deployment.back_up();
    start_all(&mut deployment);
    let lost = caller.registered(&deployment, "lost").await;
    let (lost_entry, lost_receipt) = caller.receipt(&deployment, &lost).await;
    copied(&deployment, lost_receipt.index + 1).await;
    refused(&deployment.admin_with("new-epoch", &["--reason", "No need."]), 7, &["goes on as it is"]);
    kill_all(&mut deployment);
    deployment.restore(&backup);

    start_all(&mut deployment);
    for replica in 0..deployment.replicas() {
        let ready = reqwest::get(format!("{}/readyz", deployment.url(replica))).await.unwrap();
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
        let words: Value = ready.json().await.unwrap();
        assert_eq!((&words["journal"], &words["database"]), (&json!("journal_behind"), &json!("ok")));
    }
    let (status, problem) = caller.register(&deployment, "refused").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("journal_behind")));
    assert!(problem["detail"].as_str().unwrap().contains("cadastre admin new-epoch"), "{problem}");
    let (status, _) = caller.text(&deployment, "/api/v1/datasets/log-works/kept").await;
    assert_eq!(status, StatusCode::OK, "reads work");
    refused(&deployment.admin("audit"), 6, &["beside the blobs"]);

    let reason = "The disk failed; restored from the backup of the morning.";
    let said = done(&deployment.admin_with("new-epoch", &["--reason", reason]));
    assert!(said.lines().any(|line| line.starts_with("origin ") && line.ends_with("/2")), "{said}");
    // Whoever had stopped stays stopped until it is started anew.
    let (status, _) = caller.register(&deployment, "refused").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    kill_all(&mut deployment);
    start_all(&mut deployment);

    let after = caller.registered(&deployment, "after").await;
    let (after_entry, after_receipt) = caller.receipt(&deployment, &after).await;
    let (old, new) = (caller.policy(&deployment, "?epoch=1").await, caller.policy(&deployment, "").await);
    // What the old epoch proved stays proved, what was lost too, and everything has a receipt in the new one.
    let (again, newer) = caller.receipt(&deployment, &kept).await;
    assert_eq!(again, entry);
    for (entry, receipt, policy, epoch) in [
        (&entry, &receipt, &old, ""),
        (&lost_entry, &lost_receipt, &old, ""),
        (&entry, &newer, &new, "/2"),
        (&after_entry, &after_receipt, &new, "/2"),
    ] {
        let proved = receipt.verify(entry.as_bytes(), policy).unwrap();
        let origin = proved.endorsed.checkpoint.origin;
        assert_eq!(origin.strip_suffix("/2").map_or("", |_| "/2"), epoch, "{origin}");
    }
    let (_, opened) = caller.text(&deployment, "/api/v1/journal?kind=log.epoch_opened").await;
    let opened: Value = serde_json::from_str(&opened).unwrap();
    let opened = &opened["items"][0];
    assert_eq!(opened["payload"]["reason"], reason);
    let embedded = Note::parse(opened["entry"]["facts"]["lost_checkpoint"].as_str().unwrap()).unwrap();
    assert!(old.check(&embedded).unwrap().size > lost_receipt.index, "it covers what was lost");
    kill_all(&mut deployment);
    done(&deployment.admin("audit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_rotated_on_sqlite_and_files() {
    rotate(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_rotated_on_postgresql_and_s3_with_two_replicas() {
    rotate(Shape::Scaled).await;
}

async fn rotate(shape: Shape) {
    let mut deployment = Deployment::start(shape);
    let caller = Caller::of(&deployment).await;
    let first = caller.registered(&deployment, "first").await;
    let (entry, receipt) = caller.receipt(&deployment, &first).await;
    let old: Verifier = caller.policy(&deployment, "").await.logs()[0].verifier.clone();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.key").display().to_string();
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_cadastre"))
        .args(["admin", "new-log-key", &file])
        .output();
    done(&made.unwrap());
    done(&deployment.admin_with("rotate-log-key", &["--new-key", &file]));
    refused(&deployment.admin_with("rotate-log-key", &["--new-key", &file]), 7, &["log"]);
    let policy = caller.policy(&deployment, "").await;
    let keys: Vec<Verifier> = policy.logs().iter().map(|log| log.verifier.clone()).collect();
    assert_eq!((keys.len(), &keys[0], keys[1].name()), (2, &old, old.name()));
    let both = caller.checkpoint(&deployment).await;
    assert_eq!(both.verified_by(&keys).unwrap().len(), 2, "old and new sign the one that includes the event");

    // With the old key a replica does not start again, and says what to do.
    kill_all(&mut deployment);
    refused(&deployment.serve_in_vain(&[]), 7, &["copy the log's key", "rotate-log-key"]);
    match shape {
        Shape::Embedded => {
            let Stores::Folder(data) = deployment.stores() else { panic!("a folder") };
            std::fs::copy(&file, data.path().join("log.key")).unwrap();
        }
        Shape::Scaled => deployment.set("CADASTRE_LOG_KEY", std::fs::read_to_string(&file).unwrap()),
    }
    start_all(&mut deployment);
    let second = caller.registered(&deployment, "second").await;
    let (second_entry, second_receipt) = caller.receipt(&deployment, &second).await;
    let after = caller.checkpoint(&deployment).await;
    assert_eq!(after.verified_by(&keys[1..]).unwrap().len(), 1);
    assert!(after.verified_by(&keys[..1]).is_err(), "the old key signs no more");
    for (entry, receipt) in [(&entry, &receipt), (&second_entry, &second_receipt)] {
        receipt.verify(entry.as_bytes(), &policy).unwrap();
    }
    kill_all(&mut deployment);
    done(&deployment.admin("audit"));

    // A name is for ever, and a foreign key is refused.
    refused(
        &deployment.serve_in_vain(&["--log-origin", "other.example/log"]),
        7,
        &["other.example/log", "for ever"],
    );
    deployment.set("CADASTRE_LOG_KEY", support::log::key_text(9).expose_secret().to_owned());
    if shape == Shape::Embedded {
        refused(&deployment.serve_in_vain(&[]), 7, &["copy the log's key"]);
    }
    deployment.set("CADASTRE_LOG_KEY", "PRIVATE+KEY+broken+00000000+AAAA".to_owned());
    refused(&deployment.serve_in_vain(&[]), 2, &["CADASTRE_LOG_KEY"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_its_key_does_not_start() {
    let mut deployment = Deployment::start(Shape::Embedded);
    kill_all(&mut deployment);
    let Stores::Folder(data) = deployment.stores() else { panic!("a folder") };
    let key = data.path().join("log.key");
    std::fs::rename(&key, data.path().join("elsewhere.key")).unwrap();
    refused(&deployment.serve_in_vain(&[]), 2, &["log.key", "copy it there"]);
    refused(&deployment.serve_in_vain(&["--log-key", "no/such/file"]), 2, &["no/such/file"]);
    std::fs::rename(data.path().join("elsewhere.key"), &key).unwrap();
    let place = |name: &str| data.path().join(name).display().to_string();
    let strange = std::process::Command::new(env!("CARGO_BIN_EXE_cadastre"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args([
            "--database",
            &format!("sqlite:{}", place("fresh.sqlite")),
            "--blobs",
            &format!("file:{}", place("fresh")),
        ])
        .output();
    refused(&strange.unwrap(), 2, &["new-log-key"]);
}
