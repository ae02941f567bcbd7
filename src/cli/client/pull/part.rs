//! The bytes of a file that have come so far, on disk and hashed.

use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::super::error::{CliError, Result};
use super::super::progress::FileBar;
use crate::kernel::{Digest, Hasher};

/// Bytes that are read at once.
const BUFFER: usize = 256 * 1024;

/// A file on its way.
pub struct Part<'a> {
    path: PathBuf,
    file: File,
    hasher: Hasher,
    size: u64,
    resumed: bool,
    bar: &'a FileBar,
}

impl<'a> Part<'a> {
    /// What an earlier run left, or nothing.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub async fn open(path: &Path, bar: &'a FileBar) -> Result<Part<'a>> {
        let failed = |error| CliError::file(path, &error);
        let mut options = File::options();
        let file =
            options.read(true).write(true).create(true).truncate(false).open(path).await.map_err(failed)?;
        let mut part =
            Part { path: path.to_owned(), file, hasher: Hasher::default(), size: 0, resumed: false, bar };
        let mut buffer = vec![0; BUFFER];
        loop {
            let length = part.file.read(&mut buffer).await.map_err(failed)?;
            let Some(read) = buffer.get(..length).filter(|read| !read.is_empty()) else { break };
            part.count(read);
        }
        part.resumed = part.size > 0;
        Ok(part)
    }

    /// Whether it goes on from what an earlier run left.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Number of bytes so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The digest of the bytes so far.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.hasher.clone().finish()
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(|error| CliError::file(&self.path, &error))?;
        self.count(bytes);
        Ok(())
    }

    /// Begins anew.
    ///
    /// # Errors
    /// When the file cannot be emptied.
    pub async fn restart(&mut self) -> Result<()> {
        let failed = |error| CliError::file(&self.path, &error);
        self.file.rewind().await.map_err(failed)?;
        self.file.set_len(0).await.map_err(failed)?;
        self.bar.rewind();
        (self.hasher, self.size, self.resumed) = (Hasher::default(), 0, false);
        Ok(())
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it cannot be written out or moved.
    pub async fn settle(mut self, place: &Path) -> Result<()> {
        self.file.flush().await.map_err(|error| CliError::file(&self.path, &error))?;
        std::fs::rename(&self.path, place).map_err(|error| CliError::file(place, &error))
    }

    /// Throws the file away.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|error| CliError::file(&self.path, &error))
    }

    fn count(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.bar.advance(bytes.len() as u64);
    }
}
