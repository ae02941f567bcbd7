//! Memory stays flat however big the uploads are. A binary of its own, and one test at a time: what is measured
//! is the memory of the whole process.
//!
//! The S3 half runs in a second process of this binary with the server's credentials, as in `storage.rs`.

#![expect(clippy::unwrap_used, reason = "a failed expectation is the report")]

#[path = "support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use cadastre::kernel::{Result, UploadId};
use cadastre::storage::{BlobStore, BlobsUrl, Expect};
use futures_util::stream::{self, Stream};
use tokio::sync::Mutex;

const MIB: u64 = 1024 * 1024;
const CHUNK: u64 = 64 * 1024;

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn local_files_keep_memory_flat() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let store = BlobStore::open(&BlobsUrl::folder(folder.path())).unwrap();
    memory_stays_flat(&store, 512 * MIB).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by `memory_stays_flat_on_s3`, which starts a server for it"]
async fn s3_keeps_memory_flat() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let url = std::env::var("AWS_ACCESS_KEY_ID").and_then(|_| std::env::var("CADASTRE_TEST_S3"));
    let url = url.expect("started by memory_stays_flat_on_s3");
    let store = BlobStore::open(&url.parse().unwrap()).unwrap();
    memory_stays_flat(&store, 512 * MIB).await;
}

#[test]
fn memory_stays_flat_on_s3() {
    let s3 = support::services::s3();
    let outcome = std::process::Command::new(std::env::current_exe().unwrap())
        .arg("--ignored")
        .envs(s3.admin.env())
        .env("CADASTRE_TEST_S3", s3.new_bucket().url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success() && said.contains("1 passed"), "{said}");
}

/// One upload may take 32 MiB, four at once 64 MiB in all.
async fn memory_stays_flat(store: &BlobStore, size: u64) {
    for (uploads, allowed) in [(1, 32 * MIB), (4, 64 * MIB)] {
        // What connections and threads need once is not counted.
        put(store, 12 * MIB, &Arc::default()).await;
        let (before, most) = (resident(), Arc::new(AtomicU64::new(0)));
        let puts = (0..uploads).map(|_| put(store, size / uploads, &most));
        futures_util::future::join_all(puts).await;
        let grown = most.load(Ordering::Relaxed).saturating_sub(before);
        assert!(
            most.load(Ordering::Relaxed) > 0 && grown <= allowed,
            "{uploads} uploads: {} KiB more",
            grown / 1024
        );
        println!("{uploads} uploads of {} MiB: {} KiB more", size / uploads / MIB, grown / 1024);
    }
}

async fn put(store: &BlobStore, size: u64, most: &Arc<AtomicU64>) {
    let expect = Expect { max_bytes: size, size: Some(size), digest: None };
    let stored = store.put(&UploadId::generate(), watched(size, most.clone()), expect).await.unwrap();
    store.delete(&stored.key).await.unwrap();
}

/// Fresh bytes, chunk by chunk; notes the most memory that was in use on the way.
fn watched(size: u64, most: Arc<AtomicU64>) -> impl Stream<Item = Result<Bytes>> + Unpin + use<> {
    stream::iter((0..size / CHUNK).map(move |at| {
        if at % 16 == 0 {
            most.fetch_max(resident(), Ordering::Relaxed);
        }
        Ok(Bytes::from(vec![at as u8; CHUNK as usize]))
    }))
}

/// The resident memory of this process in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
