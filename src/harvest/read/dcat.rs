//! DCAT-AP over HTTP: a document, or pages that name the next one (Hydra).

use url::Url;

use super::{From, Page, excerpt, imported};
use crate::interop::import::{self, Hint};

/// What is asked for. Servers that negotiate give Turtle.
pub(super) const ACCEPT: &str = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7, */*;q=0.1";

/// What an answer may be. Files are often served without a type of their own.
pub(super) const MEDIA_TYPES: &[&str] = &[
    "text/turtle",
    "application/x-turtle",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-triples",
    "application/json",
    "application/xml",
    "text/xml",
    "text/n3",
    "text/plain",
    "application/octet-stream",
    "",
];

/// Reads a document.
pub(super) fn read(bytes: &[u8], from: &From<'_>) -> Result<Page, String> {
    let base = from.base();
    let hint = Hint {
        format: None,
        media_type: from.media_type,
        file_name: Some(from.url.path()),
        base: Some(&base),
    };
    let reading = import::read(bytes, &hint).map_err(|error| excerpt(error.detail()))?;
    let next = reading.next.as_deref().map(|next| from.url.join(next));
    let next: Option<Url> =
        next.transpose().map_err(|_| "the address of the next page cannot be read".to_owned())?;
    // What was lost with a broken part of the document must not look as if it were gone.
    if let Some(fault) = reading.faults.first() {
        return Err(excerpt(&format!("the document is broken: {fault}")));
    }
    Ok(Page { found: imported::all(reading.records, from), next, ..Page::default() })
}
