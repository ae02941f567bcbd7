//! The grammar of RDF/XML (RDF 1.1 XML Syntax, section 7): elements of nodes and of properties take turns. A stack of frames
//! stands for the elements that are open. Reification (`rdf:ID` on properties) says nothing that we use and is passed over.

use super::graph::{Graph, Term};
use super::namespaces::{Namespaces, Scope};
use super::xml::Stop;

/// How deep elements may lie in others.
const DEEPEST: usize = 100;

/// The namespace of RDF.
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// An attribute as it was written.
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: String,
}

/// An open element.
enum Frame {
    /// `rdf:RDF`: nodes within.
    Root,
    /// A node: properties within.
    Node { subject: String, items: usize },
    /// A property with a text, or with one node, within.
    Property { subject: String, property: String, datatype: Option<String>, text: String, done: bool },
    /// A property with a list of nodes within.
    List { subject: String, property: String, items: Vec<String> },
    /// A property with XML within, from this byte on, and how deep in it we are.
    Literal { subject: String, property: String, start: Option<u64>, depth: usize },
    /// An element that was passed over, with everything in it.
    Ignored { depth: usize },
}

/// What an element says beside its name.
#[derive(Default)]
struct Attributes {
    about: Option<String>,
    node_id: Option<String>,
    resource: Option<String>,
    datatype: Option<String>,
    parse_type: Option<String>,
    properties: Vec<(String, String)>,
}

/// Builds a graph from elements.
pub(super) struct Builder {
    frames: Vec<(Frame, Scope, usize)>,
    namespaces: Namespaces,
    outer: Scope,
    blanks: usize,
    /// What was passed over, for people.
    pub(super) faults: Vec<String>,
}

impl Builder {
    pub(super) fn new(base: Option<&str>) -> Self {
        let mut outer = Scope::default();
        if let Some(base) = base {
            outer.rebase(base);
        }
        Self { frames: Vec::new(), namespaces: Namespaces::default(), outer, blanks: 0, faults: Vec::new() }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.frames.is_empty()
    }

    /// Where the XML within the innermost property begins, where it is a literal and this is its own end.
    pub(super) fn literal_start(&self) -> Option<u64> {
        match self.frames.last() {
            Some((Frame::Literal { start, depth: 0, .. }, ..)) => *start,
            _ => None,
        }
    }

    /// Notes where the XML within a property begins.
    pub(super) fn start_literal(&mut self, at: u64) {
        if let Some((Frame::Literal { start: start @ None, .. }, ..)) = self.frames.last_mut() {
            *start = Some(at);
        }
    }

    fn blank(&mut self) -> String {
        self.blanks += 1;
        // A name that no nodeID has: those are XML names, which do not begin with a digit.
        format!("_:{}", self.blanks)
    }

    /// An element begins.
    pub(super) fn open(
        &mut self,
        name: &str,
        attributes: Vec<Attribute>,
        graph: &mut Graph,
    ) -> Result<(), Stop> {
        if let Some((Frame::Literal { depth, .. } | Frame::Ignored { depth }, ..)) = self.frames.last_mut() {
            *depth += 1;
            return Ok(());
        }
        if self.frames.len() >= DEEPEST {
            let detail = format!("elements lie more than {DEEPEST} deep in others");
            return Err(Stop::Error(crate::kernel::Error::invalid("", "too_deep", detail)));
        }
        let before = self.namespaces.len();
        let mut scope = self.frames.last().map_or(&self.outer, |(_, scope, _)| scope).clone();
        for Attribute { name, value } in &attributes {
            if let Some(prefix) = name.strip_prefix("xmlns:").or((name == "xmlns").then_some("")) {
                self.namespaces.declare(prefix, value)?;
            } else if name == "xml:lang" {
                scope.language = (!value.is_empty()).then(|| value.as_str().into());
            } else if name == "xml:base" {
                scope.rebase(value);
            }
        }
        let Some(iri) = self.namespaces.iri(name, true) else {
            self.faults.push(format!("the prefix of {name} is not declared; it was passed over"));
            self.frames.push((Frame::Ignored { depth: 0 }, scope, before));
            return Ok(());
        };
        let found = self.attributes(attributes, &scope)?;
        let frame = self.begin(&iri, found, &scope, graph)?;
        self.frames.push((frame, scope, before));
        Ok(())
    }

    /// What the attributes say, without those of XML itself.
    fn attributes(&mut self, attributes: Vec<Attribute>, scope: &Scope) -> Result<Attributes, Stop> {
        let mut found = Attributes::default();
        for Attribute { name, value } in attributes {
            if name.starts_with("xml") {
                continue;
            }
            let Some(iri) = self.namespaces.iri(&name, false) else {
                self.faults.push(format!("the prefix of {name} is not declared; it was passed over"));
                continue;
            };
            // Attributes of RDF without a prefix were allowed once, and are still found.
            let local = iri.strip_prefix(RDF).or_else(|| {
                ["about", "ID", "resource", "nodeID", "datatype", "parseType"]
                    .contains(&&*iri)
                    .then_some(&*iri)
            });
            match local {
                Some("about") => found.about = Some(scope.resolve(&value)),
                Some("ID") => found.about = Some(scope.resolve(&format!("#{value}"))),
                Some("nodeID") => found.node_id = Some(format!("_:n{value}")),
                Some("resource") => found.resource = Some(scope.resolve(&value)),
                Some("datatype") => found.datatype = Some(scope.resolve(&value)),
                Some("parseType") => found.parse_type = Some(value),
                Some("bagID" | "aboutEach" | "aboutEachPrefix") => {
                    return Err(Stop::Fault(format!("{name} is no part of RDF/XML any more")));
                }
                None if !iri.contains(':') => {}
                _ => found.properties.push((iri, value)),
            }
        }
        Ok(found)
    }

    fn begin(
        &mut self,
        iri: &str,
        found: Attributes,
        scope: &Scope,
        graph: &mut Graph,
    ) -> Result<Frame, Stop> {
        match self.frames.last() {
            None if iri.strip_prefix(RDF) == Some("RDF") => Ok(Frame::Root),
            None | Some((Frame::Root | Frame::List { .. }, ..)) => self.node(iri, found, scope, graph),
            Some((Frame::Property { .. }, ..)) => self.node(iri, found, scope, graph),
            Some((Frame::Node { .. }, ..)) => self.property(iri, found, scope, graph),
            Some((Frame::Literal { .. } | Frame::Ignored { .. }, ..)) => Ok(Frame::Ignored { depth: 0 }),
        }
    }

    /// An element that stands for a thing (production `nodeElement`).
    fn node(
        &mut self,
        class: &str,
        found: Attributes,
        scope: &Scope,
        graph: &mut Graph,
    ) -> Result<Frame, Stop> {
        let subject = found.about.or(found.node_id).unwrap_or_else(|| self.blank());
        let mut stated = None;
        match self.frames.last_mut() {
            Some((Frame::Property { subject: of, property, done, .. }, ..)) => {
                if std::mem::replace(done, true) {
                    self.faults.push("a property holds a second node; it was passed over".to_owned());
                    return Ok(Frame::Ignored { depth: 0 });
                }
                stated = Some((of.clone(), property.clone()));
            }
            Some((Frame::List { items, .. }, ..)) => items.push(subject.clone()),
            _ => {}
        }
        if let Some((of, property)) = stated {
            graph.add(&of, &property, Term::Node(subject.as_str().into()))?;
        }
        if class.strip_prefix(RDF) != Some("Description") {
            graph.add(&subject, &format!("{RDF}type"), Term::Node(class.into()))?;
        }
        self.say(&subject, found.properties, scope, graph)?;
        Ok(Frame::Node { subject, items: 0 })
    }

    /// Attributes that are properties (production `propertyAttr`).
    fn say(
        &mut self,
        subject: &str,
        properties: Vec<(String, String)>,
        scope: &Scope,
        graph: &mut Graph,
    ) -> Result<(), Stop> {
        for (property, value) in properties {
            let value = if property.strip_prefix(RDF) == Some("type") {
                Term::Node(scope.resolve(&value).into())
            } else {
                Term::Literal { text: value.into(), language: scope.language.clone(), datatype: None }
            };
            graph.add(subject, &property, value)?;
        }
        Ok(())
    }

    /// An element that says something of a thing (production `propertyElt`).
    fn property(
        &mut self,
        iri: &str,
        found: Attributes,
        scope: &Scope,
        graph: &mut Graph,
    ) -> Result<Frame, Stop> {
        let Some((Frame::Node { subject, items }, ..)) = self.frames.last_mut() else {
            return Ok(Frame::Ignored { depth: 0 });
        };
        let subject = subject.clone();
        let property = if iri.strip_prefix(RDF) == Some("li") {
            *items += 1;
            format!("{RDF}_{items}")
        } else {
            iri.to_owned()
        };
        match found.parse_type.as_deref() {
            Some("Resource") => {
                let within = self.blank();
                graph.add(&subject, &property, Term::Node(within.as_str().into()))?;
                return Ok(Frame::Node { subject: within, items: 0 });
            }
            Some("Collection") => return Ok(Frame::List { subject, property, items: Vec::new() }),
            Some(_) => return Ok(Frame::Literal { subject, property, start: None, depth: 0 }),
            None => {}
        }
        let to = found.resource.or(found.node_id);
        if to.is_some() || !found.properties.is_empty() {
            let to = to.unwrap_or_else(|| self.blank());
            graph.add(&subject, &property, Term::Node(to.as_str().into()))?;
            self.say(&to, found.properties, scope, graph)?;
            return Ok(Frame::Property {
                subject,
                property,
                datatype: None,
                text: String::new(),
                done: true,
            });
        }
        let datatype = found.datatype;
        Ok(Frame::Property { subject, property, datatype, text: String::new(), done: false })
    }

    /// Text within an element.
    pub(super) fn text(&mut self, part: &str) -> Result<(), Stop> {
        match self.frames.last_mut() {
            Some((Frame::Property { text, done: false, .. }, ..)) => text.push_str(part),
            Some((Frame::Literal { .. } | Frame::Ignored { .. }, ..)) => {}
            _ if part.trim().is_empty() => {}
            None => return Err(Stop::Fault("text outside of the root element".to_owned())),
            Some(_) if self.faults.len() < 100 => {
                self.faults.push("text where an element is expected; it was passed over".to_owned());
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// An element ends; `inner` is the XML within, of a literal.
    pub(super) fn close(&mut self, inner: &str, graph: &mut Graph) -> Result<(), Stop> {
        if let Some((Frame::Literal { depth, .. } | Frame::Ignored { depth }, ..)) = self.frames.last_mut()
            && let Some(less) = depth.checked_sub(1)
        {
            *depth = less;
            return Ok(());
        }
        let Some((frame, scope, before)) = self.frames.pop() else { return Ok(()) };
        self.namespaces.forget(before);
        match frame {
            Frame::Property { subject, property, datatype, text, done: false } => {
                let language = scope.language.filter(|_| datatype.is_none());
                let datatype = datatype.map(Into::into);
                graph.add(&subject, &property, Term::Literal { text: text.into(), language, datatype })?;
            }
            Frame::Literal { subject, property, .. } => {
                let datatype = Some(format!("{RDF}XMLLiteral").into());
                graph.add(
                    &subject,
                    &property,
                    Term::Literal { text: inner.into(), language: None, datatype },
                )?;
            }
            Frame::List { subject, property, items } => self.list(&subject, &property, items, graph)?,
            _ => {}
        }
        Ok(())
    }

    fn list(
        &mut self,
        subject: &str,
        property: &str,
        items: Vec<String>,
        graph: &mut Graph,
    ) -> Result<(), Stop> {
        let cells: Vec<String> = items.iter().map(|_| self.blank()).collect();
        let nil = format!("{RDF}nil");
        let first = cells.first().unwrap_or(&nil).as_str();
        graph.add(subject, property, Term::Node(first.into()))?;
        for (number, (cell, item)) in cells.iter().zip(&items).enumerate() {
            graph.add(cell, &format!("{RDF}first"), Term::Node(item.as_str().into()))?;
            let rest = cells.get(number + 1).unwrap_or(&nil).as_str();
            graph.add(cell, &format!("{RDF}rest"), Term::Node(rest.into()))?;
        }
        Ok(())
    }
}
