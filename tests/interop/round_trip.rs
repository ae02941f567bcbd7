//! Out and in again: what a format can carry of a record comes back as it was, for arbitrary records. What each format
//! carries is listed here, property by property; what is not listed it has no word for, or says in words of its own.

use cadastre::datasets::record::Record;
use cadastre::interop::import::{Hint, Reading, read};
use cadastre::interop::{Addresses, Entry, Format, write_card};
use cadastre::kernel::{Digest, Result};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::dcat_records::entry;
use crate::support::records::a_published_record;

const RECORDS: usize = 120;

/// A property of the record, and how a format carries it.
struct Carried {
    pointer: &'static str,
    as_: fn(&Value) -> Value,
}

const fn carried(pointer: &'static str, as_: fn(&Value) -> Value) -> Carried {
    Carried { pointer, as_ }
}

/// DCAT-AP carries, with its extension for health, in its own words; lists have no order in RDF.
const DCAT: &[Carried] = &[
    carried("/title", same),
    carried("/description", same),
    carried("/keywords", each_set),
    carried("/themes", set),
    carried("/identifiers", identifiers),
    carried("/contact", same),
    carried("/creators", agents),
    carried("/rights/rights_holders", agents),
    carried("/landing_page", address),
    carried("/update_frequency", same),
    carried("/content/languages", languages),
    carried("/coverage/geographic", set),
    carried("/coverage/temporal", dates),
    carried("/origin/source_category", same),
    carried("/origin/derived_from", sources),
    carried("/origin/processing_steps", steps),
    carried("/quality/certificates", set),
    carried("/quality/conforms_to", set),
    carried("/rights/applicable_legislation", acts),
    carried("/rights/licence", same),
    carried("/privacy/legal_bases", set),
    carried("/economics/funding", set),
    carried("/health/purposes", set),
    carried("/health/access_body", same),
    carried("/health/quality_label", address),
    carried("/health/categories", set),
];

/// Croissant carries texts in one language each, but for title and description in 1.1.
const CROISSANT: &[Carried] = &[
    carried("/title", same),
    carried("/description", same),
    carried("/content/languages", tags),
    carried("/coverage/geographic", set),
    carried("/coverage/temporal", same),
    carried("/economics/funding", funders),
    carried("/rights/licence", same),
    carried("/metadata_version", same),
    carried("/creators", agents_with_one_register),
    carried("/rights/duo_terms", set),
    carried("/origin/derived_from", sources),
    carried("/quality/gaps", best),
    carried("/quality/social_impact", best),
    carried("/quality/biases", best_of_each),
    carried("/quality/limitations", best_of_each),
    carried("/annotation/protocol", best),
    carried("/annotation/platform", same),
    carried("/annotation/agreement", best),
    carried("/annotation/demographics", best),
    carried("/annotation/per_item", same),
    carried("/annotation/tools", set),
    carried("/update_frequency", same),
];

/// Croissant 1.0 carries every text in one language.
const CROISSANT_1_0: &[Carried] = &[
    carried("/title", best),
    carried("/description", best),
    carried("/content/languages", tags),
    carried("/coverage/geographic", set),
    carried("/coverage/temporal", same),
    carried("/economics/funding", funders),
    carried("/rights/licence", same),
    carried("/creators", agents_with_one_register),
    carried("/quality/gaps", best),
    carried("/quality/social_impact", best),
    carried("/quality/biases", best_of_each),
    carried("/quality/limitations", best_of_each),
    carried("/annotation/protocol", best),
    carried("/annotation/platform", same),
    carried("/annotation/demographics", best),
    carried("/annotation/per_item", same),
    carried("/annotation/tools", set),
];

/// schema.org carries texts in one language each.
const SCHEMA_ORG: &[Carried] = &[
    carried("/title", best),
    carried("/content/languages", tags),
    carried("/coverage/geographic", set),
    carried("/coverage/temporal", same),
    carried("/origin/collection_methods", set),
    carried("/origin/derived_from", sources),
    carried("/creators", agents_without_mail),
    carried("/rights/licence", same),
    carried("/economics/funding", funders),
];

/// A Data Package carries texts in one language each.
const DATA_PACKAGE: &[Carried] = &[
    carried("/title", one_line),
    carried("/description", best),
    carried("/contact", same),
    carried("/origin/derived_from", sources),
    carried("/rights/licence", same),
];

/// A dataset card carries texts in one language each, which it does not name, languages without script and region, and no
/// address of a contact but its mailbox. Files and splits are read from the repository that it lies in.
const CARD: &[Carried] = &[
    carried("/title", english),
    carried("/description", english),
    carried("/keywords", words),
    carried("/contact", contact_by_mail),
    carried("/landing_page", address),
    carried("/content/languages", primary_tags),
    carried("/origin/source_category", same),
    carried("/quality/design_choices", english),
    carried("/quality/suitability", english),
    carried("/quality/representativeness", english),
    carried("/quality/known_errors", english),
    carried("/quality/gaps", english),
    carried("/quality/biases", english_of_each),
    carried("/quality/limitations", english_of_each),
    carried("/quality/social_impact", english),
    carried("/uses/intended", set),
    carried("/uses/prohibited", set),
    carried("/rights/licence", same),
    carried("/rights/licence_url", address),
    carried("/rights/tdm/reservation", same),
    carried("/rights/tdm/policy_url", address),
    carried("/privacy/personal_data", same),
];

#[test]
fn dcat_ap_carries_a_record_there_and_back_in_every_syntax() {
    for format in [Format::Turtle, Format::RdfXml, Format::JsonLd, Format::NTriples] {
        there_and_back(format, DCAT);
    }
}

#[test]
fn croissant_carries_a_record_there_and_back() {
    there_and_back(Format::Croissant, CROISSANT);
    there_and_back(Format::Croissant10, CROISSANT_1_0);
}

#[test]
fn schema_org_carries_a_record_there_and_back() {
    there_and_back(Format::SchemaOrg, SCHEMA_ORG);
}

#[test]
fn a_data_package_carries_a_record_there_and_back() {
    there_and_back(Format::DataPackage, DATA_PACKAGE);
}

#[test]
fn a_dataset_card_carries_a_record_there_and_back() {
    let card = |entry: &Entry| {
        let described = &entry.described;
        let name = described.dataset.full_name();
        let (held, elsewhere): (Vec<_>, Vec<_>) = described.files.iter().cloned().partition(|file| file.held);
        let card = write_card(&name, &Digest::of(&name), &described.record, &held, &elsewhere);
        read(card.text.as_bytes(), &Hint { file_name: Some("README.md"), ..Hint::default() })
    };
    out_and_in("card", CARD, card);
}

fn there_and_back(format: Format, all: &[Carried]) {
    let at = Addresses::below("https://register.example.org".to_owned());
    out_and_in(&format!("{format:?}"), all, |entry| {
        let document = format.render(entry, &at).unwrap().body;
        let hint = Hint { media_type: Some(format.about().offer.media_type), ..Hint::default() };
        let reading = read(&document, &hint)?;
        let files = reading.records.iter().flatten().flat_map(|imported| &imported.files);
        assert!(files.filter_map(|file| file.sha256).count() > 0, "{format:?}: {reading:?}");
        Ok(reading)
    });
}

fn out_and_in(format: &str, all: &[Carried], turn: impl Fn(&Entry) -> Result<Reading>) {
    let mut runner = TestRunner::deterministic();
    let mut seen = vec![0; all.len()];
    for _ in 0..RECORDS {
        let record: Record = a_published_record().new_tree(&mut runner).unwrap().current();
        // Of the space of mobility, open to whoever fulfils the terms, with files that are here.
        let entry: Entry = entry(1, record);
        let reading = turn(&entry).unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!(reading.faults, Vec::<String>::new(), "{format}");
        let imported = reading.records[0].as_ref().unwrap();
        let (out, back) = (json_of(&entry.described.record), json_of(&imported.record));
        for (carried, seen) in all.iter().zip(&mut seen) {
            let of = |record: &Value| record.pointer(carried.pointer).map(carried.as_).map(normal);
            let expected = of(&out).filter(|value| !says_nothing(value));
            let found = of(&back).filter(|value| !says_nothing(value));
            *seen += usize::from(expected.is_some());
            // What is not stated may be made of something else, such as the theme of the space.
            if expected.is_some() {
                assert_eq!(found, expected, "{format} {}: {:#?}", carried.pointer, imported.report.dropped);
            }
        }
    }
    for (carried, seen) in all.iter().zip(seen) {
        assert!(seen > 0, "{format}: no record has {}", carried.pointer);
    }
}

fn json_of(record: &Record) -> Value {
    serde_json::to_value(record).unwrap()
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty() || members.values().all(says_nothing),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// White space around texts does not count, and an address is one however it is escaped.
fn normal(value: Value) -> Value {
    match value {
        Value::String(text) => match url::Url::parse(text.trim()) {
            Ok(url) if matches!(url.scheme(), "http" | "https" | "urn") => {
                let decoded = percent_encoding::percent_decode_str(url.as_str()).decode_utf8_lossy();
                json!(decoded.replace("%", ""))
            }
            _ => json!(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        },
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(normal).collect();
            items.sort_by_key(Value::to_string);
            items.dedup();
            Value::Array(items)
        }
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, normal(value))).collect())
        }
        other => other,
    }
}

fn same(value: &Value) -> Value {
    value.clone()
}

fn set(value: &Value) -> Value {
    value.clone()
}

fn address(value: &Value) -> Value {
    value.clone()
}

fn each_set(value: &Value) -> Value {
    let filled = value.as_object().unwrap().iter().filter(|(_, words)| !says_nothing(words));
    Value::Object(filled.map(|(tag, words)| (tag.clone(), words.clone())).collect())
}

/// By value alone: what another scheme has may look like an identifier of a known one.
fn identifiers(value: &Value) -> Value {
    let text = |one: &Value| {
        let text = one["value"].as_str().unwrap().to_ascii_lowercase();
        json!(text.strip_prefix("urn:").unwrap_or(&text).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let plain = |text: &Value| {
        let decoded =
            percent_encoding::percent_decode_str(text.as_str().unwrap()).decode_utf8_lossy().into_owned();
        json!(decoded.replace('%', ""))
    };
    value.as_array().unwrap().iter().map(|one| plain(&text(one))).collect()
}

/// A person or not; addresses of persons stay here.
fn agents(value: &Value) -> Value {
    let agent = |one: &Value| {
        let mut one = one.clone();
        let person = one["kind"] == "person";
        one["kind"] = json!(if person { "person" } else { "organisation" });
        let members = one.as_object_mut().unwrap();
        if person {
            members.remove("email");
        }
        members.retain(|_, value| !says_nothing(value));
        one
    };
    value.as_array().unwrap().iter().map(agent).collect()
}

fn agents_with_one_register(value: &Value) -> Value {
    let agent = |one: &Value| {
        let person = one["kind"] == "person";
        let kind = if person { "person" } else { "organisation" };
        json!({"kind": kind, "name": one["name"], "email": one["email"], "url": one["url"]})
    };
    value.as_array().unwrap().iter().map(agent).collect()
}

fn agents_without_mail(value: &Value) -> Value {
    let agent = |one: &Value| {
        let person = one["kind"] == "person";
        json!({"kind": if person { "person" } else { "organisation" }, "name": one["name"], "url": one["url"]})
    };
    value.as_array().unwrap().iter().map(agent).collect()
}

fn funders(value: &Value) -> Value {
    value.as_array().unwrap().iter().map(|one| one["funder"].clone()).collect()
}

/// The language, without script and region, where the language table of the EU has it.
fn languages(value: &Value) -> Value {
    let primary = |one: &Value| {
        let tag = one["language"].as_str().unwrap().split('-').next().unwrap().to_owned();
        let known =
            ["en", "fr", "nl", "de", "pt", "sr", "el", "ga", "hsb", "zh", "nb", "mt"].contains(&tag.as_str());
        known.then_some(json!(tag))
    };
    value.as_array().unwrap().iter().filter_map(primary).collect()
}

fn tags(value: &Value) -> Value {
    value.as_array().unwrap().iter().map(|one| one["language"].clone()).collect()
}

/// The year 0 is in no calendar that readers of XML Schema agree on.
fn dates(value: &Value) -> Value {
    let there =
        value.as_object().unwrap().iter().filter(|(_, date)| !date.as_str().unwrap().starts_with("0000"));
    Value::Object(there.map(|(name, date)| (name.clone(), date.clone())).collect())
}

/// Their addresses; a dataset of this register has one here.
fn sources(value: &Value) -> Value {
    let address = |one: &Value| match one["dataset"].as_str() {
        Some(name) => json!(format!("https://register.example.org/datasets/{}", name.replace('@', "/"))),
        None => one["url"].clone(),
    };
    value.as_array().unwrap().iter().map(address).collect()
}

/// All of a step; the year 0 is in no calendar that readers of XML Schema agree on.
fn steps(value: &Value) -> Value {
    let step = |one: &Value| {
        let mut out = Map::new();
        for name in ["kind", "description", "tool", "date", "agent"] {
            if let Some(value) = one.get(name).filter(|value| !value.to_string().starts_with("\"0000")) {
                out.insert(name.to_owned(), value.clone());
            }
        }
        Value::Object(out)
    };
    value.as_array().unwrap().iter().map(step).collect()
}

/// The act on the European Health Data Space is said of everything in it.
fn acts(value: &Value) -> Value {
    let ehds = json!("http://data.europa.eu/eli/reg/2025/327/oj");
    value.as_array().unwrap().iter().filter(|act| **act != ehds).cloned().collect()
}

/// In the language that is shown where there is room for one.
fn best(value: &Value) -> Value {
    let texts: cadastre::kernel::LangText = serde_json::from_value(value.clone()).unwrap();
    json!(texts.best(&[]))
}

fn one_line(value: &Value) -> Value {
    best(value)
}

fn best_of_each(value: &Value) -> Value {
    value.as_array().unwrap().iter().map(best).collect()
}

/// In English, or in the language that is shown to those who read English.
fn english(value: &Value) -> Value {
    let texts: cadastre::kernel::LangText = serde_json::from_value(value.clone()).unwrap();
    json!(texts.best(&["en"]))
}

fn english_of_each(value: &Value) -> Value {
    value.as_array().unwrap().iter().map(english).collect()
}

/// All keywords, whatever language they are in.
fn words(value: &Value) -> Value {
    value.as_object().unwrap().values().flat_map(|words| words.as_array().unwrap()).cloned().collect()
}

fn contact_by_mail(value: &Value) -> Value {
    match &value["email"] {
        Value::Null => Value::Null,
        email => json!({"name": value["name"], "email": email}),
    }
}

/// Languages without script and region; a private tag has none.
fn primary_tags(value: &Value) -> Value {
    let primary = |one: &Value| {
        let tag = one["language"].as_str().unwrap().split('-').next().unwrap();
        (tag != "x").then(|| json!(tag))
    };
    value.as_array().unwrap().iter().filter_map(primary).collect()
}
