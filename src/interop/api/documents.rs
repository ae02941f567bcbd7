//! A dataset, or one of its versions, in whichever of its renderings is asked for: by name, by ending, or by `Accept`.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LOCATION, ETAG, LAST_MODIFIED, LINK, VARY};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web};

use super::super::addresses::Addresses;
use super::super::entry::{Entry, entry, entry_of_version, surroundings_changed_at};
use super::super::format::{Format, Rendered};
use super::super::signposting::link_field;
use super::{page, streams};
use crate::config::Config;
use crate::datasets::versions::{VersionName, VersionNumber, Which};
use crate::db::Db;
use crate::http::{Offer, base_of, is_not_modified, is_not_modified_since, negotiate, settled};
use crate::kernel::{Ctx, Digest, Error, Kind, Result, Slug, Timestamp};

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
    let asked = Asked { at, organisation, name, version, format };
    // Whoever has a document already is told so before its files are read, where it is the same whatever is inside them.
    let at_once = format.tells_columns() || format == Format::Page;
    let first = if at_once { format.most_files() } else { 0 };
    let mut shown = asked.look(&db, ctx, first).await?;
    if let Some(document) = format.by_file(&shown.entry, &shown.at, shown.number.as_ref())? {
        return streams::respond(req, ctx, db, &shown, document).await;
    }
    if format == Format::Page {
        return page::respond(req, ctx, &db, &shown).await;
    }
    let mut response = HttpResponse::Ok();
    if shown.is_known(req, &mut response) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    if format.most_files() > first {
        shown = asked.look(&db, ctx, format.most_files()).await?;
        // What is sent is described by what was read with it.
        response = HttpResponse::Ok();
        shown.is_known(req, &mut response);
    }
    // A document of thousands of files takes long enough for others to notice.
    let rendered = web::block(move || format.render(&shown.entry, &shown.at))
        .await
        .map_err(|error| Error::internal("rendering a document", error))??;
    Ok(response.content_type(rendered.content_type).body(rendered.body))
}

/// What is asked for.
struct Asked {
    at: Addresses,
    organisation: Slug,
    name: Slug,
    version: Option<Which>,
    format: Format,
}

impl Asked {
    /// Looks at it, with at most so many files.
    async fn look(&self, db: &Db, ctx: &Ctx, most_files: i64) -> Result<Shown> {
        let (asked, organisation, name) = (ctx.clone(), self.organisation.clone(), self.name.clone());
        let which = self.version.clone();
        let (entry, around) = db
            .read(move |conn| {
                let entry = match which {
                    None => entry(conn, &asked, (&organisation, &name), most_files),
                    Some(which) => {
                        entry_of_version(conn, &asked, &VersionName { organisation, name, which }, most_files)
                    }
                }?;
                let around = surroundings_changed_at(conn, &entry)?;
                Ok((entry, around))
            })
            .await?;
        let version = self.version.as_ref().and(entry.described.version.as_ref());
        let number = version.map(|version| version.version.clone());
        let mut shown = Shown { entry, at: self.at.clone(), number, format: self.format, modified: None };
        let own = shown.changed_at();
        shown.modified = settled(around.map_or(own, |around| around.max(own)), ctx.now);
        Ok(shown)
    }
}

/// What is sent: a dataset, or one of its versions, in a format.
pub(super) struct Shown {
    pub(super) entry: Entry,
    pub(super) at: Addresses,
    /// The version, where one was asked for.
    pub(super) number: Option<VersionNumber>,
    pub(super) format: Format,
    /// When what is sent last changed, as far as a date can tell it.
    modified: Option<Timestamp>,
}

impl Shown {
    /// Describes a document in the head of its answer, and tells whether the caller has it already. Its tag is a weak one, made
    /// of everything that the document is made of: it is not written only to be counted.
    pub(super) fn is_known(&self, req: &HttpRequest, response: &mut HttpResponseBuilder) -> bool {
        let Entry { described, organisation, space } = &self.entry;
        let version = described.version.as_ref();
        let made_of = [
            self.at.base(),
            self.format.file_name(),
            env!("CARGO_PKG_VERSION"),
            &described.dataset.etag(),
            &self.changed_at().to_string(),
            &version.map_or_else(String::new, |version| format!("{} {}", version.id, version.revision)),
            &organisation.revision.to_string(),
            &space.revision.to_string(),
        ];
        let tag = format!("\"{}\"", Digest::of(made_of.join(" ")).revision());
        response.insert_header((VARY, "Accept, Authorization, Cookie"));
        self.describe(response, &format!("W/{tag}"));
        is_not_modified_since(req.headers(), &tag, self.modified)
    }

    /// When the dataset, its terms and versions, or the columns where they are told, last changed.
    fn changed_at(&self) -> Timestamp {
        let described = &self.entry.described;
        if self.format.tells_columns() { described.changed_at() } else { described.dataset.updated_at }
    }

    /// The fields that say what is sent, how it is told from another state of it, and where to go on from it.
    fn describe(&self, response: &mut HttpResponseBuilder, tag: &str) {
        let dataset = &self.entry.described.dataset;
        response
            .insert_header((ETAG, tag))
            .insert_header((CONTENT_LOCATION, self.at.document(dataset, self.number.as_ref(), self.format)))
            .insert_header((LINK, link_field(&self.entry, &self.at, self.number.as_ref(), self.format)));
        if let Some(modified) = self.modified {
            response.insert_header((LAST_MODIFIED, modified.to_http_date()));
        }
    }
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

/// An answer with the page, which also shows what is of the moment: it is known by its bytes.
pub(super) fn respond_page(
    req: &HttpRequest,
    shown: &Shown,
    rendered: Rendered,
    mut response: HttpResponseBuilder,
) -> HttpResponse {
    let tag = format!("\"{}\"", Digest::of(&rendered.body).revision());
    shown.describe(&mut response, &tag);
    if is_not_modified(req.headers(), &tag) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type(rendered.content_type).body(rendered.body)
}
