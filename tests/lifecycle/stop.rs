//! A stop in the middle of uploads, on both shapes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http;
use super::support::deployment::{Deployment, Shape, Stores};
use super::support::provider;

const DATASET: &str = "stop-works/slow";
const HALF: usize = 300_000;

/// An upload of which half has been sent, and which the server has begun to take.
fn begin_upload(address: &str, token: &str, name: &str) -> TcpStream {
    let mut upload = TcpStream::connect(address).unwrap();
    upload.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(
        upload,
        "PUT /api/v1/datasets/{DATASET}/versions/1.0.0/files/{name} HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        HALF * 2
    )
    .unwrap();
    let mut begun = [0; 25];
    upload.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100 Continue\r\n\r\n");
    upload.write_all(&vec![b'x'; HALF]).unwrap();
    upload
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_uploads_finish_or_fail_cleanly_on_sqlite_and_files() {
    stop_in_the_middle(Shape::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_uploads_finish_or_fail_cleanly_on_postgresql_and_s3() {
    stop_in_the_middle(Shape::Scaled).await;
}

async fn stop_in_the_middle(shape: Shape) {
    let mut deployment = Deployment::start(shape);
    let base = deployment.url(0).to_owned();
    let token = provider::token(&base, deployment.first_code(), "stop-works").await;
    let post = async |path: &str, body: Value| {
        let request = http().post(format!("{base}/api/v1/{path}")).bearer_auth(&token).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201, "{:?}", response.text().await);
    };
    post("datasets", json!({ "organisation": "stop-works", "name": "slow", "space": "energy" })).await;
    post(&format!("datasets/{DATASET}/versions"), json!({ "version": "1.0.0" })).await;

    let address = base.trim_start_matches("http://");
    let mut upload = begin_upload(address, &token, "finished.bin");
    let mut stalled = begin_upload(address, &token, "stalled.bin");
    deployment.ask_to_stop(0);
    let begun = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody new comes in");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(deployment.ended(0).is_none(), "it waits for the uploads");

    upload.write_all(&vec![b'x'; HALF]).unwrap();
    let mut answer = [0; 12];
    upload.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 201");
    drop(upload);
    // The other one is not waited for without end.
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = deployment.ended(0) {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(50), "it ends, whatever a client does");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(status.success(), "{status}");
    let mut rest = Vec::new();
    drop(stalled.read_to_end(&mut rest));
    assert!(!rest.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&rest));

    deployment.restart(0);
    let url = format!("{base}/api/v1/datasets/{DATASET}/versions/1.0.0/files");
    let listed: Value = http().get(&url).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let listed: Vec<_> = listed["items"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    assert_eq!(listed, ["finished.bin"], "half an upload leaves nothing to see");
    if let Stores::Folder(data) = deployment.stores() {
        let left = std::fs::read_dir(data.path().join("blobs/staging")).unwrap().count();
        assert_eq!(left, 0, "nor on the disk");
    }
}

#[test]
fn a_stop_is_heard_from_the_first_answer_on() {
    for round in 0..20 {
        let mut deployment = Deployment::start(Shape::Embedded);
        deployment.ask_to_stop(0);
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = deployment.ended(0) {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "round {round}: nobody heard the signal");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(status.success(), "round {round}: {status}");
    }
}
