//! Dumps of the public catalogue: made one after the other, kept for a while, found by name.
//!
//! The bytes lie among the blobs, under a key of their own; the row that names them is written when they are durable. So a reader
//! never sees half a dump, and what a crash leaves behind is swept with the bytes that no row knows.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt as _, stream};

use super::files::free;
use super::store;
use crate::db::Db;
use crate::journal::log_size;
use crate::kernel::{Ctx, Digest, Error, Result, Timestamp, UploadId, text_enum};
use crate::storage::{BlobKey, BlobStore, Expect};

/// So many dumps of each kind are kept.
const KEPT: usize = 3;
/// The largest dump, in bytes, compressed.
const MAX_BYTES: u64 = 1 << 40;

text_enum! {
    /// What a dump consists of.
    pub enum DumpKind {
        /// One JSON document a line for each dataset.
        Ndjson = "ndjson",
        /// DCAT-AP as N-Triples (RDF 1.1).
        NTriples = "nt",
    }
}

/// A dump.
#[derive(Debug, Clone)]
pub struct Dump {
    /// The name of its file.
    pub name: String,
    /// What it consists of.
    pub kind: DumpKind,
    /// Where its bytes lie.
    pub key: BlobKey,
    /// How many bytes it has, compressed.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Digest,
    /// How many datasets are in it.
    pub records: i64,
    /// Everything that changed after this position of the journal may be missing.
    pub position: i64,
    /// When it was begun.
    pub made_at: Timestamp,
}

/// A part of a dump as it is made: text, and how many datasets it holds.
pub type Part = (String, i64);

/// Whether it is time for a dump of this kind: there is none of the present span (the spans are counted from 1970, so that days
/// begin at midnight UTC), or something left the public catalogue since the last one.
///
/// # Errors
/// When the database fails.
pub async fn is_dump_due(db: &Db, ctx: &Ctx, kind: DumpKind, every: Duration) -> Result<bool> {
    let now = ctx.now;
    db.read(move |conn| {
        if store::count_public(conn)? == 0 && store::latest_departure(conn)?.is_none() {
            return Ok(false);
        }
        let Some(newest) = store::dumps(conn)?.into_iter().find(|dump| dump.kind == kind) else {
            return Ok(true);
        };
        let departed = store::latest_departure(conn)?.is_some_and(|position| position > newest.position);
        Ok(departed || span_of(now, every) > span_of(newest.made_at, every))
    })
    .await
}

fn span_of(at: Timestamp, every: Duration) -> i64 {
    at.as_millis() / i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1)
}

/// How far the journal has come: what a dump that begins now certainly contains.
///
/// # Errors
/// When the database fails.
pub async fn dump_position(db: &Db) -> Result<i64> {
    db.read(|conn| Ok(log_size(conn)? - 1)).await
}

/// Makes a dump of these parts, and then takes away those of its kind that are too many or hold what has left the public
/// catalogue.
///
/// # Errors
/// When a part, the store or the database fails; then there is no dump.
pub async fn write_dump<S>(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    (kind, position): (DumpKind, i64),
    parts: S,
) -> Result<Dump>
where
    S: Stream<Item = Result<Part>> + Send + Unpin + 'static,
{
    let records = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let expect = Expect { max_bytes: MAX_BYTES, size: None, digest: None };
    let stored = store.put(&UploadId::generate(), compressed(parts, records.clone()), expect).await?;
    let stamp: String = ctx.now.to_string().chars().filter(|c| *c != ':').take(17).collect();
    let dump = Dump {
        name: format!("catalogue-{stamp}Z.{kind}.gz"),
        kind,
        key: stored.key,
        size: stored.size,
        sha256: stored.digest,
        records: records.load(std::sync::atomic::Ordering::SeqCst),
        position,
        made_at: ctx.now,
    };
    let row = dump.clone();
    let written = db
        .write("write_dump", move |tx| {
            store::insert_dump(tx, &row)?;
            let departed = store::latest_departure(tx)?.unwrap_or(-1);
            let same = store::dumps(tx)?.into_iter().filter(|other| other.kind == kind);
            let mut freed = Vec::new();
            for (number, other) in same.enumerate() {
                if other.name != row.name && (number >= KEPT || other.position < departed) {
                    store::delete_dump(tx, &other.name)?;
                    freed.push(other.key);
                }
            }
            Ok(freed)
        })
        .await;
    // After an error the write may stand all the same: the bytes are left to the sweep, which asks the database.
    for key in written? {
        free(store, &key).await;
    }
    Ok(dump)
}

/// Takes away all dumps of a kind that is not made any more, which hold what may leave the catalogue unnoticed.
///
/// # Errors
/// When the database fails.
pub async fn drop_dumps(db: &Db, store: &BlobStore, kind: DumpKind) -> Result<()> {
    let same = move |dumps: Vec<Dump>| dumps.into_iter().filter(move |dump| dump.kind == kind);
    if same(list_dumps(db).await?).next().is_none() {
        return Ok(());
    }
    let gone = db.write("drop_dumps", move |tx| {
        let gone: Vec<Dump> = same(store::dumps(tx)?).collect();
        gone.iter().try_for_each(|dump| store::delete_dump(tx, &dump.name))?;
        Ok(gone)
    });
    for dump in gone.await? {
        free(store, &dump.key).await;
    }
    Ok(())
}

/// The parts, compressed as they come.
fn compressed<S>(
    parts: S,
    records: std::sync::Arc<std::sync::atomic::AtomicI64>,
) -> stream::BoxStream<'static, Result<Bytes>>
where
    S: Stream<Item = Result<Part>> + Send + Unpin + 'static,
{
    let failed = |error| Error::internal("compressing a dump", error);
    let encoder = GzEncoder::new(Vec::new(), Compression::default());
    stream::try_unfold(Some((parts, encoder)), move |state| {
        let records = records.clone();
        async move {
            let Some((mut parts, mut encoder)) = state else { return Ok(None) };
            while let Some(part) = parts.next().await {
                let (text, count) = part?;
                records.fetch_add(count, std::sync::atomic::Ordering::SeqCst);
                encoder.write_all(text.as_bytes()).map_err(failed)?;
                let ready = std::mem::take(encoder.get_mut());
                if !ready.is_empty() {
                    return Ok(Some((Bytes::from(ready), Some((parts, encoder)))));
                }
            }
            let rest = encoder.finish().map_err(failed)?;
            Ok(Some((Bytes::from(rest), None)))
        }
    })
    .boxed()
}

/// The dumps there are, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_dumps(db: &Db) -> Result<Vec<Dump>> {
    db.read(store::dumps).await
}

/// The dump with this name; `latest` and its kind stand for the newest one: `latest.ndjson.gz`.
///
/// # Errors
/// 404 when there is none.
pub async fn find_dump(db: &Db, name: String) -> Result<Dump> {
    db.read(move |conn| {
        let latest = DumpKind::ALL.iter().find(|kind| name == format!("latest.{kind}.gz"));
        let found = match latest {
            Some(kind) => store::dumps(conn)?.into_iter().find(|dump| dump.kind == *kind),
            None => store::dump(conn, &name)?,
        };
        found.ok_or_else(|| Error::not_found("dump").next("GET /dumps/ lists them"))
    })
    .await
}

/// Where a follower of the changes goes on after a dump.
#[must_use]
pub fn cursor_after(dump: &Dump) -> String {
    crate::kernel::Cursor::new([dump.position.to_string()]).encode()
}
