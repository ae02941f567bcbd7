//! What the account says of a delivery, and the answer to "may I?".

use serde::Serialize;
use utoipa::ToSchema;

use super::request::NamedPerson;
use crate::datasets::Ground;
use crate::kernel::{DeliveryId, GrantId, Slug, Timestamp};
use crate::policies::Line;

/// One delivery of bytes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivered {
    /// The id; the list's key.
    #[serde(skip)]
    #[schema(ignore)]
    pub id: DeliveryId,
    /// When it began.
    pub at: Timestamp,
    /// Who, when signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<NamedPerson>,
    /// The organisation that the person acted for, when the right was its.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Slug>,
    /// The grant, when one was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The version; absent when it was a draft that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1.0.0")]
    pub version: Option<String>,
    /// The file.
    pub path: String,
    /// How many bytes were handed out; for a link into the store, the size of the file.
    pub bytes: i64,
    /// By which right.
    pub way: Ground,
    /// The model the bytes were declared to be for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The run the bytes were declared to be for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// Whether the newest published version may be downloaded now, and what to do when not.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"allowed": false, "code": "access_not_granted", "detail": "ask for access first", "next": "/api/v1/requests"}))]
pub struct Answer {
    /// Whether it may.
    pub allowed: bool,
    /// By which right, or why not: a stable name for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
    /// The grant that allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The lines of the terms that decide, where it is they that stand in the way or are left to a reviewer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deciding: Vec<Line>,
    /// Where to go next: a path of this API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
