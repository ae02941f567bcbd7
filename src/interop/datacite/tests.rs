//! DataCite: what is mandatory is always there, and the three renderings say the same.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::datasets::record::Record;
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::samples::entry;
use crate::kernel::VersionId;

const FULL: &str = include_str!("../../../tests/fixtures/record-full.json");

fn said(record: &Record) -> (Entry, Value) {
    let entry = entry(record.clone());
    let at = Addresses::below("https://register.example.org".to_owned());
    let said = render_json(&entry, &at);
    (entry, said)
}

#[test]
fn the_full_record_is_told_in_full() {
    let (entry, said) = said(&serde_json::from_str(FULL).unwrap());
    assert_eq!(said["doi"], "10.5281/zenodo.1234567");
    assert_eq!(
        said["url"],
        format!("https://register.example.org/datasets/{}", entry.described.dataset.full_name())
    );
    assert_eq!(said["titles"][0]["lang"], "en");
    assert_eq!(said["titles"][1]["titleType"], "TranslatedTitle");
    assert_eq!(said["contributors"][1]["contributorType"], "RightsHolder");
    assert_eq!(said["fundingReferences"][0]["awardNumber"], "101000000");
    assert_eq!(said["language"], "nl");
    let related = said["relatedIdentifiers"].as_array().unwrap();
    let derived = json!({
        "relatedIdentifier": "https://register.example.org/datasets/example-institute/sittings/1.0.0",
        "relatedIdentifierType": "URL", "relationType": "IsDerivedFrom",
    });
    assert!(related.contains(&derived), "{related:?}");
    let dates = said["dates"].as_array().unwrap();
    assert!(dates.contains(&json!({"date": "2015-01/2024-12-31", "dateType": "Coverage"})), "{dates:?}");
    let xml = resource(&said);
    for part in [
        "<identifier identifierType=\"DOI\">10.5281/zenodo.1234567</identifier>",
        "<title titleType=\"TranslatedTitle\" xml:lang=\"fr\">",
        "<contributor contributorType=\"RightsHolder\"><contributorName nameType=\"Organizational\">Example Parliament",
        "<geoLocation><geoLocationPlace>BE</geoLocationPlace></geoLocation>",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    let dublin_core = render_dublin_core(&said);
    for part in
        ["<dc:identifier>https://doi.org/10.5281/zenodo.1234567", "<dc:language>nl", "<dc:coverage>2015-01/"]
    {
        assert!(dublin_core.contains(part), "{part}: {dublin_core}");
    }
}

#[test]
fn another_version_than_the_newest_is_a_work_of_its_own() {
    let (mut entry, _) = said(&serde_json::from_str(FULL).unwrap());
    entry.described.dataset.latest_version = Some("9.0.0".parse().unwrap());
    let version = json!({
        "id": VersionId::generate(), "dataset": "harbour/tides", "dataset_id": entry.described.dataset.id,
        "version": "1.0.0", "state": "published", "files": 1, "bytes": 1, "revision": 1,
        "created_at": "2026-01-01T00:00:00Z", "published_at": "2026-01-02T00:00:00Z", "same_content": [],
    });
    entry.described.version = Some(serde_json::from_value(version).unwrap());
    let at = Addresses::below("https://register.example.org".to_owned());
    let said = render_json(&entry, &at);
    let page = at.version(&entry.described.dataset, &entry.described.version.as_ref().unwrap().version);
    assert_eq!((&said["url"], &said["doi"]), (&json!(page), &Value::Null));
    assert_eq!(said["alternateIdentifiers"].as_array().unwrap().len(), 1);
    let whole = json!({
        "relatedIdentifier": at.dataset(&entry.described.dataset), "relatedIdentifierType": "URL",
        "relationType": "IsVersionOf",
    });
    assert!(said["relatedIdentifiers"].as_array().unwrap().contains(&whole), "{said:#}");
    assert!(resource(&said).contains(&format!("<identifier identifierType=\"URL\">{page}</identifier>")));
}

#[test]
fn an_empty_record_has_everything_that_is_mandatory() {
    let (entry, said) = said(&Record::default());
    assert_eq!(said["titles"], json!([{"title": entry.described.dataset.full_name()}]));
    assert_eq!(said["creators"][0]["name"], json!(entry.organisation.name));
    assert!(said.get("doi").is_none());
    assert_eq!(said["publicationYear"].as_str().unwrap().len(), 4);
    assert!(
        resource(&said).contains("<identifier identifierType=\"URL\">https://register.example.org/datasets/")
    );
}

proptest! {
    #[test]
    fn whatever_stands_in_a_record_the_xml_is_well_formed(title in any::<String>(), word in any::<String>(), name in any::<String>()) {
        let record: Record = serde_json::from_value(json!({
            "title": {"en": title, "fr": word}, "description": {"de": name}, "keywords": {"en": [word, word]},
            "creators": [{"kind": "person", "name": name}], "landing_page": title,
        })).unwrap();
        let (_, said) = said(&record);
        for text in [resource(&said), render_dublin_core(&said)] {
            let (mut depth, mut reader) = (0_i32, text.as_str());
            while let Some((before, rest)) = reader.split_once('<') {
                prop_assert!(!before.contains('>') && !before.chars().any(|c| c < ' ' && !matches!(c, '\n' | '\t')));
                let (tag, rest) = rest.split_once('>').unwrap();
                depth += match (tag.starts_with('/'), tag.ends_with('/')) {
                    (true, _) => -1,
                    (_, true) => 0,
                    _ => 1,
                };
                prop_assert!(depth >= 0);
                reader = rest;
            }
            prop_assert_eq!(depth, 0);
        }
        let subjects = said["subjects"].as_array().unwrap();
        prop_assert_eq!(subjects.len(), 1, "nothing stands there twice");
    }
}
