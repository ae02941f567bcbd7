//! Rules between the fields of one body, which derived schemas cannot say. A reader of the contract, and whoever
//! makes test data from it, learns them here; the domains check them.

use serde_json::{Value, json};
use utoipa::openapi::schema::Object;

/// The rule of a schema, if it has one.
fn rule(schema: &str) -> Option<Value> {
    Some(match schema {
        // An empty list never means everybody.
        "NewDataset" | "Statement" => json!({
            "if": {"required": ["visibility"], "properties": {"visibility": {"const": "organisations"}}},
            "then": {"required": ["audience"], "properties": {"audience": {"minItems": 1}}},
            "else": {"properties": {"audience": {"maxItems": 0}}},
        }),
        "NewSpace" => json!({"properties": {"names": {"minProperties": 1}}}),
        // Size and digest belong together; only what a data service gives may be without.
        "OfferedFile" => json!({"anyOf": [
            given(&[("sha256", "string"), ("size", "integer")]),
            {
                "required": ["reference"],
                "properties": {
                    "reference": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "service"}}},
                    "sha256": {"type": "null"},
                    "size": {"type": "null"},
                },
            },
        ]}),
        _ => return None,
    })
}

/// All of these members are there, and not null.
fn given(members: &[(&str, &str)]) -> Value {
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        members.iter().map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind }))).collect();
    json!({"required": required, "properties": properties})
}

/// Adds the rule of a schema to what was derived.
pub(super) fn add_rule(name: &str, schema: &mut Object) {
    if let Some(rule) = rule(name) {
        // Extensions are written as members of the schema, whatever they are called.
        schema.extensions = Some([("allOf", json!([rule]))].into_iter().collect());
    }
}
