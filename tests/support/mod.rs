//! What the integration tests share.

#![allow(dead_code, reason = "each test binary uses the part it needs")]
#![allow(clippy::expect_used, reason = "in a test, a failed expectation is the report")]

pub mod services;
