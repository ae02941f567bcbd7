//! Sources and their records.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::model::{NewSource, RecordOutcome, Source, SourceRecord};
use super::super::{runs, sources};
use crate::db::Db;
use crate::http::{IfMatch, Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, Result, Slug, SourceId};

/// Lists the sources of a space
///
/// Catalogues elsewhere from which records are harvested into it. Seen by its role holders, administrators and auditors.
#[utoipa::path(tag = "sources", operation_id = "list_sources", params(("space" = Slug, Path, description = "The space"), PageQuery),
    responses((status = 200, description = "A page of sources", body = Listing<Source>)))]
#[get("/spaces/{space}/sources")]
pub(super) async fn list_sources(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    space: web::Path<Slug>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, sources::list_sources(&db, &ctx, space.into_inner(), page.checked()?).await?))
}

/// Registers a source
///
/// By a steward of the space who publishes for the organisation under which its records are listed, or an administrator. With a
/// rhythm it is harvested at once, and then as often; without one when somebody asks.
#[utoipa::path(tag = "sources", operation_id = "create_source", request_body = NewSource,
    params(("space" = Slug, Path, description = "The space")),
    responses((status = 201, description = "The source", body = Source)))]
#[post("/spaces/{space}/sources")]
pub(super) async fn create_source(
    ctx: Ctx,
    db: web::Data<Db>,
    space: web::Path<Slug>,
    body: Json<NewSource>,
) -> Result<HttpResponse> {
    let source = sources::register_source(&db, &ctx, space.into_inner(), body.0).await?;
    Ok(with_etag(HttpResponse::Created(), source.revision, &source))
}

/// Shows a source
///
/// What is stated of it, and what happens with it.
#[utoipa::path(tag = "sources", operation_id = "get_source",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source")),
    responses((status = 200, description = "The source", body = Source)))]
#[get("/spaces/{space}/sources/{source}")]
pub(super) async fn get_source(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId)>,
) -> Result<HttpResponse> {
    let (space, id) = path.into_inner();
    let source = sources::show_source(&db, &ctx, space, id).await?;
    Ok(with_etag(HttpResponse::Ok(), source.revision, &source))
}

/// Changes a source
///
/// Kind and organisation stay as they are. With another address the next run reads everything anew.
#[utoipa::path(tag = "sources", operation_id = "update_source", request_body = NewSource,
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"),
        ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 200, description = "The source", body = Source)))]
#[put("/spaces/{space}/sources/{source}")]
pub(super) async fn update_source(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId)>,
    fits: IfMatch,
    body: Json<NewSource>,
) -> Result<HttpResponse> {
    let changed =
        sources::change_source(&db, &ctx, path.into_inner(), body.0, move |revision| fits.check(revision))
            .await?;
    Ok(with_etag(HttpResponse::Ok(), changed.revision, &changed))
}

/// Removes a source
///
/// With everything that was harvested from it, in the background; until that is done it is shown as `removing`.
#[utoipa::path(tag = "sources", operation_id = "delete_source",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"),
        ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 202, description = "The source, which is being removed", body = Source)))]
#[delete("/spaces/{space}/sources/{source}")]
pub(super) async fn delete_source(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId)>,
    fits: IfMatch,
) -> Result<HttpResponse> {
    let source =
        sources::remove_source(&db, &ctx, path.into_inner(), move |revision| fits.check(revision)).await?;
    Ok(with_etag(HttpResponse::Accepted(), source.revision, &source))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordQuery {
    /// Only records of which this became.
    outcome: Option<RecordOutcome>,
    /// How many items, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_after` of the page before.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
}

/// Lists the records of a source
///
/// Each with what became of it in the run that saw it last, and why.
#[utoipa::path(tag = "sources", operation_id = "list_source_records",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"), RecordQuery),
    responses((status = 200, description = "A page of records", body = Listing<SourceRecord>)))]
#[get("/spaces/{space}/sources/{source}/records")]
pub(super) async fn list_source_records(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId)>,
    query: Query<RecordQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let page = PageQuery { limit: query.limit, after: query.after }.checked()?;
    Ok(listing(&req, runs::list_records(&db, &ctx, path.into_inner(), query.outcome, page).await?))
}
