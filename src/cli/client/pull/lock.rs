//! `cadastre.lock`: what was pulled, from where, under which grant, with the digest of every file.
//!
//! The same pull always writes the same text. With the files that were left out it also has all that the
//! digest of the version is computed from, so a lock can be checked in itself.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::error::{CliError, Exit, Result};
use super::super::local::read_limited;
use crate::datasets::files::{Content, FileEntry, FilePath, MediaType, Reference};
use crate::datasets::versions::Manifest;
use crate::kernel::Digest;

/// The file's usual name, at the top of the folder.
pub const FILE: &str = "cadastre.lock";

/// The format that is written; a newer one is not read.
const FORMAT: u32 = 1;

/// The most bytes of a lock that are read.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

const HEADER: &str = "# Written by `cadastre pull`; `cadastre verify` checks the folder against it.\n";

/// What was pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The format of this file.
    pub format: u32,
    /// The server.
    pub server: String,
    /// The dataset.
    pub dataset: String,
    /// The version.
    pub version: String,
    /// The digest of the version.
    pub digest: Digest,
    /// The grant it was pulled under; none where the policy is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// Files in the folder.
    #[serde(default)]
    pub files: Vec<Locked>,
    /// Files of the version that were not pulled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// A file in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    /// Its path.
    pub path: FilePath,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its media type.
    pub media_type: MediaType,
}

/// A file that was not pulled; a data service has neither size nor digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its path.
    pub path: FilePath,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// Its media type.
    pub media_type: MediaType,
}

impl Lock {
    /// A lock with its files in the order of their paths.
    #[must_use]
    pub fn new(
        server: String,
        dataset: String,
        version: String,
        digest: Digest,
        grant: Option<String>,
    ) -> Self {
        Self {
            format: FORMAT,
            server,
            dataset,
            version,
            digest,
            grant,
            files: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// When it cannot be read, is of a newer format, or does not fit together in itself.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_limited(path, MAX_BYTES)?;
        let lock: Self = toml::from_str(&text)
            .map_err(|error| CliError::usage(format!("{}: {}", path.display(), error.message())))?;
        if lock.format > FORMAT {
            return Err(CliError::usage(format!("{} is of a newer format", path.display()))
                .hint("use a newer cadastre to check it"));
        }
        if manifest_digest(&lock.files, &lock.left_out)? != lock.digest {
            let what = format!("{} was changed: its files do not give the digest it names", path.display());
            return Err(CliError::new(Exit::Integrity, what).hint("pull again"));
        }
        Ok(lock)
    }

    /// Writes the lock, in one step.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = self.to_text()?;
        let new = path.with_extension("lock.new");
        std::fs::write(&new, text)
            .and_then(|()| std::fs::rename(&new, path))
            .map_err(|error| CliError::file(path, &error))
    }

    fn to_text(&self) -> Result<String> {
        let text = toml::to_string(self)
            .map_err(|error| CliError::failure(format!("the lock cannot be written: {error}")))?;
        Ok(format!("{HEADER}{text}"))
    }
}

/// The digest that a version of these files has. It depends on nothing else, so a file that lies elsewhere
/// counts like one that was held.
///
/// # Errors
/// When a path is there twice.
pub fn manifest_digest(files: &[Locked], left_out: &[LeftOut]) -> Result<Digest> {
    let pulled = files.iter().map(|file| {
        let content = Content { size: file.size, sha256: file.sha256 };
        FileEntry::held(file.path.clone(), content, Some(file.media_type.clone()), false)
    });
    let others = left_out.iter().map(|file| match file.size.zip(file.sha256) {
        Some((size, sha256)) => {
            FileEntry::held(file.path.clone(), Content { size, sha256 }, Some(file.media_type.clone()), false)
        }
        None => {
            FileEntry::referenced(file.path.clone(), None, Some(file.media_type.clone()), false, service())
        }
    });
    let all = pulled.chain(others).collect::<Result<Vec<_>, _>>()?;
    Ok(Manifest::of(all)?.1.digest)
}

/// Stands for any data service; no manifest names where a file lies.
fn service() -> Reference {
    Reference::Service {
        endpoint_url: "https://localhost".into(),
        description: "a data service".into(),
        documentation: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let locked = |path: &str, content: &str| Locked {
            path: path.parse().unwrap(),
            size: content.len() as u64,
            sha256: Digest::of(content),
            media_type: "text/csv".parse().unwrap(),
        };
        let left_out = LeftOut {
            path: "api".parse().unwrap(),
            size: None,
            sha256: None,
            media_type: "application/json".parse().unwrap(),
        };
        let files = vec![locked("a.csv", "abc"), locked("sub/ü \"b\".csv".replace('"', "'").as_str(), "")];
        let digest = manifest_digest(&files, std::slice::from_ref(&left_out)).unwrap();
        let new = Lock::new(
            "https://example.org".into(),
            "harbour/wind".into(),
            "1.0.0".into(),
            digest,
            Some("gr_1".into()),
        );
        Lock { files, left_out: vec![left_out], ..new }
    }

    #[test]
    fn a_lock_reads_back_and_is_always_written_alike() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        lock().write(&path).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), lock());
        lock().write(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
        assert!(first.starts_with(HEADER), "{first}");
    }

    #[test]
    fn a_changed_lock_gives_itself_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let text = lock().to_text().unwrap();
        for (from, to) in [
            ("size = 3", "size = 4"),
            ("\"a.csv\"", "\"b.csv\""),
            (&Digest::of("abc").to_string(), &Digest::of("abd").to_string()),
        ] {
            assert!(text.contains(from), "{from}: {text}");
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            assert_eq!(Lock::read(&path).unwrap_err().exit(), Exit::Integrity, "{from}");
        }
        std::fs::write(&path, text.replacen("a.csv", "../a.csv", 1)).unwrap();
        assert!(Lock::read(&path).is_err(), "a path that leads out is no path");
        std::fs::write(&path, text.replacen("format = 1", "format = 2", 1)).unwrap();
        assert!(Lock::read(&path).unwrap_err().what().contains("newer format"));
    }
}
