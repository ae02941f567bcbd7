//! What the state of the database is called, so that answers can be remembered exactly as long as they are true.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::unix::fs::FileExt as _;
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
    /// By the header of the WAL index, which every commit of anybody changes.
    Sqlite(WalIndex, Mutex<Seen>),
    /// SQLite without a WAL index, as on some file systems in a network: nothing is remembered.
    Blind,
    /// Two snapshots with one name see the same commits. The last one seen, and how many there were.
    Postgres(Mutex<(String, u64)>),
}

/// The header of SQLite's WAL index: memory that all connections share through a file, whose first 48 bytes count the
/// changes and name the end of the log (<https://sqlite.org/walformat.html>, 2.1). A commit is visible to others from the
/// moment at which it stands there. `PRAGMA data_version` tells the same under a lock of the whole process, for which the
/// requests of one worker would wait for those of the others.
pub(super) struct WalIndex(
    /// Never closed: closing any descriptor of a file gives up the locks that the process, hence SQLite, holds on it
    /// (POSIX, `fcntl`).
    ManuallyDrop<File>,
);

type Header = [u8; 48];

/// The last state that was looked at.
pub(super) struct Seen {
    /// Stays open, so that SQLite keeps the file of the WAL index.
    conn: SqliteConnection,
    header: Header,
    data: u64,
    callers: i64,
}

impl Watch {
    pub(super) fn open(url: &DatabaseUrl) -> Result<Self> {
        let DatabaseUrl::Sqlite(path) = url else { return Ok(Self::Postgres(Mutex::default())) };
        let Conn::Sqlite(mut conn) =
            Conn::open(url, Role::Reader).map_err(|error| Error::internal("watching the database", error))?
        else {
            return Err(Error::internal("watching the database", "not SQLite"));
        };
        let callers = caller_changes_of(&mut conn)?;
        // SQLite names it after the file itself, not after a link to it.
        let index = std::fs::canonicalize(path).and_then(|path| {
            let mut index = path.into_os_string();
            index.push("-shm");
            File::open(index)
        });
        let index = match index {
            Ok(file) => WalIndex(ManuallyDrop::new(file)),
            Err(error) => {
                tracing::warn!(%error, "no WAL index is found, so answers are not remembered and take longer");
                return Ok(Self::Blind);
            }
        };
        let header = index.header()?;
        Ok(Self::Sqlite(index, Mutex::new(Seen { conn, header, data: 0, callers })))
    }
}

impl WalIndex {
    fn header(&self) -> Result<Header> {
        let mut header = [0; 48];
        let read = self.0.read_exact_at(&mut header, 0);
        read.map_err(|error| Error::internal("watching the database", error))?;
        Ok(header)
    }
}

impl Seen {
    fn look(&mut self, header: Header) -> Result<Epochs> {
        if self.header != header {
            self.callers = caller_changes_of(&mut self.conn)?;
            (self.header, self.data) = (header, self.data + 1);
        }
        Ok(epochs(self.data, self.callers))
    }
}

fn caller_changes_of(conn: &mut SqliteConnection) -> Result<i64> {
    Ok(caller_changes::table.select(caller_changes::number).first(conn)?)
}

impl Db {
    /// The present state's names. An answer read after this was asked for is at least as new as the epochs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn epochs(&self) -> Result<Epochs> {
        match self.watch() {
            Watch::Sqlite(index, seen) => {
                // Threads that look at the same moment may begin an epoch each, but never keep an older one.
                let header = index.header()?;
                seen.lock().unwrap_or_else(PoisonError::into_inner).look(header)
            }
            Watch::Blind => Err(Error::internal("watching the database", "there is no WAL index")),
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

impl<ST> RunQueryDsl<PgConnection> for Fixed<ST> {}
