//! What Cadastre costs, beside what the same work costs at the least: `cargo bench --bench floors`.
//!
//! Both sides run in the same run, by turns, in processes of their own. What is compared is the CPU time of the
//! server alone where that can be, since it hardly depends on what else the machine does. See `docs/performance.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a measurement, a panic is the report"
)]

mod blob;
mod floor;
mod http;
mod measures;
#[path = "../../tests/e2e/person.rs"]
#[allow(dead_code, reason = "the tests also stop it and look at its terminal")]
mod person;
mod process;
mod product;
mod report;
#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../../tests/access/world.rs"]
#[allow(dead_code, reason = "the tests ask for more")]
mod world;

use clap::{Parser, ValueEnum};
use measures::{
    Scale, append, audit, decision, downloads, harvest, memory, policies, reads, registrations, renderings,
    starts, uploads,
};

/// Measures Cadastre against its floors.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo bench --bench floors --")]
struct Options {
    /// What to measure; everything when nothing is named
    #[arg(value_enum)]
    measures: Vec<Measure>,
    /// One round of little work, to see that everything runs; the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Put the table into docs/performance.md
    #[arg(long, conflicts_with_all = ["quick", "measures"])]
    record: bool,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Measure {
    LargeUploads,
    SmallUploads,
    Downloads,
    Reads,
    Registrations,
    Memory,
    Starts,
    Policies,
    Decision,
    Append,
    Audit,
    Renderings,
    Catalogue,
    Harvest,
}

impl Measure {
    fn take(self, scale: Scale) -> Vec<report::Row> {
        match self {
            Self::LargeUploads => uploads::large(scale),
            Self::SmallUploads => uploads::small(scale),
            Self::Downloads => downloads::large(scale),
            Self::Reads => reads::dataset(scale),
            Self::Registrations => registrations::pace(scale),
            Self::Memory => memory::growth(scale),
            Self::Starts => starts::cold(scale),
            Self::Policies => policies::decisions(scale),
            Self::Decision => decision::flat(scale),
            Self::Append => append::share(scale),
            Self::Audit => audit::million(scale),
            Self::Renderings => renderings::each(scale),
            Self::Catalogue => renderings::catalogue(scale),
            Self::Harvest => harvest::rate(scale),
        }
    }
}

fn main() {
    if floor::played(&std::env::args().collect::<Vec<_>>()) {
        return;
    }
    let options = Options::parse();
    let chosen = if options.measures.is_empty() { Measure::value_variants() } else { &options.measures };
    let machine = report::machine();
    let mut rows = Vec::new();
    for measure in chosen {
        eprintln!("measuring {measure:?}");
        rows.extend(measure.take(Scale { quick: options.quick }));
    }
    report::publish(&rows, &machine, options.record);
}
