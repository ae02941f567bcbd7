//! Where content is: verified copies, referenced files, versions that hold the same bytes.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::files::{self, FilePath, NewReplica, ReferenceCheck, Replica};
use super::super::gate::DownloadGate;
use super::paths::VersionPath;
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Digest, Page, Result};

/// Lists verified copies
///
/// Sites where the version was verified by its digest.
#[utoipa::path(tag = "versions", operation_id = "list_replicas",
    params(VersionPath, PageQuery),
    responses((status = 200, description = "A page of copies", body = Listing<Replica>)))]
#[get("/datasets/{org}/{name}/versions/{version}/replicas")]
pub(super) async fn list_replicas(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, files::list_replicas(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}

/// Notes a verified copy
///
/// After the digest of the version was recomputed at the site; it must be the version's. By whoever may have its bytes.
#[utoipa::path(tag = "versions", operation_id = "create_replica", request_body = NewReplica,
    params(VersionPath),
    responses((status = 201, description = "The copy", body = Replica)))]
#[post("/datasets/{org}/{name}/versions/{version}/replicas")]
pub(super) async fn create_replica(
    ctx: Ctx,
    db: web::Data<Db>,
    gate: web::Data<dyn DownloadGate>,
    path: web::Path<VersionPath>,
    body: Json<NewReplica>,
) -> Result<HttpResponse> {
    let replica = files::note_replica(&db, gate.into_inner(), &ctx, path.into_inner().into(), body.0).await?;
    Ok(HttpResponse::Created().json(replica))
}

/// The referenced file to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"path": "data.csv"}))]
pub(super) struct NewCheck {
    /// The path within the version.
    path: FilePath,
}

/// Checks a referenced file
///
/// In the background: fetches it once from its holder, if the operator allows that host, and compares size and digest.
/// The outcome is shown with the file.
#[utoipa::path(tag = "files", operation_id = "create_check", request_body = NewCheck,
    params(VersionPath),
    responses((status = 202, description = "Waits for its turn", body = ReferenceCheck)))]
#[post("/datasets/{org}/{name}/versions/{version}/checks")]
pub(super) async fn create_check(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
    body: Json<NewCheck>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Accepted()
        .json(files::ask_check(&db, &ctx, path.into_inner().into(), body.0.path).await?))
}

/// A file of a published version that holds certain bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Occurrence {
    /// The dataset, `organisation/name`.
    dataset: String,
    /// The version.
    version: String,
    /// The path within it.
    path: String,
}

/// Tells where bytes are published
///
/// The published versions with a file of this digest, as far as you may know of them.
#[utoipa::path(tag = "files", operation_id = "list_occurrences", security(()), params(("hex" = Digest, Path, description = "SHA-256 of the bytes")),
    responses((status = 200, description = "The files, 200 at most", body = Listing<Occurrence>)))]
#[get("/blobs/sha256/{hex}")]
pub(super) async fn list_occurrences(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    hex: web::Path<Digest>,
) -> Result<HttpResponse> {
    let found = files::occurrences(&db, &ctx, hex.into_inner()).await?;
    let items = found
        .into_iter()
        .map(|(organisation, name, version, path)| Occurrence {
            dataset: format!("{organisation}/{name}"),
            version,
            path,
        })
        .collect();
    Ok(listing(&req, Page { items, next: None }))
}
