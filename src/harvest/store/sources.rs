//! Sources.

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, NullableExpressionMethods as _,
    OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable, SelectableHelper as _,
};

use super::{from_json, to_json};
use crate::db::Conn;
use crate::db::schema::sources;
use crate::harvest::model::{Kept, Source, SourceKind, SourceState};
use crate::kernel::{OrganisationId, PageRequest, Result, RunId, Slug, SourceId, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sources)]
struct SourceRow {
    id: SourceId,
    space: Slug,
    organisation_id: OrganisationId,
    organisation_slug: Slug,
    kind: SourceKind,
    url: String,
    hosts: String,
    every_hours: Option<i64>,
    threshold: i64,
    deadline_minutes: i64,
    most_records: i64,
    state: SourceState,
    run_id: Option<RunId>,
    next_run_at: Option<Timestamp>,
    etag: Option<String>,
    last_modified: Option<String>,
    continuation: Option<String>,
    trust_policy: Option<String>,
    checkpoint: Option<String>,
    revision: i64,
    created_by: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl SourceRow {
    fn into_model(self) -> Result<Source> {
        Ok(Source {
            id: self.id,
            space: self.space,
            organisation: self.organisation_slug,
            organisation_id: self.organisation_id,
            kind: self.kind,
            url: self.url,
            hosts: from_json(&self.hosts)?,
            every_hours: self.every_hours,
            threshold: self.threshold,
            deadline_minutes: self.deadline_minutes,
            most_records: self.most_records,
            state: self.state,
            run: self.run_id,
            trust_policy: self.trust_policy,
            checkpoint: self.checkpoint,
            next_run_at: self.next_run_at,
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
            kept: Kept {
                etag: self.etag,
                last_modified: self.last_modified,
                continuation: self.continuation,
            },
            created_by: self.created_by,
        })
    }
}

/// The source with this id, in this space where one is given.
pub(in crate::harvest) fn find_source(
    conn: &mut Conn,
    space: Option<&Slug>,
    id: &SourceId,
) -> Result<Option<Source>> {
    let row: Option<SourceRow> =
        sources::table.find(id).select(SourceRow::as_select()).first(conn).optional()?;
    let found = row.map(SourceRow::into_model).transpose()?;
    Ok(found.filter(|source| space.is_none_or(|space| *space == source.space)))
}

/// Sources of a space in the order of their registration.
pub(in crate::harvest) fn list_sources(
    conn: &mut Conn,
    space: &Slug,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<Source>> {
    let rows: Vec<SourceRow> = sources::table
        .filter(sources::space.eq(space))
        .filter(sources::id.gt(after.unwrap_or_default()))
        .order(sources::id)
        .limit(page.rows())
        .select(SourceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SourceRow::into_model).collect()
}

/// How many sources a space has.
pub(in crate::harvest) fn count_sources(conn: &mut Conn, space: &Slug) -> Result<i64> {
    Ok(sources::table.filter(sources::space.eq(space)).count().get_result(conn)?)
}

/// Sources that wait and whose time has come, the longest waiting first.
pub(in crate::harvest) fn due_sources(conn: &mut Conn, now: Timestamp, most: i64) -> Result<Vec<Source>> {
    let rows: Vec<SourceRow> = sources::table
        .filter(sources::next_run_at.is_not_null().and(sources::next_run_at.assume_not_null().le(now)))
        .filter(sources::state.eq(SourceState::Idle))
        .order(sources::next_run_at)
        .limit(most)
        .select(SourceRow::as_select())
        .load(conn)?;
    rows.into_iter().map(SourceRow::into_model).collect()
}

/// Stores a new source.
pub(in crate::harvest) fn insert_source(conn: &mut Conn, source: &Source) -> Result<()> {
    diesel::insert_into(sources::table)
        .values((
            sources::id.eq(&source.id),
            sources::space.eq(&source.space),
            sources::organisation_id.eq(&source.organisation_id),
            sources::organisation_slug.eq(&source.organisation),
            sources::kind.eq(source.kind),
            sources::url.eq(&source.url),
            sources::hosts.eq(to_json(&source.hosts)?),
            sources::every_hours.eq(source.every_hours),
            (sources::threshold.eq(source.threshold), sources::most_records.eq(source.most_records)),
            sources::deadline_minutes.eq(source.deadline_minutes),
            sources::state.eq(source.state),
            sources::next_run_at.eq(source.next_run_at),
            sources::trust_policy.eq(&source.trust_policy),
            sources::revision.eq(source.revision),
            sources::created_by.eq(&source.created_by),
            (sources::created_at.eq(source.created_at), sources::updated_at.eq(source.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what may change of a source.
pub(in crate::harvest) fn update_source(conn: &mut Conn, source: &Source) -> Result<()> {
    diesel::update(sources::table.find(&source.id))
        .set((
            sources::url.eq(&source.url),
            sources::hosts.eq(to_json(&source.hosts)?),
            sources::every_hours.eq(source.every_hours),
            sources::threshold.eq(source.threshold),
            sources::deadline_minutes.eq(source.deadline_minutes),
            sources::most_records.eq(source.most_records),
            sources::state.eq(source.state),
            sources::run_id.eq(&source.run),
            sources::next_run_at.eq(source.next_run_at),
            sources::etag.eq(&source.kept.etag),
            sources::last_modified.eq(&source.kept.last_modified),
            sources::continuation.eq(&source.kept.continuation),
            (sources::trust_policy.eq(&source.trust_policy), sources::checkpoint.eq(&source.checkpoint)),
            sources::revision.eq(source.revision),
            sources::updated_at.eq(source.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a source without records, and what is on record of its runs.
pub(in crate::harvest) fn delete_source(conn: &mut Conn, id: &SourceId) -> Result<()> {
    use crate::db::schema::{source_pages, source_records, source_runs};
    let runs = source_runs::table.filter(source_runs::source_id.eq(id));
    diesel::delete(source_pages::table.filter(source_pages::run_id.eq_any(runs.select(source_runs::id))))
        .execute(conn)?;
    diesel::delete(source_records::table.filter(source_records::source_id.eq(id))).execute(conn)?;
    diesel::delete(source_runs::table.filter(source_runs::source_id.eq(id))).execute(conn)?;
    diesel::delete(sources::table.find(id)).execute(conn)?;
    Ok(())
}
