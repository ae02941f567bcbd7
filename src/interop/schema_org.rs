//! schema.org `Dataset`, with the properties that Google's guide to datasets requires and recommends.

use serde_json::{Map, Value, json};

use super::addresses::Addresses;
use super::dcat::subject;
use super::entry::Entry;
use super::vocabulary::{self, Place};
use crate::datasets::files::is_given_to_all;
use crate::datasets::record::{Agent, AgentKind, Record, RelationKind, Source};
use crate::datasets::versions::VersionState;
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
    // As DCAT has it: the dataset shows its newest version, any other is something of its own.
    let page = subject(entry, at);
    let whole = at.dataset(dataset);
    put("@context", Some(json!("https://schema.org/")));
    put("@type", Some(json!("Dataset")));
    put("@id", Some(json!(page)));
    put("url", Some(json!(page)));
    put("isPartOf", (page != whole).then(|| json!(whole)));
    put("name", Some(text(&record.title)));
    put("description", Some(json!(description(entry))));
    put("alternateName", Some(other_titles(&record.title)));
    put("keywords", Some(record.keywords.values().flatten().cloned().collect()));
    put("identifier", Some(record.identifiers.iter().map(identifier).collect()));
    put("sameAs", record.landing_page.as_ref().map(|url| json!(url)));
    let publisher = json!({
        "@type": "Organization", "@id": at.organisation(&entry.organisation.slug), "name": entry.organisation.name,
    });
    let creators: Vec<Value> = record.creators.iter().map(agent).collect();
    // Search engines want one, and whoever publishes is the only one that is known.
    put("creator", Some(if creators.is_empty() { json!([publisher]) } else { json!(creators) }));
    put("publisher", Some(publisher));
    put("license", licence(entry));
    put("citation", Some(works(record, RelationKind::DescribedBy)));
    put("isBasedOn", Some(sources(record, at)));
    put(
        "measurementTechnique",
        Some(record.origin.collection_methods.iter().map(|method| json!(method)).collect()),
    );
    put("isAccessibleForFree", is_free(entry).then_some(json!(true)));
    put("conditionsOfAccess", conditions_of_access(entry).map(|text| json!(text)));
    put("creativeWorkStatus", is_withdrawn(entry).then_some(json!("Withdrawn")));
    put("usageInfo", entry.described.terms.as_ref().map(|_| json!(at.policy(dataset))));
    put("inLanguage", Some(record.content.languages.iter().map(|share| json!(share.language)).collect()));
    for (member, value) in coverage_and_funding(record) {
        put(member, Some(value));
    }
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

fn is_withdrawn(entry: &Entry) -> bool {
    entry.described.version.as_ref().is_some_and(|version| version.state == VersionState::Withdrawn)
}

/// Whether it is certain that nobody has to pay, which is what search engines take `isAccessibleForFree` for: everybody is given the
/// data, and no price is stated. Who may have them otherwise is no matter of payment, and of that nothing is known.
fn is_free(entry: &Entry) -> bool {
    let open = entry.described.dataset.access_mode == Some(AccessMode::Open);
    open && entry.described.record.economics.price.is_empty() && !is_withdrawn(entry)
}

/// Who is given the data, in words; nothing where that is not known.
pub(super) fn conditions_of_access(entry: &Entry) -> Option<String> {
    if is_withdrawn(entry) {
        return None;
    }
    let who = match entry.described.dataset.access_mode? {
        AccessMode::Open => "Open: everybody is given the data, without asking.",
        AccessMode::Automatic => "On request: given at once to whoever fulfils the terms of use.",
        AccessMode::Review => "On request: people decide about each one.",
        AccessMode::Secure => {
            "On request: people decide about each one, and the data are used in a secure environment alone."
        }
    };
    let price = entry.described.record.economics.price.best(&[]);
    Some(if price.is_empty() { who.to_owned() } else { format!("{who} Price: {price}") })
}

fn distributions(entry: &Entry, at: &Addresses) -> Value {
    let Some(version) = &entry.described.version else { return Value::Null };
    // Nothing is announced as content that would be refused.
    let dataset = &entry.described.dataset;
    let there = version.state == VersionState::Published;
    let files = entry.described.files.iter().filter(|file| there && file.held);
    files
        .filter(|file| is_given_to_all(dataset, version, file))
        .map(|file| {
            json!({
                "@type": "DataDownload",
                "name": file.path,
                "contentUrl": at.file(dataset, &version.version, &file.path),
                "encodingFormat": file.media_type,
                "contentSize": file.size.map(|size| format!("{size} B")),
                "sha256": file.sha256,
            })
        })
        .collect()
}

/// The page of a licence on the list of SPDX, the text of one that is not, and of several of them at least what they are.
pub(super) fn licence(entry: &Entry) -> Option<Value> {
    let rights = &entry.described.record.rights;
    let Some(expression) = rights.licence.as_deref() else {
        return rights.licence_url.as_ref().map(|url| json!(url));
    };
    let listed = spdx::license_id(expression).map(|id| json!(vocabulary::licence_page(id.name)));
    listed.or_else(|| {
        let mut work = json!({"@type": "CreativeWork", "name": expression});
        if let (Some(url), Some(members)) = (&rights.licence_url, work.as_object_mut()) {
            members.insert("url".to_owned(), json!(url));
        }
        Some(work)
    })
}

/// Between 50 and 5,000 characters, as Google wants it: a longer description is cut, a shorter one is followed by who
/// provides the dataset and where it is listed.
fn description(entry: &Entry) -> String {
    let text = entry.described.record.description.best(&[]);
    let length = text.chars().count();
    if length > 5_000 {
        return text.chars().take(4_999).chain(['\u{2026}']).collect();
    }
    if length >= 50 {
        return text.to_owned();
    }
    let (organisation, space) = (&entry.organisation.name, entry.space.names.best(&[]));
    format!("{text} (A dataset of {organisation}, listed in the data space {space}.)").trim().to_owned()
}

/// The title in the languages that `name` is not in.
fn other_titles(titles: &LangText) -> Value {
    let name = titles.best(&[]);
    titles.iter().map(|(_, title)| title).filter(|title| *title != name).map(|title| json!(title)).collect()
}

fn works(record: &Record, kind: RelationKind) -> Value {
    let of_kind = record.relations.iter().filter(|relation| relation.kind == kind);
    of_kind
        .filter_map(|relation| {
            let identifier = relation.identifier.as_ref();
            let known = identifier.and_then(|one| vocabulary::identifier(one.scheme, &one.value));
            known.or_else(|| relation.url.clone()).map(|work| json!(work))
        })
        .collect()
}

fn sources(record: &Record, at: &Addresses) -> Value {
    let named = |source: &Source| source.dataset.as_ref().map(|dataset| at.named(dataset));
    record
        .origin
        .derived_from
        .iter()
        .filter_map(|source| named(source).or_else(|| source.url.clone()))
        .collect()
}

/// When and where the data are of, and who paid: null or empty where the record does not say.
pub(super) fn coverage_and_funding(record: &Record) -> [(&'static str, Value); 3] {
    let period = record.coverage.temporal.as_ref().map(|period| {
        let end = |date: &Option<String>| date.clone().unwrap_or_else(|| "..".to_owned());
        json!(format!("{}/{}", end(&period.start), end(&period.end)))
    });
    let funder =
        record.economics.funding.iter().map(|one| json!({"@type": "Organization", "name": one.funder}));
    [
        ("temporalCoverage", json!(period)),
        ("spatialCoverage", record.coverage.geographic.iter().map(|code| place(code)).collect()),
        ("funder", funder.collect()),
    ]
}

fn place(code: &str) -> Value {
    let (name, iri) = match vocabulary::place(code) {
        Place::Country(country) => (country.label, Some(country.iri)),
        Place::Region { iri, label } => (label, Some(iri)),
        Place::Subdivision { code, .. } => (code, None),
    };
    let mut place = json!({"@type": "Place", "name": name, "identifier": code});
    if let (Some(iri), Some(members)) = (iri, place.as_object_mut()) {
        members.insert("sameAs".to_owned(), json!(iri));
    }
    place
}

fn identifier(identifier: &crate::datasets::record::Identifier) -> Value {
    json!(
        vocabulary::identifier(identifier.scheme, &identifier.value)
            .unwrap_or_else(|| identifier.value.clone())
    )
}

fn agent(agent: &Agent) -> Value {
    let kind = if agent.kind == AgentKind::Person { "Person" } else { "Organization" };
    let mut out = json!({"@type": kind, "name": agent.name});
    let iri = vocabulary::agent(agent);
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
