//! `cadastre log audit`: the whole tree, computed anew from what everybody is shown.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use super::super::error::{CliError, Exit, Result};
use super::super::options::GlobalOptions;
use super::super::output::{Column, column};
use super::super::progress::Counter;
use super::head::endorsement;
use super::mismatch;
use super::source::Source;
use super::trusted::{Trusted, read_checkpoint, read_policy, replace};
use crate::journal::tlog::{
    Audit as TreeAudit, Bundle, Checkpoint, Computed, Endorsed, Note, TrustPolicy, bundles_of, check_tile,
};
use crate::kernel::Digest;

/// Computes the tree anew and checks everything against it.
#[derive(Debug, Args)]
pub struct Audit {
    /// A folder with a copy of the log (checkpoint, tile/…), in the place of a server
    #[arg(long, value_name = "DIR", requires = "trust_policy", conflicts_with = "url")]
    tiles: Option<PathBuf>,
    /// Trust policy (C2SP tlog-policy); without it, the one that was pinned at first use
    #[arg(long, value_name = "FILE")]
    trust_policy: Option<PathBuf>,
    /// An earlier checkpoint of the log, which this one must continue
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Keep the checkpoint here, for --since
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Whether to check each leaf against its entry: as far as you may read entries, always, or never
    #[arg(long, default_value = "auto")]
    entries: Entries,
    /// How many tiles are fetched at a time
    #[arg(long, short, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
}

/// Whether entries are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Entries {
    Auto,
    Always,
    Never,
}

const REPORT: [Column; 9] = [
    column("STATUS", "/status"),
    column("LOG", "/origin"),
    column("SIZE", "/size"),
    column("ROOT", "/root"),
    column("SIGNED BY", "/signed_by"),
    column("COSIGNED BY", "/cosigned_by"),
    column("ENTRIES CHECKED", "/entries_checked"),
    column("TILES CHECKED", "/tiles_checked"),
    column("CONTINUES", "/continues"),
];

/// What an audit found to be right.
#[derive(Debug)]
pub(super) struct Audited {
    note: Note,
    pub(super) endorsed: Endorsed,
    pub(super) entries: u64,
    pub(super) tiles: u64,
}

/// Runs `cadastre log audit`.
///
/// # Errors
/// `Integrity`, naming the first thing that does not fit.
pub async fn audit(options: &GlobalOptions, args: Audit) -> Result<()> {
    let out = options.output();
    let (source, policy) = match (args.tiles, &args.trust_policy) {
        (Some(folder), Some(policy)) => (Source::Folder(folder), read_policy(policy)?),
        (_, file) => {
            let (client, out) = options.connect()?;
            let trusted = Trusted::of(&client, file.as_deref(), &out).await?;
            (Source::Server(client), trusted.policy)
        }
    };
    let since = args.since.as_deref().map(read_checkpoint).transpose()?;
    let counter = |entries| Counter::new(&out, "auditing", entries);
    let found = run(&source, &policy, since.clone(), args.entries, usize::from(args.jobs), counter).await?;
    if found.entries == 0 && found.endorsed.checkpoint.size > 0 && args.entries == Entries::Auto {
        out.note("the hashes fit; entries themselves were not read, which is for auditors");
    }
    if let Some(file) = &args.save {
        replace(file, &found.note.to_string())?;
    }
    out.one(&REPORT, &report(&found, since.as_ref()))
}

fn report(found: &Audited, since: Option<&Checkpoint>) -> Value {
    let mut item = endorsement(&found.endorsed);
    if let Some(members) = item.as_object_mut() {
        members.insert("status".into(), json!("verified"));
        members.insert("entries_checked".into(), json!(found.entries));
        members.insert("tiles_checked".into(), json!(found.tiles));
        members.insert("continues".into(), json!(since.map(|since| since.size)));
    }
    item
}

/// Audits a log in constant memory.
///
/// # Errors
/// As [`audit`].
pub(super) async fn run(
    source: &Source,
    policy: &TrustPolicy,
    since: Option<Checkpoint>,
    entries: Entries,
    jobs: usize,
    counter: impl FnOnce(u64) -> Counter,
) -> Result<Audited> {
    let note = source.checkpoint().await?;
    let endorsed = policy.examine(&note).map_err(mismatch)?;
    let head = endorsed.checkpoint.clone();
    if let Some(since) = since.as_ref().filter(|since| since.origin != head.origin) {
        let what = format!("the log is {}, but the earlier checkpoint is of {}", head.origin, since.origin);
        return Err(CliError::new(Exit::Integrity, what)
            .hint("a log that lost entries goes on under a new name: look for log.epoch_opened, then begin without --since"));
    }
    let reads_entries = reads_entries(source, entries, head.size).await?;
    let counter = counter(head.size);
    let mut tree = TreeAudit::new(std::iter::once(head.clone()).chain(since).collect()).map_err(mismatch)?;
    let mut found = Audited { note, endorsed, entries: 0, tiles: 0 };
    let mut parts = stream::iter(bundles_of(head.size))
        .map(|bundle| part(source, bundle, reads_entries))
        .buffered(jobs.max(1));
    while let Some(part) = parts.try_next().await? {
        let mut full = Vec::new();
        match &part.entries {
            Some(entries) => {
                for (leaf, entry) in part.leaves.iter().zip(entries) {
                    full.extend(tree.entry(*leaf, entry).map_err(mismatch)?);
                    found.entries += 1;
                }
            }
            None => {
                for leaf in &part.leaves {
                    full.extend(tree.leaf(*leaf).map_err(mismatch)?);
                }
            }
        }
        found.tiles += 1 + check_upper(source, &full).await?;
        counter.advance(part.leaves.len() as u64);
    }
    let (_, open) = tree.finish().map_err(mismatch)?;
    found.tiles += check_upper(source, &open).await?;
    Ok(found)
}

/// A tile of leaf hashes, and its entries if they are read.
struct Part {
    leaves: Vec<Digest>,
    entries: Option<Vec<Vec<u8>>>,
}

async fn part(source: &Source, bundle: Bundle, reads_entries: bool) -> Result<Part> {
    let leaves = source.tile(bundle.tile()).await?;
    let entries = if reads_entries { Some(source.entries(bundle).await?) } else { None };
    Ok(Part { leaves, entries })
}

/// The tiles above the leaves are held against what was computed; how many.
async fn check_upper(source: &Source, computed: &[Computed]) -> Result<u64> {
    let mut checked = 0;
    for computed in computed.iter().filter(|(tile, _)| tile.level > 0) {
        let served = source.tile(computed.0).await?;
        check_tile(computed, &served).map_err(mismatch)?;
        checked += 1;
    }
    Ok(checked)
}

async fn reads_entries(source: &Source, wanted: Entries, size: u64) -> Result<bool> {
    let Some(first) = Bundle::of_tree(0, size) else { return Ok(false) };
    match (wanted, source) {
        (Entries::Never, _) => Ok(false),
        (Entries::Always, _) => Ok(true),
        (Entries::Auto, Source::Folder(folder)) => Ok(folder.join("tile/entries").is_dir()),
        (Entries::Auto, Source::Server(_)) => match source.entries(first).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.exit(), Exit::Denied | Exit::NotSignedIn) => Ok(false),
            Err(error) => Err(error),
        },
    }
}

#[cfg(test)]
#[path = "mutations.rs"]
mod mutations;
