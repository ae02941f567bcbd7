//! Servers as processes of their own, and what they cost: CPU time, memory.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server under measurement; killed when this is dropped.
pub struct Process {
    child: Child,
    threads: BTreeMap<u64, u64>,
}

/// What a piece of work took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// CPU time of the server, user and system, all threads.
    pub cpu: Duration,
    /// Time that passed.
    pub wall: Duration,
}

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);
/// The kernel's unit in `/proc/PID/stat`; the same on all of Linux's usual architectures.
const TICK: Duration = Duration::from_millis(10);

impl Process {
    /// Starts a server; its standard error goes to a file.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::File::options().create(true).append(true).open(log).expect("a log file");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        Self { child: child.expect("the server starts"), threads: BTreeMap::new() }
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Runs something that makes the server work, and tells what it cost.
    pub fn cost(&mut self, work: impl FnOnce()) -> Cost {
        self.cost_until(work, Duration::ZERO)
    }

    /// The same for work that the server goes on with after its last answer, for so long at most.
    pub fn cost_until(&mut self, work: impl FnOnce(), rest: Duration) -> Cost {
        let (before, ticks) = (self.nanoseconds(), self.ticks());
        let begun = Instant::now();
        work();
        let wall = begun.elapsed();
        std::thread::sleep(rest);
        let spent = Duration::from_nanos(self.nanoseconds() - before);
        // The kernel's sum counts threads that came and went unseen, but only in whole ticks of user and system time.
        let at_least = TICK * (self.ticks() - ticks).saturating_sub(2);
        Cost { cpu: spent.max(at_least), wall }
    }

    /// CPU time of all threads, to the nanosecond (`schedstat`). Those that ended count as they were last seen:
    /// tokio ends a thread only after ten idle seconds.
    fn nanoseconds(&mut self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.id())).expect("the server runs");
        for task in tasks.flatten() {
            let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let name = task.file_name();
            if let (Some(id), Some(time)) = (
                name.to_str().and_then(|id| id.parse().ok()),
                stat.split(' ').next().and_then(|time| time.parse().ok()),
            ) {
                self.threads.insert(id, time);
            }
        }
        self.threads.values().sum()
    }

    fn ticks(&self) -> u32 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("the server runs");
        let fields = stat.rsplit(')').next().expect("a name in brackets").split_whitespace();
        fields.skip(11).take(2).map(|ticks| ticks.parse::<u32>().expect("ticks")).sum()
    }

    /// Stops the server as an operator does, and waits for its end.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the server is asked to stop");
        self.child.wait().expect("the server stops");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A disk that takes longer to flush: the calls that do it are held back, and no others (`slow_flush.c`).
pub struct SlowFlush {
    library: PathBuf,
    delay: Duration,
}

impl SlowFlush {
    /// Makes the library; none without a C compiler.
    pub fn by(delay: Duration) -> Option<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/floors/slow_flush.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("slow_flush.so");
        let made =
            Command::new("cc").args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source).status();
        made.is_ok_and(|status| status.success()).then_some(Self { library, delay })
    }

    /// The same command on such a disk.
    pub fn under(&self, mut command: Command) -> Command {
        command.env("LD_PRELOAD", &self.library).env("SLOW_FLUSH", self.delay.as_nanos().to_string());
        command
    }
}

/// Memory of a process that belongs to it alone (`RssAnon`), in bytes.
pub fn anonymous_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("RssAnon");
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("kB");
    kibibytes * 1024
}

/// An address that is free now.
pub fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// Waits until a log tells what is looked for.
pub fn wait_for<T>(log: &Path, find: impl Fn(&str) -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        let mut text = String::new();
        fs::File::open(log).and_then(|mut log| log.read_to_string(&mut text)).expect("the log");
        if let Some(found) = find(&text) {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "the server did not come up: {text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a server answers 200 at this path, asking as fast as it can; tells how long it took.
pub fn first_answer(begun: Instant, address: &str, path: &str) -> Duration {
    loop {
        if let Ok(mut connection) = super::http::Connection::try_open(address, None) {
            connection.get(path);
            return begun.elapsed();
        }
        assert!(begun.elapsed() < PATIENCE, "nobody listens at {address}");
        std::thread::sleep(Duration::from_micros(200));
    }
}
