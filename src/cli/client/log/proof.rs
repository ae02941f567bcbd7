//! `cadastre log proof`: receipts, fetched and checked.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::super::error::{CliError, Exit, Result};
use super::super::http::{Client, limited};
use super::super::options::GlobalOptions;
use super::super::receipt::{PROVED, proved_item};
use super::mismatch;
use super::trusted::{Trusted, replace};
use crate::journal::JournalEntry;
use crate::journal::tlog::{MAX_NOTE, ReceiptBundle, TrustPolicy};

/// The most receipts of one thing that are fetched.
const MOST: usize = 1000;

/// Fetches receipts and checks them.
#[derive(Debug, Args)]
pub struct Proof {
    /// The position of an entry, or the id of a thing such as rq_…, gr_…, ds_… or vr_…
    #[arg(value_name = "POSITION|SUBJECT")]
    of: String,
    /// Keep the receipt here: of a position one bundle, of a thing an array of them
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Trust policy (C2SP tlog-policy); without it, the one that was pinned at first use
    #[arg(long, value_name = "FILE")]
    trust_policy: Option<PathBuf>,
}

/// Runs `cadastre log proof`.
///
/// # Errors
/// `Integrity` when a receipt does not prove its entry; whatever the server refuses.
pub async fn proof(options: &GlobalOptions, args: Proof) -> Result<()> {
    let (client, out) = options.connect()?;
    let trusted = Trusted::of(&client, args.trust_policy.as_deref(), &out).await?;
    if let Ok(position) = args.of.parse::<u64>() {
        let bundle = of_position(&client, position).await?;
        let item = check(&bundle, &trusted.policy)?;
        if let Some(file) = &args.output {
            replace(file, &format!("{bundle:#}\n"))?;
        }
        return out.one(&PROVED, &item);
    }
    let (bundles, more) = client.list(&["journal", "receipts", &args.of], &[], MOST).await?;
    if more {
        out.warn(&format!("{} has more than {MOST} receipts; these are the first", args.of));
    }
    if bundles.is_empty() {
        return Err(CliError::new(Exit::NotFound, format!("there are no receipts of {} for you", args.of)));
    }
    let items: Vec<Value> =
        bundles.iter().map(|bundle| check(bundle, &trusted.policy)).collect::<Result<_>>()?;
    if let Some(file) = &args.output {
        replace(file, &format!("{:#}\n", Value::Array(bundles)))?;
    }
    out.list(&PROVED, &items)
}

async fn of_position(client: &Client, position: u64) -> Result<Value> {
    let number = position.to_string();
    let found: JournalEntry = client.get(&["journal", "entries", &number]).read().await?;
    let response = client.get(&["journal", "entries", &number, "proof"]).send().await?;
    let receipt = limited(response, MAX_NOTE).await.map_err(CliError::failure)?;
    let receipt = String::from_utf8_lossy(&receipt).into_owned();
    let bundle = ReceiptBundle { entry: found.entry, payload: found.payload, salt: found.salt, receipt };
    serde_json::to_value(bundle)
        .map_err(|error| CliError::failure(format!("the receipt is no JSON: {error}")))
}

fn check(bundle: &Value, policy: &TrustPolicy) -> Result<Value> {
    let read = ReceiptBundle::parse(&bundle.to_string()).map_err(mismatch)?;
    let proved = read.verify(policy).map_err(mismatch)?;
    Ok(proved_item(&proved))
}
