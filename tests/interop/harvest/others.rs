//! The other kinds of sources: DCAT in pages, OAI-PMH, CKAN.

use reqwest::Method;
use serde_json::json;

use super::pair::{Source, copying, counts, name, record, seed, titles};
use super::server::Server;
use crate::scene::{Api, PROVIDER, SPACE, Scene};
use crate::support::deployment::Shape;

/// Datasets of the register that is harvested: several pages of each kind.
const SOME: usize = 250;

#[tokio::test(flavor = "multi_thread")]
async fn other_kinds_are_harvested_on_sqlite_and_files() {
    other_kinds_are_harvested(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_kinds_are_harvested_on_postgresql_and_s3_with_two_replicas() {
    other_kinds_are_harvested(Shape::Scaled).await;
}

async fn other_kinds_are_harvested(shape: Shape) {
    let mut origin = Scene::start(Shape::Embedded).await;
    seed(&mut origin, SOME).await;
    let (copy, server) = (copying(shape).await, Server::start().await);
    let some = i64::try_from(SOME).unwrap();
    for (kind, path) in [
        ("dcat", "/catalog"),
        ("dcat", "/catalog.jsonld"),
        ("dcat", "/catalog.rdf"),
        ("dcat", "/catalog.nt"),
        ("oai_pmh", "/oai"),
        ("oai_pmh", "/oai?metadataPrefix=oai_dc"),
    ] {
        let source = Source::register(&copy, kind, &format!("{}{path}", origin.url()), json!({})).await;
        let run = source.harvest(false).await;
        assert_eq!((&run["state"], counts(&run)), (&json!("succeeded"), [some, 0, 0, 0, 0]), "{path}: {run}");
        assert!(run["pages"].as_i64().unwrap() > 1, "{path}: {run}");
        let (theirs, ours) = (titles(&origin).await, titles(&copy).await);
        let (mut theirs, mut ours): (Vec<_>, Vec<_>) =
            (theirs.into_values().collect(), ours.into_values().collect());
        theirs.sort();
        ours.sort();
        assert_eq!(theirs, ours, "{path}");
        let again = source.harvest(true).await;
        assert_eq!(
            (&again["state"], counts(&again)),
            (&json!("succeeded"), [0, 0, some, 0, 0]),
            "{path}: {again}"
        );
        if path == "/catalog.nt" {
            // Their identifiers at the origin are addresses.
            let copies = source.records("unchanged").await;
            copies_fit_the_shapes(&copy, copies[0]["dataset"].as_str().unwrap(), &[origin.url()]).await;
        }
        source.remove().await;
    }
    changes_of_a_repository(&origin, &copy).await;
    the_richest_format_is_taken(&origin, &copy).await;
    the_page_works_as_written(&origin, &copy);
    let packages = Source::register(&copy, "ckan", &server.url("/packages"), json!({})).await;
    let run = packages.harvest(false).await;
    assert_eq!(
        (&run["state"], counts(&run), &run["pages"]),
        (&json!("succeeded"), [230, 0, 0, 0, 0], &json!(3)),
        "{run}"
    );
    let again = packages.harvest(false).await;
    assert_eq!(counts(&again), [0, 0, 230, 0, 0], "{again}");
    // A repository that does not tell its formats is asked for the one that all have.
    let silent = Source::register(&copy, "oai_pmh", &server.url("/repository"), json!({})).await;
    let run = silent.harvest(false).await;
    assert_eq!(
        (&run["state"], counts(&run), &run["pages"]),
        (&json!("succeeded"), [1, 0, 0, 0, 0], &json!(2)),
        "{run}"
    );
    let copies = packages.records("unchanged").await;
    let wanted = ["https://files.example.org/", "dcat#accessURL"];
    copies_fit_the_shapes(&copy, copies[0]["dataset"].as_str().unwrap(), &wanted).await;
}

/// A copy in DCAT-AP, and a page of the catalogue with copies: the same in every syntax, right by the shapes, and with what it has
/// from its origin.
async fn copies_fit_the_shapes(copy: &Scene, dataset: &str, wanted: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    // Without a base URL, IRIs begin with the address that was asked.
    let nobody = Api::nobody(&[copy.url().to_owned()]);
    let mut files = Vec::new();
    for ending in ["ttl", "rdf", "jsonld", "nt"] {
        for (name, path) in [
            ("copy", format!("/datasets/{dataset}/dcat.{ending}")),
            ("page", format!("/organisations/{PROVIDER}.{ending}")),
        ] {
            let answer = nobody.at(Method::GET, &path).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            let file = home.path().join(format!("{name}.{ending}"));
            let text = answer.text().await.unwrap();
            // The address of a page ends as its serialization does; without that, all say the same.
            let page = format!("/organisations/{PROVIDER}");
            std::fs::write(&file, text.replace(&format!("{page}.{ending}"), &page)).unwrap();
            files.push(file);
        }
    }
    let text = std::fs::read_to_string(home.path().join("copy.nt")).unwrap();
    for part in ["adms#identifier"].iter().chain(wanted) {
        assert!(text.contains(part), "{part}: {text}");
    }
    let judged = crate::dcat::judge(home.path(), &files);
    assert_eq!((&judged["violations"], &judged["differ"]), (&json!([]), &json!([])), "{judged}");
}

/// The lines of the page, as they stand there.
fn the_page_works_as_written(origin: &Scene, copy: &Scene) {
    let page = include_str!("../../../docs/interop/harvesting.md");
    let tour = page.split("```sh tour\n").nth(1).unwrap().split("\n```").next().unwrap();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_cadastre")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = std::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", tour])
        .env("PATH", path)
        .env("ORIGIN", origin.url())
        .env("CADASTRE_URL", copy.url())
        .env("CADASTRE_TOKEN", copy.admin.token())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("succeeded") && printed.contains(&name(1)), "{printed}");
}

/// Deletions and changes of an OAI-PMH repository, asked for by date.
async fn changes_of_a_repository(origin: &Scene, copy: &Scene) {
    let source = Source::register(copy, "oai_pmh", &format!("{}/oai", origin.url()), json!({})).await;
    let first = source.harvest(false).await;
    assert_eq!(first["state"], "succeeded", "{first}");
    let stated = json!({"space": SPACE, "announced": true, "record": record(7, "changed at last")});
    origin.provider.put_matching(&format!("/datasets/{PROVIDER}/{}", name(7)), stated).await;
    let gone = format!("/datasets/{PROVIDER}/{}", name(8));
    let gone = origin.provider.request(Method::DELETE, &gone).header("If-Match", "*").send().await.unwrap();
    assert_eq!(gone.status(), 204);
    let run = source.harvest(false).await;
    assert_eq!((&run["state"], &run["complete"]), (&json!("succeeded"), &json!(false)), "{run}");
    assert_eq!(
        (&run["updated"], &run["deleted"], &run["created"]),
        (&json!(1), &json!(1), &json!(0)),
        "{run}"
    );
    assert!(titles(copy).await.values().any(|title| title.contains("changed at last")));
    source.remove().await;
}

/// A repository whose formats nobody chose among is asked for DCAT-AP, which says what Dublin Core cannot.
async fn the_richest_format_is_taken(origin: &Scene, copy: &Scene) {
    let mut rich = record(0, "");
    rich["title"] = json!({"en": "Tides of plenty", "nl": "Getijden in overvloed"});
    rich["update_frequency"] = json!("daily");
    rich["coverage"] = json!({"temporal": {"start": "2020-01-01", "end": "2021-12-31"}});
    let file = ("tides.csv", b"time,height\n1,2\n".to_vec());
    origin.publish("plenty", "open", json!({"record": rich}), &[file]).await;
    for (query, is_rich) in [("", true), ("?metadataPrefix=oai_dc", false)] {
        let url = format!("{}/oai{query}", origin.url());
        let source = Source::register(copy, "oai_pmh", &url, json!({})).await;
        let run = source.harvest(false).await;
        assert_eq!(run["state"], "succeeded", "{query}: {run}");
        let copied = copy.provider.get(&format!("/datasets/{PROVIDER}/tides-of-plenty")).await;
        let (record, file) = (&copied["record"], &copied["harvested"]["distributions"][0]);
        assert_eq!(record["title"], rich["title"], "{query}: {copied}");
        for member in ["/contact", "/update_frequency", "/coverage/temporal", "/rights/licence"] {
            let (there, here) = (rich.pointer(member), record.pointer(member));
            assert_eq!(there == here, is_rich || member == "/rights/licence", "{query} {member}: {copied}");
        }
        assert_eq!(file["sha256"].is_string(), is_rich, "{query}: {copied}");
        assert_eq!(file["size"] == 16, is_rich, "{query}: {copied}");
        // What changes later comes in the same format.
        let mut changed = rich.clone();
        changed["keywords"] = json!({"en": [if is_rich { "spring tide" } else { "neap tide" }]});
        let stated = json!({"space": SPACE, "announced": true, "record": changed});
        let path = format!("/datasets/{PROVIDER}/plenty");
        origin.provider.put_matching(&path, stated).await;
        let run = source.harvest(false).await;
        assert_eq!((&run["state"], &run["complete"]), (&json!("succeeded"), &json!(false)), "{query}: {run}");
        let copied = copy.provider.get(&format!("/datasets/{PROVIDER}/tides-of-plenty")).await;
        assert_eq!(copied["record"]["keywords"], changed["keywords"], "{query}: {copied}");
        assert_eq!(copied["record"]["contact"] == rich["contact"], is_rich, "{query}: {copied}");
        source.remove().await;
    }
}
