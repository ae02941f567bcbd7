//! Arbitrary columns of tables, with names as odd as a file may have them, beside arbitrary records.

use std::collections::BTreeSet;

use cadastre::datasets::record::{Record, Table};
use cadastre::datasets::schemas::{ColumnKind, Separator};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Records of this kind, with tables.
pub fn with_tables(records: impl Strategy<Value = Record>) -> impl Strategy<Value = Record> {
    (records, vec(table(), 0..3)).prop_map(|(mut record, tables)| {
        record.content.tables = tables;
        let faults = record.check().err().map(|error| format!("{:?}", error.field_errors()));
        assert_eq!(faults, None, "{:#?}", record.content.tables);
        record
    })
}

fn table() -> impl Strategy<Value = Table> {
    let files = select(vec!["data.csv", "*.csv", "/probe [[]1].jsonl", "a/**/{b,c}-[0-9].parquet", "**"]);
    let about = (files, option::of(text()), option::of(select(Separator::ALL.to_vec())), any::<bool>());
    (about, vec(column(), 1..8)).prop_map(|((files, description, separator, keyed), mut columns)| {
        let mut names = BTreeSet::new();
        columns.retain(|column| names.insert(column["name"].to_string()));
        let mut table = json!({"files": files, "columns": columns});
        if let Some(description) = description {
            table["description"] = json!({"en": description, "fr": description});
        }
        if let Some(separator) = separator {
            table["separator"] = json!(separator);
        }
        if keyed {
            table["primary_key"] = json!([table["columns"][0]["name"]]);
        }
        serde_json::from_value(table).expect("what is generated is a table")
    })
}

fn column() -> impl Strategy<Value = Value> {
    let kinds: Vec<ColumnKind> =
        ColumnKind::ALL.iter().copied().filter(|kind| *kind != ColumnKind::List).collect();
    let property = select(vec!["https://schema.org/text", "http://example.org/ns#q?a=ü"]);
    let flags = (any::<bool>(), any::<bool>());
    (text(), select(kinds), flags, option::of(text()), option::of(property)).prop_map(
        |(name, kind, (nullable, repeated), description, property)| {
            let mut column = json!({"name": name, "kind": kind, "nullable": nullable, "repeated": repeated});
            if let Some(description) = description {
                column["description"] = json!({"de": description});
            }
            if let Some(property) = property {
                column["semantic_type"] = json!(property);
            }
            column
        },
    )
}

/// A text that says something.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "[\\p{L}\\p{N} <>&\"'/#%{}\\\\.:@-]{1,30}", "(id|name|source|splits|url)"]
        .prop_filter("blank", |text| !text.trim().is_empty())
}
