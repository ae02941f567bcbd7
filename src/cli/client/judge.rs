//! `cadastre policy check` and `cadastre policy explain`: a policy held against an access mode, and against what is known of a
//! use, without the network.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::error::{CliError, Exit, Result};
use super::local::read_json;
use super::options::GlobalOptions;
use super::output::{Column, column};
use super::policy::MODES;
use crate::kernel::{Checks, Error};
use crate::policies::{AccessMode, Facts, Line, Outcome, Policy, Terms, Trace};

const FINDINGS: [Column; 3] =
    [column("POINTER", "/pointer"), column("CODE", "/code"), column("DETAIL", "/detail")];

const LINES: [Column; 5] = [
    column("LINE", "/pointer"),
    column("LABEL", "/label"),
    column("OUTCOME", "/outcome"),
    column("OPEN", "/open"),
    column("REASON", "/reason"),
];

const AT_DOWNLOAD: &str = "each download";

/// Reads a policy, and holds it against an access mode.
#[derive(Debug, Args)]
pub struct Check {
    /// File with a policy in JSON-LD
    file: PathBuf,
    /// The access mode that it is to go with, as an offer of a dataset; without one the policy is only read
    #[arg(long, value_parser = MODES)]
    mode: Option<String>,
}

/// Holds a policy against what is known of a use.
#[derive(Debug, Args)]
pub struct Explain {
    /// File with a policy in JSON-LD
    file: PathBuf,
    /// File with what is known of the use, in JSON
    #[arg(long, value_name = "FILE")]
    facts: PathBuf,
}

/// Runs `cadastre policy check`: everything that is wrong is a line of the list.
///
/// # Errors
/// When the policy is refused, or does not go with the mode.
pub fn check(options: &GlobalOptions, args: &Check) -> Result<()> {
    let document = read_json(&args.file)?;
    let mode = args.mode.as_deref().map(str::parse::<AccessMode>).transpose()?;
    let read = match mode {
        Some(mode) => Terms::check(mode, Some(&document)).map(drop),
        None => Policy::parse(&document).map(drop),
    };
    if let Err(error) = read {
        return Err(refused(options, &args.file, &error)?);
    }
    let out = options.output();
    out.list(&FINDINGS, &[])?;
    let fits = mode.map_or(String::new(), |mode| format!(", and fits {mode} access"));
    out.note(&format!("{} is a policy{fits}", args.file.display()));
    Ok(())
}

/// Runs `cadastre policy explain`: a row for each line of the policy; with `--json` the trace, in canonical JSON.
///
/// # Errors
/// When the policy is refused, or the use does not satisfy it.
pub fn explain(options: &GlobalOptions, args: &Explain) -> Result<()> {
    let document = read_json(&args.file)?;
    let facts = facts(&args.facts)?;
    let policy = match Policy::parse(&document) {
        Ok(policy) => policy,
        Err(error) => return Err(refused(options, &args.file, &error)?),
    };
    let trace = Trace::of(&policy, facts)?;
    let rows: Vec<_> = trace.lines.iter().map(row).collect();
    let out = options.output();
    out.list_or(&LINES, &rows, &trace.text()?)?;
    match trace.outcome {
        Outcome::Satisfied => {
            let later = trace.lines.iter().any(|line| open(line) == AT_DOWNLOAD);
            let rest = if later { ", and what is open is decided at each download" } else { "" };
            out.note(&format!("the use satisfies the policy{rest}"));
            Ok(())
        }
        Outcome::Violated => Err(CliError::new(Exit::Violated, "the use violates the policy")),
        Outcome::Undetermined => {
            let open = trace.open_lines().map(|line| format!("{:?}: {}", line.pointer, line.reason));
            Err(CliError::new(Exit::Denied, "whether the use satisfies the policy is not known")
                .details(open.take(20))
                .hint(
                    "state in the facts what is open, or name lines that a reviewer confirmed in `confirmed`",
                ))
        }
    }
}

/// What is known of a use, as the file says it.
fn facts(path: &Path) -> Result<Facts> {
    let wrong = |what: String| CliError::usage(format!("{}: {what}", path.display()));
    let facts: Facts = serde_path_to_error::deserialize(read_json(path)?)
        .map_err(|error| wrong(format!("{}: {}", error.path(), error.inner())))?;
    let mut checks = Checks::new();
    facts.statement.check("/statement", &mut checks);
    checks.finish()?;
    Ok(facts)
}

/// Lists what is wrong with a policy; what comes back is the failure that says so.
fn refused(options: &GlobalOptions, path: &Path, error: &Error) -> Result<CliError> {
    let fields = error.field_errors();
    let findings: Vec<_> = fields
        .iter()
        .map(|field| json!({"pointer": field.pointer, "code": field.code, "detail": field.detail}))
        .collect();
    options.output().list(&FINDINGS, &findings)?;
    let places = if findings.len() == 1 { "place" } else { "places" };
    let what = format!("{} is refused in {} {places}", path.display(), findings.len());
    Ok(CliError::new(Exit::Violated, what).hint("correct it at the pointers that are listed"))
}

/// Who or what settles a line that is open.
fn open(line: &Line) -> &'static str {
    match line.outcome {
        Outcome::Undetermined if line.pointer.starts_with("/obligation") => "afterwards",
        Outcome::Undetermined if line.deferred => AT_DOWNLOAD,
        Outcome::Undetermined => "people",
        Outcome::Satisfied | Outcome::Violated => "",
    }
}

fn row(line: &Line) -> Value {
    json!({
        "pointer": line.pointer,
        "label": line.label,
        "outcome": line.outcome,
        "open": open(line),
        "reason": line.reason,
    })
}
