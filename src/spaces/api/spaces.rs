//! Spaces and their extension schemas.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::model::{ExtensionSchema, NewSpace, Space};
use super::super::{extension, service};
use crate::db::Db;
use crate::http::{IfMatch, Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, Result, Slug};

/// Lists data spaces
///
/// All of them, by name in URLs.
#[utoipa::path(tag = "spaces", operation_id = "list_spaces", security(()), params(PageQuery),
    responses((status = 200, description = "A page of spaces", body = Listing<Space>)))]
#[get("/spaces")]
pub(super) async fn list_spaces(
    req: HttpRequest,
    db: web::Data<Db>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, service::list_spaces(&db, page.checked()?).await?))
}

/// Sets up a data space
///
/// Beside the fourteen official ones. For administrators.
#[utoipa::path(tag = "spaces", operation_id = "create_space", request_body = NewSpace,
    responses((status = 201, description = "The space", body = Space)))]
#[post("/spaces")]
pub(super) async fn create_space(ctx: Ctx, db: web::Data<Db>, body: Json<NewSpace>) -> Result<HttpResponse> {
    let space = service::create_space(&db, &ctx, body.0).await?;
    Ok(with_etag(HttpResponse::Created(), space.revision, &space))
}

/// Shows a data space
///
/// Names, descriptions, charter.
#[utoipa::path(tag = "spaces", operation_id = "get_space", security(()), params(("space" = Slug, Path, description = "The space")),
    responses((status = 200, description = "The space", body = Space)))]
#[get("/spaces/{space}")]
pub(super) async fn get_space(db: web::Data<Db>, space: web::Path<Slug>) -> Result<HttpResponse> {
    let space = db.read(move |conn| service::find_space(conn, &space)).await?;
    Ok(with_etag(HttpResponse::Ok(), space.revision, &space))
}

/// Changes a data space
///
/// By its stewards and administrators.
#[utoipa::path(tag = "spaces", operation_id = "update_space", request_body = NewSpace,
    params(("space" = Slug, Path, description = "The space"), ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 200, description = "The space", body = Space)))]
#[put("/spaces/{space}")]
pub(super) async fn update_space(
    ctx: Ctx,
    db: web::Data<Db>,
    space: web::Path<Slug>,
    fits: IfMatch,
    body: Json<NewSpace>,
) -> Result<HttpResponse> {
    let space =
        service::update_space(&db, &ctx, space.into_inner(), body.0, move |revision| fits.check(revision))
            .await?;
    Ok(with_etag(HttpResponse::Ok(), space.revision, &space))
}

/// Which version of the extension schema.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExtensionQuery {
    /// The version; the newest when not given.
    #[param(minimum = 1)]
    version: Option<i64>,
}

/// Shows the extension schema of a space
///
/// The JSON Schema that the extension of the space's records must fit.
#[utoipa::path(tag = "spaces", operation_id = "get_extension", security(()),
    params(("space" = Slug, Path, description = "The space"), ExtensionQuery),
    responses((status = 200, description = "The schema", body = ExtensionSchema)))]
#[get("/spaces/{space}/extension")]
pub(super) async fn get_extension(
    db: web::Data<Db>,
    space: web::Path<Slug>,
    query: Query<ExtensionQuery>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(extension::show_extension(&db, space.into_inner(), query.version).await?))
}

/// The schema to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"schema": {"type": "object", "properties": {"station": {"type": "string"}}}}))]
pub(super) struct PublishExtension {
    /// A JSON Schema (draft 2020-12 unless `$schema` says otherwise), without references to other documents.
    #[schema(value_type = Object)]
    schema: serde_json::Value,
}

/// Publishes an extension schema
///
/// The next version; earlier ones stay readable. By stewards of the space and administrators.
#[utoipa::path(tag = "spaces", operation_id = "publish_extension", request_body = PublishExtension,
    params(("space" = Slug, Path, description = "The space")),
    responses((status = 201, description = "The schema with its version", body = ExtensionSchema)))]
#[post("/spaces/{space}/extension")]
pub(super) async fn publish_extension(
    ctx: Ctx,
    db: web::Data<Db>,
    space: web::Path<Slug>,
    body: Json<PublishExtension>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Created()
        .json(extension::publish_extension(&db, &ctx, space.into_inner(), body.0.schema).await?))
}
