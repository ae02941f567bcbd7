//! Descriptions of a record: the whole of it as it is written, and what holds for every record.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::Operator;
use crate::datasets::record::Record;
use crate::datasets::versions::{Version, VersionState};
use crate::datasets::{PolicyRevision, Visibility};
use crate::interop::samples::entry;
use crate::kernel::{Digest, LangText, Timestamp, VersionId};
use crate::policies::AccessMode;
use crate::spaces::Space;

const FULL: &str = include_str!("../../../tests/fixtures/record-full.json");

fn addresses() -> Addresses {
    Addresses::below("https://register.example.org".to_owned())
}

/// A record with terms, a version and these files.
fn with_version(record: Record, files: &Value) -> Entry {
    let mut entry = entry(record);
    let described = &mut entry.described;
    let at: Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
    described.files = serde_json::from_value(files.clone()).unwrap();
    described.terms = Some(PolicyRevision {
        mode: AccessMode::Open,
        offer: None,
        revision: 1,
        digest: Digest::of("terms"),
        edited_at: at,
    });
    described.version = Some(Version {
        id: VersionId::generate(),
        dataset: described.dataset.full_name(),
        dataset_id: described.dataset.id.clone(),
        version: "1.0.0".parse().unwrap(),
        state: VersionState::Published,
        notes: Some("The first one.".to_owned()),
        digest: None,
        revision40: None,
        files: i64::try_from(described.files.len()).unwrap(),
        bytes: 8,
        revision: 1,
        created_at: at,
        published_at: Some(at),
        withdrawn_at: None,
        withdrawal: None,
        same_content: Vec::new(),
    });
    entry
}

/// A table that is held, and a service elsewhere.
fn files() -> Value {
    json!([
        {"path": "tides.csv", "size": 8, "sha256": Digest::of("tides"), "media_type": "text/csv", "sample": false, "held": true},
        {"path": "rows", "media_type": "application/json", "sample": false, "held": false, "reference": {
            "kind": "service", "endpoint_url": "https://example.org/api", "description": "Rows & days",
            "documentation": "https://example.org/openapi.json"}},
    ])
}

#[test]
fn the_full_record_as_turtle() {
    let entry = with_version(serde_json::from_str(FULL).unwrap(), &files());
    insta::assert_snapshot!("full-record", render(&entry, &addresses(), Syntax::Turtle));
}

#[test]
fn the_catalogue_consists_of_the_spaces_and_says_who_runs_it() {
    let space = |slug: &str| Space {
        slug: slug.parse().unwrap(),
        names: LangText::english(slug),
        descriptions: LangText::default(),
        charter: None,
        extension_version: 0,
        revision: 1,
        created_at: "2026-11-26T12:00:00Z".parse().unwrap(),
    };
    let operator = Operator {
        name: Some("Harbour Office".to_owned()),
        email: Some("register@example.org".to_owned()),
        metadata_licence: Some("CC0-1.0".to_owned()),
    };
    let catalogue = Catalogue::Whole(vec![space("health"), space("mobility")]);
    let written = |operator: &Operator| {
        let mut graph = Graph::default();
        describe_catalogue(&catalogue, None, operator, &addresses(), &mut graph);
        let (mut out, mut writer) = (String::new(), Writer::begin(Syntax::NTriples, &mut String::new()));
        graph.finish().iter().for_each(|node| writer.node(node, &mut out));
        out
    };
    let said = written(&operator);
    for part in [
        "/catalog> <http://www.w3.org/ns/dcat#catalog> <https://register.example.org/spaces/health>",
        "/spaces/health> <http://data.europa.eu/r5r/applicableLegislation> <http://data.europa.eu/eli/reg/2025/327/oj>",
        "/spaces/mobility> <http://www.w3.org/ns/dcat#theme> <http://publications.europa.eu/resource/authority/data-theme/TRAN>",
        "/catalog> <http://purl.org/dc/terms/spatial> <http://publications.europa.eu/resource/authority/country/EUR>",
        "/catalog> <http://purl.org/dc/terms/license> <http://publications.europa.eu/resource/authority/licence/CC0>",
        "#operator> <http://xmlns.com/foaf/0.1/name> \"Harbour Office\"",
        "#operator> <http://xmlns.com/foaf/0.1/mbox> <mailto:register@example.org>",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("/spaces/mobility> <http://data.europa.eu/r5r/applicableLegislation>"));
    let unsaid = written(&Operator::default());
    assert!(unsaid.contains("\"Operator of register.example.org\"") && !unsaid.contains("terms/license>"));
}

/// A description that stands in another XML document has no declaration of its own.
#[test]
fn rdf_within_another_document_is_an_element() {
    let entry = with_version(serde_json::from_str(FULL).unwrap(), &files());
    let element = render_element(&entry, &addresses(), MOST_FILES);
    assert!(element.starts_with("<rdf:RDF") && element.trim_end().ends_with("</rdf:RDF>"));
    assert!(!element.contains("<?xml"));
}

#[test]
fn the_score_follows_the_record_and_its_files() {
    let scored = |record: Record, files: &Value| assess(&with_version(record, files), &addresses());
    let bare = scored(Record::default(), &json!([]));
    let full = scored(serde_json::from_str(FULL).unwrap(), &files());
    assert_eq!(full.metrics.iter().map(|metric| metric.max).sum::<u32>(), full.max);
    assert_eq!((full.max, full.dimensions.len(), full.metrics.len()), (405, 5, 23));
    assert!(bare.score < full.score, "{} {}", bare.score, full.score);
    assert_eq!(full.rating, Rating::Excellent, "{full:#?}");
    for metric in &bare.metrics {
        let hint = metric.how_to_fix.as_deref().unwrap_or_default();
        assert_eq!(metric.met, hint.is_empty());
        assert!(metric.met || hint.ends_with(&format!(": +{}", metric.max)), "{hint}");
    }
    let ends = [0, 120, 121, 220, 221, 350, 351, 405].map(Rating::of);
    let [bad, sufficient, good, excellent] =
        [Rating::Bad, Rating::Sufficient, Rating::Good, Rating::Excellent];
    assert_eq!(ends, [bad, bad, sufficient, sufficient, good, good, excellent, excellent]);
}

/// A dataset of which as little is known as can be: a hidden draft without terms, in a space without a theme.
fn unknown() -> Entry {
    let file = json!({"path": "x", "media_type": "application/x-own", "sample": false, "held": true});
    let mut entry = with_version(Record::default(), &json!([file]));
    entry.space.slug = "ocean".parse().unwrap();
    let described = &mut entry.described;
    (described.dataset.visibility, described.dataset.access_mode) = (Visibility::Space, None);
    described.terms = None;
    let version = described.version.as_mut().unwrap();
    (version.state, version.published_at) = (VersionState::Draft, None);
    entry
}

/// The indicators that a change of it brings.
fn gained(change: impl FnOnce(&mut Entry)) -> Vec<&'static str> {
    let met = |entry: &Entry| -> BTreeSet<&'static str> {
        let metrics = assess(entry, &addresses()).metrics.into_iter();
        metrics.filter(|metric| metric.met).map(|metric| metric.id).collect()
    };
    let (before, mut entry) = (met(&unknown()), unknown());
    change(&mut entry);
    met(&entry).difference(&before).copied().collect()
}

/// The same for something in its record.
fn gained_by(record: Value) -> Vec<&'static str> {
    gained(|entry| entry.described.record = serde_json::from_value(record).unwrap())
}

#[test]
fn each_indicator_is_gained_by_what_it_looks_at() {
    let always: Vec<_> = assess(&unknown(), &addresses()).metrics.into_iter().filter(|one| one.met).collect();
    let always: Vec<_> = always.iter().map(|metric| metric.id).collect();
    assert_eq!(always, ["publisherAvailability", "dateModifiedAvailability"]);
    for (record, indicators) in [
        (json!({"keywords": {"en": ["tides"]}}), &["keywordAvailability"][..]),
        (json!({"themes": ["ENVI"]}), &["categoryAvailability"]),
        (json!({"coverage": {"geographic": ["NL"]}}), &["spatialAvailability"]),
        (json!({"coverage": {"temporal": {"start": "2020-01"}}}), &["temporalAvailability"]),
        (json!({"title": {"en": "Tides"}, "description": {"en": "Levels."}}), &["dcatApCompliance"]),
        (json!({"title": {"en": "Tides"}}), &[]),
        (json!({"rights": {"licence": "CC-BY-4.0"}}), &["knownLicence", "licenceAvailability"]),
        (json!({"rights": {"licence": "MIT"}}), &["licenceAvailability"]),
        (json!({"contact": {"name": "Desk", "email": "a@example.org"}}), &["contactPointAvailability"]),
    ] {
        assert_eq!(gained_by(record.clone()), indicators, "{record}");
    }
    assert_eq!(gained(|entry| entry.space.slug = "mobility".parse().unwrap()), ["categoryAvailability"]);
    let public = |entry: &mut Entry| entry.described.dataset.visibility = Visibility::Public;
    assert_eq!(gained(public), ["accessUrlStatusCode"]);
    let sample = |entry: &mut Entry| entry.described.files[0].sample = true;
    assert_eq!(gained(sample), ["downloadUrlAvailability"]);
    let both = gained(|entry| {
        public(entry);
        sample(entry);
    });
    assert_eq!(both, ["accessUrlStatusCode", "downloadUrlAvailability", "downloadUrlStatusCode"]);
    let gated = gained(|entry| entry.described.dataset.access_mode = Some(AccessMode::Review));
    assert_eq!(gated, ["accessRightsAvailability", "accessRightsVocabularyAlignment"]);
    let media_type =
        |media_type: &str| gained(|entry| entry.described.files[0].media_type = media_type.parse().unwrap());
    let of_parquet = [
        "formatAvailability",
        "formatMediaTypeMachineInterpretable",
        "formatMediaTypeVocabularyAlignment",
        "mediaTypeAvailability",
    ];
    assert_eq!(media_type("application/vnd.apache.parquet"), of_parquet, "which counts as proprietary");
    assert_eq!(media_type("text/csv").len(), 5);
    assert_eq!(media_type("application/octet-stream"), ["mediaTypeAvailability"]);
    let terms = with_version(Record::default(), &json!([])).described.terms;
    assert_eq!(gained(|entry| entry.described.terms = terms), ["rightsAvailability"]);
    assert_eq!(gained(|entry| entry.described.files[0].size = Some(1)), ["byteSizeAvailability"]);
    let published = |entry: &mut Entry| {
        entry.described.version.as_mut().unwrap().published_at = Some(entry.described.dataset.created_at);
    };
    assert_eq!(gained(published), ["dateIssuedAvailability"]);
}

/// What is not there yet has no licence and no format that could be wrong.
#[test]
fn without_files_nothing_is_said_of_them() {
    let record: Record = serde_json::from_value(json!({"rights": {"licence": "CC-BY-4.0"}})).unwrap();
    for entry in [with_version(record.clone(), &json!([])), {
        let mut entry = with_version(record, &json!([]));
        entry.described.version = None;
        entry
    }] {
        let score = assess(&entry, &addresses());
        let of = |id: &str| score.metrics.iter().find(|metric| metric.id == id).unwrap();
        for id in [
            "licenceAvailability",
            "knownLicence",
            "accessUrlStatusCode",
            "formatAvailability",
            "rightsAvailability",
        ] {
            assert_eq!((of(id).met, of(id).why), (false, "there are no files yet"), "{id}");
        }
        assert_ne!(of("keywordAvailability").why, "there are no files yet");
    }
}

/// A version with very many files is one distribution, and a few that show what they are like; what portals find is what is told.
#[test]
fn of_very_many_files_a_few_are_described() {
    let file = |number: usize, ending: &str, media_type: &str| {
        json!({
            "path": format!("{number:05}.{ending}"), "media_type": media_type, "size": 3, "sha256": "ab".repeat(32),
            "sample": number == 40, "held": true,
        })
    };
    let mut few: Vec<_> = (0..20).map(|number| file(number, "csv", "text/csv")).collect();
    let small = assess(&with_version(serde_json::from_str(FULL).unwrap(), &json!(few)), &addresses()).score;
    few.extend((20..150).map(|number| file(number, "csv", "text/csv")));
    few[50] = file(50, "json", "application/json");
    for files in [150, 10_000] {
        let mut entry = with_version(serde_json::from_str(FULL).unwrap(), &json!(few));
        entry.described.version.as_mut().unwrap().files = files;
        let mut graph = Graph::default();
        describe_in_list(&entry, &addresses(), MOST_FILES_IN_PAGE, &mut graph);
        let distributions: Vec<&str> =
            graph.nodes().iter().filter(|node| node.is("dcat:Distribution")).map(|node| node.iri()).collect();
        assert_eq!(distributions.len(), 3, "{distributions:?}");
        assert!(
            distributions[0].ends_with("#all") && distributions[1].contains("00040"),
            "{distributions:?}"
        );
        assert_eq!(assess(&entry, &addresses()).score, small);
        // What a page of the catalogue has is not what a longer list would have.
        entry.described.files.truncate(100);
        assert_eq!(assess(&entry, &addresses()).score, small);
    }
}

/// What stands between angle brackets in N-Triples (RFC 3987, 2.2, and the grammar's `IRIREF`).
fn iris(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find(['<', '"']) {
            let (mark, after) = (rest.as_bytes()[at], &rest[at + 1..]);
            let end = if mark == b'<' { after.find('>') } else { closing_quote(after) }.unwrap();
            if mark == b'<' {
                found.push(&after[..end]);
            }
            rest = &after[end + 1..];
        }
    }
    found
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

proptest! {
    #[test]
    fn whatever_stands_in_a_record_it_is_written_the_same_each_time_and_all_iris_are_valid(
        title in any::<String>(), word in any::<String>(), url in any::<String>(), value in any::<String>(),
    ) {
        let record: Record = serde_json::from_value(json!({
            "title": {"en": title, "fr": word}, "description": {"de": value}, "keywords": {"en": [word, title]},
            "creators": [{"kind": "organisation", "name": word, "url": url, "email": value}],
            "contact": {"name": title, "email": word, "url": url},
            "identifiers": [{"scheme": "doi", "value": value}, {"scheme": "urn", "value": url}, {"scheme": "other", "value": word}],
            "landing_page": url, "documentation": [format!("https://example.org/{url}"), value],
            "rights": {"licence": word, "licence_url": format!("http://{url}")},
            "relations": [{"kind": "same_as", "url": title}],
        })).unwrap();
        let entry = with_version(record, &files());
        let text = render(&entry, &addresses(), Syntax::NTriples);
        prop_assert_eq!(&text, &render(&entry, &addresses(), Syntax::NTriples));
        for iri in iris(&text) {
            let valid = |c: char| c > ' ' && c.is_ascii() && c != '\u{7f}' && !"<>\"{}|\\^`".contains(c);
            prop_assert!(iri.chars().all(valid), "{}", iri);
        }
    }
}
