//! The API from outside, over HTTP, on both shapes: who may do what, what bad input gets, and what the main use
//! cases do.
//!
//! The S3 client reads its credentials from the environment of the process, so the tests of the scaled shape run in
//! a second process of this binary, which [`the_scaled_shape`] starts beside an S3 server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../support/mod.rs"]
mod support;

mod app;
mod client;
mod world;

mod agreements;
mod bad_input;
mod conventions;
mod datasets;
mod downloads;
mod journal;
mod matrix;
mod patterns;
mod policies;
mod records;
mod references;
mod requests;
mod rights;
mod versions;
mod witness;

use std::process::Command;

use support::services;

/// The bucket of the scaled shape; each test has a prefix of its own in it.
const BUCKET: &str = "CADASTRE_TEST_BUCKET";

/// Makes each promise a test on SQLite and files, and one on PostgreSQL and S3 with two replicas.
#[macro_export]
macro_rules! on_both_shapes {
    ($($promise:ident)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise($crate::app::TestApp::start($crate::app::Shape::Embedded).await).await;
            })*
        }
        mod scaled {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "run by `the_scaled_shape`, which starts an S3 server for it"]
            async fn $promise() {
                super::$promise($crate::app::TestApp::start($crate::app::Shape::Scaled).await).await;
            })*
        }
    };
}

#[test]
fn the_scaled_shape() {
    let s3 = services::s3();
    let outcome = Command::new(std::env::current_exe().expect("this binary"))
        .args(["scaled::", "--ignored"])
        .args(std::env::args().filter(|argument| argument.starts_with("--test-threads")))
        .envs(s3.admin.env())
        .env(BUCKET, s3.new_bucket().url)
        .output()
        .expect("the second process runs");
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success(), "{said}\n{}", String::from_utf8_lossy(&outcome.stderr));
    assert!(!said.contains(" 0 passed"), "no test of the scaled shape ran: {said}");
    println!("{said}");
}
