//! Grants: the rights that approvals made, and their end.

use clap::Subcommand;
use serde_json::Value;

use super::error::{CliError, Result};
use super::http::{document, limited};
use super::names::DatasetName;
use super::options::GlobalOptions;
use super::output::{Column, column};
use crate::i18n::Language;
use crate::kernel::{Digest, Slug, canonical_json};

/// The largest page of an agreement that is read, in bytes.
const MAX_PAGE: usize = 16 * 1024 * 1024;

/// The most grants or deliveries that are listed.
const MOST: usize = 10_000;

const COLUMNS: [Column; 7] = [
    column("ID", "/id"),
    column("STATE", "/state"),
    column("ACTIVE", "/active"),
    column("DATASET", "/dataset"),
    column("ORGANISATION", "/organisation"),
    column("PURPOSE", "/purpose"),
    column("UNTIL", "/until"),
];

const DETAILS: [Column; 15] = [
    column("ID", "/id"),
    column("STATE", "/state"),
    column("ACTIVE", "/active"),
    column("DATASET", "/dataset"),
    column("SPACE", "/space"),
    column("ORGANISATION", "/organisation"),
    column("PURPOSE", "/purpose"),
    column("REQUEST", "/request"),
    column("FROM", "/from"),
    column("UNTIL", "/until"),
    column("VERSIONS", "/versions"),
    column("CONDITIONS", "/conditions"),
    column("SUSPENDED", "/suspended_at"),
    column("ENDED", "/ended_at"),
    column("REASON", "/reason"),
];

const DELIVERIES: [Column; 9] = [
    column("ID", "/id"),
    column("AT", "/at"),
    column("VERSION", "/version"),
    column("PATH", "/path"),
    column("BYTES", "/bytes"),
    column("WAY", "/way"),
    column("MODEL", "/model"),
    column("RUN", "/run"),
    column("SEAL", "/seal/position"),
];

const ACCEPTANCE: [Column; 4] = [
    column("GRANT", "/grant"),
    column("DIGEST", "/digest"),
    column("ACCEPTED BY", "/accepted_by/name"),
    column("ACCEPTED", "/accepted_at"),
];

/// Looks at grants, lets them pause, and ends them.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// List grants you may see
    List {
        /// Only those for this dataset
        #[arg(long)]
        dataset: Option<DatasetName>,
        /// Only those of this organisation
        #[arg(long)]
        organisation: Option<Slug>,
        /// Only those in this space
        #[arg(long)]
        space: Option<Slug>,
    },
    /// Show a grant
    Show {
        /// Id of the grant
        id: String,
    },
    /// List what was delivered under a grant
    Deliveries {
        /// Id of the grant
        id: String,
    },
    /// Fetch what proves a delivery; `cadastre verify` checks it without a server
    Proof {
        /// Id of the delivery, dl_…
        delivery: String,
    },
    /// Show the agreement on a grant: the document, or the page that people read
    Agreement {
        /// Id of the grant
        id: String,
        /// The page in HTML instead of the ODRL Agreement
        #[arg(long)]
        html: bool,
        /// The language of the page: en or fr
        #[arg(long, value_name = "LANGUAGE", default_value_t = Language::En)]
        lang: Language,
    },
    /// Accept the agreement on a grant for your organisation, as it is at this moment
    Accept {
        /// Id of the grant
        id: String,
        /// The digest of the agreement that you read; what is there now when not given
        #[arg(long, value_name = "SHA256")]
        digest: Option<Digest>,
    },
    /// Let a grant pause; nothing is given under it meanwhile
    Suspend {
        /// Id of the grant
        id: String,
        /// Why; its holder is told
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Let a grant hold again
    Resume {
        /// Id of the grant
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// End a grant that your space gave
    Revoke {
        /// Id of the grant
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Give a grant of your organisation back
    Relinquish {
        /// Id of the grant
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

/// Runs `cadastre grant`.
///
/// # Errors
/// Whatever the server refuses.
pub async fn grant(options: &GlobalOptions, command: GrantCommand) -> Result<()> {
    let (client, out) = options.connect()?;
    match command {
        GrantCommand::List { dataset, organisation, space } => {
            let query = [
                ("dataset", dataset.map(|dataset| dataset.to_string())),
                ("organisation", organisation.map(|slug| slug.to_string())),
                ("space", space.map(|slug| slug.to_string())),
            ];
            let (items, _) = client.list(&["grants"], &query, MOST).await?;
            out.list(&COLUMNS, &items)
        }
        GrantCommand::Show { id } => {
            let grant: Value = client.get(&["grants", &id]).read().await?;
            out.one(&DETAILS, &grant)
        }
        GrantCommand::Deliveries { id } => {
            let (items, _) = client.list(&["grants", &id, "deliveries"], &[], MOST).await?;
            out.list(&DELIVERIES, &items)
        }
        GrantCommand::Proof { delivery } => {
            out.document(&client.get(&["deliveries", &delivery, "proof"]).read().await?)
        }
        GrantCommand::Agreement { id, html, lang } => {
            let call = client.get(&["grants", &id, "agreement"]).query("lang", Some(lang.to_string()));
            if html {
                let page = call.header("Accept", "text/html").send().await?;
                let page = limited(page, MAX_PAGE).await.map_err(CliError::failure)?;
                return out.text(&String::from_utf8_lossy(&page));
            }
            out.document(&call.read().await?)
        }
        GrantCommand::Accept { id, digest } => {
            let digest = match digest {
                Some(digest) => digest,
                None => {
                    let agreement: Value = client.get(&["grants", &id, "agreement"]).read().await?;
                    Digest::of(
                        canonical_json(&agreement).map_err(|error| CliError::failure(error.to_string()))?,
                    )
                }
            };
            let consent = document([("digest", Some(Value::from(digest.to_string())))]);
            let accepted: Value = client.post(&["grants", &id, "accept"], &consent).read().await?;
            out.one(&ACCEPTANCE, &accepted)
        }
        GrantCommand::Suspend { id, reason } => {
            let grant: Value = client.post(&["grants", &id, "suspend"], &because(reason)).read().await?;
            out.one(&DETAILS, &grant)
        }
        GrantCommand::Resume { id, reason } => {
            let grant: Value = client.post(&["grants", &id, "resume"], &because(reason)).read().await?;
            out.one(&DETAILS, &grant)
        }
        GrantCommand::Revoke { id, reason } => {
            let grant: Value = client.post(&["grants", &id, "revoke"], &because(reason)).read().await?;
            out.one(&DETAILS, &grant)
        }
        GrantCommand::Relinquish { id, reason } => {
            let grant: Value = client.post(&["grants", &id, "relinquish"], &because(reason)).read().await?;
            out.one(&DETAILS, &grant)
        }
    }
}

fn because(reason: Option<String>) -> Value {
    document([("reason", reason.map(Value::from))])
}
