//! A version as the API shows it, and what is said when one is made.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{VersionNumber, VersionState, Withdrawal};
use crate::kernel::{Checks, DatasetId, Digest, Result, Timestamp, VersionId};

/// A version of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// The id.
    pub id: VersionId,
    /// The dataset, `organisation/name`.
    pub dataset: String,
    /// Its id.
    pub dataset_id: DatasetId,
    /// The number.
    pub version: VersionNumber,
    /// Draft, published or withdrawn.
    pub state: VersionState,
    /// What is new, in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// SHA-256 of the manifest; from publication on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The first 40 digits of it, for clients that expect a git revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision40: Option<String>,
    /// How many files.
    pub files: i64,
    /// How many bytes, as far as they are declared.
    pub bytes: i64,
    /// Counts the changes; the entity tag.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
    /// Why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<Withdrawal>,
    /// Where the same content is published too, as far as you may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_content: Vec<SameContent>,
}

/// A version elsewhere with the same manifest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SameContent {
    /// The dataset, `organisation/name`.
    pub dataset: String,
    /// The version.
    pub version: String,
}

/// A version to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": "1.0.0", "notes": "First release"}))]
pub struct NewVersion {
    /// The number: semantic versioning 2.0.0, without build metadata.
    pub version: VersionNumber,
    /// What is new.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10000)]
    pub notes: Option<String>,
}

impl NewVersion {
    pub(in crate::datasets) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        if let Some(notes) = &self.notes {
            checks.text("/notes", notes, 10_000);
        }
        checks.finish()
    }
}
