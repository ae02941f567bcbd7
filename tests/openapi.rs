//! The contract: the document in `openapi/` is the one that the running service serves, and it says of every
//! operation, parameter and property what a reader needs to know. `BLESS=1` rewrites the file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cadastre::config::Settings;
use cadastre::kernel::SystemClock;
use cadastre::server::{self, contract};
use serde_json::Value;

const PROBLEM: &str = "#/components/schemas/Problem";
/// Every operation can be refused in these ways.
const ALWAYS: [&str; 6] = ["400", "401", "403", "404", "429", "503"];
const VERBS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

fn document() -> Value {
    serde_json::to_value(contract()).unwrap()
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/cadastre.json")
}

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap() + "\n"
}

#[test]
fn the_file_is_the_contract() {
    // Written from the contract itself and not from a parsed value, so that the order of the members is its own.
    let wanted = serde_json::to_string_pretty(contract()).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file(), &wanted).unwrap();
    }
    let found = std::fs::read_to_string(file()).unwrap_or_default();
    assert!(
        found == wanted,
        "openapi/cadastre.json is not what the service serves; run BLESS=1 cargo test --test openapi"
    );
}

#[tokio::test]
async fn the_service_serves_the_contract() {
    let data = tempfile::tempdir().unwrap();
    let settings = Settings {
        data: Some(data.path().to_owned()),
        listen: Some("127.0.0.1:0".into()),
        ..Settings::default()
    };
    let services = server::open_services(settings.resolve().unwrap(), Arc::new(SystemClock)).await.unwrap();
    let running = server::start(services).await.unwrap();
    let answer = reqwest::get(format!("http://{}/api/v1/openapi.json", running.address)).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let served: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(pretty(&served), pretty(&document()));
    running.stop().await.unwrap();
}

/// An operation with its place, as `GET /path`.
struct Operation<'a> {
    place: String,
    path: &'a str,
    method: &'a str,
    body: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().filter(|(method, _)| VERBS.contains(&method.as_str())).map(
                move |(method, body)| Operation {
                    place: format!("{} {path}", method.to_uppercase()),
                    path,
                    method,
                    body,
                },
            )
        })
        .collect()
}

/// Whether a member is there and says something.
fn says(value: &Value, member: &str) -> bool {
    value[member].as_str().is_some_and(|text| !text.trim().is_empty())
}

fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let tags: BTreeMap<&str, &Value> =
        document["tags"].as_array().unwrap().iter().map(|tag| (tag["name"].as_str().unwrap(), tag)).collect();
    let (mut faults, mut ids, mut used) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for Operation { place, body, .. } in operations(&document) {
        for member in ["summary", "description"] {
            if !says(body, member) {
                faults.push(format!("{place}: no {member}"));
            }
        }
        let id = body["operationId"].as_str().unwrap_or_default();
        let words = id.split_once('_').is_some_and(|(verb, thing)| !verb.is_empty() && !thing.is_empty());
        if !words || !id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            faults.push(format!("{place}: the operation id {id:?} is not verb_resource"));
        }
        if !ids.insert(id.to_owned()) {
            faults.push(format!("{place}: the operation id {id} is taken"));
        }
        match body["tags"].as_array().map(Vec::as_slice) {
            Some([tag]) if tags.contains_key(tag.as_str().unwrap()) => {
                used.insert(tag.as_str().unwrap());
            }
            found => faults.push(format!("{place}: wants one tag of those described, has {found:?}")),
        }
        if body["security"].as_array().is_none_or(Vec::is_empty) {
            faults.push(format!("{place}: no security"));
        }
    }
    for (name, tag) in &tags {
        if !says(tag, "description") || !used.contains(name) {
            faults.push(format!("the tag {name} is not described or not used"));
        }
    }
    report(faults);
}

#[test]
fn every_operation_says_how_it_answers() {
    let document = document();
    let mut faults = Vec::new();
    for Operation { place, method, body, .. } in operations(&document) {
        let responses = body["responses"].as_object().unwrap();
        let good: Vec<_> = responses.iter().filter(|(status, _)| status.starts_with('2')).collect();
        if good.is_empty() {
            faults.push(format!("{place}: no success answer"));
        }
        for (status, response) in responses {
            if !says(response, "description") {
                faults.push(format!("{place}: {status} is not described"));
            }
            if status.starts_with('2') && status != "204" && response["content"].as_object().is_none() {
                faults.push(format!("{place}: {status} has no body"));
            }
            let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
            if status.starts_with(['4', '5']) && *problem != PROBLEM {
                faults.push(format!("{place}: {status} is no problem document"));
            }
        }
        let mut wanted: Vec<&str> = ALWAYS.to_vec();
        if method != "get" || body["parameters"].as_array().is_some_and(|list| list.iter().any(is_checked)) {
            wanted.push("422");
        }
        for status in wanted {
            if !responses.contains_key(status) {
                faults.push(format!("{place}: {status} is missing"));
            }
        }
    }
    report(faults);
}

/// A parameter whose value can be refused with 422.
fn is_checked(parameter: &Value) -> bool {
    matches!(parameter["in"].as_str(), Some("query" | "header"))
}

#[test]
fn every_parameter_is_described_by_the_same_words_everywhere() {
    let document = document();
    let mut faults = Vec::new();
    let mut known: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    for Operation { place, path, body, .. } in operations(&document) {
        let parameters = body["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &parameters {
            let (name, kind) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
            if !says(parameter, "description") {
                faults.push(format!("{place}: {name} is not described"));
            }
            if kind != "path" {
                continue;
            }
            let said = parameter["description"].as_str().unwrap_or_default();
            // An `{id}` is of what stands before it.
            let before = path.split(&format!("/{{{name}}}")).next().unwrap().rsplit('/').next().unwrap();
            let owner = if name == "id" { before } else { "" };
            let (first, words) = known
                .entry((name.to_owned(), owner.to_owned()))
                .or_insert_with(|| (place.clone(), said.to_owned()));
            if words != said {
                faults.push(format!("{place}: {name} is {said:?}, but {words:?} at {first}"));
            }
        }
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            if !parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == name) {
                faults.push(format!("{place}: {name} is not among the parameters"));
            }
        }
    }
    report(faults);
}

#[test]
fn every_request_body_has_an_example_and_is_closed() {
    let document = document();
    let mut faults = Vec::new();
    for Operation { place, body, .. } in operations(&document) {
        let Some(json) = body["requestBody"]["content"].get("application/json") else { continue };
        let schema = resolve(&document, &json["schema"]);
        if [json, schema].iter().all(|at| at.get("example").or(at.get("examples")).is_none()) {
            faults.push(format!("{place}: the body has no example"));
        }
        if schema["additionalProperties"] != false && schema["unevaluatedProperties"] != false {
            faults.push(format!("{place}: the body does not say that unknown members are refused"));
        }
    }
    report(faults);
}

#[test]
fn every_property_is_described_and_every_schema_used() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut faults = Vec::new();
    for (name, schema) in schemas {
        undescribed(&document, schema, name, &mut faults);
    }
    let mut seen = BTreeSet::new();
    let mut waiting = vec![&document["paths"]];
    while let Some(value) = waiting.pop() {
        let mut found = BTreeSet::new();
        references(value, &mut found);
        for name in found {
            match schemas.get(&name) {
                None => faults.push(format!("{name} is referred to and not there")),
                Some(schema) if seen.insert(name) => waiting.push(schema),
                Some(_) => {}
            }
        }
    }
    faults.extend(
        schemas.keys().filter(|name| !seen.contains(*name)).map(|name| format!("{name} is not used")),
    );
    report(faults);
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect(reference),
        None => schema,
    }
}

/// Adds the properties within a schema that say nothing of themselves.
fn undescribed(document: &Value, schema: &Value, place: &str, faults: &mut Vec<String>) {
    // What names no type is a rule between members that are described elsewhere.
    if let Some(properties) = schema["properties"].as_object()
        && schema.get("type").is_some()
    {
        for (name, property) in properties {
            let told = says(property, "description")
                || says(resolve(document, property), "description")
                || property["oneOf"]
                    .as_array()
                    .is_some_and(|list| list.iter().any(|one| says(one, "description")));
            // The word that tells the kinds of a union apart.
            let fixed = property["enum"].as_array().is_some_and(|words| words.len() == 1)
                || property.get("const").is_some();
            if !told && !fixed {
                faults.push(format!("{place}/{name} is not described"));
            }
        }
    }
    let within: Vec<&Value> = match schema {
        Value::Object(members) => {
            members.iter().filter(|(key, _)| *key != "example").map(|(_, v)| v).collect()
        }
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for value in within {
        undescribed(document, value, place, faults);
    }
}

/// Adds the names of the schemas that a value refers to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|text| text.strip_prefix("#/components/schemas/"))
            {
                found.insert(name.to_owned());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
