//! The catalogue, a data space or an organisation with its datasets, in DCAT-AP and in pages; written dataset by dataset, so
//! that no page lies in memory as a whole.

use std::sync::Arc;

use actix_web::http::header::{ETAG, LAST_MODIFIED, LINK, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use serde::Deserialize;

use super::super::addresses::Addresses;
use super::super::dcat::{MOST_FILES_IN_PAGE, View, describe_catalogue, describe_in_list};
use super::super::entry::entries;
use super::super::format::Format;
use super::super::rdf::{Graph, Syntax, Writer};
use super::pages::{Pages, Request, State, Which};
use crate::config::{Config, Operator};
use crate::db::Db;
use crate::http::{Offer, Query, base_of, is_not_modified_since, negotiate, settled};
use crate::kernel::{Ctx, Cursor, DatasetId, Digest, Error, Kind, Result, Slug, Timestamp};

/// How many datasets are read at once.
const AT_ONCE: i64 = 20;

type Services = (web::Data<Db>, web::Data<Config>, web::Data<Pages>);

/// Which page, and of what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueQuery {
    /// From the link to the next page.
    page: Option<String>,
    /// Only datasets changed at or after this instant (RFC 3339) or day.
    modified_since: Option<String>,
}

/// `/catalog`
#[get("/catalog")]
pub(super) async fn send_catalogue(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    query: Query<CatalogueQuery>,
) -> Result<HttpResponse> {
    send(&req, &ctx, services, (Which::Whole, None), query.into_inner()).await
}

/// `/catalog.ttl`
#[get("/catalog.{suffix}")]
pub(super) async fn send_catalogue_as(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    suffix: web::Path<String>,
    query: Query<CatalogueQuery>,
) -> Result<HttpResponse> {
    let suffix = suffix.into_inner();
    send(&req, &ctx, services, (Which::Whole, Some(suffix)), query.into_inner()).await
}

/// `/spaces/mobility`, `/spaces/mobility.rdf`
#[get("/spaces/{space}")]
pub(super) async fn send_space(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    space: web::Path<String>,
    query: Query<CatalogueQuery>,
) -> Result<HttpResponse> {
    let (slug, suffix) = named(&space, "space")?;
    send(&req, &ctx, services, (Which::Space(slug), suffix), query.into_inner()).await
}

/// `/organisations/harbour-institute`, `/organisations/harbour-institute.jsonld`
#[get("/organisations/{org}")]
pub(super) async fn send_organisation(
    req: HttpRequest,
    ctx: Ctx,
    services: Services,
    organisation: web::Path<String>,
    query: Query<CatalogueQuery>,
) -> Result<HttpResponse> {
    let (slug, suffix) = named(&organisation, "organisation")?;
    send(&req, &ctx, services, (Which::Organisation(slug), suffix), query.into_inner()).await
}

/// A name, and the ending after it.
fn named(segment: &str, what: &'static str) -> Result<(Slug, Option<String>)> {
    let (name, suffix) = match segment.split_once('.') {
        None => (segment, None),
        Some((name, suffix)) => (name, Some(suffix.to_owned())),
    };
    Ok((name.parse().map_err(|_| Error::not_found(what))?, suffix))
}

/// The serializations that catalogues have.
const SYNTAXES: [(Format, Syntax); 4] = [
    (Format::Turtle, Syntax::Turtle),
    (Format::RdfXml, Syntax::RdfXml),
    (Format::JsonLd, Syntax::JsonLd),
    (Format::NTriples, Syntax::NTriples),
];

fn wanted(req: &HttpRequest, suffix: Option<&str>) -> Result<(Format, Syntax)> {
    if let Some(suffix) = suffix {
        let found = SYNTAXES.into_iter().find(|(format, _)| format.about().suffix == Some(suffix));
        let endings: Vec<&str> = SYNTAXES.iter().filter_map(|(format, _)| format.about().suffix).collect();
        return found.ok_or_else(|| {
            Error::not_found("document").next(format!("end with one of {}", endings.join(", ")))
        });
    }
    let offers: Vec<Offer> = SYNTAXES.iter().map(|(format, _)| format.about().offer).collect();
    let chosen = negotiate(req, &offers);
    let found =
        chosen.and_then(|offer| SYNTAXES.into_iter().find(|(format, _)| format.about().offer == offer));
    found.ok_or_else(|| {
        let types: Vec<&str> = offers.iter().map(|offer| offer.media_type).collect();
        Error::new(Kind::NotAcceptable, "not_acceptable", "none of the representations there are is accepted")
            .next(types.join(", "))
    })
}

async fn send(
    req: &HttpRequest,
    ctx: &Ctx,
    (db, config, pages): Services,
    (which, suffix): (Which, Option<String>),
    query: CatalogueQuery,
) -> Result<HttpResponse> {
    let (format, syntax) = wanted(req, suffix.as_deref())?;
    let since = query.modified_since.as_deref().map(instant).transpose()?;
    let after = query.page.as_deref().map(position).transpose()?;
    let request = Request { which, since, after };
    let state = pages.state(&db, ctx, request.clone()).await?;
    let at = Addresses::below(base_of(req, config.base_url.as_ref()));
    let view = view(req, &at, &state, &query);
    // The same page has another text below another address, in another syntax, and when another runs it.
    let tag = format!("{} {} {} {:?}", state.fingerprint, format.content_type(), view.this, config.operator);
    let tag = Digest::of(tag);
    let tag = format!("\"{}\"", tag.revision());
    let mut response = HttpResponse::Ok();
    // A weak one: the same page is sent compressed too.
    response.insert_header((ETAG, format!("W/{tag}"))).insert_header((VARY, "Accept, Authorization, Cookie"));
    if let Some(next) = &view.next {
        response.append_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
    let changed = state.newest_event.and_then(|at| settled(at, ctx.now));
    if let Some(changed) = changed {
        response.insert_header((LAST_MODIFIED, changed.to_http_date()));
    }
    if is_not_modified_since(req.headers(), &tag, changed) {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    response.content_type(format.content_type());
    let operator = config.operator.clone();
    let rest = Rest { db, ctx: ctx.clone(), request, state, view, operator, at, syntax, step: Step::Begin };
    Ok(response.streaming(futures_util::stream::try_unfold(rest, Rest::next)))
}

fn instant(text: &str) -> Result<Timestamp> {
    let day = format!("{text}T00:00:00Z");
    text.parse().or_else(|_| day.parse()).map_err(|_: Error| {
        Error::invalid(
            "modified_since",
            "instant",
            "write an instant as 2026-01-31T12:00:00Z or a day as 2026-01-31",
        )
    })
}

fn position(text: &str) -> Result<DatasetId> {
    let refused = |_: Error| {
        Error::invalid("page", "cursor", "not a page of this list; take the link of the page before")
    };
    let cursor = Cursor::decode(text).map_err(refused)?;
    let [id] = cursor.parts::<1>().map_err(refused)?;
    id.parse().map_err(refused)
}

/// Where this page, the first and the next one are: the address that was asked for, with other queries.
fn view(req: &HttpRequest, at: &Addresses, state: &State, query: &CatalogueQuery) -> View {
    let page = |page: Option<String>| {
        let since = query.modified_since.as_ref().map(|since| ("modified_since", since.clone()));
        let pairs: Vec<(&str, String)> = since.into_iter().chain(page.map(|page| ("page", page))).collect();
        let mut address = format!("{}{}", at.base(), req.path());
        if let Some(text) = serde_urlencoded::to_string(&pairs).ok().filter(|text| !text.is_empty()) {
            address.push('?');
            address.push_str(&text);
        }
        address
    };
    let next = state.datasets.last().filter(|_| state.more);
    let next = next.map(|last| page(Some(Cursor::new([last.id.to_string()]).encode())));
    let datasets = state.datasets.iter();
    View {
        this: page(query.page.clone()),
        first: page(None),
        next,
        datasets: datasets.map(|one| at.dataset_named(&one.organisation, &one.name)).collect(),
        modified: state.modified,
    }
}

/// What is still to be written of a page.
struct Rest {
    db: web::Data<Db>,
    ctx: Ctx,
    request: Request,
    state: Arc<State>,
    view: View,
    operator: Operator,
    at: Addresses,
    syntax: Syntax,
    step: Step,
}

enum Step {
    Begin,
    /// The writer, what waits for the end, and where the next datasets begin.
    Datasets(Writer, Graph, Option<DatasetId>),
    Done,
}

/// Some datasets, written.
struct Written {
    writer: Writer,
    graph: Graph,
    out: String,
    /// The id of the last of them; none where there were none left.
    reached: Option<DatasetId>,
}

impl Rest {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let mut out = String::new();
        match std::mem::replace(&mut self.step, Step::Done) {
            Step::Begin => {
                let mut writer = Writer::begin(self.syntax, &mut out);
                let mut graph = Graph::default();
                describe_catalogue(
                    &self.state.catalogue,
                    Some(&self.view),
                    &self.operator,
                    &self.at,
                    &mut graph,
                );
                graph.take().iter().for_each(|node| writer.node(node, &mut out));
                let after = self.request.after.clone();
                self.step = Step::Datasets(writer, graph, after);
            }
            Step::Datasets(writer, graph, after) => {
                let last = self.state.datasets.last().map(|one| one.id.clone());
                let written = if after >= last {
                    Written { writer, graph, out, reached: None }
                } else {
                    self.some(writer, graph, after).await?
                };
                let Written { mut writer, graph, reached, .. } = written;
                out = written.out;
                match reached.filter(|reached| Some(reached) < last.as_ref()) {
                    Some(reached) => self.step = Step::Datasets(writer, graph, Some(reached)),
                    None => {
                        graph.finish().iter().for_each(|node| writer.node(node, &mut out));
                        writer.end(&mut out);
                    }
                }
            }
            Step::Done => return Ok(None),
        }
        Ok(Some((out.into(), self)))
    }

    /// Writes some datasets, where it keeps nobody waiting.
    async fn some(&self, mut writer: Writer, mut graph: Graph, after: Option<DatasetId>) -> Result<Written> {
        let mut out = String::new();
        let (ctx, selection) = (self.ctx.clone(), self.request.selection());
        let most = (AT_ONCE, MOST_FILES_IN_PAGE);
        let found = self.db.read(move |conn| entries(conn, &ctx, &selection, after.as_ref(), most)).await?;
        let (at, state) = (self.at.clone(), self.state.clone());
        let write = move || {
            let last = state.datasets.last().map(|one| &one.id);
            let mut reached = None;
            for entry in &found {
                let id = &entry.described.dataset.id;
                // Registered after the page was looked at.
                if Some(id) > last {
                    break;
                }
                reached = Some(id.clone());
                describe_in_list(entry, &at, MOST_FILES_IN_PAGE, &mut graph);
                graph.take().iter().for_each(|node| writer.node(node, &mut out));
            }
            Written { writer, graph, out, reached }
        };
        web::block(write).await.map_err(|error| Error::internal("rendering a page of the catalogue", error))
    }
}
