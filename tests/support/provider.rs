//! The shortest way from the first administrator's code to somebody who may publish.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// Registers an organisation and lets a provider of it in; gives a token that reads and publishes.
///
/// # Panics
/// When the server refuses something.
pub async fn token(url: &str, first_code: &str, organisation: &str) -> String {
    let http = Client::builder().no_proxy().build().expect("a client");
    let at = |path: &str| format!("{url}/api/v1/{path}");
    let admin = come_in(&http, url, first_code).await;
    let post = |cookie: &str, path: &str, body: Value| {
        answer(http.post(at(path)).header("Cookie", cookie).json(&body))
    };
    let new = json!({ "slug": organisation, "name": organisation, "kind": "sme", "country": "EE" });
    post(&admin, "organisations", new).await;
    post(&admin, "people", json!({ "login": "writer", "name": "Writer" })).await;
    let member = http.put(at(&format!("organisations/{organisation}/members/writer")));
    answer(member.header("Cookie", &admin).json(&json!({ "role": "publisher" }))).await;
    let code = post(&admin, "people/writer/code", json!({})).await;
    let writer = come_in(&http, url, text(&code, "code")).await;
    let token = post(&writer, "tokens", json!({ "name": "tests", "scopes": ["read", "publish"] })).await;
    text(&token, "secret").to_owned()
}

async fn come_in(http: &Client, url: &str, code: &str) -> String {
    let body = json!({ "code": code, "password": "a long passphrase for tests" });
    let redeem = http.post(format!("{url}/api/v1/sessions/redeem")).json(&body);
    let response = redeem.send().await.expect("an answer");
    assert_eq!(response.status(), 201, "{:?}", response.text().await);
    let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    cookie.and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned()
}

async fn answer(request: RequestBuilder) -> Value {
    let response = request.send().await.expect("an answer");
    let (status, body) = (response.status(), response.text().await.expect("a body"));
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or_default()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).expect("a text")
}
