//! A published version as an in-toto statement (v1): its files by SHA-256, and where the journal has its publication.
//!
//! The type of the predicate is a URN of ours, since there is no address that would stay for ever. It says that these files
//! were published under this name; it says nothing of how they came to be, as provenance after SLSA would.

use serde::{Deserialize, Serialize};

use super::model::VersionNumber;
use crate::kernel::{Digest, Error, Result, Timestamp, canonical_json};

/// The type of the statement's predicate.
pub const PREDICATE_TYPE: &str = "urn:cadastre:dataset-publish:v1";

/// The media type of a statement, which its envelope states.
pub const STATEMENT_MEDIA_TYPE: &str = "application/vnd.in-toto+json";

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// A publication, as the journal has it.
#[derive(Debug, Clone)]
pub struct Publication<'a> {
    /// The dataset, `organisation/name`.
    pub dataset: &'a str,
    /// The version.
    pub version: &'a VersionNumber,
    /// When it was published.
    pub published_at: Timestamp,
    /// The name of the log.
    pub log: &'a str,
    /// The position of the event of the publication.
    pub position: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Subject>,
    predicate_type: &'static str,
    predicate: Predicate<'a>,
}

#[derive(Serialize)]
struct Subject {
    name: String,
    digest: Sha256,
}

#[derive(Serialize)]
struct Sha256 {
    sha256: Digest,
}

#[derive(Serialize)]
struct Predicate<'a> {
    dataset: &'a str,
    version: &'a VersionNumber,
    manifest: Sha256,
    published_at: Timestamp,
    journal: Place<'a>,
    /// Files whose bytes nobody fixed: data services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without_digest: Vec<String>,
}

#[derive(Serialize)]
struct Place<'a> {
    log: &'a str,
    position: u64,
}

/// What is read of a manifest.
#[derive(Deserialize)]
struct Files {
    files: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    path: String,
    sha256: Option<Digest>,
}

/// The statement of a publication, made from the text of its manifest; canonical JSON.
///
/// # Errors
/// `version_without_digests` when no file has a digest, so that there is nothing to attest.
pub fn statement(publication: &Publication<'_>, manifest: &str) -> Result<String> {
    let read: Files =
        serde_json::from_str(manifest).map_err(|error| Error::internal("stored manifest", error))?;
    let (mut subject, mut without_digest) = (Vec::new(), Vec::new());
    for Line { path, sha256 } in read.files {
        match sha256 {
            Some(sha256) => subject.push(Subject { name: path, digest: Sha256 { sha256 } }),
            None => without_digest.push(path),
        }
    }
    if subject.is_empty() {
        let detail = "no file of this version has a digest, so there is nothing to attest";
        return Err(Error::conflict("version_without_digests", detail));
    }
    canonical_json(&Statement {
        kind: STATEMENT_TYPE,
        subject,
        predicate_type: PREDICATE_TYPE,
        predicate: Predicate {
            dataset: publication.dataset,
            version: publication.version,
            manifest: Sha256 { sha256: Digest::of(manifest) },
            published_at: publication.published_at,
            journal: Place { log: publication.log, position: publication.position },
            without_digest,
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn made(manifest: &str) -> Result<Value> {
        let version = "1.0.0".parse().unwrap();
        let publication = Publication {
            dataset: "harbour/wind",
            version: &version,
            published_at: Timestamp::from_millis(0),
            log: "log.example",
            position: 41,
        };
        Ok(serde_json::from_str(&statement(&publication, manifest)?).unwrap())
    }

    #[test]
    fn every_file_with_a_digest_is_a_subject() {
        let digest = Digest::of("abc").to_string();
        let manifest = json!({"files": [
            {"media_type": "text/csv", "path": "a.csv", "sha256": digest, "size": 3},
            {"media_type": "application/json", "path": "service"},
        ]})
        .to_string();
        let statement = made(&manifest).unwrap();
        assert_eq!(
            statement,
            json!({
                "_type": "https://in-toto.io/Statement/v1",
                "subject": [{"name": "a.csv", "digest": {"sha256": digest}}],
                "predicateType": "urn:cadastre:dataset-publish:v1",
                "predicate": {
                    "dataset": "harbour/wind",
                    "version": "1.0.0",
                    "manifest": {"sha256": Digest::of(&manifest).to_string()},
                    "published_at": "1970-01-01T00:00:00.000Z",
                    "journal": {"log": "log.example", "position": 41},
                    "without_digest": ["service"],
                },
            })
        );
    }

    #[test]
    fn what_has_no_digest_at_all_is_not_attested() {
        let manifest = r#"{"files":[{"media_type":"application/json","path":"service"}]}"#;
        assert_eq!(made(manifest).unwrap_err().code(), "version_without_digests");
    }
}
