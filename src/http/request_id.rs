//! The id by which a request is found in the log, from wherever its work has come to.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderName;
use uuid::Uuid;

/// Carries the id in requests and answers.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id a request came with from a proxy, when it is harmless; else a new one.
pub(super) fn id_of(req: &ServiceRequest) -> String {
    let harmless = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let incoming = req.headers().get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(harmless);
    incoming.map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned)
}

/// Does the work of a request under its id.
pub(super) fn within<F: Future>(id: String, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(id, work)
}

/// The id of the request that is being worked on, if one is: work that was handed to another thread has none.
#[must_use]
pub fn current_request_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}
