//! The newest checkpoint outside the database, beside the blobs: it tells when the database went back.

use super::log::{Log, LogName, names};
use super::sign::{Known, behind, extends};
use super::store;
use super::tlog::{Checkpoint, Note, Verifier};
use crate::db::{Conn, Db};
use crate::kernel::{Error, Result};
use crate::storage::BlobStore;

/// The folder of the notes.
const FOLDER: &str = "checkpoints";

/// A checkpoint that lies beside the blobs.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    pub(super) epoch: i64,
    pub(super) size: i64,
    /// The signed note.
    pub(super) note: String,
}

fn name(epoch: i64, size: i64) -> String {
    format!("{epoch}-{size:020}")
}

fn numbers(name: &str) -> Option<(i64, i64)> {
    let (epoch, size) = name.split_once('-')?;
    Some((epoch.parse().ok()?, size.parse().ok()?))
}

/// Writes a checkpoint beside the blobs, and then takes older ones away.
///
/// # Errors
/// When the store fails.
pub(super) async fn put(store: &BlobStore, epoch: i64, size: i64, note: String) -> Result<()> {
    store.put_note(FOLDER, &name(epoch, size), note).await?;
    for other in store.notes(FOLDER).await? {
        if numbers(&other).is_some_and(|numbers| numbers < (epoch, size)) {
            store.delete_note(FOLDER, &other).await?;
        }
    }
    Ok(())
}

/// The newest checkpoint beside the blobs.
///
/// # Errors
/// When the store fails.
pub(super) async fn newest(store: &BlobStore) -> Result<Option<Outside>> {
    // One that is replaced by a newer one just now is looked for again.
    for _ in 0..5 {
        let newest = store.notes(FOLDER).await?.iter().filter_map(|name| numbers(name)).max();
        let Some((epoch, size)) = newest else { return Ok(None) };
        if let Some(note) = store.note(FOLDER, &name(epoch, size)).await? {
            return Ok(Some(Outside { epoch, size, note }));
        }
    }
    Err(Error::unavailable(
        "store_unreachable",
        "the checkpoint beside the blobs is listed and cannot be read",
    ))
}

/// Holds the database against the newest checkpoint beside the blobs; tells epoch and size of that. The key of this process
/// counts beside those that the database knows, since it may have come after the backup that was restored.
///
/// # Errors
/// `journal_behind` when the database went back or differs, or the checkpoint is not one that this log signed; else when
/// database or store fail.
pub(super) async fn compare(db: &Db, log: Option<&Log>, store: &BlobStore) -> Result<Option<(i64, i64)>> {
    let Some(outside) = newest(store).await? else { return Ok(None) };
    let log = log.cloned();
    db.read(move |conn| {
        compare_with(conn, log.as_ref(), &outside)?;
        Ok(Some((outside.epoch, outside.size)))
    })
    .await
}

fn compare_with(conn: &mut Conn, log: Option<&Log>, outside: &Outside) -> Result<()> {
    let names = names(conn)?;
    let epoch = names.last().map_or(0, |name| name.epoch);
    let known = read(&names, log, outside)?;
    let head = store::frontier(conn)?;
    extends(conn, known, epoch, &head)
}

/// What the checkpoint says, once its signature holds.
fn read(names: &[LogName], log: Option<&Log>, outside: &Outside) -> Result<Known> {
    let strange = || {
        behind(&format!(
            "log/{FOLDER}/{} beside the blobs is not a checkpoint of this log (if that is no accident, take it away)",
            name(outside.epoch, outside.size)
        ))
    };
    let note = Note::parse(&outside.note).map_err(|_| strange())?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|_| strange())?;
    let mut verifiers: Vec<Verifier> = names.iter().map(|name| name.verifier.clone()).collect();
    if let Some(log) = log {
        verifiers.push(log.named(&checkpoint.origin)?.verifier());
    }
    verifiers.retain(|verifier| verifier.name() == checkpoint.origin);
    note.verified_by(&verifiers).map_err(|_| strange())?;
    if i64::try_from(checkpoint.size) != Ok(outside.size) {
        return Err(strange());
    }
    Ok(Known { epoch: outside.epoch, size: checkpoint.size, root: checkpoint.root })
}
