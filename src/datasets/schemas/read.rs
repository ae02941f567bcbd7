//! Reads the inside of one blob from the store: as few bytes as its format takes.

use std::ops::Range;

use futures_util::TryStreamExt as _;

use super::archive::{self, Member};
use super::model::{Deadline, MOST_BYTES, MOST_JSON, NotRead, PATIENCE, Structure};
use super::{delimited, json_lines, parquet, zip};
use crate::datasets::files::MediaType;
use crate::kernel::{Error, Result};
use crate::storage::{BlobKey, BlobStore};

/// A blob to read.
#[derive(Debug, Clone)]
pub(in crate::datasets) struct Blob {
    pub key: BlobKey,
    pub size: u64,
    pub media_type: MediaType,
}

/// What is inside; the inner error says why that cannot be told, and will not change with another try.
///
/// # Errors
/// When the store does not answer.
pub(super) async fn read(store: &BlobStore, blob: &Blob) -> Result<Result<Structure, NotRead>> {
    let until = Deadline::after(PATIENCE);
    match tokio::time::timeout(PATIENCE, read_until(store, blob, until)).await {
        Ok(found) => found,
        // The bytes may only have been slow today.
        Err(_) => Ok(until.check().and(Err(NotRead::new("reading it took longer than 10 seconds")))),
    }
}

async fn read_until(store: &BlobStore, blob: &Blob, until: Deadline) -> Result<Result<Structure, NotRead>> {
    let found = match blob.media_type.as_str() {
        "application/vnd.apache.parquet" | "application/x-parquet" => read_parquet(store, blob).await?,
        "application/zip" | "application/x-zip-compressed" => read_zip(store, blob, until).await?,
        other => {
            let other = other.to_owned();
            let whole = blob.size <= MOST_BYTES;
            let bytes = range(store, blob, 0..blob.size.min(MOST_BYTES)).await?;
            apart(move || read_beginning(&other, bytes, whole, until)).await
        }
    };
    Ok(found.and_then(|structure| {
        let length = serde_json::to_vec(&structure).map_or(usize::MAX, |json| json.len());
        if length > MOST_JSON {
            Err(NotRead::new("what is in it takes more than 256 KiB to tell"))
        } else {
            Ok(structure)
        }
    }))
}

/// Formats that are read from the front.
pub(super) fn read_beginning(
    media_type: &str,
    bytes: Vec<u8>,
    whole: bool,
    until: Deadline,
) -> Result<Structure, NotRead> {
    let gzipped = bytes.starts_with(b"\x1f\x8b");
    let (bytes, whole) = if gzipped { archive::gunzip(&bytes, whole)? } else { (bytes, whole) };
    match media_type {
        "text/csv" => delimited::read(&bytes, whole, false, until),
        "text/tab-separated-values" => delimited::read(&bytes, whole, true, until),
        "application/jsonl" | "application/jsonlines" | "application/x-ndjson" => {
            json_lines::read(&bytes, whole, until)
        }
        _ if archive::is_tar(&bytes) => archive::tar(&bytes, whole, until),
        _ => Err(NotRead::new("it is no archive of a kind that is known")),
    }
}

async fn read_parquet(store: &BlobStore, blob: &Blob) -> Result<Result<Structure, NotRead>> {
    let from = blob.size.saturating_sub(parquet::TAIL);
    let tail = range(store, blob, from..blob.size).await?;
    let length = match parquet::footer_length(&tail, blob.size) {
        Ok(length) => length,
        Err(reason) => return Ok(Err(reason)),
    };
    let footer = range(store, blob, from - length..from).await?;
    Ok(apart(move || parquet::read(&footer)).await)
}

async fn read_zip(store: &BlobStore, blob: &Blob, until: Deadline) -> Result<Result<Structure, NotRead>> {
    let tail = range(store, blob, blob.size.saturating_sub(zip::TAIL)..blob.size).await?;
    let at = match zip::directory(&tail, blob.size) {
        Ok(at) => at,
        Err(reason) => return Ok(Err(reason)),
    };
    let directory = range(store, blob, at).await?;
    let entries = match apart(move || zip::entries(&directory)).await {
        Ok(entries) => entries,
        Err(reason) => return Ok(Err(reason)),
    };
    let (mut members, mut tables) = (Vec::with_capacity(entries.len()), 0);
    for entry in entries {
        let kind = archive::media_type(&entry.path);
        let wanted = kind.filter(|kind| tables < archive::MOST_TABLES && archive::is_table(kind));
        let place = wanted.as_ref().and_then(|_| zip::beginning(&entry, blob.size));
        let path = entry.path.clone();
        let table = match (wanted, place) {
            (Some(kind), Some(place)) => {
                tables += 1;
                let local = range(store, blob, place).await?;
                let found = apart(move || {
                    let (bytes, whole) = zip::content(&entry, &local).ok_or_else(|| NotRead::new(""))?;
                    archive::table(&kind, &bytes, whole, until).ok_or_else(|| NotRead::new(""))
                });
                found.await.ok()
            }
            _ => None,
        };
        members.push(Member { path, table });
    }
    Ok(apart(move || archive::structure(members, true, until)).await)
}

async fn range(store: &BlobStore, blob: &Blob, range: Range<u64>) -> Result<Vec<u8>> {
    let length = usize::try_from(range.end.saturating_sub(range.start))
        .map_err(|error| Error::internal("range", error))?;
    let mut bytes = Vec::with_capacity(length);
    let mut stream = store.get(&blob.key, Some(range)).await?;
    while let Some(chunk) = stream.try_next().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Runs a reader where it holds nobody up; should it panic after all, the file was not read.
async fn apart<T, F>(reader: F) -> Result<T, NotRead>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, NotRead> + Send + 'static,
{
    tokio::task::spawn_blocking(reader).await.unwrap_or_else(|_| Err(NotRead::new("it is not well-formed")))
}
