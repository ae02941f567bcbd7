//! The outermost layer: names each request, serves HEAD through GET, renders problems, adds the headers every
//! answer carries, and writes one log line and the metrics. Queries and credentials never reach the log.

use std::time::Instant;

use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;

use super::measure::count;
use super::problem::respond;
use super::request_id::{X_REQUEST_ID, id_of, within};
use crate::kernel::{Error, Kind};

/// Marks a request that came as HEAD and is served by the GET handler: no bytes are wanted.
#[derive(Debug, Clone, Copy)]
pub struct HeadRequest;

/// Middleware: see the module.
///
/// # Errors
/// Only what the inner layers return as such; ours answer with the error attached, which becomes a problem here.
pub async fn observe(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = id_of(&req);
    within(id.clone(), answer(req, next, id)).await
}

async fn answer(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    id: String,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let method = req.method().clone();
    if method == Method::HEAD {
        req.head_mut().method = Method::GET;
        req.extensions_mut().insert(HeadRequest);
    }
    let mut response = next.call(req).await?.map_into_boxed_body();
    if let Some(error) = response.response().error().map(in_our_words) {
        log_error(&error);
        let headers = response.headers().clone();
        response = response.map_body(|_, _| BoxBody::new(()));
        let mut problem = respond(&error, &id);
        for (name, value) in headers.iter().filter(|(name, _)| name.as_str().starts_with("ratelimit")) {
            problem.headers_mut().insert(name.clone(), value.clone());
        }
        response = ServiceResponse::new(response.into_parts().0, problem);
    }
    finish_headers(&mut response, &id);
    record(&method, &response, started);
    Ok(response)
}

/// The path for the log. A ticket is a right to download, so it does not stand there. A line must fit into one write to
/// a pipe, 4 KiB, or lines of two threads could mix.
fn shown(path: &str) -> &str {
    const TICKETS: &str = "/api/v1/download/";
    const LONGEST: usize = 2048;
    if path.starts_with(TICKETS) { TICKETS } else { &path[..path.floor_char_boundary(LONGEST)] }
}

/// An error as ours, whatever raised it: actix's own rejections get the same shape.
fn in_our_words(error: &actix_web::Error) -> Error {
    if let Some(ours) = error.as_error::<Error>() {
        return ours.clone();
    }
    let status = error.as_response_error().status_code();
    let text = error.to_string();
    match status {
        StatusCode::NOT_FOUND => Error::not_found("resource"),
        StatusCode::METHOD_NOT_ALLOWED => {
            Error::new(Kind::MethodNotAllowed, "method_not_allowed", "this method is not offered here")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Error::new(Kind::TooLarge, "body_too_large", text),
        StatusCode::REQUEST_TIMEOUT => {
            Error::new(Kind::Timeout, "timeout", "the request took too long to arrive")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::new(Kind::UnsupportedMediaType, "media_type", text),
        status if status.is_client_error() => Error::malformed("malformed", text),
        _ => Error::internal("request", text),
    }
}

fn log_error(error: &Error) {
    match error.kind() {
        Kind::Internal => tracing::error!(code = error.code(), %error, "failed"),
        Kind::Unavailable => tracing::warn!(code = error.code(), %error, "unavailable"),
        _ => tracing::debug!(code = error.code(), %error, "refused"),
    }
}

fn finish_headers(response: &mut ServiceResponse<BoxBody>, id: &str) {
    let status = response.status();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    // `identity` is how a handler keeps the compressing layer away; it does not belong into an answer (RFC 9110, 8.4.1).
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(CONTENT_ENCODING);
    }
    // That nothing fits depends on what would have.
    if status == StatusCode::NOT_ACCEPTABLE {
        headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
    }
    for (name, value) in DEFAULT_HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

/// What every answer says, unless its handler says otherwise.
const DEFAULT_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ),
    // What an answer shows depends on who asked: shared caches must keep out.
    (CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    (VARY, HeaderValue::from_static("Authorization, Cookie")),
];

fn record(method: &Method, response: &ServiceResponse<BoxBody>, started: Instant) {
    let (status, took) = (response.status().as_u16(), started.elapsed());
    count(method, response.request().match_pattern(), status, took);
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let path = shown(response.request().path());
    tracing::info!(%method, path, status, millis, "answered");
}
