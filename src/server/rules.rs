//! Rules between the fields of one body, which derived schemas cannot say. A reader of the contract, and whoever
//! makes test data from it, learns them here; the domains check them.

use serde_json::{Value, json};
use utoipa::openapi::schema::Object;

/// The rules of a schema, as keywords to stand beside those that were derived.
fn rules(schema: &str) -> Vec<(&'static str, Value)> {
    match schema {
        // An empty list never means everybody.
        "NewDataset" | "Statement" => vec![
            (
                "if",
                json!({"required": ["visibility"], "properties": {"visibility": {"const": "organisations"}}}),
            ),
            ("then", json!({"required": ["audience"], "properties": {"audience": {"minItems": 1}}})),
            ("else", json!({"properties": {"audience": {"maxItems": 0}}})),
        ],
        "NewSpace" => vec![("allOf", json!([{"properties": {"names": {"minProperties": 1}}}]))],
        // Size and digest belong together; without a reference they must be there.
        "OfferedFile" => vec![(
            "anyOf",
            json!([
                given(&[("sha256", "string"), ("size", "integer")]),
                {
                    "required": ["reference"],
                    "properties": {
                        "reference": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "service"}}},
                        "sha256": {"type": "null"},
                        "size": {"type": "null"},
                    },
                },
            ]),
        )],
        _ => Vec::new(),
    }
}

/// All of these members are there, and not null.
fn given(members: &[(&str, &str)]) -> Value {
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        members.iter().map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind }))).collect();
    json!({"required": required, "properties": properties})
}

/// Adds the rules of a schema to what was derived.
pub(super) fn add_rules(name: &str, schema: &mut Object) {
    let rules = rules(name);
    if !rules.is_empty() {
        // Extensions are written as members of the schema, whatever they are called.
        schema.extensions = Some(rules.into_iter().collect());
    }
}
