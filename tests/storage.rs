//! What every store of blobs promises, held against local files and against a real S3 server.
//!
//! The S3 client reads its credentials from the environment of the process, so the S3 half runs in a second process
//! of this binary, which [`the_promises_on_s3`] starts beside an S3 server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is the report"
)]

#[path = "support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::ops::Range;
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cadastre::kernel::{Clock as _, Digest, Error, Kind, Result, SystemClock, Timestamp, UploadId};
use cadastre::storage::{BlobKey, BlobStore, BlobsUrl, Expect, Listed, SignedGet, Stored};
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const PART: usize = 5 * MIB;
const ANYTHING: Expect = Expect { max_bytes: u64::MAX, size: None, digest: None };

macro_rules! on_every_store {
    ($($promise:ident)*) => {
        mod on_local_files {
            $(#[tokio::test(flavor = "multi_thread")] async fn $promise() { super::$promise(super::local()).await })*
        }
        mod on_s3 {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "run by `the_promises_on_s3`, which starts a server for it"]
            async fn $promise() { super::$promise(super::s3()).await })*
        }
    };
}

on_every_store! {
    what_was_put_comes_back
    what_was_declared_is_compared
    a_broken_promise_leaves_nothing
    a_failing_body_leaves_nothing
    a_caller_who_hangs_up_leaves_nothing
    a_crash_leaves_only_what_a_sweep_finds
    a_range_is_exact
    a_missing_blob_is_our_fault
    the_same_content_may_come_often_at_once
    a_list_names_every_blob_until_it_is_deleted
    a_link_carries_name_and_type
    a_healthy_store_passes_the_check_and_keeps_nothing_of_it
}

struct Place {
    store: BlobStore,
    /// The folder goes when this is dropped.
    folder: Option<tempfile::TempDir>,
}

#[test]
fn the_promises_on_s3() {
    let s3 = support::services::s3();
    let outcome = Command::new(std::env::current_exe().unwrap())
        .arg("--ignored")
        .envs(s3.admin.env())
        .env("CADASTRE_TEST_S3", s3.new_bucket().url)
        .env("READER_KEY", s3.reader.access_key)
        .env("READER_SECRET", &s3.reader.secret_key)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success() && !said.contains(" 0 passed"), "{said}");
    println!("{said}");
}

fn local() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let store = BlobStore::open(&BlobsUrl::folder(folder.path())).unwrap();
    Place { store, folder: Some(folder) }
}

/// A prefix of its own in the bucket of the test server.
fn s3() -> Place {
    let url = s3_url(|url| url.set_path(UploadId::generate().as_str()));
    Place { store: BlobStore::open(&url).unwrap(), folder: None }
}

fn s3_url(change: impl FnOnce(&mut url::Url)) -> BlobsUrl {
    // Without a key the machine's own role would be asked for.
    let text = std::env::var("AWS_ACCESS_KEY_ID").and_then(|_| std::env::var("CADASTRE_TEST_S3"));
    let text = text.expect("started by the_promises_on_s3");
    let mut url = url::Url::parse(&text).unwrap();
    change(&mut url);
    url.as_str().parse().unwrap()
}

/// Bytes that repeat nowhere, so that no misplaced part can hide.
fn bytes(length: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ length as u64;
    let mut all = Vec::with_capacity(length + 8);
    while all.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.extend_from_slice(&state.to_le_bytes());
    }
    all.truncate(length);
    all.into()
}

/// A body in chunks of an odd size, as a network delivers them.
fn body(bytes: &Bytes) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + use<> {
    let bytes = bytes.clone();
    let step = 31 * KIB + 7;
    stream::iter(
        (0..bytes.len()).step_by(step).map(move |at| Ok(bytes.slice(at..bytes.len().min(at + step)))),
    )
}

/// A body whose sender falls silent after these bytes.
fn never_ending(length: usize) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + use<> {
    body(&bytes(length)).chain(stream::pending())
}

impl Place {
    async fn put(&self, bytes: &Bytes) -> Stored {
        self.store.put(&UploadId::generate(), body(bytes), ANYTHING).await.unwrap()
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<Vec<u8>> {
        let chunks: Vec<Bytes> = self.store.get(key, range).await?.try_collect().await?;
        Ok(chunks.concat())
    }

    async fn list(&self) -> Vec<Listed> {
        self.store.list().try_collect().await.unwrap()
    }

    /// Nothing is listed and nothing is left to sweep; tasks in the background see to it.
    async fn becomes_empty(&self, why: &str) {
        let began = Instant::now();
        loop {
            let (listed, staged) = (self.list().await, self.staged());
            if listed.is_empty() && staged == 0 {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{why}: {listed:?}, {staged} staged");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if self.folder.is_none() {
            tokio::time::sleep(Duration::from_millis(2000)).await;
        }
        assert_eq!(self.store.sweep_staging(tomorrow()).await.unwrap(), 0, "{why}");
    }

    fn staged(&self) -> usize {
        let staging = self.folder.as_ref().map(|folder| folder.path().join("staging"));
        staging.and_then(|staging| std::fs::read_dir(staging).ok()).map_or(0, Iterator::count)
    }
}

fn tomorrow() -> Timestamp {
    SystemClock.now().plus_days(1)
}

fn code(error: &Error) -> &'static str {
    error.field_errors().first().map_or(error.code(), |field| field.code)
}

async fn what_was_put_comes_back(place: Place) {
    let small = [0, 1, 4 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 512 * KIB];
    let big = [PART - 1, PART, PART + 1, 2 * PART, 40 * MIB];
    for size in small.into_iter().chain(big) {
        let (sent, upload) = (bytes(size), UploadId::generate());
        let stored = place.store.put(&upload, body(&sent), ANYTHING).await.unwrap();
        assert_eq!(
            stored,
            Stored { key: BlobKey::of(&upload), size: size as u64, digest: Digest::of(&sent) }
        );
        assert!(place.read(&stored.key, None).await.unwrap() == sent, "{size} bytes came back changed");
    }
    assert_eq!(place.staged(), 0);
}

async fn what_was_declared_is_compared(place: Place) {
    for size in [0, 3 * KIB, PART + 1] {
        let sent = bytes(size);
        let expect =
            Expect { max_bytes: size as u64, size: Some(size as u64), digest: Some(Digest::of(&sent)) };
        place.store.put(&UploadId::generate(), body(&sent), expect).await.unwrap();
    }
    assert_eq!(place.list().await.len(), 3);
}

async fn a_broken_promise_leaves_nothing(place: Place) {
    for size in [3 * KIB, MIB, 2 * PART + 1] {
        let sent = bytes(size);
        let length = size as u64;
        for (expect, wanted) in [
            (Expect { digest: Some(Digest::of(b"other")), ..ANYTHING }, "digest_mismatch"),
            (Expect { size: Some(length + 1), ..ANYTHING }, "size_mismatch"),
            (Expect { size: Some(length - 1), ..ANYTHING }, "size_mismatch"),
            (Expect { max_bytes: length - 1, ..ANYTHING }, "upload_too_large"),
            (Expect { max_bytes: 10, size: Some(11), ..ANYTHING }, "upload_too_large"),
        ] {
            let error = place.store.put(&UploadId::generate(), body(&sent), expect).await.unwrap_err();
            assert_eq!(code(&error), wanted, "{size}");
            let kind = if wanted == "upload_too_large" { Kind::TooLarge } else { Kind::Invalid };
            assert_eq!(error.kind(), kind);
        }
    }
    place.becomes_empty("after refusals").await;
}

async fn a_failing_body_leaves_nothing(place: Place) {
    for size in [0, 3 * KIB, MIB, 2 * PART + 1] {
        let cut = Error::new(Kind::Timeout, "body_too_slow", "too slow");
        let failing = body(&bytes(size)).chain(stream::iter([Err(cut)]));
        let error = place.store.put(&UploadId::generate(), failing, ANYTHING).await.unwrap_err();
        assert_eq!(error.code(), "body_too_slow");
    }
    place.becomes_empty("after failing bodies").await;
}

async fn a_caller_who_hangs_up_leaves_nothing(place: Place) {
    for size in [0, 3 * KIB, MIB, 3 * PART] {
        let upload = UploadId::generate();
        let put = place.store.put(&upload, Box::pin(never_ending(size)), ANYTHING);
        assert!(tokio::time::timeout(Duration::from_millis(700), put).await.is_err());
    }
    // At many moments of the last step.
    let sent = bytes(3 * KIB);
    for micros in (0..6000).step_by(200) {
        let upload = UploadId::generate();
        let put = place.store.put(&upload, body(&sent), ANYTHING);
        if let Ok(stored) = tokio::time::timeout(Duration::from_micros(micros), put).await {
            place.store.delete(&stored.unwrap().key).await.unwrap();
        }
    }
    place.becomes_empty("after hanging up").await;
}

async fn a_crash_leaves_only_what_a_sweep_finds(place: Place) {
    let (store, upload) = (place.store.clone(), UploadId::generate());
    let endless = Box::pin(never_ending(3 * PART));
    let mut put = Box::pin(async move { store.put(&upload, endless, ANYTHING).await });
    assert!(tokio::time::timeout(Duration::from_secs(3), put.as_mut()).await.is_err());
    // Like a process that is killed: nobody cleans up.
    std::mem::forget(put);

    assert!(place.list().await.is_empty());
    let yesterday = Timestamp::from_millis(SystemClock.now().as_millis() - 86_400_000);
    assert_eq!(place.store.sweep_staging(yesterday).await.unwrap(), 0);
    assert_eq!(place.store.sweep_staging(tomorrow()).await.unwrap(), 1);
    assert_eq!(place.store.sweep_staging(tomorrow()).await.unwrap(), 0);
}

async fn a_range_is_exact(place: Place) {
    let sent = bytes(PART + MIB);
    let stored = place.put(&sent).await;
    let (end, part) = (sent.len() as u64, PART as u64);
    let empty = Range { start: 5, end: 5 };
    for range in [0..1, 0..end, empty, 1000..300_000, end - 1..end, 262_143..262_145, part - 1..part + 1] {
        let read = place.read(&stored.key, Some(range.clone())).await.unwrap();
        assert!(read == sent[range.start as usize..range.end as usize], "{range:?}");
    }
    let error = place.read(&stored.key, Some(end - 1..end + 1)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Internal, "a range beyond the end");
}

async fn a_missing_blob_is_our_fault(place: Place) {
    let key = BlobKey::of(&UploadId::generate());
    for range in [None, Some(0..10)] {
        let error = place.read(&key, range).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Internal);
        assert!(error.cause().unwrap().to_string().contains(key.as_str()), "{error}");
        assert!(!error.detail().contains(key.as_str()));
    }
}

async fn the_same_content_may_come_often_at_once(place: Place) {
    let sent = bytes(MIB);
    let puts = (0..8).map(|_| place.put(&sent));
    let stored = futures_util::future::join_all(puts).await;
    let keys: BTreeSet<BlobKey> = stored.into_iter().map(|stored| stored.key).collect();
    assert_eq!(keys.len(), 8);
    for key in &keys {
        assert!(place.read(key, None).await.unwrap() == sent);
    }
}

async fn a_list_names_every_blob_until_it_is_deleted(place: Place) {
    let before = SystemClock.now();
    let mut stored = Vec::new();
    for size in [0, 10, MIB] {
        stored.push(place.put(&bytes(size)).await);
    }
    if let Some(folder) = &place.folder {
        std::fs::write(folder.path().join("blobs/README"), "not a blob").unwrap();
        std::fs::create_dir_all(folder.path().join("blobs/00")).unwrap();
        std::fs::write(folder.path().join("blobs/00/notes.txt"), "not a blob").unwrap();
    }
    let listed = place.list().await;
    let found: BTreeSet<_> = listed.iter().map(|one| (&one.key, one.size)).collect();
    assert_eq!(found, stored.iter().map(|one| (&one.key, one.size)).collect());
    for one in &listed {
        // S3 tells whole seconds.
        assert!(one.modified.plus(Duration::from_secs(2)) > before && one.modified < tomorrow(), "{one:?}");
    }
    for one in &stored {
        place.store.delete(&one.key).await.unwrap();
        place.store.delete(&one.key).await.unwrap();
    }
    assert!(place.list().await.is_empty());
}

async fn a_link_carries_name_and_type(place: Place) {
    let sent = bytes(10 * KIB);
    let stored = place.put(&sent).await;
    let signed = |seconds| SignedGet {
        valid: Duration::from_secs(seconds),
        filename: "Zählung \"1\".csv".to_owned(),
        media_type: "text/csv".to_owned(),
    };
    let Some(link) = place.store.sign_get(&stored.key, &signed(60)).await.unwrap() else {
        assert!(place.folder.is_some(), "only local files have no link");
        return;
    };
    let answer = reqwest::get(link.clone()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/csv");
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(
        disposition,
        "attachment; filename=\"Z_hlung _1_.csv\"; filename*=UTF-8''Z%C3%A4hlung%20%221%22.csv"
    );
    assert!(answer.bytes().await.unwrap() == sent);

    let mut other_name = link.clone();
    other_name.set_query(Some(&link.query().unwrap().replace("csv", "exe")));
    assert_eq!(reqwest::get(other_name).await.unwrap().status(), 403);

    let short = place.store.sign_get(&stored.key, &signed(1)).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(reqwest::get(short).await.unwrap().status(), 403);
}

async fn a_healthy_store_passes_the_check_and_keeps_nothing_of_it(place: Place) {
    place.store.check().await.unwrap();
    place.store.ready().await.unwrap();
    place.becomes_empty("after the check").await;
}

#[tokio::test]
async fn a_folder_that_cannot_serve_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let gone = BlobStore::open(&BlobsUrl::folder(folder.path().join("not-yet"))).unwrap();
    assert_eq!(gone.ready().await.unwrap_err().code(), "store_path");

    for (path, code, words) in [
        (file.clone(), "store_path", "is a file"),
        (file.join("below"), "store_path", "cannot be made"),
        ("/proc/blobs".into(), "store_path", "cannot be made"),
        // Not even root writes here.
        ("/proc/self".into(), "store_read_only", "cannot be written"),
    ] {
        let store = BlobStore::open(&BlobsUrl::folder(&path)).unwrap();
        let error = store.check().await.unwrap_err();
        assert_eq!((error.code(), error.kind()), (code, Kind::Unavailable), "{error}");
        assert!(error.detail().contains(words) && error.detail().contains(path.to_str().unwrap()), "{error}");
    }
}

#[tokio::test]
async fn a_bucket_out_of_reach_says_so_within_ten_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_at = format!("http://{}", silent.local_addr().unwrap());
    for endpoint in ["http://127.0.0.1:1", &silent_at] {
        let began = Instant::now();
        let error = check_elsewhere(&format!("s3://bucket?endpoint={endpoint}"), "key", "secret").await;
        assert!(error.starts_with("store_unreachable: ") && error.contains(endpoint), "{error}");
        assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
    }
}

#[tokio::test]
#[ignore = "run by `the_promises_on_s3`, which starts a server for it"]
async fn a_bucket_that_cannot_serve_says_why() {
    let reader = (std::env::var("READER_KEY").unwrap(), std::env::var("READER_SECRET").unwrap());
    let missing = s3_url(|url| url.set_host(Some("no-such-bucket")).unwrap());
    let error = BlobStore::open(&missing).unwrap().check().await.unwrap_err();
    assert_eq!(error.code(), "store_bucket_missing", "{error}");
    assert!(error.detail().contains("no-such-bucket"));

    let here = s3_url(|_| ()).to_string();
    let key = std::env::var("AWS_ACCESS_KEY_ID").unwrap();
    for (key, secret, wanted) in [
        (key.as_str(), "hunter2", "store_credentials: "),
        ("nobody", "hunter2", "store_credentials: "),
        (reader.0.as_str(), reader.1.as_str(), "store_read_only: "),
    ] {
        let error = check_elsewhere(&here, key, secret).await;
        assert!(error.starts_with(wanted), "{key}: {error}");
        assert!(!error.contains("hunter2") && !error.contains(&reader.1), "{error}");
    }
}

/// Credentials come from the environment, which a running process cannot change safely; so another one checks.
async fn check_elsewhere(url: &str, key: &str, secret: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "the_check_as_another_process", "--nocapture"]);
    child.env("CHECK_URL", url).env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let (_, report) = output.split_once("REPORT ").expect(&output);
    report.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn the_check_as_another_process() {
    let Ok(url) = std::env::var("CHECK_URL") else { return };
    match BlobStore::open(&url.parse().unwrap()).unwrap().check().await {
        Ok(()) => println!("REPORT fine"),
        Err(error) => println!("REPORT {}: {error}", error.code()),
    }
}
