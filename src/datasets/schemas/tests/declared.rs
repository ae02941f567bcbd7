//! What the provider states stands for what was read, and where the two differ is told.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::told;
use crate::datasets::files::{File, MediaType};
use crate::datasets::record::{Record, Tables};
use crate::datasets::schemas::declared::{known, state};
use crate::datasets::schemas::{ColumnKind, FileSchema, Separator, Structure};
use crate::kernel::Digest;

fn record(tables: Value) -> Record {
    let mut record: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/record-minimal.json")).unwrap();
    record["content"]["tables"] = tables;
    let record: Record = serde_json::from_value(record).unwrap();
    record.check().unwrap();
    record
}

fn file(path: &str, media_type: &str, content: &str) -> File {
    let file = json!({"path": path, "size": 3, "sha256": Digest::of(content), "media_type": media_type, "sample": false, "held": true});
    serde_json::from_str(&file.to_string()).unwrap()
}

fn read(columns: Value) -> Structure {
    serde_json::from_value(json!({"whole": true, "rows": 3, "separator": "semicolon", "columns": columns}))
        .unwrap()
}

#[test]
fn what_is_stated_stands_for_what_was_read_and_the_first_table_counts() {
    let record = record(json!([
        {"files": "data/b.csv", "columns": [{"name": "own", "kind": "text"}]},
        {"files": "all.zip/parts/*.csv", "columns": [{"name": "n", "kind": "decimal"}]},
        {"files": "*.csv", "description": {"en": "A reading."}, "primary_key": ["id"], "columns": [
            {"name": "id", "kind": "integer", "nullable": false},
            {"name": "at", "kind": "datetime", "description": {"en": "When."}, "semantic_type": "https://schema.org/dateCreated"}]},
        {"files": "part-[0-9].jsonl", "columns": [{"name": "place", "kind": "object"}, {"name": "tags", "kind": "text", "repeated": true}]},
        {"files": "odd [1].tsv", "columns": [{"name": "x", "kind": "text"}]},
    ]));
    let files = [
        file("data/a.csv", "text/csv", "a"),
        file("data/b.csv", "text/csv", "b"),
        file("part-7.jsonl", "application/jsonl", "c"),
        file("odd [1].tsv", "text/tab-separated-values", "d"),
        file("part-77.jsonl", "application/jsonl", "e"),
        file("photo.png", "image/png", "f"),
        file("all.zip", "application/zip", "g"),
    ];
    let of =
        |content: &str, media_type: &str| (Digest::of(content), media_type.parse::<MediaType>().unwrap());
    let members = json!({"whole": true, "members": [
        {"media_type": "text/csv", "files": 2, "includes": ["parts/1.csv", "parts/2.csv"], "separator": "comma",
         "columns": [{"name": "n", "kind": "integer", "nullable": false}]},
        {"media_type": "text/csv", "files": 1, "includes": ["other.csv"], "columns": [{"name": "m", "kind": "text", "nullable": false}]}]});
    let inside = BTreeMap::from([
        (
            of("a", "text/csv"),
            read(
                json!([{"name": "id", "kind": "integer", "nullable": true}, {"name": "more", "kind": "text", "nullable": true}]),
            ),
        ),
        (
            of("c", "application/jsonl"),
            read(json!([{"name": "place", "kind": "object", "nullable": false, "children": [
            {"name": "lat", "kind": "float", "nullable": false}]}])),
        ),
        (of("e", "application/jsonl"), read(json!([{"name": "q", "kind": "text", "nullable": false}]))),
        (of("g", "application/zip"), serde_json::from_value(members).unwrap()),
    ]);
    let found = known(&record, &files, inside);
    let by_path = |path: &str| found.get(&path.parse().unwrap());
    let a = by_path("data/a.csv").unwrap();
    assert_eq!(told(&a.columns), "id:integer at:datetime?");
    assert_eq!((a.declared, a.separator, a.rows), (true, Some(Separator::Semicolon), Some(3)));
    assert_eq!(a.description.best(&[]), "A reading.");
    assert_eq!(a.columns[1].semantic_type.as_deref(), Some("https://schema.org/dateCreated"));
    assert_eq!(
        a.differences,
        ["values of `id` are missing", "there is no column `at`", "the column `more` is not stated"]
    );
    // Nothing was read of it.
    let b = by_path("data/b.csv").unwrap();
    assert_eq!(
        (told(&b.columns).as_str(), b.separator, b.differences.len()),
        ("own:text?", Some(Separator::Comma), 0)
    );
    assert_eq!(told(&by_path("part-7.jsonl").unwrap().columns), "place:object{lat:float}? tags:text[]?");
    assert_eq!(told(&by_path("odd [1].tsv").unwrap().columns), "x:text?", "a path may look like a pattern");
    let other = by_path("part-77.jsonl").unwrap();
    assert_eq!((told(&other.columns).as_str(), other.declared), ("q:text", false));
    assert!(by_path("photo.png").is_none());
    let archive = by_path("all.zip").unwrap();
    assert_eq!(archive.members[0].columns[0].kind, ColumnKind::Decimal);
    assert_eq!(archive.members[1].columns[0].name, "id", "the next table that fits");

    let mut schema: FileSchema =
        serde_json::from_value(json!({"path": "x/y.csv", "media_type": "text/csv", "outcome": "pending"}))
            .unwrap();
    state(&Tables::of(&record.content.tables), &mut schema);
    assert_eq!(told(&schema.structure.unwrap().columns), "id:integer at:datetime?");
}

#[test]
fn kinds_fit_where_no_value_would_be_lost() {
    let record = |kind: &str| record(json!([{"files": "*", "columns": [{"name": "x", "kind": kind}]}]));
    for (stated, read_as, media_type, fits) in [
        ("text", "integer", "text/csv", true),
        ("text", "integer", "application/jsonl", false),
        ("integer", "text", "text/csv", false),
        ("float", "integer", "application/jsonl", true),
        ("datetime", "date", "text/csv", true),
        ("date", "datetime", "text/csv", false),
        ("boolean", "integer", "text/csv", true),
        ("duration", "text", "text/csv", true),
        ("integer", "any", "text/csv", true),
        ("object", "text", "application/jsonl", false),
    ] {
        let inside = read(json!([{"name": "x", "kind": read_as, "nullable": true}]));
        let key = (Digest::of("x"), media_type.parse().unwrap());
        let found = known(&record(stated), &[file("x", media_type, "x")], BTreeMap::from([(key, inside)]));
        let differences = &found[&"x".parse().unwrap()].differences;
        assert_eq!(differences.is_empty(), fits, "{stated} {read_as} {media_type}: {differences:?}");
    }
}

#[test]
fn columns_of_very_many_files_stop_somewhere() {
    let columns: Vec<Value> = (0..1_000).map(|n| json!({"name": format!("c{n}"), "kind": "text"})).collect();
    let record = record(json!([{"files": "*.csv", "columns": columns}]));
    let files: Vec<File> = (0..200).map(|n| file(&format!("{n}.csv"), "text/csv", &n.to_string())).collect();
    let found = known(&record, &files, BTreeMap::new());
    assert_eq!(found.len(), 50);
}

proptest! {
    #[test]
    fn any_pattern_is_taken_or_refused_and_a_path_is_always_its_own(
        pattern in "\\PC{1,40}|[*?{}\\[\\]!,/\\\\a^-]{1,60}", path in "[a-c{\\[*]{1,6}(/[a-c]{1,3})?",
    ) {
        let table = |files: &str| -> Record {
            let columns = json!([{"name": "x", "kind": "text"}]);
            serde_json::from_value(json!({"content": {"tables": [{"files": files, "columns": columns}]}})).unwrap()
        };
        let record = table(&pattern);
        // Whether or not it was checked, looking it up is safe.
        drop(record.check());
        let tables = Tables::of(&record.content.tables);
        prop_assert!(tables.of_file(&path).is_none_or(|table| table.files == pattern));
        prop_assert!(tables.of_file(&pattern).is_some());
    }
}
