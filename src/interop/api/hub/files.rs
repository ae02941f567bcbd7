//! The bytes of a file of a revision. They leave by the same door as any others; the card that is made is ours to give.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_RANGE, ContentEncoding, ETAG, HeaderValue, LOCATION,
};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;

use super::super::super::addresses::Addresses;
use super::super::super::hub::card::{Card, FILE_NAME, MEDIA_TYPE};
use super::super::super::hub::snapshot::{Snapshot, card_of, repository, revision};
use super::super::super::hub::words::of_file;
use super::words::{Commit, X_REPO_COMMIT};
use super::{Repository, Services};
use crate::datasets::files::{FilePath, Watch, allow_file};
use crate::datasets::versions::{VersionName, Which};
use crate::datasets::{DownloadGate, declared, deliver};
use crate::http::{HeadRequest, Wanted, base_of, check_if_match, is_not_modified, unsatisfiable, wanted};
use crate::kernel::{Clock, Ctx, Error, Result};
use crate::storage::BlobStore;

/// A file of a revision.
#[derive(Debug, Deserialize)]
pub(super) struct OfFile {
    org: String,
    name: String,
    revision: String,
    path: String,
}

/// `/datasets/harbour/tides/resolve/main/data/train.csv`
#[get("/datasets/{org}/{name}/resolve/{revision}/{path:.+}")]
pub(super) async fn resolve(
    req: HttpRequest,
    ctx: Ctx,
    (db, config): Services,
    (store, gate, clock): (web::Data<BlobStore>, web::Data<dyn DownloadGate>, web::Data<dyn Clock>),
    path: web::Path<OfFile>,
) -> Result<HttpResponse> {
    let OfFile { org, name, revision: of, path } = path.into_inner();
    let (organisation, name) = Repository { org, name }.read()?;
    let (asked, is_card) = (ctx.clone(), path == FILE_NAME);
    let (snapshot, card) = db
        .read(move |conn| {
            let dataset = repository(conn, &asked, (&organisation, &name))?;
            let snapshot = revision(conn, dataset, &of)?;
            let card = if is_card { card_of(conn, &snapshot)? } else { None };
            Ok((snapshot, card))
        })
        .await?;
    req.extensions_mut().insert(Commit(snapshot.revision()));
    let mut response = match card {
        Some(card) => send_card(&req, card)?,
        None => {
            let Snapshot { dataset, version, .. } = &snapshot;
            let page = Addresses::below(base_of(&req, config.base_url.as_ref())).dataset(dataset);
            let gate = gate.into_inner();
            let sent = async {
                let path: FilePath = path.parse().map_err(|_| Error::not_found("file"))?;
                let version = VersionName {
                    organisation: dataset.organisation.clone(),
                    name: dataset.name.clone(),
                    which: Which::Number(version.version.clone()),
                };
                let allowed = allow_file(&db, gate.clone(), &ctx, version, path, declared(&req)?).await?;
                let watch = Watch::new(&db, gate.clone(), clock.into_inner(), &allowed);
                deliver(&req, (&store, &config), gate, watch, allowed).await
            };
            sent.await.map_err(|error| of_file(&error, &page))?
        }
    };
    let revision = HeaderValue::from_str(&snapshot.revision());
    response
        .headers_mut()
        .insert(X_REPO_COMMIT, revision.map_err(|error| Error::internal("a revision", error))?);
    Ok(response)
}

/// The card, or the one part of it that is wanted.
fn send_card(req: &HttpRequest, card: Card) -> Result<HttpResponse> {
    let (tag, length) = (format!("\"{}\"", card.sha256), card.size());
    check_if_match(req.headers(), &tag)?;
    if is_not_modified(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let part = match wanted(req, length, &tag) {
        Ok(Wanted::Parts(parts)) => <[_; 1]>::try_from(parts).ok().map(|[part]| part),
        Ok(Wanted::Whole) => None,
        Err(error) => return Ok(unsatisfiable(&error, length)),
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((ETAG, tag))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("Repr-Digest", card.sha256.to_repr_digest()))
        // Keeps the compressing layer away: clients compare the length.
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity))
        .content_type(MEDIA_TYPE);
    let text = Bytes::from(card.text);
    let body = match part {
        None => text,
        Some(part) => {
            response.status(StatusCode::PARTIAL_CONTENT);
            response
                .insert_header((CONTENT_RANGE, format!("bytes {}-{}/{length}", part.start, part.end - 1)));
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
            text.slice(place(part.start)..place(part.end))
        }
    };
    if req.extensions().contains::<HeadRequest>() {
        return Ok(response.body(SizedStream::new(body.len() as u64, stream::empty::<Result<Bytes>>())));
    }
    Ok(response.body(body))
}

/// `/datasets/harbour/tides`: what clients print as the address of a dataset leads to its page.
#[get("/datasets/{org}/{name}")]
pub(super) async fn to_page(
    req: HttpRequest,
    (_, config): Services,
    path: web::Path<Repository>,
) -> Result<HttpResponse> {
    let (organisation, name) = path.read()?;
    let page = format!("{}/datasets/{organisation}/{name}", base_of(&req, config.base_url.as_ref()));
    Ok(HttpResponse::TemporaryRedirect().insert_header((LOCATION, page)).finish())
}
