//! What the terms said of requests, and what changed terms would have said.

use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::model::{Evaluated, Simulation};
use super::super::simulate;
use crate::datasets::{DatasetPath, NewPolicy};
use crate::db::Db;
use crate::http::Json;
use crate::kernel::{Ctx, RequestId, Result};

/// The evaluations of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Evaluations {
    /// Oldest first.
    items: Vec<Evaluated>,
}

/// Lists the evaluations of a request
///
/// Each time the terms were held against it: policy, facts with their source and time, every line, the outcome. The digest
/// is that of the trace's canonical JSON and stands in the journal, so that anybody can repeat an evaluation and compare.
#[utoipa::path(tag = "access", operation_id = "list_evaluations", params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The evaluations", body = Evaluations)))]
#[get("/requests/{id}/evaluations")]
pub(super) async fn list_evaluations(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<RequestId>,
) -> Result<HttpResponse> {
    let items = simulate::list_evaluations(&db, &ctx, id.into_inner()).await?;
    Ok(HttpResponse::Ok().json(Evaluations { items }))
}

/// Tries changed terms on past requests
///
/// Replays the newest 2,000 requests for the dataset, each with the facts of its own time, and changes nothing. For
/// publishers of the providing organisation.
#[utoipa::path(tag = "policies", operation_id = "simulate_policy", request_body = NewPolicy, params(DatasetPath),
    responses((status = 200, description = "What the terms would have said", body = Simulation)))]
#[post("/datasets/{org}/{name}/policy/simulate")]
pub(super) async fn simulate_policy(
    ctx: Ctx,
    db: web::Data<Db>,
    name: web::Path<DatasetPath>,
    body: Json<NewPolicy>,
) -> Result<HttpResponse> {
    let simulation = simulate::simulate_policy(&db, &ctx, name.into_inner().into(), body.0).await?;
    Ok(HttpResponse::Ok().json(simulation))
}
