//! Versions of a dataset: their numbers and states (`model`), and the manifest that is their identity
//! (`manifest`).

mod manifest;
mod model;

pub use manifest::{Manifest, ManifestWriter};
pub use model::{VersionNumber, VersionState, Withdrawal, latest};

#[cfg(test)]
mod tests;
