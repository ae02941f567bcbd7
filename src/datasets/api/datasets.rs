//! Datasets and their records.

use actix_web::http::header::{ContentType, ETAG};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::harvested::Origins;
use super::super::model::{Dataset, DatasetSummary, NewDataset, RecordRevision, Statement};
use super::super::read::Shown;
use super::super::record::{Completeness, Modality, Theme};
use super::super::store::Filters;
use super::super::{harvested, read, receipts, register};
use super::paths::{DatasetPath, StatePath, base_of};
use super::reservations::announce;
use crate::config::Config;
use crate::db::Db;
use crate::http::{
    AcceptLanguage, IfMatch, Json, Listing, PageQuery, Query, in_language, is_not_modified, listing, with_tag,
};
use crate::i18n::Language;
use crate::journal::tlog::ReceiptBundle;
use crate::kernel::{Checks, Ctx, Result, Slug, Timestamp};
use crate::policies::AccessMode;

/// The longest licence to look for, in characters.
const MAX_LICENCE: usize = 200;

/// What a list is narrowed to, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DatasetQuery {
    /// Only this data space.
    space: Option<Slug>,
    /// Only this organisation.
    organisation: Option<Slug>,
    /// Only this licence: one SPDX identifier.
    #[param(max_length = 200, pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$")]
    licence: Option<String>,
    /// Only this access mode.
    access_mode: Option<AccessMode>,
    /// Only this theme.
    theme: Option<Theme>,
    /// Only this modality.
    modality: Option<Modality>,
    /// Only what changed at or after this instant.
    updated_since: Option<Timestamp>,
    /// How many items, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_after` of the page before.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
}

/// Lists datasets
///
/// Those you may know of, last changed first.
#[utoipa::path(tag = "datasets", operation_id = "list_datasets", security(()), params(DatasetQuery),
    responses((status = 200, description = "A page of datasets", body = Listing<DatasetSummary>)))]
#[get("/datasets")]
pub(super) async fn list_datasets(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    query: Query<DatasetQuery>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let page = PageQuery { limit: query.limit, after: query.after }.checked()?;
    let mut facets = Vec::new();
    if let Some(licence) = query.licence {
        let mut checks = Checks::new();
        checks.optional_text("licence", &licence, MAX_LICENCE);
        checks.finish()?;
        facets.push(("licence", licence));
    }
    if let Some(theme) = query.theme {
        facets.push(("theme", theme.as_str().to_owned()));
    }
    if let Some(modality) = query.modality {
        facets.push(("modality", modality.as_str().to_owned()));
    }
    let filters = Filters {
        space: query.space,
        organisation: query.organisation,
        access_mode: query.access_mode,
        updated_since: query.updated_since,
        facets,
    };
    Ok(listing(&req, read::list_datasets(&db, &ctx, filters, page).await?))
}

/// Registers a dataset
///
/// In the name of an organisation whose publisher you are. The record may be filled in later; what is required is
/// asked for at publication.
#[utoipa::path(tag = "datasets", operation_id = "create_dataset", request_body = NewDataset,
    responses((status = 201, description = "The dataset", body = Dataset)))]
#[post("/datasets")]
pub(super) async fn create_dataset(
    ctx: Ctx,
    db: web::Data<Db>,
    body: Json<NewDataset>,
) -> Result<HttpResponse> {
    let dataset = register::register_dataset(&db, &ctx, body.0).await?;
    Ok(with_tag(HttpResponse::Created(), dataset.etag(), &dataset))
}

/// Shows a dataset
///
/// The record and what goes with it.
#[utoipa::path(tag = "datasets", operation_id = "get_dataset", security(()),
    params(DatasetPath),
    responses((status = 200, description = "The dataset", body = Dataset), (status = 304, description = "You have it already: `If-None-Match`")))]
#[get("/datasets/{org}/{name}")]
pub(super) async fn get_dataset(
    req: HttpRequest,
    ctx: Ctx,
    (db, shown, config): (web::Data<Db>, web::Data<Shown>, web::Data<Config>),
    path: web::Path<DatasetPath>,
) -> Result<HttpResponse> {
    let shown = read::show_dataset(&db, &shown, &ctx, path.into_inner().into()).await?;
    let tag = shown.dataset.etag();
    if is_not_modified(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let mut response = HttpResponse::Ok();
    if let Some(reservation) = &shown.reservation {
        announce(&mut response, &base_of(&req, &config), &shown.dataset.full_name(), Some(reservation));
    }
    let json = shown.json.clone();
    Ok(response.insert_header((ETAG, tag)).content_type(ContentType::json()).body(json))
}

/// Changes a dataset
///
/// What is stated of it as a whole: space, visibility, record, extension. The state before stays readable.
#[utoipa::path(tag = "datasets", operation_id = "update_dataset", request_body = Statement,
    params(DatasetPath,
           ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 200, description = "The dataset", body = Dataset)))]
#[put("/datasets/{org}/{name}")]
pub(super) async fn update_dataset(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    fits: IfMatch,
    body: Json<Statement>,
) -> Result<HttpResponse> {
    let dataset = register::update_dataset(&db, &ctx, path.into_inner().into(), body.0, move |now| {
        fits.check_tag(&now.etag())
    })
    .await?;
    Ok(with_tag(HttpResponse::Ok(), dataset.etag(), &dataset))
}

/// Removes a dataset
///
/// Only while nothing of it was ever published; what was published stays readable.
#[utoipa::path(tag = "datasets", operation_id = "delete_dataset",
    params(DatasetPath,
           ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 204, description = "Removed")))]
#[delete("/datasets/{org}/{name}")]
pub(super) async fn delete_dataset(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    fits: IfMatch,
) -> Result<HttpResponse> {
    register::delete_dataset(&db, &ctx, path.into_inner().into(), move |now| fits.check_tag(&now.etag()))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists the states of a record
///
/// Newest first, without the records themselves.
#[utoipa::path(tag = "datasets", operation_id = "list_history", security(()),
    params(DatasetPath, PageQuery),
    responses((status = 200, description = "A page of states", body = Listing<RecordRevision>)))]
#[get("/datasets/{org}/{name}/history")]
pub(super) async fn list_history(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, read::history(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}

/// Shows one state of a record
///
/// The record as it was.
#[utoipa::path(tag = "datasets", operation_id = "get_history", security(()),
    params(StatePath),
    responses((status = 200, description = "The state", body = RecordRevision)))]
#[get("/datasets/{org}/{name}/history/{revision}")]
pub(super) async fn get_history(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<StatePath>,
) -> Result<HttpResponse> {
    let (name, revision) = path.into_inner().into();
    Ok(HttpResponse::Ok().json(read::past_record(&db, &ctx, name, revision).await?))
}

/// Tells how complete a record is
///
/// A score of 100 with its parts, and what each missing statement would add.
#[utoipa::path(tag = "datasets", operation_id = "get_completeness", security(()),
    params(DatasetPath),
    responses((status = 200, description = "The score with reasons", body = Completeness)))]
#[get("/datasets/{org}/{name}/completeness")]
pub(super) async fn get_completeness(
    ctx: Ctx,
    (db, shown): (web::Data<Db>, web::Data<Shown>),
    path: web::Path<DatasetPath>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(read::show_completeness(&db, &shown, &ctx, path.into_inner().into()).await?))
}

/// Shows where a dataset comes from
///
/// The mark of a harvested one, when its source last had it, what its terms say in words, and other datasets that state the same
/// identifier.
#[utoipa::path(tag = "datasets", operation_id = "get_origins", security(()),
    params(DatasetPath,
           ("Accept-Language" = Option<String>, Header, description = "The language of texts: en or fr; English when none of them is named")),
    responses((status = 200, description = "Its origins", body = Origins)))]
#[get("/datasets/{org}/{name}/origins")]
pub(super) async fn get_origins(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    accept: AcceptLanguage,
) -> Result<HttpResponse> {
    let language = Language::negotiate(&accept.0);
    let origins = harvested::origins(&db, &ctx, path.into_inner().into(), language).await?;
    let mut response = HttpResponse::Ok();
    in_language(&mut response, language.as_str());
    Ok(response.json(origins))
}

/// Lists the receipts of a dataset
///
/// What proves offline when a version was published or withdrawn and when terms were set, for everybody who sees the
/// dataset: the entries of the journal, oldest first, each with its receipt.
#[utoipa::path(tag = "datasets", operation_id = "list_dataset_receipts", security(()),
    params(DatasetPath, PageQuery),
    responses((status = 200, description = "A page of receipts", body = Listing<ReceiptBundle>)))]
#[get("/datasets/{org}/{name}/receipts")]
pub(super) async fn list_dataset_receipts(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    let page = page.checked()?;
    Ok(listing(&req, receipts::dataset_receipts(&db, &ctx, path.into_inner().into(), page).await?))
}
