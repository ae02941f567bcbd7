//! What leads from one document to the next, and whether there is what a link names: pages, link sets, feeds; the heads of
//! documents; versions of which nothing can be fetched.

use cadastre::interop::Format;
use cadastre::kernel::Digest;
use reqwest::Method;
use serde_json::{Value, json};

use crate::python::{Environment, succeeded};
use crate::scene::{Api, PROVIDER, SPACE, Scene};
use crate::support::deployment::Shape;

#[tokio::test(flavor = "multi_thread")]
async fn links_on_sqlite_and_files() {
    links(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_on_postgresql_and_s3_with_two_replicas() {
    links(Shape::Scaled).await;
}

async fn links(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let full: Value = serde_json::from_str(include_str!("../fixtures/record-full.json")).unwrap();
    let files = [("a.csv", b"a\n1\n".to_vec()), ("b.txt", b"b".to_vec())];
    let here = scene.publish("here", "open", json!({"record": full}), &files).await;
    let planned = json!({
        "organisation": PROVIDER, "name": "planned", "space": SPACE, "announced": true,
        "record": {"title": {"en": "Planned"}},
    });
    scene.provider.post("/datasets", planned).await;
    let elsewhere = elsewhere(&scene).await;
    let gone = scene.publish("gone", "open", json!({}), &files).await;
    let withdrawal = json!({"reason": "Wrong."});
    scene.provider.post(&format!("/datasets/{gone}/versions/1.0.0/withdraw"), withdrawal).await;

    heads(&nobody, &here).await;
    let planned = format!("{PROVIDER}/planned");
    for page in [&here, &format!("{here}/1.0.0"), &planned, &elsewhere, &format!("{gone}/1.0.0")] {
        described(&nobody, &scene, page).await;
    }
    let items = |links: &str| links.matches("rel=\"item\"").count();
    assert_eq!(items(&head(&nobody, &here).await), 2);
    assert_eq!(items(&head(&nobody, &format!("{gone}/1.0.0")).await), 0, "nothing is given of it");
    nothing_to_fetch(&nobody, &elsewhere).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = [scene.url(), &here, &elsewhere];
    let said =
        succeeded(&Environment::Present.python(folder.path(), include_str!("links/clients.py"), &arguments));
    assert!(said.contains("all done"), "{said}");
}

/// A dataset whose one file stays with its holder, on a page that tells how to get it.
async fn elsewhere(scene: &Scene) -> String {
    let record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    let new = json!({"organisation": PROVIDER, "name": "elsewhere", "space": SPACE, "record": record});
    scene.provider.post("/datasets", new).await;
    let name = format!("{PROVIDER}/elsewhere");
    scene.provider.put_matching(&format!("/datasets/{name}/policy"), json!({"mode": "open"})).await;
    let versions = format!("/datasets/{name}/versions");
    scene.provider.post(&versions, json!({"version": "1.0.0"})).await;
    let reference = json!({"kind": "access_url", "url": "https://example.org/how"});
    let file = json!({"path": "raw.bin", "size": 7, "sha256": Digest::of("raw"), "reference": reference});
    scene.provider.post(&format!("{versions}/1.0.0/files"), json!({"files": [file]})).await;
    scene.provider.post(&format!("{versions}/1.0.0/publish"), json!({})).await;
    name
}

/// The `Link` field of a page.
async fn head(nobody: &Api, page: &str) -> String {
    let answer = nobody.at(Method::HEAD, &format!("/datasets/{page}")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{page}");
    answer.headers()["link"].to_str().unwrap().to_owned()
}

/// A head tells what the answer would tell, and never that there are no bytes.
async fn heads(nobody: &Api, name: &str) {
    for format in Format::ALL {
        let path = format!("/datasets/{name}/{}", format.file_name());
        let whole = nobody.at(Method::GET, &path).send().await.unwrap();
        let head = nobody.at(Method::HEAD, &path).send().await.unwrap();
        assert_eq!((head.status(), whole.status().as_u16()), (whole.status(), 200), "{path}");
        for field in ["content-type", "etag", "content-length", "link"] {
            assert_eq!(head.headers().get(field), whole.headers().get(field), "{path}: {field}");
        }
        assert_ne!(head.headers().get("content-length").map(|length| length.as_bytes()), Some(&b"0"[..]));
    }
}

/// Whatever is said to describe a dataset is there and leads back, on its page, in its link set and in the feed.
async fn described(nobody: &Api, scene: &Scene, page: &str) {
    let links = head(nobody, page).await;
    let target = |link: &str| link.split('>').next().unwrap().to_owned();
    let mut all: Vec<String> = links
        .split('<')
        .filter(|link| link.contains("rel=\"describedby\"") || link.contains("rel=\"linkset\""))
        .map(target)
        .collect();
    let shown = nobody.at(Method::GET, &format!("/datasets/{page}")).send().await.unwrap().text().await;
    let shown = shown.unwrap();
    let prefix = format!("href=\"{}/datasets/{page}/", scene.url());
    let listed = shown.split(&prefix).skip(1).map(|rest| rest.split('"').next().unwrap());
    let documents: Vec<&str> = listed.filter(|name| Format::by_file_name(name).is_some()).collect();
    assert!(all.len() >= 8 && documents.len() >= 8, "{page}: {links} {documents:?}");
    all.extend(documents.iter().map(|name| format!("{}/datasets/{page}/{name}", scene.url())));
    // The feed does not look at files.
    if !page.ends_with("1.0.0") && !page.ends_with("elsewhere") {
        let feed = nobody.at(Method::GET, "/feed.atom").send().await;
        let feed = feed.unwrap().text().await.unwrap();
        let prefix = "rel=\"describedby\" type=\"";
        let named = feed
            .split(prefix)
            .skip(1)
            .map(|link| link.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned());
        let named: Vec<String> = named.filter(|link| link.contains(&format!("/{page}/"))).collect();
        assert!(named.len() >= 8 && named.iter().all(|link| !link.ends_with("bag.zip")), "{named:?}");
        all.extend(named);
    }
    for address in all {
        let path = address.strip_prefix(scene.url()).unwrap_or_else(|| panic!("{address}"));
        let answer = nobody.at(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{address} is named by {page}");
    }
}

/// Lists that would be empty are none; a bag may be.
async fn nothing_to_fetch(nobody: &Api, name: &str) {
    for (document, expected) in
        [("files.meta4", 409), ("datapackage.json", 409), ("bag.zip", 200), ("sha256sums.txt", 200)]
    {
        for method in [Method::GET, Method::HEAD] {
            let path = format!("/datasets/{name}/1.0.0/{document}");
            let answer = nobody.at(method, &path).send().await.unwrap();
            assert_eq!(answer.status(), expected, "{path}");
        }
    }
    let refused = nobody.at(Method::GET, &format!("/datasets/{name}/files.meta4")).send().await.unwrap();
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "nothing_to_fetch", "{problem}");
}
