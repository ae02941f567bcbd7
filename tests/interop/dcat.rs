//! DCAT-AP: rdflib reads every serialization as the same graph, pyshacl holds them against the shapes of DCAT-AP 3.0.1, and
//! a harvester pages through the catalogue and learns at no cost that nothing changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use cadastre::datasets::record::{Record, Theme};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::dcat_records::has_what_google_wants;
use crate::python::{Environment, succeeded};
use crate::scene::{Api, PROVIDER, Scene};
use crate::support::deployment::Shape;

const PROGRAM: &str = include_str!("dcat.py");
const FULL: &str = include_str!("../fixtures/record-full.json");

/// How often a page is asked for to tell what it costs.
const TIMES: u32 = 5;

/// The modular shapes of DCAT-AP 3.0.1.
const SHAPES: &str = "dcat-ap/shacl-modular";

/// The serializations: ending and media type.
const SYNTAXES: [(&str, &str); 4] = [
    ("ttl", "text/turtle"),
    ("rdf", "application/rdf+xml"),
    ("jsonld", "application/ld+json"),
    ("nt", "application/n-triples"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_on_sqlite_and_files() {
    catalogue(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_on_postgresql_and_s3_with_two_replicas() {
    catalogue(Shape::Scaled).await;
}

/// A folder of the material that the project's members share; where it is not there, what needs it is skipped.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(folder);
    if !path.exists() {
        eprintln!("SKIPPED: there is no {}", path.display());
        return None;
    }
    Some(path)
}

/// A validator that finds nothing anywhere would prove nothing.
#[test]
fn the_validator_finds_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let text = "<https://example.org/a> a <http://www.w3.org/ns/dcat#Dataset> .";
    let other = "<https://example.org/b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
                 <http://www.w3.org/ns/dcat#Dataset> .\n";
    let files = [("wrong.ttl", text), ("wrong.nt", other)].map(|(name, text)| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let found = validate(home.path(), &files);
    assert_eq!(found["differ"].as_array().unwrap().len(), 1, "{found}");
    if shared(SHAPES).is_some() {
        assert_eq!(found["violations"].as_array().unwrap().len(), 2, "title and description: {found}");
    }
}

/// What rdflib and pyshacl find: several files of one name are the same graph, and no shape is violated.
pub fn judge(home: &Path, files: &[PathBuf]) -> Value {
    let answer = validate(home, files);
    assert_eq!((&answer["differ"], &answer["violations"]), (&json!([]), &json!([])), "{answer:#}");
    assert_eq!(answer["documents"], files.len());
    answer
}

fn validate(home: &Path, files: &[PathBuf]) -> Value {
    let shapes = shared(SHAPES).map_or_else(|| "-".to_owned(), |path| path.display().to_string());
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let arguments: Vec<&str> =
        std::iter::once(shapes.as_str()).chain(files.iter().map(String::as_str)).collect();
    serde_json::from_str(&succeeded(&Environment::Present.python(home, PROGRAM, &arguments))).unwrap()
}

async fn catalogue(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let names = datasets(&scene).await;
    let home = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for name in &names {
        files.extend(documents(&nobody, home.path(), name).await);
    }
    let found = judge(home.path(), &files);
    assert!(found["triples"].as_u64() > Some(500), "{found}");

    described(&nobody, &scene, &names).await;
    scored(&scene, &nobody, &names[0]).await;
    let more = many(&scene, shape).await;
    let pages = harvest(&nobody, home.path(), "/catalog").await;
    assert_eq!(pages.len() / 4, (names.len() + more).div_ceil(100), "pages of a hundred");
    let found = judge(home.path(), &pages);
    assert_eq!(found["datasets"].as_array().unwrap().len(), names.len() + more);
    // Put together, as a harvester has them, they are a catalogue too.
    let parts = pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "nt"));
    let all: Vec<String> = parts.map(|page| std::fs::read_to_string(page).unwrap()).collect();
    let together = home.path().join("together.nt");
    std::fs::write(&together, all.concat()).unwrap();
    assert!(all.len() > 1);
    judge(home.path(), &[together]);
    for dataset in found["datasets"].as_array().unwrap() {
        let path = dataset.as_str().unwrap().trim_start_matches(scene.url());
        let document = get(&nobody, &format!("{path}/schema-org.jsonld"), &[]).await;
        has_what_google_wants(&document.json().await.unwrap());
    }
    page_works_as_written(home.path(), scene.url(), &names[1], names.len() + more);
    let whole = get(&nobody, "/catalog.nt", &[]).await.text().await.unwrap();
    let score = format!("/datasets/{}#mqa-scoring> <http://www.w3.org/ns/dqv#value> \"335\"", names[0]);
    assert!(whole.contains(&score), "the score stands in lists too");
    assert!(!whole.contains("#mqa-keywordAvailability"), "and only the score");
    assert_eq!(whole.matches("/catalog> <http://www.w3.org/ns/dcat#catalog> ").count(), 14, "the spaces");
    for list in ["/spaces/mobility", "/spaces/health", &format!("/organisations/{PROVIDER}")] {
        let found = judge(home.path(), &harvest(&nobody, home.path(), list).await[..4]);
        assert!(!found["datasets"].as_array().unwrap().is_empty(), "{list}");
    }
    costs_nothing(&scene, &nobody).await;
    unchanged(&scene, &nobody).await;
}

/// What the page of the documentation says to copy.
fn page_works_as_written(home: &Path, url: &str, dataset: &str, datasets: usize) {
    let page = include_str!("../../docs/interop/dcat-ap.md");
    let blocks = |language: &str| -> Vec<&str> {
        let mark = format!("```{language} tour\n");
        page.split(mark.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
    };
    let (shell, python) = (blocks("sh"), blocks("python"));
    assert_eq!((shell.len(), python.len()), (2, 2), "the page has all its blocks");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &shell.join("\n")]).current_dir(home);
    bash.env("CADASTRE_URL", url).env("DATASET", dataset).env("no_proxy", "*");
    assert_eq!(succeeded(&bash.output().unwrap()).trim(), "304");
    for (name, part) in
        [("catalog.ttl", "a dcat:Catalog"), ("dataset.rdf", "<rdf:RDF"), ("dataset.jsonld", "\"@graph\"")]
    {
        assert!(std::fs::read_to_string(home.join(name)).unwrap().contains(part), "{name}");
    }
    let said = python.iter().map(|program| {
        let mut command = Environment::Present.command("python", home);
        command.args(["-c", program]).env("CADASTRE_URL", url).env("DATASET", dataset);
        succeeded(&command.env("no_proxy", "*").output().unwrap())
    });
    let said: Vec<String> = said.collect();
    assert_eq!(said, ["data.csv 8\n".to_owned(), format!("{datasets} datasets\n")]);
}

/// Whoever asks again for what did not change costs neither a rendering nor a query: a small part of the CPU time.
async fn costs_nothing(scene: &Scene, nobody: &Api) {
    // What began with the last write, such as signing the journal, is over.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    for path in ["/catalog.ttl", "/spaces/mobility.rdf", "/feed.atom", "/spaces/mobility/feed.atom"] {
        let tag = get(nobody, path, &[]).await.headers()["etag"].to_str().unwrap().to_owned();
        let mut spent = Vec::new();
        for status in [200, 304] {
            let before = scene.deployment.cpu(0);
            for _ in 0..TIMES {
                let asked = nobody.at(Method::GET, path);
                let asked = if status == 304 { asked.header("If-None-Match", &tag) } else { asked };
                let answer = asked.send().await.unwrap();
                assert_eq!(answer.status(), status, "{path}");
                answer.bytes().await.unwrap();
            }
            spent.push(scene.deployment.cpu(0) - before);
        }
        let (whole, unchanged) = (spent[0], spent[1]);
        // A feed is remembered as it is written, so that both cost as good as nothing; a page is rendered when it is sent.
        if !path.ends_with(".atom") {
            assert!(unchanged * 5 < whole, "{path}: {unchanged:?} of {whole:?}");
        }
        assert!(unchanged < TIMES * std::time::Duration::from_millis(30), "{path}: {unchanged:?}");
    }
}

/// A dataset of each kind: nothing but what is needed, everything, of the health space, gated with a sample, and elsewhere.
async fn datasets(scene: &Scene) -> Vec<String> {
    scene.admin.put(&format!("/spaces/health/members/{PROVIDER}"), Value::Null).await;
    let table = || ("data.csv", b"a,b\n1,2\n".to_vec());
    let full: Value = serde_json::from_str(FULL).unwrap();
    let mut health = full.clone();
    health["themes"] = json!([]);
    health["privacy"]["personal_data"] = json!("pseudonymised");
    let mut names = vec![
        scene.publish("minimal", "open", json!({}), &[table()]).await,
        scene.publish("full", "review", json!({"record": full}), &[table()]).await,
        scene.publish("care", "secure", json!({"record": health, "space": "health"}), &[table()]).await,
    ];
    scene
        .provider
        .post(
            "/datasets",
            json!({"organisation": PROVIDER, "name": "mixed", "space": "mobility",
        "record": serde_json::from_str::<Value>(include_str!("../fixtures/record-minimal.json")).unwrap()}),
        )
        .await;
    let path = format!("/datasets/{PROVIDER}/mixed");
    scene.provider.put_matching(&format!("{path}/policy"), json!({"mode": "review"})).await;
    scene.provider.post(&format!("{path}/versions"), json!({"version": "1.0.0"})).await;
    scene.provider.upload(&format!("{path}/versions/1.0.0/files/rows.parquet"), b"PAR1".to_vec()).await;
    scene
        .provider
        .upload(&format!("{path}/versions/1.0.0/files/part%20one.csv?sample=true"), b"a\n1\n".to_vec())
        .await;
    let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let elsewhere = |path: &str, kind: &str| json!({"path": path, "size": 0, "sha256": sha256, "reference": {"kind": kind, "url": format!("https://example.org/{path}")}});
    let service = json!({"path": "rows", "reference": {"kind": "service", "endpoint_url": "https://example.org/api",
        "description": "Rows & days", "documentation": "https://example.org/openapi.json"}});
    let files =
        json!({"files": [elsewhere("a.json", "download_url"), elsewhere("b.xml", "access_url"), service]});
    scene.provider.post(&format!("{path}/versions/1.0.0/files"), files).await;
    scene.provider.post(&format!("{path}/versions/1.0.0/publish"), json!({})).await;
    names.push(format!("{PROVIDER}/mixed"));
    names
}

/// The documents of a dataset in every serialization, by name, by ending and by `Accept`.
async fn documents(nobody: &Api, home: &Path, name: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for (ending, media_type) in SYNTAXES {
        let path = format!("/datasets/{name}");
        let by_name = get(nobody, &format!("{path}/dcat.{ending}"), &[]).await;
        let said = by_name.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(said.starts_with(media_type), "{said}");
        let text = by_name.text().await.unwrap();
        for (path, accept) in [(format!("{path}.{ending}"), "*/*"), (path, media_type)] {
            assert_eq!(
                get(nobody, &path, &[("Accept", accept)]).await.text().await.unwrap(),
                text,
                "{path} {accept}"
            );
        }
        let file = home.join(format!("{}.{ending}", name.replace('/', "-")));
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    files
}

/// What a consumer looks for first.
async fn described(nobody: &Api, scene: &Scene, names: &[String]) {
    let text = |name: String| async move {
        get(nobody, &format!("/datasets/{name}.nt"), &[]).await.text().await.unwrap()
    };
    let says = |text: &str, parts: &[&str]| {
        let lines = text.lines().filter(|line| parts.iter().all(|part| line.contains(part)));
        lines.count()
    };
    let [minimal, full, health, mixed] = names else { panic!("four datasets") };
    let minimal = text(minimal.clone()).await;
    assert_eq!(says(&minimal, &["dcat#theme>", "/data-theme/TRAN>"]), 1, "the theme of the space");
    assert_eq!(says(&minimal, &["dcat#downloadURL>", scene.url()]), 1);
    assert_eq!(says(&minimal, &["checksumValue>", "hexBinary"]), 1);
    assert_eq!(says(&minimal, &["dqv#value>", "\"335\""]), 1, "the score");
    let full = text(full.clone()).await;
    for (property, value) in [
        ("/language>", "/language/NLD>"),
        ("accrualPeriodicity>", "/frequency/ANNUAL>"),
        ("accessRights>", "/access-right/RESTRICTED>"),
        ("/spatial>", "/country/BEL>"),
        ("/spatial>", "/nuts/code/NL33>"),
        ("hasPolicy>", "/full/policy>"),
        ("conformsTo>", "tei-p5-doc"),
        ("applicableLegislation>", "/reg/2024/1689/oj>"),
        ("dcat#startDate>", "gYearMonth"),
        ("accessService>", "/api/v1>"),
    ] {
        assert!(says(&full, &[property, value]) > 0, "{property} {value}");
    }
    assert_eq!(says(&full, &["dcat#downloadURL>"]), 0, "what is gated is not given out as content");
    let health = text(health.clone()).await;
    for part in ["healthCategory> ", "/access-right/NON_PUBLIC>", "/eli/reg/2025/327/oj>", "health#hdab>"] {
        assert!(says(&health, &[part]) > 0, "{part}");
    }
    let mixed = text(mixed.clone()).await;
    assert_eq!(says(&mixed, &["adms#sample>"]), 1);
    assert_eq!(says(&mixed, &["dcat#downloadURL>"]), 1, "only the sample is open");
    assert_eq!(says(&mixed, &["dcat#endpointURL> <https://example.org/api>"]), 1);
}

/// The score is told before publication too, and only to those who may see the draft.
async fn scored(scene: &Scene, nobody: &Api, minimal: &str) {
    let found = nobody.get(&format!("/datasets/{minimal}/quality")).await;
    assert_eq!((&found["mqa"]["score"], &found["mqa"]["rating"]), (&json!(335), &json!("good")));
    let new = json!({"organisation": PROVIDER, "name": "draft", "space": "mobility", "record": {"title": {"en": "Draft"}}});
    scene.provider.post("/datasets", new).await;
    scene.provider.post(&format!("/datasets/{PROVIDER}/draft/versions"), json!({"version": "1.0.0"})).await;
    scene
        .provider
        .upload(&format!("/datasets/{PROVIDER}/draft/versions/1.0.0/files/a.csv"), b"a\n".to_vec())
        .await;
    let draft = scene.provider.get(&format!("/datasets/{PROVIDER}/draft/quality")).await;
    // Theme of the space, page, format, media type, both, list, readable, publisher, size, day of the last change.
    assert_eq!(draft["mqa"]["score"], 30 + 50 + 20 + 10 + 10 + 20 + 20 + 10 + 5 + 5, "{draft:#}");
    let unseen =
        nobody.request(Method::GET, &format!("/datasets/{PROVIDER}/draft/quality")).send().await.unwrap();
    assert_eq!(unseen.status(), 404);
    let told = Command::new(env!("CARGO_BIN_EXE_cadastre"))
        .args(["show", minimal, "--quality", "--url", scene.url()])
        .output()
        .unwrap();
    let (rows, notes) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    let first = rows.lines().find(|row| row.contains("Availability")).unwrap_or_default();
    assert!(first.contains("add keywords: +30"), "the most to gain comes first: {rows}{notes}");
    assert!(notes.contains("335 of 405"), "{notes}");
}

/// Records of other catalogues, where they are at hand; else, and where two replicas answer, announcements. How many.
async fn many(scene: &Scene, shape: Shape) -> usize {
    let known = shared("catalogue/records.ndjson").filter(|_| shape == Shape::Embedded);
    let Some(known) = known else {
        for number in 0..101 {
            let record = json!({"title": {"en": format!("Announcement {number}")}});
            let new = json!({"organisation": PROVIDER, "name": format!("announced-{number}"), "space": "mobility",
                "announced": true, "record": record});
            scene.provider.post("/datasets", new).await;
        }
        return 101;
    };
    let text = std::fs::read_to_string(known).unwrap();
    // Some of every source: every fifteenth record.
    let records: Vec<Value> =
        text.lines().step_by(15).filter_map(|line| ours(&serde_json::from_str(line).unwrap())).collect();
    assert!(records.len() >= 200, "{}", records.len());
    for (number, record) in records.iter().enumerate() {
        let mode = ["open", "review", "secure"][number % 3];
        let file = ["data.csv", "data.jsonl", "data.parquet", "data.tar", "data.bin"][number % 5];
        scene
            .publish(&format!("others-{number}"), mode, json!({"record": record}), &[(file, b"x".to_vec())])
            .await;
    }
    records.len()
}

/// A record of another catalogue as one of ours, as far as it goes; none without a description.
fn ours(other: &Value) -> Option<Value> {
    let description = other["description"].as_object().filter(|texts| !texts.is_empty())?;
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    let cut = |texts: &serde_json::Map<String, Value>, most: usize| -> Value {
        let cut = |text: &Value| text.as_str().unwrap_or_default().chars().take(most).collect::<String>();
        texts
            .iter()
            .map(|(language, text)| (language.clone(), json!(cut(text))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    record["title"] = cut(other["title"].as_object()?, 300);
    record["description"] = cut(description, 5000);
    if other["keywords"].is_object() {
        record["keywords"] = other["keywords"].clone();
    }
    // Some name themes of their own country's table.
    let known = |theme: &&Value| theme.as_str().is_some_and(|theme| theme.parse::<Theme>().is_ok());
    record["themes"] = other["themes"].as_array().into_iter().flatten().filter(known).cloned().collect();
    record["landing_page"] = other["landing_page"].clone();
    if let Some(publisher) = other["publisher"].as_str() {
        record["creators"] = json!([{"kind": "organisation", "name": publisher}]);
    }
    // Identifiers of SPDX as they are; what is a page by that page.
    match other["licence"].as_str() {
        Some(page) if page.starts_with("http") => {
            record["rights"]["licence"] = json!("LicenseRef-Stated");
            record["rights"]["licence_url"] = json!(page);
        }
        Some("CC-BY-4.0") => record["rights"]["licence"] = json!("CC-BY-4.0"),
        _ => {}
    }
    record["content"] = json!({"languages": other["language"].as_array()?.iter().map(|tag| json!({"language": tag})).collect::<Vec<_>>()});
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    record.as_object_mut()?.retain(|_, value| !empty(value));
    let read: Record = serde_json::from_value(record.clone()).ok()?;
    read.check().ok().map(|()| record)
}

/// All pages of a list in all serializations, as a harvester gets them: from link to link.
async fn harvest(nobody: &Api, home: &Path, list: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for (ending, _) in SYNTAXES {
        let mut next = Some(format!("{list}.{ending}"));
        let mut page = 0;
        while let Some(path) = next {
            let answer = get(nobody, &path, &[]).await;
            let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
            // The address begins with the host, which is known.
            next = link.map(|link| {
                let address = link.trim_start_matches('<').split('>').next().unwrap();
                format!("/{}", address.splitn(4, '/').nth(3).unwrap())
            });
            let text = answer.text().await.unwrap();
            assert_eq!(text.contains("core#next") || text.contains("hydra:next"), next.is_some(), "{path}");
            let file = home.join(format!("{}-{page}.{ending}", list.replace('/', "-")));
            std::fs::write(&file, comparable(&text, ending)).unwrap();
            files.push(file);
            page += 1;
        }
    }
    files
}

/// The addresses of pages end as their serialization does; without that, all say the same.
fn comparable(text: &str, ending: &str) -> String {
    ["/catalog", "/spaces/mobility", "/spaces/health", &format!("/organisations/{PROVIDER}")]
        .iter()
        .fold(text.to_owned(), |text, list| {
            text.replace(&format!("{list}.{ending}"), &format!("{list}.page"))
        })
}

/// A page that did not change is not sent again; one from which something is gone is.
async fn unchanged(scene: &Scene, nobody: &Api) {
    for path in ["/catalog.ttl", "/spaces/mobility.jsonld", &format!("/organisations/{PROVIDER}.rdf")] {
        // In the second of a change there is no date yet.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        let answer = get(nobody, path, &[]).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let (tag, date) = (header("etag"), header("last-modified"));
        assert!(tag.starts_with("W/"), "{tag}: compressed it is the same page, and not the same bytes");
        for (name, value) in [("If-None-Match", &tag), ("If-Modified-Since", &date)] {
            let again = nobody.at(Method::GET, path).header(name, value.as_str()).send().await.unwrap();
            assert_eq!(
                (again.status().as_u16(), again.bytes().await.unwrap().len()),
                (304, 0),
                "{path} {name}"
            );
        }
        let head = nobody.at(Method::HEAD, path).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.headers()["etag"].to_str().unwrap()), (200, tag.as_str()));
        // A dataset that nobody but the space may know of any more leaves no newer date behind on the page.
        let dataset = format!("/datasets/{PROVIDER}/mixed");
        let mut stated = scene.provider.get(&dataset).await;
        let visibility = if stated["visibility"] == "public" { "space" } else { "public" };
        let record = stated["record"].take();
        let stated =
            json!({"space": "mobility", "visibility": visibility, "announced": false, "record": record});
        scene.provider.put_matching(&dataset, stated).await;
        for (name, value) in [("If-None-Match", &tag), ("If-Modified-Since", &date)] {
            let again = nobody.at(Method::GET, path).header(name, value.as_str()).send().await.unwrap();
            assert_eq!(again.status(), 200, "{path} {name} {visibility}");
            let there = again.text().await.unwrap().contains(&format!("/datasets/{PROVIDER}/mixed"));
            assert_eq!(there, visibility == "public", "{path}");
        }
    }
    let since = get(nobody, "/catalog.nt?modified_since=2999-01-01", &[]).await.text().await.unwrap();
    assert!(!since.contains("dcat#dataset>"), "nothing changes in a thousand years");
    for (path, status) in [
        ("/catalog.ttl?page=nonsense", 422),
        ("/catalog.ttl?modified_since=yesterday", 422),
        ("/catalog.csv", 404),
        ("/spaces/nowhere.ttl", 404),
        ("/organisations/nobody", 404),
    ] {
        assert_eq!(nobody.at(Method::GET, path).send().await.unwrap().status(), status, "{path}");
    }
    let refused = nobody.at(Method::GET, "/catalog").header("Accept", "image/png").send().await.unwrap();
    assert_eq!(refused.status(), 406);
}

async fn get(nobody: &Api, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = headers
        .iter()
        .fold(nobody.at(Method::GET, path), |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
    answer
}
