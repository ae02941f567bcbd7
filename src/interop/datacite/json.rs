//! An entry in DataCite's own JSON.

use serde_json::{Map, Value, json};

use crate::datasets::record::{
    Agent, AgentKind, AgentScheme, Identifier, IdentifierScheme, Period, Relation, RelationKind,
};
use crate::interop::addresses::Addresses;
use crate::interop::dcat;
use crate::interop::entry::Entry;
use crate::interop::rdf::iri;
use crate::kernel::LangText;
use crate::policies::AccessMode;

/// The table of the EU that themes are from.
const THEMES: &str = "http://publications.europa.eu/resource/authority/data-theme";

/// The entry as DataCite's JSON describes it (kernel 4). A DOI stands there only when the record names one; the page is the
/// `url` in any case. Another version than the newest one is a work of its own, of which the record's identifiers are not: its page
/// identifies it, and it is a version of the dataset.
#[must_use]
pub fn render(entry: &Entry, at: &Addresses) -> Value {
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let version = entry.described.version.as_ref();
    let page = dcat::subject(entry, at);
    let is_version = page != at.dataset(dataset);
    let identifiers = if is_version { &[] } else { record.identifiers.as_slice() };
    let doi = identifiers.iter().find(|one| one.scheme == IdentifierScheme::Doi);
    let mut out = Map::new();
    if let Some(doi) = doi {
        out.insert("doi".into(), json!(doi.value));
    }
    out.insert("url".into(), json!(page));
    out.insert("types".into(), json!({"resourceTypeGeneral": "Dataset", "resourceType": "Dataset"}));
    out.insert("creators".into(), creators(entry));
    let titles = texts(&record.title, "title", |first| (!first).then_some(("titleType", "TranslatedTitle")));
    out.insert(
        "titles".into(),
        if titles.is_empty() { json!([{"title": dataset.full_name()}]) } else { Value::Array(titles) },
    );
    out.insert("publisher".into(), json!({"name": entry.organisation.name}));
    let issued = version.and_then(|version| version.published_at);
    let year: String = issued.unwrap_or(dataset.created_at).to_string().chars().take(4).collect();
    out.insert("publicationYear".into(), json!(year));
    out.insert("schemaVersion".into(), json!("http://datacite.org/schema/kernel-4"));
    let mut list = |name: &str, items: Vec<Value>| {
        let mut distinct: Vec<Value> = Vec::with_capacity(items.len());
        for item in items {
            if !distinct.contains(&item) {
                distinct.push(item);
            }
        }
        if !distinct.is_empty() {
            out.insert(name.to_owned(), Value::Array(distinct));
        }
    };
    list("subjects", subjects(entry));
    list("contributors", contributors(entry));
    list("dates", dates(entry));
    let mut alternate = vec![alternate_identifier("URL", &page)];
    if !is_version {
        alternate.push(alternate_identifier("Cadastre", dataset.id.as_str()));
    }
    alternate.extend(identifiers.iter().filter(|other| Some(*other) != doi).map(alternate_of));
    list("alternateIdentifiers", alternate);
    let whole = is_version.then(|| related_one("IsVersionOf", ("URL", at.dataset(dataset))));
    list("relatedIdentifiers", whole.into_iter().chain(related(entry, at)).collect());
    list("rightsList", rights(entry));
    list(
        "descriptions",
        texts(&record.description, "description", |_| Some(("descriptionType", "Abstract"))),
    );
    let places = record.coverage.geographic.iter();
    list("geoLocations", places.map(|place| json!({ "geoLocationPlace": place })).collect());
    list("fundingReferences", funding(entry));
    if let Some(version) = version {
        list(
            "sizes",
            vec![json!(format!("{} bytes", version.bytes)), json!(format!("{} files", version.files))],
        );
        out.insert("version".into(), json!(version.version.to_string()));
    }
    if let Some(share) = record.content.languages.first() {
        out.insert("language".into(), json!(share.language));
    }
    Value::Object(out)
}

/// A text in each of its languages, the one that is shown first; with a type that depends on whether it is the first.
fn texts(
    texts: &LangText,
    member: &str,
    kind: impl Fn(bool) -> Option<(&'static str, &'static str)>,
) -> Vec<Value> {
    let best = texts.best(&[]);
    let mut all: Vec<_> = texts.iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    // Stable: the others keep their order.
    all.sort_by_key(|(_, text)| *text != best);
    all.into_iter()
        .enumerate()
        .map(|(number, (language, text))| {
            let mut one = Map::new();
            one.insert(member.to_owned(), json!(text));
            one.insert("lang".into(), json!(language));
            if let Some((name, value)) = kind(number == 0) {
                one.insert(name.to_owned(), json!(value));
            }
            Value::Object(one)
        })
        .collect()
}

fn creators(entry: &Entry) -> Value {
    let creators: Vec<Value> = entry.described.record.creators.iter().map(agent).collect();
    if creators.is_empty() {
        return json!([{"name": entry.organisation.name, "nameType": "Organizational"}]);
    }
    Value::Array(creators)
}

fn agent(agent: &Agent) -> Value {
    let kind = if agent.kind == AgentKind::Person { "Personal" } else { "Organizational" };
    let mut out = json!({"name": agent.name, "nameType": kind});
    let identifiers: Vec<Value> = agent
        .identifiers
        .iter()
        .filter_map(|one| {
            let (scheme, address) = match one.scheme {
                AgentScheme::Orcid => ("ORCID", "https://orcid.org"),
                AgentScheme::Ror => ("ROR", "https://ror.org"),
                AgentScheme::Lei => ("LEI", "https://search.gleif.org"),
                AgentScheme::Eori | AgentScheme::Vat => return None,
            };
            let value = match one.scheme {
                AgentScheme::Lei => one.value.clone(),
                _ => format!("{address}/{}", one.value),
            };
            Some(json!({"nameIdentifier": value, "nameIdentifierScheme": scheme, "schemeUri": address}))
        })
        .collect();
    if let (Some(members), false) = (out.as_object_mut(), identifiers.is_empty()) {
        members.insert("nameIdentifiers".into(), Value::Array(identifiers));
    }
    out
}

fn subjects(entry: &Entry) -> Vec<Value> {
    let record = &entry.described.record;
    let themes = record.themes.iter().map(|theme| {
        json!({
            "subject": theme, "subjectScheme": "EU data theme", "schemeUri": THEMES,
            "valueUri": format!("{THEMES}/{}", theme.as_str()),
        })
    });
    let keywords = record.keywords.iter().flat_map(|(language, words)| {
        words.iter().map(move |word| json!({"subject": word, "lang": language}))
    });
    themes.chain(keywords).collect()
}

fn contributors(entry: &Entry) -> Vec<Value> {
    let record = &entry.described.record;
    let desk = record.contact.iter().map(|contact| {
        json!({"name": contact.name, "nameType": "Organizational", "contributorType": "ContactPerson"})
    });
    let holders = record.rights.rights_holders.iter().map(|holder| {
        let mut out = agent(holder);
        if let Some(members) = out.as_object_mut() {
            members.insert("contributorType".into(), json!("RightsHolder"));
        }
        out
    });
    desk.chain(holders).collect()
}

fn dates(entry: &Entry) -> Vec<Value> {
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let version = entry.described.version.as_ref();
    let instants = [
        ("Created", Some(dataset.created_at)),
        ("Issued", version.and_then(|version| version.published_at)),
        ("Updated", Some(dataset.updated_at)),
        ("Withdrawn", version.and_then(|version| version.withdrawn_at)),
    ];
    let spans = [
        ("Collected", record.coverage.collection_period.as_ref()),
        ("Coverage", record.coverage.temporal.as_ref()),
    ];
    let instants = instants.into_iter().filter_map(|(kind, at)| Some(json!({"date": at?, "dateType": kind})));
    let spans =
        spans.into_iter().filter_map(|(kind, span)| Some(json!({"date": period(span?), "dateType": kind})));
    instants.chain(spans).collect()
}

/// A span with open ends left out (RKMS-ISO8601).
fn period(period: &Period) -> String {
    let end = |date: &Option<String>| date.clone().unwrap_or_default();
    format!("{}/{}", end(&period.start), end(&period.end))
}

fn alternate_identifier(kind: &str, value: &str) -> Value {
    json!({"alternateIdentifier": value, "alternateIdentifierType": kind})
}

fn alternate_of(identifier: &Identifier) -> Value {
    let kind = match identifier.scheme {
        IdentifierScheme::Doi => "DOI",
        IdentifierScheme::Uuid => "UUID",
        IdentifierScheme::Urn => "URN",
        IdentifierScheme::Other => "Other",
    };
    alternate_identifier(kind, &identifier.value)
}

fn related_one(relation: &str, (kind, value): (&str, String)) -> Value {
    let value = if kind == "URL" { iri(&value) } else { value };
    json!({"relatedIdentifier": value, "relatedIdentifierType": kind, "relationType": relation})
}

fn related(entry: &Entry, at: &Addresses) -> Vec<Value> {
    let record = &entry.described.record;
    let sources = record.origin.derived_from.iter().filter_map(|source| {
        let own = source.dataset.as_ref().map(|name| {
            let (dataset, version) =
                name.split_once('@').map_or((name.as_str(), None), |(d, v)| (d, Some(v)));
            let page = format!("{}/datasets/{dataset}", at.base());
            version.map_or(page.clone(), |version| format!("{page}/{version}"))
        });
        Some(related_one("IsDerivedFrom", ("URL", own.or_else(|| source.url.clone())?)))
    });
    let documentation =
        record.documentation.iter().map(|url| related_one("IsDocumentedBy", ("URL", url.clone())));
    let landing = record.landing_page.iter().map(|url| related_one("IsDescribedBy", ("URL", url.clone())));
    let works =
        record.relations.iter().filter_map(|work| Some(related_one(relation_type(work.kind), named(work)?)));
    sources.chain(documentation).chain(landing).chain(works).collect()
}

/// The identifier of another work that DataCite has a type for, else its address.
fn named(work: &Relation) -> Option<(&'static str, String)> {
    let identifier = work.identifier.as_ref().and_then(|one| match one.scheme {
        IdentifierScheme::Doi => Some(("DOI", one.value.clone())),
        IdentifierScheme::Urn => Some(("URN", one.value.clone())),
        IdentifierScheme::Uuid => Some(("URN", format!("urn:uuid:{}", one.value))),
        IdentifierScheme::Other => None,
    });
    identifier.or_else(|| Some(("URL", work.url.clone()?)))
}

const fn relation_type(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::TrainedModel => "IsSourceOf",
        RelationKind::EvaluatedModel | RelationKind::UsedBy => "IsReferencedBy",
        RelationKind::DescribedBy => "IsDescribedBy",
        RelationKind::Project => "IsPartOf",
        RelationKind::Software | RelationKind::RelatedDataset => "References",
        RelationKind::SameAs => "IsIdenticalTo",
        RelationKind::Replaces => "Obsoletes",
    }
}

fn rights(entry: &Entry) -> Vec<Value> {
    let rights = &entry.described.record.rights;
    let mut all = Vec::new();
    if let Some(licence) = &rights.licence {
        let mut one = json!({"rights": licence, "rightsIdentifier": licence});
        let listed = spdx::license_id(licence).is_some();
        let uri =
            listed.then(|| format!("https://spdx.org/licenses/{licence}")).or(rights.licence_url.clone());
        if let Some(members) = one.as_object_mut() {
            members.extend(uri.map(|uri| ("rightsUri".to_owned(), json!(iri(&uri)))));
            if listed {
                members.insert("rightsIdentifierScheme".into(), json!("SPDX"));
                members.insert("schemeUri".into(), json!("https://spdx.org/licenses/"));
            }
        }
        all.push(one);
    }
    let access = match entry.described.dataset.access_mode {
        Some(AccessMode::Open) => Some(("open access", "http://purl.org/coar/access_right/c_abf2")),
        Some(_) => Some(("restricted access", "http://purl.org/coar/access_right/c_16ec")),
        None => None,
    };
    all.extend(access.map(|(name, uri)| json!({"rights": name, "rightsUri": uri})));
    all
}

fn funding(entry: &Entry) -> Vec<Value> {
    let one = |funding: &crate::datasets::record::Funding| {
        let mut out = json!({"funderName": funding.funder});
        if let Some(members) = out.as_object_mut() {
            members.extend(funding.award.as_ref().map(|award| ("awardNumber".to_owned(), json!(award))));
            members.extend(funding.programme.as_ref().map(|title| ("awardTitle".to_owned(), json!(title))));
        }
        out
    };
    entry.described.record.economics.funding.iter().map(one).collect()
}
