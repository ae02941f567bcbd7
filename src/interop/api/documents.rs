//! A dataset, or one of its versions, in whichever of its renderings is asked for: by name, by ending, or by `Accept`.

use actix_web::http::header::{CONTENT_LOCATION, ETAG, LAST_MODIFIED, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::super::addresses::Addresses;
use super::super::entry::{Entry, entry, entry_of_version};
use super::super::format::Format;
use crate::config::Config;
use crate::datasets::versions::{VersionName, VersionNumber, Which};
use crate::db::Db;
use crate::http::{Offer, base_of, is_not_modified_since, negotiate};
use crate::kernel::{Ctx, Digest, Error, Kind, Result, Slug};

/// The most files of which a document is made; longer versions have their manifest, and lists that are streamed.
const MOST_FILES: i64 = 10_000;

type Services = (web::Data<Db>, web::Data<Config>);

/// `/datasets/harbour/tides`, `/datasets/harbour/tides.ttl`
#[get("/datasets/{org}/{name}")]
pub(super) async fn send_dataset(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<(Slug, String)>,
) -> Result<HttpResponse> {
    let (organisation, name) = path.into_inner();
    let (name, format) = match name.split_once('.') {
        None => (name.as_str(), None),
        Some((name, suffix)) => (name, Some(Format::by_suffix(suffix).ok_or_else(no_document)?)),
    };
    let name: Slug = name.parse().map_err(|_| Error::not_found("dataset"))?;
    send(&req, &ctx, services, (organisation, name), None, format).await
}

/// `/datasets/harbour/tides/croissant.json`, `/datasets/harbour/tides/1.0.0`
#[get("/datasets/{org}/{name}/{part}")]
pub(super) async fn send_part(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<(Slug, Slug, String)>,
) -> Result<HttpResponse> {
    let (organisation, name, part) = path.into_inner();
    let format = Format::by_file_name(&part);
    let version = match format {
        Some(_) => None,
        None => Some(part.parse().map_err(|_| no_document())?),
    };
    send(&req, &ctx, services, (organisation, name), version, format).await
}

/// `/datasets/harbour/tides/1.0.0/croissant.json`
#[get("/datasets/{org}/{name}/{version}/{document}")]
pub(super) async fn send_document(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    path: web::Path<(Slug, Slug, Which, String)>,
) -> Result<HttpResponse> {
    let (organisation, name, version, document) = path.into_inner();
    let format = Format::by_file_name(&document).ok_or_else(no_document)?;
    send(&req, &ctx, services, (organisation, name), Some(version), Some(format)).await
}

fn no_document() -> Error {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.file_name()).collect();
    Error::not_found("document").next(format!("one of {}", names.join(", ")))
}

async fn send(
    req: &HttpRequest,
    ctx: &Ctx,
    (db, config): Services,
    (organisation, name): (Slug, Slug),
    version: Option<Which>,
    format: Option<Format>,
) -> Result<HttpResponse> {
    let at = Addresses::below(base_of(req, config.base_url.as_ref()));
    let format = match format {
        Some(format) => format,
        None => negotiated(req)?,
    };
    let (asked, whole) = (ctx.clone(), version.clone());
    let entry = db
        .read(move |conn| match whole {
            None => entry(conn, &asked, (&organisation, &name), MOST_FILES),
            Some(which) => {
                entry_of_version(conn, &asked, &VersionName { organisation, name, which }, MOST_FILES)
            }
        })
        .await?;
    respond(req, &entry, version.as_ref(), format, &at)
}

/// The format that `Accept` prefers.
fn negotiated(req: &HttpRequest) -> Result<Format> {
    let offers: Vec<Offer> = Format::ALL.iter().map(|format| format.about().offer).collect();
    let chosen = negotiate(req, &offers);
    let format = chosen.and_then(|offer| Format::ALL.iter().find(|format| format.about().offer == offer));
    format.copied().ok_or_else(|| {
        let types: Vec<String> = Format::ALL.iter().map(|format| format.content_type()).collect();
        Error::new(Kind::NotAcceptable, "not_acceptable", "none of the representations there are is accepted")
            .next(types.join(", "))
    })
}

fn respond(
    req: &HttpRequest,
    entry: &Entry,
    version: Option<&Which>,
    format: Format,
    at: &Addresses,
) -> Result<HttpResponse> {
    let (dataset, changed_at) = (&entry.described.dataset, entry.described.changed_at());
    let rendered = format.render(entry, at)?;
    let tag = format!("\"{}\"", Digest::of(&rendered.body).revision());
    let number: Option<&VersionNumber> =
        version.and(entry.described.version.as_ref()).map(|version| &version.version);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((ETAG, tag.clone()))
        .insert_header((LAST_MODIFIED, changed_at.to_http_date()))
        .insert_header((CONTENT_LOCATION, at.document(dataset, number, format)))
        .insert_header((VARY, "Accept, Authorization, Cookie"));
    if is_not_modified_since(req.headers(), &tag, changed_at) {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.content_type(rendered.content_type).body(rendered.body))
}
