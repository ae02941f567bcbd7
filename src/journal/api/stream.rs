//! Entries as a body that is made while it is sent: all of them, or each as it comes.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ContentEncoding};
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::Instant;

use super::super::read::{JournalEntry, begin, entries, follow};
use super::super::store::Filters;
use crate::db::Db;
use crate::http::Closing;
use crate::kernel::{Ctx, Error, Result};

/// Entries read at once.
const BATCH: i64 = 200;
/// How long a stream of events lives: rights are looked at anew when it is opened again.
const LIFE: Duration = Duration::from_secs(60);
/// How long a stream of events is silent at most, so that nobody in between takes it for dead.
const SILENCE: Duration = Duration::from_secs(10);

fn json(entry: &JournalEntry) -> Result<String> {
    serde_json::to_string(entry).map_err(|error| Error::internal("an entry as JSON", error))
}

/// All entries from here on, one JSON document a line, a batch in memory at a time.
pub(super) fn all(
    db: web::Data<Db>,
    ctx: Ctx,
    filters: Filters,
    newest_first: bool,
    after: Option<i64>,
) -> HttpResponse {
    let lines = stream::try_unfold(Some(after), move |after| {
        let (db, ctx, filters) = (db.clone(), ctx.clone(), filters.clone());
        async move {
            let Some(after) = after else { return Ok::<_, Error>(None) };
            let batch = entries(&db, &ctx, filters, begin(newest_first, after), BATCH).await?;
            let Some(last) = batch.last().map(|entry| entry.position) else { return Ok(None) };
            let mut lines = String::new();
            for entry in &batch {
                lines.push_str(&json(entry)?);
                lines.push('\n');
            }
            let is_last = i64::try_from(batch.len()).is_ok_and(|count| count < BATCH);
            Ok(Some((Bytes::from(lines), (!is_last).then_some(Some(last)))))
        }
    });
    HttpResponse::Ok().content_type("application/x-ndjson").streaming(lines)
}

/// Each entry as it comes, as server-sent events.
pub(super) fn events(
    (db, closing): (web::Data<Db>, web::Data<Closing>),
    ctx: Ctx,
    filters: Filters,
    after: Option<i64>,
) -> HttpResponse {
    let end = Instant::now() + LIFE;
    let frames = stream::try_unfold((after, false), move |(after, has_begun)| {
        let (db, closing, ctx, filters) = (db.clone(), closing.clone(), ctx.clone(), filters.clone());
        async move {
            if !has_begun {
                return Ok(Some((Bytes::from_static(b"retry: 1000\n\n"), (after, true))));
            }
            let now = Instant::now();
            if now >= end || closing.is_announced() {
                return Ok::<_, Error>(None);
            }
            let found = follow((&db, &closing), &ctx, &filters, after, BATCH, end.min(now + SILENCE)).await?;
            let mut frames = String::new();
            for entry in &found.entries {
                frames.push_str(&format!("id: {}\nevent: entry\ndata: {}\n\n", entry.position, json(entry)?));
            }
            if frames.is_empty() {
                frames.push_str(":\n\n");
            }
            Ok(Some((Bytes::from(frames), (Some(found.last), true))))
        }
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity))
        .streaming(frames)
}
