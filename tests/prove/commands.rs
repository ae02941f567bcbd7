//! `cadastre log` and the attestation against real servers of both shapes.

use std::time::Duration;

use cadastre::journal::tlog::{Envelope, TrustPolicy};
use serde_json::Value;

use super::person::Person;
use super::support::deployment::{Deployment, Shape};
use super::{exits, run_python};

/// What securesystemslib says of an envelope, a raw Ed25519 key in hexadecimal digits, and the id of that key.
const SECURESYSTEMSLIB: &str = r#"
import json, sys
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
envelope = Envelope.from_dict(json.load(open(sys.argv[1])))
key = SSlibKey(sys.argv[3], "ed25519", "ed25519", {"public": sys.argv[2]})
envelope.verify([key], 1)
print(envelope.payload_type, envelope.payload.decode())
"#;

#[test]
fn the_log_is_checked_by_its_readers_on_sqlite_and_files() {
    read_the_log(Shape::Embedded);
}

#[test]
fn the_log_is_checked_by_its_readers_on_postgresql_and_s3() {
    read_the_log(Shape::Scaled);
}

fn read_the_log(shape: Shape) {
    let deployment = Deployment::start(shape);
    let admin = Person::new(deployment.url(0), "admin");
    admin.sign_in(deployment.first_code());
    publish_something(&admin);
    std::thread::sleep(Duration::from_secs(2));

    // The keys are pinned at first use, and what was seen is remembered.
    let first = admin.run(&["log", "head"]);
    let said = exits(&first, 0);
    assert!(said.contains("from now on the log"), "{said}");
    let head = admin.json(&["log", "head"]);
    let size = head["size"].as_u64().unwrap();
    assert!(size > 10 && head["seen_before"] == size, "{head}");

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let policy_text = fetch(deployment.url(1), "/api/v1/journal/trust-policy");
    std::fs::write(file("trust.policy"), &policy_text).unwrap();

    let published = admin.json(&["log", "show", "--kind", "version.published"]);
    let position = published[0]["position"].to_string();
    let subject = published[0]["entry"]["subject"]["id"].as_str().unwrap();
    let lines = admin.ok(&["log", "show", "--order", "oldest", "--limit", "3", "--ndjson"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["position"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);

    // Receipts, by position and by thing, verify offline; without a server and with another key they do not.
    admin.ok(&["log", "proof", &position, "--output", &file("one.json")]);
    let proved = admin.json(&["verify", &file("one.json"), "--trust-policy", &file("trust.policy")]);
    assert_eq!((&proved["status"], &proved["subject"]), (&Value::from("proved"), &Value::from(subject)));
    admin.ok(&["log", "proof", subject, "--output", &file("all.json")]);
    let all = admin.json(&["verify", &file("all.json"), "--trust-policy", &file("trust.policy")]);
    assert!(all.as_array().unwrap().iter().any(|item| item["kind"] == "version.published"), "{all}");
    let changed =
        std::fs::read_to_string(file("one.json")).unwrap().replace("version.published", "version.withdrawn");
    std::fs::write(file("changed.json"), changed).unwrap();
    exits(&admin.run(&["verify", &file("changed.json"), "--trust-policy", &file("trust.policy")]), 6);
    exits(&admin.run(&["log", "proof", "rq_nothing"]), 3);

    // The audit, as an auditor and as nobody, from now and from then.
    let audited = admin.json(&["log", "audit", "--save", &file("seen")]);
    assert_eq!(audited["entries_checked"], audited["size"], "{audited}");
    let nobody = Person::new(deployment.url(1), "nobody");
    let audit = ["log", "audit", "--trust-policy", &file("trust.policy"), "--since", &file("seen")];
    let audited = nobody.json(&audit);
    assert_eq!(
        (&audited["entries_checked"], audited["continues"].as_u64()),
        (&Value::from(0), audited["size"].as_u64())
    );
    exits(&nobody.run(&[&audit[..], &["--entries", "always"]].concat()), 4);

    // A log that grows is followed; one that shows another tree than before is not.
    let watching = admin.begin(&["log", "watch", "--every", "1", "--steps", "2"]);
    std::thread::sleep(Duration::from_secs(1));
    admin.ok(&["admin", "spaces", "add", "oceans", "--name", "Oceans"]);
    let watched = watching.wait_with_output().unwrap();
    let said = exits(&watched, 0);
    assert!(said.lines().count() >= 2 && said.contains("continuing"), "{said}");
    let seen = std::fs::read_to_string(file("seen")).unwrap();
    let root = seen.lines().nth(2).unwrap();
    std::fs::write(file("forked"), seen.replace(root, "eFgKkMm1b+CEOHcfI2fuN88Por72+1fHTdU9L2DBY7A="))
        .unwrap();
    let said = exits(&admin.run(&["log", "audit", "--since", &file("forked")]), 6);
    assert!(said.contains("another root") || said.contains("have the root"), "{said}");
    let stranger = "log nobody.example+00000000+AQ==\nquorum none\n";
    std::fs::write(file("stranger.policy"), stranger).unwrap();
    exits(&admin.run(&["log", "head", "--trust-policy", &file("stranger.policy")]), 2);

    attest(&admin, &policy_text, &file("envelope.json"));
}

/// Our own envelope, opened by ourselves and by securesystemslib.
fn attest(admin: &Person, policy: &str, file: &str) {
    let text = admin.ok(&["show", "harbour/wind@1.0.0", "--attestation"]);
    std::fs::write(file, &text).unwrap();
    let key = TrustPolicy::parse(policy).unwrap().logs()[0].verifier.clone();
    let payload = Envelope::parse(&text).unwrap().verify(&key, "application/vnd.in-toto+json").unwrap();
    let statement: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(statement["predicateType"], "urn:cadastre:dataset-publish:v1");
    assert_eq!(statement["subject"][0]["name"], "wind.csv");
    let digest = cadastre::kernel::Digest::of("time,speed\n1,2\n").to_string();
    assert_eq!(statement["subject"][0]["digest"]["sha256"], digest.as_str());
    let position = statement["predicate"]["journal"]["position"].as_u64().unwrap();
    let entry = admin.json(&["log", "show", "--kind", "version.published"]);
    assert_eq!(entry[0]["position"].as_u64(), Some(position));

    let public = hex::encode(key.public_key());
    let id = format!("{}+{:08x}", key.name(), key.key_id());
    let said = exits(&run_python(SECURESYSTEMSLIB, &[file, &public, &id]), 0);
    assert!(said.starts_with("application/vnd.in-toto+json {") && said.contains(&digest), "{said}");
    let other =
        hex::encode(cadastre::journal::tlog::Signer::generate("other").unwrap().verifier().public_key());
    let said = exits(&run_python(SECURESYSTEMSLIB, &[file, &other, &id]), 1);
    assert!(said.contains("Error") && !said.contains("ModuleNotFound"), "{said}");
}

fn publish_something(admin: &Person) {
    let new = ["--name", "Harbour", "--kind", "research", "--country", "NL"];
    admin.ok(&[&["admin", "organisations", "add", "harbour"], &new[..]].concat());
    admin.ok(&["admin", "organisations", "member-set", "harbour", "admin", "publisher"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wind.csv"), "time,speed\n1,2\n").unwrap();
    std::fs::write(
        folder.path().join("cadastre.toml"),
        r#"dataset = "harbour/wind"
version = "1.0.0"
space = "energy"
[access]
mode = "open"
[record]
title = { en = "Wind at the pier" }
description = { en = "Speed and direction, every minute." }
contact = { name = "Data desk", email = "desk@example.org" }
origin = { source_category = "own_collection" }
rights = { licence = "CC-BY-4.0", tdm = { reservation = "not_reserved" } }
privacy = { personal_data = "none" }
"#,
    )
    .unwrap();
    admin.ok(&["push", folder.path().to_str().unwrap(), "--publish"]);
}

fn fetch(url: &str, path: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async { client.get(format!("{url}{path}")).send().await.unwrap().text().await.unwrap() };
    runtime.block_on(ask)
}
