//! `admin tokens`: the caller's own API tokens.

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::error::Result;
use super::super::http::{Client, document};
use super::super::output::{Column, Output, column};
use super::{act, list};
use crate::kernel::{Scope, Slug};

const COLUMNS: [Column; 8] = [
    column("ID", "/id"),
    column("NAME", "/name"),
    column("SCOPES", "/scopes"),
    column("ORGANISATION", "/organisation"),
    column("SPACE", "/space"),
    column("CREATED", "/created_at"),
    column("EXPIRES", "/expires_at"),
    column("REVOKED", "/revoked_at"),
];

const CREATED: [Column; 5] = [
    column("SECRET", "/secret"),
    column("ID", "/id"),
    column("NAME", "/name"),
    column("SCOPES", "/scopes"),
    column("EXPIRES", "/expires_at"),
];

/// Your API tokens.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// List your tokens; secrets are never shown again
    List,
    /// Make a token; its secret is shown this once
    Create {
        /// What it is for, in your words
        name: String,
        /// What it may be used for: read, request, publish, review, admin
        #[arg(long, value_delimiter = ',', required = true, value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// Confine it to one organisation
        #[arg(long)]
        organisation: Option<Slug>,
        /// Confine it to one space
        #[arg(long)]
        space: Option<Slug>,
        /// How many days it lives, 366 at most; 90 when not given
        #[arg(long)]
        days: Option<u32>,
    },
    /// Revoke a token, at once
    Revoke {
        /// Id of the token
        id: String,
    },
}

pub(super) async fn run(client: &Client, out: Output, command: TokensCommand) -> Result<()> {
    match command {
        TokensCommand::List => list(client, out, &["tokens"], &COLUMNS).await,
        TokensCommand::Create { name, scopes, organisation, space, days } => {
            let body = document([
                ("name", Some(json!(name))),
                ("scopes", Some(json!(scopes))),
                ("organisation", organisation.map(|slug| json!(slug))),
                ("space", space.map(|slug| json!(slug))),
                ("expires_in_days", days.map(|days| json!(days))),
            ]);
            let token: Value = client.post(&["tokens"], &body).read().await?;
            out.one(&CREATED, &token)
        }
        TokensCommand::Revoke { id } => {
            act(client, out, Method::DELETE, &["tokens", &id], &format!("{id} no longer works")).await
        }
    }
}
