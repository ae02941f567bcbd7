//! A client that registers, uploads and publishes, and never takes no answer for an answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cadastre::kernel::Digest;
use futures_util::{StreamExt as _, stream};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// What was acknowledged of a dataset.
#[derive(Debug, Clone)]
pub struct Registered {
    id: String,
    files: BTreeMap<String, Digest>,
    digest: Option<String>,
}

pub struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    name: String,
}

/// Datasets that are checked at the same time.
const CHECKS: usize = 8;
/// How long a client keeps asking a server that is down.
const PATIENCE: Duration = Duration::from_secs(90);

impl Client {
    pub fn new(url: String, token: String, name: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        Self { http, url, token, name }
    }

    /// Registers one dataset after the other until told to stop; finishes the one it is at.
    pub async fn work(self, stop: Arc<AtomicBool>, ledger: Arc<Mutex<BTreeMap<String, Registered>>>) {
        let mut number = 0;
        while !stop.load(Ordering::SeqCst) {
            let name = format!("{}-{number}", self.name);
            let registered = self.one(&name).await;
            ledger.lock().await.insert(name, registered);
            number += 1;
        }
    }

    async fn one(&self, name: &str) -> Registered {
        let record = json!({
            "title": { "en": name }, "description": { "en": "Written while servers fall." },
            "contact": { "name": "Desk", "email": "desk@example.org" },
            "origin": { "source_category": "own_collection" },
            "rights": { "licence": "CC0-1.0", "tdm": { "reservation": "not_reserved" } },
            "privacy": { "personal_data": "none" }
        });
        let body =
            json!({ "organisation": "crash-works", "name": name, "space": "energy", "record": record });
        let dataset = self.post("datasets", &body, name).await;
        let path = format!("datasets/crash-works/{name}");
        self.repeat(|| {
            self.request(Method::PUT, &format!("{path}/policy"))
                .header("If-Match", "*")
                .json(&json!({ "mode": "open" }))
        })
        .await;
        self.post(&format!("{path}/versions"), &json!({ "version": "1.0.0" }), &format!("{name} version"))
            .await;
        let mut files = BTreeMap::new();
        for (file, bytes) in contents(name) {
            let digest = Digest::of(&bytes);
            let target = format!("{path}/versions/1.0.0/files/{file}");
            let stored = self
                .repeat(|| {
                    self.request(Method::PUT, &target)
                        .header("Repr-Digest", digest.to_repr_digest())
                        .body(bytes.clone())
                })
                .await;
            assert_eq!(stored["sha256"], digest.to_string(), "{stored}");
            files.insert(file, digest);
        }
        let version = self
            .post(&format!("{path}/versions/1.0.0/publish"), &json!({}), &format!("{name} publish"))
            .await;
        assert_eq!(version["state"], "published", "{version}");
        let id = dataset["id"].as_str().unwrap().to_owned();
        // The same key gives the same answer: nothing was registered twice.
        assert_eq!(self.post("datasets", &body, name).await["id"], id);
        Registered { id, files, digest: version["digest"].as_str().map(str::to_owned) }
    }

    async fn post(&self, path: &str, body: &Value, key: &str) -> Value {
        let key = key.replace(' ', "-");
        self.repeat(|| self.request(Method::POST, path).header("Idempotency-Key", &key).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/api/v1/{path}", self.url)).bearer_auth(&self.token)
    }

    /// Sends until there is an answer that is one.
    async fn repeat(&self, build: impl Fn() -> reqwest::RequestBuilder) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let trouble = match build().send().await {
                Ok(response) => {
                    let (status, text) = (response.status(), response.text().await);
                    match text {
                        Ok(text) if status.is_success() => return serde_json::from_str(&text).unwrap(),
                        Ok(text) if status != StatusCode::SERVICE_UNAVAILABLE => panic!("{status}: {text}"),
                        other => format!("{status} {other:?}"),
                    }
                }
                Err(error) => error.to_string(),
            };
            assert!(begun.elapsed() < PATIENCE, "no answer: {trouble}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Two files of a dataset: one of its own, one that all datasets share.
fn contents(name: &str) -> [(String, Vec<u8>); 2] {
    let own = name.bytes().cycle().take(20_000 + name.len() * 997).collect();
    [("own.bin".to_owned(), own), ("folder/shared.txt".to_owned(), b"the same everywhere\n".repeat(500))]
}

/// Everything acknowledged is there; every file that a row names has its bytes. Several datasets at a time.
pub async fn check<'a>(
    url: &str,
    token: &str,
    registered: impl IntoIterator<Item = (&'a String, &'a Registered)>,
) {
    let client = Client::new(url.to_owned(), token.to_owned(), "check".into());
    stream::iter(registered)
        .for_each_concurrent(CHECKS, |(name, registered)| check_one(&client, name, registered))
        .await;
}

async fn check_one(client: &Client, name: &str, registered: &Registered) {
    let path = format!("datasets/crash-works/{name}");
    let dataset = client.repeat(|| client.request(Method::GET, &path)).await;
    assert_eq!(dataset["id"], registered.id.as_str(), "{name}");
    let version = client.repeat(|| client.request(Method::GET, &format!("{path}/versions/1.0.0"))).await;
    assert_eq!(
        (version["state"].as_str(), version["digest"].as_str()),
        (Some("published"), registered.digest.as_deref()),
        "{name}"
    );
    let listed = client.repeat(|| client.request(Method::GET, &format!("{path}/versions/1.0.0/files"))).await;
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.len(), registered.files.len(), "{name}");
    for file in listed {
        let file_path = file["path"].as_str().unwrap();
        let bytes = client
            .request(Method::GET, &format!("{path}/versions/1.0.0/files/{file_path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(bytes.status(), StatusCode::OK, "{name}/{file_path}");
        assert_eq!(
            Digest::of(bytes.bytes().await.unwrap()),
            registered.files[file_path],
            "{name}/{file_path}"
        );
    }
}

/// Every dataset that was acknowledged is listed, once, and no other: the cheap look at the whole.
pub async fn check_listing(url: &str, token: &str, ledger: &BTreeMap<String, Registered>) {
    let client = Client::new(url.to_owned(), token.to_owned(), "check".into());
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("datasets?organisation=crash-works&limit=200{after}");
        let page = client.repeat(|| client.request(Method::GET, &path)).await;
        let items = page["items"].as_array().unwrap();
        listed.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        match page["next_after"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    listed.sort_unstable();
    assert!(
        listed.iter().eq(ledger.keys()),
        "{} datasets are listed, {} were acknowledged",
        listed.len(),
        ledger.len()
    );
}
