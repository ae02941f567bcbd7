//! The main job on real input, with the real binary as separate processes: the npm package `vega-datasets` is
//! pushed, published, asked for, approved, pulled and verified, on SQLite + files and on PostgreSQL + S3 with two
//! replicas. Then a byte is flipped, and then the grant is revoked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../support/mod.rs"]
mod support;

mod breaks;
mod commands;
mod person;
mod terminal;

use std::path::{Path, PathBuf};

use person::Person;
use serde_json::{Value, json};
use support::deployment::{Deployment, Shape, Stores};

const DATASET: &str = "harbour-institute/vega-datasets";

/// The folder of the npm package; `tests/setup` installs it.
fn vega_datasets() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".test-env/npm/node_modules/vega-datasets");
    assert!(
        folder.join("datapackage.json").is_file(),
        "{} is missing: run tests/setup first",
        folder.display()
    );
    folder
}

#[test]
fn from_an_empty_machine_to_a_verified_download_on_sqlite_and_files() {
    main_job(Shape::Embedded);
}

#[test]
fn from_an_empty_machine_to_a_verified_download_on_postgresql_and_s3_with_two_replicas() {
    main_job(Shape::Scaled);
}

fn main_job(shape: Shape) {
    let deployment = Deployment::start(shape);
    let (first, second) = (deployment.url(0), deployment.url(1));
    let admin = Person::new(first, "admin");
    admin.sign_in(deployment.first_code());
    let cast = Cast::arrive(&admin, first, second);

    push(&cast.provider);
    let request = ask_and_approve(&cast);
    let pulled = pull_and_verify(&cast.trainer);
    record_the_copy(&cast, first, pulled.path());
    flip_a_byte(&cast.trainer, pulled.path());
    assert_eq!(copies(&cast.provider, first).len(), 1, "a copy that is not right is not recorded");
    revoke(&cast, &request);
    every_request_is_in_the_log_and_no_secret(&deployment);
}

/// Lines of JSON, each with the id of its request; nothing that opens a door, though all of it went through.
fn every_request_is_in_the_log_and_no_secret(deployment: &Deployment) {
    let log = deployment.log();
    let mut answered = 0;
    for line in &log {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        if entry["message"] == "answered" {
            answered += 1;
            let id = entry["request_id"].as_str().unwrap_or_default();
            assert!(id.len() >= 8 && entry["status"].is_u64() && entry["millis"].is_u64(), "{line}");
        }
    }
    assert!(answered > 50, "{answered} answers are in the log");
    let mut secrets = ["cad_", "cac_", "cas_", "Bearer", "passphrase", "X-Amz-Signature"].join("\n");
    if let Stores::Services(database, _) = deployment.stores() {
        let password = database.split(':').nth(2).and_then(|rest| rest.split('@').next()).unwrap();
        secrets += &format!("\n{password}\n{}", support::services::s3().admin.secret_key);
    }
    for secret in secrets.lines() {
        let found = log.iter().find(|line| line.contains(secret));
        assert!(found.is_none(), "{secret} is in the log: {found:?}");
    }
}

/// Who takes part.
struct Cast {
    provider: Person,
    trainer: Person,
    reviewer: Person,
}

impl Cast {
    fn arrive(admin: &Person, first: &str, second: &str) -> Self {
        for (slug, name, kind, country) in [
            ("harbour-institute", "Harbour Institute", "research", "NL"),
            ("model-works", "Model Works", "company", "FR"),
            ("space-office", "Space Office", "public_body", "BE"),
        ] {
            admin.ok(&[
                "admin",
                "organisations",
                "add",
                slug,
                "--name",
                name,
                "--kind",
                kind,
                "--country",
                country,
            ]);
        }
        // The trainer and the reviewer speak to the second replica, where there is one.
        let enter = |login: &str, organisation: &str, role: &str, url: &str| {
            admin.ok(&["admin", "people", "add", login, login]);
            admin.ok(&["admin", "organisations", "member-set", organisation, login, role]);
            let code = admin.json(&["admin", "people", "code", login])["code"].as_str().unwrap().to_owned();
            let person = Person::new(url, login);
            person.sign_in(&code);
            person
        };
        let provider = enter("provider", "harbour-institute", "publisher", first);
        let trainer = enter("trainer", "model-works", "member", second);
        let reviewer = enter("reviewer", "space-office", "member", second);
        admin.ok(&["admin", "spaces", "role-add", "media", "reviewer", "reviewer"]);
        Self { provider, trainer, reviewer }
    }
}

fn push(provider: &Person) {
    let package = vega_datasets();
    let (folder, metadata) = (package.join("data"), package.join("datapackage.json"));
    let record = tempfile::NamedTempFile::new().unwrap();
    // What the package does not say and a trainer needs to know.
    let missing = json!({
        "title": { "en": "Vega example datasets" },
        "contact": { "name": "Vega maintainers", "url": "https://github.com/vega/vega-datasets" },
        "origin": { "source_category": "public_dataset" },
        "rights": { "licence": "BSD-3-Clause", "tdm": { "reservation": "not_reserved" } },
        "privacy": { "personal_data": "none" }
    });
    std::fs::write(record.path(), missing.to_string()).unwrap();
    let arguments = [
        "push",
        folder.to_str().unwrap(),
        "--metadata",
        metadata.to_str().unwrap(),
        "--record",
        record.path().to_str().unwrap(),
        "--dataset",
        DATASET,
        "--version",
        "3.2.1",
        "--space",
        "media",
        "--mode",
        "review",
        "--publish",
    ];
    let pushed = provider.json(&arguments);
    assert_eq!(pushed["files"], 73, "{pushed}");
    let version = provider.json(&["show", DATASET, "--version", "3.2.1"]);
    assert_eq!(
        (version["state"].as_str(), version["files"].as_u64()),
        (Some("published"), Some(73)),
        "{version}"
    );
    assert!(version["bytes"].as_u64().unwrap() > 15_000_000, "{version}");

    // Pushing the same again changes nothing; pushing something else under the same number is a conflict.
    provider.json(&arguments);
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("other.csv"), "a,b\n1,2\n").unwrap();
    let changed = [
        "push",
        other.path().to_str().unwrap(),
        "--record",
        record.path().to_str().unwrap(),
        "--dataset",
        DATASET,
        "--version",
        "3.2.1",
        "--space",
        "media",
        "--mode",
        "review",
    ];
    assert_eq!(provider.run(&changed).status.code(), Some(7), "another content under a published number");
}

fn ask_and_approve(cast: &Cast) -> String {
    let refused = cast.trainer.run(&["pull", DATASET, "-o", "/nonexistent/never-made"]);
    assert_eq!(refused.status.code(), Some(5), "{refused:?}");
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("request new"),
        "the refusal says how to ask: {refused:?}"
    );

    let request = cast.trainer.json(&[
        "request",
        "new",
        DATASET,
        "--organisation",
        "model-works",
        "--purpose",
        "pre_training",
        "--justification",
        "Training a chart reading model on public example data.",
    ]);
    let id = request["id"].as_str().unwrap().to_owned();
    assert_eq!(request["state"], "submitted", "{request}");
    // The one who asks never decides; and a pending request does not give bytes.
    assert_eq!(cast.trainer.run(&["review", "approve", &id]).status.code(), Some(5));
    assert_eq!(cast.trainer.run(&["pull", DATASET, "-o", "/nonexistent/never-made"]).status.code(), Some(5));

    let approved = cast.reviewer.json(&["review", "approve", &id, "--remark", "Example data, no concerns."]);
    assert_eq!(approved["state"], "approved", "{approved}");
    approved["grant"].as_str().unwrap().to_owned()
}

fn pull_and_verify(trainer: &Person) -> tempfile::TempDir {
    let target = tempfile::tempdir().unwrap();
    let folder = target.path().to_str().unwrap();
    trainer.ok(&[
        "pull",
        &format!("{DATASET}@3.2.1"),
        "-o",
        folder,
        "--model",
        "chart-reader",
        "--run",
        "run-1",
    ]);
    trainer.ok(&["verify", folder]);
    let original = vega_datasets().join("data");
    let mut compared = 0;
    for entry in std::fs::read_dir(&original).unwrap() {
        let entry = entry.unwrap();
        let copy = std::fs::read(target.path().join(entry.file_name())).unwrap();
        assert!(copy == std::fs::read(entry.path()).unwrap(), "{} differs", entry.path().display());
        compared += 1;
    }
    assert_eq!(compared, 73);
    target
}

/// A verified folder is told to the server as a copy, once however often it is verified.
fn record_the_copy(cast: &Cast, url: &str, folder: &Path) {
    assert!(copies(&cast.provider, url).is_empty());
    let verify = ["verify", folder.to_str().unwrap(), "--at", "example-cluster", "/data/vega", "--record"];
    cast.trainer.ok(&verify);
    cast.trainer.ok(&verify);
    let copies = copies(&cast.provider, url);
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert_eq!((&copies[0]["site"], &copies[0]["path"]), (&json!("example-cluster"), &json!("/data/vega")));
    let trainer = cast.trainer.json(&["whoami"]);
    assert_eq!(copies[0]["verified_by"], trainer["id"], "{trainer}");
}

/// The copies that the server at this address knows.
fn copies(person: &Person, url: &str) -> Vec<Value> {
    let token = person.json(&["admin", "tokens", "create", "reader", "--scopes", "read"]);
    let url = format!("{url}/api/v1/datasets/{DATASET}/versions/3.2.1/replicas");
    let copies = async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(url).bearer_auth(token["secret"].as_str().unwrap()).send().await.unwrap();
        answer.error_for_status().unwrap().json::<Value>().await.unwrap()
    };
    tokio::runtime::Runtime::new().unwrap().block_on(copies)["items"].as_array().unwrap().clone()
}

fn flip_a_byte(trainer: &Person, folder: &Path) {
    let victim = folder.join("cars.json");
    let mut bytes = std::fs::read(&victim).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&victim, bytes).unwrap();
    let verdict =
        trainer.run(&["verify", folder.to_str().unwrap(), "--at", "elsewhere", "/data", "--record"]);
    assert_eq!(verdict.status.code(), Some(6), "{verdict:?}");
    let said =
        format!("{}{}", String::from_utf8_lossy(&verdict.stdout), String::from_utf8_lossy(&verdict.stderr));
    assert!(said.contains("cars.json"), "the changed file is named: {said}");
}

fn revoke(cast: &Cast, grant: &str) {
    cast.reviewer.ok(&["grant", "revoke", grant, "--reason", "The project has ended."]);
    let target = tempfile::tempdir().unwrap();
    let refused = cast.trainer.run(&["pull", DATASET, "-o", target.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(5), "{refused:?}");
    let left = std::fs::read_dir(target.path()).unwrap().count();
    assert_eq!(left, 0, "nothing was written after the grant had ended");
}
