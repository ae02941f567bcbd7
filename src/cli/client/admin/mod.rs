//! Running an instance: people, organisations, spaces and tokens.

mod organisations;
mod people;
mod sources;
mod spaces;
mod tokens;

use clap::Subcommand;
use reqwest::Method;

use super::error::Result;
use super::http::Client;
use super::options::GlobalOptions;
use super::output::{Column, Output};
use crate::kernel::Slug;

/// Commands of administrators, owners and stewards.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Accounts
    #[command(subcommand)]
    People(people::PeopleCommand),
    /// Organisations and their members
    #[command(subcommand)]
    Organisations(organisations::OrganisationsCommand),
    /// Data spaces, their members and roles
    #[command(subcommand)]
    Spaces(spaces::SpacesCommand),
    /// Catalogues elsewhere that are harvested into a space
    #[command(subcommand)]
    Sources(sources::SourcesCommand),
    /// Erase a person for good: account, words and name; entries and their proofs stay
    ErasePerson {
        /// The login
        login: Slug,
        /// On what ground, for the journal; do not name the person
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Your API tokens
    #[command(subcommand)]
    Tokens(tokens::TokensCommand),
}

/// The most items that are listed.
const MOST: usize = 10_000;

/// Runs `cadastre admin`.
///
/// # Errors
/// Whatever the server refuses.
pub async fn admin(options: &GlobalOptions, command: AdminCommand) -> Result<()> {
    let (client, out) = options.connect()?;
    match command {
        AdminCommand::People(command) => people::run(&client, out, command).await,
        AdminCommand::Organisations(command) => organisations::run(&client, out, command).await,
        AdminCommand::Spaces(command) => spaces::run(&client, out, command).await,
        AdminCommand::Sources(command) => sources::run(&client, out, command).await,
        AdminCommand::ErasePerson { login, reason } => people::erase(&client, out, &login, &reason).await,
        AdminCommand::Tokens(command) => tokens::run(&client, out, command).await,
    }
}

async fn list(client: &Client, out: Output, path: &[&str], columns: &[Column]) -> Result<()> {
    let (items, _) = client.list(path, &[], MOST).await?;
    out.list(columns, &items)
}

/// A call that answers with nothing; `done` says what it did.
async fn act(client: &Client, out: Output, method: Method, path: &[&str], done: &str) -> Result<()> {
    client.call(method, path).send().await?;
    out.note(done);
    Ok(())
}
