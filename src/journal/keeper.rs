//! Keeps the log signed: a checkpoint at most a second after an event, and a copy of it beside the blobs.
//!
//! Every replica does this for itself. The tree comes from the database and Ed25519 always gives the same signature, so
//! whoever comes first signs what the others would have signed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::log::Log;
use super::outside;
use super::sign::{Known, Signed, sign};
use super::store::{self, Checkpointed};
use super::witness::Witnesses;
use crate::db::{BEHIND, Db};
use crate::fetch::Fetcher;
use crate::kernel::{Clock, Error, Result};
use crate::storage::BlobStore;

/// How often the head is looked at, for what other replicas commit.
const LOOK: Duration = Duration::from_millis(250);
/// The least time between two signatures: under load, one checkpoint covers many events.
const PACE: Duration = Duration::from_millis(400);
/// Nodes that are made in one write at the start.
const BACKFILL: usize = 64;

/// Keeps the log signed.
pub struct Keeper {
    db: Db,
    store: BlobStore,
    log: Log,
    clock: Arc<dyn Clock>,
    seen: Option<Known>,
    /// A checkpoint that has no copy beside the blobs yet.
    uncopied: Option<Checkpointed>,
    signed_at: Option<Instant>,
    latest: watch::Sender<Option<Checkpointed>>,
    /// The last trouble, so that the same one is logged once.
    trouble: Option<&'static str>,
}

impl Keeper {
    /// Prepares the log: nodes of the tree that are missing are made, and the database is held against the checkpoint
    /// beside the blobs. Where it went back or differs, the writer is closed, and reads go on.
    ///
    /// # Errors
    /// When database or store fail.
    pub async fn open(db: &Db, store: &BlobStore, log: &Log, clock: Arc<dyn Clock>) -> Result<Self> {
        let keeper = Self {
            db: db.clone(),
            store: store.clone(),
            log: log.clone(),
            clock,
            seen: None,
            uncopied: None,
            signed_at: None,
            latest: watch::Sender::new(None),
            trouble: None,
        };
        backfill(db).await?;
        match outside::compare(db, Some(log), store).await {
            Err(error) if error.code() == BEHIND => db.close_writer(error),
            outcome => drop(outcome?),
        }
        Ok(keeper)
    }

    /// Asks these witnesses to cosign each new checkpoint that this process signs, until it is stopped.
    pub fn ask(&self, witnesses: &Witnesses, fetcher: &Fetcher, stop: &CancellationToken) {
        witnesses.start((&self.db, fetcher), &self.latest.subscribe(), stop);
    }

    /// Signs whenever there is something new, until it is stopped or the writer is closed.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut growth = self.db.growth();
        while !stop.is_cancelled() && self.db.may_write().is_ok() {
            if let Err(error) = self.step().await {
                self.complain(error);
            }
            tokio::select! {
                () = stop.cancelled() => {}
                _ = growth.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        if self.db.may_write().is_err() {
            metrics::gauge!("cadastre_log_behind").set(1.0);
            return;
        }
        // What was committed last is signed too.
        self.signed_at = None;
        if let Err(error) = self.step().await {
            self.complain(error);
        }
    }

    async fn step(&mut self) -> Result<()> {
        if self.is_new().await? {
            if let Some(before) = self.signed_at {
                tokio::time::sleep_until(before + PACE).await;
            }
            let (log, seen, now) = (self.log.clone(), self.seen, self.clock.now());
            let signed = self.db.write("sign_checkpoint", move |tx| sign(tx, &log, seen, now)).await?;
            self.note(signed);
        }
        self.copy().await?;
        self.trouble = None;
        Ok(())
    }

    /// Whether the head is another than the one that this process saw last, or than the one that was signed last.
    async fn is_new(&self) -> Result<bool> {
        let (epoch, size, signed) = self
            .db
            .read(|conn| {
                let epoch = store::keys(conn)?.last().map_or(0, |key| key.epoch);
                // The checkpoint first: another replica may sign in between.
                let signed = store::latest_checkpoint(conn)?.map(|latest| (latest.epoch, latest.size));
                Ok((epoch, store::log_size(conn)?, signed))
            })
            .await?;
        self.db.tell_growth(size);
        let seen = self.seen.map(|seen| (seen.epoch, i64::try_from(seen.size).unwrap_or(i64::MAX)));
        Ok(seen != Some((epoch, size)) || signed != seen)
    }

    fn note(&mut self, signed: Signed) {
        // Who signed it copies it, and whoever starts copies what is there.
        if signed.new || self.seen.is_none() {
            self.uncopied = Some(signed.latest.clone());
        }
        self.seen = Some(signed.known);
        metrics::gauge!("cadastre_log_size").set(signed.known.size as f64);
        if signed.new {
            metrics::counter!("cadastre_log_checkpoints_total").increment(1);
            self.signed_at = Some(Instant::now());
            self.latest.send_replace(Some(signed.latest));
        }
    }

    async fn copy(&mut self) -> Result<()> {
        if let Some(checkpoint) = &self.uncopied {
            outside::put(&self.store, checkpoint.epoch, checkpoint.size, checkpoint.note.clone()).await?;
            self.uncopied = None;
        }
        Ok(())
    }

    fn complain(&mut self, error: Error) {
        if error.code() == BEHIND {
            self.db.close_writer(error);
            return;
        }
        metrics::counter!("cadastre_log_failures_total", "code" => error.code()).increment(1);
        if self.trouble.replace(error.code()) != Some(error.code()) {
            tracing::error!(%error, code = error.code(), "the journal could not be signed or copied; it is tried again");
        }
    }
}

/// Makes the nodes of entries that were there before nodes were kept.
async fn backfill(db: &Db) -> Result<()> {
    let size = db.read(store::log_size).await?;
    let is_whole = db.read(move |conn| store::backfill_nodes(conn, size, 0)).await?;
    if is_whole {
        return Ok(());
    }
    tracing::info!(size, "making the nodes of the journal's tree");
    while !db.write("backfill_nodes", move |tx| store::backfill_nodes(tx, size, BACKFILL)).await? {}
    Ok(())
}
