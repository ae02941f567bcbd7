//! Reads `Idempotency-Key` on a POST and binds it to the caller, the path and the body.

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;

use super::body::{MAX_DOCUMENT_BYTES, MAX_JSON_BYTES, read_body};
use crate::kernel::{Caller, Error, Hasher, IdempotencyKey, Result};

const HEADER: &str = "Idempotency-Key";

/// The key of this request, if it is a POST by a known caller that carries one.
pub(super) async fn read_key(req: &mut ServiceRequest, caller: &Caller) -> Result<Option<IdempotencyKey>> {
    let (Method::POST, Caller::Person(principal)) = (req.method().clone(), caller) else { return Ok(None) };
    let Some(value) = req.headers().get(HEADER) else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()))
        .ok_or_else(|| Error::invalid(HEADER, "invalid", "send 1 to 255 visible ASCII characters"))?
        .to_owned();
    let limit = if req.path().ends_with("/imports") { MAX_DOCUMENT_BYTES } else { MAX_JSON_BYTES };
    let body = read_body(req.take_payload(), limit).await?;
    let mut hasher = Hasher::default();
    for part in [req.path().as_bytes(), b"\0", req.query_string().as_bytes(), b"\0", &body] {
        hasher.update(part);
    }
    req.set_payload(Payload::from(body));
    Ok(Some(IdempotencyKey { key: format!("{} {key}", principal.person), fingerprint: hasher.finish() }))
}
