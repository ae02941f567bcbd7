//! `usageInfo`: the terms in force, as an ODRL offer where they are one, and the terms of the Data Use Ontology.

use serde_json::{Map, Value, json};

use super::super::addresses::Addresses;
use super::super::entry::Entry;
use crate::policies::Iri;

pub(super) fn usage_info(entry: &Entry, at: &Addresses) -> Value {
    let duo = &entry.described.record.rights.duo_terms;
    let mut out: Vec<Value> = duo.iter().map(|term| defined_term(term.as_str())).collect();
    if let Some(terms) = &entry.described.terms {
        let address = at.policy(&entry.described.dataset);
        // An access mode alone is no offer, but the address is where the terms are read.
        let (mut offer, kind) = match &terms.offer {
            Some(offer) => (plain(offer), json!(["CreativeWork", "odrl:Offer"])),
            None => (json!({}), json!("CreativeWork")),
        };
        if let Some(members) = offer.as_object_mut() {
            members.insert("@type".into(), kind);
            if terms.offer.is_some() {
                members.entry("@id").or_insert_with(|| json!(address));
            }
            members.insert("name".into(), json!(format!("Terms of use, revision {}", terms.revision)));
            members.insert("url".into(), json!(address));
        }
        out.push(offer);
    }
    Value::Array(out)
}

/// `DUO:0000042` as schema.org has a term of a vocabulary.
fn defined_term(term: &str) -> Value {
    let code = term.replace(':', "_");
    json!({
        "@type": "DefinedTerm", "name": term, "termCode": code, "url": format!("http://purl.obolibrary.org/obo/{code}"),
    })
}

/// The offer without a context of its own: members with the prefix of ODRL, short forms in full. No reader has to fetch a context to
/// understand it.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != "@context");
            members.map(|(name, value)| member(name, value)).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn member(name: &str, value: &Value) -> (String, Value) {
    let prefixed = match name {
        "rdf:value" => "http://www.w3.org/1999/02/22-rdf-syntax-ns#value".to_owned(),
        _ if name.starts_with('@') || name.contains(':') => name.to_owned(),
        _ => format!("odrl:{name}"),
    };
    let value = match (name, value) {
        ("@id" | "@type", Value::String(text)) => json!(full(text)),
        // Values of these are terms, whatever else is text.
        (
            "action" | "leftOperand" | "operator" | "assigner" | "assignee" | "target" | "profile",
            Value::String(text),
        ) => {
            json!({"@id": full(text)})
        }
        ("profile", Value::Array(items)) => {
            items.iter().map(|item| json!({"@id": full(item.as_str().unwrap_or_default())})).collect()
        }
        (_, other) => plain(other),
    };
    (prefixed, value)
}

/// A term in full; one without a prefix is ODRL's own.
fn full(term: &str) -> String {
    match Iri::parse(term) {
        Some(iri) => iri.as_str().to_owned(),
        None => format!("http://www.w3.org/ns/odrl/2/{term}"),
    }
}
