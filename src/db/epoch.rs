//! What the state of the database is called, so that answers can be remembered exactly as long as they are true.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, QueryDsl, QueryResult, RunQueryDsl, SqliteConnection};

use super::conn::{Conn, Role};
use super::pool::Db;
use super::schema::caller_changes;
use super::url::DatabaseUrl;
use crate::kernel::{Epoch, Epochs, Error, Result};

/// Sees every commit, whoever makes it.
pub(super) enum Watch {
    /// Connections that never write: SQLite tells each by `PRAGMA data_version` whether another one has committed. This
    /// takes microseconds and no disk, so it needs no thread of its own; there are several so that nobody waits.
    Sqlite(Vec<Mutex<Observer>>, AtomicU64),
    /// Two snapshots with one name see the same commits. The last one seen, and how many there were.
    Postgres(Mutex<(String, u64)>),
}

/// A connection, the last version it told of, and the changes to callers by then. Versions of different connections
/// have nothing in common.
pub(super) struct Observer {
    conn: SqliteConnection,
    version: Option<i64>,
    callers: i64,
}

/// The most observers of one database.
const OBSERVERS: usize = 16;

impl Watch {
    pub(super) fn open(url: &DatabaseUrl) -> Result<Self> {
        if matches!(url, DatabaseUrl::Postgres(_)) {
            return Ok(Self::Postgres(Mutex::default()));
        }
        let observer = |_| match Conn::open(url, Role::Reader) {
            Ok(Conn::Sqlite(conn)) => Ok(Mutex::new(Observer { conn, version: None, callers: 0 })),
            Ok(Conn::Postgres(_)) => Err(Error::internal("watching the database", "not SQLite")),
            Err(error) => Err(Error::internal("watching the database", error)),
        };
        let many = std::thread::available_parallelism().map_or(1, usize::from).min(OBSERVERS);
        Ok(Self::Sqlite((0..many).map(observer).collect::<Result<_>>()?, AtomicU64::new(0)))
    }
}

/// Where this thread begins to look for an observer.
fn seat() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static SEAT: usize = NEXT.fetch_add(1, Ordering::Relaxed));
    SEAT.with(|seat| *seat)
}

impl Db {
    /// The present state's names. An answer read after this was asked for is at least as new as the epochs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn epochs(&self) -> Result<Epochs> {
        match self.watch() {
            Watch::Sqlite(observers, epoch) => {
                let own = observers.get(seat() % observers.len().max(1));
                let own = own.ok_or_else(|| Error::internal("watching the database", "nobody does"))?;
                let mut observer = own.lock().unwrap_or_else(PoisonError::into_inner);
                let version = DATA_VERSION.get_result(&mut observer.conn)?;
                // Every observer notices every commit, so one commit may begin several epochs, and none begins none.
                if observer.version == Some(version) {
                    return Ok(epochs(epoch.load(Ordering::SeqCst), observer.callers));
                }
                observer.callers =
                    caller_changes::table.select(caller_changes::number).first(&mut observer.conn)?;
                observer.version = Some(version);
                Ok(epochs(epoch.fetch_add(1, Ordering::SeqCst) + 1, observer.callers))
            }
            Watch::Postgres(seen) => {
                let (name, callers) = self.read(snapshot).await?;
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if seen.0 != name {
                    *seen = (name, seen.1 + 1);
                }
                Ok(epochs(seen.1, callers))
            }
        }
    }
}

fn epochs(data: u64, callers: i64) -> Epochs {
    Epochs { data: Epoch::new(data), callers: Epoch::new(callers.cast_unsigned()) }
}

fn snapshot(conn: &mut Conn) -> Result<(String, i64)> {
    match conn {
        Conn::Postgres(conn) => Ok(SNAPSHOT.get_result(conn)?),
        Conn::Sqlite(_) => Err(Error::internal("watching the database", "not PostgreSQL")),
    }
}

/// A query without parameters that diesel has no words for; unlike `sql_query` it is prepared only once.
#[derive(Debug, Clone, Copy)]
struct Fixed<ST>(&'static str, std::marker::PhantomData<ST>);

const DATA_VERSION: Fixed<BigInt> = Fixed("PRAGMA data_version", std::marker::PhantomData);
const SNAPSHOT: Fixed<(Text, BigInt)> = Fixed(
    "SELECT pg_current_snapshot()::text, (SELECT number FROM caller_changes)",
    std::marker::PhantomData,
);

impl<ST, DB: diesel::backend::Backend> QueryFragment<DB> for Fixed<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl<ST> QueryId for Fixed<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Fixed<ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<SqliteConnection> for Fixed<ST> {}
impl<ST> RunQueryDsl<PgConnection> for Fixed<ST> {}
