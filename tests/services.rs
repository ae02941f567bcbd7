//! The test environment itself: the real servers work, are configured as promised, and leave nothing behind.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test, a panic is the report")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{ObjectStoreExt, path::Path as Key};
use support::services::{self, Bucket, Credentials, Durability, Postgres, query};

const GONE_WITHIN: Duration = Duration::from_secs(20);
const HOLDER: &str = "holds_the_servers_until_killed";
const HOLDER_MARK: &str = "holding ";

#[test]
fn postgres_gives_every_caller_a_fresh_database() {
    let first = services::postgres().new_database();
    let second = services::postgres().new_database();
    assert_eq!(query(&first, "SELECT 1").unwrap(), "1");
    query(&first, "CREATE TABLE only_here (id int)").unwrap();
    let refusal = query(&second, "SELECT * FROM only_here").unwrap_err();
    assert!(refusal.contains("does not exist"), "{refusal}");
}

#[test]
fn postgres_refuses_a_wrong_password() {
    let url = services::postgres().new_database();
    let refusal = query(&url.replace("cadastre:", "cadastre:not"), "SELECT 1").unwrap_err();
    assert!(refusal.contains("authentication failed"), "{refusal}");
}

#[test]
fn postgres_is_fast_by_default_and_durable_on_request() {
    let durable = Postgres::start(Durability::Durable);
    for (cluster, setting) in [(services::postgres(), "off"), (&durable, "on")] {
        let database = cluster.new_database();
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert_eq!(query(&database, &format!("SHOW {name}")).unwrap(), setting, "{name}");
        }
        assert_eq!(query(&database, "SHOW max_connections").unwrap(), "300");
    }
    let directory = durable.directory().to_owned();
    assert!(directory.exists());
    drop(durable);
    assert!(!directory.exists(), "a dropped cluster leaves no data behind");
}

#[tokio::test]
async fn s3_gives_back_what_was_put_and_obeys_its_identities() {
    let s3 = services::s3();
    let (bucket, other) = (s3.new_bucket(), s3.new_bucket());
    let key = Key::from("letters/alpha");

    let admin = client(&bucket, &s3.admin);
    admin.put(&key, "hello".into()).await.unwrap();
    assert_eq!(admin.get(&key).await.unwrap().bytes().await.unwrap(), "hello");
    assert!(is_not_found(client(&other, &s3.admin).get(&key).await));

    let reader = client(&bucket, &s3.reader);
    assert_eq!(reader.get(&key).await.unwrap().bytes().await.unwrap(), "hello");
    assert!(is_refused(reader.put(&key, "other".into()).await));
    let impostor = Credentials { secret_key: "wrong".to_owned(), ..s3.admin.clone() };
    assert!(is_refused(client(&bucket, &impostor).get(&key).await));
    assert_eq!(admin.get(&key).await.unwrap().bytes().await.unwrap(), "hello");
}

#[tokio::test]
async fn s3_has_room_for_a_bucket_per_test() {
    let s3 = services::s3();
    for _ in 0..10 {
        client(&s3.new_bucket(), &s3.admin).put(&Key::from("k"), "v".into()).await.unwrap();
    }
}

#[test]
fn servers_end_with_a_killed_test_process() {
    let mut holder = Holder::start();
    let processes = descendants(holder.child.id());
    let names: Vec<String> = processes.iter().filter_map(|pid| name_of(*pid)).collect();
    for server in ["postgres", "weed"] {
        assert!(names.iter().any(|name| name == server), "{server} is not among {names:?}");
    }

    holder.child.kill().unwrap();
    holder.child.wait().unwrap();

    let started = Instant::now();
    loop {
        let alive: Vec<u32> = processes.iter().copied().filter(|pid| is_alive(*pid)).collect();
        let left: Vec<&PathBuf> = holder.directories.iter().filter(|path| path.exists()).collect();
        if alive.is_empty() && left.is_empty() {
            return;
        }
        assert!(started.elapsed() < GONE_WITHIN, "still alive: {alive:?}; still there: {left:?}");
        sleep(Duration::from_millis(100));
    }
}

#[test]
#[ignore = "the child process of servers_end_with_a_killed_test_process"]
fn holds_the_servers_until_killed() {
    for directory in [services::postgres().directory(), services::s3().directory()] {
        println!("{HOLDER_MARK}{}", directory.display());
    }
    sleep(GONE_WITHIN);
}

/// Another test process that has both servers running.
struct Holder {
    child: Child,
    directories: Vec<PathBuf>,
}

impl Holder {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", HOLDER, "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let directories: Vec<PathBuf> = output
            .map_while(Result::ok)
            .filter_map(|line| line.split_once(HOLDER_MARK).map(|(_, path)| PathBuf::from(path)))
            .take(2)
            .collect();
        assert_eq!(directories.len(), 2, "the child process did not get its servers running");
        Self { child, directories }
    }
}

fn client(bucket: &Bucket, credentials: &Credentials) -> AmazonS3 {
    AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_endpoint(&bucket.endpoint)
        .with_region(services::REGION)
        .with_allow_http(true)
        .with_access_key_id(credentials.access_key)
        .with_secret_access_key(&credentials.secret_key)
        .build()
        .unwrap()
}

fn is_not_found<T>(answer: object_store::Result<T>) -> bool {
    matches!(answer, Err(object_store::Error::NotFound { .. }))
}

fn is_refused<T>(answer: object_store::Result<T>) -> bool {
    use object_store::Error::{PermissionDenied, Unauthenticated};
    matches!(answer, Err(PermissionDenied { .. } | Unauthenticated { .. }))
}

/// Every process below `ancestor`, as /proc shows them now.
fn descendants(ancestor: u32) -> Vec<u32> {
    let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, status(pid)?.parent)))
        .collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        found.extend(processes.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

struct Status {
    name: String,
    state: char,
    parent: u32,
}

/// proc_pid_stat(5): `pid (name) state parent …`, where the name may hold anything.
fn status(pid: u32) -> Option<Status> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some(Status {
        name: name.to_owned(),
        state: fields.next()?.chars().next()?,
        parent: fields.next()?.parse().ok()?,
    })
}

fn name_of(pid: u32) -> Option<String> {
    status(pid).map(|status| status.name)
}

/// A zombie is dead: whether it was reaped is its parent's affair.
fn is_alive(pid: u32) -> bool {
    status(pid).is_some_and(|status| !matches!(status.state, 'Z' | 'X'))
}
