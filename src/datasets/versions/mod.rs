//! Versions of a dataset: their numbers and states (`model`), and the manifest that is their identity
//! (`manifest`); and what the log says of a publication to tools that know neither (`attestation`).

mod attest;
mod attestation;
mod draft;
mod manifest;
mod model;
mod publish;
mod published;
mod view;

pub use attest::attest_version;
pub use attestation::{PREDICATE_TYPE, Publication, STATEMENT_MEDIA_TYPE, statement};
pub(super) use draft::event;
pub use draft::{
    VersionName, Which, create_version, delete_version, find_version, list_versions, show_version,
};
pub use manifest::{Manifest, ManifestWriter};
pub use model::{VersionNumber, VersionState, Withdrawal, latest};
pub use publish::{publish_version, show_manifest, withdraw_version};
pub use published::{first_with_digest, newest_with_digest, published_version, record_at_publication};
pub use view::{NewVersion, SameContent, Version};

#[cfg(test)]
mod tests;
