//! What came of reading a document: records, with what else was said of each dataset, and an account of what was taken over
//! and what was not.

use serde::Serialize;
use utoipa::ToSchema;

use super::format::ImportFormat;
use crate::datasets::files::MediaType;
use crate::datasets::record::{Agent, Record};
use crate::kernel::{Digest, Slug, Timestamp};

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The format that it was read as.
    pub format: ImportFormat,
    /// The datasets in it, in its order, each read or not.
    pub records: Vec<Result<Imported, Unreadable>>,
    /// Where the next page of the catalogue is, where the document says so (Hydra). Of CKAN the caller counts up to `total`.
    pub next: Option<String>,
    /// How many datasets the whole list has, where it says so.
    pub total: Option<u64>,
    /// What was wrong with the document as a whole, and what was lost by it.
    pub faults: Vec<String>,
}

/// A dataset of which no record could be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unreadable {
    /// What the origin knows it by, where that could be read.
    pub identifier: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// A dataset as others described it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Imported {
    /// What the origin knows it by: its IRI, else its own identifier. Stable from one reading to the next.
    pub identifier: Option<String>,
    /// The record; it passes every check of a draft.
    pub record: Record,
    /// Who publishes it at the origin.
    pub publisher: Option<Agent>,
    /// The version, as the origin counts.
    pub version: Option<String>,
    /// The files, in the order of the document.
    pub files: Vec<ImportedFile>,
    /// The terms, as far as they were stated beside the licence, which is in the record.
    pub terms: ImportedTerms,
    /// When it last changed, as the origin says.
    pub changed_at: Option<Timestamp>,
    /// A name for it here.
    pub suggested_name: Option<Slug>,
    /// What was mapped, dropped, changed, and what is missing.
    pub report: Report,
}

/// A file, a distribution or a resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ImportedFile {
    /// Its name: a path beside the description, a title, or the last part of its address.
    pub name: Option<String>,
    /// A path relative to the description, where it lies beside it.
    pub path: Option<String>,
    /// Where its bytes can be had.
    pub download_url: Option<String>,
    /// A page from where it can be got.
    pub access_url: Option<String>,
    /// The media type.
    pub media_type: Option<MediaType>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// The SHA-256 of the bytes.
    pub sha256: Option<Digest>,
    /// What is said of it.
    pub description: Option<String>,
}

/// What the origin says of who may use it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct ImportedTerms {
    /// An ODRL policy as JSON-LD, where the document holds one. It is as its author wrote it; whether we can decide it,
    /// `policies` says.
    #[schema(value_type = Option<Object>)]
    pub offer: Option<serde_json::Value>,
    /// The address of a policy that the document only names.
    pub policy_url: Option<String>,
    /// How access is given.
    pub access: Option<ImportedAccess>,
}

crate::kernel::text_enum! {
    /// How access is given, after the access right table of the EU.
    pub enum ImportedAccess {
        /// For everybody.
        Public = "public",
        /// Under conditions.
        Restricted = "restricted",
        /// Not for the public.
        NonPublic = "non_public",
    }
}

/// An account of what became of each statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// What was taken over.
    pub mapped: Vec<Mapped>,
    /// What was not, and why.
    pub dropped: Vec<Dropped>,
    /// What was taken over in another form than it was written in.
    pub changed: Vec<Dropped>,
    /// What publication needs and nothing in the document says.
    pub missing: Vec<Missing>,
    /// How many entries were left out of these lists, since there are too many.
    pub left_out: u64,
}

/// A property that has a place in the record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Mapped {
    /// The property, as the document names it.
    pub property: String,
    /// Where it is in the record: a JSON pointer. Empty for what is beside the record, such as files.
    pub pointer: String,
}

/// A value that was not taken over, or not as it stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Dropped {
    /// The property, as the document names it.
    pub property: String,
    /// The beginning of the value.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// Something that publication needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Missing {
    /// Where it belongs in the record: a JSON pointer.
    pub pointer: String,
    /// What to state.
    pub detail: String,
}

impl Report {
    /// The most entries of each list.
    pub const MOST: usize = 500;

    /// The most characters of a value that is quoted.
    pub const EXCERPT: usize = 120;
}
