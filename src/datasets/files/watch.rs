//! Asking the door again while a long download is under way: a right that ends stops what is given by it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use super::super::gate::{Asked, Delivery, DownloadGate};
use super::download::Allowed;
use super::ticket::present;
use crate::db::Db;
use crate::kernel::{Clock, Error, Kind, Result};

/// How long bytes may go out before the door is asked again.
const EVERY: Duration = Duration::from_secs(1);
/// How long they may when the door cannot be asked.
const PATIENCE: Duration = Duration::from_secs(10);

/// Watches over one download.
#[derive(Clone)]
pub struct Watch {
    db: Db,
    gate: Arc<dyn DownloadGate>,
    clock: Arc<dyn Clock>,
    delivery: Delivery,
    sample: bool,
    media_type: String,
}

impl Watch {
    /// A watch over a download that the door has just allowed.
    #[must_use]
    pub fn new(db: &Db, gate: Arc<dyn DownloadGate>, clock: Arc<dyn Clock>, allowed: &Allowed) -> Self {
        let (delivery, media_type) = (allowed.delivery.clone(), allowed.media_type.clone());
        Self { db: db.clone(), gate, clock, delivery, sample: allowed.sample, media_type }
    }

    /// The same bytes, as long as the right to them holds; then the body ends with what the door says.
    pub fn over(self, body: BoxStream<'static, Result<Bytes>>) -> BoxStream<'static, Result<Bytes>> {
        stream::try_unfold((self, body, Instant::now()), |(watch, mut body, mut asked)| async move {
            let Some(bytes) = body.try_next().await? else { return Ok(None) };
            if asked.elapsed() >= EVERY {
                match watch.ask().await {
                    Ok(()) => asked = Instant::now(),
                    Err(error) if error.kind() == Kind::Unavailable && asked.elapsed() < PATIENCE => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(Some((bytes, (watch, body, asked))))
        })
        .boxed()
    }

    async fn ask(&self) -> Result<()> {
        let (gate, now) = (self.gate.clone(), self.clock.now());
        let (delivery, sample, media_type) = (self.delivery.clone(), self.sample, self.media_type.clone());
        self.db
            .read(move |conn| {
                let (dataset, version) =
                    present(conn, &delivery.version)?.ok_or_else(|| Error::not_found("version"))?;
                let media_types = &[media_type];
                let asked =
                    Asked { dataset: &dataset, version: &version, sample, purpose: None, media_types };
                gate.still_holds(conn, &delivery.permit, delivery.person.as_ref(), &asked, now)
            })
            .await
    }
}
