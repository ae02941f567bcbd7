//! `mlcroissant` validates and loads records of every kind there is, open and, with Basic credentials, restricted.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::python::{Environment, succeeded};
use crate::scene::{Api, PROVIDER, Scene, TRAINER, json_lines, vega};
use crate::support::deployment::Shape;

const PAGE: &str = include_str!("../../docs/interop/croissant.md");

/// Makes what is not there: Parquet, TSV, archives of tables and of pictures; prints what the pictures are. Arguments: the folder,
/// and the folder of sample data.
const MAKE: &str = r#"
import json, pathlib, sys, tarfile, zipfile
import pandas as pd
from PIL import Image
PICTURES = ["7zip.png", "ffox.png", "gimp.png"]
to, data = map(pathlib.Path, sys.argv[1:])
frame = pd.read_json(data / "penguins.json")
frame["tags"] = [["a", "b"]] * len(frame)
frame["place"] = [{"island": island, "at": {"row": row}} for row, island in enumerate(frame["Island"])]
frame.to_parquet(to / "birds.parquet")
with zipfile.ZipFile(to / "tables.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for part, text in enumerate(["n,word\n1,one\n2,two\n", "n,word\n3,three\n"]):
        out.writestr(f"parts/{part}.csv", text)
with tarfile.open(to / "icons.tar.gz", "w:gz") as out:
    for name in PICTURES:
        out.add(data / name, f"icons/{name}")
    for name in ["one", "two"]:
        (to / "note.txt").write_text(f"This is {name}.")
        out.add(to / "note.txt", f"notes/{name}.txt")
frame.drop(columns=["tags", "place"]).to_csv(to / "birds.tsv", sep="\t", index=False)
with tarfile.open(to / "tables.tar", "w") as out:
    (to / "four.csv").write_text("n,word\n4,four\n")
    out.add(to / "four.csv", "four.csv")
with zipfile.ZipFile(to / "icons.zip", "w") as out:
    for name in PICTURES:
        out.write(data / name, f"icons/{name}")
opened = [Image.open(data / name) for name in PICTURES]
print(json.dumps(sorted([one.mode, *one.size] for one in opened)))
"#;

/// Loads every record set of a document and prints the records as JSON.
const LOAD: &str = r#"
import json, sys
import mlcroissant as mlc
def plain(value):
    if isinstance(value, bytes): return value.decode()
    if isinstance(value, dict): return {key.rsplit("/", 1)[-1]: plain(inner) for key, inner in value.items()}
    if isinstance(value, list): return [plain(inner) for inner in value]
    if hasattr(value, "isoformat"): return value.isoformat()
    if hasattr(value, "mode"): return [value.mode, *value.size]
    return value.item() if hasattr(value, "item") else value
def records(of):
    return [plain(record) for record in dataset.records(of)]
dataset = mlc.Dataset(jsonld=sys.argv[1])
print(json.dumps({of.id: records(of.id) for of in dataset.metadata.record_sets}))
"#;

#[tokio::test(flavor = "multi_thread")]
async fn croissant_on_sqlite_and_files() {
    croissant(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn croissant_on_postgresql_and_s3_with_two_replicas() {
    croissant(Shape::Scaled).await;
}

async fn croissant(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let data = crate::scene::vega_path("");
    let pictures = succeeded(&Environment::Present.python(home, MAKE, &[&text(home), &text(&data)]));
    let pictures: Value = serde_json::from_str(&pictures).unwrap();
    let made = |name: &str| std::fs::read(home.join(name)).unwrap();
    let (weather, lines) = (vega("seattle-weather.csv"), json_lines(&vega("penguins.json")));
    let files = [
        ("weather.csv", weather.clone()),
        ("penguins.jsonl", lines.clone()),
        ("birds.parquet", made("birds.parquet")),
        ("tables.zip", made("tables.zip")),
        ("icons.tar.gz", made("icons.tar.gz")),
        ("broken.parquet", b"PAR1 is not all of it".to_vec()),
        ("ffox.png", vega("ffox.png")),
        ("birds.tsv", made("birds.tsv")),
        ("tables.tar", made("tables.tar")),
        ("icons.zip", made("icons.zip")),
        ("pictures/7zip.png", vega("7zip.png")),
        ("pictures/ffox.png", vega("ffox.png")),
        ("pictures/gimp.png", vega("gimp.png")),
        ("late.csv", late()),
        ("people.csv", b"Alice Martin,1980-02-03,HIV positive\nBob Klein,1971-05-06,none\n".to_vec()),
        ("latin.csv", b"name,town\nAnna,K\xf6ln\n".to_vec()),
    ];
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    record["content"]["splits"] =
        json!([{"name": "train", "role": "train"}, {"name": "held-out", "role": "test"}]);
    let open = scene.publish("everything", "open", json!({"record": record}), &files).await;
    let gated = scene.publish("restricted", "review", json!({}), &[("weather.csv", weather.clone())]).await;
    let secure = scene.publish("enclosed", "secure", json!({}), &[("weather.csv", weather.clone())]).await;
    let schemas = read_schemas(&nobody, &open).await;
    read_schemas(&nobody, &gated).await;

    what_was_read(&schemas);
    who_may_see_them(&scene, &nobody, &secure).await;
    for name in ["croissant.json", "croissant-1.0.json"] {
        let url = format!("{}/datasets/{open}/1.0.0/{name}", scene.url());
        let loaded: Value = serde_json::from_str(&succeeded(&load(home, &url, None))).unwrap();
        compare(&loaded, &weather, &lines);
        compare_late(&loaded);
        compare_pictures(&loaded, &pictures);
    }
    restricted(&scene, home, &gated, &weather).await;
    by_accept(&nobody, &open, files.len()).await;
    for (language, token) in [("sh", None), ("python", None), ("sh restricted", Some(scene.trainer.token()))]
    {
        follow_the_page(&scene, home, language, token);
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Waits until every file of version 1.0.0 was read.
pub async fn read_schemas(api: &Api, name: &str) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let found = api.get(&format!("/datasets/{name}/versions/1.0.0/schemas")).await;
        let items = found["items"].as_array().unwrap().clone();
        if items.iter().all(|item| item["outcome"] != "pending") {
            return items;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "still pending: {found}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn what_was_read(schemas: &[Value]) {
    let of = |path: &str| schemas.iter().find(|item| item["path"] == path).unwrap_or(&Value::Null);
    assert!(of("ffox.png").is_null());
    assert_eq!(of("broken.parquet")["outcome"], "not_read");
    assert_eq!(of("people.csv")["reason"], "its first row does not name the columns");
    assert_eq!(of("latin.csv")["reason"], "it is not text in UTF-8");
    assert_eq!(of("broken.parquet")["reason"], "it is not well-formed Parquet");
    let kinds = |path: &str| -> Vec<String> {
        let columns =
            of(path)["structure"]["columns"].as_array().unwrap_or_else(|| panic!("{path}: {}", of(path)));
        columns
            .iter()
            .map(|column| format!("{}:{}", column["name"], column["kind"]).replace('"', ""))
            .collect()
    };
    let weather = [
        "date:text",
        "precipitation:float",
        "temp_max:float",
        "temp_min:float",
        "wind:float",
        "weather:text",
    ];
    let found = kinds("weather.csv");
    assert_eq!(found[1..], weather[1..], "{found:?}");
    assert!(kinds("birds.parquet").contains(&"place:object".to_owned()));
    assert!(
        kinds("penguins.jsonl").contains(&"Body Mass (g):integer".to_owned()),
        "{:?}",
        kinds("penguins.jsonl")
    );
    assert_eq!(
        of("tables.zip")["structure"]["members"][0]["includes"],
        json!(["parts/0.csv", "parts/1.csv"])
    );
    assert_eq!(of("icons.tar.gz")["structure"]["members"][0]["files"], 3);
    assert_eq!(of("icons.tar.gz")["structure"]["members"][1]["files"], 2);
}

/// Names of columns are withheld from others while the data stay in a secure environment, and so are record sets.
async fn who_may_see_them(scene: &Scene, nobody: &Api, secure: &str) {
    let path = format!("/api/v1/datasets/{secure}/versions/1.0.0/schemas");
    assert_eq!(nobody.at(Method::GET, &path).send().await.unwrap().status(), 403);
    read_schemas(&scene.provider, secure).await;
    for (api, shown) in [(nobody, false), (&scene.provider, true)] {
        let answer = api.at(Method::GET, &format!("/datasets/{secure}/croissant.json")).send().await.unwrap();
        let document: Value = answer.json().await.unwrap();
        assert_eq!(document["recordSet"].is_array(), shown);
    }
    who_declares_their_digest_learns_nothing(scene, secure).await;
}

/// A digest is public; that a file elsewhere is said to have it tells nobody what the bytes that are kept here hold.
async fn who_declares_their_digest_learns_nothing(scene: &Scene, secure: &str) {
    let files = scene.provider.get(&format!("/datasets/{secure}/versions/1.0.0/files")).await;
    let (sha256, size) = (&files["items"][0]["sha256"], &files["items"][0]["size"]);
    let record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    let new = json!({"organisation": TRAINER, "name": "claims", "space": "mobility", "record": record});
    scene.trainer.post("/datasets", new).await;
    let version = format!("/datasets/{TRAINER}/claims/versions/1.0.0");
    scene.trainer.post(&format!("/datasets/{TRAINER}/claims/versions"), json!({"version": "1.0.0"})).await;
    let claim = json!({
        "path": "stolen.csv", "media_type": "text/csv", "sha256": sha256, "size": size,
        "reference": {"kind": "download_url", "url": "https://data.example.org/stolen.csv"},
    });
    scene.trainer.post(&format!("{version}/files"), json!({"files": [claim]})).await;
    let told = scene.trainer.get(&format!("{version}/schemas")).await;
    assert_eq!(told["items"][0]["outcome"], "not_read", "{told}");
    assert_eq!(told["items"][0]["reason"], "it lies elsewhere");
    assert!(told["items"][0]["structure"].is_null());
}

fn load(home: &Path, url: &str, credentials: Option<(&str, &str)>) -> Output {
    let mut command = Environment::Present.command("python", home);
    // What was fetched with credentials is not to be found without.
    let cache = tempfile::tempdir_in(home).unwrap();
    command.args(["-c", LOAD, url]).env("CROISSANT_CACHE", cache.path());
    if let Some((name, password)) = credentials {
        command.env("CROISSANT_BASIC_AUTH_USERNAME", name).env("CROISSANT_BASIC_AUTH_PASSWORD", password);
    }
    command.output().expect("python runs")
}

/// What was loaded is what is in the files.
fn compare(loaded: &Value, weather: &[u8], lines: &[u8]) {
    let records = |name: &str| loaded[name].as_array().unwrap_or_else(|| panic!("{name}: {loaded:.300}"));
    let source = String::from_utf8_lossy(weather);
    let rows: Vec<Vec<&str>> = source.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(records("weather").len(), rows.len());
    for (record, row) in records("weather").iter().zip(&rows) {
        assert_eq!(record["weather"], row[5]);
        assert_eq!(record["temp_max"].as_f64(), row[2].parse().ok());
    }
    let objects: Vec<Value> =
        lines.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    for name in ["penguins", "birds-parquet", "birds-tsv"] {
        assert_eq!(records(name).len(), objects.len());
        for (record, object) in records(name).iter().zip(&objects) {
            assert_eq!(record["Species"], object["Species"]);
            assert_eq!(record["Body%20Mass%20%28g%29"].as_f64(), object["Body Mass (g)"].as_f64());
        }
    }
    for (row, (record, object)) in records("birds-parquet").iter().zip(&objects).enumerate() {
        assert_eq!(record["tags"], json!(["a", "b"]));
        assert_eq!(record["place"], json!({"island": object["Island"], "at.row": row}));
    }
    for (name, words) in [
        ("tables-zip/parts/0", &["one", "two"][..]),
        ("tables-zip/parts/1", &["three"]),
        ("tables-tar/four", &["four"]),
    ] {
        let found: Vec<&Value> = records(name).iter().map(|record| &record["word"]).collect();
        assert_eq!(found, words);
    }
    for (note, name) in records("icons-tar-gz/plain").iter().zip(["one", "two"]) {
        assert_eq!(note["path"], format!("notes/{name}.txt"));
        assert_eq!(note["content"], format!("This is {name}."));
    }
    let splits = json!([
        {"name": "train", "url": "cr:TrainingSplit"},
        {"name": "held-out", "url": "cr:TestSplit"},
    ]);
    assert_eq!(loaded["splits"], splits);
}

/// A table of 10,051 rows of which the last is of another kind, with numbers as long as snowflakes.
fn late() -> Vec<u8> {
    let rows = (0..10_050_u64).map(|row| format!("{},{row}\n", SNOWFLAKE + row));
    format!("id,value\n{}{},none of these\n", rows.collect::<String>(), SNOWFLAKE + 10_050).into_bytes()
}

const SNOWFLAKE: u64 = 1_234_567_890_123_456_789;

/// What comes late is loaded, and long numbers have all their digits.
fn compare_late(loaded: &Value) {
    let records = loaded["late"].as_array().unwrap_or_else(|| panic!("{loaded:.300}"));
    assert_eq!(records.len(), 10_051);
    for (row, record) in (0..).zip(records) {
        assert_eq!(record["id"], SNOWFLAKE + row);
    }
    assert_eq!((&records[7]["value"], &records[10_050]["value"]), (&json!("7"), &json!("none of these")));
}

/// Pictures of a tar, of a zip and of a folder are decoded to what they are, and the one that lies in no folder.
fn compare_pictures(loaded: &Value, pictures: &Value) {
    for name in ["icons-tar-gz/png", "icons-zip/png", "pictures/png"] {
        let records = loaded[name].as_array().unwrap_or_else(|| panic!("{name}: {loaded:.300}"));
        let mut found: Vec<&Value> = records.iter().map(|record| &record["content"]).collect();
        found.sort_by_key(|picture| picture.to_string());
        let mut expected: Vec<&Value> = pictures.as_array().unwrap().iter().collect();
        expected.sort_by_key(|picture| picture.to_string());
        assert_eq!(found, expected, "{name}");
        let in_archive = name.starts_with("icons-");
        for record in records {
            assert_eq!(
                record["path"].as_str().is_some_and(|path| path.starts_with("icons/")),
                in_archive,
                "{record}"
            );
        }
    }
    assert_eq!(loaded["png"].as_array().unwrap().len(), 1);
}

/// The document is for everybody, the bytes for those who may have them: the provider, and a trainer with a grant.
async fn restricted(scene: &Scene, home: &Path, gated: &str, weather: &[u8]) {
    let url = format!("{}/datasets/{gated}/croissant.json", scene.url());
    let (provider, trainer) = (("anything", scene.provider.token()), ("anything", scene.trainer.token()));
    let given = |credentials| {
        let loaded: Value = serde_json::from_str(&succeeded(&load(home, &url, Some(credentials)))).unwrap();
        let rows = String::from_utf8_lossy(weather).lines().count() - 1;
        assert_eq!(loaded["weather"].as_array().unwrap().len(), rows);
    };
    given(provider);
    for (credentials, status) in [(None, "401"), (Some(("anything", "wrong")), "401"), (Some(trainer), "403")]
    {
        let refused = load(home, &url, credentials);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(status), "{status}: {said}");
    }
    let request = json!({
        "dataset": gated, "organisation": TRAINER, "purpose": "pre_training",
        "justification": "Training of a model of the weather at sea.",
    });
    let request = scene.trainer.post("/requests", request).await["id"].as_str().unwrap().to_owned();
    scene.reviewer.post(&format!("/requests/{request}/approve"), json!({})).await;
    given(trainer);
}

async fn by_accept(nobody: &Api, open: &str, files: usize) {
    for version in ["1.1", "1.0"] {
        let profile = format!("application/ld+json;profile=\"http://mlcommons.org/croissant/{version}\"");
        let asked = nobody.at(Method::GET, &format!("/datasets/{open}")).header("Accept", &profile);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], profile.as_str());
        let document: Value = answer.json().await.unwrap();
        assert_eq!(document["conformsTo"], format!("http://mlcommons.org/croissant/{version}"));
        let items = document["distribution"].as_array().unwrap();
        let whole = items.iter().filter(|item| item["sha256"].is_string());
        assert_eq!(whole.count(), files, "each file, and nothing within archives");
        assert_eq!(cadastre::interop::croissant::check(&document), []);
    }
}

/// The lines of the page do what it says.
fn follow_the_page(scene: &Scene, home: &Path, language: &str, token: Option<&str>) {
    let fence = format!("```{language}\n");
    let blocks: Vec<&str> =
        PAGE.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert!(!blocks.is_empty(), "no {language} on the page");
    let bin: PathBuf = Environment::Present.program("python").parent().unwrap().to_owned();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let cache = tempfile::tempdir_in(home).unwrap();
    for block in blocks {
        let mut command = Command::new(if language == "python" { "python" } else { "bash" });
        command.args([if language == "python" { "-c" } else { "-ec" }, block]).env_clear().current_dir(home);
        command.env("PATH", &path).env("HOME", home).env("CROISSANT_CACHE", cache.path());
        command.env("CADASTRE_URL", scene.url()).env("CADASTRE_TOKEN", token.unwrap_or_default());
        let output = if language == "python" {
            let mut python = Environment::Present.command("python", home);
            python.args(["-c", block]).env("CROISSANT_CACHE", cache.path()).env("CADASTRE_URL", scene.url());
            python.output().unwrap()
        } else {
            command.output().unwrap()
        };
        let said = succeeded(&output);
        assert!(language.starts_with("sh") || said.contains("drizzle"), "{block}: {said}");
    }
    assert!(!PAGE.contains("harbour-institute/") || PAGE.contains(PROVIDER));
}
