//! The key of a blob: opaque text, made from the id of the upload that wrote it.

use std::fmt;
use std::str::FromStr;

use crate::kernel::{Error, Result, UploadId};

/// The folder of finished bytes.
pub(super) const BLOBS: &str = "blobs";
/// The folder of uploads under way.
pub(super) const STAGING: &str = "staging";

/// Where a blob lies in the store: `blobs/4f/up_…4f`. Kept in the database beside the digest.
///
/// The folder is named by the last two digits of the id, which are random, so that blobs spread evenly; 256
/// folders are all there before long, and an upload seldom has to make one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobKey(String);

impl BlobKey {
    /// The key under which this upload writes.
    #[must_use]
    pub fn of(upload: &UploadId) -> Self {
        let id = upload.as_str();
        let shard = id.get(id.len().saturating_sub(2)..).unwrap_or_default();
        Self(format!("{BLOBS}/{shard}/{id}"))
    }

    /// The text form, as the database keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the upload: the last segment.
    pub(super) fn upload(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The place of what belongs to this blob while its upload is under way.
    pub(super) fn staging(&self) -> String {
        format!("{STAGING}/{}", self.upload())
    }
}

impl FromStr for BlobKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.rsplit('/')
            .next()
            .and_then(|id| id.parse::<UploadId>().ok())
            .map(|upload| Self::of(&upload))
            .filter(|key| key.0 == text)
            .ok_or_else(|| Error::invalid("", "blob_key", "a blob key reads blobs/4f/up_…4f"))
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_parses_back_and_nothing_else_does() {
        let upload = UploadId::generate();
        let key = BlobKey::of(&upload);
        assert_eq!(key.as_str().parse::<BlobKey>().unwrap(), key);
        assert_eq!(key.upload(), upload.as_str());

        let id = "up_0190f3c2a1b27c3d8e4f5a6b7c8d9e4f";
        assert_eq!(BlobKey::of(&id.parse().unwrap()).as_str(), format!("blobs/4f/{id}"));
        let wrong = [
            String::new(),
            id.to_owned(),
            format!("blobs/4e/{id}"),
            format!("/blobs/4f/{id}"),
            format!("blobs/4f/../4f/{id}"),
            format!("staging/{id}"),
            format!("blobs/4f/{id}/"),
            "blobs/4f/ds_0190f3c2a1b27c3d8e4f5a6b7c8d9e4f".to_owned(),
        ];
        for text in wrong {
            assert!(text.parse::<BlobKey>().is_err(), "{text}");
        }
    }
}
