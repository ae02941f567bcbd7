//! `admin spaces`: data spaces, their members, roles and extension schemas.

use std::path::PathBuf;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::error::Result;
use super::super::http::{Client, document};
use super::super::local::read_json;
use super::super::output::{Column, Output, column};
use super::{act, list};
use crate::kernel::{Slug, SpaceRole};

const COLUMNS: [Column; 5] = [
    column("SPACE", "/slug"),
    column("NAME", "/names"),
    column("DESCRIPTION", "/descriptions"),
    column("EXTENSION", "/extension_version"),
    column("CREATED", "/created_at"),
];

const MEMBERS: [Column; 2] = [column("ORGANISATION", "/organisation"), column("SINCE", "/since")];

const ROLES: [Column; 3] = [column("LOGIN", "/login"), column("NAME", "/name"), column("ROLE", "/role")];

const EXTENSION: [Column; 3] =
    [column("VERSION", "/version"), column("CREATED", "/created_at"), column("SCHEMA", "/schema")];

/// Data spaces.
#[derive(Debug, Subcommand)]
pub enum SpacesCommand {
    /// List data spaces
    List,
    /// Set up a data space beside the official ones
    Add {
        /// Its name in URLs
        space: Slug,
        /// The name shown, in English
        #[arg(long)]
        name: String,
        /// What it is about, in English
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// List the organisations that take part in a space
    Members {
        /// The space
        space: Slug,
    },
    /// Admit an organisation to a space
    MemberAdd {
        /// The space
        space: Slug,
        /// The organisation
        organisation: Slug,
    },
    /// End the membership of an organisation
    MemberRemove {
        /// The space
        space: Slug,
        /// The organisation
        organisation: Slug,
    },
    /// List who holds a role in a space
    Roles {
        /// The space
        space: Slug,
    },
    /// Give a person a role in a space
    RoleAdd {
        /// The space
        space: Slug,
        /// The person
        login: Slug,
        /// The role: reviewer or steward
        role: SpaceRole,
    },
    /// Take a role away
    RoleRemove {
        /// The space
        space: Slug,
        /// The person
        login: Slug,
        /// The role: reviewer or steward
        role: SpaceRole,
    },
    /// Show the JSON Schema by which a space extends the record, or publish a new version of it
    Extension {
        /// The space
        space: Slug,
        /// File with the JSON Schema to publish
        #[arg(long, value_name = "FILE")]
        publish: Option<PathBuf>,
    },
}

pub(super) async fn run(client: &Client, out: Output, command: SpacesCommand) -> Result<()> {
    match command {
        SpacesCommand::List => list(client, out, &["spaces"], &COLUMNS).await,
        SpacesCommand::Add { space, name, description } => {
            let body = document([
                ("slug", Some(json!(space))),
                ("names", Some(json!({"en": name}))),
                ("descriptions", description.map(|text| json!({"en": text}))),
            ]);
            let space: Value = client.post(&["spaces"], &body).read().await?;
            out.one(&COLUMNS, &space)
        }
        SpacesCommand::Members { space } => {
            list(client, out, &["spaces", space.as_str(), "members"], &MEMBERS).await
        }
        SpacesCommand::MemberAdd { space, organisation } => {
            let path = ["spaces", space.as_str(), "members", organisation.as_str()];
            let done = format!("{organisation} is a member of {space}");
            act(client, out, Method::PUT, &path, &done).await
        }
        SpacesCommand::MemberRemove { space, organisation } => {
            let path = ["spaces", space.as_str(), "members", organisation.as_str()];
            let done = format!("{organisation} is no longer a member of {space}");
            act(client, out, Method::DELETE, &path, &done).await
        }
        SpacesCommand::Roles { space } => {
            list(client, out, &["spaces", space.as_str(), "roles"], &ROLES).await
        }
        SpacesCommand::RoleAdd { space, login, role } => {
            let path = ["spaces", space.as_str(), "roles", login.as_str(), role.as_str()];
            act(client, out, Method::PUT, &path, &format!("{login} is {role} of {space}")).await
        }
        SpacesCommand::RoleRemove { space, login, role } => {
            let path = ["spaces", space.as_str(), "roles", login.as_str(), role.as_str()];
            act(client, out, Method::DELETE, &path, &format!("{login} is no longer {role} of {space}")).await
        }
        SpacesCommand::Extension { space, publish } => {
            let path = ["spaces", space.as_str(), "extension"];
            let extension: Value = match publish {
                None => client.get(&path).read().await?,
                Some(file) => client.post(&path, &json!({"schema": read_json(&file)?})).read().await?,
            };
            out.one(&EXTENSION, &extension)
        }
    }
}
