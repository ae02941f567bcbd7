//! JSON as others write it: one value where a list is meant, numbers as texts.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::draft::cut;
use crate::kernel::{Error, Result};

/// Reads a document. Members that come twice are told: the last one counts, as readers of JSON have it.
///
/// # Errors
/// 422 `json` with line and column.
pub(super) fn parse(text: &str) -> Result<(Value, Vec<String>)> {
    let mut twice = BTreeSet::new();
    let mut reader = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let read = Members(&mut twice).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = read.map_err(|error| {
        Error::invalid("", "json", format!("the document is no JSON that can be read: {error}"))
    })?;
    let told = twice
        .iter()
        .take(MOST_TOLD)
        .map(|name| format!("an object has the member {} twice; the last one counts", cut(name, 60)));
    Ok((value, told.collect()))
}

/// The most members that are told to come twice.
const MOST_TOLD: usize = 20;

/// Reads a value and notes the members of objects that come twice.
struct Members<'t>(&'t mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> std::result::Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_u64<E>(self, number: u64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Members(self.0))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Members(self.0))?;
            if object.insert(name.clone(), value).is_some() && self.0.len() <= MOST_TOLD {
                self.0.insert(name);
            }
        }
        Ok(Value::Object(object))
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_come_twice_are_told_and_the_last_one_counts() {
        let (value, told) =
            parse(r#"{"a": 1, "b": {"c": [true, null, -2, 1.5, "x"], "c": 3}, "a": "2"}"#).unwrap();
        assert_eq!(value, serde_json::json!({"a": "2", "b": {"c": 3}}));
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(parse("{} x").is_err());
        assert!(parse(&"[".repeat(1000)).is_err());
    }
}
