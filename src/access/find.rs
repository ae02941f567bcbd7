//! Looking at requests: one, or a list, as far as the caller may know of them.

use super::model::{Filters, Parties, Request, RequestState};
use super::store;
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, RequestId, Result, Scope};

/// The request, if the caller may know of it.
pub(super) fn find_request(conn: &mut Conn, ctx: &Ctx, id: &RequestId) -> Result<(Request, Parties)> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    store::visible_request(conn, principal, id)?.ok_or_else(|| Error::not_found("request"))
}

/// One request.
///
/// # Errors
/// 401; 404 when there is none that the caller may know of.
pub async fn show_request(db: &Db, ctx: &Ctx, id: RequestId) -> Result<Request> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| Ok(find_request(conn, &ctx, &id)?.0)).await
}

/// Requests that the caller may know of, newest first.
///
/// # Errors
/// 401; 422 when the cursor belongs to another list.
pub async fn list_requests(
    db: &Db,
    ctx: &Ctx,
    filters: Filters<RequestState>,
    page: PageRequest,
) -> Result<Page<Request>> {
    let principal = ctx.require(Scope::Read)?.clone();
    db.read(move |conn| {
        let before = after_id(&page)?;
        let found = store::list_requests(conn, &principal, &filters, &page, before.as_ref())?;
        Ok(page.page(found, |request| Cursor::new([request.id.to_string()])))
    })
    .await
}

/// The cursor of a list that is sorted by id.
pub(super) fn after_id<T: std::str::FromStr<Err = Error>>(page: &PageRequest) -> Result<Option<T>> {
    let Some([id]) = page.after.as_ref().map(Cursor::parts::<1>).transpose()? else { return Ok(None) };
    id.parse().map(Some).map_err(|_| Error::invalid("after", "cursor", "not a cursor of this list"))
}
