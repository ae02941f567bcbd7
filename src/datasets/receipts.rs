//! Receipts of what everybody who sees a dataset may prove: its publications, withdrawals and terms; and that what is handed to
//! other catalogues is what the journal has.

use std::collections::HashMap;

use super::changes::WholeDataset;
use super::find::{Action, find_dataset};
use super::store;
use crate::db::{Conn, Db};
use crate::journal::tlog::ReceiptBundle;
use crate::journal::{Recorded, newest_about, public_receipts, receipts_for};
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

/// The entries that say what whole datasets are, by dataset or version.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<(String, Recorded)>);

/// The newest entries about the record, the terms and the version of each of these.
///
/// # Errors
/// When the database fails.
pub(super) fn entries_of<'a>(
    conn: &mut Conn,
    wholes: impl Iterator<Item = &'a WholeDataset>,
) -> Result<Entries> {
    let (mut records, mut terms, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for whole in wholes {
        records.push(whole.dataset.id.to_string());
        terms.extend(whole.policy.as_ref().map(|_| whole.dataset.id.to_string()));
        versions.extend(whole.version.as_ref().map(|version| version.id.to_string()));
    }
    let mut entries = newest_about(conn, &records, &["dataset.registered", "dataset.updated"])?;
    entries.extend(newest_about(conn, &terms, &["policy.attached"])?);
    entries.extend(newest_about(conn, &versions, &["version.published"])?);
    Ok(Entries(entries))
}

impl Entries {
    /// Gives the datasets their receipts.
    ///
    /// # Errors
    /// 503 `checkpoint_pending`.
    pub(super) async fn attach(self, db: &Db, wholes: impl Iterator<Item = &mut WholeDataset>) -> Result<()> {
        let (subjects, rows): (Vec<String>, Vec<Recorded>) = self.0.into_iter().unzip();
        let mut receipts: HashMap<String, Vec<ReceiptBundle>> = HashMap::new();
        for (subject, receipt) in subjects.into_iter().zip(receipts_for(db, rows).await?) {
            receipts.entry(subject).or_default().push(receipt);
        }
        for whole in wholes {
            let subjects =
                [Some(whole.dataset.id.as_str()), whole.version.as_ref().map(|version| version.id.as_str())];
            let own = subjects.into_iter().flatten().filter_map(|subject| receipts.remove(subject));
            whole.receipts = own.flatten().collect();
        }
        Ok(())
    }
}
