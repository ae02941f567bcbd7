//! What others wrote is read: every real catalogue that is at hand, with a truthful account.

use std::path::{Path, PathBuf};

use cadastre::interop::import::{Hint, ImportFormat, Imported, Reading, as_n_triples, read};
use reqwest::Method;
use serde_json::{Value, json};

use super::python::{Environment, succeeded};
use super::scene::Scene;
use crate::support::deployment::Shape;

/// Files below a folder of shared data; nothing, with a word, where there is none.
pub fn originals() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/catalogue/originals");
    let Ok(kinds) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = kinds
        .flat_map(|kind| std::fs::read_dir(kind.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

fn read_file(path: &Path) -> Result<Reading, cadastre::kernel::Error> {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    read(
        &bytes,
        &Hint { file_name: Some(name), base: Some("https://origin.example/catalogue"), ..Hint::default() },
    )
}

fn kind(path: &Path) -> &str {
    path.parent().unwrap().file_name().unwrap().to_str().unwrap()
}

/// What is said of every dataset that was read.
fn check(imported: &Imported, whence: &str) {
    imported.record.check().unwrap_or_else(|error| panic!("{whence}: {:?}", error.field_errors()));
    for mapped in &imported.report.mapped {
        let json = serde_json::to_value(&imported.record).unwrap();
        let there = mapped.pointer.is_empty() || json.pointer(&mapped.pointer).is_some();
        assert!(there, "{whence}: {} is said to be at {}", mapped.property, mapped.pointer);
    }
    assert!(imported.report.dropped.iter().all(|one| !one.reason.is_empty()), "{whence}");
    let missing: Vec<String> =
        imported.record.missing_for_publication().into_iter().map(|one| one.pointer).collect();
    let told: Vec<String> = imported.report.missing.iter().map(|one| one.pointer.clone()).collect();
    assert_eq!(missing, told, "{whence}");
}

#[test]
fn every_original_is_read_or_refused_with_a_reason() {
    let mut counts = std::collections::BTreeMap::<String, [usize; 6]>::new();
    for path in originals() {
        let (kind, shown) = (kind(&path).to_owned(), path.display().to_string());
        let of_kind = counts.entry(kind).or_default();
        of_kind[0] += 1;
        match read_file(&path) {
            Err(error) => {
                of_kind[1] += 1;
                assert!(!error.field_errors().is_empty(), "{shown}: {error}");
                println!("{shown}: {error}");
            }
            Ok(reading) => {
                of_kind[2] += reading.faults.len();
                reading.faults.iter().for_each(|fault| println!("{shown}: {fault}"));
                for one in &reading.records {
                    match one {
                        Ok(imported) => {
                            of_kind[3] += 1;
                            of_kind[4] += imported.report.dropped.len();
                            of_kind[5] += imported.report.missing.len();
                            check(imported, &shown);
                            let titled = !imported.record.title.is_empty();
                            assert!(
                                titled,
                                "{shown}: {:?} has no title: {:?}",
                                imported.identifier, imported.report
                            );
                        }
                        Err(one) => println!("{shown}: {:?}: {}", one.identifier, one.reason),
                    }
                }
            }
        }
    }
    println!("kind: files, refused, faults, datasets, dropped, missing\n{counts:#?}");
    for (kind, [files, refused, _, datasets, ..]) in counts {
        match kind.as_str() {
            // Schemas of the city's own, in the words of data packages.
            "nl-amsterdam" => assert_eq!((refused, datasets), (0, files)),
            "be-datagovbe" => assert!(datasets > 500, "{datasets}"),
            "es-ua" => assert_eq!(datasets, 258),
            "x-piveau-examples" | "x-dcat-ap-es-examples" => assert!(datasets > 0),
            "cz-lkod" | "pt-centraldedados" => assert_eq!((refused, datasets), (0, files), "{kind}"),
            "it-comuni" => assert!(datasets >= 80, "{datasets}"),
            _ => {}
        }
    }
}

/// RDF/XML, which is read by a reader of our own, says the same to rdflib, document by document.
#[test]
fn rdflib_reads_the_same_out_of_rdf_xml() {
    let home = tempfile::tempdir().unwrap();
    let mut pairs = Vec::new();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules.rdf");
    let own = home.path().join("own.rdf");
    let record = serde_json::from_str(include_str!("../fixtures/record-full.json")).unwrap();
    let at = cadastre::interop::Addresses::below("https://register.example.org".to_owned());
    let document =
        cadastre::interop::Format::RdfXml.render(&super::dcat_records::entry(1, record), &at).unwrap();
    std::fs::write(&own, document.body).unwrap();
    for path in originals().into_iter().chain([rules, own]) {
        if path.extension().is_some_and(|ending| ending == "rdf") {
            let text = std::fs::read_to_string(&path).unwrap();
            let Ok(read) = as_n_triples(&text, ImportFormat::RdfXml, Some("http://base.example/dir/doc"))
            else {
                continue;
            };
            let ours = home.path().join(format!("{}.nt", pairs.len()));
            std::fs::write(&ours, read).unwrap();
            pairs.push(format!("{}\t{}", path.display(), ours.display()));
        }
    }
    let program = r#"
import collections
import sys
import rdflib
from rdflib.compare import to_isomorphic
failed = 0

def plain(graph):
    """A text of the datatype string is a text (RDF 1.1, 3.3); rdflib tells the two apart."""
    out = rdflib.Graph()
    for s, p, o in graph:
        text = isinstance(o, rdflib.Literal) and o.datatype == rdflib.XSD.string
        out.add((s, p, rdflib.Literal(str(o)) if text else o))
    return out

def shape(graph):
    """Every statement, with things without names left blank: isomorphism of thousands of them takes minutes."""
    blank = lambda term: "" if isinstance(term, rdflib.BNode) else term
    return collections.Counter((blank(s), p, blank(o)) for s, p, o in graph)

def same(left, right):
    if len(left) > 3000:
        return shape(left) == shape(right)
    return to_isomorphic(left) == to_isomorphic(right)

for line in sys.argv[1:]:
    theirs, ours = line.split("\t")
    try:
        left = plain(rdflib.Graph().parse(theirs, format="xml", publicID="http://base.example/dir/doc"))
    except Exception as error:
        print("not read by rdflib", theirs, str(error)[:200])
        continue
    right = plain(rdflib.Graph().parse(ours, format="nt"))
    if not same(left, right):
        failed += 1
        for name, one, other in (("only rdflib", left, right), ("only ours", right, left)):
            more = [t for t in one if not any(isinstance(p, rdflib.BNode) for p in t) and t not in other]
            print(name, theirs, len(one), more[:3])
    else:
        print("same", len(left), theirs)
sys.exit(failed)
"#;
    let mut python = Environment::Present.command("python", home.path());
    let output = python.arg("-c").arg(program).args(&pairs).output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    succeeded(&output);
}

#[test]
fn formats_have_names_that_stay() {
    let names: Vec<&str> = ImportFormat::ALL.iter().map(ImportFormat::as_str).collect();
    assert_eq!(
        names,
        [
            "turtle",
            "n-triples",
            "rdf-xml",
            "json-ld",
            "croissant",
            "schema-org",
            "data-package",
            "dataset-card",
            "ckan"
        ]
    );
}

const DCAT: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
    <https://origin.example/tides> a dcat:Dataset ; dct:title \"Tides\"@en, \"Marées\"@fr ; dcat:keyword \"sea\"@en ;\n\
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ; dct:spatial \"Atlantis\" ;\n\
    dcat:distribution [ a dcat:Distribution ; dct:license <http://publications.europa.eu/resource/authority/licence/CC0> ] .\n";

/// The page of the documentation works as it stands there, in both shapes.
async fn importing(shape: Shape) {
    let scene = Scene::start(shape).await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("dcat.ttl"), DCAT).unwrap();
    let page = include_str!("../../docs/interop/importing.md");
    let blocks: Vec<&str> =
        page.split("```sh tour\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    let program = Path::new(env!("CARGO_BIN_EXE_cadastre")).parent().unwrap();
    let output = std::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", &blocks.join("\n")])
        .current_dir(home.path())
        .env("PATH", format!("{}:{}", program.display(), std::env::var("PATH").unwrap()))
        .env("HOME", home.path())
        .env("CADASTRE_URL", scene.url())
        .env("CADASTRE_TOKEN", scene.provider.token())
        .env("no_proxy", "*")
        .output()
        .unwrap();
    let printed = succeeded(&output);
    assert!(printed.contains("/coverage/geographic") || printed.contains("Atlantis"), "{printed}");
    assert!(printed.contains("missing") && printed.contains("/themes"), "{printed}");

    let json = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(home.path().join(name)).unwrap()).unwrap()
    };
    let imported = json("imported.json");
    assert_eq!(imported["dataset"]["name"], "tides-at-the-pier");
    assert_eq!(imported["items"][0]["identifier"], "https://origin.example/tides");
    assert!(json("dry.json").get("dataset").is_none());
    let shown = scene.provider.get("/datasets/harbour-institute/tides-by-the-api").await;
    assert_eq!(shown["record"]["title"]["fr"], "Marées");
    assert_eq!(shown["record"]["rights"]["licence"], "CC0-1.0");
    assert_eq!(shown["latest_version"], Value::Null, "a draft");
    refusals(&scene).await;
    same_key_same_dataset(&scene).await;
    faults_of_croissant(&scene).await;
}

/// Whoever brings a Croissant document learns where the standard wants it otherwise, though it is read.
async fn faults_of_croissant(scene: &Scene) {
    let document = json!({
        "@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"},
        "@type": "Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": "Tides",
        "description": "Levels.", "license": "CC0-1.0", "url": "https://origin.example/tides",
    });
    let told = scene.provider.post("/imports?dry_run=true&format=croissant", document).await;
    let faults: Vec<&str> = told["faults"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for pointer in ["/license: ", "/creator: ", "/datePublished: ", "/distribution: "] {
        assert!(faults.iter().any(|fault| fault.starts_with(pointer)), "{pointer}: {faults:?}");
    }
    assert_eq!(told["items"][0]["record"]["rights"]["licence"], "CC0-1.0");
}

/// What cannot be done is a problem that names its place, and nothing is registered.
async fn refusals(scene: &Scene) {
    let two = format!("{DCAT}<https://origin.example/b> a dcat:Dataset ; dct:title \"B\"@en .\n");
    let place = "organisation=harbour-institute&space=mobility";
    for (query, body, status, pointer, code) in [
        (place, "", 422, "", "unknown_format"),
        (place, "@prefix a: <http://a.example/> .", 422, "", "no_dataset"),
        (place, "<!DOCTYPE x><rdf:RDF/>", 422, "", "doctype"),
        ("space=mobility", DCAT, 422, "organisation", "required"),
        ("organisation=harbour-institute", DCAT, 422, "space", "required"),
        ("organisation=harbour-institute&space=nowhere-at-all", DCAT, 422, "/space", "unknown_space"),
        (place, &two, 422, "identifier", "several_datasets"),
        (&format!("{place}&identifier=https://origin.example/none"), &two, 422, "identifier", "no_dataset"),
        (&format!("{place}&format=spreadsheet"), DCAT, 422, "format", "invalid"),
    ] {
        let answer = scene.provider.request(Method::POST, &format!("/imports?{query}"));
        let answer = answer
            .header("Content-Type", "application/octet-stream")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{query}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}: {problem}");
        assert_eq!(problem["errors"][0]["code"], code, "{query}: {problem}");
    }
    let one = format!("/imports?{place}&identifier=https://origin.example/b&name=only-b");
    let answer = scene.provider.request(Method::POST, &one).body(two.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let large = vec![b' '; 16 * 1024 * 1024 + 1];
    let answer =
        scene.provider.request(Method::POST, "/imports?dry_run=true").body(large).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    let stranger =
        scene.trainer.request(Method::POST, &format!("/imports?{place}")).body(DCAT).send().await.unwrap();
    assert_eq!(stranger.status(), 403);
}

/// A retry with the same key is the same dataset; the same key for another document is refused.
async fn same_key_same_dataset(scene: &Scene) {
    let path = "/imports?organisation=harbour-institute&space=mobility&name=kept";
    let ask = |body: String| {
        let request = scene.provider.request(Method::POST, path).header("Idempotency-Key", "import-1");
        request.body(body).send()
    };
    let large = format!("{DCAT}#{}\n", "x".repeat(2 * 1024 * 1024));
    let first = ask(large.clone()).await.unwrap();
    assert_eq!(first.status(), 201, "documents are longer than other bodies");
    let first: Value = first.json().await.unwrap();
    let again: Value = ask(large).await.unwrap().json().await.unwrap();
    assert_eq!(first["dataset"]["id"], again["dataset"]["id"]);
    assert!(!ask(DCAT.to_owned()).await.unwrap().status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_become_drafts_on_sqlite_and_files() {
    importing(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_become_drafts_on_postgres_and_s3() {
    importing(Shape::Scaled).await;
}

/// A descriptor of 72 real files, as npm ships it.
#[test]
fn the_package_of_vega_is_read_whole() {
    let path = super::scene::vega_path("../datapackage.json");
    let bytes = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run tests/setup first", path.display()));
    let reading = read(&bytes, &Hint { file_name: Some("datapackage.json"), ..Hint::default() }).unwrap();
    let imported = reading.records[0].as_ref().unwrap();
    check(imported, "vega-datasets");
    assert!(imported.files.len() >= 70, "{}", imported.files.len());
    assert!(imported.files.iter().all(|file| file.path.is_some()));
    assert!(imported.files.iter().filter(|file| file.size.is_some()).count() >= 70);
    assert_eq!(imported.record.rights.licence.as_deref(), Some("BSD-3-Clause"));
    assert!(
        imported.report.dropped.iter().any(|one| one.property.starts_with("resources/")),
        "{:?}",
        imported.report
    );
}
