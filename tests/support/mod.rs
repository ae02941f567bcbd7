//! What the integration tests share.

#![allow(dead_code, unused_imports, reason = "each test binary uses the part it needs")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a failed expectation is the report"
)]

pub mod databases;
pub mod demo;
pub mod deployment;
pub mod log;
pub mod provider;
pub mod records;
pub mod services;
pub mod tables;

/// Sends a signal (`INT`, `TERM`, `KILL`) to a process.
///
/// # Panics
/// When there is no such process.
pub fn signal(process: u32, signal: &str) {
    let sent =
        std::process::Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status();
    assert!(sent.expect("kill runs").success(), "no process {process}");
}
