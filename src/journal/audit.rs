//! What an audit asks of a row besides its place in the tree: a plain function over what was read.

use serde_json::Value;

use super::model::commitment;
use crate::kernel::{Error, Result};

/// A row as it was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// The entry, byte for byte.
    pub(super) body: &'a str,
    /// The salt and the text of its payload, if there is one.
    pub(super) payload: Option<(&'a [u8], &'a str)>,
    /// What columns repeat of the entry, by the pointer of the member that they repeat.
    pub(super) columns: &'a [(&'static str, Option<&'a str>)],
    /// Whether the journal says that its payload was erased.
    pub(super) erased: bool,
}

/// Holds the parts of a row against its entry.
///
/// # Errors
/// `row_differs`, with what does not fit.
pub(super) fn check_row(found: &Found<'_>) -> Result<()> {
    let wrong = |what: String| Error::conflict("row_differs", what);
    let entry: Value =
        serde_json::from_str(found.body).map_err(|error| wrong(format!("the entry is not JSON: {error}")))?;
    for (pointer, column) in found.columns {
        let said = entry.pointer(pointer).and_then(Value::as_str);
        if said != *column {
            return Err(wrong(format!("a column says {column:?} of {pointer}, and the entry {said:?}")));
        }
    }
    let said = entry.get("payload_commitment").and_then(Value::as_str);
    let fault = match (said, found.payload) {
        (None, Some(_)) => "there is a payload, and the entry commits to none",
        (Some(said), Some((salt, text))) if commitment(salt, text).to_string() != said => {
            "the payload is not the one that the entry commits to"
        }
        (Some(_), Some(_)) if found.erased => "the payload is said to be erased, and is there",
        (Some(_), None) if !found.erased => "the payload is gone, and nothing says that it was erased",
        _ => return Ok(()),
    };
    Err(wrong(fault.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_and_columns_are_held_against_the_entry() {
        let salt = [7_u8; 16];
        let body = format!(r#"{{"seq":0,"type":"a.b","payload_commitment":"{}"}}"#, commitment(&salt, "{}"));
        let fault = |found: Found<'_>| check_row(&found).unwrap_err().detail().to_owned();
        let columns = &[("/type", Some("a.b")), ("/space", None)];
        let good = Found { body: &body, payload: Some((&salt, "{}")), columns, erased: false };
        check_row(&good).unwrap();
        check_row(&Found { payload: None, erased: true, ..good }).unwrap();
        assert!(fault(Found { payload: Some((&salt, "[]")), ..good }).contains("commits to"));
        assert!(fault(Found { payload: Some((&[8; 16], "{}")), ..good }).contains("commits to"));
        assert!(fault(Found { columns: &[("/type", Some("a.c"))], ..good }).contains("column"));
        assert!(fault(Found { columns: &[("/type", None)], ..good }).contains("column"));
        assert!(fault(Found { columns: &[("/space", Some("x"))], ..good }).contains("column"));
        assert!(fault(Found { payload: None, ..good }).contains("gone"));
        assert!(fault(Found { erased: true, ..good }).contains("is there"));
        assert!(fault(Found { body: "{}", columns: &[], ..good }).contains("commits to none"));
        assert!(fault(Found { body: "{", ..good }).contains("JSON"));
    }
}
