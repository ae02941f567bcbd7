//! Grants: seeing them, ending them, and what was delivered under them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::super::model::{Delivered, Grant, GrantState, Relinquishment, Revocation};
use super::super::{account, grants};
use super::query::ListQuery;
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, GrantId, Result};

/// Lists grants
///
/// Those of your organisations, of the spaces you review or run, and for the datasets you publish; newest first,
/// ended ones included.
#[utoipa::path(tag = "access", operation_id = "list_grants", params(ListQuery<GrantState>),
    responses((status = 200, description = "A page of grants", body = Listing<Grant>)))]
#[get("/grants")]
pub(super) async fn list_grants(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    query: Query<ListQuery<GrantState>>,
) -> Result<HttpResponse> {
    let (filters, page) = query.into_inner().checked()?;
    Ok(listing(&req, grants::list_grants(&db, &ctx, filters, page).await?))
}

/// Shows a grant
///
/// `active` says whether it holds at this moment.
#[utoipa::path(tag = "access", operation_id = "get_grant", params(("id" = GrantId, Path, description = "The grant")),
    responses((status = 200, description = "The grant", body = Grant)))]
#[get("/grants/{id}")]
pub(super) async fn get_grant(ctx: Ctx, db: web::Data<Db>, id: web::Path<GrantId>) -> Result<HttpResponse> {
    let grant = grants::show_grant(&db, &ctx, id.into_inner()).await?;
    Ok(HttpResponse::Ok().json(&grant))
}

/// Revokes a grant
///
/// The next request for bytes is refused. By reviewers and stewards of the space and publishers of the provider.
#[utoipa::path(tag = "access", operation_id = "revoke_grant", request_body = Revocation,
    params(("id" = GrantId, Path, description = "The grant")),
    responses((status = 200, description = "The grant", body = Grant)))]
#[post("/grants/{id}/revoke")]
pub(super) async fn revoke_grant(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<GrantId>,
    body: Json<Revocation>,
) -> Result<HttpResponse> {
    let grant = grants::revoke_grant(&db, &ctx, id.into_inner(), body.0).await?;
    Ok(with_etag(HttpResponse::Ok(), grant.revision, &grant))
}

/// Gives a grant back
///
/// By members of the organisation that holds it.
#[utoipa::path(tag = "access", operation_id = "relinquish_grant", request_body = Relinquishment,
    params(("id" = GrantId, Path, description = "The grant")),
    responses((status = 200, description = "The grant", body = Grant)))]
#[post("/grants/{id}/relinquish")]
pub(super) async fn relinquish_grant(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<GrantId>,
    body: Json<Relinquishment>,
) -> Result<HttpResponse> {
    let grant = grants::relinquish_grant(&db, &ctx, id.into_inner(), body.0).await?;
    Ok(with_etag(HttpResponse::Ok(), grant.revision, &grant))
}

/// Lists deliveries under a grant
///
/// Who got which file, when, and for which declared model or run; newest first.
#[utoipa::path(tag = "access", operation_id = "list_grant_deliveries",
    params(("id" = GrantId, Path, description = "The grant"), PageQuery),
    responses((status = 200, description = "A page of deliveries", body = Listing<Delivered>)))]
#[get("/grants/{id}/deliveries")]
pub(super) async fn list_grant_deliveries(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<GrantId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    let found = account::list_grant_deliveries(&db, &ctx, id.into_inner(), page.checked()?).await?;
    Ok(listing(&req, found))
}
