//! JSON-LD 1.1 through `oxjsonld`. Contexts are never fetched: a few that are named everywhere are known here (`contexts/`),
//! in the part that descriptions of datasets use; a document with another one is told so.

use std::borrow::Cow;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};

use super::Reading;
use super::graph::{Term, object, subject};
use crate::interop::json;
use crate::kernel::{Error, Result};

/// Contexts that are known, by a part of their address.
const CONTEXTS: &[(&str, &str)] = &[
    ("ofn.gov.cz", include_str!("contexts/ofn-catalogue.jsonld")),
    ("dcat-ap", include_str!("contexts/dcat-ap.jsonld")),
    ("DCAT-AP", include_str!("contexts/dcat-ap.jsonld")),
    ("schema.org", r#"{"@context": {"@vocab": "http://schema.org/"}}"#),
];

/// Reads a document into the graph.
pub(super) fn read(text: &str, base: Option<&str>, reading: &mut Reading) -> Result<()> {
    // Tells where JSON is broken, and refuses what lies too deep, before anything is made of it.
    let (value, twice) = json::parse(text)?;
    // Of a member that comes twice the last one counts, as it does in every other format.
    let text = if twice.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(value.to_string()) };
    drop(value);
    twice.into_iter().for_each(|what| reading.fault(what));
    let mut parser = JsonLdParser::new().lenient();
    if let Some(base) = base {
        parser = parser.with_base_iri(base).map_err(|error| Error::invalid("", "base", error.to_string()))?;
    }
    let quads =
        parser.for_slice(text.trim_start_matches('\u{feff}')).with_load_document_callback(|address, _| {
            let found = CONTEXTS.iter().find(|(part, _)| address.contains(part));
            let (_, document) = found
                .ok_or_else(|| format!("the context {address} is not known here, and none is fetched"))?;
            Ok(JsonLdRemoteDocument {
                document: document.as_bytes().to_vec(),
                document_url: address.to_owned(),
            })
        });
    for quad in quads {
        match quad {
            // The name of a graph says who said it; what is said counts.
            // Names that no context explains say nothing.
            Ok(quad) if !quad.predicate.as_str().contains(':') => {}
            Ok(quad) => {
                let value: Term = object(quad.object);
                reading.graph.add(&subject(&quad.subject), quad.predicate.as_str(), value)?;
            }
            Err(error) => reading.fault(error.to_string().chars().take(300).collect::<String>()),
        }
    }
    Ok(())
}
