//! A thousand arbitrary records, rendered by the library alone: no shape of DCAT-AP is violated, all serializations say the
//! same, and the schema.org rendering has what Google's guide to datasets wants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cadastre::datasets::files::File;
use cadastre::datasets::record::Record;
use cadastre::datasets::versions::{Version, VersionState};
use cadastre::datasets::{Dataset, Described, PolicyRevision, Visibility};
use cadastre::identity::{Organisation, OrganisationKind};
use cadastre::interop::{Addresses, Entry, Format};
use cadastre::kernel::{DatasetId, Digest, LangText, OrganisationId, Timestamp, VersionId};
use cadastre::policies::AccessMode;
use cadastre::spaces::Space;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::dcat::judge;
use crate::python::{Environment, succeeded};
use crate::support::records::{a_published_record, a_record, members};
use crate::support::tables::with_tables;

const RECORDS: usize = 1000;
/// Datasets in one run of the validator.
const CHUNK: usize = 125;
/// How many are read back from all serializations; N-Triples stand for the rest.
const COMPARED: usize = 60;

#[test]
fn a_thousand_arbitrary_records_violate_no_shape() {
    let at = Addresses::below("https://register.example.org".to_owned());
    let home = tempfile::tempdir().unwrap();
    // One strategy for all: what it is made of, regular expressions among it, costs far more than a record.
    let (mut runner, records) = (TestRunner::deterministic(), a_published_record());
    let entries: Vec<Entry> =
        (0..RECORDS).map(|number| entry(number, records.new_tree(&mut runner).unwrap().current())).collect();
    entries.iter().for_each(|entry| google(entry, &at));
    datacite(&entries, home.path(), &at);
    let mut files = together(&entries[..COMPARED], home.path(), &at);
    for (number, chunk) in entries.chunks(CHUNK).enumerate() {
        let file = home.path().join(format!("chunk-{number}.nt"));
        let text: String = chunk.iter().map(|entry| render(entry, Format::NTriples, &at)).collect();
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    let found = judge(home.path(), &files);
    assert!(found["triples"].as_u64() > Some(50 * RECORDS as u64), "{found}");
}

/// DataCite's schema takes every record, and its JSON says the same of what it is and who made it.
fn datacite(entries: &[Entry], home: &Path, at: &Addresses) {
    let mut records = String::from("<records>");
    for entry in entries {
        let xml = render(entry, Format::DataciteXml, at);
        let json: Value = serde_json::from_str(&render(entry, Format::DataciteJson, at)).unwrap();
        for list in ["creators", "titles"] {
            assert!(json[list].as_array().is_some_and(|items| !items.is_empty()), "{list}: {json:#}");
        }
        assert_eq!(json["types"]["resourceTypeGeneral"], "Dataset");
        records.push_str(xml.split_once("?>").map_or(xml.as_str(), |(_, element)| element));
    }
    let file = home.join("datacite.xml");
    std::fs::write(&file, records + "</records>").unwrap();
    let program = concat!(include_str!("datacite.py"), include_str!("datacite_records.py"));
    let arguments = [file.to_str().unwrap()];
    let found = succeeded(&Environment::Present.python(home, program, &arguments));
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!((&found["records"], &found["wrong"]), (&json!(entries.len()), &json!([])), "{found:#}");
}

/// Whoever relies on the generator relies on every field of a record being there.
#[test]
fn arbitrary_records_reach_every_field() {
    let (mut runner, records) = (TestRunner::deterministic(), with_tables(a_record()));
    let mut found = BTreeSet::new();
    for _ in 0..300 {
        let record: Record = records.new_tree(&mut runner).unwrap().current();
        members(&serde_json::to_value(record).unwrap(), &mut found);
    }
    let mut wanted = BTreeSet::new();
    members(&serde_json::from_str(include_str!("../fixtures/record-full.json")).unwrap(), &mut wanted);
    let missing: Vec<_> = wanted.difference(&found).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn render(entry: &Entry, format: Format, at: &Addresses) -> String {
    String::from_utf8(format.render(entry, at).unwrap().body.to_vec()).unwrap()
}

/// The documents of several datasets as one, in each serialization.
fn together(entries: &[Entry], home: &Path, at: &Addresses) -> Vec<PathBuf> {
    let texts = |format| entries.iter().map(move |entry| render(entry, format, at));
    // The names of the vocabularies stand before the first end of a tag at the end of a line.
    let parts = |text: &str| {
        let end = text.find("\">\n").unwrap() + 3;
        (text[..end].to_owned(), text[end..].replace("</rdf:RDF>\n", ""))
    };
    let head = parts(&texts(Format::RdfXml).next().unwrap()).0;
    let inside: String = texts(Format::RdfXml).map(|text| parts(&text).1).collect();
    let rdf = format!("{head}{inside}</rdf:RDF>\n");
    let mut linked: Value = json!({"@graph": []});
    for text in texts(Format::JsonLd) {
        let mut document: Value = serde_json::from_str(&text).unwrap();
        linked["@context"] = document["@context"].take();
        let nodes = document["@graph"].as_array().unwrap().clone();
        linked["@graph"].as_array_mut().unwrap().extend(nodes);
    }
    let documents = [
        ("ttl", texts(Format::Turtle).collect()),
        ("rdf", rdf),
        ("jsonld", linked.to_string()),
        ("nt", texts(Format::NTriples).collect()),
    ];
    documents
        .into_iter()
        .map(|(ending, text): (&str, String)| {
            let file = home.join(format!("together.{ending}"));
            std::fs::write(&file, text).unwrap();
            file
        })
        .collect()
}

/// What stands in every description.
pub fn has_what_google_wants(document: &Value) {
    assert_eq!(
        (&document["@context"], &document["@type"]),
        (&json!("https://schema.org/"), &json!("Dataset"))
    );
    let description = document["description"].as_str().unwrap().chars().count();
    assert!((50..=5000).contains(&description), "{description}");
    for member in ["name", "url", "publisher", "includedInDataCatalog", "creator"] {
        assert!(!document[member].is_null(), "{member}: {document:#}");
    }
    for part in document["distribution"].as_array().into_iter().flatten() {
        assert!(part["contentUrl"].is_string() && part["encodingFormat"].is_string(), "{part}");
    }
}

/// Whether the values are of the kinds that the guide names, and say what is so.
fn values(entry: &Entry, document: &Value, record: &Value) {
    let described = &entry.described;
    let withdrawn =
        described.version.as_ref().is_some_and(|version| version.state == VersionState::Withdrawn);
    let open = described.dataset.access_mode == Some(AccessMode::Open);
    let free = open && !withdrawn && record.pointer("/economics/price").is_none();
    assert_eq!(document["isAccessibleForFree"] == true, free, "{document:#}");
    assert!(document["isAccessibleForFree"].is_null() || free, "whether it costs is known, or not said");
    assert_eq!(document["creativeWorkStatus"] == "Withdrawn", withdrawn);
    assert_eq!(
        document["conditionsOfAccess"].is_string(),
        !withdrawn && described.dataset.access_mode.is_some()
    );
    let address = |value: &Value| value.as_str().is_some_and(|text| url::Url::parse(text).is_ok());
    let licence = &document["license"];
    assert!(
        address(licence) || licence["@type"] == "CreativeWork" && licence["name"].is_string(),
        "{licence}"
    );
    for agent in document["creator"].as_array().unwrap() {
        assert!(
            ["Person", "Organization"].iter().any(|kind| agent["@type"] == *kind)
                && agent["name"].is_string()
        );
    }
    for place in document["spatialCoverage"].as_array().into_iter().flatten() {
        assert!(place["@type"] == "Place" && place["name"].is_string(), "{place}");
    }
    if let Some(time) = document["temporalCoverage"].as_str() {
        assert_eq!(time.matches('/').count(), 1, "{time}");
    }
    assert!(address(&document["url"]) && document["@id"] == document["url"], "{document:#}");
}

/// What Google's guide requires and recommends, as far as the record has it (developers.google.com/search/docs/appearance/structured-data/dataset).
fn google(entry: &Entry, at: &Addresses) {
    let document: Value = serde_json::from_str(&render(entry, Format::SchemaOrg, at)).unwrap();
    has_what_google_wants(&document);
    assert!(!document["license"].is_null(), "{document:#}");
    let record = serde_json::to_value(&entry.described.record).unwrap();
    values(entry, &document, &record);
    for (property, pointer) in [
        ("identifier", "/identifiers/0"),
        ("spatialCoverage", "/coverage/geographic/0"),
        ("temporalCoverage", "/coverage/temporal"),
        ("funder", "/economics/funding/0"),
        ("measurementTechnique", "/origin/collection_methods/0"),
        ("isBasedOn", "/origin/derived_from/0"),
        ("sameAs", "/landing_page"),
    ] {
        assert_eq!(
            document[property].is_null(),
            record.pointer(pointer).is_none(),
            "{property}: {document:#}"
        );
    }
    let open = entry.described.dataset.access_mode == Some(AccessMode::Open);
    let there = entry.described.version.as_ref().is_some_and(|one| one.state == VersionState::Published);
    let given = entry.described.files.iter().filter(|file| there && file.held && (open || file.sample));
    let files = given.count();
    assert_eq!(
        document["distribution"].as_array().map_or(0, Vec::len),
        files,
        "only what is given to everybody"
    );
}

/// A published dataset with this record, and with what else a dataset has by turns.
pub fn entry(number: usize, record: Record) -> Entry {
    let at: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let modes = [AccessMode::Open, AccessMode::Automatic, AccessMode::Review, AccessMode::Secure];
    let spaces = ["health", "mobility", "language", "ocean"];
    let kinds = [OrganisationKind::PublicBody, OrganisationKind::Company, OrganisationKind::Research];
    let mode = modes[number % 4];
    let organisation = Organisation {
        id: OrganisationId::generate(),
        slug: format!("provider-{}", number % 7).parse().unwrap(),
        name: format!("Provider & <{}>", number % 7),
        kind: kinds[number % 7 % 3],
        country: "NL".to_owned(),
        sector: None,
        contact: Some(["https://example.org/desk", "desk@example.org", "by post"][number % 7 % 3].to_owned()),
        quota_bytes: 0,
        max_file_bytes: 0,
        revision: 1,
        created_at: at,
    };
    let space = Space {
        slug: spaces[number % 4].parse().unwrap(),
        names: LangText::english(spaces[number % 4]),
        descriptions: LangText::default(),
        charter: None,
        extension_version: 0,
        revision: 1,
        created_at: at,
    };
    let files = files(number);
    let dataset = Dataset {
        id: DatasetId::generate(),
        organisation: organisation.slug.clone(),
        organisation_id: organisation.id.clone(),
        name: format!("dataset-{number}").parse().unwrap(),
        space: space.slug.clone(),
        visibility: Visibility::Public,
        audience: None,
        announced: false,
        listed: true,
        access_mode: Some(mode),
        policy_revision: 1,
        record: serde_json::value::to_raw_value(&record).unwrap(),
        extension: None,
        harvested: None,
        completeness: 0,
        latest_version: Some("1.0.0".parse().unwrap()),
        revision: 1,
        created_at: at,
        updated_at: at,
    };
    let version = Version {
        id: VersionId::generate(),
        dataset: dataset.full_name(),
        dataset_id: dataset.id.clone(),
        version: ["1.0.0", "0.9.0-rc.1"][usize::from(number % 10 == 9)].parse().unwrap(),
        state: if number % 20 == 19 { VersionState::Withdrawn } else { VersionState::Published },
        notes: number.is_multiple_of(3).then(|| "First & \"best\"".to_owned()),
        digest: None,
        revision40: None,
        files: if number % 50 == 49 { 2_000_000 } else { i64::try_from(files.len()).unwrap() },
        bytes: 12,
        revision: 1,
        created_at: at,
        published_at: Some(at),
        withdrawn_at: (number % 20 == 19).then_some(at),
        withdrawal: None,
        same_content: Vec::new(),
    };
    let terms = PolicyRevision { mode, offer: None, revision: 1, digest: Digest::of("terms"), edited_at: at };
    let described = Described {
        dataset,
        record,
        terms: Some(terms),
        version: Some(version),
        files,
        structures: BTreeMap::new(),
        structures_at: None,
    };
    Entry { described, organisation, space }
}

/// Files of every kind, by turns.
fn files(number: usize) -> Vec<File> {
    let held = |path: &str, media_type: &str, sample: bool| json!({"path": path, "size": 3, "sha256": Digest::of(path), "media_type": media_type, "sample": sample, "held": true});
    let elsewhere = |path: &str, reference: Value| json!({"path": path, "media_type": "application/json", "sample": false, "held": false, "reference": reference});
    let all = [
        held("data.csv", "text/csv", false),
        held("tägliche Werte/1 %#&'[x].parquet", "application/vnd.apache.parquet", false),
        held("probe [1].jsonl", "application/jsonl", true),
        elsewhere("a", json!({"kind": "access_url", "url": "https://example.org/a b"})),
        elsewhere("b", json!({"kind": "download_url", "url": "https://example.org/b|c"})),
        elsewhere(
            "c",
            json!({"kind": "service", "endpoint_url": "https://example.org", "description": "<Rows>\r\n",
            "documentation": "https://example.org/{d}"}),
        ),
    ];
    let some = all.into_iter().cycle().skip(number % 6).take(1 + number % 4);
    let mut files: Vec<File> = some.map(|file| serde_json::from_value(file).unwrap()).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    files
}
