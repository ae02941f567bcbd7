//! Packages, lists, citations, the page and its links: read by aria2, wget, curl, sha256sum, frictionless and bagit.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use crate::python::{Environment, succeeded};
use crate::scene::{Api, Scene, TRAINER, vega};
use crate::support::deployment::{Shape, Stores};

/// The documents of this kind, with the media type of each.
const DOCUMENTS: [(&str, &str); 9] = [
    ("index.html", "text/html;charset=utf-8"),
    ("linkset.json", "application/linkset+json"),
    ("sha256sums.txt", "text/plain;charset=utf-8"),
    ("files.meta4", "application/metalink4+xml"),
    ("datapackage.json", "application/vnd.datapackage+json"),
    ("bag.zip", "application/zip"),
    ("spdx.json", "application/spdx+json"),
    ("citation.bib", "application/x-bibtex"),
    ("citation.csl.json", "application/vnd.citationstyles.csl+json"),
];

#[tokio::test(flavor = "multi_thread")]
async fn packages_on_sqlite_and_files() {
    packages(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_on_postgresql_and_s3_with_two_replicas() {
    packages(Shape::Scaled).await;
}

async fn packages(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let files = [
        ("seattle-weather.csv", vega("seattle-weather.csv")),
        ("tables/global-temp.csv", vega("global-temp.csv")),
        ("tables/été 2024.csv", b"day,degrees\n1,21\n2,19\n".to_vec()),
        ("notes.txt", b"Read me.\n".to_vec()),
        ("icons/7zip.png", vega("7zip.png")),
        ("empty.bin", Vec::new()),
    ];
    let open = scene.publish("weather", "open", full_record(), &files).await;
    let gated = scene.publish("gauges", "review", full_record(), &files).await;
    let request = json!({
        "dataset": gated, "organisation": TRAINER, "purpose": "pre_training",
        "justification": "Training of a model of the weather at sea.",
    });
    let request = scene.trainer.post("/requests", request).await["id"].as_str().unwrap().to_owned();
    scene.reviewer.post(&format!("/requests/{request}/approve"), json!({})).await;

    let folder = tempfile::tempdir().unwrap();
    let token = scene.trainer.token();
    for (place, dataset) in [("open", &open), ("gated", &gated)] {
        let home = folder.path().join(place);
        std::fs::create_dir(&home).unwrap();
        let said = tour(&home, scene.url(), dataset, token);
        for line in [&format!("@dataset{{{}-1.0.0,", dataset.replace('/', "-")), "\"type\": \"dataset\""] {
            assert!(said.contains(line), "{line}: {said}");
        }
        for (path, bytes) in &files {
            assert_eq!(&std::fs::read(home.join("all").join(path)).unwrap(), bytes, "{path}");
        }
        assert_eq!(std::fs::read(home.join("weather-1.csv")).unwrap(), files[0].1);
        broken_downloads_go_on(&home, scene.url(), dataset, &files[0].1);
    }
    broken_packages_are_found(&folder.path().join("open"), &open);
    bytes_need_the_right(folder.path(), &scene, &gated);
    the_page_says_how(folder.path(), &scene, &open, &gated).await;
    packed_files(&scene, folder.path()).await;
    documents(&nobody, &scene, &open, &gated).await;
    many_files(&scene, &nobody).await;
    hostile_texts(&scene, &nobody, folder.path()).await;
    states(&scene, &nobody).await;
    every_dataset(&scene, folder.path()).await;
    // Last, since it cannot be undone.
    if let Stores::Folder(data) = scene.deployment.stores() {
        tampered_bytes_are_found(folder.path(), scene.url(), &open, data.path());
    }
}

/// A record that states everything.
fn full_record() -> Value {
    let record: Value = serde_json::from_str(include_str!("../fixtures/record-full.json")).unwrap();
    json!({"record": record})
}

/// A command with nothing of the caller's environment but where programs are, those of the environment among them.
fn command(program: &str, home: &Path) -> Command {
    let venv = Environment::Present.program("python").parent().unwrap().to_owned();
    let path = format!("{}:{}", venv.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path).env("HOME", home).env("LC_ALL", "C.UTF-8");
    command.current_dir(home).stdin(Stdio::null());
    command
}

fn run(program: &str, home: &Path, arguments: &[&str]) -> Output {
    command(program, home).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// The lines of the page, run as they stand there.
#[track_caller]
fn tour(home: &Path, url: &str, dataset: &str, token: &str) -> String {
    let page = include_str!("../../docs/interop/packages.md");
    let blocks: Vec<&str> =
        page.split("```sh tour\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 8, "the page has all its blocks");
    let mut bash = command("bash", home);
    bash.args(["-euo", "pipefail", "-c", &blocks.join("\n")]);
    bash.env("CADASTRE_URL", url).env("DATASET", dataset).env("CADASTRE_TOKEN", token);
    succeeded(&bash.output().unwrap())
}

/// What the tour found good is found bad once a byte of it is changed.
fn broken_packages_are_found(home: &Path, dataset: &str) {
    let bag = home.join(format!("{}-1.0.0", dataset.replace('/', "-")));
    let file = bag.join("data/notes.txt");
    std::fs::write(&file, "Read me!\n").unwrap();
    let bad = run("bagit.py", home, &["--validate", bag.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(!bad.status.success() && said.contains("data/notes.txt"), "{said}");
    std::fs::write(&file, "Read me.\n").unwrap();
    let tags = std::fs::read_to_string(bag.join("bag-info.txt")).unwrap();
    assert!(
        tags.contains("Source-Organization: harbour-institute\n") && tags.contains("Payload-Oxum: "),
        "{tags}"
    );
    std::fs::write(bag.join("bag-info.txt"), tags.replace("harbour", "other")).unwrap();
    assert!(
        !run("bagit.py", home, &["--validate", bag.to_str().unwrap()]).status.success(),
        "tags are covered"
    );

    let sums = std::fs::read_to_string(home.join("sha256sums.txt")).unwrap();
    assert_eq!(sums.lines().count(), 6);
    std::fs::write(home.join("all/empty.bin"), "x").unwrap();
    let all = home.join("all");
    assert!(!run("sha256sum", &all, &["--quiet", "--check", "../sha256sums.txt"]).status.success());
}

/// What is there already is not fetched again: beginnings that are wrong on purpose are left as they are.
fn broken_downloads_go_on(home: &Path, url: &str, dataset: &str, whole: &[u8]) {
    let file = format!("{url}/api/v1/datasets/{dataset}/versions/1.0.0/files/seattle-weather.csv");
    let begun = vec![b'x'; 20_000];
    let expected: Vec<u8> = begun.iter().chain(&whole[begun.len()..]).copied().collect();
    for (program, arguments) in [
        ("wget", ["--quiet", "--continue", "--output-document", "wget.csv", &file].as_slice()),
        ("curl", &["--silent", "--fail", "--netrc", "--continue-at", "-", "--output", "curl.csv", &file]),
    ] {
        let path = home.join(format!("{program}.csv"));
        std::fs::write(&path, &begun).unwrap();
        succeeded(&run(program, home, arguments));
        assert!(std::fs::read(&path).unwrap() == expected, "{program} goes on where it stopped");
    }
}

/// The lists are for everybody, the bytes are not.
fn bytes_need_the_right(folder: &Path, scene: &Scene, gated: &str) {
    let home = folder.join("without");
    std::fs::create_dir(&home).unwrap();
    let list = format!("{}/datasets/{gated}/files.meta4", scene.url());
    succeeded(&run("curl", &home, &["--silent", "--fail", "--output", "files.meta4", &list]));
    let fetch = ["--quiet", "--metalink-file", "files.meta4", "--dir", "all"];
    let refused = run("aria2c", &home, &fetch);
    // 24: authorization failed. The place for the bytes may be made all the same.
    let bytes = |path: &str| std::fs::read(home.join("all").join(path)).unwrap_or_default();
    assert!(refused.status.code() == Some(24) && bytes("notes.txt") != b"Read me.\n", "{refused:?}");
    signs_in(&home, scene.trainer.token());
    succeeded(&run("aria2c", &home, &fetch));
    assert_eq!(bytes("notes.txt"), b"Read me.\n");
}

/// Puts the token where curl, wget and aria2 look for it.
fn signs_in(home: &Path, token: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let file = home.join(".netrc");
    std::fs::write(&file, format!("machine 127.0.0.1 login token password {token}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// The lines that the page shows fetch and check what is open, what has to be asked for, and what only some may know of. No token
/// stands in them.
async fn the_page_says_how(folder: &Path, scene: &Scene, open: &str, gated: &str) {
    let hidden = json!({"visibility": "space"});
    let hidden = scene.publish("soundings", "open", hidden, &[("notes.txt", b"Read me.\n".to_vec())]).await;
    for (name, signed_in) in [(open, false), (gated, true), (&hidden, true)] {
        let home = folder.join(format!("lines-of-{}", name.replace('/', "-")));
        std::fs::create_dir(&home).unwrap();
        if signed_in {
            signs_in(&home, scene.trainer.token());
        }
        let page = scene.trainer.at(Method::GET, &format!("/datasets/{name}")).send().await.unwrap();
        let page = page.text().await.unwrap();
        let shown = page.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap());
        let lines: Vec<String> = shown
            .flat_map(str::lines)
            .filter(|line| line.starts_with("curl "))
            .map(|line| line.replace("&#38;", "&").replace("&amp;", "&"))
            .collect();
        assert_eq!(lines.len(), 2, "{page}");
        assert!(lines.iter().all(|line| !line.contains("Bearer") && line.contains("--netrc") == signed_in));
        let mut bash = command("bash", &home);
        succeeded(&bash.args(["-euo", "pipefail", "-c", &lines.join("\n")]).output().unwrap());
        assert_eq!(std::fs::read(home.join("notes.txt")).unwrap(), b"Read me.\n", "{name}");
    }
}

/// Names, media types, conditional requests, links and structure.
async fn documents(nobody: &Api, scene: &Scene, open: &str, gated: &str) {
    let hidden = json!({"visibility": "space"});
    let hidden = scene.publish("depths", "open", hidden, &[("depths.csv", b"a\n1\n".to_vec())]).await;
    for (name, media_type) in DOCUMENTS {
        let answer = nobody.at(Method::GET, &format!("/datasets/{gated}/1.0.0/{name}")).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &media_type.parse().unwrap()),
            "{name}"
        );
        let tag = answer.headers()["etag"].clone();
        assert!(!answer.bytes().await.unwrap().is_empty());
        for shape in ["/", "/1.0.0/"] {
            let path = format!("/datasets/{hidden}{shape}{name}");
            assert_eq!(nobody.at(Method::GET, &path).send().await.unwrap().status(), 404, "{path}");
            assert_eq!(scene.trainer.at(Method::GET, &path).send().await.unwrap().status(), 200, "{path}");
        }
        let path = format!("/datasets/{gated}/1.0.0/{name}");
        let again = nobody.at(Method::GET, &path).header("If-None-Match", &tag).send().await.unwrap();
        assert_eq!(again.status(), 304, "{name}");
        let head = nobody.at(Method::HEAD, &path).send().await.unwrap();
        assert_eq!((head.status().as_u16(), &head.headers()["etag"]), (200, &tag), "{name}");
        let accept = media_type.split(';').next().unwrap();
        let negotiated = nobody.at(Method::GET, &format!("/datasets/{gated}")).header("Accept", accept);
        let negotiated = negotiated.send().await.unwrap();
        assert!(negotiated.headers()["content-type"].to_str().unwrap().starts_with(accept), "{accept}");
    }
    let page =
        nobody.at(Method::HEAD, &format!("/datasets/{open}")).header("Accept", "*/*").send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html;charset=utf-8");
    let links = page.headers()["link"].to_str().unwrap().to_owned();
    let base = format!("{}/datasets/{open}", scene.url());
    for link in [
        "<https://doi.org/10.5281/zenodo.1234567>;rel=\"cite-as\"",
        "<https://schema.org/AboutPage>;rel=\"type\"",
        "<https://schema.org/Dataset>;rel=\"type\"",
        "<https://example.org/terms>;rel=\"license\"",
        "<https://orcid.org/0000-0002-1825-0097>;rel=\"author\"",
        "<https://ror.org/05dxps055>;rel=\"author\"",
        &format!("<{}/spaces/mobility>;rel=\"collection\"", scene.url()),
        &format!("<{base}/linkset.json>;rel=\"linkset\";type=\"application/linkset+json\""),
        &format!(
            "<{base}/schema-org.jsonld>;rel=\"describedby\";type=\"application/ld+json\";profile=\"https://schema.org/\""
        ),
        &format!("<{base}/datapackage.json>;rel=\"describedby\";type=\"application/vnd.datapackage+json\""),
        &format!(
            "<{}/api/v1/datasets/{open}/versions/1.0.0/files/tables/%C3%A9t%C3%A9%202024.csv>;rel=\"item\";type=\"text/csv\"",
            scene.url()
        ),
    ] {
        assert!(links.contains(link), "{link}: {links}");
    }
    let document = nobody.at(Method::HEAD, &format!("/datasets/{open}/citation.bib")).send().await.unwrap();
    let back = format!("<{base}>;rel=\"describes\";type=\"text/html\"");
    assert!(document.headers()["link"].to_str().unwrap().contains(&back));
    let linkset = read(nobody, &format!("/datasets/{open}/linkset.json")).await;
    let contexts = linkset["linkset"].as_array().unwrap();
    assert_eq!(contexts[0]["item"].as_array().unwrap().len(), 6);
    assert_eq!(contexts[0]["anchor"], base);
    for context in &contexts[1..] {
        let relation = if context.get("collection").is_some() { "collection" } else { "describes" };
        assert_eq!(context[relation][0]["href"], base, "{context}");
    }
    spdx(&read(nobody, &format!("/datasets/{open}/spdx.json")).await, &format!("{base}/1.0.0"));
    let cited = read(nobody, &format!("/datasets/{open}/citation.csl.json")).await;
    assert_eq!(cited[0]["DOI"], "10.5281/zenodo.1234567");
    assert_eq!(cited[0]["author"][0], json!({"literal": "Josiah Carberry"}));
}

async fn read(api: &Api, path: &str) -> Value {
    let answer = api.at(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// What SPDX 3.0.1 requires of every element, and of a package of data.
fn spdx(document: &Value, package: &str) {
    assert_eq!(document["@context"], "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
    let elements = document["@graph"].as_array().unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for element in elements.iter().filter(|element| element["type"] != "CreationInfo") {
        assert_eq!(element["creationInfo"], "_:creation", "{element}");
        assert!(ids.insert(element["spdxId"].as_str().unwrap()), "twice: {element}");
    }
    let of = |kind: &str| elements.iter().filter(|element| element["type"] == kind).collect::<Vec<_>>();
    let creation = of("CreationInfo")[0];
    assert_eq!(creation["specVersion"], "3.0.1");
    let created = creation["created"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "whole seconds: {created}");
    assert!(ids.contains(creation["createdBy"][0].as_str().unwrap()));
    assert_eq!(of("SpdxDocument")[0]["rootElement"], json!([package]));
    let data = of("dataset_DatasetPackage")[0];
    assert_eq!(data["spdxId"], package);
    for required in [
        "name",
        "builtTime",
        "originatedBy",
        "releaseTime",
        "software_downloadLocation",
        "software_primaryPurpose",
        "software_packageVersion",
        "dataset_datasetType",
    ] {
        assert!(data.get(required).is_some_and(|value| !value.is_null()), "{required}");
    }
    assert_eq!(data["dataset_datasetType"], json!(["audio", "other", "text"]));
    assert_eq!(data["dataset_confidentialityLevel"], "green");
    assert_eq!(data["dataset_hasSensitivePersonalInformation"], "yes");
    let files = of("software_File");
    assert_eq!(files.len(), 6);
    assert!(files.iter().all(|file| file["verifiedUsing"][0]["hashValue"].as_str().unwrap().len() == 64));
    let relations = of("Relationship");
    let count = |kind: &str| relations.iter().filter(|one| one["relationshipType"] == kind).count();
    assert_eq!((count("hasDeclaredLicense"), count("hasConcludedLicense"), count("contains")), (1, 1, 6));
    for relation in relations {
        assert_eq!(relation["from"], package);
        let to = relation["to"][0].as_str().unwrap();
        assert!(ids.contains(to) || to.ends_with("/NoAssertionLicense"), "{to}");
    }
}

/// More files than a page of the database, than the page for people and than a header hold.
async fn many_files(scene: &Scene, nobody: &Api) {
    let many: Vec<(String, Vec<u8>)> =
        (0..230).map(|index| (format!("shards/part-{index:05}.txt"), vec![b'x'; index])).collect();
    let files: Vec<(&str, Vec<u8>)> =
        many.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let name = scene.publish("shards", "open", json!({}), &files).await;
    let page = nobody.at(Method::GET, &format!("/datasets/{name}")).send().await.unwrap();
    let links = page.headers()["link"].to_str().unwrap().to_owned();
    assert!(links.len() <= 6 * 1024 && (10..=50).contains(&links.matches("rel=\"item\"").count()), "{links}");
    assert!(links.contains("rel=\"linkset\"") && links.ends_with('"'), "{links}");
    let page = page.text().await.unwrap();
    assert!(page.contains("The first 100 of 230 files.") && page.matches("<bdi>shards/").count() == 100);
    let count = |text: &str, what: &str| text.matches(what).count();
    for (document, mark, number) in [
        ("sha256sums.txt", "  shards/part-", 230),
        ("files.meta4", "<file name=\"shards/part-", 230),
        ("datapackage.json", "\"hash\":\"sha256:", 230),
        // Each once as an item and once with its own way back.
        ("linkset.json", "/files/shards/part-", 460),
        ("spdx.json", "\"relationshipType\":\"contains\"", 230),
    ] {
        let answer = nobody.at(Method::GET, &format!("/datasets/{name}/{document}")).send().await.unwrap();
        assert_eq!(count(&answer.text().await.unwrap(), mark), number, "{document}");
    }
}

/// Compressed files and archives, a table whose names have white space around them: each a valid package, see [`every_dataset`].
async fn packed_files(scene: &Scene, home: &Path) {
    let program = "import gzip, zipfile\n\
        open('table.csv.gz', 'wb').write(gzip.compress(b'a,b\\n1,2\\n'))\n\
        with zipfile.ZipFile('pictures.zip', 'w') as archive: archive.writestr('a.txt', 'A picture.')\n";
    succeeded(&Environment::Present.python(home, program, &[]));
    let read = |name: &str| std::fs::read(home.join(name)).unwrap();
    let files = [
        ("apart.csv", b"a, b ,c\n1,2,3\n".to_vec()),
        ("pictures.zip", read("pictures.zip")),
        ("table.csv.gz", read("table.csv.gz")),
    ];
    scene.publish("packed", "open", json!({}), &files).await;
}

/// Texts that try to leave their place stay in it.
async fn hostile_texts(scene: &Scene, nobody: &Api, home: &Path) {
    let title = "</script><script>alert('x')</script> \"quoted\" & {braced \\ \u{202e}desrever";
    let mut record = full_record();
    record["record"]["title"] = json!({"en": title});
    record["record"]["description"] = json!({"en": "]]> <!-- <b>bold</b>\n\u{2067}turned"});
    record["record"]["creators"] = json!([{"kind": "person", "name": "Smith, {A} and \"B\" %"}]);
    // As it stands in an address.
    let files = [("100%25 é.csv", b"a\n1\n".to_vec())];
    let name = scene.publish("hostile", "open", record, &files).await;
    let fetch = async |path: &str| {
        let answer = nobody.at(Method::GET, &format!("/datasets/{name}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        (answer.headers().clone(), answer.text().await.unwrap())
    };
    let (headers, page) = fetch("").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    assert_eq!(page.matches("<script").count(), 1, "{page}");
    assert!(!page.contains("alert('x')</script>") && !page.contains(['\u{202e}', '\u{2067}']), "{page}");
    let (headers, french) = fetch("?lang=fr&utm_source=elsewhere").await;
    assert!(headers["content-language"] == "fr" && french.contains("<html lang=\"fr\">"));
    let style = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style =
        reqwest::Url::parse(&format!("{}/datasets/{name}", scene.url())).unwrap().join(style).unwrap();
    assert_eq!(nobody.at(Method::GET, style.path()).send().await.unwrap().status(), 200, "{style}");
    let refused = nobody.at(Method::GET, &format!("/datasets/{name}?lang=xx")).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    for (name, text) in
        [("en.html", &page), ("fr.html", &french), ("files.meta4", &fetch("/files.meta4").await.1)]
    {
        std::fs::write(home.join(name), text).unwrap();
    }
    let program = include_str!("packages/well_formed.py");
    succeeded(&Environment::Present.python(home, program, &["en.html", "fr.html", "files.meta4"]));
    let (_, cited) = fetch("/citation.bib").await;
    let depth = cited.chars().fold(0_i32, |depth, c| depth + i32::from(c == '{') - i32::from(c == '}'));
    assert!(depth == 0 && cited.lines().count() == 10, "{cited}");
    assert!(
        cited.contains("author = {{Smith, \\textbraceleft{}A\\textbraceright{} and \"B\" \\%}}"),
        "{cited}"
    );
    let (_, fetched) = fetch("/sha256sums.txt").await;
    assert!(fetched.ends_with("  100% é.csv\n"), "{fetched}");
}

/// Drafts are for those who make them; of what is withdrawn there is what was said, and no bytes.
async fn states(scene: &Scene, nobody: &Api) {
    let name = scene.publish("states", "open", json!({}), &[("a.txt", b"a".to_vec())]).await;
    let api = format!("/datasets/{name}/versions");
    scene.provider.post(&api, json!({"version": "1.1.0"})).await;
    scene.provider.upload(&format!("{api}/1.1.0/files/a.txt"), b"b".to_vec()).await;
    let at = async |who: &Api, document: &str| {
        who.at(Method::GET, &format!("/datasets/{name}/{document}")).send().await.unwrap().status().as_u16()
    };
    for (document, expected) in [("1.1.0", 200), ("1.1.0/sha256sums.txt", 200), ("1.1.0/bag.zip", 409)] {
        assert_eq!(
            (at(&scene.provider, document).await, at(nobody, document).await),
            (expected, 404),
            "{document}"
        );
    }
    scene.provider.post(&format!("{api}/1.1.0/publish"), json!({})).await;
    let withdrawal = json!({"reason": "Wrong <units>.", "successor": "1.1.0"});
    scene.provider.post(&format!("{api}/1.0.0/withdraw"), withdrawal).await;
    for (document, expected) in [
        ("1.0.0/files.meta4", 410),
        ("1.0.0/bag.zip", 410),
        ("1.0.0/datapackage.json", 410),
        ("1.0.0/sha256sums.txt", 200),
        ("bag.zip", 200),
    ] {
        assert_eq!(at(nobody, document).await, expected, "{document}");
    }
    let page = nobody
        .at(Method::GET, &format!("/datasets/{name}/1.0.0"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("This version was withdrawn: Wrong &#60;units&#62;.")
            && page.contains(&format!("/datasets/{name}/1.1.0\">Use version 1.1.0 instead.")),
        "{page}"
    );
    let new = json!({"organisation": "harbour-institute", "name": "planned", "space": "mobility", "announced": true, "record": {"title": {"en": "Planned"}}});
    scene.provider.post("/datasets", new).await;
    let page = nobody
        .at(Method::GET, "/datasets/harbour-institute/planned")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("Nothing has been published yet."), "{page}");
    let none =
        nobody.at(Method::GET, "/datasets/harbour-institute/planned/files.meta4").send().await.unwrap();
    assert_eq!(none.status(), 404);
}

/// Every dataset of the catalogue is a valid data package, and one with a wrong digest is not.
async fn every_dataset(scene: &Scene, home: &Path) {
    let listed = scene.trainer.get("/datasets?limit=200").await;
    let names = listed["items"].as_array().unwrap().iter().filter(|one| one["latest_version"].is_string());
    let names: Vec<String> = names
        .map(|one| format!("{}/{}", one["organisation"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect();
    assert!(names.len() >= 6, "{names:?}");
    let mut arguments = vec![scene.url(), scene.trainer.token()];
    arguments.extend(names.iter().map(String::as_str));
    let said =
        succeeded(&Environment::Present.python(home, include_str!("packages/validate.py"), &arguments));
    assert_eq!(
        said.lines().filter(|line| line.contains(": valid, and a wrong digest is found; a bag of ")).count(),
        names.len(),
        "{said}"
    );
}

/// A byte changed in the store is found by aria2, which says so with its exit code.
fn tampered_bytes_are_found(home: &Path, url: &str, dataset: &str, data: &Path) {
    let clean = vega("seattle-weather.csv");
    let mut folders = vec![data.to_owned()];
    let mut changed = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).unwrap() == clean {
                let mut bytes = clean.clone();
                bytes[100] ^= 1;
                std::fs::write(&path, bytes).unwrap();
                changed += 1;
            }
        }
    }
    assert!(changed > 0, "the bytes lie in the store");
    let list = format!("{url}/datasets/{dataset}/files.meta4");
    succeeded(&run("curl", home, &["--silent", "--fail", "--output", "files.meta4", &list]));
    let found = run("aria2c", home, &["--quiet", "--metalink-file", "files.meta4", "--dir", "tampered"]);
    assert_eq!(found.status.code(), Some(32), "{found:?}");
}
