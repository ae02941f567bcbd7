//! What was found, as a table for people and as JSON for programs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// Where the table lies in the document, between two lines.
const BEGIN: &str = "<!-- begin: cargo bench --bench floors -- --record -->";
const END: &str = "<!-- end -->";

/// A figure over all rounds: the median, the least and the most.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// Of one figure a round.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        let median = if figures.len() % 2 == 1 {
            figures[middle]
        } else {
            (figures[middle - 1] + figures[middle]) / 2.0
        };
        Self { median, least: figures[0], most: figures[figures.len() - 1] }
    }

    /// The one in the middle.
    pub fn median(self) -> f64 {
        self.median
    }

    fn text(self) -> String {
        format!("{} ({}–{})", short(self.median), short(self.least), short(self.most))
    }

    fn json(self) -> Value {
        json!({ "median": self.median, "min": self.least, "max": self.most })
    }
}

/// Three digits that matter.
fn short(figure: f64) -> String {
    let digits = if figure >= 100.0 {
        0
    } else if figure >= 10.0 {
        1
    } else if figure >= 1.0 {
        2
    } else {
        3
    };
    format!("{figure:.digits$}")
}

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub enum Aim {
    /// The ratio is at most this.
    RatioAtMost(f64),
    /// The ratio is at least this.
    RatioAtLeast(f64),
    /// Our own figure is at most this.
    AtMost(f64),
    /// Our own figure is at least this.
    AtLeast(f64),
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// Cadastre.
    pub ours: Spread,
    /// What it is compared with, by name.
    pub floor: Option<(&'static str, Spread)>,
    /// What is wanted.
    pub aim: Option<Aim>,
    /// What else is to be known.
    pub note: String,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.floor.map(|(_, floor)| self.ours.median / floor.median)
    }

    fn aim(&self) -> (String, Option<bool>) {
        let ratio = self.ratio().unwrap_or(f64::NAN);
        match self.aim {
            None => (String::new(), None),
            Some(Aim::RatioAtMost(most)) => (format!("≤ {most} ×"), Some(ratio <= most)),
            Some(Aim::RatioAtLeast(least)) => (format!("≥ {least} ×"), Some(ratio >= least)),
            Some(Aim::AtLeast(least)) => {
                (format!("≥ {least} {}", self.unit), Some(self.ours.median >= least))
            }
            Some(Aim::AtMost(most)) => (format!("≤ {most} {}", self.unit), Some(self.ours.median <= most)),
        }
    }

    fn markdown(&self) -> String {
        let (aim, reached) = self.aim();
        let reached = match reached {
            None => "",
            Some(true) => ": reached",
            Some(false) => ": **missed**",
        };
        let (name, floor) = self
            .floor
            .map_or((String::new(), String::new()), |(name, floor)| (format!("{name}: "), floor.text()));
        let ratio = self.ratio().map_or_else(String::new, |ratio| format!("{} ×", short(ratio)));
        let ours = self.ours.text();
        format!(
            "| {}, {} | {ours} | {name}{floor} | {ratio} | {aim}{reached} | {} |",
            self.what, self.unit, self.note
        )
    }

    fn json(&self) -> Value {
        let (aim, reached) = self.aim();
        json!({
            "measure": self.what, "unit": self.unit, "cadastre": self.ours.json(),
            "floor": self.floor.map(|(name, floor)| json!({ "name": name, "figure": floor.json() })),
            "ratio": self.ratio(), "aim": aim, "reached": reached, "note": self.note,
        })
    }
}

/// Prints the table, writes the JSON beside the build, and brings the document up to date when that is wanted.
pub fn publish(rows: &[Row], machine: &str, record: bool) {
    let mut table = format!("{machine}\n\n");
    table.push_str("| measure | Cadastre | floor | ratio | aim | remarks |\n|---|---|---|---|---|---|\n");
    for row in rows {
        table.push_str(&row.markdown());
        table.push('\n');
    }
    println!("{table}");
    let rows: Vec<Value> = rows.iter().map(Row::json).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("floors.json");
    let text = serde_json::to_string_pretty(&json!({ "machine": machine, "rows": rows })).expect("JSON");
    fs::write(&path, text).expect("the JSON is written");
    println!("JSON: {}", path.display());
    if record {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
        let text = fs::read_to_string(&path).expect("docs/performance.md");
        let (before, rest) = text.split_once(BEGIN).expect("the table's begin");
        let (_, after) = rest.split_once(END).expect("the table's end");
        fs::write(path, format!("{before}{BEGIN}\n{table}{END}{after}")).expect("the document is written");
    }
}

/// The machine in one line, with what else was running.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim_start_matches([':', ' ', '\t']).to_owned()
    };
    let memory = value(&read("/proc/meminfo"), "MemTotal");
    let kibibytes: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    let load = read("/proc/loadavg");
    format!(
        "Machine: {} × {}, {} GiB, Linux {}; load average before the run {}.",
        std::thread::available_parallelism().map_or(1, usize::from),
        value(&read("/proc/cpuinfo"), "model name"),
        kibibytes / 1024 / 1024,
        read("/proc/sys/kernel/osrelease").trim(),
        load.split(' ').next().unwrap_or_default(),
    )
}
