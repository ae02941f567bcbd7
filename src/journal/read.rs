//! Reading the journal: one entry, a list, all of it as a stream, and what comes next.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::store::{self, Begin, Filters, Payload, Recorded};
use crate::db::{Conn, Db};
use crate::http::Closing;
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, Result, Scope};

/// How long somebody who follows waits at most.
pub(super) const FOLLOW: Duration = Duration::from_secs(30);
/// How often somebody who follows looks without having been told of anything: the keeper tells of all commits as long as the
/// log is signed.
const LOOK: Duration = Duration::from_secs(5);

/// An entry of the journal as the API shows it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// The place in the journal, counted from zero.
    pub position: i64,
    /// The entry: its canonical JSON (RFC 8785) is what was hashed.
    #[schema(value_type = Object, example = json!({"v": 1, "seq": 7, "type": "space.created", "time": "2026-03-02T08:00:00.000Z", "actor": {"kind": "service", "id": "service"}, "subject": {"kind": "space", "id": "health"}}))]
    pub entry: Box<RawValue>,
    /// The payload that the entry commits to, in its canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Box<RawValue>>,
    /// The salt of the commitment, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// Whether there was a payload and it was erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// The part of an entry that tells whether it has a payload.
#[derive(Deserialize)]
struct Committed {
    payload_commitment: Option<String>,
}

fn raw(text: String) -> Result<Box<RawValue>> {
    RawValue::from_string(text).map_err(|error| Error::internal("stored JSON", error))
}

/// Puts entries and payloads together. Whoever may see an entry may see its payload.
pub(super) fn with_payloads(conn: &mut Conn, rows: Vec<Recorded>) -> Result<Vec<JournalEntry>> {
    let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
    let mut payloads: BTreeMap<i64, Payload> = if positions.is_empty() {
        BTreeMap::new()
    } else {
        store::payloads_of(conn, &positions)?.into_iter().collect()
    };
    rows.into_iter().map(|row| shown(row.position, row.body, payloads.remove(&row.position))).collect()
}

fn shown(position: i64, body: String, payload: Option<Payload>) -> Result<JournalEntry> {
    let committed: Committed =
        serde_json::from_str(&body).map_err(|error| Error::internal("stored entry", error))?;
    let erased = committed.payload_commitment.is_some() && payload.is_none();
    let (payload, salt) =
        payload.map_or((None, None), |payload| (Some(payload.text), Some(hex::encode(payload.salt))));
    Ok(JournalEntry { position, entry: raw(body)?, payload: payload.map(raw).transpose()?, salt, erased })
}

/// One entry.
///
/// # Errors
/// 404 when there is none that the caller may know of.
pub async fn show_entry(db: &Db, ctx: &Ctx, position: i64) -> Result<JournalEntry> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let row = find_entry(conn, &ctx, position)?;
        with_payloads(conn, vec![row])?.pop().ok_or_else(|| Error::not_found("entry"))
    })
    .await
}

/// The row of an entry that the caller may know of.
///
/// # Errors
/// 404.
pub(super) fn find_entry(conn: &mut Conn, ctx: &Ctx, position: i64) -> Result<Recorded> {
    store::visible_entry(conn, ctx, position)?.ok_or_else(|| Error::not_found("entry"))
}

/// A page of the entries that the caller may know of.
///
/// # Errors
/// 422 when the cursor belongs to another list.
pub async fn list_entries(
    db: &Db,
    ctx: &Ctx,
    filters: Filters,
    newest_first: bool,
    page: PageRequest,
) -> Result<Page<JournalEntry>> {
    let after = position_after(&page)?;
    let begin = begin(newest_first, after);
    let rows = page.rows();
    let found = entries(db, ctx, filters, begin, rows).await?;
    Ok(page.page(found, |entry| cursor(entry.position)))
}

/// So many entries from here on.
pub(super) async fn entries(
    db: &Db,
    ctx: &Ctx,
    filters: Filters,
    begin: Begin,
    limit: i64,
) -> Result<Vec<JournalEntry>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let rows = store::visible_entries(conn, &ctx, &filters, begin, limit)?;
        with_payloads(conn, rows)
    })
    .await
}

pub(super) fn begin(newest_first: bool, after: Option<i64>) -> Begin {
    match (newest_first, after) {
        (true, after) => Begin::Before(after.unwrap_or(i64::MAX)),
        (false, after) => Begin::At(after.map_or(0, |position| position.saturating_add(1))),
    }
}

pub(super) fn cursor(position: i64) -> Cursor {
    Cursor::new([position.to_string()])
}

/// The position in the cursor of a list of entries.
///
/// # Errors
/// 422 when it is another list's.
pub(super) fn position_after(page: &PageRequest) -> Result<Option<i64>> {
    let foreign = |_| Error::invalid("after", "cursor", "not a cursor of this list");
    let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?;
    after.map(|[position]| position.parse().map_err(foreign)).transpose()
}

/// What somebody who follows has come to: entries, and the position that has been looked at last.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) entries: Vec<JournalEntry>,
    pub(super) last: i64,
}

/// Waits for entries after a position, until an instant or the end of the service; gives none when it has come. Without a
/// position it begins with what comes from now on.
pub(super) async fn follow(
    (db, closing): (&Db, &Closing),
    ctx: &Ctx,
    filters: &Filters,
    after: Option<i64>,
    limit: i64,
    until: Instant,
) -> Result<Followed> {
    let mut growth = db.growth();
    let mut last = match after {
        Some(position) => position,
        None => db.read(store::log_size).await? - 1,
    };
    loop {
        let (at, filters, from) = (ctx.clone(), filters.clone(), last.saturating_add(1));
        let (entries, size) = db
            .read(move |conn| {
                // The size first: what comes in between is found the next time.
                let size = store::log_size(conn)?;
                if size <= from {
                    return Ok((Vec::new(), size));
                }
                let rows = store::visible_entries(conn, &at, &filters, Begin::At(from), limit)?;
                Ok((with_payloads(conn, rows)?, size))
            })
            .await?;
        if let Some(newest) = entries.last() {
            last = newest.position;
            return Ok(Followed { entries, last });
        }
        last = last.max(size - 1);
        let now = Instant::now();
        if now >= until || closing.is_announced() {
            return Ok(Followed { entries, last });
        }
        tokio::select! {
            _ = growth.changed() => {}
            () = closing.announced() => {}
            () = tokio::time::sleep_until(until.min(now + LOOK)) => {}
        }
    }
}

/// The caller, who must read the whole journal.
///
/// # Errors
/// 401; 403 unless an administrator or auditor asks.
pub(super) fn require_auditor(ctx: &Ctx) -> Result<()> {
    let principal = ctx.require(Scope::Read)?;
    if principal.admin || principal.auditor {
        Ok(())
    } else {
        Err(Error::forbidden("auditor_required", "only auditors and administrators read the whole journal"))
    }
}
