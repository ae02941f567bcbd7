//! `cadastre log show`: entries of the journal, as far as the caller may see them.

use clap::{Args, ValueEnum};

use super::super::error::Result;
use super::super::options::GlobalOptions;
use super::super::output::{Column, column};

/// Lists entries.
#[derive(Debug, Args)]
pub struct Show {
    /// Only this kind, such as version.published
    #[arg(long)]
    kind: Option<String>,
    /// Only what happened to this: the id of a thing
    #[arg(long)]
    subject: Option<String>,
    /// Only what this person did, by id; service for what the service did by itself
    #[arg(long)]
    actor: Option<String>,
    /// Only this data space
    #[arg(long)]
    space: Option<String>,
    /// Only from this instant on (RFC 3339)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only before this instant (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Which come first
    #[arg(long, default_value = "newest")]
    order: Order,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// One JSON document a line
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    Newest,
    Oldest,
}

const ENTRIES: [Column; 6] = [
    column("POSITION", "/position"),
    column("TIME", "/entry/time"),
    column("KIND", "/entry/type"),
    column("SUBJECT", "/entry/subject/id"),
    column("ACTOR", "/entry/actor/id"),
    column("SPACE", "/entry/space"),
];

/// Runs `cadastre log show`.
///
/// # Errors
/// Whatever the server refuses.
pub async fn show(options: &GlobalOptions, args: Show) -> Result<()> {
    let (client, out) = options.connect()?;
    let order = match args.order {
        Order::Newest => "newest",
        Order::Oldest => "oldest",
    };
    let query = [
        ("kind", args.kind),
        ("subject", args.subject),
        ("actor", args.actor),
        ("space", args.space),
        ("since", args.since),
        ("until", args.until),
        ("order", Some(order.to_owned())),
    ];
    let (items, more) = client.list(&["journal"], &query, args.limit).await?;
    if args.ndjson {
        for item in &items {
            out.line(&item.to_string(), item)?;
        }
    } else {
        out.list(&ENTRIES, &items)?;
    }
    if more {
        out.note("there are more; see --limit");
    }
    Ok(())
}
