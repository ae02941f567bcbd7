//! Beginning runs, and deciding on those that wait for somebody.

use serde::{Deserialize, Serialize};

use super::drive::HARVEST_JOB;
use super::model::{Kept, Position, RecordOutcome, Run, RunState, Source, SourceRecord, SourceState};
use super::read::first_page;
use super::sources::{changeable, event, seen_source};
use super::store;
use crate::db::{Conn, Db, Tx};
use crate::jobs::enqueue;
use crate::journal::append;
use crate::journal::tlog::{Checkpoint, Note};
use crate::kernel::{Ctx, Cursor, Digest, Error, Page, PageRequest, Result, RunId, Slug, SourceId};
use crate::spaces::require_steward;

/// Sources begun in one look.
const AT_ONCE: i64 = 100;

/// What a job says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HarvestJob {
    pub run: RunId,
}

/// Queues a turn of a run.
pub(super) fn queue_turn(tx: &mut Tx<'_>, ctx: &Ctx, run: &RunId) -> Result<()> {
    let job = serde_json::to_value(HarvestJob { run: run.clone() })
        .map_err(|error| Error::internal("job", error))?;
    enqueue(tx, HARVEST_JOB, &job, ctx.now)
}

/// Begins runs of sources whose time has come.
///
/// # Errors
/// When the database fails.
pub async fn queue_due_sources(db: &Db, ctx: &Ctx) -> Result<()> {
    let now = ctx.now;
    if db.read(move |conn| store::due_sources(conn, now, 1)).await?.is_empty() {
        return Ok(());
    }
    let at = ctx.clone();
    db.write("queue_due_sources", move |tx| {
        for source in store::due_sources(tx, now, AT_ONCE)? {
            begin(tx, &at, source, false)?;
        }
        Ok(())
    })
    .await
}

/// Begins a run of a source that waits: of what changed where its kind can tell, of everything where that is asked for.
fn begin(tx: &mut Tx<'_>, ctx: &Ctx, source: Source, asked: bool) -> Result<Run> {
    let (url, complete) = first_page(&source, asked)?;
    let known = store::count_present(tx, &source.id)?;
    let first = Digest::of(url.as_str());
    // What an earlier run left says nothing to one that is to read everything.
    let kept = if asked { Kept::default() } else { source.kept.clone() };
    let position = Position::Reading { url: url.into(), kept, barren: 0 };
    let run = Run { complete, known, ..Run::begun(&source, position, ctx.now) };
    store::insert_run(tx, &run)?;
    store::note_page(tx, &run.id, &first)?;
    queue_turn(tx, ctx, &run.id)?;
    let next_run_at = source.due_after(ctx.now);
    store::update_source(
        tx,
        &Source { state: SourceState::Running, run: Some(run.id.clone()), next_run_at, ..source },
    )?;
    Ok(run)
}

/// Begins the removal of everything of a source; a run under way ends with it.
pub(super) fn begin_removal(tx: &mut Tx<'_>, ctx: &Ctx, source: Source) -> Result<Source> {
    if let Some(open) = open_run(tx, &source)? {
        let run = Run { state: RunState::Discarded, ended_at: Some(ctx.now), ..open };
        store::update_run(tx, &run)?;
    }
    let known = store::count_present(tx, &source.id)?;
    let begun = Run::begun(&source, Position::Removing, ctx.now);
    let run = Run { known, confirmed: true, deadline_at: ctx.now.plus_days(7), ..begun };
    store::insert_run(tx, &run)?;
    queue_turn(tx, ctx, &run.id)?;
    let source = Source {
        state: SourceState::Removing,
        run: Some(run.id),
        next_run_at: None,
        revision: source.revision + 1,
        updated_at: ctx.now,
        ..source
    };
    store::update_source(tx, &source)?;
    Ok(source)
}

fn open_run(conn: &mut Conn, source: &Source) -> Result<Option<Run>> {
    match &source.run {
        Some(run) => store::find_run(conn, run),
        None => Ok(None),
    }
}

/// Begins a run because somebody asks for it.
///
/// # Errors
/// 401, 403, 404; 409 `running` or `awaiting_confirmation`.
pub(super) async fn start_run(
    db: &Db,
    ctx: &Ctx,
    (space, id): (Slug, SourceId),
    complete: bool,
) -> Result<Run> {
    require_steward(ctx, &space)?;
    let at = ctx.clone();
    db.write("start_run", move |tx| {
        tx.once(&at, |tx| {
            let source = changeable(tx, &at, &space, &id)?;
            match source.state {
                SourceState::Idle => begin(tx, &at, source, complete),
                SourceState::AwaitingConfirmation => Err(Error::conflict(
                    "awaiting_confirmation",
                    "its last run waits; confirm or discard that one first",
                )),
                _ => Err(Error::conflict("running", "it is being harvested; wait for the run to end")),
            }
        })
    })
    .await
}

/// What somebody decides of a run that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It may do what it asked about.
    Confirm,
    /// It may not, and ends.
    Discard,
}

/// Decides on a run that waits.
///
/// # Errors
/// 401, 403, 404; 409 `not_waiting`.
pub(super) async fn decide_run(
    db: &Db,
    ctx: &Ctx,
    (space, id, run): (Slug, SourceId, RunId),
    decision: Decision,
) -> Result<Run> {
    require_steward(ctx, &space)?;
    let at = ctx.clone();
    db.write("decide_run", move |tx| {
        tx.once(&at, |tx| {
            let source = changeable(tx, &at, &space, &id)?;
            let run = store::find_run(tx, &run)?.filter(|run| run.source == source.id);
            let run = run.ok_or_else(|| Error::not_found("run"))?;
            if run.state != RunState::AwaitingConfirmation {
                return Err(Error::conflict("not_waiting", "the run does not wait for anybody"));
            }
            match decision {
                Decision::Confirm => {
                    // The time that somebody took to decide is not the source's.
                    let left = run.deadline_at.since(run.begun_at);
                    let run = Run {
                        state: RunState::Running,
                        confirmed: true,
                        reason: None,
                        deadline_at: at.now.plus(left),
                        ..run
                    };
                    store::update_run(tx, &run)?;
                    store::update_source(tx, &Source { state: SourceState::Running, ..source.clone() })?;
                    queue_turn(tx, &at, &run.id)?;
                    append(tx, &at, event("source.run_confirmed", &source).fact("run", run.id.as_str()))?;
                    Ok(run)
                }
                Decision::Discard => {
                    store::unmark_leaving(tx, &source.id)?;
                    end_run(tx, &at, source, run, RunState::Discarded, None)
                }
            }
        })
    })
    .await
}

/// Ends a run, and leaves to the next what it came to. The summary goes into the journal.
pub(super) fn end_run(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    source: Source,
    run: Run,
    state: RunState,
    kept: Option<Kept>,
) -> Result<Run> {
    let run = Run { state, ended_at: Some(ctx.now), ..run };
    store::update_run(tx, &run)?;
    store::forget_pages(tx, &run.id)?;
    let kept = kept.unwrap_or_else(|| source.kept.clone());
    let source = Source { state: SourceState::Idle, run: None, kept, ..source };
    store::update_source(tx, &source)?;
    let mut summary = event("source.harvested", &source)
        .fact("run", run.id.as_str())
        .fact("state", run.state.as_str())
        .fact("complete", run.complete)
        .fact("created", run.created)
        .fact("updated", run.updated)
        .fact("unchanged", run.unchanged)
        .fact("deleted", run.deleted)
        .fact("failed", run.failed)
        .fact("skipped", run.skipped);
    // What was seen of the other side's log stands in this one too.
    if let Some(seen) = source.checkpoint.as_deref().and_then(checkpoint) {
        summary = summary.fact("log_size", seen.size).fact("log_root", seen.root.to_string());
    }
    append(tx, ctx, summary)?;
    Ok(run)
}

fn checkpoint(note: &str) -> Option<Checkpoint> {
    Note::parse(note).and_then(|note| Checkpoint::parse(note.text())).ok()
}

/// Runs of a source, newest first.
///
/// # Errors
/// 401, 404.
pub(super) async fn list_runs(
    db: &Db,
    ctx: &Ctx,
    (space, id): (Slug, SourceId),
    page: PageRequest,
) -> Result<Page<Run>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let source = seen_source(conn, &ctx, &space, &id)?;
        let before = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[id]| id.as_str());
        let found = store::list_runs(conn, &source.id, &page, before)?;
        Ok(page.page(found, |run| Cursor::new([run.id.to_string()])))
    })
    .await
}

/// One run.
///
/// # Errors
/// 401, 404.
pub(super) async fn show_run(db: &Db, ctx: &Ctx, (space, id, run): (Slug, SourceId, RunId)) -> Result<Run> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let source = seen_source(conn, &ctx, &space, &id)?;
        let run = store::find_run(conn, &run)?.filter(|run| run.source == source.id);
        run.ok_or_else(|| Error::not_found("run"))
    })
    .await
}

/// Records of a source, by their identifiers.
///
/// # Errors
/// 401, 404.
pub(super) async fn list_records(
    db: &Db,
    ctx: &Ctx,
    (space, id): (Slug, SourceId),
    outcome: Option<RecordOutcome>,
    page: PageRequest,
) -> Result<Page<SourceRecord>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let source = seen_source(conn, &ctx, &space, &id)?;
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[id]| id.as_str());
        let found = store::list_records(conn, &source.id, outcome, &page, after)?;
        Ok(page.page(found, |record| Cursor::new([record.identifier.clone()])))
    })
    .await
}
