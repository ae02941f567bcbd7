//! The list of entries, in pages, as a stream, or as what comes next.

use std::str::FromStr;

use actix_web::http::header::{ACCEPT, CACHE_CONTROL, HeaderName};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Deserializer};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::super::read::{self, FOLLOW, JournalEntry, cursor, follow, position_after};
use super::super::store::Filters;
use super::entries::check_name;
use super::stream::{all, events};
use crate::db::Db;
use crate::http::{Closing, HeadRequest, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Error, PageRequest, Result, Slug, Timestamp};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Which way a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    /// The newest entry first.
    Newest,
    /// The oldest entry first.
    Oldest,
}

/// What a list is narrowed to, and which part of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct JournalQuery {
    /// Only this kind, such as `grant.issued`.
    #[param(min_length = 1, max_length = 500, pattern = "^[!-~]+$")]
    kind: Option<String>,
    /// Only what happened to this: the id of a thing.
    #[param(min_length = 1, max_length = 500, pattern = "^[!-~]+$")]
    subject: Option<String>,
    /// Only what this person did, by id; `service` for what the service did by itself.
    #[param(min_length = 1, max_length = 500, pattern = "^[!-~]+$")]
    actor: Option<String>,
    /// Only this data space.
    space: Option<Slug>,
    /// Only from this instant on.
    since: Option<Timestamp>,
    /// Only before this instant.
    until: Option<Timestamp>,
    /// Which way the list goes; newest first when not given.
    #[param(inline)]
    order: Option<Order>,
    /// Wait up to 30 seconds for entries after `after`, oldest first; without `after`, for the next ones.
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    follow: bool,
    /// How many items, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_after` of the page before.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
}

/// `follow` alone means `follow=true`.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(true) } else { bool::from_str(&text).map_err(serde::de::Error::custom) }
}

impl JournalQuery {
    fn checked(self) -> Result<(Filters, Option<Order>, bool, PageRequest)> {
        for (pointer, name) in [("kind", &self.kind), ("subject", &self.subject), ("actor", &self.actor)] {
            name.iter().try_for_each(|name| check_name(pointer, name))?;
        }
        let page = PageQuery { limit: self.limit, after: self.after }.checked()?;
        let filters = Filters {
            kind: self.kind,
            subject: self.subject,
            actor: self.actor,
            space: self.space,
            since: self.since,
            until: self.until,
        };
        Ok((filters, self.order, self.follow, page))
    }
}

/// Lists the journal
///
/// The entries that you may see, see `get_entry`. With `Accept: application/x-ndjson`, all of them from `after` on, one a
/// line. With `follow`, or with `Accept: text/event-stream`, what comes next: the first waits for one answer, the second
/// sends each entry as an event with its position as `id`, and goes on after `Last-Event-ID`; a stream ends after a minute
/// and is to be opened again.
#[utoipa::path(tag = "journal", operation_id = "list_journal", security(()),
    params(JournalQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The position of the last entry seen, for a stream of events", minimum = 0)),
    responses((status = 200, description = "A page of entries", body = Listing<JournalEntry>)))]
#[get("/journal")]
pub(super) async fn list_journal(
    req: HttpRequest,
    ctx: Ctx,
    (db, closing): (web::Data<Db>, web::Data<Closing>),
    query: Query<JournalQuery>,
) -> Result<HttpResponse> {
    let (filters, order, wants_next, page) = query.into_inner().checked()?;
    let last_seen = last_event(&req)?;
    let newest_first = order.unwrap_or(Order::Newest) == Order::Newest;
    let accept = req.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let only_head = req.extensions().contains::<HeadRequest>();
    let wants_events = accept.contains("text/event-stream");
    if (wants_next || wants_events) && order == Some(Order::Newest) {
        return Err(Error::invalid("order", "order", "who follows gets the oldest first; leave `order` out"));
    }
    if wants_events && !only_head {
        let after = last_seen.map_or_else(|| position_after(&page), |id| Ok(Some(id)))?;
        return Ok(events((db, closing), ctx, filters, after));
    }
    if accept.contains("application/x-ndjson") && !only_head {
        return Ok(all(db, ctx, filters, newest_first, position_after(&page)?));
    }
    if wants_next && !only_head {
        let until = Instant::now() + FOLLOW;
        let after = position_after(&page)?;
        let found = follow((&db, &closing), &ctx, &filters, after, i64::from(page.limit), until).await?;
        let next_after = Some(cursor(found.last).encode());
        return Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(Listing { items: found.entries, next_after }));
    }
    Ok(listing(&req, read::list_entries(&db, &ctx, filters, newest_first, page).await?))
}

/// The position after which a client goes on that had been connected before.
fn last_event(req: &HttpRequest) -> Result<Option<i64>> {
    let Some(value) = req.headers().get(LAST_EVENT_ID) else { return Ok(None) };
    let position = value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok());
    position.filter(|position| *position >= 0).map(Some).ok_or_else(|| {
        Error::invalid("Last-Event-ID", "position", "send the id of the last event you got: a position")
    })
}
