//! The languages a caller reads, and the language of an answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE, HeaderName, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};

use crate::kernel::{Error, Result};

/// What stands in `Accept-Language`, with `, ` between fields of the same name; empty when there is none.
#[derive(Debug, Clone)]
pub struct AcceptLanguage(pub String);

impl FromRequest for AcceptLanguage {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(fields(req, &ACCEPT_LANGUAGE))))
    }
}

/// All fields of one name as one list (RFC 9110, 5.3).
pub(super) fn fields(req: &HttpRequest, name: &HeaderName) -> String {
    let fields: Vec<_> = req.headers().get_all(name).filter_map(|value| value.to_str().ok()).collect();
    fields.join(", ")
}

/// Says in which language the texts of an answer are, and that another caller may get another one.
pub fn in_language(response: &mut HttpResponseBuilder, language: &str) {
    response.insert_header((CONTENT_LANGUAGE, language));
    response.insert_header((VARY, "Accept, Accept-Language, Authorization, Cookie"));
}

/// Whether the caller would rather have a page than data: `Accept` names `text/html`, and gives it no less weight than
/// any other type it names.
#[must_use]
pub fn wants_page(req: &HttpRequest) -> bool {
    let accept = fields(req, &ACCEPT);
    let weights: Vec<(&str, f32)> = accept.split(',').filter_map(weighted).collect();
    let page = weights.iter().find(|(range, _)| range.eq_ignore_ascii_case("text/html"));
    page.is_some_and(|(_, weight)| *weight > 0.0 && weights.iter().all(|(_, other)| other <= weight))
}

/// A media range and its weight.
fn weighted(part: &str) -> Option<(&str, f32)> {
    let (range, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q="));
    let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
    Some((range.trim(), weight))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_page_is_wanted_where_it_is_asked_for_before_anything_else() {
        for (accept, page) in [
            ("", false),
            ("*/*", false),
            ("text/html", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/ld+json, text/html;q=0.5", false),
            ("application/json;q=0.2, TEXT/HTML;q=0.5", true),
            ("text/html;q=0", false),
        ] {
            let req = TestRequest::default().insert_header((ACCEPT, accept)).to_http_request();
            assert_eq!(wants_page(&req), page, "{accept}");
        }
    }

    #[test]
    fn fields_of_one_name_are_one_list() {
        let req = TestRequest::default()
            .append_header((ACCEPT_LANGUAGE, "fr"))
            .append_header((ACCEPT_LANGUAGE, "en;q=0.5"))
            .to_http_request();
        assert_eq!(fields(&req, &ACCEPT_LANGUAGE), "fr, en;q=0.5");
    }
}
