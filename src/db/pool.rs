//! `Db`: pooled reads behind a semaphore, and the door to the writer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::dsl::max;
use diesel::r2d2::Pool;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;

use super::conn::{Conn, Readers, Role};
use super::epoch::Watch;
use super::migrate::{MigrationState, check, newer, unreachable};
use super::schema::{journal, schedules};
use super::tx::{Ledger, Tx};
use super::url::DatabaseUrl;
use super::writer::{ANSWER_WAIT, Job, Signals, Task, Writer, close, grow, outcome_unknown};
use crate::kernel::{Error, Kind, Result};

/// How long a read waits for a connection, and a write for a place in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(2);
/// Writes that may wait; more are told to come back.
const QUEUE_LENGTH: usize = 1024;

/// The database. Cheap to clone; all clones share one pool and one writer.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    readers: Pool<Readers>,
    permits: Arc<Semaphore>,
    queue: mpsc::Sender<Box<dyn Job>>,
    watch: Watch,
    closed: Arc<OnceLock<Error>>,
    growth: watch::Sender<i64>,
}

impl Db {
    /// Opens a database whose migrations are current and starts its writer.
    ///
    /// # Errors
    /// `migrations_pending` or `database_newer` when the schema is not this program's; `database_unusable` when
    /// the database cannot be reached or written.
    pub fn open(url: &DatabaseUrl, connections: u32, ledger: Box<dyn Ledger>) -> Result<Self> {
        match check(url)? {
            MigrationState::Current => {}
            MigrationState::Newer(names) => return Err(newer(&names)),
            MigrationState::Behind(names) => {
                return Err(Error::conflict(
                    "migrations_pending",
                    format!(
                        "{} migrations are missing ({} first); run `cadastre admin migrate`, or start with --migrate",
                        names.len(),
                        names.first().map_or("", String::as_str)
                    ),
                ));
            }
        }
        let mut conn = Conn::open(url, Role::Writer).map_err(|error| unreachable(url, error))?;
        probe_write(&mut conn).map_err(|error| {
            let reason = error.cause().map_or_else(|| error.to_string(), ToString::to_string);
            Error::unavailable(
                "database_read_only",
                format!(
                    "the database {url} cannot be written: {reason}; check its permissions and free space"
                ),
            )
        })?;
        let readers = Pool::builder()
            .max_size(connections)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(QUEUE_WAIT)
            .build_unchecked(Readers(url.clone()));
        let (queue, inbox) = mpsc::channel(QUEUE_LENGTH);
        let (growth, closed) = (watch::Sender::new(0), Arc::default());
        Writer::new(
            url.clone(),
            ledger,
            conn,
            inbox,
            Signals { closed: Arc::clone(&closed), growth: growth.clone() },
        )
        .start()?;
        let permits = Arc::new(Semaphore::new(connections as usize));
        let watch = Watch::open(url)?;
        Ok(Self(Arc::new(Inner { url: url.clone(), readers, permits, queue, watch, closed, growth })))
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// Reads. The closure runs on a thread of its own and holds a pooled connection that cannot write.
    ///
    /// # Errors
    /// What the closure returns; `database_busy` (503) when no connection gets free in time.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let permit = match timeout(QUEUE_WAIT, self.0.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(busy("reads")),
        };
        let readers = self.0.readers.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _held_until_done = permit;
            let mut reader = readers.get().map_err(|error| {
                Error::unavailable("database_unavailable", "the database cannot be reached; try again")
                    .caused_by("connection for reading", error)
            })?;
            let result = f(&mut reader.conn);
            reader.doubtful = result
                .as_ref()
                .is_err_and(|error| matches!(error.kind(), Kind::Internal | Kind::Unavailable));
            result
        });
        work.await.map_err(|error| Error::internal("a read panicked", error))?
    }

    /// Writes. The closure runs in the writer's thread, in a savepoint of a transaction it shares with its
    /// neighbours; when this returns `Ok`, its rows and events are durable.
    ///
    /// Keep it short: a few statements, no waiting, no hashing of content, no serialising of large documents.
    ///
    /// # Errors
    /// What the closure returns. `database_busy` and `database_unavailable` (503): nothing was done, try again.
    /// `outcome_unknown` (503): no answer in time; repeat with the same `Idempotency-Key`. The reason why nothing is
    /// written any more, once that is so.
    pub async fn write<T, F>(&self, name: &'static str, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.may_write()?;
        let slot = match timeout(QUEUE_WAIT, self.0.queue.reserve()).await {
            Ok(Ok(slot)) => slot,
            Ok(Err(_)) => {
                return Err(Error::unavailable("database_unavailable", "the service is shutting down"));
            }
            Err(_) => return Err(busy("writes")),
        };
        let (to, answer) = oneshot::channel();
        slot.send(Box::new(Task::new(name, f, to)));
        match timeout(ANSWER_WAIT, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                Err(Error::unavailable("database_unavailable", "the write was not done; try again"))
            }
            Err(_) => Err(outcome_unknown()),
        }
    }

    /// Refuses all writes from now on, those in the queue included, with this error; reads go on. There is no way back but
    /// a new start. Where it was done before, the first reason stays.
    pub fn close_writer(&self, why: Error) {
        close(&self.0.closed, why);
    }

    /// Whether the writer has not been closed.
    ///
    /// # Errors
    /// The reason, when it has.
    pub fn may_write(&self) -> Result<()> {
        self.0.closed.get().map_or(Ok(()), |why| Err(why.clone()))
    }

    /// Tells how many entries the journal has, after each commit of this process that added some, and after those of others
    /// that [`Db::tell_growth`] was told of.
    #[must_use]
    pub fn growth(&self) -> watch::Receiver<i64> {
        self.0.growth.subscribe()
    }

    /// Passes on that the journal has so many entries now, by the commits of other processes too.
    pub fn tell_growth(&self, size: i64) {
        grow(&self.0.growth, size);
    }

    /// Whether reads work right now; for readiness.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ready(&self) -> Result<()> {
        self.read(|conn| {
            Ok(journal::table.select(max(journal::position)).first::<Option<i64>>(conn).map(drop)?)
        })
        .await
    }

    /// Whether the schema is this program's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn migrations(&self) -> Result<MigrationState> {
        let url = self.0.url.clone();
        tokio::task::spawn_blocking(move || check(&url))
            .await
            .map_err(|error| Error::internal("migration check", error))?
    }

    /// The address, safe to show.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }
}

fn busy(what: &str) -> Error {
    Error::unavailable("database_busy", format!("too many {what} at once; try again in a moment"))
}

/// Inserts a row that means nothing and rolls back: fails on a file or a server that only reads.
fn probe_write(conn: &mut Conn) -> Result<()> {
    conn.begin_write()?;
    let inserted = diesel::insert_into(schedules::table)
        .values((schedules::kind.eq("probe"), schedules::last_run_at.eq(0_i64)))
        .execute(conn);
    conn.roll_back()?;
    inserted.map(drop).map_err(Error::from)
}
