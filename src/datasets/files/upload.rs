//! Uploading a file into a draft: the bytes go to the store first, hashed on the way; then one write makes them
//! part of the draft. A crash in between leaves bytes without a row, which the sweep finds, never a row without
//! bytes.

use std::collections::HashSet;

use bytes::Bytes;
use futures_util::Stream;

use super::super::find::Action;
use super::super::model::Dataset;
use super::super::store;
use super::super::versions::{Version, VersionName, find_version};
use super::media_type::MediaType;
use super::model::{Content, FileEntry};
use super::path::FilePath;
use super::view::File;
use crate::db::{Conn, Db};
use crate::identity::organisation_by_id;
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Digest, Error, Kind, Result, Scope, Timestamp, UploadId, VersionId};
use crate::storage::{BlobKey, BlobStore, Expect, Stored};

/// What the client says of an upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The path within the version.
    pub path: FilePath,
    /// The media type; guessed from the name when not said.
    pub media_type: Option<MediaType>,
    /// Open to everybody who may see the dataset.
    pub sample: bool,
    /// How many bytes are announced.
    pub size: Option<u64>,
    /// The digest they must have.
    pub digest: Option<Digest>,
}

/// What became of an upload.
#[derive(Debug)]
pub struct Uploaded {
    /// The file.
    pub file: File,
    /// Whether its path is new in the draft.
    pub new: bool,
}

/// Takes a file into a draft.
///
/// # Errors
/// 401, 403, 404; 409 `version_not_draft`, `path_clash`; 413 `upload_too_large`; 422 when size or digest are not
/// as declared; 507 `quota_exceeded`. Nothing is left behind then.
pub async fn upload_file<S>(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    name: VersionName,
    upload: Upload,
    body: S,
) -> Result<Uploaded>
where
    S: Stream<Item = Result<Bytes>> + Unpin,
{
    ctx.require(Scope::Publish)?;
    let (at, asked, path, announced) = (ctx.clone(), name.clone(), upload.path.clone(), upload.size);
    let max_bytes = db
        .read(move |conn| {
            let (dataset, version) = draft(conn, &at, &asked, &path)?;
            drop(version);
            room(conn, &dataset, announced)
        })
        .await?;
    let expect = Expect { max_bytes, size: upload.size, digest: upload.digest };
    let stored = store.put(&UploadId::generate(), body, expect).await?;
    let key = stored.key.clone();
    match take_in(db, ctx, name, upload, stored).await {
        Ok((uploaded, superfluous)) => {
            for key in superfluous {
                free(store, &key).await;
            }
            Ok(uploaded)
        }
        Err(error) => {
            // Only what surely was not written may be taken away: an unknown outcome keeps its bytes.
            if error.code() != "outcome_unknown" {
                free(store, &key).await;
            }
            Err(error)
        }
    }
}

/// The one write of an upload. Tells which places in the store are not needed any more.
async fn take_in(
    db: &Db,
    ctx: &Ctx,
    name: VersionName,
    upload: Upload,
    stored: Stored,
) -> Result<(Uploaded, Vec<BlobKey>)> {
    let at = ctx.clone();
    let content = Content { size: stored.size, sha256: stored.digest };
    let entry = FileEntry::held(upload.path, content, upload.media_type, upload.sample)?;
    db.write("upload_file", move |tx| {
        let (dataset, version) = draft(tx, &at, &name, &entry.path)?;
        let provider = dataset.organisation_id.clone();
        let mut superfluous = Vec::new();
        if !store::keep_blob(tx, &content, &stored.key, at.now)? {
            superfluous.push(stored.key);
        }
        store::credit(tx, &provider, &content)?;
        let organisation = organisation_by_id(tx, &provider)?;
        if store::usage(tx, &provider)? > organisation.quota_bytes {
            return Err(quota_exceeded(organisation.quota_bytes));
        }
        let (new, displaced) = put(tx, &version.id, std::slice::from_ref(&entry), at.now)?;
        for old in displaced {
            superfluous.extend(store::release(tx, &provider, &old)?);
        }
        append(tx, &at, file_event("version.file_put", &dataset, &version, &entry))?;
        Ok((Uploaded { file: store::view(entry, None), new: new > 0 }, superfluous))
    })
    .await
}

/// Puts files into a draft and counts them. Tells how many paths are new, and which bytes of our store the paths have
/// let go of.
pub(super) fn put(
    conn: &mut Conn,
    version: &VersionId,
    entries: &[FileEntry],
    now: Timestamp,
) -> Result<(i64, Vec<Content>)> {
    if entries.is_empty() {
        return Ok((0, Vec::new()));
    }
    let before = store::put_files(conn, version, entries, now)?;
    let total = |files: &[FileEntry]| -> i64 {
        files.iter().filter_map(|file| file.content).map(|content| signed(content.size)).sum()
    };
    let new = signed(entries.len() as u64) - signed(before.len() as u64);
    store::touch_version(conn, version, new, total(entries) - total(&before))?;
    let held = |files: &[FileEntry]| -> HashSet<Content> {
        files.iter().filter(|file| file.is_held()).filter_map(|file| file.content).collect()
    };
    let kept = held(entries);
    Ok((new, held(&before).into_iter().filter(|old| !kept.contains(old)).collect()))
}

/// The draft that a file may be put into, at a path that clashes with no other.
pub(super) fn draft(
    conn: &mut Conn,
    ctx: &Ctx,
    name: &VersionName,
    path: &FilePath,
) -> Result<(Dataset, Version)> {
    let (dataset, version) = find_version(conn, ctx, name, Action::Publish)?;
    version.state.require_draft()?;
    no_clash(conn, &version, std::slice::from_ref(path))?;
    Ok((dataset, version))
}

/// Refuses paths that cannot stand beside those that the draft has.
pub(super) fn no_clash(conn: &mut Conn, version: &Version, paths: &[FilePath]) -> Result<()> {
    if version.files == 0 {
        return Ok(());
    }
    for path in paths {
        if let Some(there) = store::clashing(conn, &version.id, path)? {
            return Err(Error::conflict(
                "path_clash",
                format!(
                    "`{path}` cannot stand beside `{there}`: they are one name to some file systems, or a file would be a folder"
                ),
            ));
        }
    }
    Ok(())
}

/// The event of a change to a file; its path is the provider's own text and stays out of the log's open part.
pub(super) fn file_event(
    kind: &'static str,
    dataset: &Dataset,
    version: &Version,
    entry: &FileEntry,
) -> Event {
    let event = Event::new(kind, &version.id)
        .in_space(&dataset.space)
        .provided_by(&dataset.organisation_id)
        .fact("dataset", dataset.id.as_str());
    let event = match entry.content {
        Some(content) => event.fact("sha256", content.sha256.to_string()).fact("size", content.size),
        None => event,
    };
    event.payload(serde_json::json!({ "path": entry.path }))
}

/// How many bytes may come: what the organisation's limits leave.
fn room(conn: &mut Conn, dataset: &Dataset, announced: Option<u64>) -> Result<u64> {
    let organisation = organisation_by_id(conn, &dataset.organisation_id)?;
    let left = organisation.quota_bytes.saturating_sub(store::usage(conn, &organisation.id)?);
    let largest = u64::try_from(organisation.max_file_bytes).unwrap_or(0);
    if announced.is_some_and(|size| size > largest) {
        return Err(Error::new(
            Kind::TooLarge,
            "upload_too_large",
            format!("your organisation may upload files of {largest} bytes at most"),
        ));
    }
    if left <= 0 && announced != Some(0) {
        return Err(quota_exceeded(organisation.quota_bytes));
    }
    // The quota is judged when the bytes are known: content that is here already counts only once.
    Ok(largest)
}

fn quota_exceeded(quota: i64) -> Error {
    Error::new(
        Kind::QuotaExceeded,
        "quota_exceeded",
        format!(
            "this goes beyond the {quota} bytes your organisation may store; delete drafts or ask an administrator"
        ),
    )
}

pub(super) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Frees a place in the store; when that fails the sweep does it later.
pub(in crate::datasets) async fn free(store: &BlobStore, key: &BlobKey) {
    if let Err(error) = store.delete(key).await {
        tracing::warn!(%key, %error, "bytes could not be freed; the sweep will");
    }
}
