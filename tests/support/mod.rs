//! What the integration tests share.

#![allow(dead_code, unused_imports, reason = "each test binary uses the part it needs")]
#![allow(clippy::expect_used, reason = "in a test, a failed expectation is the report")]

pub mod databases;
pub mod deployment;
pub mod services;
