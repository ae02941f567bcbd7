//! A server as a child process that cannot outlive the test process.
//!
//! Nothing runs in a process that is killed, so the stopping is left to a supervisor (`supervise.sh`): a shell
//! that holds the reading end of a pipe, sees it close when the test process is gone, and then stops the
//! server and removes its directory.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const START_ATTEMPTS: usize = 3;
const START_LIMIT: Duration = Duration::from_secs(60);
const PROBE_INTERVAL: Duration = Duration::from_millis(50);
const LOG_TAIL_LINES: usize = 30;

/// A running server; dropping it stops the server and removes its directory.
pub struct Server {
    supervisor: Child,
    directory: PathBuf,
}

impl Server {
    /// Starts `command` inside `directory`, which it owns from now on, and waits until `probe` succeeds.
    ///
    /// # Errors
    /// The last answer of `probe` and the end of the server's log, when the server ends or is not ready in time.
    pub fn start(
        directory: tempfile::TempDir,
        stop_signal: &str,
        command: &[String],
        probe: impl Fn() -> Result<(), String>,
    ) -> Result<Self, String> {
        let directory = directory.keep();
        let supervisor = Command::new("bash")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/services/supervise.sh"))
            .arg(&directory)
            .arg(stop_signal)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A Ctrl-C in the terminal must not end the supervisor before its work is done.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot start bash: {error}"))?;
        let mut server = Self { supervisor, directory };
        server.wait_until_ready(probe)?;
        Ok(server)
    }

    /// Where the server keeps its data and its log.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn wait_until_ready(&mut self, probe: impl Fn() -> Result<(), String>) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let answer = probe();
            // Looked at after the probe: a server that lost its port to another one has ended by now.
            if self.has_ended() {
                return Err(format!("the server ended while starting; its log:\n{}", self.log_tail()));
            }
            match answer {
                Ok(()) => return Ok(()),
                Err(problem) if started.elapsed() > START_LIMIT => {
                    return Err(format!(
                        "not ready in time: {problem}; the server's log:\n{}",
                        self.log_tail()
                    ));
                }
                Err(_) => sleep(PROBE_INTERVAL),
            }
        }
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.supervisor.try_wait(), Ok(None))
    }

    fn log_tail(&self) -> String {
        let log = fs::read(self.directory.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines
            .iter()
            .skip(lines.len().saturating_sub(LOG_TAIL_LINES))
            .map(|line| format!("  {line}\n"))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        if let Err(error) = self.supervisor.wait() {
            eprintln!("cannot wait for the supervisor: {error}");
        }
        // Still there only when the server ended by itself.
        if self.directory.exists()
            && let Err(error) = fs::remove_dir_all(&self.directory)
        {
            eprintln!("cannot remove {}: {error}", self.directory.display());
        }
    }
}

/// Repeats `attempt`, because a port found free can be taken by somebody else before the server has it.
///
/// # Panics
/// With the last failure, when no attempt succeeds.
pub fn start_with_retries<T>(name: &str, attempt: impl Fn() -> Result<T, String>) -> T {
    let mut last_failure = String::new();
    for _ in 0..START_ATTEMPTS {
        match attempt() {
            Ok(started) => return started,
            Err(failure) => last_failure = failure,
        }
    }
    panic!("{name} did not start in {START_ATTEMPTS} attempts: {last_failure}")
}

/// Distinct ports that are free, and whose partners 10,000 higher are free too: SeaweedFS uses those for gRPC.
/// All lie below the range the kernel takes client ports from.
pub fn free_ports<const N: usize>() -> [u16; N] {
    // Held until all are found, so that they differ.
    let mut held = Vec::new();
    std::array::from_fn(|_| {
        loop {
            let port = 10_000 + u16::from_le_bytes(random()) % 12_000;
            let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
            if let (Ok(listener), Ok(partner)) = (bind(port), bind(port + 10_000)) {
                held.push((listener, partner));
                return port;
            }
        }
    })
}

/// A secret of this start alone. A server of another test process on the same port refuses it, and so cannot
/// be mistaken for ours.
pub fn new_secret() -> String {
    hex::encode(random::<16>())
}

/// Runs a program to its end and returns what it printed.
///
/// # Errors
/// What it printed on standard error, when it fails.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {}: {error}", command.get_program().display()))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// An empty directory for one server, not yet owned by it.
pub fn new_directory(name: &str) -> Result<tempfile::TempDir, String> {
    tempfile::Builder::new()
        .prefix(&format!("cadastre-{name}-"))
        .tempdir()
        .map_err(|error| format!("cannot make a temporary directory: {error}"))
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the kernel gives random bytes");
    bytes
}
