//! The README's tour, run as it stands there against the demonstration.

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

/// The blocks marked `sh tour`, one after the other.
fn tour() -> String {
    let text = include_str!("../README.md");
    let blocks: Vec<&str> =
        text.split("```sh tour\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert!(blocks.len() >= 4, "the README has a tour");
    blocks.join("\n")
}

#[test]
fn the_tour_of_the_readme_works_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_cadastre"));
    let demo = Demo::start(folder.path());
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let run = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &tour()])
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
    assert_eq!(
        std::fs::read(work.join("pulled/tides.csv")).unwrap(),
        std::fs::read(work.join("tides/tides.csv")).unwrap()
    );
    let lock = std::fs::read_to_string(work.join("pulled/cadastre.lock")).unwrap();
    assert!(lock.contains("demo-data-institute/tides") && lock.contains("gr_"), "{lock}");
}
