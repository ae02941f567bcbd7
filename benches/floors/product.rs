//! Cadastre itself: the real binary on SQLite and local files, set up through its own command line and API.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::http::Connection;
use super::person::Person;
use super::process::{Process, wait_for};

/// The record that datasets are registered with: one of the demonstration's.
pub const RECORD: &str = include_str!("../../src/cli/demo/data/penguins.json");
/// The organisation that provides everything.
pub const ORGANISATION: &str = "harbour-institute";
/// Far beyond what anybody asks for here: requests a minute.
const RATE: &str = "1000000000";
/// Far beyond what anybody uploads here: bytes.
const QUOTA: &str = "1000000000000000";

/// A running Cadastre with a provider in it.
pub struct Product {
    /// The server.
    pub server: Process,
    /// Where it listens.
    pub address: String,
    /// The provider's token.
    pub token: String,
    /// The administrator's token.
    admin: String,
    _data: tempfile::TempDir,
}

impl Product {
    /// A fresh one.
    pub fn start() -> Self {
        Self::start_as(|command| command)
    }

    /// A fresh one whose command is changed before it runs.
    pub fn start_as(change: impl FnOnce(Command) -> Command) -> Self {
        let data = folder();
        let (server, address) = serve(&data, change);
        let url = format!("http://{address}");
        let log = log_of(&data);
        let code = wait_for(&log, |text| {
            text.split_whitespace().find(|word| word.starts_with("cac_")).map(str::to_owned)
        });
        let admin = Person::new(&url, "admin");
        admin.sign_in(&code);
        let organisation = ["--name", "Harbour Institute", "--kind", "research", "--country", "NL"];
        let limits = ["--quota-bytes", QUOTA, "--max-file-bytes", QUOTA];
        admin
            .ok(&[&["admin", "organisations", "add", ORGANISATION], &organisation[..], &limits[..]].concat());
        admin.ok(&["admin", "people", "add", "provider", "Provider"]);
        admin.ok(&["admin", "organisations", "member-set", ORGANISATION, "provider", "publisher"]);
        let code = admin.json(&["admin", "people", "code", "provider"]);
        let provider = Person::new(&url, "provider");
        provider.sign_in(code["code"].as_str().expect("a code"));
        let token = provider.json(&["admin", "tokens", "create", "bench", "--scopes", "read,publish"]);
        let token = token["secret"].as_str().expect("a token").to_owned();
        let own = admin.json(&["admin", "tokens", "create", "bench", "--scopes", "read,admin"]);
        let admin = own["secret"].as_str().expect("a token").to_owned();
        Self { server, address, token, admin, _data: data }
    }

    /// A data folder as a first start leaves it, stopped again.
    pub fn empty() -> tempfile::TempDir {
        let data = folder();
        serve(&data, |command| command).0.stop();
        data
    }

    /// A connection of the provider's.
    pub fn connect(&self) -> Connection {
        Connection::open(&self.address, Some(&self.token))
    }

    /// A connection of the administrator's.
    pub fn connect_as_admin(&self) -> Connection {
        Connection::open(&self.address, Some(&self.admin))
    }

    /// Where files of a new draft are put.
    pub fn draft(&self, name: &str) -> String {
        let mut provider = self.connect();
        provider.json("POST", "/api/v1/datasets", &new_dataset(name), 201);
        let dataset = dataset_path(name);
        provider.json("PUT", &format!("{dataset}/policy"), &json!({ "mode": "open" }), 200);
        provider.json("POST", &format!("{dataset}/versions"), &json!({ "version": "1.0.0" }), 201);
        format!("{dataset}/versions/1.0.0/files")
    }

    /// Publishes a draft.
    pub fn publish(&self, name: &str) {
        let path = format!("{}/versions/1.0.0/publish", dataset_path(name));
        self.connect().json("POST", &path, &json!({}), 200);
    }

    /// The sum and the number of what a histogram of `/metrics` has seen.
    pub fn histogram(&self, name: &str) -> (f64, f64) {
        let text = String::from_utf8(self.connect().get("/metrics")).expect("text");
        let value = |ending: &str| {
            let start = format!("{name}_{ending} ");
            let line = text.lines().find_map(|line| line.strip_prefix(&start)).expect("the metric is there");
            line.parse().expect("a number")
        };
        (value("sum"), value("count"))
    }
}

/// A folder on the file system that the build is on; `/tmp` may be memory.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// `cadastre serve` on a folder, at this address. Two things differ from the default: the limits on how often a caller
/// may ask are out of the way, and the log is JSON even on a terminal.
pub fn command(data: &tempfile::TempDir, address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
    command.args(["serve", "--listen", address, "--log-format", "json", "--rate", RATE]);
    command.args(["--anonymous-rate", RATE]).arg("--data").arg(data.path());
    command
}

fn serve(data: &tempfile::TempDir, change: impl FnOnce(Command) -> Command) -> (Process, String) {
    let log = log_of(data);
    let server = Process::start(&mut change(command(data, "127.0.0.1:0")), &log);
    let address = wait_for(&log, |text| {
        let mut entries = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let base = entries.find_map(|entry| Some(entry.get("base")?.as_str()?.to_owned()));
        base.map(|base| base.trim_start_matches("http://").to_owned())
    });
    (server, address)
}

/// Where a server writes its log.
pub fn log_of(data: &tempfile::TempDir) -> PathBuf {
    data.path().join("log")
}

/// The statement that registers a dataset.
pub fn new_dataset(name: &str) -> Value {
    let record: Value = serde_json::from_str(RECORD).expect("a record");
    json!({ "organisation": ORGANISATION, "name": name, "space": "green-deal", "record": record })
}

/// The statement that registers a dataset which is listed at once.
pub fn announced(name: &str) -> Value {
    let mut new = new_dataset(name);
    new["announced"] = json!(true);
    new
}

/// The path of a dataset in the API.
pub fn dataset_path(name: &str) -> String {
    format!("/api/v1/datasets/{ORGANISATION}/{name}")
}
