//! What others wrote: descriptions of datasets in their formats, read into records of ours.
//!
//! [`read`] is a plain function from bytes to records. It never fails because of one value: what the record has no place
//! for, or does not take, is dropped and said so in the [`Report`]; what publication needs and nobody said is listed. Only
//! a document that cannot be read at all is an error. Nothing is fetched: what a document points to stays where it is.

mod card;
mod ckan;
mod data_package;
mod dcat;
mod draft;
mod format;
mod health;
mod imported;
mod json;
mod licence;
mod provenance;
mod schema_org;
mod yaml;

pub use format::{Hint, ImportFormat};
pub use imported::{
    Dropped, Imported, ImportedAccess, ImportedFile, ImportedTerms, Mapped, Missing, Reading, Report,
    Unreadable,
};

use crate::kernel::{Error, Result, Slug};

/// The most bytes of a document.
pub const MOST_BYTES: usize = crate::http::MAX_DOCUMENT_BYTES;

/// The most datasets of one document.
pub const MOST_RECORDS: usize = 10_000;

/// Reads a document: one dataset, or a page of a catalogue.
///
/// # Errors
/// 422 `too_large` above [`MOST_BYTES`]; 422 with what is wrong and where, when it cannot be read at all or
/// holds no dataset.
pub fn read(bytes: &[u8], hint: &Hint<'_>) -> Result<Reading> {
    if bytes.len() > MOST_BYTES {
        let detail = format!("the document has {} bytes, at most {MOST_BYTES} are read", bytes.len());
        return Err(Error::invalid("", "too_large", detail));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let detail = format!("the document is not UTF-8, from byte {} on", error.valid_up_to());
        Error::invalid("", "encoding", detail)
    })?;
    let format = ImportFormat::detect(text, hint)?;
    match format {
        ImportFormat::Turtle | ImportFormat::NTriples | ImportFormat::RdfXml | ImportFormat::JsonLd => {
            dcat::read(text, format, hint.base)
        }
        ImportFormat::Croissant | ImportFormat::SchemaOrg => schema_org::read(text, format),
        ImportFormat::DataPackage => data_package::read(text),
        ImportFormat::DatasetCard => card::read(text),
        ImportFormat::Ckan => ckan::read(text),
    }
}

/// What an RDF document says, as N-Triples, for whoever holds this reader against another.
///
/// # Errors
/// 422 when it cannot be read, or is in a format that is not RDF.
pub fn as_n_triples(text: &str, format: ImportFormat, base: Option<&str>) -> Result<String> {
    let syntax = dcat::syntax_of(format)
        .ok_or_else(|| Error::invalid("format", "unknown_format", "not a syntax of RDF"))?;
    Ok(crate::interop::rdf::read::read(text, syntax, base)?.graph.to_n_triples())
}

/// A name for a dataset: its title as a slug, else the end of its identifier.
fn name_of(title: &str, identifier: Option<&str>) -> Option<Slug> {
    let by_identifier =
        || Slug::from_words(identifier?.trim_end_matches('/').rsplit(['/', '#', ':']).next()?);
    Slug::from_words(title).or_else(by_identifier)
}
