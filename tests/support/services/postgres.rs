//! A PostgreSQL cluster for the tests: one per test process, one fresh database per test.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::installed;
use super::process::{Server, free_ports, new_directory, new_secret, run, start_with_retries};

/// The owner of every test database: an ordinary role, so that nothing comes to need a superuser.
const ROLE: &str = "cadastre";
const SUPERUSER: &str = "postgres";
/// `nobody` and `nogroup`, whose numbers Debian fixes: PostgreSQL refuses to run as root.
const UNPRIVILEGED_ID: u32 = 65_534;

/// Whether a commit must survive a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// No waiting for the disk.
    Fast,
    /// PostgreSQL's own defaults, as in production.
    Durable,
}

/// A running cluster; dropping it stops it and removes its data.
pub struct Postgres {
    server: Server,
    port: u16,
    password: String,
    databases: AtomicUsize,
}

impl Postgres {
    /// Starts a cluster on a free loopback port.
    ///
    /// # Panics
    /// When it cannot be started; the message holds the end of the server's log.
    pub fn start(durability: Durability) -> Self {
        start_with_retries("PostgreSQL", || Self::try_start(durability))
    }

    /// The URL of a fresh, empty database, owned by the role in the URL.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        let admin = url(SUPERUSER, &self.password, self.port, "postgres");
        query(&admin, &format!("CREATE DATABASE {name} OWNER {ROLE}"))
            .unwrap_or_else(|error| panic!("cannot create a database: {error}"));
        url(ROLE, &self.password, self.port, &name)
    }

    /// A copy of a database that nobody is connected to; gives its name.
    pub fn back_up(&self, database_url: &str) -> String {
        let name = name_of(database_url);
        let copy = format!("{name}_backup_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        self.as_superuser(&format!("CREATE DATABASE {copy} OWNER {ROLE} TEMPLATE {name}"));
        copy
    }

    /// Puts a copy in the place of a database.
    pub fn restore(&self, database_url: &str, copy: &str) {
        let name = name_of(database_url);
        self.as_superuser(&format!("DROP DATABASE {name} WITH (FORCE)"));
        self.as_superuser(&format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {copy}"));
    }

    fn as_superuser(&self, sql: &str) {
        let admin = url(SUPERUSER, &self.password, self.port, "postgres");
        query(&admin, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Where the cluster keeps its data and its log.
    pub fn directory(&self) -> &Path {
        self.server.directory()
    }

    fn try_start(durability: Durability) -> Result<Self, String> {
        let directory = new_directory("postgres")?;
        let [port] = free_ports();
        let password = new_secret();
        init_cluster(directory.path(), &password)?;
        let command = server_command(directory.path(), port, durability);
        let admin = url(SUPERUSER, &password, port, "postgres");
        let create_role = format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{password}'");
        let server = Server::start(directory, "QUIT", &command, || query(&admin, &create_role).map(|_| ()))?;
        Ok(Self { server, port, password, databases: AtomicUsize::new(0) })
    }
}

/// Runs one SQL statement with `psql` and returns the bare result.
///
/// # Errors
/// What `psql` or the server said.
pub fn query(database_url: &str, sql: &str) -> Result<String, String> {
    run(Command::new(installed("postgresql").join("psql"))
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
        .args(["--dbname", database_url, "--command", sql]))
}

fn name_of(database_url: &str) -> &str {
    database_url.rsplit('/').next().expect("a database has a name")
}

fn url(user: &str, password: &str, port: u16, database: &str) -> String {
    format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
}

fn init_cluster(directory: &Path, password: &str) -> Result<(), String> {
    let describe = |error| format!("cannot prepare {}: {error}", directory.display());
    let password_file = directory.join("password");
    fs::write(&password_file, password).map_err(describe)?;
    if is_root() {
        chown(directory, Some(UNPRIVILEGED_ID), Some(UNPRIVILEGED_ID)).map_err(describe)?;
    }
    let command = unprivileged([
        text(&installed("postgresql").join("initdb")),
        format!("--pgdata={}", text(&directory.join("data"))),
        format!("--pwfile={}", text(&password_file)),
        format!("--username={SUPERUSER}"),
        "--auth=scram-sha-256".to_owned(),
        "--encoding=UTF8".to_owned(),
        "--locale=C.UTF-8".to_owned(),
        "--no-sync".to_owned(),
        "--no-instructions".to_owned(),
    ]);
    let (program, arguments) = command.split_first().expect("a command has a program");
    run(Command::new(program).args(arguments).current_dir(directory)).map(|_| ())
}

fn server_command(directory: &Path, port: u16, durability: Durability) -> Vec<String> {
    let mut command = unprivileged([
        text(&installed("postgresql").join("postgres")),
        "-D".to_owned(),
        text(&directory.join("data")),
    ]);
    let mut settings = vec![
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "max_connections=300".to_owned(),
        "shared_buffers=64MB".to_owned(),
    ];
    if durability == Durability::Fast {
        settings
            .extend(["fsync", "synchronous_commit", "full_page_writes"].map(|name| format!("{name}=off")));
    }
    for setting in settings {
        command.extend(["-c".to_owned(), setting]);
    }
    command
}

/// The command as `nobody` when we are root; `setpriv` hands its process over, so signals reach the program.
fn unprivileged<const N: usize>(command: [String; N]) -> Vec<String> {
    let mut prefixed = Vec::new();
    if is_root() {
        prefixed.push("setpriv".to_owned());
        prefixed.push(format!("--reuid={UNPRIVILEGED_ID}"));
        prefixed.push(format!("--regid={UNPRIVILEGED_ID}"));
        prefixed.push("--clear-groups".to_owned());
    }
    prefixed.extend(command);
    prefixed
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn text(path: &Path) -> String {
    path.to_str().expect("the path is UTF-8").to_owned()
}
