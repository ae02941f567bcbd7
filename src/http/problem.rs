//! Problem documents (RFC 9457): the one table from the house's errors to HTTP.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::{Error, Kind};

/// An error as `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "about:blank", "title": "Unprocessable Content", "status": 422, "code": "invalid",
    "detail": "/record/title: is required", "request_id": "0190f3c2a1b27c3d8e4f5a6b7c8d9e0f",
    "errors": [{"pointer": "/record/title", "code": "required", "detail": "is required"}]
}))]
pub struct Problem {
    /// Always `about:blank`: the status says the kind, `code` says which one.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A stable name for programs.
    pub code: &'static str,
    /// A sentence for people: what went wrong and what to do.
    pub detail: String,
    /// Names the request in the service's log.
    pub request_id: String,
    /// The wrong fields, all of them at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Where to go next: a path of this API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer into the body (RFC 6901), or the name of a header or parameter.
    pub pointer: String,
    /// A stable name for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

/// The HTTP status of each kind of error.
#[must_use]
pub fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Kind::Timeout => StatusCode::REQUEST_TIMEOUT,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Kind::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::QuotaExceeded => StatusCode::INSUFFICIENT_STORAGE,
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status_of(self.kind())
    }

    fn error_response(&self) -> HttpResponse {
        respond(self, "")
    }
}

/// The answer for an error; the outermost layer calls it with the request's id.
pub(super) fn respond(error: &Error, request_id: &str) -> HttpResponse {
    let status = status_of(error.kind());
    let problem = Problem {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: error.code(),
        detail: error.detail().to_owned(),
        request_id: request_id.to_owned(),
        errors: error.field_errors().iter().map(field_problem).collect(),
        next: error.next_step().filter(|_| error.kind() != Kind::MethodNotAllowed).map(str::to_owned),
    };
    let mut response = HttpResponseBuilder::new(status);
    if let Some(wait) = error.retry_after_hint() {
        // Whole seconds, rounded up: a client that comes back at once must not be refused again.
        response.insert_header((RETRY_AFTER, wait.as_secs_f64().ceil().max(1.0).to_string()));
    }
    if error.kind() == Kind::Unauthenticated {
        response.append_header((WWW_AUTHENTICATE, r#"Bearer realm="cadastre""#));
        response.append_header((WWW_AUTHENTICATE, r#"Basic realm="cadastre", charset="UTF-8""#));
    }
    if error.kind() == Kind::MethodNotAllowed
        && let Some(methods) = error.next_step()
    {
        response.insert_header((ALLOW, methods));
    }
    response.insert_header((CONTENT_TYPE, "application/problem+json"));
    response.body(serde_json::to_string(&problem).unwrap_or_default())
}

fn field_problem(field: &crate::kernel::FieldError) -> FieldProblem {
    FieldProblem { pointer: field.pointer.clone(), code: field.code, detail: field.detail.clone() }
}
