//! `cadastre log`: the journal as a log that nobody need believe. Every command checks what the server says against a trust
//! policy, one that is named or the one that was pinned at first use, and against the checkpoint that was seen last.

mod audit;
mod growth;
mod head;
mod proof;
mod show;
mod source;
mod trusted;

use clap::Subcommand;

use super::error::{CliError, Exit, Result};
use super::options::GlobalOptions;
use crate::kernel::{Error, Kind};

pub use head::endorsement;
pub use trusted::read_policy;

/// Looks at the log and checks it.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Show the newest checkpoint, checked against the one you saw last
    Head(head::Head),
    /// List the entries that you may see
    Show(show::Show),
    /// Fetch the receipt of an entry, or those of a thing, and check them
    Proof(proof::Proof),
    /// Follow the checkpoints and check that each continues the one before
    Watch(head::Watch),
    /// Compute the whole tree anew and hold it against checkpoints and tiles
    Audit(audit::Audit),
}

/// Runs `cadastre log`.
///
/// # Errors
/// `Integrity` when anything does not fit; whatever the server refuses.
pub async fn log(options: &GlobalOptions, command: LogCommand) -> Result<()> {
    match command {
        LogCommand::Head(args) => head::head(options, args).await,
        LogCommand::Show(args) => show::show(options, args).await,
        LogCommand::Proof(args) => proof::proof(options, args).await,
        LogCommand::Watch(args) => head::watch(options, args).await,
        LogCommand::Audit(args) => audit::audit(options, args).await,
    }
}

/// What the log shows does not hold. Whatever the reason, it is not to be believed.
pub fn mismatch(error: Error) -> CliError {
    if error.kind() == Kind::Internal {
        return CliError::from(error);
    }
    let hint = match error.code() {
        "log_unknown" | "signature_missing" => {
            "if the log was given a new key or name, get its new trust policy from somebody you trust, and name it with --trust-policy"
        }
        "quorum_missing" => "witnesses may be slow: try again; if it stays so, ask them",
        _ => "keep what you have, and ask the operator and the witnesses of the log",
    };
    CliError::new(Exit::Integrity, error.detail()).hint(hint)
}
