//! `demo`: the service on the embedded default, filled with a few fictional organisations and people and three
//! small real datasets, one of each common access mode. Everything goes in by the same doors as from outside.

mod content;
mod people;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::config::Settings;
use crate::kernel::{Clock as _, Error, Result, SystemClock, random_bytes};
use crate::server::{self, Services};

/// Options of `demo`.
#[derive(Args)]
pub(super) struct Demo {
    /// Address to listen on
    #[arg(long, env = "CADASTRE_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
    /// Folder to keep the demonstration in [default: a new one that is removed at the end]
    #[arg(long, env = "CADASTRE_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write what is printed at the start to this file too, once the service answers
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
}

/// How to get going: printed, and kept in the demonstration's folder, which is the only place that has its tokens.
#[derive(Serialize, Deserialize)]
struct Ready {
    base_url: String,
    tokens: BTreeMap<String, String>,
    datasets: BTreeMap<String, String>,
}

const KEPT: &str = "demo.json";
/// Requests a minute.
const PLENTY: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

pub(super) async fn run(options: Demo) -> Result<()> {
    let passing = match options.data {
        Some(_) => None,
        None => Some(Passing::new()?),
    };
    let folder = options.data.or_else(|| passing.as_ref().map(|Passing(folder)| folder.clone()));
    let config = Settings {
        data: folder.clone(),
        listen: Some(options.listen),
        // One machine tries everything out, with scripts too.
        rate: Some(PLENTY),
        anonymous_rate: Some(PLENTY),
        // Whoever looks around sees what a seal is.
        seal_seconds: NonZeroU32::new(5),
        operator: Some("Cadastre demonstration".to_owned()),
        admin_email: Some("register@example.org".to_owned()),
        metadata_licence: Some("CC0-1.0".to_owned()),
        ..Settings::default()
    }
    .resolve()?;
    server::start_log(&config)?;
    let services = server::open_services(config, Arc::new(SystemClock)).await?;
    let running = server::start(services.clone()).await?;
    let kept = folder.unwrap_or_default().join(KEPT);
    let mut ready = match &running.first_sign_in {
        Some(first) => fill(&services, first.code.clone()).await?,
        None => recall(&kept)?,
    };
    ready.base_url = format!("http://{}", running.address);
    let text = serde_json::to_string_pretty(&ready).map_err(|error| Error::internal("demo", error))?;
    keep(&kept, &text)?;
    if let Some(path) = &options.ready {
        keep(path, &text)?;
    }
    println!("{text}");
    eprintln!(
        "\nThe demonstration is ready: {}/api/v1/docs/ has its contract. Ctrl-C ends it.\n",
        ready.base_url
    );
    running.wait().await
}

/// A folder for the time of the demonstration; it goes at the end, however that comes.
struct Passing(PathBuf);

impl Passing {
    fn new() -> Result<Self> {
        let name = format!("cadastre-demo-{}", hex::encode(random_bytes::<8>()?));
        Ok(Self(std::env::temp_dir().join(name)))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the demonstration's folder could not be removed");
        }
    }
}

async fn fill(services: &Services, code: String) -> Result<Ready> {
    let people = people::settle(services, code).await?;
    let datasets = content::publish(services, &people).await?;
    Ok(Ready { base_url: String::new(), tokens: people.tokens, datasets })
}

fn recall(kept: &Path) -> Result<Ready> {
    let text = std::fs::read(kept).unwrap_or_default();
    serde_json::from_slice(&text).map_err(|_| {
        Error::conflict(
            "not_a_demo",
            format!(
                "{} is not there, so its folder holds another instance; choose an empty folder, or use `cadastre serve`",
                kept.display()
            ),
        )
    })
}

/// Writes a file that only its owner may read: it holds tokens. Complete or not at all.
fn keep(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let beside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|error| {
        Error::invalid("ready", "file", format!("{} cannot be written: {error}", path.display()))
    })
}

/// The moment, for the use cases.
fn now() -> crate::kernel::Timestamp {
    SystemClock.now()
}
