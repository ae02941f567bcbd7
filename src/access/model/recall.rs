//! Recalling the grants that were given under older terms.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::MAX_NOTE;
use crate::kernel::{Checks, GrantId, Result};

/// The most revisions that are named in one recall.
const MOST_REVISIONS: usize = 100;

/// Which grants of a dataset are taken back, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The consent that the old terms rested on was withdrawn.", "revisions": [1]}))]
pub struct Recall {
    /// What the holders should know.
    #[schema(min_length = 1, max_length = 5000)]
    pub reason: String,
    /// Only grants given under these revisions of the terms; under any that is not in force any more when not given.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    pub revisions: Option<Vec<i64>>,
}

impl Recall {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/reason", &self.reason, MAX_NOTE);
        if let Some(revisions) = &self.revisions {
            checks.at_most("/revisions", revisions.len(), MOST_REVISIONS);
            // An empty list never means all.
            checks.require(
                !revisions.is_empty(),
                "/revisions",
                "required",
                "name at least one revision, or leave the field out for all older ones",
            );
        }
        checks.finish()
    }
}

/// What a recall took back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Recalled {
    /// The grants that this request revoked, at most 500.
    pub grants: Vec<GrantId>,
    /// Whether there are more: send the request again, with another `Idempotency-Key`.
    pub more: bool,
}
