//! The account of deliveries: who got which bytes, by which right, for which declared model or run.
//!
//! A delivery is noted without waiting and written in groups, at the latest a second later: a row per file of its
//! own would make every small download wait for a commit. The queue has no bound of its own, since none can be
//! enforced without losing rows or stopping downloads that have begun; its growth is bounded by what the door lets
//! through, and the door reads the same database that the account is written to: while that is down, nothing is
//! delivered. A batch that fails is written again until it succeeds, and the rows' ids keep a repetition from
//! counting twice. A graceful stop flushes the queue; a killed process loses the second before.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout_at};

use super::find::after_id;
use super::grants::find_grant;
use super::model::Delivered;
use super::store::{self, Of};
use crate::datasets::{Action, Delivery, find_dataset};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Cursor, DeliveryId, GrantId, Page, PageRequest, Result, Scope, Slug};

/// Rows in one statement.
const BATCH: usize = 500;
/// How long a row waits for others.
const GATHER: Duration = Duration::from_secs(1);
/// The shortest and the longest rest before a failed batch is written again.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

type Entry = (DeliveryId, Delivery);

enum Message {
    Noted(Box<Entry>),
    Flush(oneshot::Sender<()>),
}

/// The way into the account.
pub(super) struct Account {
    inbox: mpsc::UnboundedSender<Message>,
}

impl Account {
    /// Starts the task that writes; it ends when this is dropped and everything is written.
    pub(super) fn start(db: Db) -> Self {
        let (inbox, messages) = mpsc::unbounded_channel();
        tokio::spawn(write_all(db, messages));
        Self { inbox }
    }

    /// Takes a delivery in.
    pub(super) fn note(&self, delivery: Delivery) {
        let entry = Box::new((DeliveryId::generate(), delivery));
        if self.inbox.send(Message::Noted(entry)).is_ok() {
            metrics::gauge!("cadastre_deliveries_waiting").increment(1.0);
        } else {
            tracing::error!("a delivery is not in the account: its writer is gone");
        }
    }

    /// Waits until everything noted so far is written.
    pub(super) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.inbox.send(Message::Flush(done)).is_ok() && written.await.is_err() {
            tracing::error!("the account of deliveries ended before it was written");
        }
    }
}

async fn write_all(db: Db, mut messages: mpsc::UnboundedReceiver<Message>) {
    while let Some(first) = messages.recv().await {
        let (entries, waiting) = gather(first, &mut messages).await;
        write(&db, entries).await;
        for done in waiting {
            if done.send(()).is_err() {
                tracing::debug!("whoever waited for the account has gone; the rows are written all the same");
            }
        }
    }
}

/// What comes within a second, up to a batch; at once when somebody waits for it.
async fn gather(
    first: Message,
    messages: &mut mpsc::UnboundedReceiver<Message>,
) -> (Vec<Entry>, Vec<oneshot::Sender<()>>) {
    let end = Instant::now() + GATHER;
    let (mut entries, mut waiting) = (Vec::new(), Vec::new());
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Noted(entry) => entries.push(*entry),
            Message::Flush(done) => waiting.push(done),
        }
        next = if waiting.is_empty() && entries.len() < BATCH {
            timeout_at(end, messages.recv()).await.ok().flatten()
        } else {
            None
        };
    }
    (entries, waiting)
}

async fn write(db: &Db, entries: Vec<Entry>) {
    if entries.is_empty() {
        return;
    }
    let entries = Arc::new(entries);
    let mut rest = RETRY.0;
    loop {
        let batch = entries.clone();
        match db.write("record_deliveries", move |tx| store::insert_deliveries(tx, &batch)).await {
            Ok(()) => break,
            Err(error) => {
                tracing::error!(%error, rows = entries.len(), "deliveries wait for the account; trying again");
                sleep(rest).await;
                rest = RETRY.1.min(rest * 2);
            }
        }
    }
    metrics::gauge!("cadastre_deliveries_waiting").decrement(entries.len() as f64);
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
