//! Sources that mean no harm and behave oddly: rings, twins, pages that name more than they describe, and slow ones.

use serde_json::json;

use super::pair::{Source, copying, counts, titles};
use super::server::Server;
use crate::scene::Scene;
use crate::support::deployment::Shape;

#[tokio::test(flavor = "multi_thread")]
async fn odd_sources_are_copied_on_sqlite_and_files() {
    odd_sources_are_copied(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_sources_are_copied_on_postgresql_and_s3_with_two_replicas() {
    odd_sources_are_copied(Shape::Scaled).await;
}

async fn odd_sources_are_copied(shape: Shape) {
    let (one, server) = (copying(shape).await, Server::start().await);
    twins_have_names_of_their_own(&one, &server).await;
    names_are_no_failures(&one, &server).await;
    an_answer_that_nobody_asked_for_is_none(&one, &server).await;
    a_ring_breeds_nothing(&one, &server).await;
    a_slow_source_keeps_none_waiting_and_ends_at_its_deadline(&one, &server).await;
}

async fn twins_have_names_of_their_own(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "oai_pmh", &server.url("/twins"), json!({})).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [4, 0, 0, 0, 0]), "{run}");
    let again = source.harvest(true).await;
    assert_eq!((&again["state"], counts(&again)), (&json!("succeeded"), [0, 0, 4, 0, 0]), "{again}");
    assert_eq!(titles(copy).await.len(), 4);
    source.remove().await;
}

async fn names_are_no_failures(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "dcat", &server.url("/named"), json!({})).await;
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [4, 0, 0, 0, 0]), "{run}");
    assert_eq!(source.records("created").await.len(), 4);
    let again = source.harvest(false).await;
    assert_eq!((&again["state"], counts(&again)), (&json!("succeeded"), [0, 0, 4, 0, 0]), "{again}");
    source.remove().await;
}

async fn an_answer_that_nobody_asked_for_is_none(copy: &Scene, server: &Server) {
    let source = Source::register(copy, "dcat", &server.url("/unasked"), json!({})).await;
    let run = source.harvest(false).await;
    assert!(run["state"] == "failed" && run["reason"].as_str().unwrap().contains("304"), "{run}");
    source.remove().await;
}

/// One that is due is harvested while another one takes its time, until that is over.
async fn a_slow_source_keeps_none_waiting_and_ends_at_its_deadline(copy: &Scene, server: &Server) {
    let short = json!({"deadline_minutes": 1});
    let slow = Source::register(copy, "dcat", &server.url("/slowly"), short).await;
    let run = slow.begin(false).await;
    let due = Source::register(copy, "dcat", &server.url("/unchanged"), json!({"every_hours": 1})).await;
    let first = loop {
        let runs = copy.admin.get(&due.path("/runs")).await;
        match runs["items"].get(0) {
            Some(run) => break run["id"].as_str().unwrap().to_owned(),
            None => assert_eq!(slow.run(&run).await["state"], "running", "it was to be the slow one"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    let done = due.until_still(&first).await;
    assert_eq!((&done["state"], counts(&done)), (&json!("succeeded"), [3, 0, 0, 0, 0]), "{done}");
    assert_eq!(slow.run(&run).await["state"], "running");
    let over = slow.until_still(&run).await;
    assert!(over["state"] == "failed" && over["reason"].as_str().unwrap().contains("its deadline"), "{over}");
    slow.remove().await;
    due.remove().await;
}

/// Two registers that harvest each other pass nothing to and fro.
async fn a_ring_breeds_nothing(one: &Scene, server: &Server) {
    let other = copying(Shape::Embedded).await;
    let first = Source::register(one, "dcat", &server.url("/unchanged"), json!({})).await;
    assert_eq!(counts(&first.harvest(false).await), [3, 0, 0, 0, 0]);
    let there = Source::register(&other, "cadastre", one.url(), json!({})).await;
    let back = Source::register(one, "cadastre", other.url(), json!({})).await;
    for round in 0..3 {
        for source in [&there, &back] {
            let run = source.harvest(round == 2).await;
            assert_eq!((&run["state"], &run["failed"]), (&json!("succeeded"), &json!(0)), "{round}: {run}");
        }
        assert_eq!((titles(one).await.len(), titles(&other).await.len()), (3, 3), "{round}");
    }
    let skipped = back.records("skipped").await;
    assert!(
        skipped.len() == 3 && skipped[0]["detail"].as_str().unwrap().contains("here already"),
        "{skipped:?}"
    );
}
