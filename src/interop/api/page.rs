//! The page of a dataset, in the reader's language.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, get};
use serde::Deserialize;

use super::super::format::Rendered;
use super::super::page::{View, render};
use super::documents::{self, Shown};
use crate::datasets::versions::list_versions;
use crate::db::Db;
use crate::http::{AcceptLanguage, PAGE_STYLE, Query, in_language};
use crate::i18n::Language;
use crate::kernel::{Ctx, PageRequest, Result};

/// Nothing but the one stylesheet. The block of JSON-LD is data, which no browser runs.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The most versions that the page shows.
const MOST_VERSIONS: u32 = 50;

#[derive(Debug, Deserialize)]
struct PageLanguage {
    lang: Option<Language>,
}

/// Answers with the page.
///
/// # Errors
/// 422 when the query asks for a language that there is not. Whatever else links from elsewhere add to it is nobody's concern.
pub(super) async fn respond(req: &HttpRequest, ctx: &Ctx, db: &Db, shown: &Shown) -> Result<HttpResponse> {
    let wanted = Query::<PageLanguage>::extract(req).await?;
    let accept = AcceptLanguage::extract(req).await?;
    let language = wanted.into_inner().lang.unwrap_or_else(|| Language::negotiate(&accept.0));
    let dataset = &shown.entry.described.dataset;
    let name = (dataset.organisation.clone(), dataset.name.clone());
    let newest = PageRequest { limit: MOST_VERSIONS, after: None };
    let versions = list_versions(db, ctx, name, newest).await?.items;
    let view = View {
        entry: &shown.entry,
        at: &shown.at,
        number: shown.number.as_ref(),
        versions: &versions,
        language,
        root: "../".repeat(req.path().matches('/').count().saturating_sub(1)),
    };
    let rendered = Rendered { content_type: shown.format.content_type(), body: render(&view)? };
    let mut response = HttpResponse::Ok();
    in_language(&mut response, language.as_str());
    response.insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY));
    Ok(documents::respond_page(req, shown, rendered, response))
}

/// The stylesheet of the page.
#[get("/assets/dataset.css")]
pub(super) async fn get_style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(PAGE_STYLE)
}
