//! Values of JSON as others write them: one where a list is meant, numbers as texts.

use serde_json::{Map, Value};

/// The items of a list, or the one value; nothing of null.
pub(super) fn several(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// A text that is not blank, without white space around it.
pub(super) fn text<'v>(object: &'v Map<String, Value>, member: &str) -> Option<&'v str> {
    object.get(member)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A text, or a number or a truth value as one.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A whole number, also one that is written as a text or with a fraction of zero.
pub(super) fn whole(value: &Value) -> Option<u64> {
    let text = plain(value)?;
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

/// Whether it says nothing.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
