//! Start and stop of the real binary: what it says when a store cannot be used, and that a stop lets an upload in
//! flight finish.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::services;

fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cadastre"))
}

/// Database, blobs, environment, exit code, and what is said.
type Refused<'a> = (&'a str, &'a str, &'a [(&'a str, String)], i32, &'a str);

/// Runs `serve` that must refuse to start; gives the exit code and what it said.
fn refusal(arguments: &[&str], environment: &[(&str, String)]) -> (Option<i32>, String) {
    let output = binary()
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
        .args(arguments)
        .env_remove("AWS_ACCESS_KEY_ID")
        .envs(environment.iter().map(|(name, value)| (*name, value.as_str())))
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_database_or_store_that_cannot_be_used_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let (s3, postgres) = (services::s3(), services::postgres().new_database());
    let bucket = s3.new_bucket();
    let missing = bucket.url.replace(&bucket.name, "no-such-bucket");
    let wrong = [("AWS_ACCESS_KEY_ID", "wrong".to_owned()), ("AWS_SECRET_ACCESS_KEY", "wrong".to_owned())];
    let sqlite = format!("sqlite:{}", at("a.sqlite"));
    let files = format!("file:{}", at("blobs"));
    let closed = "postgres://nobody:hunter2@127.0.0.1:1/none";
    let cases: [Refused<'_>; 7] = [
        (closed, &files, &[], 8, "cannot be used"),
        (&format!("sqlite:{}/no/such/folder/x.sqlite", at("file")), &files, &[], 8, "cannot be used"),
        (&postgres, &files, &[], 7, "cadastre admin migrate"),
        (&sqlite, &format!("file:{}", at("file")), &[], 8, "file"),
        (&sqlite, &missing, &s3.admin.env(), 8, "bucket"),
        (&sqlite, &bucket.url, &wrong, 8, "AWS_"),
        (&sqlite, &bucket.url, &s3.reader.env(), 8, "not written"),
    ];
    for (database, blobs, environment, code, hint) in cases {
        let (found, said) = refusal(&["--database", database, "--blobs", blobs], environment);
        assert_eq!(found, Some(code), "{database} {blobs}: {said}");
        assert!(said.contains(hint), "{database} {blobs}: {said}");
        assert!(!said.contains("hunter2"), "a password was shown: {said}");
    }
}

struct Demo {
    child: Child,
    ready: Value,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Demo {
    fn start(folder: &Path) -> Self {
        let file = folder.join("ready.json");
        let child = binary()
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .arg("--ready")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut demo = Self { child, ready: Value::Null };
        let begun = Instant::now();
        while demo.ready.is_null() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the demonstration did not get ready");
            std::thread::sleep(Duration::from_millis(50));
            demo.ready = std::fs::read(&file)
                .ok()
                .map(|text| serde_json::from_slice(&text).unwrap())
                .unwrap_or_default();
        }
        demo
    }

    fn text(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_an_upload_in_flight_finish() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    let (base, token) = (demo.text("/base_url").to_owned(), demo.text("/tokens/provider").to_owned());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async |path: &str, body: Value| {
        let response =
            http.post(format!("{base}/api/v1/{path}")).bearer_auth(&token).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 201, "{:?}", response.text().await);
    };
    post("datasets", json!({ "organisation": "demo-data-institute", "name": "slow", "space": "energy" }))
        .await;
    post("datasets/demo-data-institute/slow/versions", json!({ "version": "1.0.0" })).await;

    let address = base.trim_start_matches("http://");
    let mut upload = TcpStream::connect(address).unwrap();
    upload.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let half = vec![b'x'; 300_000];
    write!(
        upload,
        "PUT /api/v1/datasets/demo-data-institute/slow/versions/1.0.0/files/slow.bin HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
        half.len() * 2
    )
    .unwrap();
    upload.write_all(&half).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let stopped = Command::new("kill").args(["-TERM", &demo.child.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    std::thread::sleep(Duration::from_millis(700));
    assert!(demo.child.try_wait().unwrap().is_none(), "it waits for the upload");
    assert!(
        TcpStream::connect(address).is_err() || http.get(format!("{base}/healthz")).send().await.is_err(),
        "nobody new comes in"
    );

    upload.write_all(&half).unwrap();
    let mut answer = [0; 12];
    upload.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 201");
    drop(upload);
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = demo.child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "it ends once the upload is done");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{status}");
}
