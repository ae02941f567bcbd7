//! What the clients find: one deployment of each shape, begun when the first test asks for it, with datasets of every kind.

use std::path::{Path, PathBuf};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::deployment::{Deployment, Shape};

/// The organisation that provides.
pub const PROVIDER: &str = "harbour-institute";
/// The organisation that trains.
pub const TRAINER: &str = "model-works";
/// The space that everything is listed in.
pub const SPACE: &str = "mobility";

/// A running service with its people.
pub struct Scene {
    pub deployment: Deployment,
    pub admin: Api,
    pub provider: Api,
    pub trainer: Api,
    pub reviewer: Api,
}

impl Scene {
    /// Starts the service, lets people in, and registers nothing yet.
    pub async fn start(shape: Shape) -> Self {
        let deployment = Deployment::start(shape);
        let bases: Vec<String> = (0..deployment.replicas()).map(|at| deployment.url(at).to_owned()).collect();
        let nobody = Api::nobody(&bases);
        let admin = nobody.sign_in(deployment.first_code()).await;
        for slug in [PROVIDER, TRAINER, "authority"] {
            let new = json!({"slug": slug, "name": slug, "kind": "research", "country": "NL"});
            admin.post("/organisations", new).await;
            if slug != "authority" {
                admin.put(&format!("/spaces/{SPACE}/members/{slug}"), Value::Null).await;
            }
        }
        let mut people = Vec::new();
        for (login, organisation, role) in [
            ("provider", PROVIDER, "publisher"),
            ("trainer", TRAINER, "owner"),
            ("reviewer", "authority", "owner"),
        ] {
            admin.post("/people", json!({"login": login, "name": login})).await;
            admin.put(&format!("/organisations/{organisation}/members/{login}"), json!({"role": role})).await;
            let code = admin.post(&format!("/people/{login}/code"), json!({})).await;
            people.push(nobody.sign_in(code["code"].as_str().unwrap()).await);
        }
        admin.put(&format!("/spaces/{SPACE}/roles/reviewer/reviewer"), Value::Null).await;
        let [provider, trainer, reviewer] = <[Api; 3]>::try_from(people).ok().expect("three people");
        Self { deployment, admin, provider, trainer, reviewer }
    }

    /// Where clients find the service.
    pub fn url(&self) -> &str {
        self.deployment.url(0)
    }

    /// Registers, fills and publishes version 1.0.0 of a dataset; tells its name, `organisation/name`.
    pub async fn publish(&self, name: &str, mode: &str, stated: Value, files: &[(&str, Vec<u8>)]) -> String {
        let record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
        let mut new = json!({"organisation": PROVIDER, "name": name, "space": SPACE, "record": record});
        new.as_object_mut().unwrap().extend(stated.as_object().unwrap().clone());
        self.provider.post("/datasets", new).await;
        let path = format!("/datasets/{PROVIDER}/{name}");
        self.provider.put_matching(&format!("{path}/policy"), json!({"mode": mode})).await;
        self.provider.post(&format!("{path}/versions"), json!({"version": "1.0.0"})).await;
        for (file, bytes) in files {
            self.provider.upload(&format!("{path}/versions/1.0.0/files/{file}"), bytes.clone()).await;
        }
        self.provider.post(&format!("{path}/versions/1.0.0/publish"), json!({})).await;
        format!("{PROVIDER}/{name}")
    }
}

/// Somebody who speaks to the API, by turns with each replica.
#[derive(Clone)]
pub struct Api {
    http: Client,
    bases: Vec<String>,
    token: Option<String>,
}

impl Api {
    /// Somebody without a credential.
    pub fn nobody(bases: &[String]) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client");
        Self { http, bases: bases.to_vec(), token: None }
    }

    /// The token.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("somebody who is signed in")
    }

    async fn sign_in(&self, code: &str) -> Self {
        let body = json!({"code": code, "password": "a long passphrase for tests"});
        let redeemed = self.request(Method::POST, "/sessions/redeem").json(&body).send().await.unwrap();
        assert_eq!(redeemed.status(), 201);
        let cookie = redeemed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let scopes = json!({"name": "tests", "scopes": ["read", "request", "publish", "review", "admin"]});
        let asked = self.request(Method::POST, "/tokens").header("Cookie", cookie).json(&scopes);
        let token = read(asked.send().await.unwrap()).await;
        Self { token: Some(token["secret"].as_str().unwrap().to_owned()), ..self.clone() }
    }

    /// A request below `/api/v1`, with the credential.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.at(method, &format!("/api/v1{path}"))
    }

    /// A request to any path, with the credential.
    pub fn at(&self, method: Method, path: &str) -> RequestBuilder {
        let turn = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos() as usize / 1000);
        let request = self.http.request(method, format!("{}{path}", self.bases[turn % self.bases.len()]));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Value {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        read(self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        let request = self.request(Method::PUT, path);
        let request = if body.is_null() { request } else { request.json(&body) };
        read(request.send().await.unwrap()).await
    }

    /// A PUT over whatever is there.
    pub async fn put_matching(&self, path: &str, body: Value) -> Value {
        let request = self.request(Method::PUT, path).header("If-Match", "*").json(&body);
        read(request.send().await.unwrap()).await
    }

    pub async fn upload(&self, path: &str, bytes: Vec<u8>) -> Value {
        read(self.request(Method::PUT, path).body(bytes).send().await.unwrap()).await
    }
}

/// The JSON of an answer that has to be a success.
async fn read(response: Response) -> Value {
    let (status, url) = (response.status(), response.url().clone());
    let body = response.text().await.expect("a body");
    assert!(status.is_success(), "{url}: {status}: {body}");
    serde_json::from_str(&body).unwrap_or_default()
}

/// A file of the npm package `vega-datasets`, which `tests/setup` installs.
pub fn vega(name: &str) -> Vec<u8> {
    let path = vega_path(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run tests/setup first", path.display()))
}

/// Where it lies.
pub fn vega_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".test-env/npm/node_modules/vega-datasets/data").join(name)
}

/// A JSON array as one line for each of its items.
pub fn json_lines(array: &[u8]) -> Vec<u8> {
    let items: Vec<Value> = serde_json::from_slice(array).unwrap();
    items.iter().map(|item| format!("{item}\n")).collect::<String>().into_bytes()
}
