//! Reads RDF that others wrote into a small graph in memory: Turtle and N-Triples through `oxttl`, JSON-LD through `oxjsonld`
//! (`json_ld`), RDF/XML through a reader of our own (`xml`, with the rules of its grammar in `element`).
//!
//! What is broken costs as little as the syntax allows: a bad statement of Turtle its subject, a bad line of N-Triples
//! itself, a bad place in XML what comes after it. Each loss is told in `faults`.

mod element;
mod graph;
mod json_ld;
mod namespaces;
mod xml;

pub use graph::{Graph, Term, Thing};

use super::Syntax;
use crate::kernel::{Error, Result};

/// The most faults of a document that are told one by one.
const MOST_FAULTS: usize = 20;

/// What was read of a document, and what was not.
#[derive(Debug, Default)]
pub struct Reading {
    /// What it says.
    pub graph: Graph,
    /// What could not be read, for people.
    pub faults: Vec<String>,
    untold: usize,
}

impl Reading {
    fn fault(&mut self, what: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(what.into());
        } else {
            self.untold += 1;
        }
    }
}

/// Reads a document. `base` is the address it was got from, against which relative ones are resolved.
///
/// # Errors
/// 422 when nothing of it can be read, with the first fault; when it has a document type definition; and when it says more
/// than a graph may hold.
pub fn read(text: &str, syntax: Syntax, base: Option<&str>) -> Result<Reading> {
    let base = base.filter(|base| oxiri::Iri::parse(*base).is_ok());
    let mut reading = Reading::default();
    match syntax {
        Syntax::Turtle => turtle(text, base, &mut reading)?,
        Syntax::NTriples => n_triples(text, &mut reading)?,
        Syntax::JsonLd => json_ld::read(text, base, &mut reading)?,
        Syntax::RdfXml => xml::read(text, base, &mut reading)?,
    }
    if reading.untold > 0 {
        let more = format!("and {} more faults", reading.untold);
        reading.faults.push(more);
    }
    match reading.faults.first() {
        Some(fault) if reading.graph.is_empty() => Err(Error::invalid("", "unreadable", fault.clone())),
        _ => Ok(reading),
    }
}

fn turtle(text: &str, base: Option<&str>, reading: &mut Reading) -> Result<()> {
    // Values are judged where they are used; a space in one address must not cost a whole description.
    let mut parser = oxttl::TurtleParser::new().lenient();
    if let Some(base) = base {
        parser = parser.with_base_iri(base).map_err(|error| Error::invalid("", "base", error.to_string()))?;
    }
    for triple in parser.for_slice(text) {
        match triple {
            Ok(triple) => reading.graph.add_triple(triple)?,
            Err(error) => reading.fault(lost(&error)),
        }
    }
    Ok(())
}

fn n_triples(text: &str, reading: &mut Reading) -> Result<()> {
    for triple in oxttl::NTriplesParser::new().lenient().for_slice(text) {
        match triple {
            Ok(triple) => reading.graph.add_triple(triple)?,
            Err(error) => reading.fault(lost(&error)),
        }
    }
    Ok(())
}

fn lost(error: &oxttl::TurtleSyntaxError) -> String {
    let at = error.location().start;
    let message: String = error.message().chars().take(200).collect();
    format!(
        "line {}, column {}: {message}; the rest of this statement was not read",
        at.line + 1,
        at.column + 1
    )
}

#[cfg(test)]
mod tests;
