//! Those who do not trust us: receipts, attestations, audits and witnesses, with the real binary, real servers, and other
//! people's implementations.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../e2e/person.rs"]
#[allow(dead_code, reason = "not all that a person can do is needed here")]
mod person;
#[path = "../support/mod.rs"]
mod support;

mod commands;
mod offline;
mod witness;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The Python of the tests' virtual environment, which `tests/setup` makes.
fn python() -> PathBuf {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(".test-env/venv/bin/python");
    std::env::var_os("CADASTRE_TEST_PYTHON").map_or(ours, PathBuf::from)
}

/// Runs a Python program.
fn run_python(program: &str, arguments: &[&str]) -> Output {
    Command::new(python()).arg("-c").arg(program).args(arguments).output().unwrap()
}

#[track_caller]
fn exits(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    format!("{}{said}", String::from_utf8_lossy(&output.stdout))
}
