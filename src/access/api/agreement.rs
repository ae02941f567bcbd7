//! The agreement on a grant: as a document for machines, as a page for people, and accepting it.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::agreement;
use super::super::model::{Acceptance, Consent, Naming};
use super::page;
use crate::config::Config;
use crate::db::Db;
use crate::http::{AcceptLanguage, Json, PAGE_STYLE, Query, in_language, wants_page};
use crate::i18n::Language;
use crate::kernel::{Ctx, GrantId, Result};

/// Nothing but the one stylesheet.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How the page is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageLanguage {
    /// The language of the page; the one that `Accept-Language` prefers when not given.
    lang: Option<Language>,
}

/// Shows the agreement on a grant
///
/// The offer of the terms under which the grant was given, between its provider and its holder and within its limits, as an
/// ODRL Agreement in canonical JSON (RFC 8785), whose SHA-256 is the agreement's digest and the `ETag`. With
/// `Accept: text/html` the same as a page, line by line in words. Once accepted, it is the accepted one.
#[utoipa::path(tag = "access", operation_id = "get_agreement",
    params(("id" = GrantId, Path, description = "The grant"), PageLanguage,
           ("Accept-Language" = Option<String>, Header, description = "The language of texts: en or fr; English when none of them is named")),
    responses((status = 200, description = "The agreement", content(
        (Object = "application/ld+json", example = json!({"@id": "urn:cadastre:grant:gr_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f", "@type": "Agreement"})),
        (String = "text/html", example = json!("<!DOCTYPE html>"))))))]
#[get("/grants/{id}/agreement")]
pub(super) async fn get_agreement(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    config: web::Data<Config>,
    id: web::Path<GrantId>,
    wanted: Query<PageLanguage>,
    accept: AcceptLanguage,
) -> Result<HttpResponse> {
    let naming = Naming::below(config.base_url.clone());
    let shown = agreement::show_agreement(&db, &ctx, id.into_inner(), naming).await?;
    let language = wanted.into_inner().lang.unwrap_or_else(|| Language::negotiate(&accept.0));
    let mut response = HttpResponse::Ok();
    in_language(&mut response, language.as_str());
    if wants_page(&req) {
        response.insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY));
        return Ok(response.content_type("text/html; charset=utf-8").body(page::render(&shown, language)?));
    }
    response.insert_header((ETAG, format!("\"{}\"", shown.digest)));
    Ok(response.content_type("application/ld+json").body(shown.text))
}

/// Accepts the agreement on a grant
///
/// By members of the organisation that holds the grant, who name the digest of the agreement that they read. It is kept as
/// it was accepted. Accepting the same once more changes nothing.
#[utoipa::path(tag = "access", operation_id = "accept_agreement", request_body = Consent,
    params(("id" = GrantId, Path, description = "The grant")),
    responses((status = 200, description = "That it is accepted", body = Acceptance)))]
#[post("/grants/{id}/accept")]
pub(super) async fn accept_agreement(
    ctx: Ctx,
    db: web::Data<Db>,
    config: web::Data<Config>,
    id: web::Path<GrantId>,
    body: Json<Consent>,
) -> Result<HttpResponse> {
    let naming = Naming::below(config.base_url.clone());
    let accepted = agreement::accept_agreement(&db, &ctx, id.into_inner(), body.0, naming).await?;
    Ok(HttpResponse::Ok().json(&accepted))
}

/// Serves the stylesheet of agreements
///
/// The look of the page on screens and on paper.
#[utoipa::path(tag = "access", operation_id = "get_agreement_style", security(()),
    responses((status = 200, description = "The stylesheet", body = String, content_type = "text/css")))]
#[get("/assets/agreement.css")]
pub(super) async fn get_agreement_style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(PAGE_STYLE)
}
