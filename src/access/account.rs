//! The account of deliveries: who got which bytes, by which right, for which declared model or run.
//!
//! A delivery is on record before its first byte leaves, so a process that is killed can leave the account with more
//! than was delivered, never with less. What comes while one batch commits is the next batch: a write of its own for
//! every small download would make the writer's queue the limit. A delivery that ends early has its bytes corrected
//! afterwards, with the next batch.

use tokio::sync::{mpsc, oneshot};

use super::find::after_id;
use super::grants::find_grant;
use super::model::Delivered;
use super::store::{self, Of};
use crate::datasets::{Action, Delivery, find_dataset};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Cursor, DeliveryId, Error, GrantId, Page, PageRequest, Result, Scope, Slug};

/// Rows in one statement, beyond which a batch takes no more.
const BATCH: usize = 500;
/// Messages that may wait; whoever comes then waits to be let in.
const QUEUE_LENGTH: usize = 1024;

type Entry = (DeliveryId, Delivery);

enum Message {
    /// New deliveries, and who waits for them to be durable.
    Record(Vec<Entry>, oneshot::Sender<Result<()>>),
    /// A delivery ended early, with so many bytes.
    CutShort(DeliveryId, u64),
    /// Somebody waits for everything before to be written.
    Flush(oneshot::Sender<Result<()>>),
}

/// The way into the account.
pub(super) struct Account {
    inbox: mpsc::Sender<Message>,
}

impl Account {
    /// Starts the task that writes; it ends when this is dropped and everything is written.
    pub(super) fn start(db: Db) -> Self {
        let (inbox, messages) = mpsc::channel(QUEUE_LENGTH);
        tokio::spawn(write_all(db, messages));
        Self { inbox }
    }

    /// Puts deliveries on record; they are durable when this returns.
    ///
    /// # Errors
    /// 503 when the database does not take them: then nothing may be delivered.
    pub(super) async fn record(&self, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryId>> {
        let entries: Vec<Entry> =
            deliveries.into_iter().map(|delivery| (DeliveryId::generate(), delivery)).collect();
        let ids = entries.iter().map(|(id, _)| id.clone()).collect();
        self.ask(|written| Message::Record(entries, written)).await?;
        Ok(ids)
    }

    /// Corrects a delivery that ended early. Where that does not succeed, the account says what was to be delivered.
    pub(super) fn cut_short(&self, id: DeliveryId, sent: u64) {
        if let Err(error) = self.inbox.try_send(Message::CutShort(id, sent)) {
            tracing::warn!(%error, "a delivery that ended early stays on record as complete");
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
        self.inbox.send(message(done)).await.map_err(|_| stopped())?;
        written.await.map_err(|_| stopped())?
    }
}

/// What is written together.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    cuts: Vec<(DeliveryId, u64)>,
    waiting: Vec<oneshot::Sender<Result<()>>>,
}

impl Batch {
    fn take(&mut self, message: Message) {
        match message {
            Message::Record(entries, written) => {
                self.entries.extend(entries);
                self.waiting.push(written);
            }
            Message::CutShort(id, sent) => self.cuts.push((id, sent)),
            Message::Flush(written) => self.waiting.push(written),
        }
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= BATCH || self.cuts.len() >= BATCH
    }
}

async fn write_all(db: Db, mut messages: mpsc::Receiver<Message>) {
    while let Some(first) = messages.recv().await {
        let mut batch = Batch::default();
        batch.take(first);
        while !batch.is_full()
            && let Ok(message) = messages.try_recv()
        {
            batch.take(message);
        }
        let outcome = write(&db, batch.entries, batch.cuts).await;
        for written in batch.waiting {
            // Whoever waited may have gone; the rows stand all the same.
            drop(written.send(outcome.clone()));
        }
    }
}

async fn write(db: &Db, entries: Vec<Entry>, cuts: Vec<(DeliveryId, u64)>) -> Result<()> {
    if entries.is_empty() && cuts.is_empty() {
        return Ok(());
    }
    let outcome = db
        .write("record_deliveries", move |tx| {
            for chunk in entries.chunks(BATCH) {
                store::insert_deliveries(tx, chunk)?;
            }
            cuts.iter().try_for_each(|(id, sent)| store::cut_delivery_short(tx, id, *sent))
        })
        .await;
    outcome.inspect_err(|error| tracing::error!(%error, "the account takes no deliveries"))
}

/// Deliveries under a grant, newest first; for everybody who may know of the grant.
///
/// # Errors
/// 401; 404.
pub async fn list_grant_deliveries(
    db: &Db,
    ctx: &Ctx,
    id: GrantId,
    page: PageRequest,
) -> Result<Page<Delivered>> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (grant, _) = find_grant(conn, &ctx, &id)?;
        list(conn, &Of::Grant(grant.id), &page)
    })
    .await
}

/// Deliveries of a dataset, newest first; for the providing organisation.
///
/// # Errors
/// 401; 404.
pub async fn list_dataset_deliveries(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    page: PageRequest,
) -> Result<Page<Delivered>> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::SeeInside)?;
        list(conn, &Of::Dataset(dataset.id), &page)
    })
    .await
}

fn list(conn: &mut Conn, of: &Of, page: &PageRequest) -> Result<Page<Delivered>> {
    let before = after_id(page)?;
    let found = store::list_deliveries(conn, of, page, before.as_ref())?;
    Ok(page.page(found, |item| Cursor::new([item.id.to_string()])))
}
