//! Croissant (MLCommons), 1.1 and 1.0: a dataset as libraries that train load it.
//!
//! The document names each file with its SHA-256 and an address whose content never changes, record sets over the tables and
//! archives whose inside was read, what is said of responsible use (RAI 1.0), the terms (ODRL, DUO) and where the data come from
//! (PROV). [`check`] holds any Croissant document against what the specification requires, which its own library does not.

mod context;
mod files;
mod names;
mod provenance;
mod rai;
mod record_sets;
mod usage;
mod validate;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::addresses::Addresses;
use super::by_file::Subject;
use super::entry::Entry;
use super::{citation, schema_org};
use crate::datasets::record::{Agent, AgentKind, AgentScheme, IdentifierScheme, Record};
use crate::kernel::{Error, LangText, Result};

pub use validate::{Problem, check};

/// The IRI of version 1.1, and its profile.
pub const V1_1: &str = "http://mlcommons.org/croissant/1.1";
/// The IRI of version 1.0.
pub const V1_0: &str = "http://mlcommons.org/croissant/1.0";

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Of 2024.
    V1_0,
    /// Of 2026.
    V1_1,
}

impl Edition {
    const fn iri(self) -> &'static str {
        match self {
            Self::V1_0 => V1_0,
            Self::V1_1 => V1_1,
        }
    }
}

/// The dataset with its version, as one document.
///
/// # Errors
/// 409 when nothing of it is published, nothing can be downloaded, or there are too many files to name each; 410 when the version
/// was withdrawn.
pub fn render(entry: &Entry, at: &Addresses, edition: Edition) -> Result<Value> {
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let published =
        entry.described.version.as_ref().and_then(|version| Some((version, version.published_at?)));
    let Some((version, published_at)) = published else {
        return Err(Error::conflict("not_published", "a Croissant document is made of a published version"));
    };
    Subject::with_bytes(entry, at)?;
    if entry.is_cut() {
        return Err(Error::conflict(
            "too_many_files",
            "the version has too many files to name each in one document",
        )
        .next("GET …/versions/{version}/files lists them, page by page"));
    }
    let mut ids = files::Ids::default();
    let mut distribution = files::distribution(entry, version, at, edition, &mut ids);
    if distribution.items.is_empty() {
        return Err(Error::conflict(
            "nothing_to_download",
            "none of the files of the version has a download address",
        ));
    }
    let (record_sets, left_out) = record_sets::record_sets(entry, &distribution.sources, edition, &mut ids);
    distribution.remark(&left_out);
    let mut out = Out::default();
    out.put("@context", context::context(edition, language(&record.title)));
    out.put("@type", json!("sc:Dataset"));
    let responsible = rai::properties(record);
    out.put(
        "conformsTo",
        if responsible.is_empty() { json!(edition.iri()) } else { json!([edition.iri(), context::RAI]) },
    );
    out.put("name", texts(&record.title, edition, language(&record.title)));
    out.put("description", texts(&record.description, edition, language(&record.title)));
    out.put("license", schema_org::licence(entry).unwrap_or_default());
    out.put("url", json!(at.dataset(dataset)));
    let publisher = json!({
        "@type": "sc:Organization", "@id": at.organisation(&entry.organisation.slug), "name": entry.organisation.name,
    });
    let creators: Vec<Value> = record.creators.iter().map(agent).collect();
    out.put("creator", if creators.is_empty() { json!([publisher]) } else { json!(creators) });
    out.put("publisher", publisher);
    out.put("datePublished", json!(published_at));
    out.put("dateCreated", json!(dataset.created_at));
    out.put("dateModified", json!(dataset.updated_at));
    out.put("version", json!(version.version));
    if edition == Edition::V1_1 {
        out.put("sdVersion", json!(record.metadata_version));
    }
    out.put("keywords", record.keywords.values().flatten().cloned().collect());
    out.put("inLanguage", record.content.languages.iter().map(|share| json!(share.language)).collect());
    for (member, value) in schema_org::coverage_and_funding(record) {
        out.put(member, value);
    }
    out.put("sameAs", same_as(record));
    out.put("isLiveDataset", json!(false));
    out.put("citeAs", json!(citation::bibtex(entry, at)));
    out.put("comment", comment(distribution.left_out));
    out.put("distribution", json!(distribution.items));
    out.put("recordSet", json!(record_sets));
    out.0.extend(responsible);
    out.put("conditionsOfAccess", json!(schema_org::conditions_of_access(entry)));
    out.put("usageInfo", usage::usage_info(entry, at));
    out.0.extend(provenance::properties(entry, at));
    Ok(Value::Object(out.0))
}

/// An object that leaves out what says nothing.
#[derive(Default)]
struct Out(Map<String, Value>);

impl Out {
    fn put(&mut self, member: &str, value: Value) {
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if !empty {
            self.0.insert(member.to_owned(), value);
        }
    }
}

/// The language of the text that is shown where there is room for one.
fn language(texts: &LangText) -> &str {
    let best = texts.best(&[]);
    texts.iter().find(|(_, text)| *text == best).map_or("en", |(tag, _)| tag.as_str())
}

/// The language of no document: every text tells its own.
const EACH: &str = "";

/// A text in all its languages, which need not be said where it is only that of the document; in 1.0, which has room for one, in
/// English where there is one.
fn texts(texts: &LangText, edition: Edition, of_document: &str) -> Value {
    match edition {
        Edition::V1_1 if texts.iter().any(|(tag, _)| tag.as_str() != of_document) => {
            texts.iter().map(|(tag, text)| (tag.to_string(), json!(text))).collect()
        }
        _ => json!(texts.best(&[])),
    }
}

/// What is said of files that the standard has no place for, since it wants an address and the digest of each.
fn comment(left_out: usize) -> Value {
    let text = match left_out {
        0 => return Value::Null,
        1 => "A further file of the version has no digest, or no address that gives its bytes.".to_owned(),
        many => format!(
            "{many} further files of the version have no digest, or no address that gives their bytes."
        ),
    };
    json!({"@type": "Comment", "text": text})
}

fn same_as(record: &Record) -> Value {
    let dois = record.identifiers.iter().filter(|id| id.scheme == IdentifierScheme::Doi);
    let dois = dois.map(|id| format!("https://doi.org/{}", id.value));
    record.landing_page.iter().cloned().chain(dois).map(Value::from).collect()
}

fn agent(agent: &Agent) -> Value {
    let kind = if agent.kind == AgentKind::Person { "sc:Person" } else { "sc:Organization" };
    let mut out = Out::default();
    out.put("@type", json!(kind));
    out.put("name", json!(agent.name));
    out.put("email", json!(agent.email));
    out.put("url", json!(agent.url));
    let iri = agent.identifiers.iter().find_map(|id| match id.scheme {
        AgentScheme::Orcid => Some(format!("https://orcid.org/{}", id.value)),
        AgentScheme::Ror => Some(format!("https://ror.org/{}", id.value)),
        _ => None,
    });
    out.put("sameAs", json!(iri));
    Value::Object(out.0)
}
