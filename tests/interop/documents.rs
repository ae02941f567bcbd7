//! Documents of a dataset: by name, by `Accept`, conditional, and for nobody who may not know of it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Api, PROVIDER, SPACE, Scene};
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

    dates_tell_every_change(&scene, &nobody, &open).await;
    // In the second of a change there is no date yet.
    tokio::time::sleep(Duration::from_millis(1100)).await;
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
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), 406);
    assert!(refused.headers()["vary"].to_str().unwrap().contains("Accept"));
}

/// Whoever asks by date alone hears of two changes in one second, and of new names of who provides it and of the space.
async fn dates_tell_every_change(scene: &Scene, nobody: &Api, dataset: &str) {
    let path = format!("/datasets/{dataset}/dcat.nt");
    let settled = async || {
        loop {
            let answer = nobody.at(Method::GET, &path).send().await.unwrap();
            if let Some(date) = answer.headers().get("last-modified") {
                return date.clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let since = async |date: &reqwest::header::HeaderValue| {
        let asked = nobody.at(Method::GET, &path).header("If-Modified-Since", date);
        asked.send().await.unwrap().status().as_u16()
    };
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    for word in ["first", "second"] {
        record["title"]["en"] = json!(word);
        let stated = json!({"space": SPACE, "visibility": "public", "record": record});
        scene.provider.put_matching(&format!("/datasets/{dataset}"), stated).await;
        let soon = nobody.at(Method::GET, &path).send().await.unwrap();
        let told = soon.headers().get("last-modified").cloned();
        assert!(soon.text().await.unwrap().contains(word));
        // A date that is told already is one after which nothing changes unnoticed.
        if let Some(told) = told {
            record["title"]["en"] = json!("third");
            let stated = json!({"space": SPACE, "visibility": "public", "record": record});
            scene.provider.put_matching(&format!("/datasets/{dataset}"), stated).await;
            tokio::time::sleep(Duration::from_millis(1100)).await;
            assert_eq!(since(&told).await, 200);
        }
    }
    for (what, name) in
        [(format!("/organisations/{PROVIDER}"), "name"), (format!("/spaces/{SPACE}"), "names")]
    {
        let date = settled().await;
        assert_eq!(since(&date).await, 304, "{what}");
        let mut told = scene.admin.get(&what).await;
        let stated = told.as_object_mut().unwrap();
        stated.insert(
            name.to_owned(),
            if name == "name" { json!("Renamed") } else { json!({"en": "Renamed"}) },
        );
        stated.retain(|member, _| {
            ["slug", "name", "names", "descriptions", "kind", "country", "sector", "contact", "charter"]
                .contains(&member.as_str())
        });
        scene.admin.put_matching(&what, told).await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        assert_eq!(since(&date).await, 200, "{what}");
    }
}
