//! Versions and manifests.

use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};

use super::super::schemas::{self, FileSchema};
use super::super::versions::{self, NewVersion, Version, Withdrawal};
use super::paths::{DatasetPath, VersionPath};
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, is_not_modified, listing, with_etag};
use crate::journal::Log;
use crate::journal::tlog::Envelope;
use crate::kernel::{Ctx, Result};
use crate::storage::BlobStore;

/// Lists the versions of a dataset
///
/// Newest first; drafts only to the providing organisation.
#[utoipa::path(tag = "versions", operation_id = "list_versions", security(()),
    params(DatasetPath, PageQuery),
    responses((status = 200, description = "A page of versions", body = Listing<Version>)))]
#[get("/datasets/{org}/{name}/versions")]
pub(super) async fn list_versions(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, versions::list_versions(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}

/// Begins a version
///
/// A draft, to which files are added until it is published.
#[utoipa::path(tag = "versions", operation_id = "create_version", request_body = NewVersion,
    params(DatasetPath),
    responses((status = 201, description = "The draft", body = Version)))]
#[post("/datasets/{org}/{name}/versions")]
pub(super) async fn create_version(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    body: Json<NewVersion>,
) -> Result<HttpResponse> {
    let version = versions::create_version(&db, &ctx, path.into_inner().into(), body.0).await?;
    Ok(with_etag(HttpResponse::Created(), version.revision, &version))
}

/// Shows a version
///
/// `latest` is the newest published one.
#[utoipa::path(tag = "versions", operation_id = "get_version", security(()),
    params(VersionPath),
    responses((status = 200, description = "The version", body = Version)))]
#[get("/datasets/{org}/{name}/versions/{version}")]
pub(super) async fn get_version(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse> {
    let version = versions::show_version(&db, &ctx, path.into_inner().into()).await?;
    Ok(with_etag(HttpResponse::Ok(), version.revision, &version))
}

/// Removes a draft
///
/// With its files. A published version stays for ever; withdraw it instead.
#[utoipa::path(tag = "versions", operation_id = "delete_version",
    params(VersionPath),
    responses((status = 204, description = "Removed")))]
#[delete("/datasets/{org}/{name}/versions/{version}")]
pub(super) async fn delete_version(
    ctx: Ctx,
    db: web::Data<Db>,
    store: web::Data<BlobStore>,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse> {
    versions::delete_version(&db, &store, &ctx, path.into_inner().into()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Publishes a version
///
/// Fixes files and manifest for ever. Everything that is still missing is told at once.
#[utoipa::path(tag = "versions", operation_id = "publish_version",
    params(VersionPath),
    responses((status = 200, description = "The published version", body = Version)))]
#[post("/datasets/{org}/{name}/versions/{version}/publish")]
pub(super) async fn publish_version(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse> {
    let version = versions::publish_version(&db, &ctx, path.into_inner().into()).await?;
    Ok(with_etag(HttpResponse::Ok(), version.revision, &version))
}

/// Withdraws a version
///
/// Record and manifest stay with the reason; bytes are no longer served.
#[utoipa::path(tag = "versions", operation_id = "withdraw_version", request_body = Withdrawal,
    params(VersionPath),
    responses((status = 200, description = "The withdrawn version", body = Version)))]
#[post("/datasets/{org}/{name}/versions/{version}/withdraw")]
pub(super) async fn withdraw_version(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
    body: Json<Withdrawal>,
) -> Result<HttpResponse> {
    let version = versions::withdraw_version(&db, &ctx, path.into_inner().into(), body.0).await?;
    Ok(with_etag(HttpResponse::Ok(), version.revision, &version))
}

/// Shows the attestation of a version
///
/// An in-toto statement (v1) in a DSSE envelope, signed with the log's key: every file with its SHA-256, the digest of the
/// manifest, and where in the journal the publication stands. Tools of in-toto and SLSA verify it.
#[utoipa::path(tag = "versions", operation_id = "get_attestation", security(()),
    params(VersionPath),
    responses((status = 200, description = "The envelope", body = Envelope, content_type = "application/vnd.dsse.envelope.v1+json")))]
#[get("/datasets/{org}/{name}/versions/{version}/attestation")]
pub(super) async fn get_attestation(
    ctx: Ctx,
    db: web::Data<Db>,
    log: web::Data<Log>,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse> {
    let envelope = versions::attest_version(&db, &ctx, &log, path.into_inner().into()).await?;
    // A content type that is set already is left as it is.
    Ok(HttpResponse::Ok().content_type("application/vnd.dsse.envelope.v1+json").json(envelope))
}

/// Shows the manifest of a version
///
/// Canonical JSON (RFC 8785); its SHA-256 is the version's digest and the entity tag.
#[utoipa::path(tag = "versions", operation_id = "get_manifest", security(()),
    params(VersionPath),
    responses((status = 200, description = "The manifest", body = Object), (status = 304, description = "You have it already: `If-None-Match`")))]
#[get("/datasets/{org}/{name}/versions/{version}/manifest")]
pub(super) async fn get_manifest(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
) -> Result<HttpResponse> {
    let (version, body) = versions::show_manifest(&db, &ctx, path.into_inner().into()).await?;
    let tag = format!("\"{}\"", version.digest.map(|digest| digest.to_string()).unwrap_or_default());
    if is_not_modified(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).content_type("application/json").body(body))
}

/// Lists the schemas of a version's files
///
/// By path: columns of CSV, TSV, JSON Lines and Parquet, and what archives hold. They are read after the publication, within
/// limits; what cannot be read says why. Not shown to others while the data are used in a secure environment only.
#[utoipa::path(tag = "versions", operation_id = "list_schemas", security(()),
    params(VersionPath, PageQuery),
    responses((status = 200, description = "A page of schemas", body = Listing<FileSchema>)))]
#[get("/datasets/{org}/{name}/versions/{version}/schemas")]
pub(super) async fn list_schemas(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, schemas::list_schemas(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}
