//! The life of the real binary: why it does not start, when it is ready, how it stops, and the demonstration.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../support/mod.rs"]
mod support;

mod demonstration;
mod readiness;
mod refusals;
mod stop;

/// A client that goes straight to the server.
fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
