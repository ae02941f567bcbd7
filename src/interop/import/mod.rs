//! What others wrote: descriptions of datasets in their formats, read into records of ours.
//!
//! [`read`] is a plain function from bytes to records. It never fails because of one value: what the record has no place
//! for, or does not take, is dropped and said so in the [`Report`]; what publication needs and nobody said is listed. Only
//! a document that cannot be read at all is an error. Nothing is fetched: what a document points to stays where it is.

mod dcat;
mod draft;
mod format;
mod health;
mod imported;
mod licence;
mod provenance;

pub use format::{Hint, ImportFormat};
pub use imported::{
    Dropped, Imported, ImportedAccess, ImportedFile, ImportedTerms, Mapped, Missing, Reading, Report,
    Unreadable,
};

use crate::kernel::{Error, Result, Slug};

/// The most bytes of a document.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

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
        _ => Err(Error::invalid("", "unknown_format", format!("{format} is not read yet"))),
    }
}

/// A name for a dataset: its title as a slug, else the end of its identifier.
fn name_of(title: &str, identifier: Option<&str>) -> Option<Slug> {
    let by_identifier =
        || Slug::from_words(identifier?.trim_end_matches('/').rsplit(['/', '#', ':']).next()?);
    Slug::from_words(title).or_else(by_identifier)
}
