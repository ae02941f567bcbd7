//! Writes descriptions down in Turtle, RDF/XML, JSON-LD and N-Triples (the recommendations of 2014; JSON-LD 1.1 of 2020).

use serde_json::{Map, Value as Json, json};

use super::node::{Node, Value};
use super::{Name, PREFIXES, expand};
use crate::interop::xml::escape;

/// A way to write RDF down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// RDF 1.1 Turtle.
    Turtle,
    /// RDF 1.1 XML Syntax.
    RdfXml,
    /// JSON-LD 1.1, with its context in the document.
    JsonLd,
    /// RDF 1.1 N-Triples.
    NTriples,
}

/// Writes one document: its beginning, then one description after the other, then its end.
#[derive(Debug, Clone)]
pub struct Writer {
    syntax: Syntax,
    first: bool,
}

impl Writer {
    /// Begins a document.
    pub fn begin(syntax: Syntax, out: &mut String) -> Self {
        match syntax {
            Syntax::Turtle => {
                for (prefix, namespace) in PREFIXES {
                    push(out, &["@prefix ", prefix, ": <", namespace, "> .\n"]);
                }
            }
            Syntax::RdfXml => {
                out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
                return Self::begin_element(out);
            }
            Syntax::JsonLd => {
                let context: Map<String, Json> = PREFIXES
                    .iter()
                    .map(|(prefix, namespace)| ((*prefix).to_owned(), json!(namespace)))
                    .collect();
                push(out, &["{\"@context\":", &Json::Object(context).to_string(), ",\n\"@graph\":["]);
            }
            Syntax::NTriples => {}
        }
        Self { syntax, first: true }
    }

    /// Begins RDF/XML that stands within another XML document.
    pub fn begin_element(out: &mut String) -> Self {
        out.push_str("<rdf:RDF");
        for (prefix, namespace) in PREFIXES {
            push(out, &["\n  xmlns:", prefix, "=\"", namespace, "\""]);
        }
        out.push_str(">\n");
        Self { syntax: Syntax::RdfXml, first: true }
    }

    /// Writes what is said of a thing.
    pub fn node(&mut self, node: &Node, out: &mut String) {
        match self.syntax {
            Syntax::Turtle => turtle(node, out),
            Syntax::RdfXml => xml(node, out),
            Syntax::JsonLd => {
                push(out, &[if self.first { "\n" } else { ",\n" }, &json_ld(node).to_string()]);
            }
            Syntax::NTriples => lines(node, out),
        }
        self.first = false;
    }

    /// Ends the document.
    pub fn end(self, out: &mut String) {
        match self.syntax {
            Syntax::RdfXml => out.push_str("</rdf:RDF>\n"),
            Syntax::JsonLd => out.push_str("\n]}\n"),
            Syntax::Turtle | Syntax::NTriples => {}
        }
    }
}

fn push(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}

fn turtle(node: &Node, out: &mut String) {
    push(out, &["\n<", &node.iri, "> a ", &node.types.iter().copied().collect::<Vec<_>>().join(", ")]);
    for (name, values) in &node.properties {
        push(out, &[" ;\n    ", name]);
        for (at, value) in values.iter().enumerate() {
            out.push_str(if at == 0 { " " } else { ",\n        " });
            object(value, |datatype| datatype.to_owned(), out);
        }
    }
    out.push_str(" .\n");
}

fn lines(node: &Node, out: &mut String) {
    let subject = format!("<{}> <", node.iri);
    for class in &node.types {
        push(out, &[&subject, &expand("rdf:type"), "> <", &expand(class), "> .\n"]);
    }
    for (name, values) in &node.properties {
        let property = expand(name);
        for value in values {
            push(out, &[&subject, &property, "> "]);
            object(value, |datatype| format!("<{}>", expand(datatype)), out);
            out.push_str(" .\n");
        }
    }
}

/// An object in Turtle and N-Triples, which differ in how they name a datatype.
fn object(value: &Value, datatype: impl Fn(Name) -> String, out: &mut String) {
    match value {
        Value::Iri(iri) => push(out, &["<", iri, ">"]),
        Value::Text(text, language) => {
            quote(text, out);
            if let Some(language) = language {
                push(out, &["@", language]);
            }
        }
        Value::Typed(text, of) => {
            quote(text, out);
            push(out, &["^^", &datatype(of)]);
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // What some readers take for the end of a line.
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn xml(node: &Node, out: &mut String) {
    let mut types = node.types.iter().copied();
    let element = types.next().unwrap_or("rdf:Description");
    push(out, &["<", element, " rdf:about=\"", &escape(&node.iri), "\">\n"]);
    for class in types {
        push(out, &["  <rdf:type rdf:resource=\"", &escape(&expand(class)), "\"/>\n"]);
    }
    for (name, values) in &node.properties {
        for value in values {
            match value {
                Value::Iri(iri) => push(out, &["  <", name, " rdf:resource=\"", &escape(iri), "\"/>\n"]),
                Value::Text(text, None) => push(out, &["  <", name, ">", &escape(text), "</", name, ">\n"]),
                Value::Text(text, Some(language)) => push(
                    out,
                    &["  <", name, " xml:lang=\"", language, "\">", &escape(text), "</", name, ">\n"],
                ),
                Value::Typed(text, datatype) => push(
                    out,
                    &[
                        "  <",
                        name,
                        " rdf:datatype=\"",
                        &escape(&expand(datatype)),
                        "\">",
                        &escape(text),
                        "</",
                        name,
                        ">\n",
                    ],
                ),
            }
        }
    }
    push(out, &["</", element, ">\n"]);
}

fn json_ld(node: &Node) -> Json {
    let mut out = Map::new();
    out.insert("@id".to_owned(), json!(node.iri));
    out.insert("@type".to_owned(), one_or_many(node.types.iter().map(|class| json!(class))));
    for (name, values) in &node.properties {
        let values = values.iter().map(|value| match value {
            Value::Iri(iri) => json!({"@id": iri}),
            Value::Text(text, None) => json!(text),
            Value::Text(text, Some(language)) => json!({"@value": text, "@language": language}),
            Value::Typed(text, datatype) => json!({"@value": text, "@type": datatype}),
        });
        out.insert((*name).to_owned(), one_or_many(values));
    }
    Json::Object(out)
}

fn one_or_many(values: impl Iterator<Item = Json>) -> Json {
    let mut values: Vec<Json> = values.collect();
    match (values.len(), values.pop()) {
        (1, Some(only)) => only,
        (_, last) => values.into_iter().chain(last).collect(),
    }
}
