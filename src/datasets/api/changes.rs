//! What changed: a page at a time, or all of it as a stream.

use actix_web::http::header::{ACCEPT, CACHE_CONTROL};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::changes::{DatasetChange, Detail, list_changes as changes};
use super::super::describe::Selection;
use crate::db::Db;
use crate::http::{HeadRequest, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Error, Page, PageRequest, Result, Slug, Timestamp};

/// What is asked of the changes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// Only what changed or left at or after this instant.
    modified_since: Option<Timestamp>,
    /// Only this data space.
    space: Option<Slug>,
    /// Only this organisation.
    organisation: Option<Slug>,
    /// Each dataset with its record, terms and newest version as `whole`: what another catalogue copies.
    whole: Option<bool>,
    /// As `whole`, with the receipts by which whoever knows the log checks that this is what the journal has.
    receipts: Option<bool>,
    /// How many items, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `cursor` of the last change you have, or `next_after` of the page before.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
}

/// Lists changes
///
/// Datasets you may know of, in the order of their newest change, oldest first, and those that were public and are gone: hidden
/// or removed, or, where you ask for one data space, listed in another one since. A dataset that changes again moves to the end. Keep the `cursor` of the last change you have handled, and send it
/// as `after` the next time: nothing is skipped and nothing comes twice, whatever is changed meanwhile. With
/// `Accept: application/x-ndjson`, all changes from there on, one a line. What a change of your own rights opens or closes is no
/// change of a dataset: begin anew after one. Neither is another name of an organisation or of a data space.
#[utoipa::path(tag = "datasets", operation_id = "list_changes", security(()), params(ChangesQuery),
    responses((status = 200, description = "A page of changes", body = Listing<DatasetChange>)))]
#[get("/changes")]
pub(super) async fn list_changes(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let page = PageQuery { limit: query.limit, after: query.after }.checked()?;
    let selection = Selection {
        space: query.space,
        organisation: query.organisation,
        updated_since: query.modified_since,
        updated_until: None,
    };
    let accept = req.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let detail = match (query.receipts, query.whole) {
        (Some(true), _) => Detail::Proved,
        (_, Some(true)) => Detail::Whole,
        _ => Detail::Summary,
    };
    if accept.contains("application/x-ndjson") && !req.extensions().contains::<HeadRequest>() {
        return all(db, ctx, (selection, detail), page).await;
    }
    let (found, is_last) = changes(&db, &ctx, (selection, detail), page).await?;
    let next = found.next.filter(|_| !is_last);
    Ok(listing(&req, Page { items: found.items, next }))
}

/// All changes from here on, one JSON document a line, a page in memory at a time.
async fn all(
    db: web::Data<Db>,
    ctx: Ctx,
    selection: (Selection, Detail),
    page: PageRequest,
) -> Result<HttpResponse> {
    // What is wrong with the question is said before the answer has begun.
    let page = PageRequest { limit: PageRequest::MAX_LIMIT, ..page };
    let first = changes(&db, &ctx, selection.clone(), page.clone()).await?;
    let lines = stream::try_unfold(Some(first), move |part| {
        let (db, ctx, selection, page) = (db.clone(), ctx.clone(), selection.clone(), page.clone());
        async move {
            let Some((found, is_last)) = part else { return Ok::<_, Error>(None) };
            let mut lines = String::new();
            for change in &found.items {
                let json = serde_json::to_string(change);
                lines.push_str(&json.map_err(|error| Error::internal("a change as JSON", error))?);
                lines.push('\n');
            }
            let next = if is_last {
                None
            } else {
                Some(changes(&db, &ctx, selection, PageRequest { after: found.next, ..page }).await?)
            };
            Ok(Some((Bytes::from(lines), next)))
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(lines))
}
