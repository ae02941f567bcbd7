//! Reading datasets: one, a list, the earlier states of a record, how complete it is.

use std::sync::Arc;

use bytes::Bytes;

use super::find::{Action, find_dataset, sees_inside};
use super::model::{Dataset, DatasetSummary, RecordRevision, Visibility};
use super::record::{Completeness, completeness};
use super::reservation::{Reservation, reservation};
use super::store::{self, Filters};
use crate::db::{Db, Memo};
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, PersonId, Result, Slug, Timestamp, TokenId};

/// Room for remembered datasets, in bytes.
const ROOM: usize = 16 * 1024 * 1024;

/// Datasets as they were shown to each caller, for as long as the database stays as it is.
pub struct Shown(Memo<(Option<CredentialName>, Slug, Slug), Arc<ShownDataset>>);

/// A dataset, and what is sent of it.
pub struct ShownDataset {
    /// The dataset.
    pub dataset: Dataset,
    /// The same as JSON, made once for all who ask.
    pub json: Bytes,
    /// What is said of text and data mining.
    pub reservation: Option<Reservation>,
}

/// Whose rights decided: a person's, as far as the token goes that it came with.
type CredentialName = (PersonId, Option<TokenId>);

impl Default for Shown {
    fn default() -> Self {
        // The record and the extension lie in the dataset and in the JSON.
        Self(Memo::new(ROOM, |shown| 1024 + 2 * shown.json.len()))
    }
}

/// One dataset.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub async fn show_dataset(
    db: &Db,
    shown: &Shown,
    ctx: &Ctx,
    name: (Slug, Slug),
) -> Result<Arc<ShownDataset>> {
    let whose = ctx.principal().map(|principal| (principal.person.clone(), principal.token.clone()));
    let key = (whose, name.0.clone(), name.1.clone());
    let read = async {
        let ctx = ctx.clone();
        db.read(move |conn| {
            let mut dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
            if dataset.visibility == Visibility::Organisations && sees_inside(&ctx, &dataset) {
                dataset.audience = Some(store::audience(conn, &dataset.id)?);
            }
            let json =
                serde_json::to_vec(&dataset).map_err(|error| Error::internal("a dataset as JSON", error))?;
            let reservation = reservation(conn, &dataset)?;
            Ok(Arc::new(ShownDataset { dataset, json: json.into(), reservation }))
        })
        .await
    };
    shown.0.get_or(ctx.epoch, key, read).await
}

/// Datasets the caller may know of, last changed first.
///
/// # Errors
/// When the cursor belongs to another list, or the database fails.
pub(super) async fn list_datasets(
    db: &Db,
    ctx: &Ctx,
    filters: Filters,
    page: PageRequest,
) -> Result<Page<DatasetSummary>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let after = match page.after.as_ref().map(Cursor::parts::<2>).transpose()? {
            None => None,
            Some([at, id]) => {
                let millis =
                    at.parse().map_err(|_| Error::invalid("after", "cursor", "not a cursor of this list"))?;
                Some((Timestamp::from_millis(millis), id.parse()?))
            }
        };
        let found = store::list_visible(conn, &ctx, &filters, &page, after)?;
        Ok(page
            .page(found, |item| Cursor::new([item.updated_at.as_millis().to_string(), item.id.to_string()])))
    })
    .await
}

/// The states a record had that the caller may know of, newest first.
///
/// # Errors
/// 404.
pub async fn history(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    page: PageRequest,
) -> Result<Page<RecordRevision>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
        let before = before(&page)?;
        let inside = sees_inside(&ctx, &dataset);
        let found = store::revisions(conn, &dataset, inside, &page, before)?;
        Ok(page.page(found, |item| Cursor::new([item.revision.to_string()])))
    })
    .await
}

/// One state of a record.
///
/// # Errors
/// 404.
pub async fn past_record(db: &Db, ctx: &Ctx, name: (Slug, Slug), revision: i64) -> Result<RecordRevision> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
        let inside = sees_inside(&ctx, &dataset);
        store::revision(conn, &dataset, inside, revision)?.ok_or_else(|| Error::not_found("revision"))
    })
    .await
}

/// How complete a record is, with reasons.
///
/// # Errors
/// 404.
pub async fn show_completeness(
    db: &Db,
    shown: &Shown,
    ctx: &Ctx,
    name: (Slug, Slug),
) -> Result<Completeness> {
    let shown = show_dataset(db, shown, ctx, name).await?;
    Ok(completeness(&shown.dataset.typed_record()?))
}

/// The cursor of a list that runs down from the newest number.
pub(super) fn before(page: &PageRequest) -> Result<Option<i64>> {
    match page.after.as_ref().map(Cursor::parts::<1>).transpose()? {
        None => Ok(None),
        Some([number]) => number
            .parse()
            .map(Some)
            .map_err(|_| Error::invalid("after", "cursor", "not a cursor of this list")),
    }
}
