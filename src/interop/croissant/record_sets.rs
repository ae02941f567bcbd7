//! Record sets: one for each table or kind of content that records can be read from, and the splits.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::entry::Entry;
use super::files::{IMAGES, Ids, Source};
use super::{EACH, Edition, Out, texts};
use crate::datasets::record::SplitRole;
use crate::datasets::schemas::{Column, ColumnKind, Structure};

/// The most record sets of one document.
const MOST: usize = 500;
/// The most fields of one document, those within others included. Many paths may lead to one wide file.
const MOST_FIELDS: usize = 20_000;

/// Record sets, as many as there is room for, and what is to be said of the files of those that are left out.
pub(super) fn record_sets(
    entry: &Entry,
    sources: &[Source<'_>],
    edition: Edition,
    ids: &mut Ids,
) -> (Vec<Value>, BTreeMap<String, &'static str>) {
    let mut sets: Vec<Value> = splits(entry, ids).into_iter().collect();
    let (mut left_out, mut tables, mut fields) = (BTreeMap::new(), 0, 0);
    for source in sources {
        let of_this = source.columns.iter().map(Column::count).sum::<usize>();
        if tables == MOST || fields + of_this > MOST_FIELDS {
            let told =
                "Its records are left out: the document has room for 500 record sets with 20,000 fields.";
            left_out.insert(source.id.clone(), told);
        } else if let Some(set) = record_set(source, edition, ids) {
            tables += 1;
            fields += of_this;
            sets.push(set);
        }
    }
    (sets, left_out)
}

fn record_set(source: &Source<'_>, edition: Edition, ids: &mut Ids) -> Option<Value> {
    let at = json!({"@id": source.id});
    let fields: Vec<(String, Value)> = match source.format {
        _ if !source.columns.is_empty() => source
            .columns
            .iter()
            .filter_map(|column| Some((column.name.clone(), field(column, source, edition)?)))
            .collect(),
        format if IMAGES.contains(&format) => of_files(source, &at, "sc:ImageObject"),
        "text/plain" => of_files(source, &at, "sc:Text"),
        _ => Vec::new(),
    };
    if fields.is_empty() {
        return None;
    }
    let id = ids.take(&source.name);
    let fields: Vec<Value> =
        fields.into_iter().map(|(name, field)| with_id(field, &format!("{id}/{name}"), ids)).collect();
    let mut out = Out::default();
    out.put("@type", json!("cr:RecordSet"));
    out.put("@id", json!(id));
    out.put("name", json!(source.name));
    out.put("description", description(source, edition));
    out.put("key", source.table.map(|table| key(table, &fields)).unwrap_or_default());
    out.put("field", json!(fields));
    Some(Value::Object(out.0))
}

/// What the provider says of the rows; else, where the kinds of values may not hold to the end of the file, a word about that.
fn description(source: &Source<'_>, edition: Edition) -> Value {
    match source.table {
        Some(table) if !table.description.is_empty() => texts(&table.description, edition, EACH),
        _ if source.certain => Value::Null,
        _ => json!(
            "Every value is a text: only the beginning was read, and what follows may be of another kind."
        ),
    }
}

/// References to the fields of the key, if each column of it is a field.
fn key(table: &Structure, fields: &[Value]) -> Value {
    let id = |name: &String| {
        let field = fields.iter().find(|field| field.get("name").and_then(Value::as_str) == Some(name))?;
        Some(json!({"@id": field.get("@id")?}))
    };
    let ids: Option<Vec<Value>> = table.primary_key.iter().map(id).collect();
    json!(ids)
}

/// Gives a field and those within it their identifiers.
fn with_id(mut field: Value, wanted: &str, ids: &mut Ids) -> Value {
    let id = ids.take(wanted);
    if let Some(members) = field.as_object_mut() {
        if let Some(Value::Array(inner)) = members.get_mut("subField") {
            let taken = std::mem::take(inner);
            *inner = taken
                .into_iter()
                .map(|one| {
                    let name = one.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                    with_id(one, &format!("{wanted}/{name}"), ids)
                })
                .collect();
        }
        members.insert("@id".into(), json!(id));
    }
    field
}

/// What is known of whole files: what each holds and, within an archive, where it lies. Of files that are fetched one by one readers
/// know no path.
fn of_files(source: &Source<'_>, at: &Value, holds: &str) -> Vec<(String, Value)> {
    [("path", "fullpath", "sc:Text"), ("content", "content", holds)]
        .into_iter()
        .filter(|(name, ..)| source.member == "fileSet" && (source.in_archive || *name == "content"))
        .map(|(name, property, of)| {
            let source = json!({source.member: at, "extract": {"fileProperty": property}});
            (name.to_owned(), json!({"@type": "cr:Field", "name": name, "dataType": of, "source": source}))
        })
        .collect()
}

/// The type of a column's values; none for what the standard has no word for.
const fn data_type(kind: ColumnKind) -> Option<&'static str> {
    match kind {
        ColumnKind::Boolean => Some("sc:Boolean"),
        ColumnKind::Integer => Some("sc:Integer"),
        ColumnKind::Float | ColumnKind::Decimal => Some("sc:Float"),
        ColumnKind::Text => Some("sc:Text"),
        ColumnKind::Date => Some("sc:Date"),
        ColumnKind::Time => Some("sc:Time"),
        ColumnKind::Datetime => Some("sc:DateTime"),
        ColumnKind::Duration
        | ColumnKind::Binary
        | ColumnKind::Object
        | ColumnKind::List
        | ColumnKind::Any => None,
    }
}

fn field(column: &Column, source: &Source<'_>, edition: Edition) -> Option<Value> {
    if column.name.is_empty() {
        return None;
    }
    let from = json!({source.member: {"@id": source.id}, "extract": {"column": column.name}});
    if column.kind != ColumnKind::Object {
        return leaf(&column.name, column, from, (source.certain, edition));
    }
    let mut inner = Vec::new();
    if !column.repeated {
        within(column, "$", "", &from, (source.certain, edition), &mut inner);
    }
    if inner.is_empty() {
        return None;
    }
    let mut out = Out::default();
    out.put("@type", json!("cr:Field"));
    out.put("name", json!(column.name));
    meaning(column, edition, &mut out);
    out.put("subField", json!(inner));
    Some(Value::Object(out.0))
}

/// What the provider says of a column.
fn meaning(column: &Column, edition: Edition, out: &mut Out) {
    out.put("description", texts(&column.description, edition, EACH));
    out.put("equivalentProperty", json!(column.semantic_type));
}

fn leaf(name: &str, column: &Column, source: Value, (certain, edition): (bool, Edition)) -> Option<Value> {
    let kind = data_type(column.kind)?;
    let mut out = Out::default();
    out.put("@type", json!("cr:Field"));
    out.put("name", json!(name));
    meaning(column, edition, &mut out);
    out.put("dataType", json!(if certain { kind } else { "sc:Text" }));
    out.put("source", source);
    match edition {
        _ if !column.repeated => {}
        Edition::V1_0 => out.put("repeated", json!(true)),
        Edition::V1_1 => {
            out.put("isArray", json!(true));
            out.put("arrayShape", json!("-1"));
        }
    }
    Some(Value::Object(out.0))
}

/// The simple values within an object, however deep, each with its path.
fn within(of: &Column, path: &str, prefix: &str, from: &Value, how: (bool, Edition), out: &mut Vec<Value>) {
    let plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    for column in of.children.iter().filter(|column| plain(&column.name)) {
        let (path, name) = (format!("{path}.{}", column.name), format!("{prefix}{}", column.name));
        if column.kind == ColumnKind::Object && !column.repeated {
            within(column, &path, &format!("{name}."), from, how, out);
            continue;
        }
        let mut source = from.clone();
        if let Some(members) = source.as_object_mut() {
            members.insert("transform".into(), json!({"jsonPath": path}));
        }
        out.extend(leaf(&name, column, source, how));
    }
}

/// The splits that the record names, with their roles.
fn splits(entry: &Entry, ids: &mut Ids) -> Option<Value> {
    let splits = &entry.described.record.content.splits;
    if splits.is_empty() {
        return None;
    }
    let (id, name, url) = (ids.take("splits"), ids.take("splits/name"), ids.take("splits/url"));
    let role = |role: SplitRole| match role {
        SplitRole::Train => Some("cr:TrainingSplit"),
        SplitRole::Validation => Some("cr:ValidationSplit"),
        SplitRole::Test => Some("cr:TestSplit"),
        SplitRole::Other => None,
    };
    let data: Vec<Value> = splits
        .iter()
        .map(|split| json!({name.as_str(): split.name, url.as_str(): role(split.role)}))
        .collect();
    Some(json!({
        "@type": "cr:RecordSet",
        "@id": id,
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": name},
        "field": [
            {"@type": "cr:Field", "@id": name, "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": url, "name": "url", "dataType": "sc:URL"},
        ],
        "data": data,
    }))
}
