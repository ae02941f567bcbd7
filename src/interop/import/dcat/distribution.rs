//! Distributions: files, and the licence and terms that DCAT-AP states there.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::values::{address, best, label};
use crate::interop::import::draft::{Draft, cut};
use crate::interop::import::imported::{ImportedFile, ImportedTerms};
use crate::interop::import::licence;
use crate::interop::rdf::read::{Term, Thing};
use crate::interop::vocabulary::media_type_of;

/// Properties of a distribution that are read; others are dropped.
const READ: [&str; 13] = [
    "rdf:type",
    "dct:title",
    "dct:description",
    "dcat:accessURL",
    "dcat:downloadURL",
    "dcat:byteSize",
    "dcat:mediaType",
    "dct:format",
    "spdx:checksum",
    "dct:license",
    "dct:licence",
    "odrl:hasPolicy",
    "rdfs:label",
];

/// The most files of a dataset.
const MOST_FILES: usize = 10_000;

/// Reads the distributions of a dataset.
pub(super) fn read(draft: &mut Draft, dataset: Thing<'_>, terms: &mut ImportedTerms) -> Vec<ImportedFile> {
    let mut files = Vec::new();
    let (mut seen, mut policies) = (HashSet::new(), HashSet::new());
    for one in dataset.things("dcat:distribution").chain(dataset.things("dcatapit:distribution")) {
        if !seen.insert(one.name()) {
            continue;
        }
        if files.len() >= MOST_FILES {
            draft.drop("dcat:distribution", one.name(), format!("more than {MOST_FILES} are not read"));
            break;
        }
        if one.is_unknown() {
            draft.drop("dcat:distribution", one.name(), "the document does not describe this distribution");
            continue;
        }
        for property in ["dct:license", "dct:licence", "cc:license"] {
            one.values(property).for_each(|value| read_licence(draft, one, property, value));
        }
        for value in one.values("odrl:hasPolicy") {
            if policies.insert(value.text()) {
                policy(draft, one, value, terms);
            }
        }
        for (property, value) in one.statements() {
            if !READ.contains(&property) && !property.starts_with("cc:") {
                let property = format!("dcat:distribution/{property}");
                draft.drop(&property, value.text(), "files have no such field");
            }
        }
        draft.note("", "dcat:distribution");
        files.push(file(draft, one));
    }
    files
}

fn file(draft: &mut Draft, one: Thing<'_>) -> ImportedFile {
    let text = |name: &str, most| best(one, name).map(|value| cut(value.text().trim(), most));
    let url = |name: &str| one.value(name).map(|value| address(one, value)).filter(|url| !url.is_empty());
    let title = text("dct:title", MOST_TITLE).or_else(|| text("rdfs:label", MOST_TITLE));
    let download_url = url("dcat:downloadURL");
    let last = download_url.as_ref().and_then(|url| url.split(['?', '#']).next()?.rsplit('/').next());
    let name = title.or_else(|| last.map(str::to_owned));
    let mut out = ImportedFile {
        name: name.filter(|name| !name.is_empty()),
        path: None,
        download_url,
        access_url: url("dcat:accessURL"),
        description: text("dct:description", MOST_DESCRIPTION),
        ..ImportedFile::default()
    };
    for property in ["dcat:mediaType", "dct:format"] {
        let Some(value) = one.value(property).filter(|_| out.media_type.is_none()) else { continue };
        let named = one.follow(value).filter(|thing| thing.iri().is_none()).and_then(label);
        let found = media_type_of(named.unwrap_or(value).text()).and_then(|known| known.parse().ok());
        match found {
            Some(media_type) => out.media_type = Some(media_type),
            None => draft.drop(&format!("dcat:distribution/{property}"), value.text(), "no known media type"),
        }
    }
    if let Some(value) = one.value("dcat:byteSize") {
        let text = value.text().trim();
        let whole = text.strip_suffix(".0").unwrap_or(text).parse().ok();
        out.size = whole.filter(|size| *size <= crate::datasets::files::FileEntry::MAX_SIZE);
        if out.size.is_none() {
            draft.drop("dcat:distribution/dcat:byteSize", text, "no number of bytes");
        }
    }
    for checksum in one.things("spdx:checksum") {
        let algorithm = checksum.value("spdx:algorithm").map_or("", Term::text).to_ascii_lowercase();
        let value = checksum.value("spdx:checksumValue").map_or("", Term::text).trim().to_ascii_lowercase();
        match value.parse() {
            Ok(digest) if algorithm.ends_with("sha256") => out.sha256 = Some(digest),
            _ => draft.drop("dcat:distribution/spdx:checksum", &value, "no SHA-256"),
        }
    }
    out
}

/// A licence: an IRI, a text, or a document that says which.
pub(super) fn read_licence(draft: &mut Draft, of: Thing<'_>, property: &str, value: &Term) {
    let document = of.follow(value);
    let name = document.and_then(label).map(Term::text);
    let pages = || document.into_iter().flat_map(|document| document.values("rdfs:seeAlso")).map(Term::text);
    let outside = pages().find(|page| crate::interop::vocabulary::licence_of(page).is_none());
    licence::put(draft, property, value.text(), name, outside);
}

/// A policy: where it is, and what of it is in the document.
pub(super) fn policy(draft: &mut Draft, of: Thing<'_>, value: &Term, terms: &mut ImportedTerms) {
    draft.note("", "odrl:hasPolicy");
    let Some(thing) = of.follow(value) else {
        return draft.drop("odrl:hasPolicy", value.text(), "a policy is more than a text");
    };
    if terms.policy_url.is_none() {
        terms.policy_url = thing.iri().map(str::to_owned);
    }
    let rules = ["odrl:permission", "odrl:prohibition", "odrl:obligation", "odrl:duty"];
    if terms.offer.is_none() && rules.iter().any(|rule| thing.value(rule).is_some()) {
        let mut left = MOST_IN_POLICY;
        let mut offer = object(thing, &mut vec![thing.name()], &mut left);
        let Some(members) = offer.as_object_mut().filter(|_| left > 0) else {
            let reason = format!("a policy of more than {MOST_IN_POLICY} bytes is not kept");
            return draft.drop("odrl:hasPolicy", value.text(), reason);
        };
        members.insert("@context".into(), json!("http://www.w3.org/ns/odrl.jsonld"));
        terms.offer = Some(offer);
    }
}

/// The most bytes of a policy, about: what is named twice counts twice.
const MOST_IN_POLICY: usize = 32 * 1024;

/// The longest title and the longest description of a file, in characters.
const MOST_TITLE: usize = 1024;
const MOST_DESCRIPTION: usize = 4096;

/// How deep rules may lie in others.
const DEEPEST: usize = 8;

/// A thing of a policy in the JSON-LD of ODRL. What comes again within itself is only named. It breaks off when nothing is left.
fn object<'g>(thing: Thing<'g>, within: &mut Vec<&'g str>, left: &mut usize) -> Value {
    let mut members: Map<String, Value> = Map::new();
    members.extend(thing.iri().map(|iri| ("uid".to_owned(), json!(iri))));
    for (property, value) in thing.statements() {
        *left = left.saturating_sub(property.len() + value.text().len() + 8);
        if *left == 0 {
            break;
        }
        let name = match property.strip_prefix("odrl:") {
            Some(name) => name,
            None if property == "rdf:type" => "@type",
            None => property,
        };
        let inner = thing.follow(value).filter(|inner| !inner.is_unknown());
        let stated = match inner {
            Some(inner) if within.len() < DEEPEST && !within.contains(&inner.name()) => {
                within.push(inner.name());
                let stated = object(inner, within, left);
                within.pop();
                stated
            }
            _ => scalar(value),
        };
        match members.get_mut(name) {
            None => {
                members.insert(name.to_owned(), stated);
            }
            Some(Value::Array(list)) => list.push(stated),
            Some(one) => *one = json!([one.clone(), stated]),
        }
    }
    Value::Object(members)
}

fn scalar(value: &Term) -> Value {
    let text = value.text();
    match value {
        Term::Literal { datatype: Some(datatype), .. } => json!({"@value": text, "@type": &**datatype}),
        Term::Literal { .. } => json!(text),
        Term::Node(_) => {
            let short =
                text.strip_prefix("http://www.w3.org/ns/odrl/2/").or_else(|| text.strip_prefix("odrl:"));
            json!(short.unwrap_or(text))
        }
    }
}
