//! Routes for clients of the Hugging Face Hub, below `/hf`: they only read.

mod files;
mod gate;
mod info;
mod person;
mod search;
mod tree;
mod words;

use actix_web::http::header::{HeaderValue, LINK};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::Value;

use super::super::hub::names::{ROOT, repository};
use super::super::hub::words::no_repository;
use crate::config::Config;
use crate::http::{base_of, is_not_modified};
use crate::kernel::{Digest, Error, Kind, Result, Slug};

pub use words::in_hub_words;

/// Registers the routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope(ROOT)
            .service(person::whoami)
            .service(search::list)
            .service(info::of_dataset)
            .service(info::of_revision)
            .service(info::commits)
            .service(gate::auth_check)
            .service(info::refs)
            .service(tree::of_root)
            .service(tree::of_folder)
            .service(tree::paths_info)
            .service(files::resolve)
            .service(files::to_page)
            .default_service(web::to(nothing_here)),
    );
}

/// What is not offered, told so that a client prints what to do.
async fn nothing_here(req: HttpRequest) -> Result<HttpResponse> {
    if !req.method().is_safe() {
        let detail = "clients of the Hub only read here; publish with `cadastre push`";
        return Err(Error::new(Kind::MethodNotAllowed, "read_only", detail).next("GET, HEAD"));
    }
    let path = req.path().strip_prefix(ROOT).unwrap_or_default();
    if ["/api/models/", "/api/spaces/"].iter().any(|kind| path.starts_with(kind))
        || path.contains("/resolve/")
    {
        let detail = "only datasets are here: say repo_type=\"dataset\", or --repo-type dataset";
        return Err(Error::new(Kind::NotFound, "only_datasets", detail));
    }
    let part = path.strip_prefix("/api/datasets/").is_some_and(|rest| rest.split('/').count() > 2);
    if part {
        let detail =
            "this part of the Hub's API is not offered: datasets can be found, read and downloaded here";
        return Err(Error::new(Kind::NotFound, "not_offered", detail));
    }
    if path.starts_with("/api/datasets/") || path.starts_with("/datasets/") {
        return Err(no_repository());
    }
    Err(Error::not_found("route"))
}

/// A dataset, by whatever a client takes for a name.
#[derive(Debug, Deserialize)]
struct Repository {
    org: String,
    name: String,
}

impl Repository {
    /// The name, if anything can have it.
    fn read(&self) -> Result<(Slug, Slug)> {
        repository(&self.org, &self.name).ok_or_else(no_repository)
    }
}

/// The values of a parameter of the query; clients repeat it for lists.
fn parameters(req: &HttpRequest, name: &str) -> Vec<String> {
    let pairs = url::form_urlencoded::parse(req.query_string().as_bytes());
    pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}

/// Whether a parameter of the query is set to a word for yes.
fn is_set(req: &HttpRequest, name: &str) -> bool {
    parameters(req, name).first().is_some_and(|value| is_yes(value))
}

fn is_yes(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "true" | "1")
}

/// How many items a page is to have, from `limit`.
fn limit(req: &HttpRequest, most: usize) -> Result<usize> {
    match parameters(req, "limit").first() {
        None => Ok(most),
        Some(text) => match text.parse() {
            Ok(limit) if limit > 0 => Ok(most.min(limit)),
            _ => Err(Error::invalid("limit", "out_of_range", "must be a number of at least 1")),
        },
    }
}

/// What a client says of where a page begins, if anything can.
fn cursor<T>(req: &HttpRequest, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
    let read = parameters(req, "cursor").first().map(|text| read(text)).transpose();
    read.map_err(|_| Error::invalid("cursor", "invalid", "follow the address in `Link` as it stands"))
}

/// The address below which clients find all this.
fn endpoint(req: &HttpRequest, config: &Config) -> String {
    format!("{}{ROOT}", base_of(req, config.base_url.as_ref()))
}

/// The answer with the next page's address, which clients follow as it stands.
fn paged(req: &HttpRequest, config: &Config, cursor: Option<String>, body: &Value) -> Result<HttpResponse> {
    let mut answer = sent(req, body)?;
    if let Some(cursor) = cursor {
        let others =
            req.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: Vec<String> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
        let path = req.uri().path().strip_prefix(ROOT).unwrap_or_default();
        let link = format!("<{}{path}?{}>; rel=\"next\"", endpoint(req, config), query.join("&"));
        let link = HeaderValue::from_str(&link).map_err(|error| Error::internal("a link", error))?;
        answer.headers_mut().insert(LINK, link);
    }
    Ok(answer)
}

/// JSON with its entity tag, or word that the client has it already.
fn sent(req: &HttpRequest, body: &Value) -> Result<HttpResponse> {
    let text = serde_json::to_vec(body).map_err(|error| Error::internal("an answer", error))?;
    let tag = format!("\"{}\"", Digest::of(&text).revision());
    if is_not_modified(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header(("ETag", tag)).content_type("application/json").body(text))
}

type Services = (Data<crate::db::Db>, Data<Config>);
