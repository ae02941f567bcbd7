//! Dumps of the public catalogue: which there are, and their bytes.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, ContentEncoding,
    ETAG, LAST_MODIFIED,
};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, get, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;

use crate::config::Config;
use crate::datasets::{Dump, DumpKind, cursor_after, find_dump, list_dumps};
use crate::db::Db;
use crate::http::{HeadRequest, Wanted, base_of, is_not_modified_since, wanted};
use crate::kernel::{Digest, Result, Timestamp};
use crate::storage::BlobStore;

/// A dump as the list shows it.
#[derive(Serialize)]
struct Shown {
    name: String,
    kind: DumpKind,
    url: String,
    bytes: u64,
    sha256: Digest,
    /// How many datasets.
    records: i64,
    made_at: Timestamp,
    /// `GET /api/v1/changes?after=…` goes on from here.
    changes_after: String,
}

/// The dumps there are, newest first.
#[get("/dumps/")]
pub(super) async fn list(
    req: HttpRequest,
    (db, config): (web::Data<Db>, web::Data<Config>),
) -> Result<HttpResponse> {
    let base = base_of(&req, config.base_url.as_ref());
    let shown = list_dumps(&db).await?.into_iter().map(|dump| Shown {
        url: format!("{base}/dumps/{}", dump.name),
        changes_after: cursor_after(&dump),
        name: dump.name,
        kind: dump.kind,
        bytes: dump.size,
        sha256: dump.sha256,
        records: dump.records,
        made_at: dump.made_at,
    });
    let items: Vec<Shown> = shown.collect();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-cache"))
        .json(serde_json::json!({ "items": items })))
}

/// A dump, or the newest one: `/dumps/latest.ndjson.gz`.
#[get("/dumps/{name}")]
pub(super) async fn send(
    req: HttpRequest,
    (db, store): (web::Data<Db>, web::Data<BlobStore>),
    path: web::Path<String>,
) -> Result<HttpResponse> {
    let name = path.into_inner();
    // What the name of the newest one stands for changes; a name of its own never does.
    let caching = if name.starts_with("latest.") { "no-cache" } else { "public, max-age=86400, immutable" };
    let dump = find_dump(&db, name).await?;
    let tag = format!("\"{}\"", dump.sha256);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((ETAG, tag.clone()))
        .insert_header((LAST_MODIFIED, dump.made_at.to_http_date()))
        .insert_header((CACHE_CONTROL, caching));
    if is_not_modified_since(req.headers(), &tag, Some(dump.made_at)) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    let range = match wanted(&req, dump.size, &tag) {
        Ok(Wanted::Parts(parts)) => <[_; 1]>::try_from(parts).ok().map(|[part]| part),
        // Several parts at once are answered with the whole, as the standard allows.
        Ok(Wanted::Whole) => None,
        Err(error) => {
            let mut refusal = error.error_response();
            if let Ok(value) = format!("bytes */{}", dump.size).parse() {
                refusal.headers_mut().insert(CONTENT_RANGE, value);
            }
            return Ok(refusal);
        }
    };
    bytes_of(&req, response, &store, &dump, range).await
}

async fn bytes_of(
    req: &HttpRequest,
    mut response: actix_web::HttpResponseBuilder,
    store: &BlobStore,
    dump: &Dump,
    range: Option<std::ops::Range<u64>>,
) -> Result<HttpResponse> {
    response
        .content_type("application/gzip")
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("Repr-Digest", dump.sha256.to_repr_digest()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", dump.name)))
        // It is compressed already, and a range is of the bytes as they are.
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity));
    let size = match &range {
        Some(part) => {
            let (first, last) = (part.start, part.end - 1);
            response
                .status(StatusCode::PARTIAL_CONTENT)
                .insert_header((CONTENT_RANGE, format!("bytes {first}-{last}/{}", dump.size)));
            part.end - part.start
        }
        None => dump.size,
    };
    if req.extensions().contains::<HeadRequest>() {
        return Ok(response.body(SizedStream::new(size, stream::empty::<Result<Bytes>>())));
    }
    Ok(response.body(SizedStream::new(size, store.get(&dump.key, range).await?)))
}
