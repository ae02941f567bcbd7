//! The account of deliveries: who got which bytes, by which right, for which declared model or run.
//!
//! A delivery is on record before its first byte leaves, so a process that is killed can leave the account with more
//! than was delivered, never with less. What comes while one batch commits is the next batch: a write of its own for
//! every small download would make the writer's queue the limit. A delivery that ends early is corrected afterwards,
//! with the next batch.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::model::Cut;
use super::record::{Entry, record};
use crate::datasets::Delivery;
use crate::db::Db;
use crate::kernel::{Clock, DeliveryId, Error, Kind, Result};

/// Rows after which a batch takes no more.
const BATCH: usize = 500;
/// As many deliveries under counted rights: each is decided on its own, and everybody waits meanwhile.
const COUNTED: usize = 32;
/// When corrections that could not be written are tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

enum Message {
    /// New deliveries that stand or fall together, and who waits for them to be durable.
    Record(Vec<Entry>, oneshot::Sender<Result<()>>),
    /// A delivery ended early.
    Cut(Cut),
    /// Somebody waits for everything before to be written.
    Flush(oneshot::Sender<Result<()>>),
}

/// The way into the account. Whoever records waits for the answer, so what waits here is bounded by the requests under
/// way; a correction is never turned away.
pub(super) struct Account {
    inbox: UnboundedSender<Message>,
    clock: Arc<dyn Clock>,
}

impl Account {
    /// Starts the task that writes; it ends when this is dropped and everything is written.
    pub(super) fn start(db: Db, clock: Arc<dyn Clock>) -> Self {
        let (inbox, messages) = unbounded_channel();
        tokio::spawn(write_all(db, messages));
        Self { inbox, clock }
    }

    /// Puts deliveries on record; they are durable when this returns.
    ///
    /// # Errors
    /// 403 when a counted right does not reach; 503 when the database does not take them: then nothing may be delivered.
    pub(super) async fn record(&self, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryId>> {
        let entries: Vec<Entry> =
            deliveries.into_iter().map(|delivery| (DeliveryId::generate(), delivery)).collect();
        let promised = Promised { account: self, ids: entries.iter().map(|(id, _)| id.clone()).collect() };
        let outcome = self.ask(|written| Message::Record(entries, written)).await;
        match outcome {
            Ok(()) => Ok(promised.keep()),
            // They may be on record all the same, and are taken back as those that nobody waits for.
            Err(error) if error.kind() == Kind::Unavailable => Err(error),
            Err(error) => {
                promised.keep();
                Err(error)
            }
        }
    }

    /// Corrects a delivery that ended early, after so many bytes of the file; nothing when it was never begun.
    pub(super) fn cut_short(&self, delivery: DeliveryId, sent: Option<u64>) {
        let cut = Cut { delivery, sent, at: self.clock.now() };
        if self.inbox.send(Message::Cut(cut)).is_err() {
            tracing::warn!("a delivery that ended early stays on record as complete");
        }
    }

    /// Waits until everything so far is written.
    pub(super) async fn flush(&self) {
        if let Err(error) = self.ask(Message::Flush).await {
            tracing::error!(%error, "the account of deliveries ended before it was written");
        }
    }

    async fn ask(&self, message: impl FnOnce(oneshot::Sender<Result<()>>) -> Message) -> Result<()> {
        let stopped = || Error::unavailable("database_unavailable", "the service is shutting down");
        let (done, written) = oneshot::channel();
        self.inbox.send(message(done)).map_err(|_| stopped())?;
        written.await.map_err(|_| stopped())?
    }
}

/// Deliveries for which somebody waits. Dropped, as when the client has gone meanwhile, it takes them back.
struct Promised<'a> {
    account: &'a Account,
    ids: Vec<DeliveryId>,
}

impl Promised<'_> {
    fn keep(mut self) -> Vec<DeliveryId> {
        std::mem::take(&mut self.ids)
    }
}

impl Drop for Promised<'_> {
    fn drop(&mut self) {
        for id in self.ids.drain(..) {
            self.account.cut_short(id, None);
        }
    }
}

/// What is written together.
#[derive(Default)]
struct Batch {
    groups: Vec<Vec<Entry>>,
    waiting: Vec<oneshot::Sender<Result<()>>>,
    cuts: Vec<Cut>,
    flushed: Vec<oneshot::Sender<Result<()>>>,
    entries: usize,
    counted: usize,
}

impl Batch {
    fn take(&mut self, message: Message) {
        match message {
            // Nobody waits any more: nothing will be delivered.
            Message::Record(_, written) if written.is_closed() => {}
            Message::Record(entries, written) => {
                self.entries += entries.len();
                self.counted += entries.iter().filter(|(_, delivery)| delivery.permit.counted).count();
                self.groups.push(entries);
                self.waiting.push(written);
            }
            Message::Cut(cut) => self.cuts.push(cut),
            Message::Flush(written) => self.flushed.push(written),
        }
    }

    fn is_full(&self) -> bool {
        self.entries >= BATCH || self.counted >= COUNTED || self.cuts.len() >= BATCH
    }
}

async fn write_all(db: Db, mut messages: UnboundedReceiver<Message>) {
    let mut left = Vec::new();
    loop {
        let mut batch = Batch { cuts: std::mem::take(&mut left), ..Batch::default() };
        let first = if batch.cuts.is_empty() {
            messages.recv().await
        } else {
            // Whether a message came or the time is up, the corrections that are left are tried again.
            tokio::time::timeout(TRY_AGAIN, messages.recv()).await.ok().flatten()
        };
        if let Some(message) = first {
            batch.take(message);
        } else if batch.cuts.is_empty() || messages.is_closed() && messages.is_empty() {
            last_try(&db, batch.cuts).await;
            return;
        }
        while !batch.is_full()
            && let Ok(message) = messages.try_recv()
        {
            batch.take(message);
        }
        left = write(&db, batch).await;
    }
}

/// Writes a batch and answers those who wait for it; tells which corrections are to be tried again.
async fn write(db: &Db, batch: Batch) -> Vec<Cut> {
    let Batch { groups, waiting, cuts, flushed, .. } = batch;
    let again = cuts.clone();
    let outcome = if groups.is_empty() && cuts.is_empty() {
        Ok(Vec::new())
    } else {
        db.write("record_deliveries", move |tx| record(tx, &groups, &cuts)).await
    };
    let whole = outcome.as_ref().map(drop).map_err(Clone::clone);
    let each = outcome.unwrap_or_default().into_iter().chain(std::iter::repeat(whole.clone()));
    for (written, outcome) in waiting.into_iter().zip(each) {
        // Whoever waited may have gone; what was promised is then taken back.
        drop(written.send(outcome));
    }
    for written in flushed {
        drop(written.send(whole.clone()));
    }
    match whole {
        Ok(()) => Vec::new(),
        Err(error) => {
            tracing::error!(%error, "the account takes no deliveries");
            again
        }
    }
}

async fn last_try(db: &Db, cuts: Vec<Cut>) {
    let lost = write(db, Batch { cuts, ..Batch::default() }).await;
    if !lost.is_empty() {
        tracing::warn!(deliveries = lost.len(), "deliveries that ended early stay on record as complete");
    }
}
