//! Bytes out.

use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ContentDisposition,
    ContentEncoding, DispositionParam, DispositionType, ETAG, ExtendedValue,
};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, post, web};
use bytes::Bytes;
use futures_util::stream;

use super::super::files::{
    self, Allowed, Declared, FilePath, LinkBase, PlanLine, PlanRequest, Tickets, Watch,
};
use super::super::gate::{Delivery, DownloadGate};
use super::multipart::Multipart;
use super::paths::{PathInVersion, VersionPath, base_of};
use super::reservations::announce;
use crate::config::{Config, Links};
use crate::db::Db;
use crate::http::{
    Counted, HeadRequest, Json, Wanted, check_if_match, is_not_modified, unsatisfiable, wanted,
};
use crate::kernel::{Clock, Ctx, Error, Result};
use crate::storage::BlobStore;

/// The longest declared name of a model or run, in characters.
const MAX_DECLARED: usize = 200;

/// Downloads a file
///
/// Streamed, with single and multiple ranges; the strong entity tag is the SHA-256 of the whole file. What the bytes
/// are for may be declared in `Cadastre-Purpose`, `Cadastre-Model` and `Cadastre-Run`.
#[utoipa::path(tag = "files", operation_id = "get_file", security(()),
    params(PathInVersion,
           ("Range" = Option<String>, Header, description = "bytes=FIRST-LAST, several between commas"),
           ("Cadastre-Purpose" = Option<crate::policies::Purpose>, Header, description = "What for"),
           ("Cadastre-Model" = Option<String>, Header, description = "The model that is trained", max_length = 200),
           ("Cadastre-Run" = Option<String>, Header, description = "The run", max_length = 200)),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "*/*"),
              (status = 206, description = "A part of the bytes", body = Vec<u8>, content_type = "*/*"),
              (status = 304, description = "You have it already: `If-None-Match`"),
              (status = 409, description = "The bytes stay with their holder; `next` says where"),
              (status = 410, description = "The version was withdrawn"),
              (status = 412, description = "The bytes are not those that `If-Match` names"),
              (status = 416, description = "No such range")))]
#[get("/datasets/{org}/{name}/versions/{version}/files/{path:.+}")]
pub(super) async fn get_file(
    req: HttpRequest,
    ctx: Ctx,
    (db, store, config): (web::Data<Db>, web::Data<BlobStore>, web::Data<Config>),
    (gate, clock): (web::Data<dyn DownloadGate>, web::Data<dyn Clock>),
    path: web::Path<PathInVersion>,
) -> Result<HttpResponse> {
    let (version, path) = path.into_inner().of_present()?;
    let gate = gate.into_inner();
    let allowed = files::allow_file(&db, gate.clone(), &ctx, version, path, declared(&req)?).await?;
    let watch = Watch::new(&db, gate.clone(), clock.into_inner(), &allowed);
    deliver(&req, (&store, &config), gate, watch, allowed).await
}

/// Downloads a file by a link of a download plan
///
/// The link holds for five minutes and ends with the right it was given by.
#[utoipa::path(tag = "files", operation_id = "get_ticket", security(()),
    params(("ticket" = String, Path, description = "The signed ticket"), ("Range" = Option<String>, Header, description = "bytes=FIRST-LAST")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "*/*"),
              (status = 206, description = "A part of the bytes", body = Vec<u8>, content_type = "*/*"),
              (status = 304, description = "You have it already: `If-None-Match`"),
              (status = 410, description = "The version was withdrawn"),
              (status = 412, description = "The bytes are not those that `If-Match` names"),
              (status = 416, description = "No such range")))]
#[get("/download/{ticket}")]
pub(super) async fn get_ticket(
    req: HttpRequest,
    (db, store, config): (web::Data<Db>, web::Data<BlobStore>, web::Data<Config>),
    (tickets, clock): (web::Data<Tickets>, web::Data<dyn Clock>),
    gate: web::Data<dyn DownloadGate>,
    ticket: web::Path<String>,
) -> Result<HttpResponse> {
    let gate = gate.into_inner();
    let allowed = files::allow_ticket(&db, gate.clone(), &tickets, &ticket, clock.now()).await?;
    let watch = Watch::new(&db, gate.clone(), clock.into_inner(), &allowed);
    deliver(&req, (&store, &config), gate, watch, allowed).await
}

/// What the header fields `Cadastre-Purpose`, `Cadastre-Model` and `Cadastre-Run` declare of the use.
///
/// # Errors
/// 422 that names the field.
pub fn declared(req: &HttpRequest) -> Result<Declared> {
    let text = |name: &str| {
        let value = req.headers().get(name).map(|value| value.to_str().map(str::to_owned));
        match value.transpose() {
            Ok(value) if value.as_ref().is_none_or(|text| text.chars().count() <= MAX_DECLARED) => Ok(value),
            _ => Err(Error::invalid(name, "invalid", format!("at most {MAX_DECLARED} visible characters"))),
        }
    };
    let purpose =
        match text("Cadastre-Purpose")? {
            None => None,
            Some(purpose) => Some(purpose.parse().map_err(|error: Error| {
                Error::invalid("Cadastre-Purpose", "unknown_value", error.detail())
            })?),
        };
    Ok(Declared { purpose, model: text("Cadastre-Model")?, run: text("Cadastre-Run")? })
}

/// Answers with the bytes, or the part of them that is wanted, once the delivery is on record.
///
/// # Errors
/// 403 when the right has ended meanwhile; 412 when `If-Match` names other bytes; 503 when the delivery cannot be recorded; when the store fails.
pub async fn deliver(
    req: &HttpRequest,
    (store, config): (&BlobStore, &Config),
    gate: Arc<dyn DownloadGate>,
    watch: Watch,
    allowed: Allowed,
) -> Result<HttpResponse> {
    let length = allowed.content.size;
    let tag = format!("\"{}\"", allowed.content.sha256);
    check_if_match(req.headers(), &tag)?;
    if is_not_modified(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let parts = match wanted(req, length, &tag) {
        Ok(parts) => parts,
        Err(error) => return Ok(unsatisfiable(&error, length)),
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((ETAG, tag))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("Repr-Digest", allowed.content.sha256.to_repr_digest()))
        .insert_header((CONTENT_DISPOSITION, attachment(&allowed.path)))
        .insert_header((CONTENT_TYPE, allowed.media_type.clone()))
        // Keeps the compressing layer away: a range and a digest are of the bytes as they are.
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity));
    announce(&mut response, &base_of(req, config), &allowed.dataset, allowed.reservation.as_ref());
    let (size, frame) = match &parts {
        Wanted::Whole => (length, None),
        Wanted::Parts(parts) => match parts.as_slice() {
            [part] => {
                response.status(StatusCode::PARTIAL_CONTENT);
                response.insert_header((
                    CONTENT_RANGE,
                    format!("bytes {}-{}/{length}", part.start, part.end - 1),
                ));
                (part.end - part.start, None)
            }
            many => {
                let multipart = Multipart::new(&allowed, many);
                response.status(StatusCode::PARTIAL_CONTENT);
                response.insert_header((
                    CONTENT_TYPE,
                    format!("multipart/byteranges; boundary={}", multipart.boundary()),
                ));
                (multipart.length(), Some(multipart))
            }
        },
    };
    if req.extensions().contains::<HeadRequest>() {
        return Ok(response.body(SizedStream::new(size, stream::empty::<Result<Bytes>>())));
    }
    // How many bytes of the file there are in the body, and in the part of it that went out.
    let frame = frame.map(Arc::new);
    let of_file = {
        let frame = frame.clone();
        move |sent| frame.as_ref().map_or(sent, |frame| frame.of_file(sent))
    };
    let body = match (frame, parts) {
        (Some(multipart), _) => multipart.stream(store.clone(), &allowed),
        (None, Wanted::Parts(parts)) => store.get(&allowed.key, parts.into_iter().next()).await?,
        (None, Wanted::Whole) => store.get(&allowed.key, None).await?,
    };
    let delivery = Delivery { bytes: of_file(size), ..allowed.delivery };
    let recorded = gate.record(vec![delivery]).await?.pop();
    let body = Counted::new(watch.over(body), move |sent| {
        if let (Some(id), true) = (recorded, sent < size) {
            gate.cut_short(id, of_file(sent));
        }
    });
    Ok(response.body(SizedStream::new(size, body)))
}

fn attachment(path: &FilePath) -> ContentDisposition {
    let name = path.file_name();
    let parameter = if name.is_ascii() {
        DispositionParam::Filename(name.to_owned())
    } else {
        DispositionParam::FilenameExt(ExtendedValue {
            charset: actix_web::http::header::Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        })
    };
    ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![parameter] }
}

/// Plans a download
///
/// Every file you may have, one JSON object a line, with size, digest and a link that holds for five minutes without
/// further credentials. Files that stay with their holder come with their reference.
#[utoipa::path(tag = "files", operation_id = "create_download_plan", security(()), request_body = PlanRequest,
    params(VersionPath),
    responses((status = 200, description = "The plan", body = PlanLine, content_type = "application/x-ndjson"),
              (status = 410, description = "The version was withdrawn")))]
#[post("/datasets/{org}/{name}/versions/{version}/download-plan")]
pub(super) async fn create_download_plan(
    req: HttpRequest,
    ctx: Ctx,
    (db, store, tickets, config): (
        web::Data<Db>,
        web::Data<BlobStore>,
        web::Data<Tickets>,
        web::Data<Config>,
    ),
    (gate, clock): (web::Data<dyn DownloadGate>, web::Data<dyn Clock>),
    path: web::Path<VersionPath>,
    body: Json<PlanRequest>,
) -> Result<HttpResponse> {
    let base = base_of(&req, &config);
    let links = LinkBase { base, into_store: config.links == Links::Store };
    let services = (&**db, &**store, gate.into_inner(), clock.into_inner(), &**tickets);
    let mut plan = files::plan(services, &ctx, links, path.into_inner().into(), body.0).await?;
    let mut response = HttpResponse::Ok();
    if let Some(digest) = plan.digest() {
        response.insert_header((ETAG, format!("\"{digest}\"")));
    }
    // A counted right that is used up refuses the first lines: the answer must say so before it has begun.
    let first = plan.next_lines().await?;
    let lines = stream::try_unfold((first, plan), |(lines, mut plan)| async move {
        let Some(lines) = lines else { return Ok(None) };
        let text = text_of(&lines)?;
        Ok::<_, Error>(Some((text, (plan.next_lines().await?, plan))))
    });
    Ok(response.content_type("application/x-ndjson").streaming(lines))
}

fn text_of(lines: &[PlanLine]) -> Result<Bytes> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line).map_err(|error| Error::internal("plan line", error))?);
        text.push('\n');
    }
    Ok(Bytes::from(text))
}
