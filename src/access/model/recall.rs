//! Recalling the grants that were given under older terms.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::request::MAX_NOTE;
use crate::kernel::{Checks, GrantId, Result, whole};

/// The most revisions that are named in one recall.
const MOST_REVISIONS: usize = 100;

/// The greatest revision that terms can have.
const GREATEST: i64 = 1_000_000_000;

/// A revision of the terms of a dataset, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermsRevision(pub i64);

impl<'de> Deserialize<'de> for TermsRevision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer).map(Self)
    }
}

impl PartialSchema for TermsRevision {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(GREATEST))
            .description(Some("A revision of the terms of a dataset."))
            .examples([json!(1)])
            .into()
    }
}

impl ToSchema for TermsRevision {}

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
    pub revisions: Option<Vec<TermsRevision>>,
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
            for (index, TermsRevision(revision)) in revisions.iter().enumerate() {
                checks.require(
                    (1..=GREATEST).contains(revision),
                    &format!("/revisions/{index}"),
                    "out_of_range",
                    "revisions are counted from one",
                );
            }
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
