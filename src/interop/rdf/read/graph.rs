//! What a document says, by subject and property.

use std::collections::HashMap;
use std::sync::Arc;

use crate::interop::rdf::PREFIXES;
use crate::kernel::{Error, Result};

/// The most statements of a document.
const MOST_STATEMENTS: usize = 1_000_000;

/// The most bytes of all names and texts of a document. Prefixes make names longer than they are written.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The most bytes of one text.
const LONGEST: usize = 1024 * 1024;

/// How many statements of a thing are looked at where another one points to it: a part of a dataset needs no more, and what many
/// point to is looked at many times.
const MOST_OF_PART: usize = 200;

/// Vocabularies that are read beside those that are written.
const ALSO: &[(&str, &str)] = &[
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcatapit", "http://dati.gov.it/onto/dcatapit#"),
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("schema", "http://schema.org/"),
    ("schema", "https://schema.org/"),
    ("cc", "http://creativecommons.org/ns#"),
    ("geo", "http://www.opengis.net/ont/geosparql#"),
    ("time", "http://www.w3.org/2006/time#"),
];

/// The object of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// A thing: an IRI, or the label of a blank node, which begins with `_:`.
    Node(Arc<str>),
    /// A text.
    Literal {
        /// The text.
        text: Arc<str>,
        /// Its language, as it was written.
        language: Option<Arc<str>>,
        /// Its datatype, where that is not a plain text.
        datatype: Option<Arc<str>>,
    },
}

impl Term {
    /// What it says, whatever it is: the IRI, or the text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Node(name) => name,
            Self::Literal { text, .. } => text,
        }
    }

    /// The IRI; none for texts and for blank nodes.
    #[must_use]
    pub fn iri(&self) -> Option<&str> {
        match self {
            Self::Node(name) if !name.starts_with("_:") => Some(name),
            _ => None,
        }
    }

    /// The language of a text.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        match self {
            Self::Literal { language, .. } => language.as_deref(),
            Self::Node(_) => None,
        }
    }
}

/// A thing and what is said of it.
#[derive(Debug, Clone, Default)]
struct Described {
    name: Arc<str>,
    statements: Vec<(Arc<str>, Term)>,
}

/// Everything that a document says. Properties and classes stand in their short form (`dct:title`) where the vocabulary is
/// known, else as IRIs.
#[derive(Debug, Default)]
pub struct Graph {
    things: Vec<Described>,
    places: HashMap<Arc<str>, usize>,
    short: HashMap<String, Arc<str>>,
    statements: usize,
    bytes: usize,
}

impl Graph {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// How many statements there are: for tests.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.statements
    }

    /// All statements, with properties in their short form: for tests.
    #[cfg(test)]
    pub fn statements(&self) -> impl Iterator<Item = (&str, &str, &Term)> {
        self.things.iter().flat_map(|thing| {
            thing.statements.iter().map(|(property, value)| (&*thing.name, &**property, value))
        })
    }

    /// Everything it says, as N-Triples.
    #[must_use]
    pub fn to_n_triples(&self) -> String {
        let node = |name: &str| {
            if name.starts_with("_:") { name.replace("_:", "_:b") } else { format!("<{}>", full(name)) }
        };
        let mut out = String::new();
        for thing in &self.things {
            for (property, value) in &thing.statements {
                let value = match value {
                    Term::Node(name) => node(name),
                    Term::Literal { text, language, datatype } => {
                        let literal = match (language, datatype) {
                            (Some(tag), _) => {
                                oxrdf::Literal::new_language_tagged_literal_unchecked(&**text, &**tag)
                            }
                            (None, Some(datatype)) => {
                                let datatype = oxrdf::NamedNode::new_unchecked(&**datatype);
                                oxrdf::Literal::new_typed_literal(&**text, datatype)
                            }
                            (None, None) => oxrdf::Literal::new_simple_literal(&**text),
                        };
                        literal.to_string()
                    }
                };
                out.push_str(&format!("{} <{}> {value} .\n", node(&thing.name), full(property)));
            }
        }
        out
    }

    /// Adds a statement.
    ///
    /// # Errors
    /// 422 `too_large` when the graph would hold more than it may.
    pub(super) fn add(&mut self, subject: &str, property: &str, value: Term) -> Result<()> {
        self.statements += 1;
        self.bytes += subject.len() + value.text().len();
        if self.statements > MOST_STATEMENTS || self.bytes > MOST_BYTES || value.text().len() > LONGEST {
            let detail = format!(
                "the document says more than is read: at most {MOST_STATEMENTS} statements, {} MiB in all and {LONGEST} bytes in one text",
                MOST_BYTES >> 20
            );
            return Err(Error::invalid("", "too_large", detail));
        }
        let property = self.short(property);
        let value = match value {
            Term::Node(class) if &*property == "rdf:type" => Term::Node(self.short(&class)),
            value => value,
        };
        let place = match self.places.get(subject) {
            Some(place) => *place,
            None => {
                let name: Arc<str> = subject.into();
                self.things.push(Described { name: name.clone(), statements: Vec::new() });
                self.places.insert(name, self.things.len() - 1);
                self.things.len() - 1
            }
        };
        if let Some(thing) = self.things.get_mut(place) {
            thing.statements.push((property, value));
        }
        Ok(())
    }

    pub(super) fn add_triple(&mut self, triple: oxrdf::Triple) -> Result<()> {
        self.add(&subject(&triple.subject), triple.predicate.as_str(), object(triple.object))
    }

    fn short(&mut self, iri: &str) -> Arc<str> {
        if let Some(known) = self.short.get(iri) {
            return known.clone();
        }
        let known = ALSO.iter().chain(PREFIXES).find_map(|(prefix, namespace)| {
            let local = iri.strip_prefix(namespace)?;
            (!local.is_empty() && !local.contains(['/', '#'])).then(|| format!("{prefix}:{local}"))
        });
        // Some write the short form where an IRI is asked for; it is one of its own, and no name of the vocabulary.
        let looks_short = ALSO
            .iter()
            .chain(PREFIXES)
            .any(|(prefix, _)| iri.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':')));
        let plain = || if looks_short { format!("<{iri}>") } else { iri.to_owned() };
        let short: Arc<str> = known.unwrap_or_else(plain).into();
        if self.short.len() < 10_000 {
            self.short.insert(iri.to_owned(), short.clone());
        }
        short
    }

    /// A thing by its name; one that nothing is said of says nothing.
    #[must_use]
    pub fn thing<'g>(&'g self, name: &'g str) -> Thing<'g> {
        let described = self.places.get(name).and_then(|place| self.things.get(*place));
        Thing { name, graph: self, statements: described.map_or(&[], |described| &described.statements) }
    }

    /// The things of a class, in the order of the document.
    pub fn of_class<'g>(&'g self, class: &'g str) -> impl Iterator<Item = Thing<'g>> {
        let all = self.things.iter().map(|described| Thing {
            name: &described.name,
            graph: self,
            statements: &described.statements,
        });
        all.filter(move |thing| thing.is(class))
    }
}

/// A thing, in its graph.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'g> {
    name: &'g str,
    graph: &'g Graph,
    statements: &'g [(Arc<str>, Term)],
}

impl<'g> Thing<'g> {
    /// Its IRI, or the label of a blank node.
    #[must_use]
    pub fn name(&self) -> &'g str {
        self.name
    }

    /// Its IRI, where it has one.
    #[must_use]
    pub fn iri(&self) -> Option<&'g str> {
        (!self.name.starts_with("_:")).then_some(self.name)
    }

    /// Whether nothing is said of it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.statements.is_empty()
    }

    /// Whether it is of a class.
    #[must_use]
    pub fn is(&self, class: &str) -> bool {
        self.values("rdf:type").any(|value| value.text() == class)
    }

    /// Everything that is said of it, in the order of the document.
    pub fn statements(&self) -> impl Iterator<Item = (&'g str, &'g Term)> + use<'g> {
        self.statements.iter().map(|(property, value)| (&**property, value))
    }

    /// What a property says.
    pub fn values<'n>(&self, property: &'n str) -> impl Iterator<Item = &'g Term> + use<'g, 'n> {
        self.statements.iter().filter(move |(name, _)| &**name == property).map(|(_, value)| value)
    }

    /// The first thing that a property says.
    #[must_use]
    pub fn value(&self, property: &str) -> Option<&'g Term> {
        self.statements.iter().find(|(name, _)| &**name == property).map(|(_, value)| value)
    }

    /// The things that a property points to.
    pub fn things<'n>(&self, property: &'n str) -> impl Iterator<Item = Thing<'g>> + use<'g, 'n> {
        let graph = self.graph;
        self.values(property).filter_map(move |value| graph.pointed_to(value))
    }

    /// The thing that a value points to, in the same graph.
    #[must_use]
    pub fn follow(&self, value: &'g Term) -> Option<Thing<'g>> {
        self.graph.pointed_to(value)
    }
}

impl Graph {
    fn pointed_to<'g>(&'g self, value: &'g Term) -> Option<Thing<'g>> {
        let Term::Node(name) = value else { return None };
        let thing = self.thing(name);
        let statements = thing.statements.get(..MOST_OF_PART).unwrap_or(thing.statements);
        Some(Thing { statements, ..thing })
    }
}

/// A name in its long form.
fn full(name: &str) -> String {
    if let Some(plain) = name.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
        return plain.to_owned();
    }
    let known = name.split_once(':').and_then(|(prefix, local)| {
        let (_, namespace) = ALSO.iter().chain(PREFIXES).find(|(known, _)| *known == prefix)?;
        Some(format!("{namespace}{local}"))
    });
    known.unwrap_or_else(|| name.to_owned())
}

pub(super) fn subject(subject: &oxrdf::NamedOrBlankNode) -> String {
    match subject {
        oxrdf::NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        oxrdf::NamedOrBlankNode::BlankNode(node) => format!("_:{}", node.as_str()),
    }
}

pub(super) fn object(term: oxrdf::Term) -> Term {
    match term {
        oxrdf::Term::NamedNode(node) => Term::Node(node.into_string().into()),
        oxrdf::Term::BlankNode(node) => Term::Node(format!("_:{}", node.as_str()).into()),
        oxrdf::Term::Literal(literal) => {
            let (text, datatype, language) = literal.destruct();
            let datatype = datatype.map(oxrdf::NamedNode::into_string);
            let plain = "http://www.w3.org/2001/XMLSchema#string";
            Term::Literal {
                text: text.into(),
                language: language.map(Arc::from),
                datatype: datatype.filter(|datatype| datatype != plain).map(Arc::from),
            }
        }
    }
}
