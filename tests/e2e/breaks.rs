//! `push` and `pull` that are interrupted and killed in the middle, and go on where they stopped; on both shapes.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Cast;
use super::person::Person;
use super::support;
use super::support::deployment::{Deployment, Shape};

const DATASET: &str = "harbour-institute/breaks";
/// Files of the folder, and bytes of each but the last, which is long enough to be caught half way.
const FILES: usize = 60;
const SMALL: usize = 200_000;
const LARGE: usize = 48 << 20;

#[test]
fn what_broke_off_goes_on_on_sqlite_and_files() {
    go_on(Shape::Embedded);
}

#[test]
fn what_broke_off_goes_on_on_postgresql_and_s3() {
    go_on(Shape::Scaled);
}

fn go_on(shape: Shape) {
    let deployment = Deployment::start(shape);
    let admin = Person::new(deployment.url(0), "admin");
    admin.sign_in(deployment.first_code());
    let cast = Cast::arrive(&admin, deployment.url(0), deployment.url(1));
    let folder = tempfile::tempdir().unwrap();
    for number in 0..FILES {
        let size = if number + 1 == FILES { LARGE } else { SMALL };
        // No two alike: equal bytes would not be sent twice anyway.
        let bytes: Vec<u8> = format!("{number:02},").bytes().cycle().take(size + number).collect();
        std::fs::write(folder.path().join(format!("part-{number:02}.csv")), bytes).unwrap();
    }
    interrupted_push(&cast.provider, folder.path());
    interrupted_pull(&cast.trainer, folder.path());
}

/// Sends a signal to a command as soon as something is true of it; its exit code, or none if it was over before.
fn stop_when(
    mut child: std::process::Child,
    signal: &str,
    reached: impl Fn() -> bool,
) -> Option<Option<i32>> {
    let begun = Instant::now();
    while !reached() {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "it neither got there nor ended");
        std::thread::sleep(Duration::from_millis(1));
    }
    support::signal(child.id(), signal);
    Some(child.wait().unwrap().code())
}

fn interrupted_push(provider: &Person, folder: &Path) {
    let push = |more: &[&'static str]| {
        let mut arguments =
            vec!["push", folder.to_str().unwrap(), "--dataset", DATASET, "--version", "1.0.0"];
        arguments.extend(["--space", "media", "--mode", "open", "--set", "title.en=Breaks"]);
        arguments.extend(["--set", "description.en=Breaks", "--set", "contact.name=Desk"]);
        arguments.extend(["--set", "contact.email=desk@example.org", "--set", "licence=CC0-1.0"]);
        arguments.extend(["--set", "origin.source_category=own_collection"]);
        arguments.extend([
            "--set",
            "rights.tdm.reservation=not_reserved",
            "--set",
            "privacy.personal_data=none",
        ]);
        arguments.extend(more);
        arguments
    };
    let draft = || {
        let listed = provider.run(&["--json", "show", DATASET, "--version", "1.0.0", "--files"]);
        serde_json::from_slice::<Value>(&listed.stdout).map_or(0, |files| files.as_array().unwrap().len())
    };
    let mut there = 0;
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        let stopped = stop_when(provider.begin(&push(&["--jobs", "1"])), signal, || draft() > there);
        assert_eq!(stopped, Some(code), "stopped in the middle by {signal}");
        there = draft();
        assert!(there < FILES, "all {FILES} files were there before it was stopped");
    }
    let pushed: Value = provider.json(&push(&["--publish"]));
    assert_eq!((pushed["state"].as_str(), pushed["files"].as_u64()), (Some("published"), Some(FILES as u64)));
    // A file whose upload ended while the command was stopped may have come on top.
    let (sent, kept) = (pushed["uploaded"].as_u64().unwrap(), pushed["already_there"].as_u64().unwrap());
    assert!(kept >= there as u64 && sent > 0 && sent + kept == FILES as u64, "{there} were there: {pushed}");
}

fn interrupted_pull(trainer: &Person, original: &Path) {
    let target = tempfile::tempdir().unwrap();
    let place = target.path().join("pulled");
    let large = format!("part-{}.csv", FILES - 1);
    let begin = || trainer.begin(&["pull", DATASET, "--output", place.to_str().unwrap(), "--jobs", "2"]);
    let half_way = || {
        let parts = std::fs::read_dir(place.join(".cadastre")).into_iter().flatten().flatten();
        // A file that is put in its place meanwhile is no part any more.
        parts.filter_map(|part| part.metadata().ok()).any(|part| part.len() > 4 * SMALL as u64)
    };
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        assert_eq!(stop_when(begin(), signal, half_way), Some(code), "stopped in the middle by {signal}");
        assert!(half_way() && !place.join(&large).exists(), "no half file is in its place");
        assert!(!place.join("cadastre.lock").exists(), "nothing is locked before all is there");
        if signal == "INT" {
            // From the beginning for the other signal.
            std::fs::remove_dir_all(&place).unwrap();
        }
    }
    let there = std::fs::read_dir(&place).unwrap().count() - 1;
    let pulled = trainer.json(&["pull", DATASET, "--output", place.to_str().unwrap()]);
    let count = |field: &str| pulled[field].as_u64().unwrap() as usize;
    assert!(count("resumed") >= 1, "the rest of a file was fetched: {pulled}");
    assert_eq!((count("files"), count("fetched")), (FILES, FILES - there), "{pulled}");
    trainer.ok(&["verify", place.to_str().unwrap()]);
    for entry in std::fs::read_dir(original).unwrap() {
        let entry = entry.unwrap();
        assert!(
            std::fs::read(entry.path()).unwrap() == std::fs::read(place.join(entry.file_name())).unwrap(),
            "{:?} differs",
            entry.file_name()
        );
    }
    assert!(!place.join(".cadastre").exists(), "what it worked in is gone");
}
