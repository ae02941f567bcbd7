//! Requests: asking, following, deciding.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::super::model::{Application, Approval, NewRequest, Note, Remark, Request, RequestState};
use super::super::{decide, find, submit};
use super::query::ListQuery;
use crate::db::Db;
use crate::http::{Json, Listing, Query, listing, with_etag};
use crate::kernel::{Ctx, RequestId, Result};

fn answer(request: &Request) -> HttpResponse {
    with_etag(HttpResponse::Ok(), request.revision, request)
}

/// Asks for access
///
/// In the name of an organisation you belong to, for one dataset and one purpose. In the access mode `automatic`
/// the terms decide at once where they can; otherwise reviewers of the space do.
#[utoipa::path(tag = "access", operation_id = "submit_request", request_body = NewRequest,
    responses((status = 201, description = "The request", body = Request)))]
#[post("/requests")]
pub(super) async fn submit_request(
    ctx: Ctx,
    db: web::Data<Db>,
    body: Json<NewRequest>,
) -> Result<HttpResponse> {
    let request = submit::submit_request(&db, &ctx, body.0).await?;
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, request.path()));
    Ok(with_etag(response, request.revision, &request))
}

/// Lists requests
///
/// Those of your organisations, of the spaces you review or run, and for the datasets you publish; newest first.
#[utoipa::path(tag = "access", operation_id = "list_requests", params(ListQuery<RequestState>),
    responses((status = 200, description = "A page of requests", body = Listing<Request>)))]
#[get("/requests")]
pub(super) async fn list_requests(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    query: Query<ListQuery<RequestState>>,
) -> Result<HttpResponse> {
    let (filters, page) = query.into_inner().checked()?;
    Ok(listing(&req, find::list_requests(&db, &ctx, filters, page).await?))
}

/// Shows a request
///
/// With what the terms of use say about it, and how it was decided.
#[utoipa::path(tag = "access", operation_id = "get_request", params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request", body = Request)))]
#[get("/requests/{id}")]
pub(super) async fn get_request(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
) -> Result<HttpResponse> {
    Ok(answer(&find::show_request(&db, &ctx, id.into_inner()).await?))
}

/// Approves a request
///
/// A grant comes of it, from now until the end that is given or asked for. By reviewers of the space who have no
/// part in the request.
#[utoipa::path(tag = "access", operation_id = "approve_request", request_body = Approval,
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request, with its grant", body = Request)))]
#[post("/requests/{id}/approve")]
pub(super) async fn approve_request(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
    body: Json<Approval>,
) -> Result<HttpResponse> {
    Ok(answer(&decide::approve_request(&db, &ctx, id.into_inner(), body.0).await?))
}

/// Rejects a request
///
/// With the reason. By reviewers of the space who have no part in the request.
#[utoipa::path(tag = "access", operation_id = "reject_request", request_body = Remark,
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request", body = Request)))]
#[post("/requests/{id}/reject")]
pub(super) async fn reject_request(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
    body: Json<Remark>,
) -> Result<HttpResponse> {
    Ok(answer(&decide::reject_request(&db, &ctx, id.into_inner(), body.0).await?))
}

/// Returns a request for changes
///
/// With what is missing. By reviewers of the space who have no part in the request.
#[utoipa::path(tag = "access", operation_id = "return_request", request_body = Remark,
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request", body = Request)))]
#[post("/requests/{id}/return")]
pub(super) async fn return_request(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
    body: Json<Remark>,
) -> Result<HttpResponse> {
    Ok(answer(&decide::return_request(&db, &ctx, id.into_inner(), body.0).await?))
}

/// Hands a returned request in again
///
/// With all that is stated in it, changed or not. By members of the organisation that asks.
#[utoipa::path(tag = "access", operation_id = "resubmit_request", request_body = Application,
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request", body = Request)))]
#[post("/requests/{id}/resubmit")]
pub(super) async fn resubmit_request(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
    body: Json<Application>,
) -> Result<HttpResponse> {
    Ok(answer(&submit::resubmit_request(&db, &ctx, id.into_inner(), body.0).await?))
}

/// Withdraws a request
///
/// As long as it is not decided. By members of the organisation that asks.
#[utoipa::path(tag = "access", operation_id = "withdraw_request", request_body = Note,
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request", body = Request)))]
#[post("/requests/{id}/withdraw")]
pub(super) async fn withdraw_request(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
    body: Json<Note>,
) -> Result<HttpResponse> {
    Ok(answer(&decide::withdraw_request(&db, &ctx, id.into_inner(), body.0).await?))
}
