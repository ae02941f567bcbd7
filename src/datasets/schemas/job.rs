//! The job that reads what was published: each blob once, by one replica at a time, and again where one was cut off.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::super::files::FileEntry;
use super::super::store;
use super::model::READABLE;
use super::read::read;
use crate::db::{Db, Tx};
use crate::jobs::{Job, enqueue};
use crate::kernel::{Ctx, Error, Result, Timestamp, VersionId};
use crate::storage::BlobStore;

/// The kind of job that reads the files of a version.
pub const SCHEMAS_JOB: &str = "read_schemas";

/// How long one job works before it gives way to others; what is left is queued again.
const TURN: Duration = Duration::from_secs(20);
/// How long a blob is left to the replica that took it; longer than a turn and the blob it ends with.
const CLAIM: Duration = Duration::from_secs(15 * 60);
/// Blobs taken at once.
const BATCH: i64 = 8;
/// The most versions queued by one sweep.
const MOST_QUEUED: i64 = 500;

#[derive(Serialize, Deserialize)]
struct SchemasJob {
    version: VersionId,
}

/// Queues the reading of a version's files, if there are any that can be read; as one statement.
///
/// # Errors
/// When the database fails.
pub(in crate::datasets) fn queue_schemas(tx: &mut Tx<'_>, version: &VersionId, now: Timestamp) -> Result<()> {
    let job = serde_json::to_value(SchemasJob { version: version.clone() })
        .map_err(|error| Error::internal("job", error))?;
    enqueue(tx, SCHEMAS_JOB, &job, now)
}

/// Whether a file is one of which the inside is read.
pub(in crate::datasets) fn is_readable(file: &FileEntry) -> bool {
    file.is_held() && READABLE.contains(&file.media_type.as_str())
}

fn stale(now: Timestamp) -> Timestamp {
    Timestamp::from_millis(now.as_millis() - i64::try_from(CLAIM.as_millis()).unwrap_or(i64::MAX))
}

/// Queues published versions with files that nobody has read: those of before this was done, and those whose reading was cut
/// off or failed.
///
/// # Errors
/// When the database fails.
pub async fn queue_unread_schemas(db: &Db, ctx: &Ctx) -> Result<()> {
    let now = ctx.now;
    let unread = db.read(move |conn| store::unread_versions(conn, stale(now), MOST_QUEUED)).await?;
    if unread.is_empty() {
        return Ok(());
    }
    db.write("queue_schemas", move |tx| unread.iter().try_for_each(|version| queue_schemas(tx, version, now)))
        .await
}

/// Reads files of a version that nobody has read.
///
/// # Errors
/// When the database fails; a file that cannot be read is an outcome, not an error.
pub async fn run_schemas(db: &Db, store: &BlobStore, ctx: &Ctx, job: &Job) -> Result<()> {
    let SchemasJob { version } =
        serde_json::from_str(&job.payload).map_err(|error| Error::internal("job", error))?;
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        let (of, now) = (version.clone(), ctx.now.plus(begun.elapsed()));
        let blobs =
            db.write("claim_blobs", move |tx| store::claim_unread(tx, &of, (stale(now), now), BATCH)).await?;
        if blobs.is_empty() {
            return Ok(());
        }
        let mut outcomes = Vec::with_capacity(blobs.len());
        for (sha256, blob) in blobs {
            match read(store, &blob).await {
                Ok(outcome) => outcomes.push((sha256, blob.media_type, outcome)),
                // Left as it was taken, so that the sweep finds it when the store is well again.
                Err(error) => tracing::warn!(%error, blob = %sha256, "a file could not be read"),
            }
        }
        let now = ctx.now.plus(begun.elapsed());
        db.write("keep_schemas", move |tx| store::keep_schemas(tx, &outcomes, now)).await?;
    }
    let later = ctx.now.plus(begun.elapsed() + Duration::from_secs(1));
    db.write("queue_schemas", move |tx| queue_schemas(tx, &version, later)).await
}
