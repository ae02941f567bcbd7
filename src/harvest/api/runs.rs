//! Runs of a source.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::model::Run;
use super::super::runs::{self, Decision};
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Result, RunId, Slug, SourceId};

/// How a run is done.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"complete": true}))]
pub(super) struct NewRun {
    /// Read everything, also where the kind of the source can tell what changed.
    #[serde(default)]
    complete: bool,
}

/// Harvests a source now
///
/// In the background; the answer names the run.
#[utoipa::path(tag = "sources", operation_id = "start_source_run", request_body = NewRun,
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source")),
    responses((status = 202, description = "The run, which has begun", body = Run)))]
#[post("/spaces/{space}/sources/{source}/run")]
pub(super) async fn start_source_run(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId)>,
    body: Json<NewRun>,
) -> Result<HttpResponse> {
    let run = runs::start_run(&db, &ctx, path.into_inner(), body.0.complete).await?;
    Ok(HttpResponse::Accepted().json(run))
}

/// Lists the runs of a source
///
/// Newest first; the last hundred are kept.
#[utoipa::path(tag = "sources", operation_id = "list_source_runs",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"), PageQuery),
    responses((status = 200, description = "A page of runs", body = Listing<Run>)))]
#[get("/spaces/{space}/sources/{source}/runs")]
pub(super) async fn list_source_runs(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, runs::list_runs(&db, &ctx, path.into_inner(), page.checked()?).await?))
}

/// Shows a run
///
/// How far it has come, and what it has come to.
#[utoipa::path(tag = "sources", operation_id = "get_source_run",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"), ("run" = RunId, Path, description = "The run")),
    responses((status = 200, description = "The run", body = Run)))]
#[get("/spaces/{space}/sources/{source}/runs/{run}")]
pub(super) async fn get_source_run(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId, RunId)>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(runs::show_run(&db, &ctx, path.into_inner()).await?))
}

/// Confirms a run that waits
///
/// It goes on, and does what its `reason` says.
#[utoipa::path(tag = "sources", operation_id = "confirm_source_run",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"), ("run" = RunId, Path, description = "The run")),
    responses((status = 200, description = "The run", body = Run)))]
#[post("/spaces/{space}/sources/{source}/runs/{run}/confirm")]
pub(super) async fn confirm_source_run(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId, RunId)>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(runs::decide_run(&db, &ctx, path.into_inner(), Decision::Confirm).await?))
}

/// Discards a run that waits
///
/// It ends without what its `reason` says; what it did before stays.
#[utoipa::path(tag = "sources", operation_id = "discard_source_run",
    params(("space" = Slug, Path, description = "The space"), ("source" = SourceId, Path, description = "The source"), ("run" = RunId, Path, description = "The run")),
    responses((status = 200, description = "The run", body = Run)))]
#[post("/spaces/{space}/sources/{source}/runs/{run}/discard")]
pub(super) async fn discard_source_run(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, SourceId, RunId)>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(runs::decide_run(&db, &ctx, path.into_inner(), Decision::Discard).await?))
}
