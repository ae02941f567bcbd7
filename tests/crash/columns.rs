//! `kill -9` while the columns of a version are read: another replica, or the next process, goes on where it stopped.

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::databases::Database;
use crate::support::deployment::{Deployment, Shape, Stores};
use crate::support::provider;

/// How many files there are: several turns of what is taken at once.
const FILES: usize = 40;
/// The columns and rows of each, so that reading it takes a while.
const COLUMNS: usize = 60;
const ROWS: usize = 4_000;
/// Longer than any lease, in milliseconds.
const AN_HOUR: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_read_to_the_end_on_sqlite_and_files() {
    survive(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_read_to_the_end_on_postgresql_and_s3_with_two_replicas() {
    survive(Shape::Scaled).await;
}

async fn survive(shape: Shape) {
    let mut deployment = Deployment::start(shape);
    let token = provider::token(deployment.url(0), deployment.first_code(), "crash-works").await;
    let http = Client::builder().no_proxy().build().unwrap();
    let call = |url: &str, method: Method, path: &str| {
        http.request(method, format!("{url}/api/v1/{path}")).bearer_auth(&token).header("If-Match", "*")
    };
    publish(deployment.url(0), &call).await;

    let database = match deployment.stores() {
        Stores::Folder(data) => {
            Database::at(&format!("sqlite:{}", data.path().join("cadastre.sqlite").display()), None)
        }
        Stores::Services(address, _) => Database::at(address, None),
    };
    let kept = |outcome: &str| {
        database.number(&format!("SELECT COUNT(*) FROM blob_schemas WHERE outcome = '{outcome}'"))
    };
    let begun = Instant::now();
    while kept("read") == 0 || kept("pending") == 0 {
        assert!(begun.elapsed() < Duration::from_secs(90), "nothing was read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for replica in 0..deployment.replicas() {
        deployment.kill(replica);
    }
    let (read, taken) = (kept("read"), kept("pending"));
    assert!(read > 0 && read < FILES as i64 && taken > 0, "killed in the middle: {read} read, {taken} taken");
    let leased = "SELECT COUNT(*) FROM jobs WHERE kind = 'read_schemas' AND leased_until IS NOT NULL AND finished_at IS NULL";
    assert_eq!(database.number(leased), 1);

    // While the lease and the claims stand nobody else takes up the work; then they run out.
    let other = deployment.replicas() - 1;
    deployment.restart(other);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!((kept("read"), kept("pending")), (read, taken));
    let (before, _) = outcomes(deployment.url(other), &call).await;
    database.execute(&format!(
        "UPDATE jobs SET leased_until = leased_until - {AN_HOUR} WHERE kind = 'read_schemas' AND finished_at IS NULL"
    ));
    database.execute(&format!(
        "UPDATE blob_schemas SET updated_at = updated_at - {AN_HOUR} WHERE outcome = 'pending'"
    ));
    let begun = Instant::now();
    let after = loop {
        let (read, pending) = outcomes(deployment.url(other), &call).await;
        if pending == 0 {
            break read;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{pending} are still pending");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(after.len(), FILES);
    // Nothing is read twice.
    for one in &before {
        assert!(after.contains(one), "{one}");
    }
}

/// Publishes a version with many tables, each of other bytes.
async fn publish(url: &str, call: &impl Fn(&str, Method, &str) -> reqwest::RequestBuilder) {
    let record: Value = serde_json::from_str(include_str!("../fixtures/record-minimal.json")).unwrap();
    let path = "datasets/crash-works/tables";
    let new = json!({"organisation": "crash-works", "name": "tables", "space": "energy", "record": record});
    good(call(url, Method::POST, "datasets").json(&new)).await;
    good(call(url, Method::PUT, &format!("{path}/policy")).json(&json!({"mode": "open"}))).await;
    good(call(url, Method::POST, &format!("{path}/versions")).json(&json!({"version": "1.0.0"}))).await;
    let names: Vec<String> = (0..COLUMNS).map(|column| format!("c{column}")).collect();
    for file in 0..FILES {
        let row = vec![format!("{file}.5"); COLUMNS].join(",");
        let table = format!("{}\n{}", names.join(","), format!("{row}\n").repeat(ROWS));
        good(call(url, Method::PUT, &format!("{path}/versions/1.0.0/files/{file}.csv")).body(table)).await;
    }
    good(call(url, Method::POST, &format!("{path}/versions/1.0.0/publish")).json(&json!({}))).await;
}

async fn good(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let (status, body) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or_default()
}

/// The files that were read, each with when that was; and how many wait.
async fn outcomes(
    url: &str,
    call: &impl Fn(&str, Method, &str) -> reqwest::RequestBuilder,
) -> (Vec<String>, usize) {
    let path = "datasets/crash-works/tables/versions/1.0.0/schemas?limit=100";
    let found = good(call(url, Method::GET, path)).await;
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), FILES);
    let of = |outcome: &'static str| items.iter().filter(move |item| item["outcome"] == outcome);
    let read = of("read").map(|item| format!("{} {}", item["path"], item["read_at"])).collect();
    (read, of("pending").count())
}
