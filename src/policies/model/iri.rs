//! Absolute IRIs, and the fixed prefixes by which policies shorten them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kernel::text_schema;

/// The prefixes that a policy may use, with what they always stand for. A document may declare them and may
/// not declare them otherwise.
pub(in crate::policies) const PREFIXES: &[(&str, &str)] = &[
    ("cad", "urn:cadastre:policy:"),
    ("cc", "http://creativecommons.org/ns#"),
    ("duo", "http://purl.obolibrary.org/obo/DUO_"),
    ("odrl", "http://www.w3.org/ns/odrl/2/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("tdm", "http://www.w3.org/ns/tdmrep#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// An absolute IRI (RFC 3987), kept in its full form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iri(String);

impl Iri {
    /// The longest IRI, in bytes.
    pub const MAX_LENGTH: usize = 2048;

    /// Reads an IRI, full or shortened by one of the fixed prefixes (`cad:`, `cc:`, `duo:`, `odrl:`, `rdf:`,
    /// `tdm:`, `xsd:`). `None` when it is relative, too long, or holds a character that an IRI may not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let full = expand(text);
        let (scheme, rest) = full.split_once(':')?;
        let good_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        let good = good_scheme
            && !rest.is_empty()
            && full.len() <= Self::MAX_LENGTH
            && !full.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\"{}|\\^`".contains(c));
        good.then_some(Self(full))
    }

    /// The full form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The short form: with one of the fixed prefixes where one fits, else in full.
    #[must_use]
    pub fn compact(&self) -> String {
        let fitting = PREFIXES.iter().find_map(|(prefix, namespace)| {
            let local = self.0.strip_prefix(namespace)?;
            (!local.starts_with("//")).then(|| format!("{prefix}:{local}"))
        });
        fitting.unwrap_or_else(|| self.0.clone())
    }

    /// What follows the last slash.
    pub(super) fn last_segment(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(_, last)| last)
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Iri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Iri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(
                "must be an absolute IRI of at most 2048 bytes, in full or with a known prefix",
            )
        })
    }
}

text_schema! {
    Iri, "Iri", "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s\\u0000-\\u001f\\u007f-\\u009f<>\"{}|^`\\\\]+$", Iri::MAX_LENGTH, "https://example.org/term", "An absolute IRI (RFC 3987), in full or with one of the prefixes of policies.";
}

/// As in JSON-LD, what begins with `//` after the colon is no short form.
fn expand(text: &str) -> String {
    let namespace = text.split_once(':').and_then(|(prefix, local)| {
        let (_, namespace) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        (!local.starts_with("//")).then(|| format!("{namespace}{local}"))
    });
    namespace.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_and_full_forms_are_one_iri() {
        let short = Iri::parse("duo:0000042").unwrap();
        assert_eq!(short, Iri::parse("http://purl.obolibrary.org/obo/DUO_0000042").unwrap());
        assert_eq!(short.compact(), "duo:0000042");
        for kept in ["https://example.eu/spaces/health", "urn:iso:3166:DEU", "cad://host/x", "did:web:acme"] {
            assert_eq!(Iri::parse(kept).unwrap().compact(), kept);
        }
    }

    #[test]
    fn what_is_no_absolute_iri_is_refused() {
        let long = format!("urn:{}", "a".repeat(Iri::MAX_LENGTH));
        for bad in ["", "use", "spaces/health", "_:b0", "1a:b", "http:", "urn:a b", "urn:<a>", "a\n:b", &long]
        {
            assert_eq!(Iri::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_short_form_reads_back(text in "(cad|urn:cadastre:policy|http|duo|x):[a-z/#:_]{0,12}") {
            if let Some(iri) = Iri::parse(&text) {
                prop_assert_eq!(Iri::parse(&iri.compact()), Some(iri.clone()));
                prop_assert_eq!(Iri::parse(iri.as_str()).unwrap(), iri);
            }
        }
    }
}
