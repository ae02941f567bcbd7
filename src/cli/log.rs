//! The care of the log by its operator: its key, a new epoch, the audit. Done on database and store, not by a server.

use std::path::PathBuf;

use clap::Args;

use super::serve::runtime;
use crate::config::{Config, Settings};
use crate::db::{DatabaseUrl, Db};
use crate::journal::tlog::Signer;
use crate::journal::{
    Changed, JournalLedger, Witnesses, audit, compare_with_store, log_state, make_log_key, open_epoch,
    rotate_log_key,
};
use crate::kernel::{Clock as _, Ctx, ExposeSecret as _, Result, SystemClock};
use crate::storage::{BlobStore, BlobsUrl};

/// The name in a new key's file; the log signs under its own.
const NAME: &str = "cadastre";

/// Options of `new-log-key`.
#[derive(Args)]
pub(super) struct NewLogKey {
    /// The file to write; one that is there is never overwritten [default: standard output]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Options of `rotate-log-key`.
#[derive(Args)]
pub(super) struct RotateLogKey {
    #[command(flatten)]
    settings: Settings,
    /// File with the new key, as `cadastre admin new-log-key` makes one
    #[arg(long, value_name = "FILE")]
    new_key: PathBuf,
}

/// Options of `new-epoch`.
#[derive(Args)]
pub(super) struct NewEpoch {
    #[command(flatten)]
    settings: Settings,
    /// What happened, for those who read the journal; it is public
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Options of `audit`.
#[derive(Args)]
pub(super) struct Audit {
    #[command(flatten)]
    settings: Settings,
}

/// The stores of an instance, without a server.
struct Stores {
    config: Config,
    db: Db,
    store: BlobStore,
}

impl Stores {
    async fn open(settings: Settings) -> Result<Self> {
        let config = settings.with_file()?.resolve()?;
        let url: DatabaseUrl = config.database_text().parse()?;
        let blobs: BlobsUrl = config.blobs.parse()?;
        let connections = config.connections.get();
        let open = tokio::task::spawn_blocking(move || {
            Db::open(&url, connections, Box::new(JournalLedger::default()))
        });
        let db =
            open.await.map_err(|error| crate::kernel::Error::internal("opening the database", error))??;
        Ok(Self { config, db, store: BlobStore::open(&blobs)? })
    }

    fn ctx() -> Ctx {
        Ctx::anonymous(SystemClock.now(), "admin")
    }
}

/// Makes a key.
pub(super) fn new_log_key(options: NewLogKey) -> Result<()> {
    match options.file {
        Some(file) => drop(make_log_key(&file, NAME)?),
        None => println!("{}", Signer::generate(NAME)?.encode().expose_secret()),
    }
    eprintln!("a new key: every replica needs it, and a copy in a safe place");
    Ok(())
}

/// Gives the log another key.
pub(super) fn rotate(options: RotateLogKey) -> Result<()> {
    let changed = runtime()?.block_on(async {
        let Stores { config, db, store } = Stores::open(options.settings).await?;
        rotate_log_key(&db, &store, &Stores::ctx(), &config.log_key, &options.new_key).await
    })?;
    tell(&changed);
    eprintln!(
        "next: start every replica with the new key, and hand the new trust policy to those who verify"
    );
    Ok(())
}

/// Opens a new epoch.
pub(super) fn new_epoch(options: NewEpoch) -> Result<()> {
    let changed = runtime()?.block_on(async {
        let Stores { config, db, store } = Stores::open(options.settings).await?;
        open_epoch(&db, &store, &Stores::ctx(), &config.log_key, options.reason).await
    })?;
    tell(&changed);
    eprintln!("next: start the service, and hand the new trust policy to those who verify");
    Ok(())
}

fn tell(changed: &Changed) {
    println!("position {}", changed.position);
    println!("origin {}", changed.origin);
    println!("vkey {}", changed.vkey);
}

/// Reads the whole journal and holds it against everything that was signed.
pub(super) fn audit_rows(options: Audit) -> Result<()> {
    let audited = runtime()?.block_on(async {
        let Stores { config, db, store } = Stores::open(options.settings).await?;
        let witnesses = Witnesses::open(config.log_witnesses.as_deref())?;
        let mut told = 0;
        let progress = |read: u64, of: u64| {
            let percent = (read * 100).checked_div(of).unwrap_or(100);
            if percent >= told + 10 {
                told = percent;
                eprintln!("{read} of {of} entries");
            }
        };
        audit(&db, &store, &witnesses, progress).await
    })?;
    println!("{} entries, root {}", audited.size, audited.root);
    println!(
        "{} payloads as the entries commit to them, {} erased, {} signed checkpoints met",
        audited.payloads, audited.erased, audited.checkpoints
    );
    Ok(())
}

/// Says how the log stands.
pub(super) fn tell_state(settings: Settings) -> Result<()> {
    runtime()?.block_on(async {
        let Stores { db, store, .. } = Stores::open(settings).await?;
        let state = log_state(&db).await?;
        match (state.names.last(), state.signed) {
            (None, _) => println!("the log has no key yet; the next start gives it one"),
            (Some(name), signed) => println!(
                "the log is {} in epoch {}, with the key {:08x}; signed over {} entries",
                name.origin,
                name.epoch,
                name.verifier.key_id(),
                signed.unwrap_or_default()
            ),
        }
        match compare_with_store(&db, &store).await {
            Ok(None) => println!("no checkpoint lies beside the blobs"),
            Ok(Some((epoch, size))) => {
                println!("the checkpoint beside the blobs, of epoch {epoch} over {size} entries, fits");
            }
            Err(error) => println!("the checkpoint beside the blobs: {error}"),
        }
        Ok(())
    })
}
