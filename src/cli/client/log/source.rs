//! Where a log is read: at a server, or in a folder with the same paths.

use std::path::PathBuf;

use super::super::error::{CliError, Exit, Result};
use super::super::http::{Client, limited};
use crate::journal::tlog::{Bundle, MAX_NOTE, Note, TILE_WIDTH, Tile};
use crate::kernel::Digest;

/// The largest bundle of entries, in bytes: a length and an entry, as often as fits.
const MAX_ENTRIES: usize = TILE_WIDTH as usize * (2 + u16::MAX as usize);

/// A log that can be read.
#[derive(Debug)]
pub enum Source {
    /// A server's.
    Server(Client),
    /// A copy: `checkpoint`, `tile/0/000`, `tile/entries/000`, and so on.
    Folder(PathBuf),
}

impl Source {
    /// The newest checkpoint, which nobody has checked yet.
    ///
    /// # Errors
    /// `Integrity` when there is none that can be read.
    pub async fn checkpoint(&self) -> Result<Note> {
        let bytes = self.bytes("checkpoint", MAX_NOTE).await?;
        let text = String::from_utf8(bytes)
            .map_err(|_| CliError::new(Exit::Integrity, "the checkpoint is no text in UTF-8"))?;
        Note::parse(&text).map_err(super::mismatch)
    }

    /// The hashes of a tile.
    ///
    /// # Errors
    /// `Integrity` when it is not there, or has another number of hashes.
    pub async fn tile(&self, tile: Tile) -> Result<Vec<Digest>> {
        let most = usize::from(TILE_WIDTH) * 32;
        match self.bytes(&tile.to_string(), most).await {
            Err(error) if error.exit() == Exit::NotFound && !tile.is_full() => {
                // A log may drop a part of a tile once the whole is there.
                let full = Tile { width: TILE_WIDTH, ..tile };
                let bytes = self.bytes(&full.to_string(), most).await.map_err(missing(&tile.to_string()))?;
                let mut hashes = full.decode(&bytes).map_err(super::mismatch)?;
                hashes.truncate(usize::from(tile.width));
                Ok(hashes)
            }
            other => {
                let bytes = other.map_err(missing(&tile.to_string()))?;
                tile.decode(&bytes).map_err(super::mismatch)
            }
        }
    }

    /// The entries of a bundle.
    ///
    /// # Errors
    /// `Denied` or `NotSignedIn` when the caller may not read them; `Integrity` when they are not there or not whole.
    pub async fn entries(&self, bundle: Bundle) -> Result<Vec<Vec<u8>>> {
        let name = bundle.to_string();
        let (bundle, bytes) = match self.bytes(&name, MAX_ENTRIES).await {
            Err(error) if error.exit() == Exit::NotFound && bundle.width < TILE_WIDTH => {
                let full = Bundle { width: TILE_WIDTH, ..bundle };
                (full, self.bytes(&full.to_string(), MAX_ENTRIES).await.map_err(missing(&name))?)
            }
            other => (bundle, other.map_err(missing(&name))?),
        };
        let entries = bundle.decode(&bytes).map_err(super::mismatch)?;
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    async fn bytes(&self, path: &str, most: usize) -> Result<Vec<u8>> {
        match self {
            Self::Server(client) => {
                let segments: Vec<&str> = std::iter::once("journal").chain(path.split('/')).collect();
                let response = client.get(&segments).send().await?;
                limited(response, most).await.map_err(|what| CliError::failure(format!("{path}: {what}")))
            }
            Self::Folder(folder) => {
                let place = folder.join(path);
                let size = std::fs::metadata(&place).map(|found| found.len());
                if size.as_ref().is_ok_and(|size| *size > most as u64) {
                    return Err(CliError::new(
                        Exit::Integrity,
                        format!("{path} is longer than {most} bytes"),
                    ));
                }
                std::fs::read(&place).map_err(|error| match error.kind() {
                    std::io::ErrorKind::NotFound => {
                        CliError::new(Exit::NotFound, format!("{} is not there", place.display()))
                    }
                    _ => CliError::file(&place, &error),
                })
            }
        }
    }
}

/// What a checkpoint implies must be there.
fn missing(path: &str) -> impl Fn(CliError) -> CliError {
    move |error| match error.exit() {
        Exit::NotFound => {
            let what = format!("the log does not have {path}, which its checkpoint implies");
            CliError::new(Exit::Integrity, what)
        }
        _ => error,
    }
}
