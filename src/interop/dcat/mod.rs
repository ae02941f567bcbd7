//! DCAT-AP 3.0.1: a dataset, an organisation, a data space or the whole catalogue, as RDF.
//!
//! `dataset` describes a dataset, with `agent`, `distribution` and `health` for its parts; `quality` scores what came of it
//! as data.europa.eu does; `catalogue` describes what datasets are listed in.

mod agent;
mod catalogue;
mod dataset;
mod distribution;
mod health;
mod indicators;
mod origin;
mod quality;

pub use catalogue::{Catalogue, View, describe_catalogue, list};
pub use dataset::subject;
pub use quality::{Indicator, QualityDimension, QualityScore, Rating, assess};

use catalogue::record_of;
use dataset::describe;

use super::addresses::Addresses;
use super::entry::Entry;
use super::rdf::{Graph, Syntax, Writer};

/// The most distributions of a dataset in its own document. A version with more files is one distribution.
pub const MOST_FILES: i64 = 1_000;

/// The same in a page of a catalogue.
pub const MOST_FILES_IN_PAGE: i64 = 100;

/// The document of a dataset or of one of its versions, with the measurements of its quality.
#[must_use]
pub fn render(entry: &Entry, at: &Addresses, syntax: Syntax) -> String {
    let mut graph = Graph::default();
    describe(entry, at, MOST_FILES, &mut graph);
    quality::measure(entry, at, &mut graph);
    record_of(entry, at, &mut graph);
    let mut out = String::new();
    let mut writer = Writer::begin(syntax, &mut out);
    for node in graph.finish() {
        writer.node(&node, &mut out);
    }
    writer.end(&mut out);
    out
}

/// The same as lists have it, as RDF/XML that stands within another document.
#[must_use]
pub fn render_element(entry: &Entry, at: &Addresses, most_files: i64) -> String {
    let mut out = String::new();
    let mut writer = Writer::begin_element(&mut out);
    let mut graph = Graph::default();
    describe_in_list(entry, at, most_files, &mut graph);
    for node in graph.finish() {
        writer.node(&node, &mut out);
    }
    writer.end(&mut out);
    out
}

/// Describes a dataset as lists have it: with its entry in the catalogue, and of the measurements the score alone. A version with
/// more files than `most_files` is one distribution.
pub fn describe_in_list(entry: &Entry, at: &Addresses, most_files: i64, graph: &mut Graph) {
    let before = graph.nodes().len();
    describe(entry, at, most_files, graph);
    quality::measure_score(entry, at, before, graph);
    record_of(entry, at, graph);
}

#[cfg(test)]
mod tests;
