//! The manifest of a version: the canonical JSON (RFC 8785) of its files, whose SHA-256 is the version's digest.
//!
//! ```json
//! {"files":[{"media_type":"text/csv","path":"a.csv","sha256":"…","size":3}]}
//! ```
//!
//! Files stand in the order of the bytes of their paths. A manifest names content and nothing else: no dataset,
//! no version number, no location, no sample mark. So the same files have the same digest wherever they are
//! published, a pulled folder can be checked without asking where its bytes came from, and bytes that move
//! from their holder into our store do not change the version's identity. References are kept with the files
//! of the version and named in the event of its publication.
//!
//! A data service without declared content stands there with path and media type alone. The digest says
//! nothing of what such a service gives, and [`Manifest::covers_all_bytes`] tells so.

use serde::Serialize;

use crate::datasets::files::{FileEntry, FilePath};
use crate::kernel::{Digest, Error, Hasher, Result, canonical_json};

/// One file as it stands in the manifest.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Digest>,
    media_type: &'a str,
}

/// What is known of a manifest once all its files have been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifest {
    /// The SHA-256 of the text: the digest of the version.
    pub digest: Digest,
    /// Number of files.
    pub files: u64,
    /// Bytes of all files whose size is known.
    pub bytes: u64,
    /// Length of the text, in bytes.
    pub length: u64,
    /// Whether the digest fixes every byte, since every file has a digest of its own.
    pub covers_all_bytes: bool,
}

/// Writes a manifest piece by piece in constant memory; the pieces together are the canonical text.
pub struct ManifestWriter {
    hasher: Hasher,
    last: Option<FilePath>,
    manifest: Manifest,
}

impl Default for ManifestWriter {
    fn default() -> Self {
        let manifest =
            Manifest { digest: Digest::of(""), files: 0, bytes: 0, length: 0, covers_all_bytes: true };
        Self { hasher: Hasher::default(), last: None, manifest }
    }
}

impl ManifestWriter {
    /// The piece of text that the next file adds.
    ///
    /// # Errors
    /// When the path does not come after the one before it: the caller reads files in the order of their paths.
    pub fn push(&mut self, file: &FileEntry) -> Result<String> {
        if self.last.as_ref().is_some_and(|last| *last >= file.path) {
            let order = format!("{} is not in the order of paths", file.path);
            return Err(Error::internal("writing a manifest", order));
        }
        let content = file.content;
        let line = Line {
            path: file.path.as_str(),
            size: content.map(|content| content.size),
            sha256: content.map(|content| content.sha256),
            media_type: file.media_type.as_str(),
        };
        let before = if self.last.is_none() { r#"{"files":["# } else { "," };
        let piece = format!("{before}{}", canonical_json(&line)?);
        self.take(&piece);
        self.last = Some(file.path.clone());
        self.manifest.files += 1;
        self.manifest.bytes = self.manifest.bytes.saturating_add(content.map_or(0, |content| content.size));
        self.manifest.covers_all_bytes &= content.is_some();
        Ok(piece)
    }

    /// The last piece of the text, and the manifest.
    #[must_use]
    pub fn finish(mut self) -> (&'static str, Manifest) {
        let piece = if self.last.is_none() { r#"{"files":[]}"# } else { "]}" };
        self.take(piece);
        (piece, Manifest { digest: self.hasher.finish(), ..self.manifest })
    }

    fn take(&mut self, piece: &str) {
        self.hasher.update(piece.as_bytes());
        self.manifest.length += piece.len() as u64;
    }
}

impl Manifest {
    /// The manifest of these files, in whatever order they come, and its text.
    ///
    /// # Errors
    /// When two files have the same path.
    pub fn of(mut files: Vec<FileEntry>) -> Result<(String, Self)> {
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let twice = files.array_windows().find(|[a, b]| a.path == b.path);
        if let Some([file, _]) = twice {
            return Err(Error::conflict("path_clash", format!("{} is there twice", file.path)));
        }
        let mut writer = ManifestWriter::default();
        let mut text = String::new();
        for file in &files {
            text.push_str(&writer.push(file)?);
        }
        let (end, manifest) = writer.finish();
        text.push_str(end);
        Ok((text, manifest))
    }
}
