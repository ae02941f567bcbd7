//! Datasets: what a provider registers. `record` is the typed description that every rendering is made from,
//! `versions` the releases and their manifest, `files` the paths in a version and where their bytes lie.

pub mod files;
pub mod record;
pub mod versions;
