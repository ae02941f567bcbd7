//! Receipts of what everybody who sees a dataset may prove: its publications, withdrawals and terms.

use super::find::{Action, find_dataset};
use super::store;
use crate::db::Db;
use crate::journal::public_receipts;
use crate::journal::tlog::ReceiptBundle;
use crate::kernel::{Ctx, Page, PageRequest, Result, Slug};

/// What happened to a dataset that is as visible as the dataset itself.
const KINDS: &[&str] = &["policy.attached", "version.published", "version.withdrawn"];

/// The receipts of a dataset's publications, withdrawals and terms, oldest first.
///
/// # Errors
/// 404 when the dataset cannot be seen; 422; 503 `checkpoint_pending`.
pub async fn dataset_receipts(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    page: PageRequest,
) -> Result<Page<ReceiptBundle>> {
    let ctx = ctx.clone();
    let subjects = db
        .read(move |conn| {
            let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
            let mut subjects = store::published_ids(conn, &dataset.id)?;
            subjects.push(dataset.id.to_string());
            Ok(subjects)
        })
        .await?;
    public_receipts(db, subjects, KINDS, page).await
}
