//! Conditional requests (RFC 9110, 13): every update names the state it was made for.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderMap, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::kernel::{Error, Kind, Result};

/// The strong entity tag of a revision counter.
#[must_use]
pub fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// A JSON answer with the entity tag of its revision.
#[must_use]
pub fn with_etag<T: Serialize>(mut response: HttpResponseBuilder, revision: i64, body: &T) -> HttpResponse {
    response.insert_header((ETAG, etag(revision))).json(body)
}

/// The state an update was made for, from `If-Match`.
#[derive(Debug, Clone)]
pub struct IfMatch(Vec<String>);

impl IfMatch {
    /// The update may go on only from one of these revisions.
    ///
    /// # Errors
    /// 412 `stale` when the present revision is another one.
    pub fn check(&self, revision: i64) -> Result<()> {
        if self.0.iter().any(|tag| tag == "*" || *tag == etag(revision)) {
            return Ok(());
        }
        Err(Error::new(
            Kind::PreconditionFailed,
            "stale",
            format!(
                "it has been changed meanwhile and is now at {}; read it again and repeat the change",
                etag(revision)
            ),
        ))
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = tags(req.headers(), &IF_MATCH);
        ready(if tags.is_empty() {
            Err(Error::new(
                Kind::PreconditionRequired,
                "if_match_required",
                "send If-Match with the ETag of the state you read, or * to overwrite whatever is there",
            ))
        } else {
            Ok(Self(tags))
        })
    }
}

/// Whether the client already has this representation: `If-None-Match` holds its tag.
#[must_use]
pub fn is_not_modified(headers: &HeaderMap, etag: &str) -> bool {
    tags(headers, &IF_NONE_MATCH).iter().any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn tags(headers: &HeaderMap, name: &actix_web::http::header::HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| !tag.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_present_revision_or_a_star_goes_on() {
        let tag = |text: &str| IfMatch(vec![text.to_owned()]);
        assert!(tag("\"3\"").check(3).is_ok());
        assert!(tag("*").check(3).is_ok());
        assert_eq!(tag("\"2\"").check(3).unwrap_err().kind(), Kind::PreconditionFailed);
        assert!(tag("W/\"3\"").check(3).is_err(), "a weak tag never matches an If-Match");
    }
}
