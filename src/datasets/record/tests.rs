//! Tests of the record as a whole: its JSON, its limits, what publication needs, its score and its facets.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::kernel::{LangText, LanguageTag};

const FULL: &str = include_str!("../../../tests/fixtures/record-full.json");
const MINIMAL: &str = include_str!("../../../tests/fixtures/record-minimal.json");

fn read(json: &str) -> Record {
    serde_json::from_str(json).unwrap()
}

/// The record of the full fixture with one value put at a pointer whose parent exists.
fn full_with(pointer: &str, value: Value) -> Result<Record, serde_json::Error> {
    let mut json: Value = serde_json::from_str(FULL).unwrap();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[member.parse::<usize>().unwrap()] = value,
        parent => parent[member] = value,
    }
    serde_json::from_value(json)
}

/// The pointers and codes of what is wrong.
fn faults(record: &Record) -> Vec<(String, &'static str)> {
    let error = record.check().err();
    error
        .iter()
        .flat_map(|error| error.field_errors())
        .map(|field| (field.pointer.clone(), field.code))
        .collect()
}

#[test]
fn an_empty_record_is_a_legal_draft_and_empty_json() {
    let record = Record::default();
    assert_eq!(serde_json::to_string(&record).unwrap(), "{}");
    assert_eq!(read("{}"), record);
    record.check().unwrap();
    assert_eq!(completeness(&record).score, 0);
}

#[test]
fn the_full_record_says_everything_and_keeps_every_word() {
    let record = read(FULL);
    record.check().unwrap();
    assert!(record.missing_for_publication().is_empty());
    assert_eq!(serde_json::to_value(&record).unwrap(), serde_json::from_str::<Value>(FULL).unwrap());
    assert_eq!(completeness(&record), Completeness { score: 100, parts: completeness(&record).parts });
    assert!(completeness(&record).parts.iter().all(|part| part.missing.is_empty()));
}

/// The schemas of the record and its parts, as the API contract carries them.
fn schemas() -> BTreeMap<String, Value> {
    let mut schemas = Vec::new();
    <Record as utoipa::ToSchema>::schemas(&mut schemas);
    schemas.push(("DatasetRecord".to_owned(), <Record as utoipa::PartialSchema>::schema()));
    schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect()
}

/// Whoever uses the fixture meets every field, and every field is explained to clients.
#[test]
fn every_property_of_the_contract_is_described_and_occurs_in_the_full_record() {
    let schemas = schemas();
    assert!(schemas.len() > 60, "the parts and vocabularies are schemas of their own");
    for (name, schema) in schemas {
        assert!(schema["description"].is_string(), "{name} has no description");
        let properties = schema["properties"].as_object();
        assert!(
            properties.is_none() || schema["additionalProperties"] == false,
            "{name} takes unknown fields"
        );
        for (property, described) in properties.into_iter().flatten() {
            assert!(FULL.contains(&format!("\"{property}\":")), "{name}.{property} is not in the fixture");
            let text = described.get("description").or_else(|| described["oneOf"][0].get("description"));
            assert!(text.is_some(), "{name}.{property} has no description");
        }
    }
}

#[test]
fn the_contract_takes_what_the_record_takes() {
    let root = json!({"$ref": "#/components/schemas/DatasetRecord", "components": {"schemas": schemas()}});
    let contract = jsonschema::validator_for(&root).unwrap();
    for fixture in [FULL, MINIMAL, "{}"] {
        let errors: Vec<_> =
            contract.iter_errors(&serde_json::from_str(fixture).unwrap()).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert!(!contract.is_valid(&json!({"themes": ["Government"]})));
    assert!(!contract.is_valid(&json!({"publisher": "me"})));
}

#[test]
fn the_minimal_record_can_be_published_and_each_part_of_it_is_needed() {
    let record = read(MINIMAL);
    record.check().unwrap();
    assert!(record.missing_for_publication().is_empty());

    let mut expected = Vec::new();
    for pointer in [
        "/title",
        "/description",
        "/contact",
        "/rights/licence",
        "/rights/tdm",
        "/origin/source_category",
        "/privacy/personal_data",
    ] {
        let mut json: Value = serde_json::from_str(MINIMAL).unwrap();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        json.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
        let missing = serde_json::from_value::<Record>(json).unwrap().missing_for_publication();
        assert_eq!(missing.len(), 1);
        assert_eq!((missing[0].pointer.as_str(), missing[0].code), (pointer, "required"));
        expected.push(pointer);
    }
    let all: Vec<_> =
        Record::default().missing_for_publication().into_iter().map(|field| field.pointer).collect();
    assert_eq!(all, expected);
}

#[test]
fn each_wrong_field_is_told_at_its_place() {
    let long = |length: usize| json!("x".repeat(length));
    let beyond = json!(1_u64 << 53);
    for (put_at, value, pointer, code) in [
        ("/title/en", long(301), "/title/en", "too_long"),
        ("/title/en", json!(" "), "/title/en", "required"),
        ("/description/fr", json!("a\u{0}b"), "/description/fr", "control_character"),
        ("/description/fr", long(20_001), "/description/fr", "too_long"),
        ("/keywords/en", json!(["a", ""]), "/keywords/en/1", "required"),
        ("/keywords/en", json!(vec!["a"; 101]), "/keywords/en", "too_many"),
        ("/themes", json!(["GOVE", "GOVE"]), "/themes", "duplicate"),
        ("/identifiers/0/value", json!("https://doi.org/10.1/x"), "/identifiers/0/value", "identifier"),
        ("/identifiers/1/value", json!("not-a-uuid"), "/identifiers/1/value", "identifier"),
        ("/identifiers/2/value", json!("isbn:1"), "/identifiers/2/value", "identifier"),
        ("/identifiers/3/value", json!(""), "/identifiers/3/value", "required"),
        ("/metadata_version", json!("1.2"), "/metadata_version", "version"),
        ("/contact", json!({"name": "Desk"}), "/contact", "required"),
        ("/contact/email", json!("desk at example.org"), "/contact/email", "email"),
        ("/contact/url", json!("mailto:a@example.org"), "/contact/url", "url"),
        ("/creators/0/name", json!(""), "/creators/0/name", "required"),
        ("/creators/0/country", json!("be"), "/creators/0/country", "country"),
        (
            "/creators/0/identifiers/0/value",
            json!("0000-0002-1825-0098"),
            "/creators/0/identifiers/0/value",
            "identifier",
        ),
        (
            "/creators/1/identifiers/1/value",
            json!("529900T8BM49AURSDO56"),
            "/creators/1/identifiers/1/value",
            "identifier",
        ),
        ("/landing_page", json!("example.org"), "/landing_page", "url"),
        ("/documentation/0", json!("javascript:alert(1)"), "/documentation/0", "url"),
        ("/documentation", json!(vec!["https://example.org"; 51]), "/documentation", "too_many"),
        ("/content/other_modality", json!(null), "/content/other_modality", "required"),
        ("/content/modalities", json!(["text"]), "/content/other_modality", "required"),
        ("/content/sizes/0/value", beyond.clone(), "/content/sizes/0/value", "out_of_range"),
        ("/content/languages/0/share", json!(-0.5), "/content/languages/0/share", "out_of_range"),
        ("/content/languages/0/share", json!(0.9), "/content/languages", "out_of_range"),
        ("/content/splits/1/name", json!("x\ny\u{7}"), "/content/splits/1/name", "control_character"),
        ("/content/measures/0/split", json!("nowhere"), "/content/measures/0/split", "unknown_split"),
        ("/content/measures/0/tokenizer", json!(null), "/content/measures/0/tokenizer", "required"),
        ("/content/measures/0/bytes", beyond, "/content/measures/0/bytes", "out_of_range"),
        ("/content/measures/1", json!({"language": "fr"}), "/content/measures/1", "required"),
        ("/content/tables/0/files", json!("["), "/content/tables/0/files", "pattern"),
        ("/content/tables/0/columns/3/name", json!("text"), "/content/tables/0/columns/3/name", "duplicate"),
        ("/content/tables/0/columns/1/kind", json!("list"), "/content/tables/0/columns/1/kind", "vocabulary"),
        ("/content/tables/0/primary_key/1", json!("x"), "/content/tables/0/primary_key/1", "unknown_column"),
        ("/coverage/geographic/3", json!("Holland"), "/coverage/geographic/3", "region"),
        ("/coverage/temporal", json!({}), "/coverage/temporal", "required"),
        ("/coverage/temporal/end", json!("2014-12"), "/coverage/temporal/end", "out_of_range"),
        ("/coverage/temporal/start", json!("2015"), "/coverage/temporal/start", "date"),
        ("/coverage/latest_acquisition", json!("2023-02-29"), "/coverage/latest_acquisition", "date"),
        ("/origin/collection_methods", json!(["feeds", "feeds"]), "/origin/collection_methods", "duplicate"),
        ("/origin/crawl/top_domains_file", json!("../domains.csv"), "/origin/crawl/top_domains_file", "path"),
        ("/origin/crawl/period/start", json!("03/2023"), "/origin/crawl/period/start", "date"),
        (
            "/origin/synthetic/generated_share",
            json!(-0.1),
            "/origin/synthetic/generated_share",
            "out_of_range",
        ),
        (
            "/origin/synthetic/models/0/summary_url",
            json!("x"),
            "/origin/synthetic/models/0/summary_url",
            "url",
        ),
        ("/origin/derived_from/0/dataset", json!("Sittings"), "/origin/derived_from/0/dataset", "dataset"),
        ("/origin/derived_from/1", json!({}), "/origin/derived_from/1", "required"),
        ("/origin/processing_steps/0/date", json!("yesterday"), "/origin/processing_steps/0/date", "date"),
        ("/annotation/tools/0", long(301), "/annotation/tools/0", "too_long"),
        ("/quality/biases/0", json!({}), "/quality/biases/0", "required"),
        ("/quality/known_errors/en", json!(""), "/quality/known_errors/en", "required"),
        ("/quality/conforms_to/0", json!("TEI"), "/quality/conforms_to/0", "url"),
        ("/uses/prohibited", json!(["research"]), "/uses/prohibited", "contradiction"),
        ("/rights/licence", json!("CC BY 4.0"), "/rights/licence", "licence"),
        ("/rights/licence_url", json!(null), "/rights/licence_url", "required"),
        ("/rights/licence_url", json!("terms.html"), "/rights/licence_url", "url"),
        ("/rights/tdm/policy_url", json!("x"), "/rights/tdm/policy_url", "url"),
        ("/rights/tdm/checked_at", json!("2025"), "/rights/tdm/checked_at", "date"),
        ("/rights/applicable_legislation/0", json!("AI Act"), "/rights/applicable_legislation/0", "url"),
        ("/privacy/personal_data", json!("none"), "/privacy/personal_data", "contradiction"),
        ("/privacy/transfers/0/country", json!("XX"), "/privacy/transfers/0/country", "country"),
        ("/privacy/impact_assessment/date", json!("x"), "/privacy/impact_assessment/date", "date"),
        (
            "/privacy/data_protection_officer/email",
            json!("x"),
            "/privacy/data_protection_officer/email",
            "email",
        ),
        (
            "/handling/processing_geography/include/0",
            json!("Europe"),
            "/handling/processing_geography/include/0",
            "country",
        ),
        (
            "/handling/processing_geography/exclude/0",
            json!("BE"),
            "/handling/processing_geography/exclude",
            "contradiction",
        ),
        ("/health/quality_label", json!("gold"), "/health/quality_label", "url"),
        ("/economics/funding/0/funder", json!(""), "/economics/funding/0/funder", "required"),
        ("/economics/price/en", long(20_001), "/economics/price/en", "too_long"),
        (
            "/technical_access/api_description",
            json!("/openapi.json"),
            "/technical_access/api_description",
            "url",
        ),
        ("/relations/1/url", json!(null), "/relations/1", "required"),
        ("/relations/0/identifier/value", json!("x"), "/relations/0/identifier/value", "identifier"),
    ] {
        let record = full_with(put_at, value).expect(put_at);
        assert_eq!(faults(&record), [(pointer.to_owned(), code)], "{put_at}");
    }
}

#[test]
fn unknown_fields_and_values_outside_the_lists_are_not_read() {
    for (put_at, value) in [
        ("/publisher", json!("me")),
        ("/rights/license", json!("MIT")),
        ("/contact/phone", json!("1")),
        ("/content/sizes/0/exact", json!(true)),
        ("/content/modalities/0", json!("smell")),
        ("/content/languages/0/language", json!("flemish language")),
        ("/content/sizes/0/value", json!(-1)),
        ("/content/sizes/0/value", json!(1.5)),
        ("/title", json!("just a text")),
        ("/title/english language", json!("x")),
        ("/themes/0", json!("gove")),
        ("/privacy/personal_data", json!("no")),
        ("/rights/tdm/reservation", json!(1)),
    ] {
        assert!(full_with(put_at, value).is_err(), "{put_at}");
    }
}

#[test]
fn all_wrong_fields_are_told_at_once_and_a_huge_record_is_too_large() {
    let record = read(r#"{"landing_page":"x","metadata_version":"x","rights":{"licence":"x"}}"#);
    let pointers: Vec<_> = faults(&record).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/metadata_version", "/landing_page", "/rights/licence"]);

    let mut huge = read(MINIMAL);
    huge.quality.limitations = vec![LangText::english("x".repeat(19_000)); 14];
    assert_eq!(faults(&huge), [(String::new(), "too_large")]);
}

#[test]
fn the_score_adds_up_and_each_missing_statement_costs_its_points() {
    let parts = completeness(&Record::default()).parts;
    assert_eq!(parts.iter().map(|part| part.of).sum::<u32>(), 100);
    for part in &parts {
        assert_eq!(part.missing.iter().map(|item| item.points).sum::<u32>(), part.of, "{}", part.name);
    }

    let mut record = read(FULL);
    record.coverage.temporal = None;
    let scored = completeness(&record);
    assert_eq!(scored.score, 97);
    let missing: Vec<_> = scored.parts.iter().flat_map(|part| &part.missing).collect();
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].pointer, missing[0].points), ("/coverage/temporal", 3));
}

#[test]
fn what_does_not_apply_costs_nothing() {
    let with = |json: Value| completeness(&serde_json::from_value(json).unwrap()).score;
    let alone = |pointer_points: u32, json: Value| assert_eq!(with(json.clone()), pointer_points, "{json}");
    alone(3 + 2, json!({"content": {"modalities": ["tabular"]}}));
    alone(3, json!({"content": {"modalities": ["text"]}}));
    alone(4 + 1 + 1, json!({"origin": {"source_category": "public_sector"}}));
    alone(4 + 1, json!({"origin": {"source_category": "crawled"}}));
    alone(5 + 3 + 2, json!({"privacy": {"personal_data": "none"}}));
    alone(5, json!({"privacy": {"personal_data": "unknown"}}));
}

#[test]
fn facets_are_the_values_that_listings_filter_by() {
    let facets = read(FULL).facets();
    assert_eq!(Vec::from_iter(facets.licences), ["CC-BY-4.0", "LicenseRef-Parliament-Terms"]);
    assert_eq!(Vec::from_iter(facets.themes), [Theme::Government, Theme::Society]);
    assert_eq!(Vec::from_iter(facets.modalities), [Modality::Text, Modality::Audio, Modality::Other]);
    assert_eq!(facets.languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>(), ["de-BE", "fr", "nl"]);
    assert_eq!(Record::default().facets(), Facets::default());
}

#[test]
fn controlled_values_read_back_from_their_terms() {
    for theme in Theme::ALL {
        assert_eq!(theme.as_str().parse::<Theme>().unwrap(), *theme);
    }
    assert_eq!(serde_json::to_value(Modality::ThreeDimensional).unwrap(), "3d");
    let error = "smell".parse::<Modality>().unwrap_err();
    assert!(error.detail().contains("geospatial"), "{error}");
    assert_eq!((Theme::ALL.len(), IndustrialEcosystem::ALL.len(), DuoTerm::ALL.len()), (14, 14, 23));
}

fn some<T: std::fmt::Debug + Copy + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    proptest::sample::subsequence(all, 0..=all.len())
}

fn lang_text() -> impl Strategy<Value = LangText> {
    let tags = proptest::sample::subsequence(vec!["en", "fr", "pt-BR", "sr-Latn", "el"], 0..=5);
    (tags, "[^\\p{Cc}]{0,30}x")
        .prop_map(|(tags, text)| LangText::from_pairs(tags.into_iter().map(|tag| (tag, text.as_str()))))
}

fn words() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("\\PC{0,10}[a-z]", 0..4)
}

fn identity() -> impl Strategy<Value = Record> {
    (
        lang_text(),
        lang_text(),
        words(),
        some(Theme::ALL),
        proptest::option::of(proptest::sample::select(UpdateFrequency::ALL)),
        proptest::collection::vec((proptest::sample::select(RelationKind::ALL), lang_text()), 0..4),
    )
        .prop_map(|(title, description, keywords, themes, update_frequency, relations)| {
            let url = Some("https://example.org/".to_owned());
            let relation = |(kind, title)| Relation { kind, title, identifier: None, url: url.clone() };
            Record {
                title,
                description,
                keywords: std::iter::once(("en".parse().unwrap(), keywords)).collect(),
                themes,
                update_frequency,
                relations: relations.into_iter().map(relation).collect(),
                ..Record::default()
            }
        })
}

fn statements() -> impl Strategy<Value = (Content, Origin, Quality, Uses, Privacy)> {
    let modalities = &Modality::ALL[..10];
    let content = (some(modalities), some(ContentType::ALL), 0..=1000_u32, 0..(1_u64 << 53)).prop_map(
        |(modalities, content_types, share, value)| Content {
            modalities,
            content_types,
            sizes: vec![Size {
                modality: Modality::Text,
                unit: SizeUnit::Bytes,
                value,
                estimated: value % 2 == 0,
            }],
            languages: vec![LanguageShare {
                language: "de".parse().unwrap(),
                share: Some(f64::from(share) / 1000.0),
            }],
            ..Content::default()
        },
    );
    let origin =
        (proptest::option::of(proptest::sample::select(SourceCategory::ALL)), some(CollectionMethod::ALL))
            .prop_map(|(source_category, collection_methods)| Origin {
                source_category,
                collection_methods,
                ..Origin::default()
            });
    let quality = (lang_text(), proptest::collection::vec("\\PC{0,9}x".prop_map(LangText::english), 0..4))
        .prop_map(|(gaps, biases)| Quality { gaps, biases, ..Quality::default() });
    let uses = some(UseKind::ALL).prop_map(|intended| Uses { intended, prohibited: Vec::new() });
    let privacy = (some(SpecialCategory::ALL), proptest::option::of(any::<bool>())).prop_map(
        |(special_categories, criminal)| Privacy {
            special_categories,
            criminal_offence_data: criminal,
            ..Privacy::default()
        },
    );
    (content, origin, quality, uses, privacy)
}

proptest! {
    #[test]
    fn a_record_reads_back_as_it_was_written(record in identity(), (content, origin, quality, uses, privacy) in statements()) {
        let record = Record { content, origin, quality, uses, privacy, ..record };
        prop_assert_eq!(faults(&record), []);
        let json = crate::kernel::canonical_json(&record).unwrap();
        prop_assert_eq!(&read(&json), &record);
        prop_assert_eq!(crate::kernel::canonical_json(&read(&json)).unwrap(), json);
        prop_assert!(completeness(&record).score <= 100);
    }

    #[test]
    fn checking_never_panics_whatever_the_texts(text in ".{0,60}") {
        let hostile = json!({
            "metadata_version": text, "landing_page": text, "contact": {"name": text, "email": text, "url": text},
            "identifiers": IdentifierScheme::ALL.iter().map(|scheme| json!({"scheme": scheme, "value": text})).collect::<Vec<_>>(),
            "creators": [{"kind": "person", "name": text, "country": text,
                "identifiers": AgentScheme::ALL.iter().map(|scheme| json!({"scheme": scheme, "value": text})).collect::<Vec<_>>()}],
            "coverage": {"geographic": [text], "temporal": {"start": text, "end": text}},
            "origin": {"crawl": {"top_domains_file": text}, "derived_from": [{"dataset": text}]},
            "rights": {"licence": text},
        });
        let record: Record = serde_json::from_value(hostile).unwrap();
        prop_assert!(record.check().is_err(), "no text is a date, a country and a licence at once");
        prop_assert!(record.facets().themes.is_empty());
    }
}
