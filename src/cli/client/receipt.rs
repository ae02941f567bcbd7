//! `cadastre verify` of a receipt: what it proves, without the network.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::error::{CliError, Result};
use super::log::{mismatch, read_policy};
use super::output::{Column, Output, column};
use crate::access::DeliveryProof;
use crate::journal::tlog::{MAX_ENTRY, ProvedBundle, Receipt, ReceiptBundle, TrustPolicy};

/// The largest receipt, bundle or payload that is read, in bytes.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// What a receipt is checked with.
#[derive(Debug, Args)]
pub struct ReceiptOptions {
    /// For a .tlog-proof file: the entry that it is the receipt of
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// For a receipt: whom to believe, a trust policy (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    trust_policy: Option<PathBuf>,
    /// For a .tlog-proof file: the payload that the entry commits to
    #[arg(long, value_name = "FILE", requires = "salt")]
    payload: Option<PathBuf>,
    /// The salt of the commitment, 32 hexadecimal digits
    #[arg(long, value_name = "HEX", requires = "payload")]
    salt: Option<String>,
}

impl ReceiptOptions {
    /// Whether they were given, so that a receipt is meant and no folder.
    #[must_use]
    pub fn is_meant(&self) -> bool {
        self.entry.is_some() || self.trust_policy.is_some() || self.payload.is_some()
    }
}

/// Columns of what is proved.
pub const PROVED: [Column; 11] = [
    column("POSITION", "/position"),
    column("KIND", "/kind"),
    column("SUBJECT", "/subject"),
    column("TIME", "/time"),
    column("ACTOR", "/actor"),
    column("STATUS", "/status"),
    column("PAYLOAD", "/payload"),
    column("LOG", "/origin"),
    column("TREE SIZE", "/size"),
    column("SIGNED BY", "/signed_by"),
    column("COSIGNED BY", "/cosigned_by"),
];

/// Columns of a delivery that is proved.
const DELIVERED: [Column; 9] = [
    column("KIND", "/row/kind"),
    column("PATH", "/row/path"),
    column("BYTES", "/row/bytes"),
    column("AT", "/row/at"),
    column("GRANT", "/row/grant"),
    column("STATUS", "/status"),
    column("SEALED AT", "/position"),
    column("LOG", "/origin"),
    column("SIGNED BY", "/signed_by"),
];

/// What was proved, for people and programs.
#[must_use]
pub fn proved_item(proved: &ProvedBundle) -> Value {
    let mut item = super::log::endorsement(&proved.proved.endorsed);
    let at = |pointer: &str| proved.entry.pointer(pointer).cloned().unwrap_or_default();
    if let Some(members) = item.as_object_mut() {
        let facts = [
            ("status", json!("proved")),
            ("position", json!(proved.proved.index)),
            ("kind", at("/type")),
            ("subject", at("/subject/id")),
            ("time", at("/time")),
            ("actor", at("/actor/id")),
            ("payload", json!(if proved.payload { "proved" } else { "not given" })),
            ("entry", proved.entry.clone()),
        ];
        members.extend(facts.map(|(name, value)| (name.to_owned(), value)));
    }
    item
}

/// Checks a receipt or a bundle in a file.
///
/// # Errors
/// `Usage` when a file is not there or an option is missing; `Integrity` when the receipt does not prove the entry.
pub fn verify_receipt(file: &Path, options: &ReceiptOptions, out: Output) -> Result<()> {
    let policy = options.trust_policy.as_deref().ok_or_else(|| {
        CliError::usage("say whom to believe").hint(
            "--trust-policy FILE; a server gives its own at /api/v1/journal/trust-policy, compare the keys",
        )
    })?;
    let policy = read_policy(policy)?;
    let text = text(file)?;
    let proved = match &options.entry {
        Some(entry) => of_pair(&text, &bytes(entry, MAX_ENTRY as u64 * 4)?, options, &policy)?,
        None if text.starts_with("c2sp.org/tlog-proof") => {
            return Err(CliError::usage("name the entry that this is the receipt of").hint("--entry FILE"));
        }
        None => {
            return match serde_json::from_str(&text) {
                Ok(delivery) => of_delivery(&delivery, &policy, out),
                Err(_) => of_bundles(&text, &policy, out),
            };
        }
    };
    out.one(&PROVED, &proved_item(&proved))
}

/// A delivery: its row under its seal, and the seal in the log.
fn of_delivery(proof: &DeliveryProof, policy: &TrustPolicy, out: Output) -> Result<()> {
    let seals = proof.verify(policy).map_err(mismatch)?;
    let rows = std::iter::once(&proof.delivery).chain(&proof.cut);
    let items: Vec<Value> = rows
        .zip(&seals)
        .map(|(row, seal)| {
            let mut item = proved_item(seal);
            let read = serde_json::from_str::<Value>(&row.row).unwrap_or_default();
            if let Some(members) = item.as_object_mut() {
                members.insert("row".to_owned(), read);
            }
            item
        })
        .collect();
    out.list(&DELIVERED, &items)
}

/// One bundle, or the array of them that `cadastre log proof` keeps.
fn of_bundles(text: &str, policy: &TrustPolicy, out: Output) -> Result<()> {
    let prove = |bundle: &ReceiptBundle| Ok(proved_item(&bundle.verify(policy).map_err(mismatch)?));
    match serde_json::from_str::<Vec<ReceiptBundle>>(text) {
        Ok(bundles) => out.list(&PROVED, &bundles.iter().map(prove).collect::<Result<Vec<_>>>()?),
        Err(_) => out.one(&PROVED, &prove(&ReceiptBundle::parse(text).map_err(mismatch)?)?),
    }
}

fn of_pair(
    receipt: &str,
    entry: &[u8],
    options: &ReceiptOptions,
    policy: &TrustPolicy,
) -> Result<ProvedBundle> {
    let as_written = Receipt::parse(receipt).map_err(mismatch)?.verify(entry, policy);
    let json = std::str::from_utf8(entry).ok().and_then(|text| RawValue::from_string(text.to_owned()).ok());
    let Some(json) = json else {
        if options.payload.is_some() {
            return Err(CliError::usage("only an entry that is JSON can commit to a payload"));
        }
        let entry = Value::String(String::from_utf8_lossy(entry).into_owned());
        return Ok(ProvedBundle { entry, proved: as_written.map_err(mismatch)?, payload: false });
    };
    let payload = options.payload.as_deref().map(text).transpose()?;
    let payload = payload.map(RawValue::from_string).transpose();
    let payload = payload.map_err(|_| CliError::usage("the payload is no JSON"))?;
    let bundle =
        ReceiptBundle { entry: json, payload, salt: options.salt.clone(), receipt: receipt.to_owned() };
    match (bundle.verify(policy), as_written) {
        // Entries of other logs need not be canonical.
        (Err(error), Ok(proved)) if error.code() == "proof_invalid" && options.payload.is_none() => {
            let entry = serde_json::from_str(bundle.entry.get()).unwrap_or_default();
            Ok(ProvedBundle { entry, proved, payload: false })
        }
        (verified, _) => verified.map_err(mismatch),
    }
}

fn text(file: &Path) -> Result<String> {
    String::from_utf8(bytes(file, MAX_FILE)?)
        .map_err(|_| CliError::usage(format!("{} is no text in UTF-8", file.display())))
}

fn bytes(file: &Path, most: u64) -> Result<Vec<u8>> {
    let wrong = |error: std::io::Error| CliError::usage(format!("{}: {error}", file.display()));
    if std::fs::metadata(file).map_err(wrong)?.len() > most {
        return Err(CliError::usage(format!("{} has more than {most} bytes", file.display())));
    }
    std::fs::read(file).map_err(wrong)
}
