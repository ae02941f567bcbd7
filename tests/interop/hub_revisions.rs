//! What a revision means to clients of the Hugging Face Hub: the same by each of its names, and a card that never changes and
//! tells nobody what was kept from them.

use cadastre::kernel::Digest;
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Api, PROVIDER, SPACE, Scene, TRAINER};
use crate::support::deployment::Shape;

const BYTES: &[u8] = b"a,b\n1,2\n3,4\n";

#[tokio::test(flavor = "multi_thread")]
async fn revisions_on_sqlite_and_files() {
    all(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_on_postgresql_and_s3_with_two_replicas() {
    all(Shape::Scaled).await;
}

async fn all(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    names_lead_to_the_same_files(&scene, &nobody).await;
    names_lead_to_the_same_rights(&scene, &nobody).await;
    a_card_does_not_tell_what_was_never_shown(&scene, &nobody).await;
}

/// A dataset without versions; its path.
async fn dataset(scene: &Scene, name: &str, mode: &str, visibility: &str, description: &str) -> String {
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    record["description"] = json!({"en": description});
    let audience = if visibility == "organisations" { json!([TRAINER]) } else { json!([]) };
    let new = json!({
        "organisation": PROVIDER, "name": name, "space": SPACE, "visibility": visibility, "audience": audience,
        "record": record,
    });
    scene.provider.post("/datasets", new).await;
    let path = format!("/datasets/{PROVIDER}/{name}");
    scene.provider.put_matching(&format!("{path}/policy"), json!({"mode": mode})).await;
    path
}

async fn publish(scene: &Scene, path: &str, number: &str, files: &[&str]) {
    let versions = format!("{path}/versions");
    scene.provider.post(&versions, json!({"version": number})).await;
    for file in files {
        scene.provider.upload(&format!("{versions}/{number}/files/{file}"), BYTES.to_vec()).await;
    }
    scene.provider.post(&format!("{versions}/{number}/publish"), json!({})).await;
}

/// Status, entity tag and text of an answer below `/hf`.
async fn get(who: &Api, path: &str) -> (u16, String, String) {
    let answer = who.at(Method::GET, &format!("/hf{path}")).send().await.unwrap();
    let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    (answer.status().as_u16(), tag.unwrap_or_default(), answer.text().await.unwrap())
}

/// The names of the newest version: `main`, its number, and the beginning of its digest.
async fn names(scene: &Scene, path: &str) -> [String; 3] {
    let version = scene.provider.get(&format!("{path}/versions/latest")).await;
    let text = |member: &str| version[member].as_str().unwrap().to_owned();
    ["main".to_owned(), text("version"), text("revision40")]
}

/// The same files are one revision, whether all of them are here or not.
async fn names_lead_to_the_same_files(scene: &Scene, nobody: &Api) {
    let path = dataset(scene, "arriving", "open", "public", "Rows.").await;
    let versions = format!("{path}/versions");
    scene.provider.post(&versions, json!({"version": "1.0.0"})).await;
    scene.provider.upload(&format!("{versions}/1.0.0/files/a.csv"), BYTES.to_vec()).await;
    let reference = json!({"kind": "download_url", "url": "https://example.org/raw.csv"});
    let raw = json!({
        "path": "raw.csv", "size": BYTES.len(), "sha256": Digest::of(BYTES), "media_type": "text/csv", "reference": reference,
    });
    scene.provider.post(&format!("{versions}/1.0.0/files"), json!({"files": [raw]})).await;
    scene.provider.post(&format!("{versions}/1.0.0/publish"), json!({})).await;
    let [.., sha] = names(scene, &path).await;
    let card = format!("{path}/resolve/{sha}/README.md");
    let before = get(nobody, &card).await;
    assert!(before.2.contains("`raw.csv`") && !before.2.contains("example.org/raw.csv"), "{}", before.2);

    publish(scene, &path, "1.1.0", &["a.csv", "raw.csv"]).await;
    let [main, number, same] = names(scene, &path).await;
    assert_eq!(same, sha, "the same manifest");
    let trees = format!("/api{path}/tree");
    let tree = get(nobody, &format!("{trees}/{main}")).await;
    assert!(tree.2.contains("\"raw.csv\""), "{}", tree.2);
    for name in [&number, &sha, "1.0.0"] {
        assert_eq!(get(nobody, &format!("{trees}/{name}")).await, tree, "{name}");
    }
    for name in [&main, &number, &sha, "v1.0.0"] {
        assert_eq!(get(nobody, &format!("{path}/resolve/{name}/README.md")).await, before, "{name}");
    }
    let why = json!({"reason": "published twice", "successor": "1.1.0"});
    scene.provider.post(&format!("{versions}/1.0.0/withdraw"), why).await;
    assert_eq!(get(nobody, &card).await, before);
    assert_eq!(get(nobody, &format!("{trees}/1.0.0")).await.0, 410);
    let why = json!({"reason": "withdrawn as well"});
    scene.provider.post(&format!("{versions}/1.1.0/withdraw"), why).await;
    let gone = get(nobody, &card).await;
    assert!(gone.0 == 410 && gone.2.contains("withdrawn as well"), "{gone:?}");
}

/// What became a sample later is one by each name of its revision.
async fn names_lead_to_the_same_rights(scene: &Scene, nobody: &Api) {
    let path = dataset(scene, "sampled", "review", "public", "Rows.").await;
    publish(scene, &path, "1.0.0", &["data.csv", "few.csv"]).await;
    let few = |name: &str| format!("{path}/resolve/{name}/few.csv");
    assert_eq!(get(nobody, &few("main")).await.0, 401);
    publish(scene, &path, "1.1.0", &["data.csv", "few.csv?sample=true"]).await;
    for name in names(scene, &path).await {
        assert_eq!(get(nobody, &few(&name)).await.0, 200, "{name}");
        assert_eq!(get(nobody, &format!("{path}/resolve/{name}/data.csv")).await.0, 401, "{name}");
    }
}

/// Texts that were for some only stay so when everybody may know of the dataset.
async fn a_card_does_not_tell_what_was_never_shown(scene: &Scene, nobody: &Api) {
    let path = dataset(scene, "widened", "open", "organisations", "For colleagues only.").await;
    publish(scene, &path, "1.0.0", &["a.csv"]).await;
    let card = format!("{path}/resolve/main/README.md");
    assert_eq!(get(nobody, &card).await.0, 404);
    assert!(get(&scene.trainer, &card).await.2.contains("For colleagues only."));
    let mut stated = scene.provider.get(&path).await;
    for description in ["For everybody.", "For everybody, once more."] {
        stated["record"]["description"] = json!({"en": description});
        let statement = json!({"space": SPACE, "visibility": "public", "record": stated["record"]});
        scene.provider.put_matching(&path, statement).await;
    }
    assert_eq!(nobody.request(Method::GET, &format!("{path}/history/1")).send().await.unwrap().status(), 404);
    let seen = get(nobody, &card).await;
    assert!(seen.2.contains("For everybody.\n") && !seen.2.contains("colleagues"), "{}", seen.2);
    // It is the same for everybody, or nobody could compare digests.
    assert_eq!(get(&scene.provider, &card).await, seen);
    assert_eq!(get(&scene.trainer, &card).await, seen);
}
