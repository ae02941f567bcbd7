//! A dataset, statement by statement: into its place, or dropped.

use serde_json::{Value, json};

use super::values::{address, best, date, instant, is_web, label, texts};
use super::{agent, distribution};
use crate::datasets::record::Agent;
use crate::interop::import::draft::Draft;
use crate::interop::import::imported::{Imported, ImportedAccess, ImportedTerms};
use crate::interop::import::{health, name_of, provenance};
use crate::interop::rdf::read::{Term, Thing};
use crate::interop::vocabulary::{frequency_of, identifier_of, language_of, place_of, theme_of};
use crate::kernel::Timestamp;

/// What is said of a dataset beside its record.
#[derive(Default)]
struct Beside {
    publisher: Option<Agent>,
    version: Option<String>,
    terms: ImportedTerms,
    changed_at: Option<Timestamp>,
    own_identifier: Option<String>,
}

/// Reads a dataset. `language` is that of the catalogue.
pub(super) fn read(dataset: Thing<'_>, language: Option<&str>) -> Imported {
    let mut draft = Draft::default();
    let mut beside = Beside::default();
    let language = language_of_texts(dataset).or_else(|| language.map(str::to_owned));
    for (property, value) in dataset.statements() {
        statement(&mut draft, &mut beside, dataset, property, value, language.as_deref());
    }
    let files = distribution::read(&mut draft, dataset, &mut beside.terms);
    let (record, report) = draft.finish();
    let identifier = dataset.iri().map(str::to_owned).or(beside.own_identifier);
    let suggested_name = name_of(record.title.best(&[]), identifier.as_deref());
    Imported {
        identifier,
        record,
        publisher: beside.publisher,
        version: beside.version,
        files,
        terms: beside.terms,
        changed_at: beside.changed_at,
        suggested_name,
        report,
    }
}

/// The language of texts that say none: that of the dataset, where it has one alone.
fn language_of_texts(dataset: Thing<'_>) -> Option<String> {
    let mut languages = dataset.values("dct:language").filter_map(|language| language_of(language.text()));
    let first = languages.next()?;
    languages.all(|other| other == first).then(|| first.to_string())
}

fn statement(
    draft: &mut Draft,
    beside: &mut Beside,
    of: Thing<'_>,
    property: &str,
    value: &Term,
    language: Option<&str>,
) {
    match property {
        "dct:title" | "dc:title" => texts(draft, "/title", property, value, language),
        "dct:description" | "dc:description" => texts(draft, "/description", property, value, language),
        "dcat:keyword" => {
            let language = value.language().or(language).unwrap_or("und");
            draft.keyword(property, language, value.text().trim());
        }
        "dcat:theme" | "dct:subject" => theme(draft, property, of, value),
        "dct:identifier" | "dc:identifier" => {
            let text = value.text().trim();
            beside.own_identifier.get_or_insert_with(|| text.to_owned());
            // The IRI is kept beside the record, as the name that the origin has for it.
            if of.iri() != Some(text) {
                identifier(draft, property, text);
            }
        }
        "adms:identifier" => {
            let notation = of.follow(value).and_then(|thing| best(thing, "skos:notation"));
            identifier(draft, property, notation.unwrap_or(value).text().trim());
        }
        "dct:creator" | "dct:rightsHolder" | "dct:contributor" => {
            let pointer = if property == "dct:rightsHolder" { "/rights/rights_holders" } else { "/creators" };
            if property == "dct:contributor" {
                draft.drop(property, value.text(), "the record has creators and holders of rights alone");
            } else if let Some(agent) = agent::agent(draft, property, of, value) {
                draft.push(pointer, property, agent);
            }
        }
        "dct:publisher" => {
            let agent = agent::agent(draft, property, of, value);
            if let Some(publisher) = agent.and_then(|agent| serde_json::from_value(agent).ok()) {
                beside.publisher = Some(publisher);
                draft.note("", property);
            }
        }
        "dcat:contactPoint" => agent::contact(draft, property, of, value),
        "prov:qualifiedAttribution" => agent::attribution(draft, property, of, value),
        "dct:language" => match language_of(value.text()) {
            Some(tag) => draft.push("/content/languages", property, json!({"language": tag})),
            None => draft.drop(property, value.text(), "no known language"),
        },
        "dct:spatial" => place(draft, property, of, value),
        "dct:temporal" => period(draft, property, of, value),
        "dct:accrualPeriodicity" => frequency(draft, property, of, value),
        "dcat:landingPage" => draft.put("/landing_page", property, address(of, value)),
        "foaf:page" | "foaf:homepage" => draft.push("/documentation", property, address(of, value)),
        "dct:conformsTo" => link(draft, "/quality/conforms_to", property, of, value),
        "dcatap:applicableLegislation" => {
            draft.push("/rights/applicable_legislation", property, address(of, value));
        }
        "prov:wasDerivedFrom" | "dct:source" => source(draft, property, of, value),
        "prov:wasGeneratedBy" => provenance::step(draft, property, of, value),
        "dct:provenance" => provenance::statement(draft, property, of, value),
        "dct:isReferencedBy" => work(draft, "described_by", property, of, value),
        "dct:replaces" => work(draft, "replaces", property, of, value),
        "owl:sameAs" => work(draft, "same_as", property, of, value),
        "dct:relation" | "dcat:qualifiedRelation" => work(draft, "related_dataset", property, of, value),
        "dct:type" => provenance::kind(draft, property, value),
        "dqv:hasQualityAnnotation" => {
            let body = of.follow(value).and_then(|thing| thing.value("oa:hasBody"));
            let pointer = if value.text().ends_with("#quality-label") {
                "/health/quality_label"
            } else {
                "/quality/certificates"
            };
            match body {
                Some(body) if pointer.starts_with("/health") => draft.put(pointer, property, body.text()),
                Some(body) => draft.push(pointer, property, body.text()),
                None => draft.drop(property, value.text(), "an annotation without a body"),
            }
        }
        "dct:license" | "dct:licence" | "cc:license" => {
            distribution::read_licence(draft, of, property, value)
        }
        "dct:accessRights" => access(draft, beside, property, of, value),
        "odrl:hasPolicy" => distribution::policy(draft, of, value, &mut beside.terms),
        "dcat:version" | "owl:versionInfo" | "schema:version" => {
            draft.note("", property);
            beside.version.get_or_insert_with(|| value.text().trim().to_owned());
        }
        "dct:modified" => match instant(value.text()) {
            Some(at) => {
                draft.note("", property);
                beside.changed_at = beside.changed_at.max(Some(at));
            }
            None => draft.drop(property, value.text(), "no date"),
        },
        // Read elsewhere.
        "rdf:type" | "dcat:distribution" | "dcatapit:distribution" => {}
        "dct:issued" | "dcat:hasCurrentVersion" | "dcat:isVersionOf" => {
            draft.drop(property, value.text(), "versions and their dates are counted here anew");
        }
        "dqv:hasQualityMeasurement" => draft.drop(property, value.text(), "quality is measured here anew"),
        _ if health::statement(draft, property, of, value) => {}
        _ => draft.drop(property, value.text(), "the record has no place for it"),
    }
}

fn theme(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let labels = || of.follow(value).into_iter().flat_map(|thing| thing.values("skos:prefLabel"));
    match theme_of(value.text()) {
        Some(theme) => draft.push("/themes", property, json!(theme)),
        // A subject of another vocabulary says what it is called, and that is a keyword.
        None if labels().next().is_some() => {
            draft.change(
                property,
                value.text(),
                "not of the data theme table of the EU; its names are kept as keywords",
            );
            for label in labels() {
                draft.keyword(property, label.language().unwrap_or("und"), label.text().trim());
            }
        }
        None if value.iri().is_none() && !value.text().trim().is_empty() && property == "dcat:theme" => {
            draft.drop(property, value.text(), "no theme of the data theme table of the EU");
        }
        None => draft.drop(
            property,
            value.text(),
            "no theme of the data theme table of the EU, and without a name",
        ),
    }
}

fn identifier(draft: &mut Draft, property: &str, text: &str) {
    if !text.is_empty() {
        draft.push("/identifiers", property, json!(identifier_of(text)));
    }
}

/// A link, where it is one of the web.
fn link(draft: &mut Draft, pointer: &str, property: &str, of: Thing<'_>, value: &Term) {
    let to = address(of, value);
    if is_web(&to) {
        draft.push(pointer, property, to);
    } else {
        let name = of.follow(value).and_then(label).unwrap_or(value);
        draft.drop(property, name.text(), "not an address of the web");
    }
}

fn place(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let thing = of.follow(value);
    let named =
        ["dct:identifier", "skos:notation", "owl:sameAs", "skos:exactMatch", "rdfs:label", "skos:prefLabel"];
    let known = place_of(value.text()).or_else(|| {
        let names = named.iter().flat_map(|name| thing.into_iter().flat_map(|thing| thing.values(name)));
        names.into_iter().find_map(|name| place_of(name.text()))
    });
    match known {
        Some(code) => draft.push("/coverage/geographic", property, code),
        None => {
            let name = thing.and_then(label).unwrap_or(value);
            draft.drop(
                property,
                name.text(),
                "no country, region of NUTS or subdivision that is known by its code",
            );
        }
    }
}

fn period(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let Some(thing) = of.follow(value) else {
        return draft.drop(property, value.text(), "a period is more than a text");
    };
    let end = |draft: &mut Draft, names: [&str; 3], inner: &str, last: bool| {
        let direct = names.iter().find_map(|name| thing.value(name));
        let text = direct.or_else(|| {
            let instant = thing.things(inner).next()?;
            let times =
                ["time:inXSDDateTimeStamp", "time:inXSDDateTime", "time:inXSDDate", "time:inXSDgYear"];
            times.iter().find_map(|name| instant.value(name))
        })?;
        let found = date(text.text(), last);
        match &found {
            Some((_, true)) => {}
            Some((date, false)) => draft.change(property, text.text(), format!("kept as {date}")),
            None => draft.drop(property, text.text(), "no date"),
        }
        found.map(|(date, _)| date)
    };
    let start =
        end(draft, ["dcat:startDate", "schema:startDate", "dcatapit:startDate"], "time:hasBeginning", false);
    let last = end(draft, ["dcat:endDate", "schema:endDate", "dcatapit:endDate"], "time:hasEnd", true);
    let mut stated = serde_json::Map::new();
    stated.extend(start.map(|start| ("start".to_owned(), json!(start))));
    stated.extend(last.map(|last| ("end".to_owned(), json!(last))));
    if stated.is_empty() {
        draft.drop(property, label(thing).unwrap_or(value).text(), "neither a beginning nor an end");
    } else {
        draft.put("/coverage/temporal", property, Value::Object(stated));
    }
}

fn frequency(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let named = of.follow(value).and_then(label);
    let known = frequency_of(value.text()).or_else(|| frequency_of(named?.text()));
    match known {
        Some(frequency) => draft.put("/update_frequency", property, frequency.as_str()),
        None => draft.drop(property, named.unwrap_or(value).text(), "no frequency of the table of the EU"),
    }
}

fn source(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) {
    let url = address(of, value);
    if is_web(&url) {
        draft.push("/origin/derived_from", property, json!({"url": url}));
    } else {
        draft.drop(
            property,
            of.follow(value).and_then(label).unwrap_or(value).text(),
            "a source without an address",
        );
    }
}

/// Another work, by its identifier or its address.
fn work(draft: &mut Draft, kind: &str, property: &str, of: Thing<'_>, value: &Term) {
    let to = address(of, value);
    let identifier = identifier_of(&to);
    let known = identifier.scheme != crate::datasets::record::IdentifierScheme::Other;
    if known {
        draft.push("/relations", property, json!({"kind": kind, "identifier": identifier}));
    } else if is_web(&to) {
        draft.push("/relations", property, json!({"kind": kind, "url": to}));
    } else {
        draft.drop(property, &to, "neither an address of the web nor a known identifier");
    }
}

fn access(draft: &mut Draft, beside: &mut Beside, property: &str, of: Thing<'_>, value: &Term) {
    let named = of.follow(value).and_then(label).map(Term::text);
    let text = value.text().rsplit(['/', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let found = match text.replace(['-', ' '], "_").as_str() {
        "public" => Some(ImportedAccess::Public),
        "restricted" | "sensitive" | "confidential" => Some(ImportedAccess::Restricted),
        "non_public" | "nonpublic" => Some(ImportedAccess::NonPublic),
        _ => None,
    };
    match found {
        Some(access) => {
            draft.note("", property);
            beside.terms.access = Some(access);
        }
        None => draft.drop(property, named.unwrap_or(value.text()), "no access right of the table of the EU"),
    }
}
