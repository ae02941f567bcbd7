//! `cadastre log head` and `cadastre log watch`: the newest checkpoint, once or as they come.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::super::error::Result;
use super::super::options::GlobalOptions;
use super::super::output::{Column, Output, column};
use super::growth::continues;
use super::mismatch;
use super::source::Source;
use super::trusted::Trusted;
use crate::journal::tlog::{Checkpoint, Endorsed, Note};
use crate::kernel::Timestamp;

/// Shows the newest checkpoint.
#[derive(Debug, Args)]
pub struct Head {
    /// Trust policy (C2SP tlog-policy); without it, the one that was pinned at first use
    #[arg(long, value_name = "FILE")]
    trust_policy: Option<PathBuf>,
}

/// Follows the checkpoints.
#[derive(Debug, Args)]
pub struct Watch {
    /// Trust policy (C2SP tlog-policy); without it, the one that was pinned at first use
    #[arg(long, value_name = "FILE")]
    trust_policy: Option<PathBuf>,
    /// Seconds between two looks
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=86_400), value_name = "SECONDS")]
    every: u32,
    /// End after so many steps; without it, go on until stopped
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
}

/// Columns of a checkpoint.
pub(super) const HEAD: [Column; 6] = [
    column("LOG", "/origin"),
    column("SIZE", "/size"),
    column("ROOT", "/root"),
    column("SIGNED BY", "/signed_by"),
    column("COSIGNED BY", "/cosigned_by"),
    column("SEEN BEFORE", "/seen_before"),
];

/// Who stands behind a checkpoint, for people and programs.
#[must_use]
pub fn endorsement(endorsed: &Endorsed) -> Value {
    let time = |seconds: &u64| {
        i64::try_from(*seconds).ok().and_then(|seconds| seconds.checked_mul(1000)).map(Timestamp::from_millis)
    };
    let witnesses = endorsed.witnesses.iter().map(|(name, at)| json!({"witness": name, "at": time(at)}));
    json!({
        "origin": endorsed.checkpoint.origin,
        "size": endorsed.checkpoint.size,
        "root": endorsed.checkpoint.root,
        "signed_by": endorsed.logs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cosigned_by": witnesses.collect::<Vec<_>>(),
    })
}

/// A look at the log: what it shows now and what was seen before.
struct Look {
    note: Note,
    endorsed: Endorsed,
    before: Option<Checkpoint>,
}

/// Fetches the checkpoint, checks it, and remembers it if it is the largest so far.
async fn look(source: &Source, trusted: &Trusted) -> Result<Look> {
    let note = source.checkpoint().await?;
    let endorsed = trusted.policy.examine(&note).map_err(mismatch)?;
    let now = &endorsed.checkpoint;
    let before = trusted.seen(&now.origin)?;
    if let Some(before) = &before {
        continues(source, before, now).await?;
    }
    if before.as_ref().is_none_or(|before| before.size < now.size) {
        trusted.see(&now.origin, &note)?;
    }
    Ok(Look { note, endorsed, before })
}

/// Runs `cadastre log head`.
///
/// # Errors
/// `Integrity` when the checkpoint is not signed as the policy wants, or does not continue the one seen before.
pub async fn head(options: &GlobalOptions, args: Head) -> Result<()> {
    let (client, out) = options.connect()?;
    let trusted = Trusted::of(&client, args.trust_policy.as_deref(), &out).await?;
    let look = look(&Source::Server(client), &trusted).await?;
    if let Some(before) = look.before.as_ref().filter(|before| before.size > look.endorsed.checkpoint.size) {
        out.warn(&format!("the server shows an earlier tree than before: you saw {} entries", before.size));
    }
    let mut item = endorsement(&look.endorsed);
    if let Some(members) = item.as_object_mut() {
        members.insert("seen_before".into(), json!(look.before.map(|before| before.size)));
        members.insert("checkpoint".into(), json!(look.note.to_string()));
    }
    out.one(&HEAD, &item)
}

/// Runs `cadastre log watch`: a line for each step.
///
/// # Errors
/// `Integrity` on a fork, or when a checkpoint is not signed as the policy wants.
pub async fn watch(options: &GlobalOptions, args: Watch) -> Result<()> {
    let (client, out) = options.connect()?;
    let trusted = Trusted::of(&client, args.trust_policy.as_deref(), &out).await?;
    let source = Source::Server(client);
    let mut steps = 0;
    let mut shown = None;
    loop {
        let look = look(&source, &trusted).await?;
        let size = look.endorsed.checkpoint.size;
        if shown.is_none_or(|shown| shown < size) {
            step(out, &look)?;
            shown = Some(size);
            steps += 1;
            if args.steps.is_some_and(|most| steps >= most) {
                return Ok(());
            }
        }
        tokio::time::sleep(Duration::from_secs(u64::from(args.every))).await;
    }
}

fn step(out: Output, look: &Look) -> Result<()> {
    let from = look.before.as_ref().map(|before| before.size);
    let mut item = endorsement(&look.endorsed);
    if let Some(members) = item.as_object_mut() {
        members.insert("from".into(), json!(from));
    }
    let now = &look.endorsed.checkpoint;
    let cosigned = look.endorsed.witnesses.len();
    let line = match from {
        Some(from) => {
            format!("{} entries, continuing {from}, root {}, cosigned by {cosigned}", now.size, now.root)
        }
        None => {
            format!("{} entries, the first ones seen, root {}, cosigned by {cosigned}", now.size, now.root)
        }
    };
    out.line(&line, &item)
}
