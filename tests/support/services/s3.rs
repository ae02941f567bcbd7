//! An S3 server for the tests (SeaweedFS): one per test process, one fresh bucket per test.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::installed;
use super::process::{Server, free_ports, new_directory, new_secret, run, start_with_retries};

/// The region requests are signed for.
pub const REGION: &str = "us-east-1";

/// What curl sends as the body of a request; some versions of it sign one wrongly unless told not to.
const ONE_BYTE: [&str; 4] = ["--data-binary", "x", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"];

/// A running S3 server; dropping it stops it and removes its data.
pub struct S3 {
    server: Server,
    port: u16,
    /// May do everything.
    pub admin: Credentials,
    /// May list and read every bucket, and change nothing.
    pub reader: Credentials,
    buckets: AtomicUsize,
}

/// Who signs the requests.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access key's name.
    pub access_key: &'static str,
    /// The secret the requests are signed with.
    pub secret_key: String,
}

/// A bucket of its own for one test.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// As the service takes it: `s3://BUCKET?endpoint=…&region=…`.
    pub url: String,
    /// The bucket's name.
    pub name: String,
    /// The server's address, `http://127.0.0.1:PORT`.
    pub endpoint: String,
}

impl Credentials {
    /// The environment variables that S3 clients read them from.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [
            ("AWS_ACCESS_KEY_ID", self.access_key.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_key.clone()),
        ]
    }

    fn new(access_key: &'static str) -> Self {
        Self { access_key, secret_key: new_secret() }
    }

    fn identity(&self, actions: &[&str]) -> serde_json::Value {
        json!({
            "name": self.access_key,
            "credentials": [{"accessKey": self.access_key, "secretKey": self.secret_key}],
            "actions": actions,
        })
    }
}

impl S3 {
    /// Starts a server on free loopback ports.
    ///
    /// # Panics
    /// When it cannot be started; the message holds the end of the server's log.
    pub fn start() -> Self {
        start_with_retries("SeaweedFS", Self::try_start)
    }

    /// A fresh, empty bucket that takes its first object as fast as any other: the server makes room for a bucket
    /// with its first object, which on a busy machine can take longer than the service waits for its store.
    pub fn new_bucket(&self) -> Bucket {
        let name = format!("test-{}", self.buckets.fetch_add(1, Ordering::Relaxed) + 1);
        let endpoint = endpoint(self.port);
        let first = format!("{name}/first");
        create_bucket(&endpoint, &self.admin, &name)
            .and_then(|()| ask(&endpoint, &self.admin, ["PUT", &first], &ONE_BYTE))
            .and_then(|()| ask(&endpoint, &self.admin, ["DELETE", &first], &[]))
            .unwrap_or_else(|error| panic!("cannot create a bucket: {error}"));
        Bucket { url: format!("s3://{name}?endpoint={endpoint}&region={REGION}"), name, endpoint }
    }

    /// Makes a bucket that was removed anew (`PUT`), or removes it (`DELETE`).
    ///
    /// # Panics
    /// When the server does not do it.
    pub fn change_bucket(&self, method: &str, bucket: &Bucket) {
        ask(&bucket.endpoint, &self.admin, [method, &bucket.name], &[])
            .unwrap_or_else(|error| panic!("cannot {method} a bucket: {error}"));
    }

    /// Where the server keeps its data and its log.
    pub fn directory(&self) -> &Path {
        self.server.directory()
    }

    fn try_start() -> Result<Self, String> {
        let directory = new_directory("s3")?;
        let admin = Credentials::new("cadastre-admin");
        let reader = Credentials::new("cadastre-reader");
        let identities = json!({"identities": [
            admin.identity(&["Admin", "Read", "List", "Tagging", "Write"]),
            reader.identity(&["Read", "List"]),
        ]});
        fs::write(directory.path().join("identities.json"), identities.to_string())
            .and_then(|()| fs::create_dir(directory.path().join("data")))
            .map_err(|error| format!("cannot prepare {}: {error}", directory.path().display()))?;
        let ports @ [port, ..]: [u16; 4] = free_ports();
        let command = server_command(ports);
        // The health page answers before the server can be used; creating a bucket is the real proof.
        let server = Server::start(directory, "KILL", &command, || {
            create_bucket(&endpoint(port), &admin, "readiness-probe")
        })?;
        Ok(Self { server, port, admin, reader, buckets: AtomicUsize::new(0) })
    }
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn server_command([s3, master, volume, filer]: [u16; 4]) -> Vec<String> {
    // Paths are relative to the server's directory. Without the first variable every bucket takes seven volumes,
    // and without the second a configuration in the home directory would be read.
    let mut command =
        vec!["env".to_owned(), "WEED_MASTER_VOLUME_GROWTH_COPY_1=1".to_owned(), "HOME=.".to_owned()];
    command.push(installed("venv/bin/weed").display().to_string());
    command.extend(
        [
            "-logtostderr=true",
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-dir=data",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=1024",
            "-volume.max=4096",
            "-filer",
            "-filer.localSocket=filer.sock",
            "-s3",
            "-s3.config=identities.json",
            "-s3.autoCreateBucket=false",
            "-s3.localSocket=s3.sock",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]
        .map(str::to_owned),
    );
    for (name, port) in [("s3", s3), ("master", master), ("volume", volume), ("filer", filer)] {
        command.push(format!("-{name}.port={port}"));
    }
    command
}

fn create_bucket(endpoint: &str, credentials: &Credentials, name: &str) -> Result<(), String> {
    ask(endpoint, credentials, ["PUT", name], &[])
}

/// A signed request with more arguments for curl; waits for the answer as long as the server may take to start.
fn ask(
    endpoint: &str,
    credentials: &Credentials,
    [method, path]: [&str; 2],
    more: &[&str],
) -> Result<(), String> {
    run(Command::new("curl")
        .args(["--disable", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "60"])
        .args(["--aws-sigv4", &format!("aws:amz:{REGION}:s3")])
        .args(["--user", &format!("{}:{}", credentials.access_key, credentials.secret_key)])
        .args(["--request", method, &format!("{endpoint}/{path}")])
        .args(more))
    .map(|_| ())
}
