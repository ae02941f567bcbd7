//! Files of a draft.

use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use utoipa::IntoParams;

use super::super::files::{self, File, MediaType, OfferResult, OfferedFiles, Upload};
use super::paths::{PathInVersion, VersionPath};
use super::slots::UploadSlots;
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Digest, Error, Kind, Page, Result, Scope};
use crate::storage::BlobStore;

/// What an upload must bring within a minute, in bytes; what brings less only holds a slot.
const LEAST: usize = 64 * 1024;
const MINUTE: Duration = Duration::from_secs(60);

/// Lists the files of a version
///
/// By path, with what the last check of a referenced file found.
#[utoipa::path(tag = "files", operation_id = "list_files", security(()),
    params(VersionPath, PageQuery),
    responses((status = 200, description = "A page of files", body = Listing<File>)))]
#[get("/datasets/{org}/{name}/versions/{version}/files")]
pub(super) async fn list_files(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<VersionPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, files::list_files(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}

/// Offers files to a draft
///
/// By digest, for bytes your organisation has brought before, so that they need not be sent again; or by reference,
/// for bytes that stay with their holder.
#[utoipa::path(tag = "files", operation_id = "offer_files", request_body = OfferedFiles,
    params(VersionPath),
    responses((status = 200, description = "What became of each", body = Listing<OfferResult>)))]
#[post("/datasets/{org}/{name}/versions/{version}/files")]
pub(super) async fn offer_files(
    req: HttpRequest,
    ctx: Ctx,
    (db, store): (web::Data<Db>, web::Data<BlobStore>),
    path: web::Path<VersionPath>,
    body: Json<OfferedFiles>,
) -> Result<HttpResponse> {
    let items = files::offer_files(&db, &store, &ctx, path.into_inner().into(), body.0).await?;
    Ok(listing(&req, Page { items, next: None }))
}

/// What is said of an upload beside its headers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadQuery {
    /// Open to everybody who may see the dataset, even while the rest is gated.
    #[serde(default)]
    sample: bool,
}

/// Uploads a file into a draft
///
/// The raw bytes as the body, of any size; hashed on the way. `Content-Type` says the media type;
/// `application/octet-stream` has it guessed from the name. A `Repr-Digest` that is sent must be the body's.
#[utoipa::path(tag = "files", operation_id = "put_file",
    params(PathInVersion, UploadQuery,
           ("Repr-Digest" = Option<String>, Header, description = "sha-256=:BASE64: (RFC 9530)", pattern = "^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$")),
    request_body(content_type = "application/octet-stream", content = Vec<u8>, description = "The bytes"),
    responses((status = 200, description = "The file, in place of one with the same path", body = File),
              (status = 201, description = "The file", body = File),
              (status = 408, description = "The body stalled: fewer than 64 KiB within a minute"),
              (status = 507, description = "Beyond the organisation's quota")))]
#[put("/datasets/{org}/{name}/versions/{version}/files/{path:.+}")]
pub(super) async fn put_file(
    req: HttpRequest,
    ctx: Ctx,
    (db, store, slots): (web::Data<Db>, web::Data<BlobStore>, web::Data<UploadSlots>),
    path: web::Path<PathInVersion>,
    query: Query<UploadQuery>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let (version, path) = path.into_inner().of_new()?;
    let upload = Upload {
        path,
        media_type: media_type(req.headers())?,
        sample: query.sample,
        size: header(req.headers(), CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok()),
        digest: header(req.headers(), "Repr-Digest").map(Digest::from_repr_digest).transpose()?,
    };
    if req.headers().contains_key(CONTENT_ENCODING) {
        return Err(Error::new(
            Kind::UnsupportedMediaType,
            "content_encoding",
            "send the bytes as they are, without Content-Encoding",
        ));
    }
    let _slot = slots.take(&ctx.require(Scope::Publish)?.person)?;
    let uploaded = files::upload_file(&db, &store, &ctx, version, upload, arriving(body)).await?;
    let mut response = if uploaded.new { HttpResponse::Created() } else { HttpResponse::Ok() };
    if let Some(digest) = uploaded.file.sha256 {
        response
            .insert_header((ETAG, format!("\"{digest}\"")))
            .insert_header(("Repr-Digest", digest.to_repr_digest()));
    }
    Ok(response.json(uploaded.file))
}

/// The body in our words; a client that stalls is not waited for. Bytes that are there are taken however late: the pause
/// may have been ours.
fn arriving(body: web::Payload) -> impl Stream<Item = Result<Bytes>> + Unpin {
    let begun = (body, 0, Instant::now() + MINUTE);
    Box::pin(futures_util::stream::unfold(begun, |(mut body, mut came, mut until)| async move {
        let item = match timeout_at(until, body.next()).await {
            Ok(None) => return None,
            Ok(Some(Ok(bytes))) => {
                came += bytes.len();
                if came >= LEAST {
                    (came, until) = (0, Instant::now() + MINUTE);
                }
                Ok(bytes)
            }
            Ok(Some(Err(error))) => {
                Err(Error::malformed("body_broken", "the body ended early; nothing was kept, send it again")
                    .caused_by("upload", error))
            }
            Err(_) => Err(Error::new(
                Kind::Timeout,
                "upload_stalled",
                "fewer than 64 KiB came within a minute; nothing was kept, send it again",
            )),
        };
        Some((item, (body, came, until)))
    }))
}

fn media_type(headers: &HeaderMap) -> Result<Option<MediaType>> {
    let Some(text) = header(headers, CONTENT_TYPE.as_str()) else { return Ok(None) };
    // Parameters such as charset describe this one transfer; a file's media type is kept without them.
    let essence = text.split(';').next().unwrap_or_default().trim();
    // What clients send when they do not know.
    if matches!(essence, "" | "application/octet-stream" | "application/x-www-form-urlencoded") {
        return Ok(None);
    }
    essence
        .parse()
        .map(Some)
        .map_err(|error: Error| Error::invalid("Content-Type", "media_type", error.detail()))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Takes a file out of a draft
///
/// Files of a published version stay.
#[utoipa::path(tag = "files", operation_id = "delete_file",
    params(PathInVersion),
    responses((status = 204, description = "Removed")))]
#[delete("/datasets/{org}/{name}/versions/{version}/files/{path:.+}")]
pub(super) async fn delete_file(
    ctx: Ctx,
    db: web::Data<Db>,
    store: web::Data<BlobStore>,
    path: web::Path<PathInVersion>,
) -> Result<HttpResponse> {
    let (version, path) = path.into_inner().of_present()?;
    files::remove_file(&db, &store, &ctx, version, path).await?;
    Ok(HttpResponse::NoContent().finish())
}
