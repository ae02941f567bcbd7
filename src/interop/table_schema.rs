//! Table Schema (datapackage.org, version 2.0): the columns of a delimited file, as readers of data packages check them.

use serde_json::{Map, Value, json};

use crate::datasets::schemas::{Column, ColumnKind, MISSING, Separator, Structure};

/// The members that make a resource a tabular one: `type`, `dialect` and `schema`. None where the columns are not known to the end of
/// the file: a value further on that is of another kind would make the file wrong.
pub(super) fn members(media_type: &str, table: &Structure) -> Option<Map<String, Value>> {
    let known = table.declared || table.whole;
    let separator = table.separator.filter(|_| known && !table.columns.is_empty())?;
    if !matches!(media_type, "text/csv" | "text/tab-separated-values") {
        return None;
    }
    let fields: Option<Vec<Value>> = table.columns.iter().map(|column| field(column, table)).collect();
    let mut schema = json!({"fields": fields?, "missingValues": MISSING});
    if let (Some(members), false) = (schema.as_object_mut(), table.primary_key.is_empty()) {
        members.insert("primaryKey".into(), json!(table.primary_key));
    }
    let mut out = Map::new();
    out.insert("type".into(), json!("table"));
    if let Some(delimiter) = delimiter(separator) {
        out.insert("dialect".into(), json!({"delimiter": delimiter}));
    }
    out.insert("schema".into(), schema);
    Some(out)
}

/// What stands between values, where it is not a comma.
const fn delimiter(separator: Separator) -> Option<&'static str> {
    match separator {
        Separator::Comma => None,
        Separator::Semicolon => Some(";"),
        Separator::Tab => Some("\t"),
        Separator::Pipe => Some("|"),
    }
}

/// A column as a field; none for one without a name, which no schema can have, and for one with white space around its name,
/// which readers take off the names in the file but not off those in the schema.
fn field(column: &Column, table: &Structure) -> Option<Value> {
    if column.name.is_empty() || column.name.trim() != column.name {
        return None;
    }
    let (kind, format) = field_type(column);
    let mut out = Map::new();
    out.insert("name".into(), json!(column.name));
    out.insert("type".into(), json!(kind));
    out.extend(format.map(|format| ("format".to_owned(), json!(format))));
    let description = column.description.best(&[]);
    if !description.is_empty() {
        out.insert("description".into(), json!(description));
    }
    out.extend(column.semantic_type.as_ref().map(|iri| ("rdfType".to_owned(), json!(iri))));
    let key = table.primary_key.contains(&column.name);
    if !column.nullable && !key {
        out.insert("constraints".into(), json!({"required": true}));
    }
    Some(Value::Object(out))
}

/// The type of a field, and its format where that is not the usual one.
const fn field_type(column: &Column) -> (&'static str, Option<&'static str>) {
    if column.repeated {
        return ("array", None);
    }
    match column.kind {
        ColumnKind::Boolean => ("boolean", None),
        ColumnKind::Integer => ("integer", None),
        ColumnKind::Float | ColumnKind::Decimal => ("number", None),
        ColumnKind::Text => ("string", None),
        ColumnKind::Date => ("date", None),
        ColumnKind::Time => ("time", None),
        // With or without an offset, a fraction or seconds.
        ColumnKind::Datetime => ("datetime", Some("any")),
        ColumnKind::Duration => ("duration", None),
        ColumnKind::Binary => ("string", Some("binary")),
        ColumnKind::Object => ("object", None),
        ColumnKind::List => ("array", None),
        ColumnKind::Any => ("any", None),
    }
}
