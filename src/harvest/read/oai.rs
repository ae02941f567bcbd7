//! OAI-PMH 2.0: `ListRecords` part by part, deletions among them, and from the second run on only what changed since.
//!
//! Where the source's address names no `metadataPrefix`, a run that reads everything begins with `ListMetadataFormats` and takes
//! DCAT where the repository has it, else the unqualified Dublin Core that every repository has. The runs that follow it ask for
//! the same format, since a list of what changed in another one would leave the rest as it was.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use url::Url;

use super::dublin_core::{self, Element, is_web};
use super::{Found, From, Page, Read, excerpt, imported};
use crate::interop::import::{self, Hint, ImportFormat};

/// The most records of a part, and the most formats.
const MOST: usize = 10_000;
/// The element around an answer.
const ROOT: &str = "OAI-PMH";
const NO_ANSWER: &str = "this is no answer of an OAI-PMH repository";
/// The most nested elements.
const DEPTH: usize = 64;
/// The verb that tells the formats.
const FORMATS: &str = "ListMetadataFormats";
/// The format that every repository has: unqualified Dublin Core.
const DUBLIN_CORE: &str = "oai_dc";

/// The address at which a run begins, and whether it reads everything. A continuation is the format and the instant from which on
/// to ask.
pub(super) fn first(url: &Url, continuation: Option<&str>) -> (Url, bool) {
    let named = argument(url, "metadataPrefix");
    let kept = continuation.and_then(|kept| kept.rsplit_once(' '));
    match (kept, named) {
        (Some((prefix, since)), named) if named.as_deref().is_none_or(|named| named == prefix) => {
            (list(url, prefix, Some(since)), false)
        }
        (_, Some(prefix)) => (list(url, &prefix, None), true),
        (_, None) => (verb(url, FORMATS), true),
    }
}

/// What goes on in the place of a page that the other side refuses: without a list of its formats, a repository is asked for the
/// one that all of them have.
pub(super) fn instead(source: &Url, refused: &Url) -> Option<Page> {
    let asked = argument(refused, "verb");
    (asked.as_deref() == Some(FORMATS))
        .then(|| Page { next: Some(list(source, DUBLIN_CORE, None)), ..Page::default() })
}

/// The address of the first part: of everything, or of what changed since.
fn list(url: &Url, prefix: &str, since: Option<&str>) -> Url {
    let mut page = verb(url, "ListRecords");
    page.query_pairs_mut().append_pair("metadataPrefix", prefix);
    if let Some(set) = argument(url, "set") {
        page.query_pairs_mut().append_pair("set", &set);
    }
    if let Some(since) = since {
        page.query_pairs_mut().append_pair("from", since);
    }
    page
}

fn argument(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn verb(url: &Url, verb: &str) -> Url {
    let mut page = plain(url);
    page.query_pairs_mut().append_pair("verb", verb);
    page
}

fn plain(url: &Url) -> Url {
    let mut page = url.clone();
    page.set_fragment(None);
    page.set_query(None);
    page
}

/// What a part of a list holds.
#[derive(Default)]
struct Part {
    responded: String,
    formats: Vec<Format>,
    records: Vec<Record>,
    token: String,
    error: Option<(String, String)>,
}

/// A format that the repository has.
#[derive(Default)]
struct Format {
    prefix: String,
    namespace: String,
}

impl Format {
    /// How much of a dataset it can say, as far as it is read here; zero where it is not.
    ///
    /// RDF that is not said to be DCAT does not count: what DSpace and Omeka call `rdf` describes publications.
    fn wealth(&self) -> u8 {
        const NAMESPACES: [&str; 2] = ["http://www.w3.org/ns/dcat#", "http://data.europa.eu/r5r/"];
        let prefix = self.prefix.to_ascii_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| prefix.contains(word));
        if prefix.len() > 100 || !prefix.bytes().all(|c| c.is_ascii_graphic()) {
            0
        } else if names(&["dcat_ap", "dcat-ap", "dcatap"]) {
            3
        } else if names(&["dcat"]) {
            2
        } else {
            u8::from(!prefix.is_empty() && NAMESPACES.contains(&self.namespace.as_str()))
        }
    }
}

#[derive(Default)]
struct Record {
    identifier: String,
    is_deleted: bool,
    elements: Vec<Element>,
    /// The metadata as it stands, where it is RDF.
    rdf: Option<String>,
}

/// Reads a part.
pub(super) fn read(bytes: &[u8], from: &From<'_>) -> Result<Page, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())?;
    let part = parse(text)?;
    if argument(from.url, "verb").as_deref() == Some(FORMATS) {
        let source = Url::parse(&from.source.url).map_err(|error| error.to_string())?;
        let prefix = richest(&part.formats).unwrap_or(DUBLIN_CORE);
        return Ok(Page { next: Some(list(&source, prefix, None)), ..Page::default() });
    }
    // Where the next run goes on: when this run's first part was made, as the other side's clock says. The parts after the first
    // are asked for by a token alone.
    let prefix = argument(from.url, "metadataPrefix").filter(|_| !part.responded.is_empty());
    let continuation = prefix.map(|prefix| format!("{prefix} {}", part.responded));
    match part.error {
        Some((code, _)) if code == "noRecordsMatch" => return Ok(Page { continuation, ..Page::default() }),
        Some((code, message)) => return Err(excerpt(&format!("the repository says {code}: {message}"))),
        None => {}
    }
    let next = (!part.token.is_empty()).then(|| {
        let mut next = verb(from.url, "ListRecords");
        next.query_pairs_mut().append_pair("resumptionToken", &part.token);
        next
    });
    let mut page = Page { next, continuation, ..Page::default() };
    for (number, record) in part.records.into_iter().enumerate() {
        if record.is_deleted {
            page.found.push(Found { key: record.identifier, read: Read::Gone });
        } else {
            page.found.push(draft(record, number, from));
        }
    }
    Ok(page)
}

/// The format that says most of a dataset, the first of several; none where all that is read here is Dublin Core.
fn richest(formats: &[Format]) -> Option<&str> {
    let best = formats.iter().rev().max_by_key(|format| format.wealth())?;
    (best.wealth() > 0).then_some(best.prefix.as_str())
}

fn draft(record: Record, number: usize, from: &From<'_>) -> Found {
    let key = if record.identifier.is_empty() { from.nameless(number) } else { record.identifier.clone() };
    let (text, format) = match record.rdf {
        Some(rdf) => (rdf, ImportFormat::RdfXml),
        None => {
            // Its page is what others know it by; the repository's own identifier is none that can be followed.
            let page = record.elements.iter().find(|one| one.name == "identifier" && is_web(one.text.trim()));
            let iri = page.map_or(record.identifier.as_str(), |one| one.text.trim());
            (dublin_core::as_dcat(iri, &record.elements), ImportFormat::NTriples)
        }
    };
    let base = from.base();
    let hint = Hint { format: Some(format), base: Some(&base), ..Hint::default() };
    let first = import::read(text.as_bytes(), &hint).map(|reading| reading.records.into_iter().next());
    let read = match first {
        Err(error) => Read::Failed(excerpt(error.detail())),
        Ok(None) => Read::Failed("there is no dataset in it".into()),
        Ok(Some(one)) => imported::one(one, key.clone(), from).read,
    };
    // Deletions name it by the identifier of the protocol.
    Found { key, read }
}

/// Reads the envelope event by event. A document type definition is refused, so that nothing is expanded.
fn parse(text: &str) -> Result<Part, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let (mut part, mut path, mut value) = (Part::default(), Vec::<String>::new(), String::new());
    let (mut language, mut rdf_from, mut is_answer) = (None, None, false);
    loop {
        let before = reader.buffer_position();
        let event =
            reader.read_event().map_err(|error| format!("the answer is not well-formed XML: {error}"))?;
        match event {
            Event::Start(tag) => {
                let name = local(&tag)?;
                if path.is_empty() && name != ROOT {
                    return Err(NO_ANSWER.to_owned());
                }
                is_answer = true;
                value.clear();
                language = attribute(&tag, b"xml:lang");
                match (path.last().map(String::as_str), name.as_str()) {
                    (_, "record") if path.len() == 2 => {
                        part.records.push(Record::default());
                        if part.records.len() > MOST {
                            return Err(format!("the part has more than {MOST} records"));
                        }
                    }
                    (Some(FORMATS), "metadataFormat") if part.formats.len() < MOST => {
                        part.formats.push(Format::default());
                    }
                    (Some("record"), "header") => {
                        if let Some(record) = part.records.last_mut() {
                            record.is_deleted = attribute(&tag, b"status").as_deref() == Some("deleted");
                        }
                    }
                    (Some("metadata"), "RDF") => rdf_from = Some((before, path.len())),
                    (_, "error") if path.len() == 1 => {
                        part.error = Some((attribute(&tag, b"code").unwrap_or_default(), String::new()));
                    }
                    _ => {}
                }
                path.push(name);
                if path.len() > DEPTH {
                    return Err(format!("elements are nested more than {DEPTH} deep"));
                }
            }
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                if let Some((begun, depth)) = rdf_from
                    && depth == path.len()
                {
                    let end = reader.buffer_position();
                    let raw = usize::try_from(begun).ok().zip(usize::try_from(end).ok());
                    let raw =
                        raw.and_then(|(begun, end)| text.trim_start_matches('\u{feff}').get(begun..end));
                    if let Some(record) = part.records.last_mut() {
                        record.rdf = raw.map(str::to_owned);
                    }
                    rdf_from = None;
                }
                ended(&mut part, &path, name, value.trim(), language.take());
                value.clear();
            }
            Event::Text(piece) => value.push_str(&piece.xml10_content().map_err(|error| error.to_string())?),
            Event::CData(piece) => value.push_str(&piece.xml10_content().map_err(|error| error.to_string())?),
            Event::GeneralRef(reference) => value.push_str(&entity(&reference)?),
            Event::DocType(_) => {
                return Err("the answer has a document type definition, which is not read".into());
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if !is_answer => return Err(NO_ANSWER.to_owned()),
            Event::Eof if path.is_empty() => return Ok(part),
            Event::Eof => return Err("the answer breaks off within an element".into()),
        }
    }
}

/// What an element said, once it has ended; `path` is what it stands in.
fn ended(part: &mut Part, path: &[String], name: String, value: &str, language: Option<String>) {
    let inside = path.last().map(String::as_str).unwrap_or_default();
    match (path.len(), inside, name.as_str()) {
        (1, _, "responseDate") => value.clone_into(&mut part.responded),
        (1, _, "error") => {
            if let Some((_, message)) = &mut part.error {
                value.clone_into(message);
            }
        }
        (2, _, "resumptionToken") => value.clone_into(&mut part.token),
        (3, "metadataFormat", "metadataPrefix") => {
            if let Some(format) = part.formats.last_mut() {
                value.clone_into(&mut format.prefix);
            }
        }
        (3, "metadataFormat", "metadataNamespace") => {
            if let Some(format) = part.formats.last_mut() {
                value.clone_into(&mut format.namespace);
            }
        }
        (4, "header", "identifier") => {
            if let Some(record) = part.records.last_mut() {
                record.identifier = value.chars().take(1024).collect();
            }
        }
        (5, "dc", _) => {
            if let Some(record) = part.records.last_mut() {
                record.elements.push(Element { name, text: value.to_owned(), language });
            }
        }
        _ => {}
    }
}

fn local(tag: &BytesStart<'_>) -> Result<String, String> {
    let name = tag.local_name();
    std::str::from_utf8(name.as_ref()).map(str::to_owned).map_err(|error| error.to_string())
}

fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = tag.attributes().with_checks(false).take(100).flatten().find(|one| one.key.0 == name)?;
    std::str::from_utf8(&found.value).ok().map(str::to_owned)
}

/// A character by number, or one of the five entities of XML.
fn entity(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(c.to_string());
    }
    let name = reference.decode().map_err(|error| error.to_string())?;
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(|| format!("the entity &{name}; is not defined"))
}
