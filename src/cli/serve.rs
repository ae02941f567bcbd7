//! `serve` and the care of its database.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::config::{Config, Settings};
use crate::db::{DatabaseUrl, migrate, repair};
use crate::journal::rebuild_nodes;
use crate::kernel::{Error, Result, SystemClock};
use crate::server;

/// Options of `serve`.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn serve(options: Serve) -> Result<()> {
    let config = options.settings.with_file()?.resolve()?;
    server::start_log(&config)?;
    runtime()?.block_on(run(config))
}

async fn run(config: Config) -> Result<()> {
    let services = server::open_services(config, Arc::new(SystemClock)).await?;
    let base_url = services.config.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    let (database, blobs) = (services.db.url().clone(), services.config.blobs.clone());
    let running = server::start(services).await?;
    let base = base_url.unwrap_or_else(|| format!("http://{}", running.address));
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

pub(super) fn migrate_database(options: Serve) -> Result<()> {
    let url = database_url(options)?;
    let applied = migrate(&url)?;
    if applied.is_empty() {
        eprintln!("{url}: nothing to do");
    }
    for name in applied {
        println!("{name}");
    }
    Ok(())
}

pub(super) fn examine_database(options: Serve) -> Result<()> {
    let settings = options.settings.clone();
    let url = database_url(options)?;
    let tree = repair(&url, rebuild_nodes)?;
    println!("{} entries, every leaf in its place, root {}", tree.size(), tree.root());
    super::log::tell_state(settings)
}

fn database_url(options: Serve) -> Result<DatabaseUrl> {
    options.settings.with_file()?.resolve()?.database_text().parse()
}

/// Asks for readiness: `ok`, or which part is not.
pub(super) async fn healthcheck(server: &url::Url) -> Result<()> {
    let unwell = |reason: String| Error::unavailable("unwell", format!("{server} cannot serve: {reason}"));
    let address =
        server.join("/readyz").map_err(|error| Error::invalid("server", "url", error.to_string()))?;
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build();
    let answer = match client.map(|client| client.get(address).send()) {
        Ok(asked) => asked.await.map_err(|error| unwell(error.without_url().to_string()))?,
        Err(error) => return Err(Error::internal("HTTP client", error)),
    };
    let (good, text) = (answer.status().is_success(), answer.text().await.unwrap_or_default());
    if good { Ok(()) } else { Err(unwell(text)) }
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("starting the runtime", error))
}
