//! `serve` and the care of its database.

use std::sync::Arc;

use clap::{Args, Subcommand};

use crate::config::{Config, Settings};
use crate::db::{DatabaseUrl, migrate};
use crate::kernel::{Error, Result, SystemClock};
use crate::server;

/// Options of `serve`.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

/// Commands that work on the database directly.
#[derive(Args)]
pub(super) struct DatabaseCommand {
    #[command(subcommand)]
    action: DatabaseAction,
}

#[derive(Subcommand)]
enum DatabaseAction {
    /// Apply missing migrations
    Migrate(Box<Serve>),
}

pub(super) fn serve(options: Serve) -> Result<()> {
    let config = options.settings.with_file()?.resolve()?;
    server::start_log(&config)?;
    runtime()?.block_on(run(config))
}

async fn run(config: Config) -> Result<()> {
    let services = server::open_services(config, Arc::new(SystemClock)).await?;
    let (database, blobs) = (services.db.url().clone(), services.config.blobs.clone());
    let running = server::start(services).await?;
    let base = format!("http://{}", running.address);
    if let Some(first) = &running.first_sign_in {
        eprintln!("\nNobody has signed in yet. Set the administrator's password with this one-time code:\n");
        eprintln!("    cadastre login --url {base} --login {} --code {}\n", first.login, first.code);
        eprintln!(
            "It holds until {}; a new one is printed at every start until it has been used.\n",
            first.expires_at
        );
    }
    tracing::info!(%base, %database, blobs, "serving");
    running.wait().await
}

pub(super) fn database(command: DatabaseCommand) -> Result<()> {
    let DatabaseAction::Migrate(options) = command.action;
    let config = options.settings.with_file()?.resolve()?;
    let url: DatabaseUrl = config.database_text().parse()?;
    let applied = migrate(&url)?;
    if applied.is_empty() {
        eprintln!("{url}: nothing to do");
    }
    for name in applied {
        println!("{name}");
    }
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("starting the runtime", error))
}
