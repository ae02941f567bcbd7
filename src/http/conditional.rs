//! Conditional requests (RFC 9110, 13): every update names the state it was made for.

use std::future::{Ready, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderMap, HttpDate, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::kernel::{Error, Kind, Result, Timestamp};

/// The strong entity tag of a revision counter.
fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// A JSON answer with the entity tag of its revision.
#[must_use]
pub fn with_etag<T: Serialize>(response: HttpResponseBuilder, revision: i64, body: &T) -> HttpResponse {
    with_tag(response, etag(revision), body)
}

/// A JSON answer with an entity tag.
#[must_use]
pub fn with_tag<T: Serialize>(mut response: HttpResponseBuilder, etag: String, body: &T) -> HttpResponse {
    response.insert_header((ETAG, etag)).json(body)
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
        self.check_tag(&etag(revision))
    }

    /// The update may go on only from a state with one of these tags.
    ///
    /// # Errors
    /// 412 `stale` when the present tag is another one.
    pub fn check_tag(&self, present: &str) -> Result<()> {
        if self.0.iter().any(|tag| tag == "*" || tag == present) {
            return Ok(());
        }
        Err(Error::new(
            Kind::PreconditionFailed,
            "stale",
            format!(
                "it has been changed meanwhile and is now at {present}; read it again and repeat the change"
            ),
        ))
    }
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = tags(req.headers(), &IF_MATCH);
        ready(if !tags.iter().all(|tag| tag == "*" || is_entity_tag(tag)) {
            Err(Error::invalid("If-Match", "invalid", "send entity tags in double quotes, or * alone"))
        } else if tags.is_empty() {
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

/// Goes on with a representation only if it is one of those that `If-Match` names, where a client names any (RFC 9110, 13.1.1).
///
/// # Errors
/// 412 `changed` when it names others.
pub fn check_if_match(headers: &HeaderMap, etag: &str) -> Result<()> {
    let tags = tags(headers, &IF_MATCH);
    if tags.is_empty() || tags.iter().any(|tag| tag == "*" || tag == etag) {
        return Ok(());
    }
    let detail = format!("the entity tag is {etag}, which If-Match does not name");
    Err(Error::new(Kind::PreconditionFailed, "changed", detail))
}

/// Whether the client already has this representation: `If-None-Match` holds its tag.
#[must_use]
pub fn is_not_modified(headers: &HeaderMap, etag: &str) -> bool {
    tags(headers, &IF_NONE_MATCH).iter().any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// What `Last-Modified` may say of a change: the first whole second after it, once that has come. Dates are of whole seconds,
/// and in the second of a change more may change, of which somebody who was told that second would never hear.
#[must_use]
pub fn settled(changed: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let settled =
        Timestamp::from_millis(changed.as_millis().div_euclid(1000).saturating_add(1).saturating_mul(1000));
    Some(settled).filter(|settled| *settled <= now)
}

/// Whether the client already has this representation, by its tag, or, where it names none, by the time of the last change
/// (`If-Modified-Since`, whole seconds). Without such a time it is newer than all that a client could name.
#[must_use]
pub fn is_not_modified_since(headers: &HeaderMap, etag: &str, changed: Option<Timestamp>) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return is_not_modified(headers, etag);
    }
    let Some(changed) = changed else { return false };
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since: Option<HttpDate> = since.and_then(|text| text.parse().ok());
    since.is_some_and(|since| {
        let since = SystemTime::from(since).duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).is_ok_and(|since| since >= changed.as_millis() / 1000)
    })
}

/// The members of a list of entity tags, whatever they look like.
fn tags(headers: &HeaderMap, name: &actix_web::http::header::HeaderName) -> Vec<String> {
    let mut tags = Vec::new();
    for value in headers.get_all(name) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let mut quoted = false;
        // A comma within the quotes belongs to the tag.
        let parts = text.split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        tags.extend(parts.map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()));
    }
    tags
}

/// Whether a text is an entity tag, strong or weak (RFC 9110, 8.8.3).
fn is_entity_tag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    opaque
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .is_some_and(|inner| inner.chars().all(|c| c != '"' && c > ' ' && c != '\u{7f}'))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    #[test]
    fn entity_tags_are_told_apart_and_nothing_else_is_taken_for_one() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, "\"a,b\", W/\"c\" , d".parse().unwrap());
        let found = tags(&headers, &IF_MATCH);
        assert_eq!(found, ["\"a,b\"", "W/\"c\"", "d"]);
        assert_eq!(found.iter().filter(|tag| is_entity_tag(tag)).count(), 2);
        for bad in ["\"", "3", "\"a\"b\"", "w/\"a\"", "\"a b\""] {
            assert!(!is_entity_tag(bad), "{bad}");
        }
    }

    #[test]
    fn a_tag_decides_over_a_date_and_a_date_is_of_whole_seconds() {
        let changed: Timestamp = "2026-03-02T08:00:00.750Z".parse().unwrap();
        let has = |pairs: &[(HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(name.clone(), value.parse().unwrap());
            }
            is_not_modified_since(&headers, "\"e\"", Some(changed))
        };
        let same = changed.to_http_date();
        assert!(has(&[(IF_MODIFIED_SINCE, &same)]));
        assert!(!has(&[(IF_MODIFIED_SINCE, "Mon, 02 Mar 2026 07:59:59 GMT")]));
        assert!(!has(&[(IF_MODIFIED_SINCE, same.as_str()), (IF_NONE_MATCH, "\"other\"")]));
        assert!(has(&[(IF_MODIFIED_SINCE, "nonsense"), (IF_NONE_MATCH, "\"e\"")]));
        assert!(!has(&[(IF_MODIFIED_SINCE, "nonsense")]) && !has(&[]));
    }

    #[test]
    fn the_second_of_a_change_is_never_told() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let changed = at("2026-03-02T08:00:00.750Z");
        assert_eq!(settled(changed, at("2026-03-02T08:00:00.999Z")), None);
        assert_eq!(settled(changed, at("2026-03-02T08:00:01Z")), Some(at("2026-03-02T08:00:01Z")));
        assert_eq!(
            settled(at("2026-03-02T08:00:00Z"), at("2027-01-01T00:00:00Z")),
            Some(at("2026-03-02T08:00:01Z"))
        );
        let mut headers = HeaderMap::new();
        headers.insert(IF_MODIFIED_SINCE, "Mon, 02 Mar 2026 08:00:00 GMT".parse().unwrap());
        assert!(!is_not_modified_since(&headers, "\"e\"", None));
    }

    #[test]
    fn only_the_present_revision_or_a_star_goes_on() {
        let tag = |text: &str| IfMatch(vec![text.to_owned()]);
        assert!(tag("\"3\"").check(3).is_ok());
        assert!(tag("*").check(3).is_ok());
        assert_eq!(tag("\"2\"").check(3).unwrap_err().kind(), Kind::PreconditionFailed);
        assert!(tag("W/\"3\"").check(3).is_err(), "a weak tag never matches an If-Match");
    }
}
