//! Terms of use of a dataset: its access mode, and the ODRL offer that goes with it.

mod compose;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::error::{Exit, Result};
use super::http::{Client, document};
use super::judge;
use super::local::read_json;
use super::names::DatasetName;
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use crate::i18n::Language;
pub use compose::Compose;

/// Names the language of an answer.
pub(super) const ACCEPT_LANGUAGE: &str = "Accept-Language";

const COLUMNS: [Column; 5] = [
    column("MODE", "/mode"),
    column("REVISION", "/revision"),
    column("DIGEST", "/digest"),
    column("EDITED", "/edited_at"),
    column("OFFER", "/offer"),
];

/// What a person is shown: the lines say what the offer does.
const SUMMARY: [Column; 4] = [
    column("MODE", "/mode"),
    column("REVISION", "/revision"),
    column("DIGEST", "/digest"),
    column("EDITED", "/edited_at"),
];

const LINES: [Column; 2] = [column("LINE", "/pointer"), column("SAYS", "/text")];

const SIMULATION: [Column; 5] = [
    column("REPLAYED", "/replayed"),
    column("SATISFIED", "/satisfied"),
    column("DENIED", "/violated"),
    column("LEFT TO PEOPLE", "/undetermined"),
    column("CHANGED", "/changed"),
];

const REPLAYED: [Column; 6] = [
    column("REQUEST", "/request"),
    column("ORGANISATION", "/organisation"),
    column("PURPOSE", "/purpose"),
    column("STATE", "/state"),
    column("BEFORE", "/before"),
    column("AFTER", "/after"),
];

const RECALLED: [Column; 1] = [column("GRANT", "/id")];

/// Looks at the terms of use and sets them; holds policies against modes and uses.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show the terms of use of a dataset
    Show {
        /// The dataset, as organisation/name
        dataset: DatasetName,
        /// The language of what the terms say: en or fr
        #[arg(long, value_name = "LANGUAGE", default_value_t = Language::En)]
        lang: Language,
    },
    /// Set the terms of use of a dataset
    Set {
        /// The dataset, as organisation/name
        dataset: DatasetName,
        /// Who decides: nobody (open), the policy (automatic), people (review); secure allows no download
        #[arg(long, value_parser = MODES)]
        mode: String,
        /// File with an ODRL Offer in JSON-LD
        #[arg(long, value_name = "FILE")]
        offer: Option<PathBuf>,
    },
    /// Try changed terms on the requests that were made, and set nothing
    Simulate {
        /// The dataset, as organisation/name
        dataset: DatasetName,
        /// Who decides: nobody (open), the policy (automatic), people (review); secure allows no download
        #[arg(long, value_parser = MODES)]
        mode: String,
        /// File with an ODRL Offer in JSON-LD
        #[arg(long, value_name = "FILE")]
        offer: PathBuf,
    },
    /// List the templates that terms of use can be made from, with their parameters
    Templates {
        /// The language of titles and descriptions: en or fr
        #[arg(long, value_name = "LANGUAGE", default_value_t = Language::En)]
        lang: Language,
    },
    /// Make one offer out of templates and offers; it permits what all of them permit
    Compose(Compose),
    /// Revoke the running grants that were given under older terms
    Recall {
        /// The dataset, as organisation/name
        dataset: DatasetName,
        /// Why; the holders are told
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Only those given under this revision of the terms; may be repeated
        #[arg(long = "revision", value_name = "N")]
        revisions: Vec<i64>,
    },
    /// Check a policy on this machine, and whether it fits an access mode; exit code 9 when it does not
    Check(judge::Check),
    /// Hold a policy against what is known of a use, on this machine; exit code 5 when that is not decided, 9 when the
    /// use violates it
    Explain(judge::Explain),
}

/// The access modes.
pub(super) const MODES: [&str; 4] = ["open", "automatic", "review", "secure"];

/// Runs `cadastre policy`.
///
/// # Errors
/// Whatever the server refuses, or a policy that is refused or violated.
pub async fn policy(options: &GlobalOptions, command: PolicyCommand) -> Result<()> {
    match command {
        PolicyCommand::Show { dataset, lang } => {
            let (client, out) = options.connect()?;
            let call = client.get(&dataset.segments(&["policy"]));
            let policy: Value = call.header(ACCEPT_LANGUAGE, lang.as_str()).read().await?;
            show(out, &policy)
        }
        PolicyCommand::Set { dataset, mode, offer } => {
            let (client, out) = options.connect()?;
            let offer = offer.as_deref().map(read_json).transpose()?;
            let policy = set(&client, &dataset, &mode, offer.as_ref()).await?;
            out.one(&COLUMNS, &policy)
        }
        PolicyCommand::Simulate { dataset, mode, offer } => {
            let (client, out) = options.connect()?;
            simulate(&client, out, &dataset, &mode, &offer).await
        }
        PolicyCommand::Recall { dataset, reason, revisions } => {
            let (client, out) = options.connect()?;
            let revisions = Some(json!(revisions)).filter(|_| !revisions.is_empty());
            let body = document([("reason", Some(json!(reason))), ("revisions", revisions)]);
            let grants = recall(&client, &dataset, &body).await?;
            out.list(&RECALLED, &grants)
        }
        PolicyCommand::Check(args) => judge::check(options, &args),
        PolicyCommand::Explain(args) => judge::explain(options, &args),
        PolicyCommand::Templates { lang } => {
            let (client, out) = options.connect()?;
            compose::templates(&client, out, lang).await
        }
        PolicyCommand::Compose(args) => {
            let (client, out) = options.connect()?;
            compose::compose(&client, out, args).await
        }
    }
}

/// Shows terms: to a person in words, to a program as they are.
fn show(out: Output, policy: &Value) -> Result<()> {
    match policy.get("lines").and_then(Value::as_array) {
        Some(lines) if out.is_for_people() && !lines.is_empty() => {
            out.one(&SUMMARY, policy)?;
            out.list(&LINES, lines)
        }
        _ => out.one(&COLUMNS, policy),
    }
}

/// Says what the terms would have said of past requests.
async fn simulate(
    client: &Client,
    out: Output,
    dataset: &DatasetName,
    mode: &str,
    offer: &Path,
) -> Result<()> {
    let body = json!({"mode": mode, "offer": read_json(offer)?});
    let simulation: Value = client.post(&dataset.segments(&["policy", "simulate"]), &body).read().await?;
    out.one(&SIMULATION, &simulation)?;
    let number = |name: &str| simulation.get(name).and_then(Value::as_u64).unwrap_or_default();
    out.note(&format!("would have denied {} of {}", number("violated"), number("replayed")));
    match simulation.get("examples").and_then(Value::as_array) {
        Some(examples) if out.is_for_people() && !examples.is_empty() => out.list(&REPLAYED, examples),
        _ => Ok(()),
    }
}

/// Recalls in batches, until there is nothing left to recall.
async fn recall(client: &Client, dataset: &DatasetName, body: &Value) -> Result<Vec<Value>> {
    let mut grants = Vec::new();
    loop {
        let recalled: Value = client.post(&dataset.segments(&["policy", "recall"]), body).read().await?;
        let ids = recalled.get("grants").and_then(Value::as_array).into_iter().flatten();
        grants.extend(ids.map(|id| json!({ "id": id })));
        if recalled.get("more").and_then(Value::as_bool) != Some(true) {
            return Ok(grants);
        }
    }
}

/// Sets the terms of use unless they are these already; an offer that is not given stays as it is.
///
/// # Errors
/// Whatever the server refuses.
pub(super) async fn set(
    client: &Client,
    dataset: &DatasetName,
    mode: &str,
    offer: Option<&Value>,
) -> Result<Value> {
    let path = dataset.segments(&["policy"]);
    let (present, etag) = match client.get(&path).read_tagged::<Value>().await {
        Ok((policy, etag)) => (policy, etag),
        Err(error) if error.exit() == Exit::NotFound => (Value::Null, "*".to_owned()),
        Err(error) => return Err(error),
    };
    let offer = offer.or_else(|| present.get("offer")).filter(|offer| !offer.is_null());
    let same = present.get("mode").and_then(Value::as_str) == Some(mode)
        && present.get("offer").filter(|offer| !offer.is_null()) == offer;
    if same {
        return Ok(present);
    }
    let body = document([("mode", Some(json!(mode))), ("offer", offer.cloned())]);
    client.put(&path, &body).if_match(&etag).read().await
}
