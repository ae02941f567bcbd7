//! Refuses request heads that no handler should meet: addresses that are not UTF-8 once decoded, more header fields than
//! anybody needs, and hosts that are none. The HTTP library would quietly replace what it cannot decode.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use percent_encoding::percent_decode_str;

use super::address::check_host;
use crate::kernel::{Error, Kind, Result};

/// The most header fields of a request.
pub const MAX_HEADER_FIELDS: usize = 64;
/// The most bytes of all names and values in the header fields of a request.
pub const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Middleware: see the module.
///
/// # Errors
/// None of its own: what it refuses is answered with 422, naming `path` or `query`, with 431, or with 400.
pub async fn check_head(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let checked = decodes("path", req.uri().path())
        .and_then(|()| decodes("query", req.query_string()))
        .and_then(|()| is_small(req.headers()))
        .and_then(|()| check_host(req.request()));
    match checked {
        Ok(()) => Ok(next.call(req).await?.map_into_left_body()),
        Err(error) => Ok(req.error_response(error).map_into_right_body()),
    }
}

/// A part of the address is percent-encoded UTF-8 (RFC 3986, 2.1 and 2.5).
fn decodes(part: &str, text: &str) -> Result<()> {
    if text.is_ascii() && !text.contains('%') {
        return Ok(());
    }
    let fault = |detail| Err(Error::invalid(part, "encoding", detail));
    let is_escape = |after: &str| matches!(after.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    // The decoder takes what is no escape as it stands.
    if !text.split('%').skip(1).all(is_escape) {
        return fault("write % as %25, and every other escape as % with two hexadecimal digits");
    }
    if percent_decode_str(text).decode_utf8().is_err() {
        return fault("is not UTF-8 once its escapes are decoded");
    }
    Ok(())
}

fn is_small(headers: &HeaderMap) -> Result<()> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() <= MAX_HEADER_FIELDS && bytes <= MAX_HEADER_BYTES {
        return Ok(());
    }
    Err(Error::new(
        Kind::HeadersTooLarge,
        "headers_too_large",
        format!("send at most {MAX_HEADER_FIELDS} header fields with {MAX_HEADER_BYTES} bytes in all"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_that_give_utf_8_are_taken() {
        for good in ["", "/a/b", "/%C3%A9", "/%25", "/a%2Fb", "/é"] {
            assert!(decodes("path", good).is_ok(), "{good}");
        }
        for bad in ["/%FF%FE", "/%zz", "/%", "/%4", "/a%C3", "/%C3/%A9", "/%ED%A0%80", "/%C0%AF"] {
            assert_eq!(decodes("path", bad).unwrap_err().field_errors()[0].pointer, "path", "{bad}");
        }
    }
}
