//! Health, readiness and numbers, with database and store taken away and given back.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::http;
use super::support::deployment::{Deployment, Shape, Stores};
use super::support::services;

/// What `/readyz` says: the status, and the words for database, store and migrations.
async fn ready(url: &str) -> (u16, [String; 3]) {
    let response = http().get(format!("{url}/readyz")).send().await.unwrap();
    let (status, body) = (response.status().as_u16(), response.json::<Value>().await.unwrap());
    (status, ["database", "store", "migrations"].map(|part| body[part].as_str().unwrap().to_owned()))
}

/// Waits until readiness is as expected: `ok` or not, for database, store and migrations.
async fn wait_for(url: &str, expected: [bool; 3]) {
    let begun = Instant::now();
    loop {
        let (status, words) = ready(url).await;
        let found = words.each_ref().map(|word| word == "ok");
        assert_eq!(status, if found == [true; 3] { 200 } else { 503 }, "{words:?}");
        if found == expected {
            // The process lives all the same.
            let alive = http().get(format!("{url}/healthz")).send().await.unwrap();
            assert_eq!((alive.status().as_u16(), alive.text().await.unwrap().as_str()), (200, "ok"));
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "expected {expected:?}, found {words:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_store_and_schema_on_sqlite_and_files() {
    let deployment = Deployment::start(Shape::Embedded);
    let (url, Stores::Folder(data)) = (deployment.url(0), deployment.stores()) else { panic!("no folder") };
    wait_for(url, [true; 3]).await;
    let at = |name: &str| data.path().join(name);
    let swap = |from: &Path, to: &Path| std::fs::rename(from, to).unwrap();
    swap(&at("blobs"), &at("away"));
    wait_for(url, [true, false, true]).await;
    swap(&at("away"), &at("blobs"));
    wait_for(url, [true; 3]).await;
    // Connections that are open stay so; a new one finds nothing.
    swap(&at("cadastre.sqlite"), &at("away.sqlite"));
    wait_for(url, [true, true, false]).await;
    swap(&at("away.sqlite"), &at("cadastre.sqlite"));
    wait_for(url, [true; 3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_database_store_and_schema_on_postgresql_and_s3() {
    let deployment = Deployment::start(Shape::Scaled);
    let (url, Stores::Services(database, bucket)) = (deployment.url(1), deployment.stores()) else {
        panic!("no services")
    };
    wait_for(url, [true; 3]).await;
    services::s3().change_bucket("DELETE", bucket);
    wait_for(url, [true, false, true]).await;
    services::s3().change_bucket("PUT", bucket);
    wait_for(url, [true; 3]).await;

    let sql = |address: &str, text: &str| services::query(address, text).unwrap();
    sql(database, "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
    wait_for(url, [true, true, false]).await;
    sql(database, "DELETE FROM __diesel_schema_migrations WHERE version = '99990101000000'");
    wait_for(url, [true; 3]).await;

    let (server, name) = database.rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap();
    let beside = format!("{server}/postgres");
    sql(&beside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    sql(&beside, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    wait_for(url, [false, true, false]).await;
    sql(&beside, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    wait_for(url, [true; 3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_are_in_the_text_format_of_prometheus() {
    let deployment = Deployment::start(Shape::Embedded);
    for path in ["readyz", "api/v1/spaces", "api/v1/datasets/a/b", "no/such/route"] {
        http().get(format!("{}/{path}", deployment.url(0))).send().await.unwrap();
    }
    let response = http().get(format!("{}/metrics", deployment.url(0))).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text().await.unwrap();
    let mut families = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            let (name, kind) = family.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram", "summary"].contains(&kind), "{line}");
            families.push(name);
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        assert!(families.iter().any(|family| name.starts_with(family)), "{line} has no type before it");
        assert!(labels.ends_with('}'), "{line}");
        for label in labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty()) {
            let (name, value) = label.split_once("=\"").unwrap();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
            assert!(!value.contains("datasets/a"), "a path of a caller became a label: {line}");
        }
    }
    for wanted in ["route=\"/api/v1/datasets/{org}/{name}\",status=\"404\"", "cadastre_write_group_size_sum"]
    {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
}
