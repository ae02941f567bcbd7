//! Files of this machine: found in a folder, hashed, and read for sending, each with a watch on change.

use std::fs::Metadata;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::error::{CliError, Result};
use super::progress::FileBar;
use crate::datasets::files::Content;
use crate::kernel::Hasher;

/// Bytes that are read at once.
const BUFFER: usize = 256 * 1024;

/// A file as it was when it was first looked at.
#[derive(Debug, Clone)]
pub struct LocalFile {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

impl LocalFile {
    /// The regular file at this place.
    ///
    /// # Errors
    /// When there is none, or it cannot be looked at.
    pub fn at(path: PathBuf) -> Result<Self> {
        let metadata = std::fs::metadata(&path).map_err(|error| CliError::file(&path, &error))?;
        if !metadata.is_file() {
            return Err(CliError::failure(format!("{} is not a regular file", path.display())));
        }
        Ok(Self { size: metadata.len(), modified: metadata.modified().ok(), path })
    }

    /// Its size, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes sure that it is still the file that was first looked at.
    ///
    /// # Errors
    /// When it has changed or gone.
    pub fn check_unchanged(&self) -> Result<()> {
        let metadata = std::fs::metadata(&self.path).map_err(|error| CliError::file(&self.path, &error))?;
        self.check(&metadata)
    }

    fn check(&self, metadata: &Metadata) -> Result<()> {
        if metadata.len() == self.size && metadata.modified().ok() == self.modified {
            return Ok(());
        }
        Err(CliError::failure(format!("{} changed while it was read", self.path.display()))
            .hint("let whatever writes the file finish, then run the command again"))
    }

    /// Its bytes, for sending; the bar begins anew.
    ///
    /// # Errors
    /// When it cannot be opened or has changed.
    pub async fn open(
        &self,
        bar: &FileBar,
    ) -> Result<impl Stream<Item = std::io::Result<Bytes>> + Send + use<>> {
        let file =
            tokio::fs::File::open(&self.path).await.map_err(|error| CliError::file(&self.path, &error))?;
        let metadata = file.metadata().await.map_err(|error| CliError::file(&self.path, &error))?;
        self.check(&metadata)?;
        bar.rewind();
        let bar = bar.handle();
        let bytes = ReaderStream::with_capacity(file.take(self.size), BUFFER);
        Ok(bytes.inspect_ok(move |chunk| bar.advance(chunk.len() as u64)))
    }

    /// Its size and digest.
    ///
    /// # Errors
    /// When it cannot be read, or changes meanwhile.
    pub async fn hash(&self, bar: &FileBar) -> Result<Content> {
        let (file, bar, stop) = (self.clone(), bar.handle(), StopOnDrop::default());
        let stopped = stop.0.clone();
        let work = move || {
            let read = || -> std::io::Result<_> {
                let mut source = std::fs::File::open(&file.path)?;
                let (mut hasher, mut size, mut buffer) = (Hasher::default(), 0_u64, vec![0; BUFFER]);
                while !stopped.load(Ordering::Relaxed) {
                    let length = source.read(&mut buffer)?;
                    let Some(read) = buffer.get(..length).filter(|read| !read.is_empty()) else { break };
                    hasher.update(read);
                    size += length as u64;
                    bar.advance(length as u64);
                }
                Ok((Content { size, sha256: hasher.finish() }, source.metadata()?))
            };
            let (content, metadata) = read().map_err(|error| CliError::file(&file.path, &error))?;
            file.check(&metadata)?;
            Ok(content)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| CliError::failure(format!("hashing broke off: {error}")))?
    }
}

/// Stops a hashing thread when nobody waits for it any more.
#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A JSON document of at most 4 MiB.
///
/// # Errors
/// When the file cannot be read, is longer, or holds no JSON.
pub fn read_json(path: &Path) -> Result<Value> {
    let text = read_text(path)?;
    serde_json::from_str(&text).map_err(|error| CliError::usage(format!("{}: {error}", path.display())))
}

/// A text of at most 4 MiB.
///
/// # Errors
/// When the file cannot be read, or is longer.
pub fn read_text(path: &Path) -> Result<String> {
    read_limited(path, 4 * 1024 * 1024)
}

/// A text of at most so many bytes.
///
/// # Errors
/// When the file cannot be read, or is longer.
pub fn read_limited(path: &Path, most: u64) -> Result<String> {
    let size = std::fs::metadata(path).map_err(|error| CliError::file(path, &error))?.len();
    if size > most {
        return Err(CliError::usage(format!("{} has {size} bytes, at most {most} are read", path.display())));
    }
    std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Paths below the folder, with `/` between segments, in order; and where each file is.
    pub files: Vec<(String, PathBuf)>,
    /// Hidden files and folders that were passed over.
    pub hidden: usize,
    /// What was passed over for another reason, with the reason.
    pub skipped: Vec<String>,
}

impl Folder {
    /// Walks through a folder. Links are followed to files within it and nowhere else.
    ///
    /// # Errors
    /// When something in it cannot be read, or has a name that is no Unicode.
    pub fn walk(root: &Path, with_hidden: bool) -> Result<Self> {
        let real = root.canonicalize().map_err(|error| CliError::file(root, &error))?;
        if !real.is_dir() {
            return Err(CliError::usage(format!("{} is not a folder", root.display())));
        }
        let mut folder = Self::default();
        let mut waiting = vec![(String::new(), real.clone())];
        while let Some((prefix, dir)) = waiting.pop() {
            for entry in std::fs::read_dir(&dir).map_err(|error| CliError::file(&dir, &error))? {
                let entry = entry.map_err(|error| CliError::file(&dir, &error))?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    return Err(CliError::failure(format!(
                        "{} is not a name in UTF-8",
                        entry.path().display()
                    )));
                };
                let path = format!("{prefix}{name}");
                let kind = entry.file_type().map_err(|error| CliError::file(&entry.path(), &error))?;
                if name.starts_with('.') && !with_hidden {
                    folder.hidden += 1;
                } else if kind.is_dir() {
                    waiting.push((format!("{path}/"), entry.path()));
                } else if kind.is_file() {
                    folder.files.push((path, entry.path()));
                } else if kind.is_symlink() {
                    folder.link(&real, path, &entry.path());
                } else {
                    folder.skipped.push(format!("{path}: neither a file nor a folder"));
                }
            }
        }
        folder.files.sort_unstable();
        Ok(folder)
    }

    fn link(&mut self, root: &Path, path: String, link: &Path) {
        match link.canonicalize() {
            Ok(target) if target.starts_with(root) && target.is_file() => self.files.push((path, target)),
            Ok(_) => self.skipped.push(format!("{path}: a link that does not lead to a file of the folder")),
            Err(error) => self.skipped.push(format!("{path}: a link that leads nowhere ({error})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::Output;
    use super::super::progress::Progress;
    use super::*;
    use crate::kernel::Digest;

    fn bar() -> FileBar {
        Progress::new(&Output::new(false, true), "test", 0).file("x", 0)
    }

    #[tokio::test]
    async fn a_file_that_changes_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        std::fs::write(&path, "abc").unwrap();
        let file = LocalFile::at(path.clone()).unwrap();
        let content = file.hash(&bar()).await.unwrap();
        assert_eq!((content.size, content.sha256), (3, Digest::of("abc")));

        std::fs::write(&path, "abcd").unwrap();
        for error in [file.hash(&bar()).await.unwrap_err(), file.open(&bar()).await.err().unwrap()] {
            assert!(error.what().contains("changed while it was read"), "{error}");
        }
        assert!(LocalFile::at(dir.path().to_owned()).is_err(), "a folder is no file");
    }

    #[test]
    fn links_lead_to_files_of_the_folder_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(dir.path().join("secret"), "x").unwrap();
        std::fs::write(root.join("sub/a.csv"), "x").unwrap();
        std::fs::write(root.join(".hidden"), "x").unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, root.join(name)).unwrap();
        link("sub/a.csv", "inside");
        link("../secret", "outside");
        link("..", "up");
        link("nothing", "broken");

        let folder = Folder::walk(&root, false).unwrap();
        let paths: Vec<_> = folder.files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["inside", "sub/a.csv"]);
        assert_eq!((folder.hidden, folder.skipped.len()), (1, 3), "{:?}", folder.skipped);
        assert_eq!(Folder::walk(&root, true).unwrap().files.len(), 3);
        assert!(Folder::walk(&root.join("sub/a.csv"), false).is_err());
    }
}
