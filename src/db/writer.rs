//! The single ordered writer with group commit.
//!
//! It takes whatever waits, at most [`GROUP`] closures, runs each in its own savepoint, seals the journal once, commits
//! once, and only then answers, errors included: "name taken" may rest on a neighbour's row that never comes to be. While
//! one group commits, the next one gathers by itself; only where SQLite commits slowly is it waited for ([`Pace`]).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

use super::conn::{Conn, Role};
use super::pace::Pace;
use super::tx::{BEHIND, Entry, Ledger, Tx};
use super::url::DatabaseUrl;
use crate::kernel::{Error, Result};

/// The most closures in a group; more do not make it faster.
const GROUP: usize = 64;
/// A group stops taking closures after this, so that other replicas get their turn.
const GROUP_TIME: Duration = Duration::from_millis(50);
/// Closures that take longer are logged by name: everyone behind them waits.
const SLOW: Duration = Duration::from_millis(10);
/// How long a write waits for its answer.
pub(super) const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// How long to rest between two looks for closures that are waited for.
const LOOK_AGAIN: Duration = Duration::from_micros(200);
/// How long to rest when the database cannot be reached.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);

/// A closure that waits for its turn.
pub(super) trait Job: Send {
    /// Nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Runs the closure, keeps its result, and says whether to keep its rows.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Replaces the result: the database did not let the closure's rows stand.
    fn fail(&mut self, error: Error);
    /// Tells the caller, once it is known what became of the group.
    fn answer(self: Box<Self>, group: &Result<()>);
    /// The use case, for logs and metrics.
    fn name(&self) -> &'static str;
}

/// The ordinary job: a closure, its result, and the way back to the caller.
pub(super) struct Task<T, F> {
    name: &'static str,
    closure: Option<F>,
    result: Option<Result<T>>,
    to: oneshot::Sender<Result<T>>,
}

impl<T, F> Task<T, F> {
    pub(super) fn new(name: &'static str, closure: F, to: oneshot::Sender<Result<T>>) -> Self {
        Self { name, closure: Some(closure), result: None, to }
    }
}

impl<T: Send, F: FnOnce(&mut Tx<'_>) -> Result<T> + Send> Job for Task<T, F> {
    fn abandoned(&self) -> bool {
        self.to.is_closed()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(closure) = self.closure.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| closure(tx)))
            .unwrap_or_else(|_| Err(Error::internal("write", format!("{} panicked", self.name))));
        self.result.insert(result).is_ok()
    }

    fn fail(&mut self, error: Error) {
        self.result = Some(Err(error));
    }

    fn answer(self: Box<Self>, group: &Result<()>) {
        let result = match group {
            Ok(()) => self.result.unwrap_or_else(|| Err(not_done())),
            Err(error) => Err(error.clone()),
        };
        // A caller that has gone meanwhile does not hear the answer; the write stands all the same.
        drop(self.to.send(result));
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

/// What the writer hears from the rest of the process and tells it.
pub(super) struct Signals {
    /// Why nothing is written any more, once that is so.
    pub(super) closed: Arc<OnceLock<Error>>,
    /// How many entries the journal has, as far as is known.
    pub(super) growth: watch::Sender<i64>,
}

/// Tells that the journal has so many entries, unless more are known of.
pub(super) fn grow(growth: &watch::Sender<i64>, size: i64) {
    growth.send_if_modified(|known| {
        let more = size > *known;
        *known = size.max(*known);
        more
    });
}

/// Refuses all writes from now on with this error; where that was done before, the first reason stays.
pub(super) fn close(closed: &OnceLock<Error>, why: Error) {
    match closed.set(why.clone()) {
        Ok(()) => tracing::error!(%why, "from now on the service reads and does not write"),
        Err(again) => tracing::debug!(%again, "the writer is closed already"),
    }
}

/// The writer's thread.
pub(super) struct Writer {
    url: DatabaseUrl,
    ledger: Box<dyn Ledger>,
    conn: Option<Conn>,
    inbox: mpsc::Receiver<Box<dyn Job>>,
    queue: VecDeque<Box<dyn Job>>,
    pace: Pace,
    signals: Signals,
}

/// One group while it is under way.
#[derive(Default)]
struct Group {
    /// Closures that ran, in order.
    ran: Vec<Box<dyn Job>>,
    /// The last journal entry: finding it later proves that the group was committed.
    last: Option<Entry>,
    /// COMMIT was sent, so its outcome may be unknown.
    commit_sent: bool,
    /// How long COMMIT took.
    flush: Duration,
}

impl Writer {
    pub(super) fn new(
        url: DatabaseUrl,
        ledger: Box<dyn Ledger>,
        conn: Conn,
        inbox: mpsc::Receiver<Box<dyn Job>>,
        signals: Signals,
    ) -> Self {
        Self { url, ledger, conn: Some(conn), inbox, queue: VecDeque::new(), pace: Pace::default(), signals }
    }

    /// Starts the thread; it ends when the last `Db` is gone.
    pub(super) fn start(self) -> Result<()> {
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || self.work())
            .map(drop)
            .map_err(|error| Error::internal("starting the writer", error))
    }

    fn work(mut self) {
        while self.gather() {
            if let Some(why) = self.signals.closed.get() {
                let refusal = Err(why.clone());
                self.queue.drain(..).for_each(|job| job.answer(&refusal));
                continue;
            }
            let kept_open = self.conn.is_some();
            let Some(mut conn) = self.take_connection() else {
                self.refuse_queue();
                continue;
            };
            let mut group = Group::default();
            let outcome = match self.run_group(&mut conn, &mut group) {
                Ok(()) => {
                    self.conn = Some(conn);
                    Ok(())
                }
                Err(error) if group.ran.is_empty() && is_lock_contention(&error) => {
                    // Another process holds SQLite's lock: no closure ran, all of them still wait in the queue.
                    self.conn = Some(conn);
                    continue;
                }
                // No closure ran; the queue hears the reason when it is looked at next.
                Err(error) if error.code() == BEHIND => {
                    close(&self.signals.closed, error);
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, closures = group.ran.len(), "a group of writes broke");
                    drop(conn);
                    if group.ran.is_empty() && !kept_open {
                        // A new connection failed before any closure ran: the trouble is not the connection's.
                        self.refuse_queue();
                    }
                    self.outcome_of_broken(&group)
                }
            };
            if let (Ok(()), Some(last)) = (&outcome, &group.last) {
                grow(&self.signals.growth, last.position + 1);
            }
            let ran = group.ran.len();
            for job in group.ran {
                job.answer(&outcome);
            }
            self.pace.answered(ran, self.queue.len() + self.inbox.len(), group.flush);
        }
    }

    /// Waits for work; takes what is there, at most a group. False when nobody can send any more.
    fn gather(&mut self) -> bool {
        if self.queue.is_empty() {
            match self.inbox.blocking_recv() {
                Some(job) => self.queue.push_back(job),
                None => return false,
            }
        }
        while self.queue.len() < GROUP
            && let Ok(job) = self.inbox.try_recv()
        {
            self.queue.push_back(job);
        }
        true
    }

    /// The next closure of a group of which so many have run: one that was gathered, or one that is waited for. Replicas
    /// of PostgreSQL need the lock meanwhile, so there the group is what was gathered.
    fn next_job(&mut self, ran: usize, waited: &mut Duration) -> Option<Box<dyn Job>> {
        if let Some(job) = self.queue.pop_front() {
            return Some(job);
        }
        if ran >= GROUP || matches!(self.url, DatabaseUrl::Postgres(_)) {
            return None;
        }
        let wait = self.pace.wait(ran)?;
        loop {
            if let Ok(job) = self.inbox.try_recv() {
                return Some(job);
            }
            if *waited >= wait {
                return None;
            }
            let begun = Instant::now();
            std::thread::sleep(LOOK_AGAIN);
            *waited += begun.elapsed();
        }
    }

    fn refuse_queue(&mut self) {
        let refusal = Err(not_done());
        self.queue.drain(..).for_each(|job| job.answer(&refusal));
        std::thread::sleep(RECONNECT_PAUSE);
    }

    fn take_connection(&mut self) -> Option<Conn> {
        self.conn.take().or_else(|| {
            Conn::open(&self.url, Role::Writer)
                .inspect_err(|error| tracing::error!(%error, "the writer cannot reach the database"))
                .ok()
        })
    }

    fn run_group(&mut self, conn: &mut Conn, group: &mut Group) -> Result<()> {
        conn.begin_write()?;
        let head = self.ledger.head(conn)?;
        conn.savepoint_sql("SAVEPOINT w")?;
        let mut tx = Tx::new(conn, &head);
        // Counted with the lock in hand: waiting for other replicas does not use up our turn.
        let (started, mut waited) = (Instant::now(), Duration::ZERO);
        while started.elapsed() < GROUP_TIME
            && let Some(mut job) = self.next_job(group.ran.len(), &mut waited)
        {
            if job.abandoned() {
                continue;
            }
            let (appended, begun) = (tx.appended(), Instant::now());
            let keep = job.run(&mut tx) && released(&mut tx, job.as_mut());
            observe(job.name(), begun.elapsed());
            group.ran.push(job);
            if !keep {
                tx.forget_from(appended);
                tx.savepoint_sql("ROLLBACK TO SAVEPOINT w")?;
            }
        }
        let entries = tx.into_entries();
        if !entries.is_empty() {
            self.ledger.seal(conn, &head, &entries)?;
        }
        group.last = entries.into_iter().next_back();
        group.commit_sent = true;
        let commit = Instant::now();
        conn.commit()?;
        group.flush = commit.elapsed();
        metrics::histogram!("cadastre_write_group_size").record(group.ran.len() as f64);
        Ok(())
    }

    /// What became of a group whose connection broke. When COMMIT had been sent, the journal knows: a new
    /// connection that holds the writer's lock can only see a finished transaction.
    fn outcome_of_broken(&mut self, group: &Group) -> Result<()> {
        if !group.commit_sent {
            return Err(not_done());
        }
        let last = group.last.as_ref().ok_or_else(outcome_unknown)?;
        let until = Instant::now() + ANSWER_WAIT;
        while Instant::now() < until {
            match self.look_for(last) {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(not_done()),
                Err(error) => tracing::warn!(%error, "looking for what became of a group"),
            }
            std::thread::sleep(RECONNECT_PAUSE);
        }
        Err(outcome_unknown())
    }

    fn look_for(&mut self, entry: &Entry) -> Result<bool> {
        let mut conn = self.take_connection().ok_or_else(outcome_unknown)?;
        conn.begin_write()?;
        let found = self.ledger.contains(&mut conn, entry)?;
        conn.roll_back()?;
        self.conn = Some(conn);
        Ok(found)
    }
}

/// Lets the closure's rows stand, and opens the savepoint of the next one. PostgreSQL refuses where the closure
/// swallowed an error: then this one fails, not the group.
fn released(tx: &mut Tx<'_>, job: &mut dyn Job) -> bool {
    let outcome = tx.savepoint_sql("RELEASE SAVEPOINT w; SAVEPOINT w");
    if let Err(error) = &outcome {
        job.fail(Error::internal("write", format!("{} hid an error of the database: {error}", job.name())));
    }
    outcome.is_ok()
}

fn observe(name: &'static str, took: Duration) {
    metrics::histogram!("cadastre_write_seconds", "use_case" => name).record(took.as_secs_f64());
    if took > SLOW {
        tracing::warn!(use_case = name, millis = took.as_millis(), "a write closure was slow");
    }
}

fn is_lock_contention(error: &Error) -> bool {
    error.cause().is_some_and(|cause| cause.to_string().contains("database is locked"))
}

fn not_done() -> Error {
    Error::unavailable(
        "database_unavailable",
        "the database could not take the write; it was not done, try again",
    )
}

/// No answer in time: the write may have been done.
pub(super) fn outcome_unknown() -> Error {
    Error::unavailable(
        "outcome_unknown",
        "the database did not answer in time; repeat the request with the same Idempotency-Key",
    )
}
