//! Grants: the rights that approvals made, and their end.

use clap::Subcommand;
use serde_json::Value;

use super::error::Result;
use super::http::document;
use super::names::DatasetName;
use super::options::GlobalOptions;
use super::output::{Column, column};
use crate::kernel::Slug;

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
