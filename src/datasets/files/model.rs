//! What is known of a file in a version: its path, its content, and where the bytes lie.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::media_type::MediaType;
use super::path::FilePath;
use crate::kernel::{Checks, Digest, Error, Result};

/// Size and digest of a file's bytes: verified for a held file, declared for a referenced one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Content {
    /// Number of bytes.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// Where a referenced file can be got. The service never fetches from there of its own accord.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = FileReference)]
pub enum Reference {
    /// A page that tells how to get the file (`dcat:accessURL`).
    AccessUrl {
        /// Its address.
        #[schema(pattern = "^https?://[A-Za-z0-9]", max_length = 2048)]
        url: String,
    },
    /// The file itself (`dcat:downloadURL`).
    DownloadUrl {
        /// Its address.
        #[schema(pattern = "^https?://[A-Za-z0-9]", max_length = 2048)]
        url: String,
    },
    /// A data service that gives the data on request (`dcat:accessService`).
    Service {
        /// Address of the service (`dcat:endpointURL`).
        #[schema(pattern = "^https?://[A-Za-z0-9]", max_length = 2048)]
        endpoint_url: String,
        /// What it gives and how to ask for it.
        #[schema(min_length = 1, max_length = 4000, pattern = r"\S")]
        description: String,
        /// Address of its documentation, for example an OpenAPI document (`dcat:endpointDescription`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(pattern = "^https?://[A-Za-z0-9]", max_length = 2048)]
        documentation: Option<String>,
    },
}

impl Reference {
    /// The most characters of a service's description.
    pub const MAX_DESCRIPTION: usize = 4000;

    /// Checks addresses and texts.
    ///
    /// # Errors
    /// When any field is wrong, with JSON pointers into the reference.
    pub fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        match self {
            Self::AccessUrl { url } | Self::DownloadUrl { url } => checks.http_url("/url", url),
            Self::Service { endpoint_url, description, documentation } => {
                checks.http_url("/endpoint_url", endpoint_url);
                checks.text("/description", description, Self::MAX_DESCRIPTION);
                if let Some(url) = documentation {
                    checks.http_url("/documentation", url);
                }
            }
        }
        checks.finish()
    }
}

/// Where the bytes of a file lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileLocation {
    /// In our store.
    Held,
    /// Elsewhere.
    Referenced(Reference),
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path in the version.
    pub path: FilePath,
    /// Size and digest; only a data service may lack them, since what it gives may change.
    pub content: Option<Content>,
    /// Its media type.
    pub media_type: MediaType,
    /// Whether it is a sample, open while the rest may be gated.
    pub sample: bool,
    /// Where its bytes lie.
    pub location: FileLocation,
}

impl FileEntry {
    /// The largest file, in bytes: the greatest whole number that the manifest can write exactly (RFC 8785
    /// writes numbers as IEEE 754 doubles).
    pub const MAX_SIZE: u64 = (1 << 53) - 1;

    /// A file in our store; without a stated media type, it is guessed from the name.
    ///
    /// # Errors
    /// When it is too large.
    pub fn held(
        path: FilePath,
        content: Content,
        media_type: Option<MediaType>,
        sample: bool,
    ) -> Result<Self> {
        Self::new(path, Some(content), media_type, sample, FileLocation::Held)
    }

    /// A file elsewhere; size and digest are required except for a data service.
    ///
    /// # Errors
    /// When size or digest are missing, the size is too large, or the reference is not valid.
    pub fn referenced(
        path: FilePath,
        content: Option<Content>,
        media_type: Option<MediaType>,
        sample: bool,
        reference: Reference,
    ) -> Result<Self> {
        reference.check().map_err(|error| error.at("/reference"))?;
        if content.is_none() && !matches!(reference, Reference::Service { .. }) {
            return Err(Error::invalid(
                "/sha256",
                "required",
                "declare size and sha256 of the file; only a data service may leave them out",
            ));
        }
        Self::new(path, content, media_type, sample, FileLocation::Referenced(reference))
    }

    /// Whether the bytes are in our store.
    #[must_use]
    pub fn is_held(&self) -> bool {
        matches!(self.location, FileLocation::Held)
    }

    fn new(
        path: FilePath,
        content: Option<Content>,
        media_type: Option<MediaType>,
        sample: bool,
        location: FileLocation,
    ) -> Result<Self> {
        if content.is_some_and(|content| content.size > Self::MAX_SIZE) {
            return Err(Error::invalid("/size", "out_of_range", "a file has at most 2^53 - 1 bytes"));
        }
        let media_type = media_type.unwrap_or_else(|| MediaType::guess(&path));
        Ok(Self { path, content, media_type, sample, location })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(json: &str) -> Result<Reference, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn references_are_read_strictly_and_checked() {
        for (json, wrong) in [
            (r#"{"kind":"access_url","url":"https://example.org/data"}"#, ""),
            (r#"{"kind":"download_url","url":"https://example.org/data.csv"}"#, ""),
            (
                r#"{"kind":"service","endpoint_url":"https://example.org/api","description":"Rows by day"}"#,
                "",
            ),
            (r#"{"kind":"download_url","url":"file:///etc/passwd"}"#, "/url"),
            (r#"{"kind":"access_url","url":"https://user:pw@example.org/"}"#, "/url"),
            (r#"{"kind":"service","endpoint_url":"x","description":"d"}"#, "/endpoint_url"),
            (
                r#"{"kind":"service","endpoint_url":"https://example.org/api","description":" "}"#,
                "/description",
            ),
            (
                r#"{"kind":"service","endpoint_url":"https://example.org/api","description":"d","documentation":"x"}"#,
                "/documentation",
            ),
        ] {
            let found =
                reference(json).unwrap().check().map_err(|error| error.field_errors()[0].pointer.clone());
            assert_eq!(found.err().unwrap_or_default(), wrong, "{json}");
        }
        for unreadable in [
            "{}",
            r#"{"kind":"ftp","url":"ftp://example.org"}"#,
            r#"{"kind":"access_url"}"#,
            r#"{"kind":"access_url","url":"https://example.org","etag":"x"}"#,
        ] {
            assert!(reference(unreadable).is_err(), "{unreadable}");
        }
    }

    #[test]
    fn only_a_service_may_lack_size_and_digest() {
        let path = || "a.csv".parse::<FilePath>().unwrap();
        let url = || Reference::DownloadUrl { url: "https://example.org/a.csv".into() };
        let service = Reference::Service {
            endpoint_url: "https://example.org".into(),
            description: "Rows".into(),
            documentation: None,
        };
        let content = Content { size: 3, sha256: Digest::of("abc") };

        assert!(FileEntry::referenced(path(), None, None, false, service).is_ok());
        assert!(FileEntry::referenced(path(), Some(content), None, false, url()).is_ok());
        let error = FileEntry::referenced(path(), None, None, false, url()).unwrap_err();
        assert_eq!(error.field_errors()[0].pointer, "/sha256");
        let bad = Reference::AccessUrl { url: "x".into() };
        let error = FileEntry::referenced(path(), Some(content), None, false, bad).unwrap_err();
        assert_eq!(error.field_errors()[0].pointer, "/reference/url");
    }

    #[test]
    fn a_held_file_gets_its_type_from_its_name_unless_stated() {
        let content = Content { size: FileEntry::MAX_SIZE, sha256: Digest::of("") };
        let entry =
            |media_type| FileEntry::held("a.csv".parse().unwrap(), content, media_type, true).unwrap();
        assert_eq!(entry(None).media_type.as_str(), "text/csv");
        assert_eq!(entry(Some("text/plain".parse().unwrap())).media_type.as_str(), "text/plain");
        let larger = Content { size: FileEntry::MAX_SIZE + 1, ..content };
        assert!(FileEntry::held("a.csv".parse().unwrap(), larger, None, false).is_err());
    }
}
