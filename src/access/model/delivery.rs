//! What the account says of a delivery, and the answer to "may I?".

use serde::Serialize;
use utoipa::ToSchema;

use super::request::NamedPerson;
use super::seal::SealPlace;
use crate::datasets::Ground;
use crate::kernel::{DeliveryId, GrantId, Slug, Timestamp, VersionId};
use crate::policies::Line;

/// One delivery of bytes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delivered {
    /// The id.
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
    /// How many bytes of the file were handed out; for a link into the store, all of them.
    pub bytes: i64,
    /// When it ended early, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<Timestamp>,
    /// By which right.
    pub way: Ground,
    /// The model the bytes were declared to be for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The run the bytes were declared to be for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Where it stands in the sealed account; absent until the next seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealPlace>,
}

/// One that ended early.
#[derive(Debug, Clone)]
pub(in crate::access) struct Cut {
    /// The delivery.
    pub delivery: DeliveryId,
    /// How many bytes of the file went out; nothing when the delivery was never begun.
    pub sent: Option<u64>,
    /// When it ended.
    pub at: Timestamp,
}

/// What must be known of a delivery to correct it.
#[derive(Debug, Clone)]
pub(in crate::access) struct Begun {
    pub id: DeliveryId,
    pub grant: Option<GrantId>,
    pub version: VersionId,
    pub path: String,
    pub bytes: i64,
}

/// What a delivery that ended early gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::access) struct Correction {
    /// How many bytes of the file went out.
    pub bytes: i64,
    /// By how many bytes the usage of its grant becomes less.
    pub back: i64,
}

impl Begun {
    /// What this end changes; nothing when all bytes went out.
    pub(in crate::access) fn corrected(&self, sent: Option<u64>) -> Option<Correction> {
        let Some(sent) = sent else {
            // Only of an empty file nothing is asked for, and it counts one byte.
            return Some(Correction { bytes: 0, back: self.bytes.max(1) });
        };
        let bytes = i64::try_from(sent).unwrap_or(i64::MAX);
        (bytes < self.bytes).then(|| Correction { bytes, back: self.bytes - bytes })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(bytes: i64) -> Begun {
        Begun {
            id: DeliveryId::generate(),
            grant: None,
            version: VersionId::generate(),
            path: "a.csv".into(),
            bytes,
        }
    }

    #[test]
    fn what_was_not_sent_is_given_back() {
        for (bytes, sent, expected) in [
            (7, Some(3), Some((3, 4))),
            (7, Some(0), Some((0, 7))),
            (7, Some(7), None),
            (7, Some(8), None),
            (7, None, Some((0, 7))),
            (0, Some(0), None),
            (0, None, Some((0, 1))),
        ] {
            let told = begun(bytes).corrected(sent).map(|one| (one.bytes, one.back));
            assert_eq!(told, expected, "{sent:?} of {bytes}");
        }
    }
}
