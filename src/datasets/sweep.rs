//! The sweep: frees bytes in the store that no row knows, and what broken uploads left behind.
//!
//! Bytes come before their row, so young ones are left alone: an upload may be just about to become part of a draft.

use std::time::Duration;

use futures_util::StreamExt as _;

use super::files::free;
use super::store;
use crate::db::Db;
use crate::kernel::{Ctx, Result, Timestamp};
use crate::storage::{BlobStore, Listed};

/// Bytes without a row are left alone for so long; far longer than any upload takes to be registered.
const GRACE: Duration = Duration::from_secs(24 * 3600);
/// Places looked up in one query.
const BATCH: usize = 500;

/// Sweeps the store once.
///
/// # Errors
/// When the store or the database fails; what was freed by then stays freed.
pub async fn sweep(db: &Db, store: &BlobStore, ctx: &Ctx) -> Result<()> {
    let grace = i64::try_from(GRACE.as_millis()).unwrap_or(i64::MAX);
    let before = Timestamp::from_millis(ctx.now.as_millis().saturating_sub(grace));
    let staged = store.sweep_staging(before).await?;
    let mut freed = 0_u64;
    let mut batches = store.list().chunks(BATCH);
    while let Some(batch) = batches.next().await {
        let old: Vec<Listed> = batch
            .into_iter()
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .filter(|listed| listed.modified < before)
            .collect();
        let keys: Vec<String> = old.iter().map(|listed| listed.key.to_string()).collect();
        let known = db.read(move |conn| store::known_keys(conn, &keys)).await?;
        for orphan in old.iter().filter(|listed| !known.iter().any(|key| key == listed.key.as_str())) {
            free(store, &orphan.key).await;
            freed += 1;
        }
    }
    if staged + freed > 0 {
        tracing::info!(staged, freed, "swept the store");
    }
    Ok(())
}
