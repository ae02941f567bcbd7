//! Blobs in a local folder, written with the operating system's own files.
//!
//! A body arrives in batches of a mebibyte. Each is hashed and written in one visit to a blocking thread while the
//! kernel receives the next one, so an upload holds one batch in memory and no thread while it waits for its client. (To
//! read on meanwhile would wake the worker for every few packets, which costs more than it gains.) The file grows in
//! `staging/`, is synced, renamed to its key, and the folder is synced: what was acknowledged survives a power cut.

use std::fs::{self, File};
use std::io::{self, IoSlice, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use tokio::runtime::Handle;

use crate::kernel::{Error, Hasher, Result};

use super::BlobKey;
use super::errors::from_io;
use super::put::{Expect, Landed};

/// How many bytes are handed to the disk at once.
const BATCH_BYTES: usize = 1024 * 1024;
/// How many chunks a batch holds at most: a chunk may keep a whole receive buffer alive.
const BATCH_CHUNKS: usize = 128;
/// How many bytes are read from the disk at once.
const READ_BYTES: u64 = 256 * 1024;

/// A folder of blobs.
#[derive(Debug, Clone)]
pub(super) struct Local {
    root: Arc<Path>,
}

impl Local {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: Arc::from(root) }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, key: &BlobKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    pub(super) async fn put<S>(&self, key: &BlobKey, mut body: S, expect: &Expect) -> Result<Landed>
    where
        S: Stream<Item = Result<Bytes>> + Unpin,
    {
        let mut writer = Writer::new(self.root.join(key.staging()));
        let (mut batch, mut size) = (Batch::default(), 0_u64);
        while let Some(chunk) = body.next().await {
            let chunk = chunk?;
            size = size.saturating_add(chunk.len() as u64);
            expect.admit(size)?;
            batch.push(chunk);
            if batch.is_full() {
                let full = std::mem::take(&mut batch);
                writer = blocking("writing an upload", move || writer.append(&full)).await?;
            }
        }
        let (target, expect) = (self.path(key), *expect);
        blocking_result("finishing an upload", move || writer.finish(&batch, target, &expect)).await
    }

    pub(super) async fn get(
        &self,
        key: &BlobKey,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        const DOING: &str = "reading a blob";
        let (path, name) = (self.path(key), key.clone());
        let missing = move |error: io::Error| io::Error::new(error.kind(), format!("{name}: {error}"));
        // A small file is opened and read in one visit to the disk.
        let first =
            blocking(DOING, move || Reader::open(&path, range).and_then(Reader::next).map_err(missing))
                .await?;
        let rest = stream::try_unfold(first, |state| async {
            match state {
                Some((chunk, reader)) if reader.left == 0 => Ok(Some((chunk, None))),
                Some((chunk, reader)) => Ok(Some((chunk, blocking(DOING, move || reader.next()).await?))),
                None => Ok(None),
            }
        });
        Ok(rest.boxed())
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<()> {
        let path = self.path(key);
        blocking("deleting a blob", move || match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }
}

/// Runs on a thread that may wait for the disk. The work starts at once, whether the future is polled or not.
pub(super) fn blocking_result<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> impl Future<Output = Result<T>> + Send + 'static {
    let running = tokio::task::spawn_blocking(work);
    async move { running.await.unwrap_or_else(|error| Err(Error::internal(doing, error))) }
}

/// The same for work that fails with the operating system's errors.
pub(super) fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> impl Future<Output = Result<T>> + Send + 'static {
    blocking_result(doing, move || work().map_err(|error| from_io(doing, error)))
}

/// Chunks on their way to the disk, as they came from the network: never copied.
#[derive(Default)]
struct Batch {
    chunks: Vec<Bytes>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, chunk: Bytes) {
        self.bytes += chunk.len();
        self.chunks.push(chunk);
    }

    fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES || self.chunks.len() >= BATCH_CHUNKS
    }

    fn write_to(&self, mut file: &File) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = self.chunks.iter().map(|chunk| IoSlice::new(chunk)).collect();
        let mut left = slices.as_mut_slice();
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match file.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A file that grows in `staging/`, and goes when this is dropped.
struct Writer {
    path: PathBuf,
    file: Option<File>,
    hasher: Hasher,
    size: u64,
}

impl Writer {
    fn new(path: PathBuf) -> Self {
        Self { path, file: None, hasher: Hasher::default(), size: 0 }
    }

    fn append(mut self, batch: &Batch) -> io::Result<Self> {
        for chunk in &batch.chunks {
            self.hasher.update(chunk);
        }
        self.size += batch.bytes as u64;
        let file = match self.file.take() {
            Some(file) => file,
            None => in_folder(&self.path, |path| File::create_new(path))?,
        };
        let written = batch.write_to(&file);
        self.file = Some(file);
        written.map(|()| self)
    }

    fn finish(self, last: &Batch, target: PathBuf, expect: &Expect) -> Result<Landed> {
        let failed = |error| from_io("finishing an upload", error);
        let mut writer = self.append(last).map_err(failed)?;
        let (size, digest) = (writer.size, std::mem::take(&mut writer.hasher).finish());
        expect.verify(size, digest)?;
        if let Some(file) = &writer.file {
            file.sync_data().map_err(failed)?;
        }
        in_folder(&target, |target| fs::rename(&writer.path, target)).map_err(failed)?;
        writer.file = None;
        let landed = Landed::new(size, digest, {
            let target = target.clone();
            move || remove_later(target)
        });
        sync_folder_of(&target).map_err(failed)?;
        Ok(landed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            remove_later(std::mem::take(&mut self.path));
        }
    }
}

/// Removes a file off the async threads, where there are any: freeing a big file takes its time.
fn remove_later(path: PathBuf) {
    let remove = move || {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "could not remove what an upload left behind");
        }
    };
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(remove)),
        Err(_) => remove(),
    }
}

/// Does something that needs the folder of `path`, and makes the folder when it turns out to be missing.
pub(super) fn in_folder<T>(path: &Path, work: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    match (work(path), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(folder)?;
            work(path)
        }
        (done, _) => done,
    }
}

/// Makes a folder and what is missing above it, each durable in its parent.
fn make_folder(folder: &Path) -> io::Result<()> {
    match in_folder(folder, |folder| fs::create_dir(folder)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !folder.is_dir() => Err(error),
        // Somebody else may have made it a moment ago and not have synced it yet.
        _ => sync_folder_of(folder),
    }
}

/// Makes the entry of `path` in its folder durable.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// The rest of a range of a file.
struct Reader {
    file: File,
    left: u64,
    /// The chunk before, whose memory is used again when nobody holds it any more.
    last: Bytes,
}

impl Reader {
    fn open(path: &Path, range: Option<Range<u64>>) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let left = match range {
            None => file.metadata()?.len(),
            Some(range) => {
                file.seek(SeekFrom::Start(range.start))?;
                range.end.saturating_sub(range.start)
            }
        };
        Ok(Self { file, left, last: Bytes::new() })
    }

    /// The next chunk; a file that ends before the range does is an error.
    fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if self.left == 0 {
            return Ok(None);
        }
        let length = self.left.min(READ_BYTES);
        let mut chunk = std::mem::take(&mut self.last).try_into_mut().unwrap_or_default();
        chunk.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        self.file.read_exact(&mut chunk)?;
        self.left -= length;
        self.last = chunk.freeze();
        Ok(Some((self.last.clone(), self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_written_whole_however_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut batch = Batch::default();
        let chunks: Vec<Bytes> = (0..100).map(|n: u8| Bytes::from(vec![n; usize::from(n) * 7])).collect();
        chunks.iter().cloned().for_each(|chunk| batch.push(chunk));
        let path = folder.path().join("a/b/file");
        let file = in_folder(&path, |path| File::create_new(path)).unwrap();
        batch.write_to(&file).unwrap();
        assert_eq!(fs::read(path).unwrap(), chunks.concat());
    }

    #[test]
    fn a_dropped_writer_takes_its_file_along() {
        let folder = tempfile::tempdir().unwrap();
        let mut batch = Batch::default();
        batch.push(Bytes::from_static(b"some"));
        let path = folder.path().join("staging/up");
        let writer = Writer::new(path.clone()).append(&batch).unwrap();
        assert!(path.exists());
        drop(writer);
        assert!(!path.exists());
    }
}
