//! The tours of the README and of the walk from a request to a receipt, run as they stand there against the demonstration.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use support::demo::Demo;

/// The blocks of a page marked `sh tour`, one after the other.
fn tour(page: &str) -> String {
    let blocks: Vec<&str> =
        page.split("```sh tour\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert!(blocks.len() >= 4, "the page has a tour");
    blocks.join("\n")
}

/// Runs the tour of a page in a folder against a fresh demonstration; the folder `work` in it is where it ran.
fn walk(page: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_cadastre"));
    let demo = Demo::start(folder.path());
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let run = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &tour(page)])
        .current_dir(&work)
        .env("PATH", path)
        .env("CADASTRE_CONFIG_DIR", folder.path())
        .env("CADASTRE_URL", demo.text("/base_url"))
        .env("PROVIDER", demo.text("/tokens/provider"))
        .env("TRAINER", demo.text("/tokens/trainer"))
        .env("REVIEWER", demo.text("/tokens/reviewer"))
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    folder
}

#[test]
fn the_tour_of_the_readme_works_as_written() {
    let folder = walk(include_str!("../README.md"));
    let work = folder.path().join("work");
    assert_eq!(
        std::fs::read(work.join("pulled/tides.csv")).unwrap(),
        std::fs::read(work.join("tides/tides.csv")).unwrap()
    );
    let lock = std::fs::read_to_string(work.join("pulled/cadastre.lock")).unwrap();
    assert!(lock.contains("demo-data-institute/tides") && lock.contains("gr_"), "{lock}");
}

#[test]
fn the_walk_from_a_request_to_a_receipt_works_as_written() {
    let folder = walk(include_str!("../docs/from-request-to-receipt.md"));
    let work = folder.path().join("work");
    let agreement = std::fs::read_to_string(work.join("agreement.html")).unwrap();
    assert!(agreement.contains("lang=\"fr\""), "{agreement}");
    assert_eq!(
        std::fs::read(work.join("second/gauges.csv")).unwrap(),
        std::fs::read(work.join("gauges/gauges.csv")).unwrap()
    );
    let receipts = std::fs::read_to_string(work.join("receipts.json")).unwrap();
    assert!(receipts.contains("request.approved") && receipts.contains("\"evaluation\""), "{receipts}");
}
