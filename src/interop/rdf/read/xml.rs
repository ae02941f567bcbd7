//! RDF/XML (RDF 1.1 XML Syntax), event by event through `quick-xml`: no recursion, no document type definitions, no entities
//! but the five of XML and characters by number.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::Reading;
use super::element::{Attribute, Builder};
use crate::kernel::{Error, Result};

/// The most attributes of an element.
const MOST_ATTRIBUTES: usize = 200;

/// Reads a document into the graph.
pub(super) fn read(text: &str, base: Option<&str>, reading: &mut Reading) -> Result<()> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let mut builder = Builder::new(base);
    loop {
        let before = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                reading.fault(format!("{}: not well-formed XML ({error}); {REST}", place(text, before)));
                return Ok(());
            }
        };
        let outcome = match event {
            Event::Start(tag) => {
                attributes(&tag).and_then(|found| builder.open(&name(&tag)?, found, &mut reading.graph))
            }
            Event::End(_) => {
                let start = builder.literal_start();
                let inner = start.and_then(|start| slice(text, start, before)).unwrap_or_default();
                builder.close(inner, &mut reading.graph)
            }
            Event::Text(part) => match part.xml10_content() {
                Ok(part) => builder.text(&part),
                Err(error) => Err(Stop::Fault(error.to_string())),
            },
            Event::CData(part) => match part.xml10_content() {
                Ok(part) => builder.text(&part),
                Err(error) => Err(Stop::Fault(error.to_string())),
            },
            Event::GeneralRef(reference) => entity(&reference).and_then(|c| builder.text(&c)),
            Event::DocType(_) => {
                let detail = "the document has a document type definition (DOCTYPE), which is not read: it may define entities";
                return Err(Error::invalid("", "doctype", detail));
            }
            // Empty elements come as a beginning and an end.
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(()),
            Event::Eof => break,
        };
        builder.start_literal(reader.buffer_position());
        match outcome {
            Ok(()) => {}
            Err(Stop::Error(error)) => return Err(error),
            Err(Stop::Fault(what)) => {
                reading.fault(format!("{}: {what}; {REST}", place(text, before)));
                return Ok(());
            }
        }
        for what in builder.faults.drain(..) {
            reading.fault(format!("{}: {what}", place(text, before)));
        }
    }
    if builder.is_open() {
        reading.fault("the document ends within an element; what is missing of it was not read".to_owned());
    }
    if reading.graph.is_empty() && reading.faults.is_empty() {
        reading.fault("there is no RDF in this XML".to_owned());
    }
    Ok(())
}

const REST: &str = "what follows was not read";

/// Why reading ends.
#[derive(Debug)]
pub(super) enum Stop {
    /// What was read so far stands.
    Fault(String),
    /// Nothing of it may be used.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

fn name(tag: &BytesStart<'_>) -> Result<String, Stop> {
    std::str::from_utf8(tag.name().0).map(str::to_owned).map_err(|error| Stop::Fault(error.to_string()))
}

fn attributes(tag: &BytesStart<'_>) -> Result<Vec<Attribute>, Stop> {
    let mut all = Vec::new();
    // The reader's own check for names that come twice is quadratic; ours is below the limit.
    for attribute in tag.attributes().with_checks(false) {
        let fault = |error: &dyn std::fmt::Display| Stop::Fault(format!("a bad attribute ({error})"));
        let attribute = attribute.map_err(|error| fault(&error))?;
        let name = std::str::from_utf8(attribute.key.0).map_err(|error| fault(&error))?.to_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| fault(&error))?;
        if all.iter().any(|known: &Attribute| known.name == name) {
            return Err(Stop::Fault(format!("the attribute {name} comes twice")));
        }
        all.push(Attribute { name, value: value.into_owned() });
        if all.len() > MOST_ATTRIBUTES {
            let detail = format!("an element has more than {MOST_ATTRIBUTES} attributes");
            return Err(Stop::Error(Error::invalid("", "too_large", detail)));
        }
    }
    Ok(all)
}

/// A character by number, or one of the five entities of XML.
fn entity(reference: &BytesRef<'_>) -> Result<String, Stop> {
    let known = reference.resolve_char_ref().map_err(|error| Stop::Fault(error.to_string()))?;
    if let Some(c) = known {
        return Ok(c.to_string());
    }
    let name = reference.decode().map_err(|error| Stop::Fault(error.to_string()))?;
    match quick_xml::escape::resolve_predefined_entity(&name) {
        Some(text) => Ok(text.to_owned()),
        None => Err(Stop::Fault(format!("the entity &{name}; is not defined"))),
    }
}

fn slice(text: &str, from: u64, to: u64) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}');
    text.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}

/// Where a byte is, for people.
fn place(text: &str, at: u64) -> String {
    let before = slice(text, 0, at).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    format!("line {line}")
}
