//! Rows of jobs and schedules.

use std::time::Duration;

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};
use uuid::Uuid;

use crate::db::schema::{jobs, schedules};
use crate::db::{Conn, Tx};
use crate::kernel::{Error, Result, Timestamp};

/// A job that a worker has taken.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Job {
    /// Names the job.
    pub id: String,
    /// Which handler it is for.
    pub kind: String,
    /// What the handler needs, as JSON.
    pub payload: String,
    /// How often it has been taken, this time included.
    pub attempts: i64,
}

/// Puts a job into the queue, in the same transaction as the change that calls for it.
///
/// # Errors
/// When the database fails.
pub fn enqueue(tx: &mut Tx<'_>, kind: &str, payload: &serde_json::Value, now: Timestamp) -> Result<()> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(format!("jb_{}", Uuid::now_v7().simple())),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload.to_string()),
            jobs::run_at.eq(now),
            jobs::attempts.eq(0),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether a job of these kinds is due; a cheap look before the write that takes it.
pub(super) fn any_due(conn: &mut Conn, kinds: &[&'static str], now: Timestamp) -> Result<bool> {
    let due = jobs::table
        .filter(jobs::finished_at.is_null())
        .filter(jobs::run_at.le(now))
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(now)))
        .filter(jobs::kind.eq_any(kinds.to_vec()));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(conn)?)
}

/// Takes the job that has been due longest, for as long as its kind may be held.
pub(super) fn take(
    conn: &mut Conn,
    kinds: &[(&'static str, Duration)],
    now: Timestamp,
) -> Result<Option<Job>> {
    let names: Vec<&'static str> = kinds.iter().map(|(kind, _)| *kind).collect();
    let found: Option<Job> = jobs::table
        .filter(jobs::finished_at.is_null())
        .filter(jobs::run_at.le(now))
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(now)))
        .filter(jobs::kind.eq_any(names))
        .order(jobs::run_at)
        .select(Job::as_select())
        .first(conn)
        .optional()?;
    let Some(mut job) = found else { return Ok(None) };
    job.attempts += 1;
    let lease = kinds.iter().find(|(kind, _)| *kind == job.kind).map(|(_, lease)| *lease).unwrap_or_default();
    diesel::update(jobs::table.find(&job.id))
        .set((jobs::leased_until.eq(now.plus(lease)), jobs::attempts.eq(job.attempts)))
        .execute(conn)?;
    Ok(Some(job))
}

/// The code of a job that another replica holds now.
pub const LOST: &str = "job_lost";

/// Holds a job until this instant, in the write that does a part of it: whoever was too slow and lost it writes nothing more.
///
/// # Errors
/// [`LOST`] when another replica has taken it.
pub fn hold(tx: &mut Tx<'_>, job: &Job, until: Timestamp) -> Result<()> {
    let held = diesel::update(held_by(job)).set(jobs::leased_until.eq(until)).execute(&mut **tx)?;
    if held == 1 {
        return Ok(());
    }
    Err(Error::conflict(LOST, "another replica has taken over this job"))
}

/// Ends a job in the write that does the last of it.
///
/// # Errors
/// [`LOST`] when another replica has taken it.
pub fn finish(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<()> {
    hold(tx, job, now)?;
    close(tx, job, "done", now, None)
}

/// Ends a job and queues another one that goes on with it, behind those that wait.
///
/// # Errors
/// [`LOST`] when another replica has taken it.
pub fn pass_on(tx: &mut Tx<'_>, job: &Job, now: Timestamp) -> Result<()> {
    finish(tx, job, now)?;
    let payload: serde_json::Value =
        serde_json::from_str(&job.payload).map_err(|error| Error::internal("job", error))?;
    enqueue(tx, &job.kind, &payload, now)
}

/// The row of a job as long as it is this taking of it that counts.
#[diesel::dsl::auto_type(no_type_alias)]
fn held_by<'a>(job: &'a Job) -> _ {
    let (id, attempts): (&'a String, i64) = (&job.id, job.attempts);
    jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::attempts.eq(attempts))
        .filter(jobs::finished_at.is_null())
}

/// Notes that a job is over, well or not; or puts it back for a later try. One that was lost meanwhile is left to its holder.
pub(super) fn close(
    conn: &mut Conn,
    job: &Job,
    outcome: &str,
    now: Timestamp,
    retry_at: Option<Timestamp>,
) -> Result<()> {
    diesel::update(held_by(job))
        .set((
            jobs::leased_until.eq(None::<i64>),
            jobs::outcome.eq(outcome),
            jobs::run_at.eq(retry_at.unwrap_or(now)),
            jobs::finished_at.eq(retry_at.is_none().then_some(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Drops finished jobs older than an instant.
pub(super) fn forget_finished(conn: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(diesel::delete(jobs::table.filter(jobs::finished_at.lt(before))).execute(conn)?)
}

/// When recurring work of a kind last began.
pub(super) fn last_run(conn: &mut Conn, kind: &str) -> Result<Option<Timestamp>> {
    Ok(schedules::table.find(kind).select(schedules::last_run_at).first(conn).optional()?)
}

/// Takes this turn of recurring work, unless another replica did.
pub(super) fn take_turn(conn: &mut Conn, kind: &str, not_since: Timestamp, now: Timestamp) -> Result<bool> {
    match last_run(conn, kind)? {
        Some(last) if last > not_since => return Ok(false),
        Some(_) => {
            diesel::update(schedules::table.find(kind)).set(schedules::last_run_at.eq(now)).execute(conn)?
        }
        None => diesel::insert_into(schedules::table)
            .values((schedules::kind.eq(kind), schedules::last_run_at.eq(now)))
            .execute(conn)?,
    };
    Ok(true)
}
