//! Canonical JSON (RFC 8785), the one text form of a document that is hashed.

use serde::Serialize;
use serde_json::{Number, Value};

use super::{Error, Result};

/// The canonical JSON text of a value: sorted keys, no white space, one way to write each number and string. A number
/// that is not finite becomes null, as everywhere in serde_json; none comes out of JSON.
///
/// # Errors
/// When the value has no JSON form: a map with keys that are no text.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String> {
    let failed = |error| Error::internal("canonical JSON", error);
    let value = serde_json::to_value(value).map_err(failed)?;
    if is_plain(&value) {
        // Ten times as fast.
        serde_json::to_string(&value)
    } else {
        serde_json_canonicalizer::to_string(&value)
    }
    .map_err(failed)
}

/// Whether serde's own text is canonical: it sorts keys by their UTF-8, which for ASCII is the order of UTF-16 that the
/// RFC asks for (3.2.3), and writes whole numbers and escapes as the RFC does, but not fractions.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => is_exact(number),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(members) => members.iter().all(|(key, value)| key.is_ascii() && is_plain(value)),
    }
}

/// Whether a number is whole and no greater than what every double holds exactly.
fn is_exact(number: &Number) -> bool {
    const GREATEST: u64 = (1 << 53) - 1;
    number.as_i64().map(i64::unsigned_abs).is_some_and(|size| size <= GREATEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_sorted_and_strings_are_minimal() {
        let value = serde_json::json!({"b": 1, "a": {"z": "é\n", "y": [true, null, 1.0]}});
        assert_eq!(canonical_json(&value).unwrap(), r#"{"a":{"y":[true,null,1],"z":"é\n"},"b":1}"#);
        // The order of UTF-16 is not that of UTF-8.
        let value = serde_json::json!({"\u{ff5e}": 1, "😀": 1e21, "é": 9_007_199_254_740_993_u64});
        assert_eq!(canonical_json(&value).unwrap(), "{\"é\":9007199254740992,\"😀\":1e+21,\"\u{ff5e}\":1}");
    }

    fn json() -> impl Strategy<Value = Value> {
        let numbers = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-(1_i64 << 54)..1 << 54).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
        ];
        let text = any::<String>().prop_map(Value::from);
        let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), numbers, text];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map("[ -~é😀\u{ff5e}]{0,4}", inner, 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_short_way_writes_what_the_long_one_does(value in json()) {
            let text = canonical_json(&value).unwrap();
            prop_assert_eq!(&text, &serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }
}
