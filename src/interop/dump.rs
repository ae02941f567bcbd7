//! What is in a dump of the catalogue: every public dataset, one after the other, as it is when its turn comes.
//!
//! Another kind of dump gets a variant in `datasets::DumpKind` and its text in `line`; DCAT as N-Triples belongs here.

use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;

use super::entry::{Entry, entries};
use crate::datasets::versions::Version;
use crate::datasets::{
    Dataset, DumpKind, Part, PolicyRevision, Selection, dump_position, is_dump_due, write_dump,
};
use crate::db::Db;
use crate::kernel::{Ctx, DatasetId, Error, Result};
use crate::storage::BlobStore;

/// Datasets in one look at the database.
const BATCH: i64 = 100;

/// A line of the dump in NDJSON.
#[derive(Serialize)]
struct Line<'a> {
    dataset: &'a Dataset,
    policy: Option<&'a PolicyRevision>,
    version: Option<&'a Version>,
}

/// Makes those dumps for which it is time.
///
/// # Errors
/// When the database or the store fails; then there is no dump.
pub async fn make_due_dumps(db: &Db, store: &BlobStore, ctx: &Ctx, every: Duration) -> Result<()> {
    for kind in DumpKind::ALL {
        if is_dump_due(db, ctx, *kind, every).await? {
            let position = dump_position(db).await?;
            let parts = parts(db.clone(), ctx.clone(), *kind).boxed();
            let dump = write_dump(db, store, ctx, (*kind, position), parts).await?;
            tracing::info!(
                name = dump.name,
                records = dump.records,
                bytes = dump.size,
                "dumped the catalogue"
            );
        }
    }
    Ok(())
}

/// The texts of a dump, a batch of datasets in memory at a time.
fn parts(db: Db, ctx: Ctx, kind: DumpKind) -> impl Stream<Item = Result<Part>> + Send + 'static {
    stream::try_unfold(Some(None::<DatasetId>), move |after| {
        let (db, ctx) = (db.clone(), ctx.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let found = db
                .read(move |conn| entries(conn, &ctx, &Selection::default(), after.as_ref(), (BATCH, 0)))
                .await?;
            let mut text = String::new();
            for entry in &found {
                text.push_str(&line(entry, kind)?);
            }
            let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
            let last = found.last().map(|entry| entry.described.dataset.id.clone());
            Ok::<_, Error>(Some(((text, count), last.filter(|_| count == BATCH).map(Some))))
        }
    })
}

fn line(entry: &Entry, kind: DumpKind) -> Result<String> {
    let described = &entry.described;
    match kind {
        DumpKind::Ndjson => {
            let line = Line {
                dataset: &described.dataset,
                policy: described.terms.as_ref(),
                version: described.version.as_ref(),
            };
            let text =
                serde_json::to_string(&line).map_err(|error| Error::internal("a line of a dump", error))?;
            Ok(text + "\n")
        }
    }
}
