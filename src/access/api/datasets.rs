//! What access says of a dataset: may I, and who did.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::model::{Answer, Delivered, Recall, Recalled};
use super::super::{deliveries, may_i, recall};
use crate::datasets::{DatasetPath, DownloadGate};
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Result};
use crate::policies::Purpose;

/// Lists deliveries of a dataset
///
/// Who got which file, by which right, when, and for which declared model or run; newest first. For members of the
/// providing organisation.
#[utoipa::path(tag = "access", operation_id = "list_dataset_deliveries",
    params(DatasetPath, PageQuery),
    responses((status = 200, description = "A page of deliveries", body = Listing<Delivered>)))]
#[get("/datasets/{org}/{name}/deliveries")]
pub(super) async fn list_dataset_deliveries(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    name: web::Path<DatasetPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    let found =
        deliveries::list_dataset_deliveries(&db, &ctx, name.into_inner().into(), page.checked()?).await?;
    Ok(listing(&req, found))
}

/// What the bytes are wanted for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AccessQuery {
    /// The purpose; any that you hold a grant for when not given.
    purpose: Option<Purpose>,
}

/// Says whether you may download
///
/// The newest published version, now, and what to do next when not.
#[utoipa::path(tag = "access", operation_id = "get_access", security(()),
    params(DatasetPath, AccessQuery),
    responses((status = 200, description = "The answer", body = Answer)))]
#[get("/datasets/{org}/{name}/access")]
pub(super) async fn get_access(
    ctx: Ctx,
    db: web::Data<Db>,
    gate: web::Data<dyn DownloadGate>,
    name: web::Path<DatasetPath>,
    query: Query<AccessQuery>,
) -> Result<HttpResponse> {
    let answer = may_i::may_i(&db, gate.into_inner(), &ctx, name.into_inner().into(), query.purpose).await?;
    Ok(HttpResponse::Ok().json(answer))
}

/// Recalls grants given under older terms
///
/// Running grants keep the terms they were given under; this revokes those that were given under revisions which are not
/// in force any more, or under the named ones of them, at most 500 at a time. By publishers of the provider and stewards
/// of the space.
#[utoipa::path(tag = "policies", operation_id = "recall_grants", request_body = Recall,
    params(DatasetPath),
    responses((status = 200, description = "What was recalled", body = Recalled)))]
#[post("/datasets/{org}/{name}/policy/recall")]
pub(super) async fn recall_grants(
    ctx: Ctx,
    db: web::Data<Db>,
    name: web::Path<DatasetPath>,
    body: Json<Recall>,
) -> Result<HttpResponse> {
    let recalled = recall::recall_grants(&db, &ctx, name.into_inner().into(), body.0).await?;
    Ok(HttpResponse::Ok().json(recalled))
}
