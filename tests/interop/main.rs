//! Other people's software reads the catalogue and its bytes: the real clients and validators, in the environments that
//! `tests/setup` makes, against the real binary in both shapes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "../support/mod.rs"]
mod support;

mod columns;
mod broken;
mod croissant;
mod croissant_records;
mod dcat;
mod dcat_records;
mod documents;
mod dumps;
mod feeds;
mod harvest;
mod hub;
mod hub_revisions;
mod import;
mod links;
mod packages;
mod python;
mod round_trip;
mod scene;
