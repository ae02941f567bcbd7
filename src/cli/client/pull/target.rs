//! The folder that is pulled into: where each file goes, and that none leaves it.

use std::path::{Path, PathBuf};

use super::super::error::{CliError, Result};
use super::lock::Locked;
use crate::datasets::files::FilePath;
use crate::kernel::Digest;

/// Where unfinished files are kept, below the folder.
const PARTS: &str = ".cadastre";

/// The folder.
#[derive(Debug, Clone)]
pub struct Target {
    root: PathBuf,
}

impl Target {
    /// This folder, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(root: &Path) -> Result<Self> {
        std::fs::create_dir_all(root).map_err(|error| CliError::file(root, &error))?;
        let root = root.canonicalize().map_err(|error| CliError::file(root, &error))?;
        Ok(Self { root })
    }

    /// The place of a file; the folders above it are made.
    ///
    /// # Errors
    /// When a folder above it is a link or a file, or something other than a file is in its place.
    pub fn place(&self, path: &FilePath) -> Result<PathBuf> {
        let mut place = self.root.clone();
        let mut segments = path.as_str().split('/').peekable();
        while let Some(segment) = segments.next() {
            place.push(segment);
            let found = std::fs::symlink_metadata(&place).ok();
            let fits = match (segments.peek(), found) {
                (Some(_), None) => {
                    std::fs::create_dir(&place).map_err(|error| CliError::file(&place, &error))?;
                    true
                }
                (Some(_), Some(found)) => found.is_dir(),
                (None, found) => found.is_none_or(|found| found.is_file()),
            };
            if !fits {
                return Err(CliError::failure(format!("{} is in the way of {path}", place.display()))
                    .hint("move it away, or pull into an empty folder: -o FOLDER"));
            }
        }
        Ok(place)
    }

    /// The place of a file's bytes as long as they are incomplete. It depends on path and digest, so that the
    /// parts of different contents never mix.
    ///
    /// # Errors
    /// When the folder for it cannot be made.
    pub fn part(&self, file: &Locked) -> Result<PathBuf> {
        let parts = self.root.join(PARTS);
        std::fs::create_dir_all(&parts).map_err(|error| CliError::file(&parts, &error))?;
        let name = Digest::of(format!("{} {}", file.sha256, file.path)).revision();
        Ok(parts.join(format!("{name}.part")))
    }

    /// Removes the place of unfinished files, unless some are left from another version.
    pub fn tidy(&self) {
        std::fs::remove_dir(self.root.join(PARTS)).ok();
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_within_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::new(&dir.path().join("data")).unwrap();
        let path = |text: &str| text.parse::<FilePath>().unwrap();
        let place = target.place(&path("a/b/c.csv")).unwrap();
        assert!(place.starts_with(target.root()) && place.parent().unwrap().is_dir());

        std::os::unix::fs::symlink(dir.path(), target.root().join("out")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", target.root().join("link.csv")).unwrap();
        std::fs::write(target.root().join("file"), "x").unwrap();
        for bad in ["out/x.csv", "link.csv", "file/x.csv", "a/b"] {
            let error = target.place(&path(bad)).unwrap_err();
            assert!(error.what().contains("is in the way"), "{bad}: {error}");
        }
        assert!(!dir.path().join("x.csv").exists());
        assert!(target.place(&path("file")).is_ok(), "a file may be replaced");
    }
}
