//! Columns, as the provider states them and as they are read: by the API, by the command, in Croissant, and as a Table Schema by which
//! frictionless checks the rows.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use crate::croissant::read_schemas;
use crate::python::{Environment, succeeded};
use crate::scene::{Api, PROVIDER, SPACE, Scene, vega};
use crate::support::deployment::Shape;

/// Validates the rows of a data package by its schemas; then with a type that is wrong, which has to be found. Prints the schemas.
const VALIDATE: &str = r#"
import json, sys
import requests
from frictionless import Package, system
session = requests.Session()
session.trust_env = False
with system.use_context(http_session=session):
    descriptor = session.get(sys.argv[1]).json()
    # What is stated wrongly is found, and is the only thing that is.
    report = Package(sys.argv[1]).validate()
    found = {(task.place.rsplit("/", 1)[-1], kind) for task in report.tasks for kind, in task.flatten(["type"])}
    assert found == {("odd.csv", "incorrect-label")}, report.flatten(["title", "message"])
    descriptor["resources"] = [one for one in descriptor["resources"] if one["title"] != "odd.csv"]
    report = Package.from_descriptor(descriptor).validate()
    assert report.valid, report.flatten(["name", "title", "message"])
    rows = {task.name: task.stats.get("rows") for task in report.tasks}
    schemas = {one["title"]: one.get("schema") for one in descriptor["resources"]}
    weather = next(one for one in descriptor["resources"] if one["title"] == "weather.csv")
    weather["schema"]["fields"][1]["type"] = "boolean"
    descriptor["resources"] = [weather]
    report = Package.from_descriptor(descriptor).validate()
    kinds = {kind for kind, in report.flatten(["type"])}
    assert not report.valid and kinds == {"type-error"}, report.flatten(["type", "message"])[:3]
print(json.dumps({"schemas": schemas, "rows": rows}))
"#;

/// Validates a document and loads one of its record sets; prints how it is described, and the first record.
const LOAD: &str = r#"
import json, sys
import mlcroissant as mlc
dataset = mlc.Dataset(jsonld=sys.argv[1])
of = next(one for one in dataset.metadata.record_sets if one.id == "weather")
records = list(dataset.records("weather"))
fields = {one.id: [str(one.description), [str(iri) for iri in one.equivalentProperty or []]] for one in of.fields}
print(json.dumps({"fields": fields, "key": str(of.key), "records": len(records), "first": str(records[0]["weather/date"])}))
"#;

#[tokio::test(flavor = "multi_thread")]
async fn columns_on_sqlite_and_files() {
    columns(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_on_postgresql_and_s3_with_two_replicas() {
    columns(Shape::Scaled).await;
}

async fn columns(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let home = tempfile::tempdir().unwrap();
    wrong_columns_are_refused(&scene).await;
    let prices = "id;price;seen\n1;1.5;2024-01-02T03:04:05Z\n2;NA;\n3;2;2024-01-02 03:04\n";
    let files = [
        ("weather.csv", vega("seattle-weather.csv")),
        ("prices.csv", prices.as_bytes().to_vec()),
        ("codes.tsv", b"code\topen\n007\ttrue\n010\tfalse\n".to_vec()),
        ("notes.txt", b"Read me.\n".to_vec()),
        ("odd.csv", b"n,word\n1,one\nx,two\n".to_vec()),
    ];
    let dataset = scene.publish("columns", "open", json!({"record": record(tables())}), &files).await;
    let schemas = read_schemas(&nobody, &dataset).await;
    by_the_api(&schemas);
    by_the_command(&scene, home.path(), &dataset);
    for name in ["croissant.json", "croissant-1.0.json"] {
        in_croissant(&scene, &nobody, home.path(), &dataset, name).await;
    }
    in_the_package(&scene, home.path(), &dataset);
    what_is_stated_later_counts(&scene, &nobody, &dataset).await;
}

fn record(tables: Value) -> Value {
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    record["content"]["tables"] = tables;
    record
}

/// What the provider states of the weather, and wrongly of another file.
fn tables() -> Value {
    json!([
        {
            "files": "weather.csv",
            "description": {"en": "A day.", "fr": "Une journée."},
            "primary_key": ["date"],
            "columns": [
                {"name": "date", "kind": "date", "nullable": false, "description": {"en": "The day.", "fr": "Le jour."},
                 "semantic_type": "https://schema.org/observationDate"},
                {"name": "precipitation", "kind": "float", "description": {"en": "In millimetres."}},
                {"name": "temp_max", "kind": "float"},
                {"name": "temp_min", "kind": "float"},
                {"name": "wind", "kind": "decimal"},
                {"name": "weather", "kind": "text", "nullable": false, "description": {"en": "In one word."}}
            ]
        },
        {"files": "odd.*", "columns": [{"name": "n", "kind": "text"}, {"name": "words", "kind": "text"}]}
    ])
}

/// Each wrong column is told at its place, and nothing is registered.
async fn wrong_columns_are_refused(scene: &Scene) {
    let column = json!({"name": "x", "kind": "text"});
    let many: Vec<Value> = (0..2_001).map(|n| json!({"name": format!("c{n}"), "kind": "text"})).collect();
    let wide: Vec<Value> =
        (0..3).map(|n| json!({"files": format!("{n}.csv"), "columns": many[..1_700]})).collect();
    let table = |columns: Value| json!([{"files": "*.csv", "columns": columns}]);
    for (tables, pointer, code) in [
        (table(json!([])), "/0/columns", "required"),
        (table(json!([column, column])), "/0/columns/1/name", "duplicate"),
        (table(json!([{"name": " ", "kind": "text"}])), "/0/columns/0/name", "required"),
        (table(json!([{"name": "x", "kind": "list"}])), "/0/columns/0/kind", "vocabulary"),
        (
            table(json!([{"name": "x", "kind": "text", "semantic_type": "postalCode"}])),
            "/0/columns/0/semantic_type",
            "url",
        ),
        (table(json!(many)), "/0/columns", "too_many"),
        (json!(wide), "", "too_many"),
        (json!([{"files": "[", "columns": [column]}]), "/0/files", "pattern"),
        (json!([{"files": "", "columns": [column]}]), "/0/files", "required"),
        (
            json!([{"files": "a.csv", "primary_key": ["y"], "columns": [column]}]),
            "/0/primary_key/0",
            "unknown_column",
        ),
        (json!([{"files": "a.csv", "columns": [{"name": "x", "kind": "string"}]}]), "/0/columns/0/kind", ""),
    ] {
        let new =
            json!({"organisation": PROVIDER, "name": "refused", "space": SPACE, "record": record(tables)});
        let answer = scene.provider.request(Method::POST, "/datasets").json(&new).send().await.unwrap();
        let status = answer.status().as_u16();
        let problem: Value = answer.json().await.unwrap();
        assert!(status == 422 || status == 400, "{status}: {problem}");
        let pointer = format!("/record/content/tables{pointer}");
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{pointer}: {problem}"));
        let told = errors
            .iter()
            .any(|error| error["pointer"] == pointer && (code.is_empty() || error["code"] == code));
        assert!(told, "{pointer} {code}: {problem}");
    }
    let answer =
        scene.provider.request(Method::GET, &format!("/datasets/{PROVIDER}/refused")).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

fn by_the_api(schemas: &[Value]) {
    let of = |path: &str| schemas.iter().find(|item| item["path"] == path).unwrap_or(&Value::Null);
    let weather = &of("weather.csv")["structure"];
    assert_eq!((&weather["declared"], &weather["differences"]), (&json!(true), &Value::Null), "{weather}");
    assert_eq!(weather["rows"], 1461);
    assert_eq!(
        weather["columns"][0],
        json!({"name": "date", "kind": "date", "nullable": false, "description": {"en": "The day.", "fr": "Le jour."},
            "semantic_type": "https://schema.org/observationDate"})
    );
    assert_eq!(
        of("odd.csv")["structure"]["differences"],
        json!(["there is no column `words`", "the column `word` is not stated"])
    );
    let prices = &of("prices.csv")["structure"];
    assert_eq!((&prices["declared"], &prices["separator"]), (&Value::Null, &json!("semicolon")));
    assert_eq!(prices["columns"][2], json!({"name": "seen", "kind": "datetime", "nullable": true}));
    assert!(of("notes.txt").is_null());
}

/// `cadastre show --schema` names the columns.
fn by_the_command(scene: &Scene, home: &Path, dataset: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
    command.args(["show", dataset, "--schema", "--url", scene.url()]);
    command.env_clear().env("HOME", home).env("CADASTRE_TOKEN", scene.trainer.token());
    let said = succeeded(&command.output().unwrap());
    for told in ["weather.csv", "precipitation float?", "not as stated: there is no column `words`"] {
        assert!(said.contains(told), "{told}: {said}");
    }
}

async fn in_croissant(scene: &Scene, nobody: &Api, home: &Path, dataset: &str, name: &str) {
    let path = format!("/datasets/{dataset}/1.0.0/{name}");
    let document: Value = nobody.at(Method::GET, &path).send().await.unwrap().json().await.unwrap();
    assert_eq!(cadastre::interop::croissant::check(&document), []);
    let url = format!("{}{path}", scene.url());
    let mut python = Environment::Present.command("python", home);
    let cache = tempfile::tempdir_in(home).unwrap();
    let output = python.args(["-c", LOAD, &url]).env("CROISSANT_CACHE", cache.path()).output().unwrap();
    let found: Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(found["records"], 1461);
    assert!(found["first"].as_str().unwrap().starts_with("2012-01-01"), "{found}");
    assert!(found["key"].as_str().unwrap().contains("weather/date"), "{found}");
    let date = &found["fields"]["weather/date"];
    assert!(date[0].as_str().unwrap().contains("The day."), "{found}");
    assert_eq!(date[1], json!(["https://schema.org/observationDate"]), "{found}");
}

fn in_the_package(scene: &Scene, home: &Path, dataset: &str) {
    let url = format!("{}/datasets/{dataset}/1.0.0/datapackage.json", scene.url());
    let found: Value =
        serde_json::from_str(&succeeded(&Environment::Present.python(home, VALIDATE, &[&url]))).unwrap();
    let weather = &found["schemas"]["weather.csv"];
    assert_eq!(weather["primaryKey"], json!(["date"]));
    assert_eq!(
        weather["fields"][0],
        json!({"name": "date", "type": "date", "description": "The day.", "rdfType": "https://schema.org/observationDate"})
    );
    assert_eq!(weather["fields"][5]["constraints"], json!({"required": true}));
    let types = |path: &str| {
        let fields = found["schemas"][path]["fields"].as_array().unwrap();
        fields.iter().map(|field| field["type"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(types("prices.csv"), ["integer", "number", "datetime"]);
    assert_eq!(types("codes.tsv"), ["string", "boolean"]);
    assert!(found["schemas"]["notes.txt"].is_null());
    assert_eq!(found["rows"]["weather.csv"], 1461);
}

/// A record that is changed changes what is told of files that are published, and the tag of what is told.
async fn what_is_stated_later_counts(scene: &Scene, nobody: &Api, dataset: &str) {
    let path = format!("/datasets/{dataset}/1.0.0/datapackage.json");
    let before = nobody.at(Method::GET, &path).send().await.unwrap().headers()["etag"].clone();
    let mut stated = tables();
    stated[1] = json!({"files": "prices.csv", "columns": [
        {"name": "id", "kind": "integer"}, {"name": "price", "kind": "decimal"}, {"name": "seen", "kind": "datetime"}]});
    let change = json!({"space": SPACE, "record": record(stated)});
    scene.provider.put_matching(&format!("/datasets/{dataset}"), change).await;
    let schemas = read_schemas(nobody, dataset).await;
    let of = |path: &str| schemas.iter().find(|item| item["path"] == path).unwrap();
    assert_eq!(of("prices.csv")["structure"]["columns"][1]["kind"], "decimal");
    assert_eq!(of("prices.csv")["structure"]["separator"], "semicolon", "as it was read");
    assert_eq!(of("odd.csv")["structure"]["declared"], Value::Null);
    let after = nobody.at(Method::GET, &path).send().await.unwrap().headers()["etag"].clone();
    assert_ne!(before, after);
}
