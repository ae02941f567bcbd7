//! The README's tour, run as it stands there against the demonstration.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

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
    let ready_file = folder.path().join("ready.json");
    let binary = Path::new(env!("CARGO_BIN_EXE_cadastre"));
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let _demo = Demo(
        Command::new(binary)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .arg("--ready")
            .arg(&ready_file)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap(),
    );
    let ready = wait_for(&ready_file);
    let token = |part: &str| ready["tokens"][part].as_str().unwrap().to_owned();
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let run = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &tour()])
        .current_dir(&work)
        .env("PATH", path)
        .env("CADASTRE_CONFIG_DIR", folder.path())
        .env("CADASTRE_URL", ready["base_url"].as_str().unwrap())
        .env("PROVIDER", token("provider"))
        .env("TRAINER", token("trainer"))
        .env("REVIEWER", token("reviewer"))
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

fn wait_for(file: &Path) -> Value {
    let begun = Instant::now();
    loop {
        if let Ok(text) = std::fs::read(file) {
            return serde_json::from_slice(&text).unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the demonstration did not get ready");
        std::thread::sleep(Duration::from_millis(50));
    }
}
