//! Canonical JSON (RFC 8785), the one text form of a document that is hashed.

use serde::Serialize;

use super::{Error, Result};

/// The canonical JSON text of a value: sorted keys, no white space, one way to write each number and string.
///
/// # Errors
/// When the value has no JSON form (a map with keys that are no text, a number that is not finite).
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json_canonicalizer::to_string(value).map_err(|error| Error::internal("canonical JSON", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_strings_are_minimal() {
        let value = serde_json::json!({"b": 1, "a": {"z": "é\n", "y": [true, null, 1.0]}});
        assert_eq!(canonical_json(&value).unwrap(), r#"{"a":{"y":[true,null,1],"z":"é\n"},"b":1}"#);
    }
}
