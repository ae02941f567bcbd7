//! What is hostile or broken is stopped, reported, and leaves what was there before.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use super::memory_of;
use super::pair::{Source, copying, counts, record, titles};
use super::server::Server;
use crate::scene::{PROVIDER, SPACE, Scene};
use crate::support::deployment::Shape;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_sources_are_stopped_on_sqlite_and_files() {
    hostile_sources_are_stopped(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_sources_are_stopped_on_postgresql_and_s3_with_two_replicas() {
    hostile_sources_are_stopped(Shape::Scaled).await;
}

async fn hostile_sources_are_stopped(shape: Shape) {
    let (copy, server) = (copying(shape).await, Server::start().await);
    each_is_reported(&copy, &server).await;
    most_failed_is_a_failure(&copy, &server).await;
    changed_identifiers_are_asked_about(&copy, &server).await;
    a_shrunk_source_is_asked_about(&copy, &server).await;
    what_has_not_changed_costs_nothing(&copy, &server).await;
    one_replica_at_a_time(&copy, &server).await;
    poison_stays_text(&copy, &server).await;
    local_ones_never_lose(&copy, &server).await;
}

/// So much more memory than before hostile sources may take together, in KiB: four pages at once that are as large as pages may
/// be, each in a buffer of twice that, beside the one that it has just grown out of.
const MOST_GROWTH_OF_HOSTILE: u64 = 4 * 3 * 16 * 1024;

async fn each_is_reported(copy: &Scene, server: &Server) {
    let cases = [
        ("/endless", "more than 60 records"),
        ("/barren", "do not end"),
        ("/circle", "in a circle"),
        ("/literal", "larger than 16777216 bytes"),
        ("/bomb", "larger than 16777216 bytes"),
        ("/entities", "DOCTYPE"),
        ("/private", "not allowed"),
        ("/metadata", "not allowed"),
        ("/html", "media type"),
        ("/garbage", ""),
        ("/failing", "answered 500"),
        ("/drip", "slower than"),
        ("/missing", "answered 404"),
    ];
    let (mut runs, memory) = (Vec::new(), memory_of(copy));
    for (path, reason) in cases {
        let source = Source::register(copy, "dcat", &server.url(path), json!({"most_records": 60})).await;
        let run = source.begin(false).await;
        runs.push((source, run, path, reason));
    }
    let begun = Instant::now();
    for (source, run, path, reason) in runs {
        let run = source.until_still(&run).await;
        let told = run["reason"].as_str().unwrap_or_default();
        assert!(run["state"] == "failed" && told.contains(reason), "{path}: {run}");
        assert!(!told.contains("127.0.0.1"), "{path}: {run}");
        source.remove().await;
    }
    println!("hostile sources were stopped within {:?}", begun.elapsed());
    let grown = memory_of(copy).saturating_sub(memory);
    println!("{grown} KiB more memory at the most");
    assert!(grown < MOST_GROWTH_OF_HOSTILE, "hostile sources took {grown} KiB");
    assert!(titles(copy).await.is_empty(), "nothing of them is left");
    let leaving =
        Source::register(copy, "oai_pmh", &server.url("/leaving?metadataPrefix=oai_dc"), json!({})).await;
    let run = leaving.harvest(false).await;
    assert!(run["state"] == "failed" && run["reason"].as_str().unwrap().contains("do not end"), "{run}");
    leaving.remove().await;

    // An address inside is not even registered for; nor is it fetched when it is.
    let inside = Source::register(copy, "dcat", "http://10.0.0.1/catalog.ttl", json!({})).await;
    let run = inside.harvest(false).await;
    assert!(run["reason"].as_str().unwrap().contains("none of the public internet"), "{run}");
    inside.remove().await;
}

async fn most_failed_is_a_failure(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "cadastre", &server.url("/broken"), json!({})).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("failed"), [10, 0, 0, 0, 990]), "{run}");
    assert!(run["reason"].as_str().unwrap().contains("990 of 1000 records failed"), "{run}");
    let failed = source.records("failed").await;
    assert_eq!(failed.len(), 200);
    assert!(failed[0]["detail"].as_str().unwrap().contains("the record cannot be read"), "{}", failed[0]);
    source.remove().await;
}

async fn changed_identifiers_are_asked_about(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "dcat", &server.url("/changing"), json!({})).await;
    let first = source.harvest(false).await;
    assert_eq!((&first["state"], counts(&first)), (&json!("succeeded"), [100, 0, 0, 0, 0]), "{first}");
    let second = source.harvest(false).await;
    assert_eq!(second["state"], "awaiting_confirmation", "{second}");
    let reason = second["reason"].as_str().unwrap();
    assert!(reason.contains("changed its identifiers") && reason.contains("deletes"), "{second}");
    assert!(titles(copy).await.len() <= 150, "it was noticed before all were here twice");
    let state = copy.admin.get(&source.path("")).await;
    assert_eq!(state["state"], "awaiting_confirmation");
    let again = copy.admin.request(Method::POST, &source.path("/run")).json(&json!({})).send().await.unwrap();
    assert_eq!(again.status(), 409);
    let discarded = source.decide(&second, "discard").await;
    assert_eq!(discarded["state"], "discarded");
    source.remove().await;
}

async fn a_shrunk_source_is_asked_about(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "dcat", &server.url("/shrinking"), json!({"threshold": 20})).await;
    assert_eq!(counts(&source.harvest(false).await), [100, 0, 0, 0, 0]);
    server.shrink(90);
    let few = source.harvest(false).await;
    assert_eq!((&few["state"], counts(&few)), (&json!("succeeded"), [0, 0, 90, 10, 0]), "{few}");
    server.shrink(60);
    let many = source.harvest(false).await;
    assert_eq!(
        (&many["state"], counts(&many)),
        (&json!("awaiting_confirmation"), [0, 0, 60, 0, 0]),
        "{many}"
    );
    assert!(many["reason"].as_str().unwrap().contains("30 of 90 records would be deleted"), "{many}");
    assert_eq!(titles(copy).await.len(), 90);
    let confirmed = source.decide(&many, "confirm").await;
    assert_eq!(
        (&confirmed["state"], counts(&confirmed)),
        (&json!("succeeded"), [0, 0, 60, 30, 0]),
        "{confirmed}"
    );
    assert_eq!(titles(copy).await.len(), 60);
    source.remove().await;
}

async fn what_has_not_changed_costs_nothing(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "dcat", &server.url("/unchanged"), json!({})).await;
    assert_eq!(counts(&source.harvest(false).await), [3, 0, 0, 0, 0]);
    let again = source.harvest(false).await;
    assert_eq!((&again["state"], counts(&again)), (&json!("succeeded"), [0, 0, 3, 0, 0]), "{again}");
    assert_eq!(again["bytes"], 0, "{again}");
    source.remove().await;
}

async fn one_replica_at_a_time(copy: &Scene, _: &Server) {
    let server = Server::start().await;
    let source = Source::register(copy, "dcat", &server.url("/slow"), json!({})).await;
    let ask = || copy.admin.request(Method::POST, &source.path("/run")).json(&json!({})).send();
    let asked = futures_util::future::join_all((0..8).map(|_| ask())).await;
    let begun: Vec<_> =
        asked.into_iter().map(Result::unwrap).filter(|answer| answer.status() == 202).collect();
    assert_eq!(begun.len(), 1, "one run begins, and the others are told of it");
    let run: Value = begun.into_iter().next().unwrap().json().await.unwrap();
    let run = source.until_still(run["id"].as_str().unwrap()).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [3, 0, 0, 0, 0]), "{run}");
    assert_eq!((server.most_at_once(), server.asked()), (1, 3), "never two at once, and no page twice");
    source.remove().await;
}

async fn poison_stays_text(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "cadastre", &server.url("/poisoned"), json!({})).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("failed"), [1, 0, 0, 0, 4]), "{run}");
    for failed in source.records("failed").await {
        assert!(!failed["detail"].as_str().unwrap().is_empty(), "{failed}");
    }
    let page =
        copy.provider.at(Method::GET, &format!("/datasets/{PROVIDER}/script")).header("Accept", "text/html");
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script"), "{page}");
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
    source.remove().await;
}

async fn local_ones_never_lose(copy: &Scene, server: &Server) {
    let mut own = record(0, "registered here");
    own["identifiers"] = json!([{"scheme": "doi", "value": "10.5281/Zenodo.77"}]);
    let name = "number-1-of-unchanged";
    let new = json!({
        "organisation": PROVIDER, "name": name, "space": SPACE, "announced": true, "record": own,
    });
    let local = copy.provider.post("/datasets", new).await;
    let source = Source::register(copy, "dcat", &server.url("/unchanged"), json!({})).await;
    let other = Source::register(copy, "dcat", &server.url("/unchanged"), json!({})).await;
    assert_eq!(counts(&source.harvest(false).await), [3, 0, 0, 0, 0]);
    assert_eq!(counts(&other.harvest(false).await), [3, 0, 0, 0, 0]);
    let still = copy.provider.get(&format!("/datasets/{PROVIDER}/{name}")).await;
    assert_eq!((&still["id"], &still["record"]), (&local["id"], &local["record"]));
    let all = titles(copy).await;
    assert_eq!(all.keys().filter(|known| known.starts_with(name)).count(), 3, "{all:?}");
    let known = source.records("created").await[0]["dataset"].as_str().unwrap().to_owned();
    let origins = copy.provider.get(&format!("/datasets/{known}/origins")).await;
    let twin = other.records("created").await[0]["dataset"].clone();
    assert_eq!(origins["duplicates"], json!([twin]), "{origins}");
    source.remove().await;
    other.remove().await;
    assert_eq!(titles(copy).await.len(), 1);
}
