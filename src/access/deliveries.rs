//! Looking at the account of deliveries, and proving what stands in it.

use super::find::after_id;
use super::grants::find_grant;
use super::model::{AccountRow, Delivered, DeliveryProof, Seal, SealPlace, SealedRow, leaf, root_and_path};
use super::store::{self, Of};
use crate::datasets::{Action, find_dataset, find_dataset_by_id};
use crate::db::{Conn, Db};
use crate::journal::receipt_at;
use crate::kernel::{Ctx, Cursor, DeliveryId, Error, GrantId, Kind, Page, PageRequest, Result, Scope, Slug};

/// Deliveries under a grant, newest first; for everybody who may know of the grant.
///
/// # Errors
/// 401; 404.
pub async fn list_grant_deliveries(
    db: &Db,
    ctx: &Ctx,
    id: GrantId,
    page: PageRequest,
) -> Result<Page<Delivered>> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (grant, _) = find_grant(conn, &ctx, &id)?;
        list(conn, &Of::Grant(grant.id), &page)
    })
    .await
}

/// Deliveries of a dataset, newest first; for the providing organisation.
///
/// # Errors
/// 401; 404.
pub async fn list_dataset_deliveries(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    page: PageRequest,
) -> Result<Page<Delivered>> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::SeeInside)?;
        list(conn, &Of::Dataset(dataset.id), &page)
    })
    .await
}

fn list(conn: &mut Conn, of: &Of, page: &PageRequest) -> Result<Page<Delivered>> {
    let before = after_id(page)?;
    let found = store::list_deliveries(conn, of, page, before.as_ref())?;
    Ok(page.page(found, |item| Cursor::new([item.id.to_string()])))
}

/// What proves a delivery, receipts included; for those in whose list it stands.
///
/// # Errors
/// 401; 404; 409 `not_sealed` until the next seal; 503 `checkpoint_pending` until that is signed.
pub async fn prove_delivery(db: &Db, ctx: &Ctx, id: DeliveryId) -> Result<DeliveryProof> {
    let (delivery, cut) = sealed_rows(db, ctx, id).await?;
    let mut receipts = vec![receipt_at(db, delivery.seal.position).await?];
    if let Some(cut) = cut.as_ref().filter(|cut| cut.seal != delivery.seal) {
        receipts.push(receipt_at(db, cut.seal.position).await?);
    }
    Ok(DeliveryProof { delivery, cut, receipts })
}

/// The rows of a delivery under their seals: as it was begun, and how it ended early, if it did.
///
/// # Errors
/// As [`prove_delivery`], but for the receipts.
pub async fn sealed_rows(db: &Db, ctx: &Ctx, id: DeliveryId) -> Result<(SealedRow, Option<SealedRow>)> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        may_see(conn, &ctx, &id)?;
        let (begun, cut) = store::seals_of(conn, &id)?;
        let begun = begun.ok_or_else(|| {
            Error::conflict("not_sealed", "the delivery is in no seal yet; ask again in a minute")
        })?;
        Ok((sealed_row(conn, begun)?, cut.map(|place| sealed_row(conn, place)).transpose()?))
    })
    .await
}

/// A delivery is seen in the list of its grant, or in that of its dataset.
fn may_see(conn: &mut Conn, ctx: &Ctx, id: &DeliveryId) -> Result<()> {
    let unknown = || Error::not_found("delivery");
    let (dataset, grant) = store::concerned(conn, id)?.ok_or_else(unknown)?;
    if let Some(grant) = grant {
        match find_grant(conn, ctx, &grant) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    match find_dataset_by_id(conn, ctx, &dataset, Action::SeeInside) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == Kind::NotFound => Err(unknown()),
        Err(error) => Err(error),
    }
}

/// The row at this place, with the way to the root over all rows of its seal.
fn sealed_row(conn: &mut Conn, place: SealPlace) -> Result<SealedRow> {
    let broken = || Error::internal("seal", "its rows are not those that were sealed");
    let rows = store::rows_of_seal(conn, place.position)?;
    let mut texts = Vec::with_capacity(rows.len());
    for (expected, (at, row)) in (0_i64..).zip(&rows) {
        if *at != expected {
            return Err(broken());
        }
        texts.push(AccountRow::text(row)?);
    }
    let leaves: Vec<_> = texts.iter().map(|text| leaf(text)).collect();
    let index = usize::try_from(place.index).map_err(|_| broken())?;
    let (root, path) = root_and_path(&leaves, index);
    let row = texts.into_iter().nth(index).ok_or_else(broken)?;
    let seal = Seal { position: place.position, count: leaves.len() as u64, root };
    Ok(SealedRow { row, index: index as u64, path, seal })
}
