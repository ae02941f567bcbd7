//! Which of several representations a caller would rather have (RFC 9110, 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;

use super::language::fields;

/// A representation that could be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Its media type, without parameters.
    pub media_type: &'static str,
    /// The profile that tells it from others of the same media type (RFC 6906).
    pub profile: Option<&'static str>,
}

/// The offer that `Accept` gives the greatest weight; of equals the first one, which is also the one for callers without
/// `Accept`. None where everything that is offered is refused.
#[must_use]
pub fn negotiate(req: &HttpRequest, offers: &[Offer]) -> Option<Offer> {
    let accept = fields(req, &ACCEPT);
    if accept.trim().is_empty() {
        return offers.first().copied();
    }
    let ranges: Vec<Range<'_>> = members(&accept).filter_map(Range::parse).collect();
    let mut best: Option<(f32, Offer)> = None;
    for offer in offers {
        let fitting = ranges.iter().filter_map(|range| Some((range.fits(*offer)?, range.weight)));
        // The most specific range decides, whatever its weight.
        let decides = fitting.fold(None, |best: Option<(u8, f32)>, found| match best {
            Some(best) if best.0 >= found.0 => Some(best),
            _ => Some(found),
        });
        if let Some((_, weight)) = decides
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, *offer));
        }
    }
    best.map(|(_, offer)| offer)
}

/// How the names of the forms of JSON-LD begin: expanded, compacted, flattened (JSON-LD 1.1, 8).
const JSON_LD_FORMS: &str = "http://www.w3.org/ns/json-ld#";

/// A media range of `Accept`.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Profiles that are asked for; one IRI or several between spaces.
    profile: Option<&'a str>,
    weight: f32,
}

impl<'a> Range<'a> {
    fn parse(member: &'a str) -> Option<Self> {
        let mut parts = member.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self { kind, subtype, profile: None, weight: 1.0 };
        for parameter in parts {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => range.weight = value.parse().ok().filter(|q| (0.0..=1.0).contains(q))?,
                "profile" => range.profile = Some(value),
                // `charset` and the like ask for nothing that is not so anyway.
                _ => {}
            }
        }
        Some(range)
    }

    /// How closely it names an offer; nothing where it does not.
    fn fits(&self, offer: Offer) -> Option<u8> {
        let (kind, subtype) = offer.media_type.split_once('/')?;
        let named = |wanted: &str, offered: &str| wanted.eq_ignore_ascii_case(offered);
        match (self.kind, self.subtype, self.profile) {
            ("*", "*", _) => Some(0),
            (wanted, "*", _) if named(wanted, kind) => Some(1),
            (wanted, exact, None) if named(wanted, kind) && named(exact, subtype) => Some(2),
            (wanted, exact, Some(profiles)) if named(wanted, kind) && named(exact, subtype) => {
                let mut profiles = profiles.split_whitespace();
                match offer.profile {
                    Some(profile) => profiles.any(|wanted| wanted == profile).then_some(3),
                    // A form of JSON-LD says nothing of what is in it.
                    None => profiles.all(|wanted| wanted.starts_with(JSON_LD_FORMS)).then_some(2),
                }
            }
            _ => None,
        }
    }
}

/// The members of a list; a comma within quotes belongs to its member.
fn members(list: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    list.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const CROISSANT: &str = "http://mlcommons.org/croissant/1.1";
    const OFFERS: [Offer; 4] = [
        Offer { media_type: "text/html", profile: None },
        Offer { media_type: "application/ld+json", profile: None },
        Offer { media_type: "application/ld+json", profile: Some(CROISSANT) },
        Offer { media_type: "text/turtle", profile: None },
    ];

    fn index(accept: &str) -> Option<usize> {
        let req = TestRequest::default().insert_header((ACCEPT, accept)).to_http_request();
        negotiate(&req, &OFFERS).and_then(|found| OFFERS.iter().position(|offer| *offer == found))
    }

    #[test]
    fn weights_and_closeness_decide_and_then_the_order() {
        for (accept, wanted) in [
            ("", Some(0)),
            ("*/*", Some(0)),
            ("text/turtle", Some(3)),
            ("text/turtle, text/html", Some(0)),
            ("text/html;q=0.5, text/turtle;q=0.9", Some(3)),
            ("text/*;q=0.9, text/html;q=0.1, application/ld+json;q=0.5", Some(3)),
            ("application/ld+json", Some(1)),
            (&format!("application/ld+json;profile=\"{CROISSANT}\""), Some(2)),
            ("application/ld+json;profile=\"urn:x, urn:y\", text/turtle;q=0.1", Some(3)),
            ("application/ld+json;profile=\"http://www.w3.org/ns/json-ld#compacted\"", Some(1)),
            ("application/ld+json;profile=\"http://www.w3.org/ns/json-ld#expanded urn:x\"", None),
            ("APPLICATION/LD+JSON; charset=utf-8", Some(1)),
            ("image/png", None),
            ("*/*;q=0", None),
            ("nonsense", None),
            ("text/html;q=2, text/turtle;q=0.1", Some(3)),
        ] {
            assert_eq!(index(accept), wanted, "{accept}");
        }
    }
}
