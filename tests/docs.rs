//! The documents say what the code does, as far as names go: settings, metrics, codes of errors, files, functions
//! and links that they name are there.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All files below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

fn sources() -> String {
    files(&root().join("src"), ".rs").iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The words of a text that fit, cut at everything that no name holds.
fn words(text: &str, fits: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let cut = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    text.split(cut).filter(|word| fits(word)).collect()
}

/// What stands between backticks, outside of blocks of code.
fn quoted(text: &str) -> Vec<&str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_setting_is_documented_and_no_other() {
    let help = Command::new(env!("CARGO_BIN_EXE_cadastre")).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    // What the client reads is no setting of the service.
    let (help, _) = help.split_once("Client options").unwrap_or((&help, ""));
    let operations = read("docs/operations.md");
    let table = operations.split("## Configuration").nth(1).unwrap().split("\n## ").next().unwrap();
    let setting = |word: &str| word.starts_with("CADASTRE_");
    assert_eq!(words(table, setting), words(help, setting));
}

#[test]
fn every_metric_is_documented_and_no_other() {
    let sources = sources();
    let recorded =
        sources.match_indices("metrics::").filter_map(|(at, _)| sources.get(at..)?.split('"').nth(1));
    let recorded: BTreeSet<&str> = recorded.filter(|name| name.starts_with("cadastre_")).collect();
    let operations = read("docs/operations.md");
    let rows = operations.lines().filter_map(|line| line.strip_prefix("| `cadastre_")?.split('`').next());
    let documented: BTreeSet<String> = rows.map(|name| format!("cadastre_{name}")).collect();
    assert_eq!(documented, recorded.into_iter().map(str::to_owned).collect());
}

#[test]
fn codes_in_the_documents_are_given_somewhere() {
    let sources = sources();
    let design = read("docs/api-design.md");
    let operations = read("docs/operations.md");
    let codes_of_answers = design.lines().filter(|line| line.starts_with("| 4") || line.starts_with("| 5"));
    let codes_at_start = operations.split("## When it does not start").nth(1).unwrap().split("\n## ").next();
    let codes_at_start = codes_at_start.unwrap().lines().filter(|line| line.starts_with("| `"));
    let cell = |line: &'_ str, index: usize| line.split('|').nth(index).unwrap().to_owned();
    let cells: Vec<String> =
        codes_of_answers.map(|line| cell(line, 3)).chain(codes_at_start.map(|line| cell(line, 1))).collect();
    let codes: Vec<&str> =
        cells.iter().flat_map(|cell| quoted(cell)).filter(|code| *code != "errors").collect();
    assert!(codes.len() > 50, "the tables are read");
    let unknown: Vec<_> = codes.iter().filter(|code| !sources.contains(&format!("\"{code}\""))).collect();
    assert!(unknown.is_empty(), "no error has the code {unknown:?}");
}

#[test]
fn files_and_names_of_the_architecture_are_there() {
    let (sources, text) = (sources(), read("docs/architecture.md"));
    let mut missing = Vec::new();
    for name in quoted(&text) {
        let is_file = name.ends_with(".rs") || name.ends_with(".md");
        if is_file
            && !["", "src"].iter().any(|folder| root().join(folder).join(name).is_file())
            && name.contains('/')
        {
            missing.push(name);
        }
        // A function, or a type and its function; words with spaces, paths and HTTP names are something else.
        let last = name.rsplit("::").next().unwrap_or(name);
        let is_name = last.contains('_') && last.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if (is_name || name.contains("::")) && words(&sources, |word| word == last).is_empty() {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "not in the sources: {missing:?}");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut documents = files(&root().join("docs"), ".md");
    documents.push(root().join("CONTRIBUTING.md"));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            if target.contains("://") {
                continue;
            }
            assert!(path.exists(), "{}: {target}", document.display());
            let heads = if anchor.is_empty() { String::new() } else { fs::read_to_string(&path).unwrap() };
            let slug = |head: &str| head.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let is_there =
                anchor.is_empty() || heads.lines().any(|l| l.starts_with('#') && slug(l) == anchor);
            assert!(is_there, "{}: no head for {target}", document.display());
        }
    }
}

#[test]
fn every_decision_is_in_the_index() {
    let index = read("docs/adr/README.md");
    for decision in files(&root().join("docs/adr"), ".md") {
        let name = decision.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name}");
        let text = fs::read_to_string(&decision).unwrap();
        let parts = ["## Context", "## Decision", "## Consequences"];
        assert!(name == "README.md" || parts.iter().all(|part| text.contains(part)), "{name}");
    }
}

/// `BLESS=1` writes it anew.
#[test]
fn the_policy_profile_is_what_the_registry_says() {
    let wanted = cadastre::policies::reference();
    if std::env::var_os("BLESS").is_some() {
        fs::write(root().join("docs/policy-profile.md"), &wanted).unwrap();
    }
    let found = read("docs/policy-profile.md");
    assert!(
        found == wanted,
        "docs/policy-profile.md is not what the code says; run BLESS=1 cargo test --test docs"
    );
    for left in cadastre::policies::LeftOperand::ALL {
        assert!(found.contains(&format!("| `{left}` |")), "{left}");
    }
}
