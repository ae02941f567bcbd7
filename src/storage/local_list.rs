//! What lies in a local folder: the finished blobs, and what broken uploads left behind.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use crate::kernel::{Result, Timestamp};

use super::key::{BLOBS, STAGING};
use super::local::{Local, blocking};
use super::{BlobKey, Listed};

impl Local {
    /// Every blob, one folder of the 256 at a time.
    pub(super) fn list(&self) -> BoxStream<'static, Result<Listed>> {
        let blobs = self.root().join(BLOBS);
        stream::iter(0..=u8::MAX)
            .then(move |shard| {
                let folder = blobs.join(format!("{shard:02x}"));
                blocking("listing blobs", move || listed(&folder))
            })
            .map_ok(|found| stream::iter(found.into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }

    /// Removes the files of uploads that were last written to before an instant. Returns how many there were.
    pub(super) async fn sweep_staging(&self, before: Timestamp) -> Result<u64> {
        let folder = self.root().join(STAGING);
        blocking("sweeping broken uploads", move || {
            let mut swept = 0;
            for entry in entries(&folder)? {
                if modified(&entry)?.is_some_and(|at| at < before) {
                    swept += u64::from(gone_is_fine(fs::remove_file(entry.path()))?.is_some());
                }
            }
            Ok(swept)
        })
        .await
    }
}

fn listed(folder: &Path) -> io::Result<Vec<Listed>> {
    let mut found = Vec::new();
    for entry in entries(folder)? {
        let key = entry.file_name().to_str().and_then(|id| Some(BlobKey::of(&id.parse().ok()?)));
        // What is not ours is not listed, so that nobody sweeps it away.
        let Some(key) =
            key.filter(|key| folder.ends_with(Path::new(key.as_str()).parent().unwrap_or(folder)))
        else {
            continue;
        };
        if let (Some(metadata), Some(modified)) = (gone_is_fine(entry.metadata())?, modified(&entry)?) {
            found.push(Listed { key, size: metadata.len(), modified });
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    gone_is_fine(fs::read_dir(folder))?.into_iter().flatten().collect()
}

fn modified(entry: &DirEntry) -> io::Result<Option<Timestamp>> {
    let Some(metadata) = gone_is_fine(entry.metadata())? else { return Ok(None) };
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Some(Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))))
}

/// Uploads finish and blobs are deleted while we look.
fn gone_is_fine<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
