//! Runs, and the pages that they have read.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable,
    SelectableHelper as _,
};

use super::{from_json, to_json};
use crate::db::schema::{source_pages, source_runs};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::harvest::model::{Run, RunState};
use crate::kernel::{Digest, PageRequest, Result, RunId, SourceId, Timestamp};

/// So many runs of a source are kept.
const KEPT: i64 = 100;

#[derive(Queryable, Selectable)]
#[diesel(table_name = source_runs)]
struct RunRow {
    id: RunId,
    source_id: SourceId,
    state: RunState,
    complete: bool,
    confirmed: bool,
    position: String,
    known: i64,
    pages: i64,
    bytes: i64,
    created: i64,
    updated: i64,
    unchanged: i64,
    deleted: i64,
    failed: i64,
    skipped: i64,
    reason: Option<String>,
    begun_at: Timestamp,
    deadline_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl RunRow {
    fn into_model(self) -> Result<Run> {
        Ok(Run {
            id: self.id,
            source: self.source_id,
            state: self.state,
            complete: self.complete,
            confirmed: self.confirmed,
            known: self.known,
            pages: self.pages,
            bytes: self.bytes,
            created: self.created,
            updated: self.updated,
            unchanged: self.unchanged,
            deleted: self.deleted,
            failed: self.failed,
            skipped: self.skipped,
            reason: self.reason,
            begun_at: self.begun_at,
            deadline_at: self.deadline_at,
            ended_at: self.ended_at,
            position: from_json(&self.position)?,
        })
    }
}

/// The run with this id.
pub(in crate::harvest) fn find_run(conn: &mut Conn, id: &RunId) -> Result<Option<Run>> {
    let row: Option<RunRow> =
        source_runs::table.find(id).select(RunRow::as_select()).first(conn).optional()?;
    row.map(RunRow::into_model).transpose()
}

/// Runs of a source, newest first.
pub(in crate::harvest) fn list_runs(
    conn: &mut Conn,
    source: &SourceId,
    page: &PageRequest,
    before: Option<&str>,
) -> Result<Vec<Run>> {
    let mut query =
        source_runs::table.filter(source_runs::source_id.eq(source)).select(RunRow::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(source_runs::id.lt(before.to_owned()));
    }
    let rows: Vec<RunRow> = query.order(source_runs::id.desc()).limit(page.rows()).load(conn)?;
    rows.into_iter().map(RunRow::into_model).collect()
}

/// Stores a new run, and forgets the oldest ones.
pub(in crate::harvest) fn insert_run(conn: &mut Conn, run: &Run) -> Result<()> {
    let oldest: Option<RunId> = source_runs::table
        .filter(source_runs::source_id.eq(&run.source))
        .order(source_runs::id.desc())
        .offset(KEPT)
        .select(source_runs::id)
        .first(conn)
        .optional()?;
    if let Some(oldest) = oldest {
        let old = source_runs::table
            .filter(source_runs::source_id.eq(&run.source))
            .filter(source_runs::id.le(oldest));
        diesel::delete(old).execute(conn)?;
    }
    diesel::insert_into(source_runs::table)
        .values((
            source_runs::id.eq(&run.id),
            source_runs::source_id.eq(&run.source),
            source_runs::state.eq(run.state),
            (source_runs::complete.eq(run.complete), source_runs::confirmed.eq(run.confirmed)),
            source_runs::position.eq(to_json(&run.position)?),
            source_runs::known.eq(run.known),
            (source_runs::pages.eq(0), source_runs::bytes.eq(0)),
            (source_runs::created.eq(0), source_runs::updated.eq(0), source_runs::unchanged.eq(0)),
            (source_runs::deleted.eq(0), source_runs::failed.eq(0), source_runs::skipped.eq(0)),
            source_runs::begun_at.eq(run.begun_at),
            source_runs::deadline_at.eq(run.deadline_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores how far a run has come.
pub(in crate::harvest) fn update_run(conn: &mut Conn, run: &Run) -> Result<()> {
    diesel::update(source_runs::table.find(&run.id))
        .set((
            source_runs::state.eq(run.state),
            source_runs::complete.eq(run.complete),
            source_runs::confirmed.eq(run.confirmed),
            source_runs::position.eq(to_json(&run.position)?),
            (source_runs::pages.eq(run.pages), source_runs::bytes.eq(run.bytes)),
            source_runs::created.eq(run.created),
            source_runs::updated.eq(run.updated),
            source_runs::unchanged.eq(run.unchanged),
            source_runs::deleted.eq(run.deleted),
            source_runs::failed.eq(run.failed),
            source_runs::skipped.eq(run.skipped),
            source_runs::reason.eq(&run.reason),
            source_runs::deadline_at.eq(run.deadline_at),
            source_runs::ended_at.eq(run.ended_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that a run reads this page; false where it has read it before.
pub(in crate::harvest) fn note_page(conn: &mut Conn, run: &RunId, address: &Digest) -> Result<bool> {
    let noted = diesel::insert_into(source_pages::table)
        .values((source_pages::run_id.eq(run), source_pages::address.eq(address)))
        .or_ignore()
        .execute(conn)?;
    Ok(noted == 1)
}

/// Forgets the pages of a run that is over.
pub(in crate::harvest) fn forget_pages(conn: &mut Conn, run: &RunId) -> Result<()> {
    diesel::delete(source_pages::table.filter(source_pages::run_id.eq(run))).execute(conn)?;
    Ok(())
}
