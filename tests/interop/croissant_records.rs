//! A thousand arbitrary records as Croissant, by the library alone: each document passes our validator, and those that the
//! reference library looks at pass it too.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cadastre::datasets::files::File;
use cadastre::datasets::record::Record;
use cadastre::datasets::schemas::Structure;
use cadastre::datasets::versions::VersionState;
use cadastre::interop::croissant::{Edition, check, render};
use cadastre::interop::{Addresses, Entry};
use cadastre::kernel::Digest;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::dcat_records::entry;
use crate::python::{Environment, succeeded};
use crate::support::records::a_published_record;
use crate::support::tables::with_tables;

const RECORDS: usize = 1000;
/// How many of the documents the reference library looks at, which takes it a second each.
const LOOKED_AT: usize = 25;

/// Validates each file of a folder; prints how many there were.
const VALIDATE: &str = r#"
import pathlib, sys
import mlcroissant as mlc
files = sorted(pathlib.Path(sys.argv[1]).glob("*.json"))
for file in files:
    dataset = mlc.Dataset(jsonld=file)
    assert not dataset.metadata.ctx.issues.errors, (file, dataset.metadata.ctx.issues.report())
print(len(files))
"#;

#[test]
fn a_thousand_arbitrary_records_pass_the_validators() {
    let at = Addresses::below("https://register.example.org".to_owned());
    let home = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let records = with_tables(a_published_record());
    let (mut sets, mut fields, mut offers) = (0, 0, 0);
    for number in 0..RECORDS {
        let entry = with_columns(number, records.new_tree(&mut runner).unwrap().current());
        for edition in [Edition::V1_1, Edition::V1_0] {
            let document = render(&entry, &at, edition).unwrap();
            assert_eq!(check(&document), [], "{document:#}");
            ours(&document, &entry);
            let found = document["recordSet"].as_array().map_or(&[][..], Vec::as_slice);
            sets += found.len();
            fields += found.iter().map(|set| set["field"].as_array().unwrap().len()).sum::<usize>();
            offers += document["usageInfo"].to_string().matches("odrl:Offer").count();
            if number.is_multiple_of(RECORDS / LOOKED_AT) {
                write(home.path(), &format!("{number}-{edition:?}.json"), &document);
            }
        }
    }
    assert!(sets > 2 * RECORDS && fields > 4 * RECORDS, "{sets} record sets with {fields} fields");
    assert_eq!(offers, 2 * RECORDS);
    let folder = home.path().to_str().unwrap();
    let printed = succeeded(&Environment::Present.python(home.path(), VALIDATE, &[folder]));
    assert_eq!(printed.trim(), (2 * LOOKED_AT).to_string());
}

fn write(home: &Path, name: &str, document: &Value) {
    std::fs::write(home.join(name), document.to_string()).unwrap();
}

/// What we promise of our own documents beyond the specification.
fn ours(document: &Value, entry: &Entry) {
    assert_eq!(document["@context"]["@vocab"], "https://schema.org/");
    assert_eq!(document["@context"]["sc"], "https://schema.org/");
    let version = &entry.described.version.as_ref().unwrap().version;
    for item in document["distribution"].as_array().unwrap() {
        let address = item["contentUrl"].as_str().unwrap_or_default();
        if address.starts_with("https://register.example.org/") {
            assert!(address.contains(&format!("/versions/{version}/files/")), "{address}");
        }
        assert!(item.get("md5").is_none(), "readers would prefer it");
    }
    for term in &entry.described.record.rights.duo_terms {
        let code = term.as_str().replace(':', "_");
        assert!(document["usageInfo"].to_string().contains(&code), "{code}");
    }
}

/// A dataset whose files have the columns that the record states, and an offer.
fn with_columns(number: usize, record: Record) -> Entry {
    let mut entry = entry(number, record);
    let tables = entry.described.record.content.tables.clone();
    let held = |path: &str, media_type: &str| -> File {
        let file = json!({"path": path, "size": 3, "sha256": Digest::of(path), "media_type": media_type, "sample": false, "held": true});
        serde_json::from_value(file).unwrap()
    };
    let mut files = vec![
        held("data.csv", "text/csv"),
        held("photos/1 %#&'[x].png", "image/png"),
        held("photos/2.png", "image/png"),
        held("tables.zip", "application/zip"),
        held("tägliche Werte/1.parquet", "application/vnd.apache.parquet"),
    ];
    let mut structures = BTreeMap::new();
    for (file, table) in [0, 4].into_iter().zip(&tables) {
        let columns: Vec<Value> = table.columns.iter().map(column).collect();
        let of_archive = json!({"whole": true, "members": [
            {"media_type": "text/csv", "files": 1, "includes": ["a b/1.csv"], "separator": "comma", "columns": columns},
            {"media_type": "text/plain", "files": 2, "includes": ["*.txt"]}]});
        let whole = json!({
            "whole": number.is_multiple_of(2), "rows": 7, "separator": "comma", "columns": columns, "declared": true,
            "description": table.description, "primary_key": table.primary_key,
        });
        for (file, structure) in [(file, whole), (3, of_archive)] {
            let structure: Structure = serde_json::from_value(structure).unwrap();
            structures.insert(files[file].path.clone(), Arc::new(structure));
        }
    }
    if number.is_multiple_of(3) {
        // Something that the standard has no place for.
        let service = json!({
            "path": "rows", "media_type": "text/csv", "sample": false, "held": false,
            "reference": {"kind": "service", "endpoint_url": "https://example.org/api", "description": "Rows."},
        });
        files.push(serde_json::from_value(service).unwrap());
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let described = &mut entry.described;
    let version = described.version.as_mut().unwrap();
    // Of a withdrawn version there is no document.
    (version.files, version.state) = (i64::try_from(files.len()).unwrap(), VersionState::Published);
    (described.files, described.structures) = (files, structures);
    if let Some(terms) = &mut described.terms {
        terms.offer = Some(json!({
            "@context": "http://www.w3.org/ns/odrl.jsonld", "@type": "Offer", "uid": format!("urn:offer:{number}"),
            "permission": [{"action": "use", "constraint": [
                {"leftOperand": "purpose", "operator": "isA", "rightOperand": {"@id": "duo:0000042"}}]}],
        }));
    }
    entry
}

/// A column that is stated, as it stands in a structure.
fn column(stated: &cadastre::datasets::record::TableColumn) -> Value {
    let mut column = serde_json::to_value(stated).unwrap();
    column["nullable"] = json!(stated.nullable);
    column
}
