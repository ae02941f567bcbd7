//! schema.org `Dataset`, with the properties that Google's guide to datasets requires and recommends.

use serde_json::{Map, Value, json};

use super::addresses::Addresses;
use super::entry::Entry;
use super::names;
use crate::datasets::record::{Agent, AgentKind, IdentifierScheme};
use crate::kernel::LangText;
use crate::policies::AccessMode;

/// The dataset as one JSON-LD document.
#[must_use]
pub fn render(entry: &Entry, at: &Addresses) -> Value {
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let mut out = Map::new();
    let mut put = |member: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !is_empty(value)) {
            out.insert(member.to_owned(), value);
        }
    };
    let page = at.dataset(dataset);
    put("@context", Some(json!("https://schema.org/")));
    put("@type", Some(json!("Dataset")));
    put("@id", Some(json!(page)));
    put("url", Some(json!(page)));
    put("name", Some(text(&record.title)));
    put("description", Some(text(&record.description)));
    put("keywords", Some(record.keywords.values().flatten().cloned().collect()));
    put("identifier", Some(record.identifiers.iter().map(identifier).collect()));
    put("sameAs", record.landing_page.as_ref().map(|url| json!(url)));
    put("creator", Some(record.creators.iter().map(agent).collect()));
    put(
        "publisher",
        Some(json!({
            "@type": "Organization", "@id": at.organisation(&entry.organisation.slug), "name": entry.organisation.name,
        })),
    );
    put("license", names::licence(entry).map(|iri| json!(iri)));
    put("isAccessibleForFree", Some(json!(dataset.access_mode == Some(AccessMode::Open))));
    put("conditionsOfAccess", dataset.access_mode.map(|mode| json!(mode.as_str())));
    put("inLanguage", Some(record.content.languages.iter().map(|share| json!(share.language)).collect()));
    put(
        "temporalCoverage",
        record.coverage.temporal.as_ref().map(|period| {
            let end = |date: &Option<String>| date.clone().unwrap_or_else(|| "..".to_owned());
            json!(format!("{}/{}", end(&period.start), end(&period.end)))
        }),
    );
    put(
        "spatialCoverage",
        Some(
            record
                .coverage
                .geographic
                .iter()
                .map(|place| json!({"@type": "Place", "identifier": place}))
                .collect(),
        ),
    );
    put(
        "funder",
        Some(
            record
                .economics
                .funding
                .iter()
                .map(|one| json!({"@type": "Organization", "name": one.funder}))
                .collect(),
        ),
    );
    put(
        "includedInDataCatalog",
        Some(json!({"@type": "DataCatalog", "@id": at.catalogue(), "url": at.catalogue()})),
    );
    put("dateModified", Some(json!(dataset.updated_at)));
    if let Some(version) = &entry.described.version {
        put("version", Some(json!(version.version)));
        put("datePublished", version.published_at.map(|at| json!(at)));
        put("distribution", Some(distributions(entry, at)));
    }
    Value::Object(out)
}

fn distributions(entry: &Entry, at: &Addresses) -> Value {
    let Some(version) = &entry.described.version else { return Value::Null };
    let files = entry.described.files.iter().filter(|file| file.held);
    files
        .map(|file| {
            json!({
                "@type": "DataDownload",
                "name": file.path,
                "contentUrl": at.file(&entry.described.dataset, &version.version, &file.path),
                "encodingFormat": file.media_type,
                "contentSize": file.size.map(|size| format!("{size} B")),
                "sha256": file.sha256,
            })
        })
        .collect()
}

fn identifier(identifier: &crate::datasets::record::Identifier) -> Value {
    match identifier.scheme {
        IdentifierScheme::Doi => json!(format!("https://doi.org/{}", identifier.value)),
        IdentifierScheme::Uuid => json!(format!("urn:uuid:{}", identifier.value)),
        IdentifierScheme::Urn | IdentifierScheme::Other => json!(identifier.value),
    }
}

fn agent(agent: &Agent) -> Value {
    let kind = if agent.kind == AgentKind::Person { "Person" } else { "Organization" };
    let mut out = json!({"@type": kind, "name": agent.name});
    let iri = names::agent(agent);
    if let Some(members) = out.as_object_mut() {
        members.extend(iri.map(|iri| ("sameAs".to_owned(), json!(iri))));
        members.extend(agent.url.as_ref().map(|url| ("url".to_owned(), json!(url))));
    }
    out
}

/// One text, in English where there is one.
fn text(texts: &LangText) -> Value {
    json!(texts.best(&[]))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
