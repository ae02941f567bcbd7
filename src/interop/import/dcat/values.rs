//! Values in the many ways that catalogues write them.

use crate::interop::import::draft::{Draft, UNKNOWN_LANGUAGE};
use crate::interop::rdf::read::{Term, Thing};
use crate::kernel::Timestamp;

/// A text, or the name of the thing that stands for it.
pub(in crate::interop::import) fn label<'g>(thing: Thing<'g>) -> Option<&'g Term> {
    const NAMES: [&str; 11] = [
        "foaf:name",
        "vcard:fn",
        "vcard:organization-name",
        "skos:prefLabel",
        "rdfs:label",
        "dct:title",
        "schema:name",
        "vcard:hasFN",
        "dct:description",
        "rdf:value",
        "dct:identifier",
    ];
    NAMES.iter().find_map(|name| best(thing, name))
}

/// The text of a property in English, else the first.
pub(in crate::interop::import) fn best<'g>(thing: Thing<'g>, property: &str) -> Option<&'g Term> {
    let texts = || thing.values(property).filter(|value| !value.text().trim().is_empty());
    texts().find(|value| value.language() == Some("en")).or_else(|| texts().next())
}

/// An address: an IRI, a text that is one, or a thing that has one.
pub(in crate::interop::import) fn address(thing: Thing<'_>, value: &Term) -> String {
    let pointed = thing.follow(value).filter(|other| other.iri().is_none());
    let inner = pointed.and_then(|other| {
        let known =
            ["schema:url", "foaf:page", "rdfs:seeAlso", "vcard:value", "vcard:hasValue", "dct:source"];
        known.iter().find_map(|name| other.value(name))
    });
    inner.unwrap_or(value).text().trim().to_owned()
}

/// An address of e-mail, without `mailto:`.
pub(in crate::interop::import) fn email(thing: Thing<'_>, value: &Term) -> String {
    let text = address(thing, value);
    let plain = text.strip_prefix("mailto:").or_else(|| text.strip_prefix("MAILTO:")).unwrap_or(&text);
    let decoded = percent_encoding::percent_decode_str(plain).decode_utf8_lossy();
    decoded.split('?').next().unwrap_or_default().trim().to_owned()
}

/// Whether it is an address of the web.
pub(in crate::interop::import) fn is_web(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Texts of a property, each in its language.
pub(in crate::interop::import) fn texts(
    draft: &mut Draft,
    pointer: &str,
    property: &str,
    value: &Term,
    language: Option<&str>,
) {
    let language = value.language().or(language).unwrap_or(UNKNOWN_LANGUAGE);
    draft.text(pointer, property, language, value.text());
}

/// A day or a month of the record, from a date, an instant, a month or a year. `last` says which month of a year is meant.
pub(in crate::interop::import) fn date(text: &str, last: bool) -> Option<(String, bool)> {
    let text = text.trim();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let exact = matches!(text.len(), 7 | 10);
    if text.len() >= 10 && text.is_char_boundary(10) {
        let (day, rest) = text.split_at(10);
        let is_day = day.split('-').map(str::len).eq([4, 2, 2]) && day.split('-').all(digits);
        let is_rest = rest.is_empty() || rest.starts_with(['T', ' ', 'Z', '+', '-']);
        return (is_day && is_rest).then(|| (day.to_owned(), exact));
    }
    if text.split('-').map(str::len).eq([4, 2]) && text.split('-').all(digits) {
        return Some((text.to_owned(), true));
    }
    (text.len() == 4 && digits(text)).then(|| (format!("{text}-{}", if last { "12" } else { "01" }), false))
}

/// An instant, from an instant with or without offset, or from a day, which begins at midnight UTC.
pub(in crate::interop::import) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let day = date(text, false)?.0;
    let day = if day.len() == 7 { format!("{day}-01") } else { day };
    let time =
        text.get(10..).filter(|rest| rest.starts_with(['T', ' '])).map(|rest| rest.replacen(' ', "T", 1));
    let whole = match time {
        Some(time) => {
            let zone =
                time.ends_with(['Z', 'z']) || time.get(1..).is_some_and(|rest| rest.contains(['+', '-']));
            format!("{day}{time}{}", if zone { "" } else { "Z" })
        }
        None => format!("{day}T00:00:00Z"),
    };
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_far_as_they_go() {
        for (text, last, found) in [
            ("2024-05-06", false, Some("2024-05-06")),
            ("2015-06-09T00:00:00", false, Some("2015-06-09")),
            ("2024-05-06Z", false, Some("2024-05-06")),
            ("2024-05", true, Some("2024-05")),
            ("2015", false, Some("2015-01")),
            ("2015", true, Some("2015-12")),
            ("1 January 2015", false, None),
            ("06/05/2024", false, None),
            ("", false, None),
        ] {
            assert_eq!(date(text, last).map(|(date, _)| date).as_deref(), found, "{text}");
        }
        let at = |text: &str| instant(text).map(|at| at.to_string());
        assert_eq!(at("2018-04-03T13:48:21.950626").as_deref(), Some("2018-04-03T13:48:21.950Z"));
        assert_eq!(at("2024-05-21T16:30:37+02:00").as_deref(), Some("2024-05-21T14:30:37.000Z"));
        assert_eq!(at("2024-05-21").as_deref(), Some("2024-05-21T00:00:00.000Z"));
        assert_eq!(at("soon"), None);
    }
}
