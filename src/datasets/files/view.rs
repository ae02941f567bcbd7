//! A file as the API shows it, and how files are offered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::media_type::MediaType;
use super::model::{Content, FileEntry, Reference};
use super::path::FilePath;
use crate::kernel::{Digest, Error, PersonId, ReplicaId, Result, Timestamp, text_enum, whole_option};

/// A file of a version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct File {
    /// The path within the version.
    pub path: FilePath,
    /// How many bytes; absent for a data service that does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// SHA-256 of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// The media type.
    pub media_type: MediaType,
    /// Open to everybody who may see the dataset, even while the rest is gated.
    pub sample: bool,
    /// The bytes are in our store; otherwise `reference` says where they are.
    pub held: bool,
    /// Where the bytes are, when they are not here. An address that gives them is told to those who may have them: everybody,
    /// where the file is open or a sample, and the providing organisation; others ask for the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// What the last check of the reference found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<ReferenceCheck>,
}

text_enum! {
    /// What a check of a referenced file found.
    pub enum CheckOutcome {
        /// Waits for its turn.
        Pending = "pending",
        /// The bytes are there and have the declared size and digest.
        Verified = "verified",
        /// Something is there, but it is not what was declared.
        Mismatch = "mismatch",
        /// It could not be fetched.
        Unreachable = "unreachable",
        /// It lies on a host from which this service does not fetch.
        NotAllowed = "not_allowed",
    }
}

/// The outcome of a check of a referenced file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferenceCheck {
    /// What was found.
    pub outcome: CheckOutcome,
    /// In words.
    pub detail: String,
    /// When.
    pub checked_at: Timestamp,
}

/// Files offered to a draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"files": [{"path": "data.csv", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "size": 0}]}))]
pub struct OfferedFiles {
    /// The files, 1000 at most.
    #[schema(min_items = 1, max_items = 1000)]
    pub files: Vec<OfferedFile>,
}

/// A file offered to a draft: by the digest of bytes that are here already, or by a reference.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedFile {
    /// The path within the version.
    pub path: FilePath,
    /// SHA-256 of the bytes; only a data service may leave it out.
    #[serde(default)]
    pub sha256: Option<Digest>,
    /// How many bytes; only a data service may leave it out.
    #[serde(default, deserialize_with = "whole_option")]
    #[schema(maximum = 9007199254740991_i64)]
    pub size: Option<u64>,
    /// The media type; guessed from the name when not given.
    #[serde(default)]
    pub media_type: Option<MediaType>,
    /// Open to everybody who may see the dataset.
    #[serde(default)]
    pub sample: bool,
    /// Where the bytes are, when they stay with their holder.
    #[serde(default)]
    pub reference: Option<Reference>,
}

impl OfferedFile {
    /// The entry it asks for.
    pub(in crate::datasets) fn entry(self) -> Result<FileEntry> {
        let content = match (self.size, self.sha256) {
            (Some(size), Some(sha256)) => Some(Content { size, sha256 }),
            (None, None) => None,
            (None, Some(_)) => {
                return Err(Error::invalid("/size", "required", "declare the size beside the digest"));
            }
            (Some(_), None) => {
                return Err(Error::invalid("/sha256", "required", "declare the digest beside the size"));
            }
        };
        match (self.reference, content) {
            (Some(reference), content) => {
                FileEntry::referenced(self.path, content, self.media_type, self.sample, reference)
            }
            (None, Some(content)) => FileEntry::held(self.path, content, self.media_type, self.sample),
            (None, None) => {
                Err(Error::invalid("/sha256", "required", "declare size and sha256, or give a reference"))
            }
        }
    }
}

text_enum! {
    /// What became of an offered file.
    pub enum OfferStatus {
        /// It is in the draft.
        Added = "added",
        /// Your organisation has not brought these bytes yet: upload them.
        UploadNeeded = "upload_needed",
    }
}

/// What became of an offered file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OfferResult {
    /// The path within the version.
    pub path: FilePath,
    /// Added, or to be uploaded.
    pub status: OfferStatus,
}

/// A site where a version was verified by digest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Replica {
    /// The id.
    pub id: ReplicaId,
    /// The site: a cluster, a store.
    pub site: String,
    /// Where there; shown to whoever noted it and within the providing organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who verified it, a person's id; shown to the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<PersonId>,
    /// When.
    pub verified_at: Timestamp,
}

/// A verified copy to note.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"site": "example-cluster", "path": "/data/tides-2024/1.0.0", "digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}))]
pub struct NewReplica {
    /// The site: a cluster, a store.
    #[schema(min_length = 1, max_length = 200)]
    pub site: String,
    /// Where there.
    #[schema(min_length = 1, max_length = 1000)]
    pub path: String,
    /// The digest of the version that was recomputed there; must be the version's.
    pub digest: Digest,
}
