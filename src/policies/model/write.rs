//! Writes a policy as compact JSON-LD. Keys that the Dataspace Protocol's context lacks carry their prefix.

use serde_json::{Map, Value as Json, json};

use super::iri::Iri;
use super::policy::{Constraint, Permission, Policy, Rule};
use super::value::{Datatype, Value};
use super::{iri, parse};

/// The `@context` of every policy that is written. JSON-LD 1.1 takes a name that does not end in one of
/// `:/?#[]@` for a prefix only if told so.
fn context() -> Json {
    let prefixes = iri::PREFIXES.iter().filter(|(prefix, _)| *prefix != "odrl");
    let prefixes: Map<_, _> = prefixes
        .map(|(prefix, name)| {
            let plain = name.ends_with([':', '/', '#']);
            let definition = if plain { json!(name) } else { json!({"@id": name, "@prefix": true}) };
            ((*prefix).to_owned(), definition)
        })
        .collect();
    json!([parse::DSP_CONTEXT, prefixes])
}

pub(super) fn policy(policy: &Policy) -> Json {
    let mut object = Map::new();
    object.insert("@context".into(), context());
    object.insert("@id".into(), json!(policy.id.compact()));
    object.insert("@type".into(), json!(policy.kind));
    parties(&mut object, [&policy.assigner, &policy.assignee, &policy.target]);
    insert_list(&mut object, "profile", policy.profiles.iter().map(|profile| json!(profile)));
    insert_list(&mut object, "permission", policy.permissions.iter().map(permission));
    insert_list(&mut object, "prohibition", policy.prohibitions.iter().map(rule));
    insert_list(&mut object, "obligation", policy.obligations.iter().map(rule));
    Json::Object(object)
}

fn parties(object: &mut Map<String, Json>, named: [&Option<Iri>; 3]) {
    for (key, iri) in ["assigner", "assignee", "target"].into_iter().zip(named) {
        if let Some(iri) = iri {
            object.insert(key.into(), json!(iri.compact()));
        }
    }
}

/// Inserts a list unless it is empty.
fn insert_list(object: &mut Map<String, Json>, key: &str, list: impl Iterator<Item = Json>) {
    let list: Vec<_> = list.collect();
    if !list.is_empty() {
        object.insert(key.into(), Json::Array(list));
    }
}

fn permission(permission: &Permission) -> Json {
    let mut object = rule_members(&permission.rule);
    insert_list(&mut object, "duty", permission.duties.iter().map(rule));
    Json::Object(object)
}

fn rule(rule: &Rule) -> Json {
    Json::Object(rule_members(rule))
}

fn rule_members(rule: &Rule) -> Map<String, Json> {
    let mut object = Map::new();
    parties(&mut object, [&rule.assigner, &rule.assignee, &rule.target]);
    object.insert("action".into(), action(rule));
    insert_list(&mut object, "constraint", rule.constraints.iter().map(constraint));
    object
}

/// `use` is the one action that the protocol's context knows without a prefix.
fn action(rule: &Rule) -> Json {
    let term = rule.action.as_str();
    if rule.refinements.is_empty() {
        return json!(if term == "odrl:use" { "use" } else { term });
    }
    let refinements: Vec<_> = rule.refinements.iter().map(constraint).collect();
    json!({"rdf:value": {"@id": term}, "odrl:refinement": refinements})
}

fn constraint(constraint: &Constraint) -> Json {
    match constraint {
        Constraint::Atomic { left, operator, right, unit } => {
            let mut values = right.iter().map(value);
            let right = if operator.takes_list() { values.collect() } else { json!(values.next()) };
            let mut object = json!({"leftOperand": left, "operator": operator, "rightOperand": right});
            if let (Some(unit), Some(object)) = (unit, object.as_object_mut()) {
                object.insert("odrl:unit".into(), json!({"@id": unit.compact()}));
            }
            object
        }
        Constraint::Logical(operator, parts) => {
            let parts: Vec<_> = parts.iter().map(self::constraint).collect();
            json!({operator.as_str(): parts})
        }
    }
}

fn value(value: &Value) -> Json {
    let text = value.to_string();
    match value.datatype() {
        Datatype::Iri => json!({"@id": text}),
        Datatype::Text => json!(text),
        datatype => json!({"@value": text, "@type": datatype}),
    }
}
