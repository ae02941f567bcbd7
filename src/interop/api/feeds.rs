//! Feeds and lists of addresses: Atom, sitemap, robots.txt. All of them show what everybody may know of.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG, LAST_MODIFIED};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use futures_util::stream;

use super::super::addresses::Addresses;
use super::super::atom::{self, Feed};
use super::super::entry::{Entry, all_with_surroundings};
use super::super::sitemap;
use crate::config::Config;
use crate::datasets::{NamesFrom, count_public, earliest_change, newest_public, public_names};
use crate::db::{Db, Memo};
use crate::http::{HeadRequest, base_of, is_not_modified};
use crate::kernel::{Ctx, Digest, Error, Result, Slug, Timestamp};
use crate::spaces::find_space;

/// Changes in a feed.
const NEWEST: i64 = 50;
/// Names in one look at the database.
const BATCH: i64 = 1000;

/// Room for remembered feeds, in bytes.
const ROOM: usize = 4 * 1024 * 1024;

type Services = (web::Data<Db>, web::Data<Config>);

/// Feeds as they were written, below each address and of each data space, for as long as the database stays as it is: whoever
/// asks again for what did not change costs neither a query nor a rendering.
pub(super) struct Feeds(Memo<(String, Option<Slug>), Arc<Written>>);

impl Default for Feeds {
    fn default() -> Self {
        Self(Memo::new(ROOM, |written| 512 + written.text.len()))
    }
}

/// A feed as it is sent.
struct Written {
    text: Bytes,
    tag: String,
    updated: Timestamp,
}

impl Written {
    fn of(feed: &Feed, entries: &[Entry], at: &Addresses) -> Arc<Self> {
        let text = atom::render(feed, entries, at);
        let tag = format!("\"{}\"", Digest::of(&text).revision());
        Arc::new(Self { text: text.into(), tag, updated: feed.updated(entries) })
    }
}

fn addresses(req: &HttpRequest, config: &Config) -> Addresses {
    Addresses::below(base_of(req, config.base_url.as_ref()))
}

/// What changed last in the catalogue.
#[get("/feed.atom")]
pub(super) async fn catalogue_feed(
    req: HttpRequest,
    ctx: Ctx,
    (db, config): Services,
    feeds: web::Data<Feeds>,
) -> Result<HttpResponse> {
    let (at, now) = (addresses(&req, &config), ctx.now);
    let key = (at.base().to_owned(), None);
    let read = db.read(move |conn| {
        let newest = newest_public(conn, None, NEWEST)?;
        let entries = all_with_surroundings(conn, newest)?;
        let feed = Feed {
            address: format!("{}/feed.atom", at.base()),
            title: "Datasets: the newest changes".to_owned(),
            page: at.catalogue(),
            since: earliest_change(conn)?.unwrap_or(now),
        };
        Ok(Written::of(&feed, &entries, &at))
    });
    Ok(send(&req, &config, &*feeds.0.get_or(ctx.epoch, key, read).await?))
}

/// What changed last in a data space.
#[get("/spaces/{space}/feed.atom")]
pub(super) async fn space_feed(
    req: HttpRequest,
    ctx: Ctx,
    (db, config): Services,
    feeds: web::Data<Feeds>,
    path: web::Path<Slug>,
) -> Result<HttpResponse> {
    let (at, slug) = (addresses(&req, &config), path.into_inner());
    let key = (at.base().to_owned(), Some(slug.clone()));
    let read = db.read(move |conn| {
        let space = find_space(conn, &slug)?;
        let newest = newest_public(conn, Some(&slug), NEWEST)?;
        let entries = all_with_surroundings(conn, newest)?;
        let feed = Feed {
            address: format!("{}/feed.atom", at.space(&space.slug)),
            title: format!("{}: the newest changes", space.names.best(&[])),
            page: at.space(&space.slug),
            since: space.created_at,
        };
        Ok(Written::of(&feed, &entries, &at))
    });
    Ok(send(&req, &config, &*feeds.0.get_or(ctx.epoch, key, read).await?))
}

fn send(req: &HttpRequest, config: &Config, feed: &Written) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        // A weak one: the same feed is sent compressed too.
        .insert_header((ETAG, format!("W/{}", feed.tag)))
        .insert_header((LAST_MODIFIED, feed.updated.to_http_date()));
    // Without a base URL the addresses in it are those under which this one caller came.
    if config.base_url.is_some() {
        response.insert_header((CACHE_CONTROL, "public, max-age=60"));
    }
    // An entry may have left, or its organisation have another name, without a later date; so only the tag is asked.
    if is_not_modified(req.headers(), &feed.tag) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type(atom::MEDIA_TYPE).body(feed.text.clone())
}

/// The index of the sitemap.
#[get("/sitemap.xml")]
pub(super) async fn sitemap_index(req: HttpRequest, (db, config): Services) -> Result<HttpResponse> {
    let count = db.read(count_public).await?;
    let text = sitemap::index(sitemap::files(count), &addresses(&req, &config));
    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(text))
}

/// Where a file of the sitemap goes on, and how many addresses it may still have.
enum State {
    Begin(NamesFrom),
    Next(NamesFrom, i64),
    End,
}

/// A file of the sitemap; the first one is there even when it is empty.
#[get("/sitemaps/{number}.xml")]
pub(super) async fn sitemap_file(
    req: HttpRequest,
    (db, config): Services,
    path: web::Path<i64>,
) -> Result<HttpResponse> {
    let number = path.into_inner();
    let count = db.read(count_public).await?;
    if !(1..=sitemap::files(count)).contains(&number) {
        return Err(Error::not_found("sitemap").next("GET /sitemap.xml lists them"));
    }
    let mut response = HttpResponse::Ok();
    response.content_type("application/xml; charset=utf-8");
    if req.extensions().contains::<HeadRequest>() {
        // How long it is nobody knows before it was written; an empty body would say that there is nothing.
        return Ok(response.streaming(stream::empty::<Result<Bytes>>()));
    }
    let at = addresses(&req, &config);
    let begin = State::Begin(NamesFrom::Number((number - 1) * sitemap::MOST));
    let body = stream::try_unfold(begin, move |state| {
        let (db, at) = (db.clone(), at.clone());
        async move {
            let (from, left, mut text) = match state {
                State::Begin(from) => (from, sitemap::MOST, sitemap::begin()),
                State::Next(from, left) => (from, left, String::new()),
                State::End => return Ok::<_, Error>(None),
            };
            let most = left.min(BATCH);
            let names = db.read(move |conn| public_names(conn, &from, most)).await?;
            text.push_str(&sitemap::part(&names, &at));
            let read = i64::try_from(names.len()).unwrap_or(i64::MAX);
            let next = match names.into_iter().next_back() {
                Some(last) if read == most && left > most => {
                    State::Next(NamesFrom::After(last.id), left - most)
                }
                _ => {
                    text.push_str(sitemap::END);
                    State::End
                }
            };
            Ok(Some((Bytes::from(text), next)))
        }
    });
    Ok(response.streaming(body))
}

/// What crawlers may read, and where they find everything. Links of download plans are of no use to them.
#[get("/robots.txt")]
pub(super) async fn robots(req: HttpRequest, config: web::Data<Config>) -> HttpResponse {
    let base = addresses(&req, &config);
    let text = format!(
        "User-agent: *\nDisallow: /api/v1/download/\nDisallow: /oai\nSitemap: {}/sitemap.xml\n",
        base.base()
    );
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}
