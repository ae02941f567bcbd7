//! A log of very many events: how long a service takes to open it, and how long its audit takes, from the rows and from
//! outside. Everything is done at a tenth of the size first, which tells whether memory grows with the log.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cadastre::db::Db;
use cadastre::journal::{Event, JournalLedger, append};
use cadastre::kernel::{Clock as _, Ctx, DatasetId, Digest, OrganisationId, Slug, SystemClock};
use serde_json::json;
use tokio::runtime::Runtime;

use super::Scale;
use crate::http::Connection;
use crate::person::Person;
use crate::process::{Cost, Process, Run, first_answer, free_address, run_to_end, wait_for};
use crate::product;
use crate::report::{Aim, Row, Spread};

const EVENTS: u64 = 1_000_000;
/// Events in one group of the writer's.
const GROUP: i64 = 2000;
/// What opening and audits may take, in seconds.
const MOST: f64 = 30.0;

/// An instance whose log grows, and an administrator of it.
struct Instance {
    data: tempfile::TempDir,
    address: String,
    admin: Person,
}

impl Instance {
    fn new() -> Self {
        let (data, address) = (product::folder(), free_address());
        let admin = Person::new(&format!("http://{address}"), "admin");
        let instance = Self { data, address, admin };
        let (server, _) = instance.start();
        let code = wait_for(&product::log_of(&instance.data), |text| {
            text.split_whitespace().find(|word| word.starts_with("cac_")).map(str::to_owned)
        });
        instance.admin.sign_in(&code);
        server.stop();
        instance
    }

    /// Starts the service; tells how long it took to answer.
    fn start(&self) -> (Process, Duration) {
        let begun = Instant::now();
        let server =
            Process::start(&mut product::command(&self.data, &self.address), &product::log_of(&self.data));
        let took = first_answer(begun, &self.address, "/readyz");
        (server, took)
    }

    /// Makes the log have so many entries, by the writer and the ledger that the service has, while no service runs.
    fn grow(&self, runtime: &Runtime, size: u64) {
        let size = i64::try_from(size).expect("a size");
        let url = format!("sqlite:{}", self.data.path().join("cadastre.sqlite").display());
        let db = Db::open(&url.parse().expect("an address"), 2, Box::new(JournalLedger::default()))
            .expect("the database");
        let (space, provider): (Slug, _) =
            ("green-deal".parse().expect("a name"), OrganisationId::generate());
        runtime.block_on(async {
            loop {
                let (space, provider) = (space.clone(), provider.clone());
                let grown = db.write("grow", move |tx| {
                    let ctx = Ctx::anonymous(SystemClock.now(), "bench");
                    let end = size.min(tx.next_position() + GROUP);
                    while tx.next_position() < end {
                        append(tx, &ctx, event(tx.next_position(), &space, &provider))?;
                    }
                    Ok(end)
                });
                if grown.await.expect("a group of events") >= size {
                    break;
                }
            }
        });
    }

    /// Starts the service on the log as it is, until the first checkpoint is over all of it.
    fn open(&self, size: u64) -> (Process, Cost, u64) {
        let begun = Instant::now();
        let (mut server, _) = self.start();
        let mut anybody = Connection::open(&self.address, None);
        loop {
            let note = String::from_utf8(anybody.get("/api/v1/journal/checkpoint")).expect("text");
            let signed: u64 = note.lines().nth(1).and_then(|line| line.parse().ok()).expect("a size");
            if signed >= size {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let wall = begun.elapsed();
        let (cpu, peak) = (server.so_far(), server.peak());
        (server, Cost { cpu, wall }, peak)
    }

    fn audit_rows(&self) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
        command.args(["admin", "audit", "--data"]).arg(self.data.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        run_to_end(child.expect("the audit starts"))
    }

    /// The audit by somebody who believes nothing; what the server spends on it counts too.
    fn audit_tiles(&self, server: &mut Process, entries: &str) -> (Run, Duration) {
        let mut run = None;
        let cost = server.cost(|| {
            run = Some(run_to_end(self.admin.begin(&["log", "audit", "--entries", entries])));
        });
        (run.expect("an audit"), cost.cpu)
    }
}

/// An event as long as most, with a payload beside it.
fn event(position: i64, space: &Slug, provider: &OrganisationId) -> Event {
    let name = format!("harbour-institute/d-{position}");
    Event::new("dataset.registered", DatasetId::generate())
        .in_space(space)
        .provided_by(provider)
        .fact("name", name.as_str())
        .fact("revision", 1)
        .fact("record", Digest::of(&name).to_string())
        .payload(json!({ "reason": "The second harvest of the year", "name": name }))
}

/// What each round found, of one kind.
#[derive(Debug, Default)]
struct Found {
    cpu: Vec<f64>,
    wall: Vec<f64>,
    peak: Vec<f64>,
}

impl Found {
    fn add(&mut self, cpu: Duration, wall: Duration, peak: u64) {
        self.cpu.push(cpu.as_secs_f64());
        self.wall.push(wall.as_secs_f64());
        self.peak.push(peak as f64 / 1024.0 / 1024.0);
    }

    fn cpu(&self) -> Spread {
        Spread::of(self.cpu.iter().copied())
    }

    fn peak(&self) -> Spread {
        Spread::of(self.peak.iter().copied())
    }

    fn wall(&self) -> f64 {
        Spread::of(self.wall.iter().copied()).median()
    }
}

/// All that is measured of a log of one size.
#[derive(Debug, Default)]
struct Sized {
    open: Found,
    rows: Found,
    tiles: Found,
    entries: Found,
}

impl Sized {
    fn of(instance: &Instance, size: u64, rounds: usize) -> Self {
        let mut found = Self::default();
        for _ in 0..rounds {
            let rows = instance.audit_rows();
            found.rows.add(rows.cost.cpu, rows.cost.wall, rows.peak);
            let (mut server, cost, peak) = instance.open(size);
            found.open.add(cost.cpu, cost.wall, peak);
            for (kind, entries) in [(&mut found.tiles, "never"), (&mut found.entries, "always")] {
                let (run, server) = instance.audit_tiles(&mut server, entries);
                kind.add(run.cost.cpu + server, run.cost.wall, run.peak);
            }
            server.stop();
            // All rounds together take minutes.
            eprintln!("{size} events: {found:.2?}");
        }
        found
    }
}

/// A log of a million events, beside one of a tenth.
pub fn million(scale: Scale) -> Vec<Row> {
    let (runtime, instance) = (Runtime::new().expect("a runtime"), Instance::new());
    let size = scale.size(EVENTS, 20_000);
    let [small, large] = [size / 10, size].map(|size| {
        instance.grow(&runtime, size);
        // A checkpoint over all of it, as every audit finds one.
        let (server, ..) = instance.open(size);
        server.stop();
        Sized::of(&instance, size, scale.rounds(3))
    });
    let time = |what, small: &Found, large: &Found, how: &str| Row {
        what,
        unit: "s",
        ours: large.cpu(),
        floor: Some(("a tenth of the events", small.cpu())),
        aim: Some(Aim::AtMost(MOST)),
        note: format!("{how}; {:.1} s passed, beside whatever else ran", large.wall()),
    };
    let memory = |what, small: &Found, large: &Found, how: &str| Row {
        what,
        unit: "MiB",
        ours: large.peak(),
        floor: Some(("a tenth of the events", small.peak())),
        aim: Some(Aim::RatioAtMost(1.25)),
        note: format!("`VmHWM` of {how}, pages of its file included"),
    };
    let both = "client and server together, over loopback";
    vec![
        time(
            "start on 1,000,000 events, to the first checkpoint, CPU",
            &small.open,
            &large.open,
            "exec to the checkpoint",
        ),
        time(
            "audit of the rows of 1,000,000 events, CPU",
            &small.rows,
            &large.rows,
            "`cadastre admin audit`",
        ),
        time(
            "audit of 1,000,000 events from outside, hashes alone, CPU",
            &small.tiles,
            &large.tiles,
            &format!("`cadastre log audit --entries never`, {both}"),
        ),
        time(
            "audit of 1,000,000 events from outside, entries too, CPU",
            &small.entries,
            &large.entries,
            &format!("`cadastre log audit --entries always`, {both}"),
        ),
        memory("memory of the start", &small.open, &large.open, "the server"),
        memory("memory of the audit of the rows", &small.rows, &large.rows, "the program"),
        memory("memory of the audit from outside, hashes alone", &small.tiles, &large.tiles, "the client"),
        memory("memory of the audit from outside, entries too", &small.entries, &large.entries, "the client"),
    ]
}
