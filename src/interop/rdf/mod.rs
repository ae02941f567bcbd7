//! RDF as far as renderings need it: descriptions of things (`node`), and four ways to write them down (`write`), each
//! description at once, so that a catalogue never lies in memory as a whole. `read` does the reverse for what others wrote.
//!
//! Things always have an IRI: what others give a blank node gets a fragment of the thing it belongs to. So two readings of
//! a document are the same graph, and a change is seen where it happened.

mod node;
pub mod read;
mod write;

pub use node::{Graph, Node};
pub use write::{Syntax, Writer};

/// A property or class: one of the prefixes below, a colon, and a local name.
pub type Name = &'static str;

/// The vocabularies that names come from.
const PREFIXES: &[(&str, &str)] = &[
    ("adms", "http://www.w3.org/ns/adms#"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcatap", "http://data.europa.eu/r5r/"),
    ("dct", "http://purl.org/dc/terms/"),
    ("dpv", "https://w3id.org/dpv#"),
    ("dqv", "http://www.w3.org/ns/dqv#"),
    ("eli", "http://data.europa.eu/eli/ontology#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("healthdcatap", "http://healthdataportal.eu/ns/health#"),
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("locn", "http://www.w3.org/ns/locn#"),
    ("oa", "http://www.w3.org/ns/oa#"),
    ("odrl", "http://www.w3.org/ns/odrl/2/"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("prov", "http://www.w3.org/ns/prov#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("spdx", "http://spdx.org/rdf/terms#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// The IRI that a name stands for. A name whose prefix is not in the list stands for itself; a test sees to it that there is
/// none.
fn expand(name: Name) -> String {
    let known = name.split_once(':').and_then(|(prefix, local)| {
        let (_, namespace) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{namespace}{local}"))
    });
    known.unwrap_or_else(|| name.to_owned())
}

/// An address or other IRI in a form that every syntax takes (RFC 3986): what may not stand in it is percent-encoded, and a
/// web address is brought into its normal form first.
#[must_use]
pub fn iri(text: &str) -> String {
    let web = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let text = web.map_or_else(|| text.to_owned(), String::from);
    // Square brackets stand around an address of IPv6, and nowhere else.
    let authority = text.find("://").map_or(0, |at| at + 3);
    let path = text
        .get(authority..)
        .and_then(|rest| rest.find(['/', '?', '#']))
        .map_or(text.len(), |at| authority + at);
    let mut fragment = false;
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let encoded = match c {
            '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`' => true,
            '[' | ']' => at >= path,
            '#' => std::mem::replace(&mut fragment, true),
            '%' => {
                !text.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            }
            c => c <= ' ' || !c.is_ascii() || c == '\u{7f}',
        };
        if encoded {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(percent_encoding::percent_encode_byte(byte));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// A text without the characters that XML 1.0 cannot carry at all, so that all syntaxes say the same.
fn text(text: &str) -> String {
    let known =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|c| if known(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iris_hold_only_what_may_stand_in_them() {
        for (from, to) in [
            ("https://example.org", "https://example.org/"),
            ("https://example.org/a b?c=|{d}#e#f", "https://example.org/a%20b?c=%7C%7Bd%7D#e%23f"),
            ("https://example.org/100%[x]", "https://example.org/100%25%5Bx%5D"),
            ("http://[::1]:8080/a", "http://[::1]:8080/a"),
            ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
            ("urn:isbn:1<2>", "urn:isbn:1%3C2%3E"),
            ("mailto:a\"b@example.org", "mailto:a%22b@example.org"),
            ("https://doi.org/10.1/%zz%20", "https://doi.org/10.1/%25zz%20"),
        ] {
            assert_eq!(iri(from), to);
        }
    }

    #[test]
    fn names_stand_for_iris() {
        assert_eq!(expand("dct:title"), "http://purl.org/dc/terms/title");
        assert_eq!(text("a\u{1}b\u{fffe}\n"), "a\u{fffd}b\u{fffd}\n");
    }
}
