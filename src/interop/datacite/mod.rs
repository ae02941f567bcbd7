//! DataCite Metadata Schema 4.6, as JSON and as XML (<https://schema.datacite.org/meta/kernel-4.6/>).
//!
//! The JSON is made from the entry; XML and Dublin Core are made from the JSON, so that all three say the same.

mod dublin_core;
mod json;
mod xml;

pub use dublin_core::render as render_dublin_core;
pub use json::render as render_json;
pub use xml::{render as render_xml, resource};

#[cfg(test)]
mod tests;
