//! Refuses request heads that no handler should meet: addresses that are not UTF-8 once decoded, and more header
//! fields than anybody needs. The HTTP library would quietly replace what it cannot decode.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;

use crate::kernel::{Error, Kind, Result};

/// The most header fields of a request.
pub const MAX_HEADER_FIELDS: usize = 64;
/// The most bytes of all names and values in the header fields of a request.
pub const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Middleware: see the module.
///
/// # Errors
/// None of its own: what it refuses is answered with 422, naming `path` or `query`, or with 431.
pub async fn check_head(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let checked = decodes("path", req.uri().path())
        .and_then(|()| decodes("query", req.query_string()))
        .and_then(|()| is_small(req.headers()));
    match checked {
        Ok(()) => Ok(next.call(req).await?.map_into_left_body()),
        Err(error) => Ok(req.error_response(error).map_into_right_body()),
    }
}

/// A part of the address is percent-encoded UTF-8 (RFC 3986, 2.1 and 2.5).
fn decodes(part: &str, text: &str) -> Result<()> {
    let fault = |detail| Err(Error::invalid(part, "encoding", detail));
    let mut rest = text.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    loop {
        rest = match rest {
            [] => break,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |c: &u8| char::from(*c).to_digit(16).and_then(|d| u8::try_from(d).ok());
                decoded.push(digit(high).unwrap_or_default() << 4 | digit(low).unwrap_or_default());
                rest
            }
            [b'%', ..] => {
                return fault("write % as %25, and every other escape as % with two hexadecimal digits");
            }
            [byte, rest @ ..] => {
                decoded.push(*byte);
                rest
            }
        };
    }
    if std::str::from_utf8(&decoded).is_err() {
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
