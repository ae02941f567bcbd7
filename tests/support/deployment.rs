//! Servers as separate processes, in either shape, to be killed and started again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use cadastre::kernel::ExposeSecret as _;

use super::services::{self, Bucket};

/// How the service is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// SQLite and local files, one process.
    Embedded,
    /// PostgreSQL and S3, two replicas.
    Scaled,
}

/// Running servers; they are killed when this is dropped.
pub struct Deployment {
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    servers: Vec<Server>,
    first_code: String,
    stores: Stores,
    log: Arc<Mutex<Vec<String>>>,
}

/// Where a deployment keeps everything.
pub enum Stores {
    /// A folder with a SQLite file and the blobs.
    Folder(tempfile::TempDir),
    /// The address of a PostgreSQL database, and a bucket.
    Services(String, Bucket),
}

/// A copy of the database.
pub enum Backup {
    /// Files of SQLite.
    Folder(tempfile::TempDir),
    /// The name of a database of PostgreSQL.
    Database(String),
}

/// The files of a SQLite database that nobody has open.
const SQLITE: [&str; 2] = ["cadastre.sqlite", "cadastre.sqlite-wal"];

struct Server {
    child: Child,
    url: String,
}

impl Deployment {
    /// Starts the servers on fresh stores and waits until they answer.
    pub fn start(shape: Shape) -> Self {
        let stores = match shape {
            Shape::Embedded => Stores::Folder(tempfile::tempdir().expect("a temporary folder")),
            Shape::Scaled => {
                Stores::Services(services::postgres().new_database(), services::s3().new_bucket())
            }
        };
        let (arguments, environment, replicas) = match &stores {
            Stores::Folder(data) => (vec!["--data".to_owned(), data.path().display().to_string()], vec![], 1),
            Stores::Services(database, bucket) => {
                let arguments = ["--database", database, "--blobs", &bucket.url].map(str::to_owned);
                let mut environment = services::s3().admin.env().to_vec();
                environment.push(("CADASTRE_LOG_KEY", super::log::key_text(1).expose_secret().to_owned()));
                (arguments.to_vec(), environment, 2)
            }
        };
        let mut deployment = Self {
            arguments,
            environment,
            servers: Vec::new(),
            first_code: String::new(),
            stores,
            log: Arc::default(),
        };
        if shape == Shape::Scaled {
            let migrated = deployment.admin("migrate");
            assert!(migrated.status.success(), "{migrated:?}");
        }
        for _ in 0..replicas {
            let (server, code) = deployment.spawn("127.0.0.1:0");
            deployment.first_code = code.unwrap_or_default();
            deployment.servers.push(server);
        }
        deployment
    }

    /// The address of a replica; with one server, always its own.
    pub fn url(&self, replica: usize) -> &str {
        let index = replica % self.servers.len();
        &self.servers.get(index).expect("there is a server").url
    }

    /// How many replicas there are.
    pub fn replicas(&self) -> usize {
        self.servers.len()
    }

    /// The first administrator's one-time code.
    pub fn first_code(&self) -> &str {
        assert!(!self.first_code.is_empty(), "the first start printed a code");
        &self.first_code
    }

    /// Where everything is kept.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// What the servers have written to standard error since they began to serve.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no thread failed").clone()
    }

    /// Runs `cadastre admin COMMAND` on the stores.
    pub fn admin(&self, command: &str) -> std::process::Output {
        self.admin_with(command, &[])
    }

    /// The same with more arguments.
    pub fn admin_with(&self, command: &str, more: &[&str]) -> std::process::Output {
        self.run(&["admin", command], more)
    }

    /// Runs `cadastre serve`, which must not come to serve.
    pub fn serve_in_vain(&self, more: &[&str]) -> std::process::Output {
        self.run(&["serve", "--listen", "127.0.0.1:0"], more)
    }

    fn run(&self, command: &[&str], more: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .args(command)
            .args(&self.arguments)
            .args(more)
            .envs(self.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .output()
            .expect("the binary runs")
    }

    /// Puts this into the environment of servers and commands from now on.
    pub fn set(&mut self, name: &'static str, value: String) {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value));
    }

    /// The CPU time that a replica has used so far, in hundredths of a second.
    pub fn cpu(&self, replica: usize) -> Duration {
        let process = self.servers.get(replica).expect("there is a server").child.id();
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
        // User and system time, the 14th and 15th field; the second is a name in brackets.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        let ticks = fields.map(|ticks| ticks.parse::<u64>().expect("a number")).sum::<u64>();
        Duration::from_millis(ticks * 10)
    }

    /// Takes this out of the environment again.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| *known != name);
    }

    /// Copies the database while no server runs.
    pub fn back_up(&self) -> Backup {
        match &self.stores {
            Stores::Folder(data) => {
                let copy = tempfile::tempdir().expect("a temporary folder");
                for name in SQLITE {
                    // The file beside the database is there only while something is in it.
                    drop(std::fs::copy(data.path().join(name), copy.path().join(name)));
                }
                Backup::Folder(copy)
            }
            Stores::Services(database, _) => Backup::Database(services::postgres().back_up(database)),
        }
    }

    /// Puts a copy in the place of the database while no server runs.
    pub fn restore(&self, backup: &Backup) {
        match (&self.stores, backup) {
            (Stores::Folder(data), Backup::Folder(copy)) => {
                for name in SQLITE.iter().chain(&["cadastre.sqlite-shm"]) {
                    drop(std::fs::remove_file(data.path().join(name)));
                    drop(std::fs::copy(copy.path().join(name), data.path().join(name)));
                }
            }
            (Stores::Services(database, _), Backup::Database(copy)) => {
                services::postgres().restore(database, copy);
            }
            _ => panic!("the backup is of another shape"),
        }
    }

    /// The process of a replica.
    pub fn process(&self, replica: usize) -> u32 {
        self.servers.get(replica).expect("there is a server").child.id()
    }

    /// Kills a replica with SIGKILL.
    pub fn kill(&mut self, replica: usize) {
        let server = self.servers.get_mut(replica).expect("there is a server");
        server.child.kill().expect("the server can be killed");
        server.child.wait().expect("the server ends");
    }

    /// Asks a replica to stop, as a process manager does.
    pub fn ask_to_stop(&self, replica: usize) {
        super::signal(self.servers.get(replica).expect("there is a server").child.id(), "TERM");
    }

    /// How a replica ended, if it has.
    pub fn ended(&mut self, replica: usize) -> Option<ExitStatus> {
        let server = self.servers.get_mut(replica).expect("there is a server");
        server.child.try_wait().expect("the server can be looked at")
    }

    /// Starts a killed replica again, at the same address.
    pub fn restart(&mut self, replica: usize) {
        let url = self.url(replica).to_owned();
        let (mut server, _) = self.spawn(url.trim_start_matches("http://"));
        // Where it listens, also when it was told another address for others.
        server.url = url;
        *self.servers.get_mut(replica).expect("there is a server") = server;
    }

    fn spawn(&self, address: &str) -> (Server, Option<String>) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .args([
                "serve",
                "--listen",
                address,
                "--log-format",
                "json",
                "--rate",
                "1000000",
                "--anonymous-rate",
                "1000000",
            ])
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let ((tell, heard), log) = (mpsc::channel(), self.log.clone());
        let stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
        std::thread::spawn(move || {
            // Read to the end, so that the server never blocks on a full pipe.
            for line in stderr.lines().map_while(Result::ok) {
                if let Err(unheard) = tell.send(line) {
                    log.lock().expect("no thread failed").push(unheard.0);
                }
            }
        });
        // From here on, dropping it ends the process.
        let mut server = Server { child, url: String::new() };
        let (mut first_code, mut said) = (None, Vec::new());
        loop {
            let Ok(line) = heard.recv_timeout(Duration::from_secs(60)) else {
                panic!("the server did not start: {}", said.join("\n"));
            };
            if let Some(code) = line.split_whitespace().find(|word| word.starts_with("cac_")) {
                first_code = Some(code.to_owned());
            }
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(base) = entry.get("base").and_then(|base| base.as_str()) {
                base.clone_into(&mut server.url);
                return (server, first_code);
            }
            said.push(line);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
