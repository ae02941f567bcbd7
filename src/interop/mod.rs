//! One record in everyone's language: what other software reads of the catalogue, and what is read of others'.
//!
//! [`Entry`] is a dataset with everything that is said of it, [`Addresses`] where each thing is found. Each rendering is a plain
//! function from the two to a text, in a folder or file named by its standard; [`Format`] lists them all, and `api` sends
//! whichever is asked for. Nothing here decides who may see what: an entry is what the caller was shown, and bytes leave
//! through the one door of `access`.

mod addresses;
mod atom;
pub mod api;
mod datacite;
mod dump;
mod entry;
mod format;
mod oai;
#[cfg(test)]
mod samples;
mod schema_org;
mod sitemap;
mod xml;

pub use addresses::Addresses;
pub use dump::make_due_dumps;
pub use entry::{Entry, entries, entry, entry_of_version};
pub use format::{Format, Rendered};
