//! What reading takes of memory, whatever the file is; in a process of its own, as it is the whole process that is measured.

use std::process::Command;

use crate::datasets::files::MediaType;
use crate::datasets::schemas::model::{MOST_BYTES, NotRead, Structure};
use crate::datasets::schemas::read::{Blob, read};
use crate::kernel::UploadId;
use crate::storage::{BlobStore, BlobsUrl, Expect};

const MIB: u64 = 1024 * 1024;
/// The size that every file is made to have.
const GIB: u64 = 1024 * MIB;
/// The most that reading any one of them may take: a few times what is read of it at most.
const ALLOWED: u64 = 8 * MOST_BYTES;

#[test]
fn reading_files_of_a_gigabyte_takes_little_memory() {
    let name = "datasets::schemas::tests::memory::gigabytes_are_read_in_little_memory";
    let outcome =
        Command::new(std::env::current_exe().unwrap()).args(["--ignored", "--exact", name]).output().unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "run by `reading_files_of_a_gigabyte_takes_little_memory`"]
async fn gigabytes_are_read_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let store = BlobStore::open(&BlobsUrl::folder(folder.path())).unwrap();
    let table = "id,name,at\n".to_owned() + &"1,Anna,2024-01-02\n".repeat(500_000);
    let lines = "{\"id\":1,\"place\":{\"lat\":1.5},\"tags\":[\"a\",\"b\"]}\n".repeat(200_000);
    let commas = ",".repeat(8_000_000);
    let numbers = format!("{{\"a\":[{}0]}}\n", "0,".repeat(500_000)).repeat(8);
    let mut tail = vec![0; MIB as usize];
    tail.extend_from_slice(b"\x08\0\0\0PAR1");
    for (media_type, beginning, readable) in [
        ("text/csv", table.into_bytes(), true),
        ("application/jsonl", lines.into_bytes(), true),
        ("text/csv", commas.into_bytes(), false),
        ("application/jsonl", numbers.into_bytes(), true),
        ("application/vnd.apache.parquet", tail, false),
        ("application/zip", b"PK\x03\x04".to_vec(), false),
        ("application/x-tar", vec![b'x'; 4096], false),
        ("application/gzip", b"\x1f\x8b\x08\0".to_vec(), false),
    ] {
        let found = read_sparse(&store, folder.path(), media_type, beginning).await;
        assert_eq!(found.is_ok(), readable, "{media_type}: {found:?}");
        assert!(found.is_err() || !found.unwrap().whole, "{media_type}");
    }
    let most = status("VmHWM:");
    assert!(most < ALLOWED + 64 * MIB, "{} MiB at most", most / MIB);
    println!("{} MiB at most", most / MIB);
}

/// Reads a file that begins so and is a gigabyte long.
async fn read_sparse(
    store: &BlobStore,
    folder: &std::path::Path,
    media_type: &str,
    beginning: Vec<u8>,
) -> Result<Structure, NotRead> {
    let bytes = bytes::Bytes::from(beginning);
    let expect = Expect { max_bytes: GIB, size: None, digest: None };
    let whole = futures_util::stream::iter([Ok(bytes)]);
    let stored = store.put(&UploadId::generate(), whole, expect).await.unwrap();
    let path = folder.join(stored.key.to_string());
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(GIB).unwrap();
    let media_type: MediaType = media_type.parse().unwrap();
    let found = read(store, &Blob { key: stored.key.clone(), size: GIB, media_type }).await.unwrap();
    store.delete(&stored.key).await.unwrap();
    found
}

/// A figure of this process, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
