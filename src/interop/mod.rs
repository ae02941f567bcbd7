//! One record in everyone's language: what other software reads of the catalogue, and what is read of others'.
//!
//! [`Entry`] is a dataset with everything that is said of it, [`Addresses`] where each thing is found. Each rendering is a plain
//! function from the two to a text, in a folder or file named by its standard; [`Format`] lists them all, and `api` sends
//! whichever is asked for. Those that list files are written file by file ([`ByFile`]). Nothing here decides who may see what: an entry is what the caller was shown, and bytes leave
//! through the one door of `access`.

mod addresses;
pub mod api;
mod atom;
mod bag;
mod by_file;
mod checksums;
mod citation;
pub mod croissant;
mod data_package;
mod datacite;
mod dcat;
mod dump;
mod entry;
mod format;
mod hub;
pub mod import;
mod json;
mod metalink;
mod oai;
mod page;
mod rdf;
mod schema_org;
mod signposting;
mod sitemap;
mod spdx3;
mod table_schema;
mod vocabulary;
mod xml;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use addresses::Addresses;
pub use by_file::{ByFile, Next};
pub use dcat::{Indicator, QualityDimension, QualityScore, Rating, assess};
pub use dump::make_due_dumps;
pub use entry::{Entry, entries, entry, entry_of_version, newest_entry};
pub use format::{Format, Rendered};
pub use hub::card::{Card, write as write_card};
