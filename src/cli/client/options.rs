//! Options that every command of the client understands, and what they lead to: a client and an output.

use clap::Args;

use super::credentials::Credentials;
use super::error::{CliError, Result};
use super::http::{Client, ServerUrl};
use super::output::Output;
use crate::kernel::Secret;

/// Options of every client command.
#[derive(Debug, Clone, Args)]
pub struct GlobalOptions {
    /// Address of the server; without it, the one you are signed in to
    #[arg(long, global = true, help_heading = "Client options", env = "CADASTRE_URL", value_name = "URL")]
    pub url: Option<ServerUrl>,
    /// API token to use instead of the stored one; better given as CADASTRE_TOKEN
    #[arg(
        long,
        global = true,
        help_heading = "Client options",
        env = "CADASTRE_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub token: Option<Secret>,
    /// Write one JSON document to standard output; an error is one on standard error
    #[arg(long, global = true, help_heading = "Client options")]
    pub json: bool,
    /// No notes and no progress bars; of a list, only the ids
    #[arg(long, short, global = true, help_heading = "Client options")]
    pub quiet: bool,
}

impl GlobalOptions {
    /// Where the command writes to.
    #[must_use]
    pub fn output(&self) -> Output {
        Output::new(self.json, self.quiet)
    }

    /// A client for the server in question, with the caller's token if there is one.
    ///
    /// # Errors
    /// When it is not clear which server is meant, or the stored credentials cannot be read.
    fn client(&self) -> Result<Client> {
        let credentials = Credentials::load()?;
        let url = self.server(&credentials)?;
        let token = self.token.clone().or_else(|| credentials.token(&url));
        Client::new(url, token)
    }

    /// A client and the output; says so when the token can be read on the way.
    ///
    /// # Errors
    /// As [`GlobalOptions::client`].
    pub fn connect(&self) -> Result<(Client, Output)> {
        let (client, out) = (self.client()?, self.output());
        if let Some(warning) = client.warning() {
            out.warn(&warning);
        }
        Ok((client, out))
    }

    /// The server in question: the one that is named, or the only one that somebody is signed in to.
    ///
    /// # Errors
    /// When there is none or more than one.
    pub fn server(&self, credentials: &Credentials) -> Result<ServerUrl> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let mut known = credentials.servers();
        match (known.next(), known.next()) {
            (Some(only), None) => only.parse().map_err(CliError::from),
            (None, _) => Err(CliError::usage("no server is named").hint("cadastre login --url https://…")),
            _ => Err(CliError::usage(
                "you are signed in to several servers; name one with --url or CADASTRE_URL",
            )
            .details(credentials.servers().map(str::to_owned))),
        }
    }
}
