//! `admin sources`: catalogues elsewhere that are harvested into a data space.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::super::error::Result;
use super::super::http::{Client, document};
use super::super::log::read_policy;
use super::super::output::{Column, Output, column};
use super::{MOST, list};
use crate::harvest::{RecordOutcome, SourceKind};
use crate::kernel::{RunId, Slug, SourceId};

const COLUMNS: [Column; 7] = [
    column("SOURCE", "/id"),
    column("KIND", "/kind"),
    column("URL", "/url"),
    column("ORGANISATION", "/organisation"),
    column("HOURS", "/every_hours"),
    column("STATE", "/state"),
    column("NEXT", "/next_run_at"),
];

const RUNS: [Column; 10] = [
    column("RUN", "/id"),
    column("STATE", "/state"),
    column("BEGUN", "/begun_at"),
    column("CREATED", "/created"),
    column("UPDATED", "/updated"),
    column("UNCHANGED", "/unchanged"),
    column("DELETED", "/deleted"),
    column("FAILED", "/failed"),
    column("SKIPPED", "/skipped"),
    column("REASON", "/reason"),
];

const RECORDS: [Column; 5] = [
    column("IDENTIFIER", "/identifier"),
    column("OUTCOME", "/outcome"),
    column("DATASET", "/dataset"),
    column("SEEN", "/seen_at"),
    column("DETAIL", "/detail"),
];

/// Sources of a data space.
#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// List the sources of a space
    List {
        /// The space
        space: Slug,
    },
    /// Register a source
    Add {
        /// The space
        space: Slug,
        /// What speaks at the other side: cadastre, dcat, ckan or oai_pmh
        kind: SourceKind,
        /// Where
        #[arg(value_name = "URL")]
        address: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Show a source
    Show(Named),
    /// Know the log of another Cadastre by the keys in this file from now on, since it has others than before
    Trust {
        #[command(flatten)]
        source: Named,
        /// A trust policy (C2SP tlog-policy), as `journal/trust-policy` of the other side states it and its operator confirms
        #[arg(value_name = "FILE")]
        policy: PathBuf,
    },
    /// Remove a source, with everything that was harvested from it
    Remove(Named),
    /// Harvest a source now
    Run {
        #[command(flatten)]
        source: Named,
        /// Read everything, not only what changed
        #[arg(long)]
        complete: bool,
    },
    /// List the runs of a source, newest first
    Runs(Named),
    /// Let a run go on that waits for somebody to agree
    Confirm(NamedRun),
    /// End a run that waits, without what it asked about
    Discard(NamedRun),
    /// List the records of a source and what became of each
    Records {
        #[command(flatten)]
        source: Named,
        /// Only these: created, updated, unchanged, deleted, failed or skipped
        #[arg(long)]
        outcome: Option<RecordOutcome>,
    },
}

/// How a source is harvested.
#[derive(Debug, Args)]
pub struct Terms {
    /// The organisation its records are listed under
    #[arg(long)]
    organisation: Slug,
    /// Hours between two runs; without it, only when somebody asks
    #[arg(long, value_name = "N")]
    every_hours: Option<i64>,
    /// Another host that may be asked, as HOST or HOST:PORT; may be repeated
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// From how many percent of deletions on somebody is asked first [default: 20]
    #[arg(long, value_name = "PERCENT")]
    threshold: Option<i64>,
    /// How long a run may take [default: 120]
    #[arg(long, value_name = "N")]
    deadline_minutes: Option<i64>,
    /// The most records of a run [default: 200000]
    #[arg(long, value_name = "N")]
    most_records: Option<i64>,
    /// A file with the keys by which the log of another Cadastre is known (C2SP tlog-policy); without it, those met first
    #[arg(long, value_name = "FILE")]
    trust_policy: Option<PathBuf>,
}

/// What is stated of a source, beside its trust policy.
const STATED: [&str; 8] =
    ["kind", "url", "organisation", "every_hours", "hosts", "threshold", "deadline_minutes", "most_records"];

/// A source by its name.
#[derive(Debug, Args)]
pub struct Named {
    /// The space
    space: Slug,
    /// Id of the source
    source: SourceId,
}

impl Named {
    fn path(&self) -> [&str; 4] {
        ["spaces", self.space.as_str(), "sources", self.source.as_str()]
    }

    fn below<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        self.path().into_iter().chain(rest.iter().copied()).collect()
    }
}

/// A run by its name.
#[derive(Debug, Args)]
pub struct NamedRun {
    #[command(flatten)]
    source: Named,
    /// Id of the run
    run: RunId,
}

pub(super) async fn run(client: &Client, out: Output, command: SourcesCommand) -> Result<()> {
    match command {
        SourcesCommand::List { space } => {
            list(client, out, &["spaces", space.as_str(), "sources"], &COLUMNS).await
        }
        SourcesCommand::Add { space, kind, address, terms } => {
            let trust = terms.trust_policy.as_deref().map(read_policy).transpose()?;
            let body = document([
                ("trust_policy", trust.map(|policy| json!(policy.to_string()))),
                ("kind", Some(json!(kind))),
                ("url", Some(json!(address))),
                ("organisation", Some(json!(terms.organisation))),
                ("every_hours", terms.every_hours.map(|hours| json!(hours))),
                ("hosts", (!terms.hosts.is_empty()).then(|| json!(terms.hosts))),
                ("threshold", terms.threshold.map(|percent| json!(percent))),
                ("deadline_minutes", terms.deadline_minutes.map(|minutes| json!(minutes))),
                ("most_records", terms.most_records.map(|records| json!(records))),
            ]);
            let source: Value = client.post(&["spaces", space.as_str(), "sources"], &body).read().await?;
            out.one(&COLUMNS, &source)
        }
        SourcesCommand::Show(source) => {
            let source: Value = client.get(&source.path()).read().await?;
            out.one(&COLUMNS, &source)
        }
        SourcesCommand::Trust { source, policy } => {
            let policy = read_policy(&policy)?.to_string();
            let (known, etag): (Value, _) = client.get(&source.path()).read_tagged().await?;
            let stated =
                STATED.iter().filter_map(|name| Some(((*name).to_owned(), known.get(name)?.clone())));
            let mut body: Map<String, Value> = stated.collect();
            body.insert("trust_policy".into(), json!(policy));
            let call = client.put(&source.path(), &Value::Object(body)).if_match(&etag);
            let source: Value = call.read().await?;
            out.one(&COLUMNS, &source)
        }
        SourcesCommand::Remove(source) => {
            client.call(Method::DELETE, &source.path()).if_match("*").send().await?;
            out.note(&format!("{} is being removed, with what was harvested from it", source.source));
            Ok(())
        }
        SourcesCommand::Run { source, complete } => {
            let path = source.below(&["run"]);
            let run: Value = client.post(&path, &json!({"complete": complete})).read().await?;
            out.one(&RUNS, &run)
        }
        SourcesCommand::Runs(source) => list(client, out, &source.below(&["runs"]), &RUNS).await,
        SourcesCommand::Confirm(named) => decide(client, out, &named, "confirm").await,
        SourcesCommand::Discard(named) => decide(client, out, &named, "discard").await,
        SourcesCommand::Records { source, outcome } => {
            let query = [("outcome", outcome.map(|outcome| outcome.to_string()))];
            let (items, _) = client.list(&source.below(&["records"]), &query, MOST).await?;
            out.list(&RECORDS, &items)
        }
    }
}

async fn decide(client: &Client, out: Output, named: &NamedRun, word: &str) -> Result<()> {
    let path = named.source.below(&["runs", named.run.as_str(), word]);
    let run: Value = client.post(&path, &json!({})).read().await?;
    out.one(&RUNS, &run)
}
