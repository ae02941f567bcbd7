//! How the log stands, for the operator.

use super::log::{LogName, names};
use super::outside;
use super::store;
use crate::db::Db;
use crate::kernel::Result;
use crate::storage::BlobStore;

/// How the log stands in the database.
#[derive(Debug, Clone)]
pub struct LogState {
    /// The names and keys it has had, in order; the last one holds now. None before the first start with a key.
    pub names: Vec<LogName>,
    /// How many entries the newest checkpoint covers.
    pub signed: Option<i64>,
}

/// How the log stands in the database.
///
/// # Errors
/// When the database fails.
pub async fn log_state(db: &Db) -> Result<LogState> {
    db.read(|conn| {
        let signed = store::latest_checkpoint(conn)?.map(|latest| latest.size);
        Ok(LogState { names: names(conn)?, signed })
    })
    .await
}

/// Holds the database against the checkpoint beside the blobs; tells epoch and size of the latter, if there is one.
///
/// # Errors
/// 503 `journal_behind` when the database went back or differs; else when database or store fail.
pub async fn compare_with_store(db: &Db, store: &BlobStore) -> Result<Option<(i64, i64)>> {
    outside::compare(db, None, store).await
}
