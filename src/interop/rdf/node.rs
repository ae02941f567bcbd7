//! A thing and what is said of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Name, iri, text};
use crate::interop::vocabulary::Concept;
use crate::kernel::{LangText, Timestamp};

/// What a property says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Another thing, by its IRI.
    Iri(String),
    /// A text, in a language where one is known (BCP 47).
    Text(String, Option<String>),
    /// A value of a datatype, in its lexical form.
    Typed(String, Name),
}

/// A thing. What is said of it is kept in the order of the names, each statement once, so that the same content always
/// gives the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub(super) iri: String,
    pub(super) types: BTreeSet<Name>,
    pub(super) properties: BTreeMap<Name, BTreeSet<Value>>,
}

impl Node {
    /// A thing of this class.
    #[must_use]
    pub fn new(name: &str, class: Name) -> Self {
        Self { iri: iri(name), types: BTreeSet::from([class]), properties: BTreeMap::new() }
    }

    /// It is of this class too.
    #[must_use]
    pub fn also(mut self, class: Name) -> Self {
        self.types.insert(class);
        self
    }

    /// Its IRI.
    #[must_use]
    pub fn iri(&self) -> &str {
        &self.iri
    }

    /// Says something of it.
    pub fn put(&mut self, property: Name, value: Value) {
        self.properties.entry(property).or_default().insert(value);
    }

    /// Points to another thing.
    pub fn link(&mut self, property: Name, to: &str) {
        self.put(property, Value::Iri(iri(to)));
    }

    /// A text without a language.
    pub fn plain(&mut self, property: Name, value: &str) {
        self.put(property, Value::Text(text(value), None));
    }

    /// A text in English.
    pub fn english(&mut self, property: Name, value: &str) {
        self.tagged(property, value, "en");
    }

    /// A text in a language (BCP 47).
    pub fn tagged(&mut self, property: Name, value: &str, language: &str) {
        self.put(property, Value::Text(text(value), Some(language.to_owned())));
    }

    /// A text in each language that it is there in.
    pub fn texts(&mut self, property: Name, values: &LangText) {
        for (language, value) in values.iter() {
            self.tagged(property, value, language.as_str());
        }
    }

    /// A value of a datatype.
    pub fn typed(&mut self, property: Name, value: &impl ToString, datatype: Name) {
        self.put(property, Value::Typed(value.to_string(), datatype));
    }

    /// An instant.
    pub fn instant(&mut self, property: Name, at: Timestamp) {
        self.typed(property, &at, "xsd:dateTime");
    }

    /// Everything that a property says.
    pub fn values(&self, property: &str) -> impl Iterator<Item = &Value> {
        self.properties.get(property).into_iter().flatten()
    }

    /// The things that a property points to.
    pub fn links(&self, property: &str) -> impl Iterator<Item = &str> {
        self.values(property).filter_map(|value| match value {
            Value::Iri(iri) => Some(iri.as_str()),
            Value::Text(..) | Value::Typed(..) => None,
        })
    }

    /// Whether it is of this class.
    #[must_use]
    pub fn is(&self, class: &str) -> bool {
        self.types.contains(class)
    }
}

/// Things on their way into a document: first those that are complete, and at its end those that several may point to and
/// say something of, such as terms of vocabularies and organisations.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    shared: BTreeMap<String, Node>,
}

impl Graph {
    /// Adds a thing that nobody else says anything of.
    pub fn add(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// Adds a thing, or to what was said of it before.
    pub fn share(&mut self, node: Node) {
        match self.shared.get_mut(&node.iri) {
            None => {
                self.shared.insert(node.iri.clone(), node);
            }
            Some(there) => {
                there.types.extend(node.types);
                for (name, values) in node.properties {
                    there.properties.entry(name).or_default().extend(values);
                }
            }
        }
    }

    /// Points from a property to a thing of which nothing is said but its class.
    pub fn refer(&mut self, from: &mut Node, property: Name, to: &str, class: Name) {
        from.link(property, to);
        self.share(Node::new(to, class));
    }

    /// Points from a property to a term of a vocabulary. What it is, its name and its vocabulary are said beside it, so that
    /// a document can be understood, and checked against the shapes of DCAT-AP, without fetching any vocabulary.
    pub fn concept(&mut self, from: &mut Node, property: Name, concept: &Concept, class: Option<Name>) {
        from.link(property, &concept.iri);
        let mut node = Node::new(&concept.iri, "skos:Concept");
        node.types.extend(class);
        node.english("skos:prefLabel", &concept.label);
        node.link("skos:inScheme", &concept.scheme);
        self.share(node);
        let mut scheme = Node::new(&concept.scheme, "skos:ConceptScheme");
        let name =
            concept.scheme.rsplit('/').find(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
        scheme.english("dct:title", &name.unwrap_or("Vocabulary").replace('-', " "));
        self.share(scheme);
    }

    /// The complete things so far; they are handed out once.
    pub fn take(&mut self) -> Vec<Node> {
        std::mem::take(&mut self.nodes)
    }

    /// What is left at the end of the document.
    #[must_use]
    pub fn finish(self) -> Vec<Node> {
        self.nodes.into_iter().chain(self.shared.into_values()).collect()
    }

    /// The complete things that were not handed out yet.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}
