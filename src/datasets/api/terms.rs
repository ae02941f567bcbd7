//! Terms of use.

use actix_web::{HttpRequest, HttpResponse, get, put, web};

use super::super::model::{NewPolicy, PolicyRevision};
use super::super::terms;
use super::paths::DatasetPath;
use crate::db::Db;
use crate::http::{IfMatch, Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, Result};

/// Shows the terms of a dataset
///
/// The access mode and the ODRL offer in force.
#[utoipa::path(tag = "policies", operation_id = "get_policy", security(()),
    params(DatasetPath),
    responses((status = 200, description = "The terms", body = PolicyRevision)))]
#[get("/datasets/{org}/{name}/policy")]
pub(super) async fn get_policy(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
) -> Result<HttpResponse> {
    let policy = terms::show_policy(&db, &ctx, path.into_inner().into()).await?;
    Ok(with_etag(HttpResponse::Ok(), policy.revision, &policy))
}

/// Sets the terms of a dataset
///
/// A new revision; running grants keep the terms they were given. A term that is not understood is refused. Send
/// `If-Match: "0"` the first time.
#[utoipa::path(tag = "policies", operation_id = "set_policy", request_body = NewPolicy,
    params(DatasetPath,
           ("If-Match" = String, Header, description = "The ETag of the terms you read")),
    responses((status = 200, description = "The terms", body = PolicyRevision)))]
#[put("/datasets/{org}/{name}/policy")]
pub(super) async fn set_policy(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    fits: IfMatch,
    body: Json<NewPolicy>,
) -> Result<HttpResponse> {
    let policy =
        terms::set_policy(&db, &ctx, path.into_inner().into(), body.0, move |revision| fits.check(revision))
            .await?;
    Ok(with_etag(HttpResponse::Ok(), policy.revision, &policy))
}

/// Lists the revisions of the terms
///
/// Newest first.
#[utoipa::path(tag = "policies", operation_id = "list_policy_revisions", security(()),
    params(DatasetPath, PageQuery),
    responses((status = 200, description = "A page of revisions", body = Listing<PolicyRevision>)))]
#[get("/datasets/{org}/{name}/policy/revisions")]
pub(super) async fn list_policy_revisions(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, terms::list_policies(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}
