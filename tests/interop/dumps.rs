//! Dumps of the catalogue: whole or not there, whenever the service is killed, and what is in the one for RDF.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::time::{Duration, Instant};

use cadastre::kernel::Digest;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::dcat::judge;
use crate::scene::{Api, PROVIDER, SPACE, Scene};
use crate::support::deployment::Shape;

/// Datasets in the catalogue: enough for a dump to take a while.
const MANY: usize = 300;
/// How often the service is killed.
const KILLS: u64 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn dumps_on_sqlite_and_files() {
    dumps(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dumps_on_postgresql_and_s3_with_two_replicas() {
    dumps(Shape::Scaled).await;
}

async fn dumps(shape: Shape) {
    let mut scene = Scene::start(shape).await;
    scene.deployment.set("CADASTRE_DUMP_SECONDS", "1".to_owned());
    // Descriptions in RDF name addresses, and no request says them here.
    scene.deployment.set("CADASTRE_BASE_URL", scene.url().to_owned());
    restart(&mut scene);
    fill(&scene).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let mut seen = BTreeSet::new();
    for round in 0..KILLS {
        // From right after the start to well into the next dump.
        tokio::time::sleep(Duration::from_millis(150 + round * 190)).await;
        restart(&mut scene);
        seen.extend(are_whole(&nobody).await);
    }
    assert!(seen.len() > 2, "dumps are made in spite of it all: {seen:?}");
    is_read_as_rdf(&nobody, &scene).await;
    is_gone_without_an_address(&mut scene, &nobody).await;
}

fn restart(scene: &mut Scene) {
    for replica in 0..scene.deployment.replicas() {
        scene.deployment.kill(replica);
    }
    for replica in 0..scene.deployment.replicas() {
        scene.deployment.restart(replica);
    }
}

async fn fill(scene: &Scene) {
    let full: Value = serde_json::from_str(include_str!("../fixtures/record-full.json")).unwrap();
    let files = [("a.csv", b"a\n1\n".to_vec())];
    scene.publish("full", "open", json!({"record": full}), &files).await;
    scene.publish("hidden", "open", json!({"visibility": "space"}), &files).await;
    let announce = |number: usize| {
        let mut record: Value = full.clone();
        record["title"] = json!({"en": format!("Announcement {number}")});
        let new = json!({"organisation": PROVIDER, "name": format!("announced-{number}"), "space": SPACE,
            "announced": true, "record": record});
        async move { scene.provider.post("/datasets", new).await }
    };
    for part in (0..MANY - 1).collect::<Vec<_>>().chunks(20) {
        join_all(part.iter().map(|number| announce(*number))).await;
    }
}

async fn list(nobody: &Api) -> Vec<Value> {
    let answer = nobody.at(Method::GET, "/dumps/").send().await.unwrap();
    let found: Value = answer.json().await.unwrap();
    found["items"].as_array().unwrap().clone()
}

/// Whatever is listed has the bytes, the digest and the datasets that the list says; its names.
async fn are_whole(nobody: &Api) -> Vec<String> {
    let mut names = Vec::new();
    for dump in list(nobody).await {
        let name = dump["name"].as_str().unwrap().to_owned();
        let answer = nobody.at(Method::GET, &format!("/dumps/{name}")).send().await.unwrap();
        // Another replica may have made a newer one meanwhile, and only the newest three are kept.
        if answer.status() == 404 {
            continue;
        }
        assert_eq!(answer.status(), 200, "{name}");
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(bytes.len() as u64, dump["bytes"], "{name}");
        assert_eq!(Digest::of(&bytes).to_string(), dump["sha256"].as_str().unwrap(), "{name}");
        let text = unpacked(&bytes);
        assert!(text.ends_with('\n'), "{name}");
        let datasets = match dump["kind"].as_str().unwrap() {
            "ndjson" => text.lines().count(),
            "nt" => text.lines().filter(|line| line.contains("ns/dcat#dataset> ")).count(),
            other => panic!("{other}"),
        };
        assert_eq!(datasets as u64, dump["records"], "{name}");
        names.push(name);
    }
    names
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// The dump in N-Triples is the whole catalogue, and violates no shape.
async fn is_read_as_rdf(nobody: &Api, scene: &Scene) {
    let begun = Instant::now();
    let text = loop {
        let answer = nobody.at(Method::GET, "/dumps/latest.nt.gz").send().await.unwrap();
        if answer.status() == 200 {
            let text = unpacked(&answer.bytes().await.unwrap());
            if text.matches("ns/dcat#dataset> ").count() == MANY {
                break text;
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no dump of everything");
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    assert!(!text.contains(&format!("/datasets/{PROVIDER}/hidden>")));
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("dump.nt");
    std::fs::write(&file, text).unwrap();
    let found = judge(home.path(), &[file]);
    let datasets = found["datasets"].as_array().unwrap();
    assert_eq!(datasets.len(), MANY);
    assert!(datasets.contains(&json!(format!("{}/datasets/{PROVIDER}/full", scene.url()))));
}

/// Where no address is set there is nothing to name things by, and what was made before is not kept for ever.
async fn is_gone_without_an_address(scene: &mut Scene, nobody: &Api) {
    scene.deployment.unset("CADASTRE_BASE_URL");
    restart(scene);
    let begun = Instant::now();
    while list(nobody).await.iter().any(|dump| dump["kind"] == "nt") {
        assert!(begun.elapsed() < Duration::from_secs(30), "they stay");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(list(nobody).await.iter().any(|dump| dump["kind"] == "ndjson"));
}
