//! Grants: seeing them, ending them, and what was delivered under them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::super::model::{
    Delivered, DeliveryProof, Grant, GrantState, Relinquishment, Resumption, Revocation, Suspension,
};
use super::super::{deliveries, grants};
use super::query::ListQuery;
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, DeliveryId, GrantId, Result};

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

/// Suspends a grant
///
/// Nothing is given under it until it is resumed, and its holder is told why. It may be revoked and given back
/// meanwhile. By reviewers and stewards of the space and publishers of the provider.
#[utoipa::path(tag = "access", operation_id = "suspend_grant", request_body = Suspension,
    params(("id" = GrantId, Path, description = "The grant")),
    responses((status = 200, description = "The grant", body = Grant)))]
#[post("/grants/{id}/suspend")]
pub(super) async fn suspend_grant(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<GrantId>,
    body: Json<Suspension>,
) -> Result<HttpResponse> {
    let grant = grants::suspend_grant(&db, &ctx, id.into_inner(), body.0).await?;
    Ok(with_etag(HttpResponse::Ok(), grant.revision, &grant))
}

/// Resumes a grant
///
/// It holds again, until the end it had. By reviewers and stewards of the space and publishers of the provider who do
/// not belong to the organisation that holds it.
#[utoipa::path(tag = "access", operation_id = "resume_grant", request_body = Resumption,
    params(("id" = GrantId, Path, description = "The grant")),
    responses((status = 200, description = "The grant", body = Grant)))]
#[post("/grants/{id}/resume")]
pub(super) async fn resume_grant(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<GrantId>,
    body: Json<Resumption>,
) -> Result<HttpResponse> {
    let grant = grants::resume_grant(&db, &ctx, id.into_inner(), body.0).await?;
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
    let found = deliveries::list_grant_deliveries(&db, &ctx, id.into_inner(), page.checked()?).await?;
    Ok(listing(&req, found))
}

/// Proves a delivery
///
/// The row of the account as it was sealed, its place, and the way from it to the Merkle root in the event
/// `deliveries.sealed` at the named position of the journal; the same for the row that corrects a delivery which ended
/// early. For those in whose list the delivery stands.
#[utoipa::path(tag = "access", operation_id = "get_delivery_proof",
    params(("id" = DeliveryId, Path, description = "The delivery")),
    responses((status = 200, description = "The proof", body = DeliveryProof),
              (status = 409, description = "The delivery is in no seal yet")))]
#[get("/deliveries/{id}/proof")]
pub(super) async fn get_delivery_proof(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<DeliveryId>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(deliveries::prove_delivery(&db, &ctx, id.into_inner()).await?))
}
