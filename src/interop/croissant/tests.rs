//! Documents of full and of arbitrary records pass our validator; documents with something missing do not.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Edition, check, render};
use crate::datasets::files::File;
use crate::datasets::record::Record;
use crate::datasets::schemas::Structure;
use crate::datasets::versions::Version;
use crate::datasets::{Dataset, Described, PolicyRevision};
use crate::identity::Organisation;
use crate::interop::{Addresses, Entry};
use crate::kernel::Digest;
use crate::spaces::Space;

mod claims;

const FULL: &str = include_str!("../../../tests/fixtures/record-full.json");
const MINIMAL: &str = include_str!("../../../tests/fixtures/record-minimal.json");

fn structure() -> Value {
    json!({"whole": true, "rows": 3, "separator": "comma", "columns": [
        {"name": "id", "kind": "integer", "nullable": false},
        {"name": "é \"q\"/x", "kind": "text", "nullable": true},
        {"name": "", "kind": "text", "nullable": true},
        {"name": "raw", "kind": "binary", "nullable": true},
        {"name": "tags", "kind": "text", "nullable": true, "repeated": true},
        {"name": "place", "kind": "object", "nullable": true, "children": [
            {"name": "lat", "kind": "float", "nullable": true},
            {"name": "of", "kind": "object", "nullable": true, "children": [
                {"name": "name", "kind": "text", "nullable": true}]}]},
        {"name": "points", "kind": "object", "nullable": true, "repeated": true, "children": [
            {"name": "x", "kind": "integer", "nullable": true}]},
    ]})
}

fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn entry(record: &Value, paths: &[(&str, &str, Value)]) -> Entry {
    let at = "2026-11-26T10:00:00Z";
    let id = |prefix: &str| format!("{prefix}_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f");
    let record: Record = serde_json::from_value(record.clone()).unwrap();
    let dataset: Dataset = read(json!({
        "id": id("ds"), "organisation_id": id("og"), "organisation": "harbour", "name": "tides", "space": "mobility",
        "visibility": "public", "listed": true, "announced": true, "access_mode": "open", "policy_revision": 1,
        "record": record, "completeness": 50, "latest_version": "1.0.0", "revision": 3, "created_by": id("pe"),
        "created_at": at, "updated_at": at,
    }));
    let version: Version = read(json!({
        "id": id("vr"), "dataset": "harbour/tides", "dataset_id": id("ds"), "version": "1.0.0", "state": "published",
        "files": paths.len(), "bytes": 3, "revision": 2, "created_at": at, "published_at": at,
    }));
    let mut structures = BTreeMap::new();
    let mut files = Vec::new();
    for (path, media_type, inside) in paths {
        let sha256 = Digest::of(path.as_bytes());
        let file: File = read(json!({
            "path": path, "size": 3, "sha256": sha256, "media_type": media_type, "sample": false, "held": true,
        }));
        if !inside.is_null() {
            let inside: Structure = serde_json::from_value(inside.clone()).unwrap();
            structures.insert(file.path.clone(), Arc::new(inside));
        }
        files.push(file);
    }
    let terms: PolicyRevision = read(json!({
        "mode": "automatic", "revision": 2, "digest": Digest::of(b""), "edited_at": at, "offer": {
            "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "Offer", "@id": "urn:x:offer",
            "permission": [{"action": "use", "constraint": [
                {"leftOperand": "purpose", "operator": "isA", "rightOperand": {"@id": "duo:0000042"}}]}]},
    }));
    let described = Described {
        dataset,
        record,
        terms: Some(terms),
        version: Some(version),
        files,
        structures,
        structures_at: None,
    };
    let organisation: Organisation = read(json!({
        "id": id("og"), "slug": "harbour", "name": "Harbour Institute", "kind": "research", "country": "BE", "quota_bytes": 1, "max_file_bytes": 1, "revision": 1,
        "created_at": at, "updated_at": at,
    }));
    let space: Space = read(json!({
        "slug": "mobility", "names": {"en": "Mobility"}, "descriptions": {}, "revision": 1, "extension_version": 0,
        "created_at": at, "updated_at": at,
    }));
    Entry { described, organisation, space }
}

fn at() -> Addresses {
    Addresses::below("https://register.example.org".into())
}

fn some_files() -> Vec<(&'static str, &'static str, Value)> {
    let members = json!({"whole": true, "members": [
        {"media_type": "image/png", "files": 2, "includes": ["*.png"]},
        {"media_type": "text/csv", "files": 1, "includes": ["a.csv"], "separator": "comma",
         "columns": [{"name": "a", "kind": "integer", "nullable": false}]}]});
    vec![
        ("tides.csv", "text/csv", structure()),
        ("tides", "application/octet-stream", Value::Null),
        ("tides.jsonl", "application/jsonl", structure()),
        ("a b/ü.parquet", "application/vnd.apache.parquet", structure()),
        ("all.zip", "application/zip", members.clone()),
        ("all.tar.gz", "application/gzip", members),
        ("photo.png", "image/png", Value::Null),
    ]
}

#[test]
fn a_full_record_says_all_that_the_standard_asks() {
    let record: Value = serde_json::from_str(FULL).unwrap();
    for edition in [Edition::V1_0, Edition::V1_1] {
        let document = render(&entry(&record, &some_files()), &at(), edition).unwrap();
        assert_eq!(check(&document), [], "{edition:?}");
        assert!(!document["distribution"].to_string().contains("md5"));
        assert!(!document.to_string().contains("http://schema.org"));
        assert!(
            document["usageInfo"].as_array().unwrap().iter().any(|info| info["odrl:permission"].is_array())
        );
    }
}

#[test]
fn a_minimal_record_is_enough_for_a_document() {
    let record: Value = serde_json::from_str(MINIMAL).unwrap();
    let document = render(&entry(&record, &some_files()), &at(), Edition::V1_1).unwrap();
    assert_eq!(check(&document), []);
    assert_eq!(document["creator"][0]["name"], "Harbour Institute");
    assert_eq!(document["license"], "https://spdx.org/licenses/CC-BY-4.0");
    let sets: Vec<&str> =
        document["recordSet"].as_array().unwrap().iter().map(|set| set["@id"].as_str().unwrap()).collect();
    assert_eq!(
        sets,
        [
            "tides-csv",
            "tides-jsonl",
            "a%20b/%C3%BC",
            "all-zip/png",
            "all-zip/a",
            "all-tar-gz/png",
            "all-tar-gz/a",
            "png",
        ]
    );
    assert!(render(&entry(&record, &[]), &at(), Edition::V1_1).is_err());
}

#[test]
fn whatever_is_missing_is_found_where_it_is_missing() {
    let record: Value = serde_json::from_str(FULL).unwrap();
    let good = render(&entry(&record, &some_files()), &at(), Edition::V1_1).unwrap();
    let without = |pointer: &str| {
        let mut document = good.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
        document
    };
    for pointer in [
        "/@context",
        "/@context/@vocab",
        "/@type",
        "/conformsTo",
        "/name",
        "/description",
        "/license",
        "/url",
        "/creator",
        "/datePublished",
        "/distribution",
        "/distribution/0/@id",
        "/distribution/0/@type",
        "/distribution/0/contentUrl",
        "/distribution/0/encodingFormat",
        "/distribution/0/sha256",
        "/recordSet/1/@id",
        "/recordSet/1/field",
        "/recordSet/1/field/0/dataType",
        "/recordSet/1/field/0/source",
    ] {
        let found = check(&without(pointer));
        assert!(found.iter().any(|problem| problem.pointer == pointer), "{pointer}: {found:?}");
    }
    assert!(!check(&json!([])).is_empty());
}

/// A counter-example for each rule that something else than the absence of a member can break.
#[test]
fn whatever_is_wrong_is_found_where_it_is_wrong() {
    let record: Value = serde_json::from_str(FULL).unwrap();
    let good = render(&entry(&record, &some_files()), &at(), Edition::V1_1).unwrap();
    let set = |number: usize, rest: &str| format!("/recordSet/{number}{rest}");
    let offer =
        good["usageInfo"].as_array().unwrap().iter().position(|info| info["@type"].is_array()).unwrap();
    let file_set = good["distribution"]
        .as_array()
        .unwrap()
        .iter()
        .position(|item| item["@type"] == "cr:FileSet")
        .unwrap();
    // Where it is put, what is put there, and where that is told.
    for (pointer, value, told) in [
        ("/@context".to_owned(), json!("https://example.org/context"), ""),
        ("/@context/@vocab".into(), json!("https://example.org/"), ""),
        ("/@context/cr".into(), json!("https://example.org/"), ""),
        ("/@type".into(), json!("sc:Thing"), ""),
        ("/conformsTo".into(), json!("http://mlcommons.org/croissant/9"), ""),
        ("/conformsTo".into(), json!("https://mlcommons.org/croissant/1.1"), ""),
        ("/conformsTo".into(), json!(super::V1_1), ""),
        ("/name".into(), json!(" "), ""),
        ("/license".into(), json!([]), ""),
        ("/license".into(), json!("CC-BY-4.0 AND MIT"), ""),
        ("/license".into(), json!({"@type": "CreativeWork"}), ""),
        ("/license".into(), json!({"@type": "sc:Thing", "name": "MIT"}), ""),
        ("/datePublished".into(), json!("2024-01-01Tgarbage"), ""),
        ("/datePublished".into(), json!("yesterday"), ""),
        ("/dateModified".into(), json!("2026-13-01"), ""),
        ("/url".into(), json!("tides"), ""),
        ("/isLiveDataset".into(), json!("no"), ""),
        ("/version".into(), json!({}), ""),
        ("/sameAs".into(), json!("elsewhere"), ""),
        ("/creator".into(), json!({"@type": "sc:Thing", "name": "x"}), ""),
        ("/creator".into(), json!({"@type": "sc:Person"}), ""),
        ("/distribution".into(), json!([]), ""),
        ("/distribution/0".into(), json!("tides.csv"), ""),
        ("/distribution/0/@type".into(), json!("sc:MediaObject"), ""),
        ("/distribution/0/name".into(), json!(""), ""),
        ("/distribution/0/encodingFormat".into(), json!("csv"), ""),
        ("/distribution/0/sha256".into(), json!("abc"), ""),
        ("/distribution/0/contentSize".into(), json!("large"), ""),
        ("/distribution/0/contentUrl".into(), json!("tides.csv"), ""),
        ("/distribution/1/@id".into(), good["distribution"][0]["@id"].clone(), ""),
        ("/distribution/0/@id".into(), json!("tides csv"), ""),
        (format!("/distribution/{file_set}/containedIn"), json!({"@id": "nothing"}), ""),
        (format!("/distribution/{file_set}/includes"), json!([]), ""),
        (set(1, "/@type"), json!("sc:Thing"), ""),
        (set(1, "/name"), json!(""), ""),
        (set(1, "/field/0"), json!("id"), ""),
        (set(1, "/field/0/@type"), json!("sc:Thing"), ""),
        (set(1, "/field/0/@id"), good["recordSet"][1]["field"][1]["@id"].clone(), "/recordSet/1/field/1/@id"),
        (set(1, "/field/0/dataType"), json!("integer"), ""),
        (set(1, "/field/0/equivalentProperty"), json!("postalCode"), ""),
        (set(1, "/field/0/references"), json!({"field": {"@id": "nothing"}}), ""),
        (set(1, "/field/0/isArray"), json!("yes"), ""),
        (set(1, "/field/0/arrayShape"), json!("-1"), ""),
        (set(1, "/field/2/arrayShape"), json!("any"), ""),
        (set(1, "/field/0/source/fileObject"), json!({"@id": "nothing"}), ""),
        (set(1, "/field/0/source/fileSet"), json!({"@id": "all.zip/png"}), "/recordSet/1/field/0/source"),
        (set(1, "/field/0/source/extract"), json!({}), ""),
        (set(1, "/field/0/source/extract"), json!({"column": "a", "fileProperty": "content"}), ""),
        (
            set(1, "/field/0/source/extract"),
            json!({"fileProperty": "smell"}),
            "/recordSet/1/field/0/source/extract/fileProperty",
        ),
        (set(1, "/field/0/source/transform"), json!({"magic": true}), ""),
        (set(1, "/key"), json!({"@id": "splits/name"}), ""),
        (set(0, "/data/0"), json!({"other": 1}), ""),
        (set(1, "/examples"), json!([{"other": 1}]), "/recordSet/1/examples/0"),
        ("/rai:dataCollection".into(), json!(["a", "b"]), ""),
        ("/rai:dataBiases".into(), json!(7), ""),
        ("/rai:unheardOf".into(), json!("x"), ""),
        ("/usageInfo/0".into(), json!({"@type": "DefinedTerm"}), ""),
        (format!("/usageInfo/{offer}"), json!({"@type": ["CreativeWork", "odrl:Offer"]}), ""),
        (format!("/usageInfo/{offer}/odrl:permission/0/odrl:action"), json!(""), ""),
        ("/prov:wasDerivedFrom".into(), json!({"prov:label": "x"}), ""),
        ("/prov:wasDerivedFrom".into(), json!({"@id": "https://example.org/a b"}), ""),
        ("/prov:wasGeneratedBy".into(), json!([{"@type": "prov:Activity"}]), "/prov:wasGeneratedBy/0"),
    ] {
        let mut document = good.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")) {
            Value::Array(items) => items[member.parse::<usize>().unwrap()] = value,
            other => other[member] = value,
        }
        let told = if told.is_empty() { &pointer } else { told };
        let found = check(&document);
        assert!(found.iter().any(|problem| problem.pointer == told), "{pointer}: {found:?}");
    }
}

#[test]
fn what_came_with_1_1_is_wrong_in_1_0() {
    let record: Value = serde_json::from_str(FULL).unwrap();
    let mut document = render(&entry(&record, &some_files()), &at(), Edition::V1_1).unwrap();
    document["conformsTo"][0] = json!(super::V1_0);
    document["recordSet"][1]["annotation"] = json!([]);
    let found: Vec<String> = check(&document).into_iter().map(|problem| problem.pointer).collect();
    for pointer in [
        "/sdVersion",
        "/recordSet/1/annotation",
        "/recordSet/1/field/2/isArray",
        "/recordSet/1/field/2/arrayShape",
    ] {
        assert!(found.contains(&pointer.to_owned()), "{pointer}: {found:?}");
    }
}

/// What the provider states of columns is told of their fields, and the key and the description of their record set.
#[test]
fn what_is_stated_of_columns_is_told() {
    let minimal: Value = serde_json::from_str(MINIMAL).unwrap();
    let stated = json!({
        "whole": false, "rows": 3, "separator": "comma", "declared": true, "description": {"en": "A day.", "fr": "Une journée."},
        "primary_key": ["id", "raw"], "columns": [
            {"name": "id", "kind": "integer", "nullable": false, "description": {"fr": "Le nom."}, "semantic_type": "https://schema.org/identifier"},
            {"name": "raw", "kind": "binary", "nullable": true}]});
    let mut known = stated.clone();
    known["primary_key"] = json!(["id"]);
    let files = [("tides.csv", "text/csv", known), ("more.csv", "text/csv", stated)];
    let document = render(&entry(&minimal, &files), &at(), Edition::V1_1).unwrap();
    assert_eq!(check(&document), []);
    let (of, more) = (&document["recordSet"][0], &document["recordSet"][1]);
    assert_eq!(of["description"], json!({"en": "A day.", "fr": "Une journée."}));
    assert_eq!(of["key"], json!([{"@id": "tides/id"}]));
    assert!(more.get("key").is_none(), "a part of it is no field");
    assert_eq!(of["field"].as_array().unwrap().len(), 1);
    assert_eq!(of["field"][0]["description"], json!({"fr": "Le nom."}));
    assert_eq!(of["field"][0]["equivalentProperty"], "https://schema.org/identifier");
    let older = render(&entry(&minimal, &files), &at(), Edition::V1_0).unwrap();
    assert_eq!(older["recordSet"][0]["description"], "A day.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_document_of_any_publishable_record_passes(
        keep in proptest::collection::vec(any::<bool>(), 64), text in "\\PC{1,40}", names in proptest::collection::btree_set("[a-zé /.]{0,6}[a-z]", 0..5),
    ) {
        prop_assume!(!text.trim().is_empty());
        let mut record: Value = serde_json::from_str(FULL).unwrap();
        let minimal: Value = serde_json::from_str(MINIMAL).unwrap();
        // Any part of the full record may be missing that the minimal one lacks.
        let mut keep = keep.into_iter().cycle();
        thin(&mut record, &minimal, &mut keep);
        record["title"] = json!({"fr": text, "en": text});
        prop_assume!(serde_json::from_value::<Record>(record.clone()).is_ok_and(|record| record.check().is_ok()));
        let columns: Vec<Value> = names.iter().map(|name| json!({"name": name, "kind": "text", "nullable": true})).collect();
        let mut files = some_files();
        files.push(("more.csv", "text/csv", json!({"whole": false, "rows": 2, "separator": "comma", "columns": columns})));
        for edition in [Edition::V1_0, Edition::V1_1] {
            let document = render(&entry(&record, &files), &at(), edition).unwrap();
            prop_assert_eq!(check(&document), []);
        }
    }

    #[test]
    fn any_json_is_checked_without_a_panic(text in "\\PC{0,200}") {
        drop(check(&json!({"distribution": text, "recordSet": [text, {"field": text}], "creator": [text], "@context": text})));
    }
}

fn thin(record: &mut Value, minimal: &Value, keep: &mut impl Iterator<Item = bool>) {
    let Some(members) = record.as_object_mut() else { return };
    let names: Vec<String> = members.keys().cloned().collect();
    for name in names {
        match minimal.get(&name) {
            None if keep.next() == Some(false) => drop(members.remove(&name)),
            None => {}
            Some(least) => {
                if let Some(value) = members.get_mut(&name) {
                    thin(value, least, keep);
                }
            }
        }
    }
}
