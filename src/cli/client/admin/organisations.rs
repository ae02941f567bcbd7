//! `admin organisations`: legal persons taking part, and their members.

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::error::Result;
use super::super::http::{Client, document};
use super::super::output::{Column, Output, column};
use super::{act, list};
use crate::kernel::{OrganisationRole, Slug};

const COLUMNS: [Column; 8] = [
    column("ORGANISATION", "/slug"),
    column("NAME", "/name"),
    column("KIND", "/kind"),
    column("COUNTRY", "/country"),
    column("SECTOR", "/sector"),
    column("CONTACT", "/contact"),
    column("QUOTA BYTES", "/quota_bytes"),
    column("MAX FILE BYTES", "/max_file_bytes"),
];

const MEMBERS: [Column; 3] = [column("LOGIN", "/login"), column("NAME", "/name"), column("ROLE", "/role")];

const KINDS: [&str; 4] = ["public_body", "company", "sme", "research"];

/// Organisations and their members.
#[derive(Debug, Subcommand)]
pub enum OrganisationsCommand {
    /// List organisations
    List,
    /// Register an organisation; name, kind and country are necessary
    Add {
        /// Its name in URLs
        organisation: Slug,
        #[command(flatten)]
        stated: Stated,
    },
    /// Change what is stated of an organisation; what is not given stays
    Set {
        /// Its name in URLs
        organisation: Slug,
        #[command(flatten)]
        stated: Stated,
    },
    /// List the members of an organisation
    Members {
        /// The organisation
        organisation: Slug,
    },
    /// Add a member, or change the member's role
    MemberSet {
        /// The organisation
        organisation: Slug,
        /// The person
        login: Slug,
        /// The role: member, publisher or owner
        role: OrganisationRole,
    },
    /// Remove a member
    MemberRemove {
        /// The organisation
        organisation: Slug,
        /// The person
        login: Slug,
    },
}

/// What is stated of an organisation.
#[derive(Debug, Args)]
pub struct Stated {
    /// The name shown
    #[arg(long)]
    name: Option<String>,
    /// What kind of legal person it is
    #[arg(long, value_parser = KINDS)]
    kind: Option<String>,
    /// Where it is registered, as ISO 3166-1 alpha-2: FR
    #[arg(long)]
    country: Option<String>,
    /// Its economic activity, a NACE 2.1 code: J62
    #[arg(long)]
    sector: Option<String>,
    /// How to reach it: a URL or the address of a desk
    #[arg(long)]
    contact: Option<String>,
    /// How many bytes it may store; set by administrators
    #[arg(long, value_name = "BYTES")]
    quota_bytes: Option<u64>,
    /// The largest file it may upload; set by administrators
    #[arg(long, value_name = "BYTES")]
    max_file_bytes: Option<u64>,
}

impl Stated {
    /// The new values, and the present ones where nothing new is said.
    fn over(self, before: &Value, slug: &Slug) -> Value {
        let text =
            |field: &str, new: Option<String>| new.map(Value::from).or_else(|| before.get(field).cloned());
        let number =
            |field: &str, new: Option<u64>| new.map(Value::from).or_else(|| before.get(field).cloned());
        document([
            ("slug", Some(json!(slug))),
            ("name", text("name", self.name)),
            ("kind", text("kind", self.kind)),
            ("country", text("country", self.country)),
            ("sector", text("sector", self.sector)),
            ("contact", text("contact", self.contact)),
            ("quota_bytes", number("quota_bytes", self.quota_bytes)),
            ("max_file_bytes", number("max_file_bytes", self.max_file_bytes)),
        ])
    }
}

pub(super) async fn run(client: &Client, out: Output, command: OrganisationsCommand) -> Result<()> {
    match command {
        OrganisationsCommand::List => list(client, out, &["organisations"], &COLUMNS).await,
        OrganisationsCommand::Add { organisation, stated } => {
            let body = stated.over(&Value::Null, &organisation);
            let added: Value = client.post(&["organisations"], &body).read().await?;
            out.one(&COLUMNS, &added)
        }
        OrganisationsCommand::Set { organisation, stated } => {
            let path = ["organisations", organisation.as_str()];
            let (before, etag): (Value, _) = client.get(&path).read_tagged().await?;
            let body = stated.over(&before, &organisation);
            let changed: Value = client.put(&path, &body).if_match(&etag).read().await?;
            out.one(&COLUMNS, &changed)
        }
        OrganisationsCommand::Members { organisation } => {
            list(client, out, &["organisations", organisation.as_str(), "members"], &MEMBERS).await
        }
        OrganisationsCommand::MemberSet { organisation, login, role } => {
            let path = ["organisations", organisation.as_str(), "members", login.as_str()];
            client.put(&path, &json!({"role": role})).send().await?;
            out.note(&format!("{login} is {role} of {organisation}"));
            Ok(())
        }
        OrganisationsCommand::MemberRemove { organisation, login } => {
            let path = ["organisations", organisation.as_str(), "members", login.as_str()];
            let done = format!("{login} is no longer a member of {organisation}");
            act(client, out, Method::DELETE, &path, &done).await
        }
    }
}
