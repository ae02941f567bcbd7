//! Errors as clients of the Hub read them, from wherever they come: a handler, the rate limit, a credential.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, ResponseError as _};
use serde_json::json;

use super::super::super::hub::names::ROOT;
use super::super::super::hub::words::{error_code, error_message, warned_of};
use crate::kernel::{Error, Kind};

const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const X_ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");
/// `topic; message`: clients print the message.
const X_HF_WARNING: HeaderName = HeaderName::from_static("x-hf-warning");
/// Names the revision that an answer is from.
pub(super) const X_REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");

/// The revision that a request was found to be about; an answer that there is no such file says it too, and clients keep
/// that.
#[derive(Debug, Clone)]
pub(super) struct Commit(pub(super) String);

/// Middleware: below `/hf`, turns errors into the Hub's shape, status and header fields of the problem kept. What is our own
/// fault stays a problem document, which the log knows.
///
/// # Errors
/// Only what the inner layers return as such.
pub async fn in_hub_words(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    if !req.path().strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/')) {
        return Ok(next.call(req).await?.map_into_left_body());
    }
    let response = next.call(req).await?;
    let error = response.response().error().and_then(|error| error.as_error::<Error>()).cloned();
    let Some(error) = error.filter(|error| !matches!(error.kind(), Kind::Internal | Kind::Unavailable))
    else {
        return Ok(response.map_into_left_body());
    };
    let mut answer = error.error_response().set_body(json!({"error": error.detail()}).to_string());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(code) = error_code(&error) {
        headers.insert(X_ERROR_CODE, HeaderValue::from_static(code));
    }
    let message = error_message(&error);
    if let Some(topic) = warned_of(&error)
        && let Ok(warning) = HeaderValue::from_str(&format!("{topic}; {message}"))
    {
        headers.insert(X_HF_WARNING, warning);
    }
    if let Ok(message) = HeaderValue::from_str(&message) {
        headers.insert(X_ERROR_MESSAGE, message);
    }
    for (name, value) in response.headers().iter().filter(|(name, _)| name.as_str().starts_with("ratelimit"))
    {
        headers.insert(name.clone(), value.clone());
    }
    if let Some(Commit(revision)) = response.request().extensions().get::<Commit>()
        && let Ok(revision) = HeaderValue::from_str(revision)
    {
        headers.insert(X_REPO_COMMIT, revision);
    }
    let (request, _) = response.into_parts();
    Ok(ServiceResponse::new(request, answer.map_into_boxed_body()).map_into_right_body())
}
