//! The languages in which the service speaks to people: texts by key, in Fluent, one file for each language.
//!
//! Keys are written `key!("purpose-education")` wherever they are used, so that a test can hold the files
//! against the sources: no key without a text in every language, no text without a use.

mod catalogue;
mod language;

#[cfg(test)]
mod tests;

pub(crate) use catalogue::key;
pub use catalogue::{Arg, Key, text};
pub use language::Language;
