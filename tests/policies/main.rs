//! Policies held against cases: our own, those of SolidLab and of the W3C, and any that can be made up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

mod any;
mod command;
mod coverage;
mod others;
mod properties;
mod solidlab;
mod suite;
mod w3c;
