//! `admin people`: accounts, and the one-time codes with which people set their passwords.

use clap::Subcommand;
use serde_json::{Value, json};

use super::super::error::Result;
use super::super::http::{Client, document};
use super::super::output::{Column, Output, column};
use super::list;
use crate::kernel::Slug;

const COLUMNS: [Column; 8] = [
    column("LOGIN", "/login"),
    column("NAME", "/name"),
    column("ADMIN", "/admin"),
    column("AUDITOR", "/auditor"),
    column("DISABLED", "/disabled"),
    column("ENVIRONMENT", "/environment"),
    column("CREATED", "/created_at"),
    column("ID", "/id"),
];

const ERASED: [Column; 3] = [column("LOGIN", "/login"), column("PAYLOADS", "/payloads"), column("ID", "/id")];

const CODE: [Column; 3] =
    [column("CODE", "/code"), column("LOGIN", "/login"), column("EXPIRES", "/expires_at")];

/// Accounts.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// List accounts
    List,
    /// Make an account; it needs a code before the person can sign in
    Add {
        /// The name to sign in with
        login: Slug,
        /// The name shown
        name: String,
        /// Runs the instance
        #[arg(long)]
        admin: bool,
        /// May read the whole journal
        #[arg(long)]
        auditor: bool,
        /// The secure processing environment whose account this is
        #[arg(long, value_name = "IRI")]
        environment: Option<String>,
    },
    /// Issue a one-time code with which the person sets a password
    Code {
        /// The login
        login: Slug,
    },
    /// Shut an account out, at once
    Disable {
        /// The login
        login: Slug,
    },
    /// Let an account in again
    Enable {
        /// The login
        login: Slug,
    },
}

pub(super) async fn run(client: &Client, out: Output, command: PeopleCommand) -> Result<()> {
    match command {
        PeopleCommand::List => list(client, out, &["people"], &COLUMNS).await,
        PeopleCommand::Add { login, name, admin, auditor, environment } => {
            let body = json!({"login": login, "name": name, "admin": admin, "auditor": auditor,
                "environment": environment});
            let person: Value = client.post(&["people"], &body).read().await?;
            out.one(&COLUMNS, &person)?;
            out.note(&format!("next: cadastre admin people code {login}"));
            Ok(())
        }
        PeopleCommand::Code { login } => {
            let code: Value = client.post(&["people", login.as_str(), "code"], &json!({})).read().await?;
            out.one(&CODE, &code)?;
            let server = client.server();
            out.note(&format!("the person signs in with: cadastre login --url {server} --code CODE"));
            Ok(())
        }
        PeopleCommand::Disable { login } => set_disabled(client, out, &login, true).await,
        PeopleCommand::Enable { login } => set_disabled(client, out, &login, false).await,
    }
}

/// Erases a person for good.
pub(super) async fn erase(client: &Client, out: Output, login: &Slug, reason: &str) -> Result<()> {
    let erased: Value =
        client.post(&["people", login.as_str(), "erase"], &json!({ "reason": reason })).read().await?;
    out.one(&ERASED, &erased)
}

async fn set_disabled(client: &Client, out: Output, login: &Slug, disabled: bool) -> Result<()> {
    let path = ["people", login.as_str()];
    let (person, etag): (Value, _) = client.get(&path).read_tagged().await?;
    let body = document([
        ("login", Some(json!(login))),
        ("name", person.get("name").cloned()),
        ("admin", person.get("admin").cloned()),
        ("auditor", person.get("auditor").cloned()),
        ("disabled", Some(json!(disabled))),
        ("environment", person.get("environment").cloned()),
    ]);
    let person: Value = client.put(&path, &body).if_match(&etag).read().await?;
    out.one(&COLUMNS, &person)
}
