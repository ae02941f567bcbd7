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
    threads: Threads,
}

/// The threads of a process, to tell what CPU time they have taken.
pub struct Threads {
    process: u32,
    /// Nanoseconds of each, as it was seen last.
    seen: BTreeMap<u64, u64>,
}

/// What a program took that ran to its end.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// CPU time, in whole ticks of user and system time, and the time that passed.
    pub cost: Cost,
    /// The most memory that it had at once, pages of its file included (`VmHWM`), in bytes.
    pub peak: u64,
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
        let child = child.expect("the server starts");
        Self { threads: Threads::of(child.id()), child }
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// CPU time of the server since it was started.
    pub fn so_far(&mut self) -> Duration {
        self.threads.cpu().max(ticks(self.id()))
    }

    /// The most memory that it has had at once (`VmHWM`), in bytes.
    pub fn peak(&self) -> u64 {
        memory_line(self.id(), "VmHWM:").expect("the server runs")
    }

    /// Runs something that makes the server work, and tells what it cost.
    pub fn cost(&mut self, work: impl FnOnce()) -> Cost {
        self.cost_until(work, Duration::ZERO)
    }

    /// The same for work that the server goes on with after its last answer, for so long at most.
    pub fn cost_until(&mut self, work: impl FnOnce(), rest: Duration) -> Cost {
        let (before, ticks_before) = (self.threads.cpu(), ticks(self.id()));
        let begun = Instant::now();
        work();
        let wall = begun.elapsed();
        std::thread::sleep(rest);
        let spent = self.threads.cpu() - before;
        // The kernel's sum counts threads that came and went unseen, but only in whole ticks of user and system time.
        let at_least = (ticks(self.id()) - ticks_before).saturating_sub(2 * TICK);
        Cost { cpu: spent.max(at_least), wall }
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

impl Threads {
    /// Those of this process.
    pub fn of(process: u32) -> Self {
        Self { process, seen: BTreeMap::new() }
    }

    /// CPU time of all threads, to the nanosecond (`schedstat`). Those that ended count as they were last seen:
    /// tokio ends a thread only after ten idle seconds.
    pub fn cpu(&mut self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.process)).expect("the process runs");
        for task in tasks.flatten() {
            let name = task.file_name();
            if let (Some(id), Some(time)) =
                (name.to_str().and_then(|id| id.parse().ok()), scheduled(&task.path().join("schedstat")))
            {
                self.seen.insert(id, time);
            }
        }
        Duration::from_nanos(self.seen.values().sum())
    }
}

/// CPU time of this thread.
pub fn thread_cpu() -> Duration {
    Duration::from_nanos(scheduled(Path::new("/proc/thread-self/schedstat")).expect("schedstat"))
}

/// The first number in a `schedstat`: nanoseconds on a CPU.
fn scheduled(schedstat: &Path) -> Option<u64> {
    fs::read_to_string(schedstat).ok()?.split(' ').next()?.parse().ok()
}

/// The state of a process, and its user and system time in whole ticks, threads that ended included.
fn stat(process: u32) -> (String, Duration) {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the process is there");
    let mut fields = stat.rsplit(')').next().expect("a name in brackets").split_whitespace();
    let state = fields.next().unwrap_or_default().to_owned();
    let ticks: u32 = fields.skip(10).take(2).map(|ticks| ticks.parse::<u32>().expect("ticks")).sum();
    (state, TICK * ticks)
}

fn ticks(process: u32) -> Duration {
    stat(process).1
}

/// Waits for the end of a program that has just been started; it must end well.
pub fn run_to_end(child: Child) -> Run {
    let (begun, mut peak) = (Instant::now(), 0);
    let (id, mut state) = (child.id(), stat(child.id()));
    // One that has ended keeps its times until it is waited for.
    while state.0 != "Z" {
        peak = peak.max(memory_line(id, "VmHWM:").unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
        state = stat(id);
    }
    let cost = Cost { cpu: state.1, wall: begun.elapsed() };
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{output:?}");
    Run { cost, peak }
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
    memory_line(process, "RssAnon:").expect("RssAnon")
}

/// A line of `/proc/PID/status`, in bytes; none once the process has ended.
fn memory_line(process: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
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
