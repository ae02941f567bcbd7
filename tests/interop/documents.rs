//! Documents of a dataset: by name, by `Accept`, conditional, and for nobody who may not know of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Api, Scene};
use crate::support::deployment::Shape;

#[tokio::test(flavor = "multi_thread")]
async fn documents_on_sqlite_and_files() {
    documents(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_on_postgresql_and_s3_with_two_replicas() {
    documents(Shape::Scaled).await;
}

async fn documents(shape: Shape) {
    let scene = Scene::start(shape).await;
    let nobody = Api::nobody(&[scene.url().to_owned()]);
    let open = scene.publish("tides", "open", json!({}), &[("tides.csv", b"a,b\n1,2\n".to_vec())]).await;
    let hidden = json!({"visibility": "space"});
    let hidden = scene.publish("depths", "open", hidden, &[("depths.csv", b"a\n1\n".to_vec())]).await;

    let path = format!("/datasets/{open}/schema-org.jsonld");
    let answer = nobody.at(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let (tag, date) = (answer.headers()["etag"].clone(), answer.headers()["last-modified"].clone());
    let document: Value = answer.json().await.unwrap();
    assert_eq!(document["@id"], format!("{}/datasets/{open}", scene.url()));
    let content = document["distribution"][0]["contentUrl"].as_str().unwrap();
    let bytes = reqwest::Client::builder().no_proxy().build().unwrap().get(content).send().await.unwrap();
    assert_eq!(bytes.text().await.unwrap(), "a,b\n1,2\n");
    for (name, value) in [("If-None-Match", &tag), ("If-Modified-Since", &date)] {
        let again = nobody.at(Method::GET, &path).header(name, value).send().await.unwrap();
        assert_eq!((again.status().as_u16(), again.bytes().await.unwrap().len()), (304, 0), "{name}");
    }
    let versioned = nobody.at(Method::GET, &format!("/datasets/{open}/1.0.0/schema-org.jsonld"));
    assert_eq!(versioned.send().await.unwrap().status(), 200);
    for missing in [
        format!("/datasets/{open}/nothing.json"),
        format!("/datasets/{open}/2.0.0/schema-org.jsonld"),
        format!("/datasets/{open}/1.0.0/nothing.json"),
        format!("/datasets/{open}.nothing"),
        format!("/datasets/{hidden}"),
        format!("/datasets/{hidden}/schema-org.jsonld"),
        format!("/datasets/{hidden}/1.0.0/schema-org.jsonld"),
    ] {
        let answer = nobody.at(Method::GET, &missing).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{missing}");
        assert!(answer.headers()["content-type"].to_str().unwrap().contains("problem+json"), "{missing}");
    }
    let seen = scene.trainer.at(Method::GET, &format!("/datasets/{hidden}/schema-org.jsonld"));
    assert_eq!(seen.send().await.unwrap().status(), 200);
    let refused = nobody.at(Method::GET, &format!("/datasets/{open}")).header("Accept", "image/png");
    assert_eq!(refused.send().await.unwrap().status(), 406);
}
