//! One connection type over both databases, and how a connection of each is set up.

#![expect(missing_docs, reason = "diesel's derive writes public items without docs")]

use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::result::Error::DatabaseError;
use diesel::{Connection, ConnectionResult, PgConnection, QueryResult, SqliteConnection};

use super::url::DatabaseUrl;
use crate::kernel::ExposeSecret;

/// A connection to either database; one query text serves both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Reads only; the database itself refuses writes.
    Reader,
    /// The writer's own connection.
    Writer,
    /// Migrations: no time limits.
    Migrator,
}

/// `busy_timeout` comes first: setting WAL while another connection closes would else fail at once.
const SQLITE_COMMON: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;";
/// How long a connection waits for a file that others are just making, and how long between two attempts.
const BUSY_WAIT: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(10);
const SQLITE_READER: &str = "PRAGMA query_only = ON;";
/// FULL: a commit is on the disk before anybody is told of it. A checkpoint flushes the log and the database while
/// everybody waits: every 32 MiB of log, not every 4. What savepoints keep to undo a closure stays in memory, not in a
/// file that is made anew for every group; 16 MiB hold the inner pages of the indexes.
const SQLITE_WRITER: &str = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;";

const POSTGRES_READER: &str = "SET default_transaction_read_only = on; SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s';";
/// The idle limit frees the other replicas when this one is frozen while it holds the lock.
const POSTGRES_WRITER: &str = "SET synchronous_commit = on; SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '2s';";
const POSTGRES_MIGRATOR: &str = "SET statement_timeout = 0; SET lock_timeout = '60s';";

/// Any number that no other user of the database takes; spells "cadastre" in hexadecimal as far as it goes.
const WRITER_LOCK: i64 = 0x0CAD_A57E;

impl Conn {
    pub(super) fn open(url: &DatabaseUrl, role: Role) -> ConnectionResult<Self> {
        let mut conn = match url {
            DatabaseUrl::Sqlite(path) => Self::Sqlite(SqliteConnection::establish(&path.to_string_lossy())?),
            DatabaseUrl::Postgres(url) => {
                Self::Postgres(PgConnection::establish(&with_defaults(url.expose_secret()))?)
            }
        };
        conn.set_up(role).map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }

    fn set_up(&mut self, role: Role) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => {
                patiently(|| conn.batch_execute(SQLITE_COMMON))?;
                conn.batch_execute(if role == Role::Reader { SQLITE_READER } else { SQLITE_WRITER })
            }
            Self::Postgres(conn) => conn.batch_execute(match role {
                Role::Reader => POSTGRES_READER,
                Role::Writer => POSTGRES_WRITER,
                Role::Migrator => POSTGRES_MIGRATOR,
            }),
        }
    }

    /// Opens the writer's transaction and takes the lock that orders all replicas.
    ///
    /// READ COMMITTED is written out: with a stricter level the snapshot would be taken by the very statement that
    /// waits for the lock, and the transaction would not see what the previous holder committed.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                &format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITER_LOCK})"),
            ),
        }
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
        }
    }

    pub(super) fn roll_back(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        }
    }

    pub(super) fn savepoint_sql(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
    }
}

/// Repeats what SQLite refuses at once, whatever the busy timeout: of several that switch a new file to WAL at the same
/// moment, none would give way to another.
fn patiently(mut attempt: impl FnMut() -> QueryResult<()>) -> QueryResult<()> {
    let until = Instant::now() + BUSY_WAIT;
    loop {
        match attempt() {
            Err(DatabaseError(_, info)) if info.message().contains("locked") && Instant::now() < until => {
                std::thread::sleep(BUSY_PAUSE);
            }
            outcome => return outcome,
        }
    }
}

/// Adds a connect time limit and TCP keepalives where the URL does not set its own.
fn with_defaults(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else { return url.to_owned() };
    for (key, value) in [
        ("connect_timeout", "5"),
        ("keepalives_idle", "15"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
    ] {
        if !parsed.query_pairs().any(|(set, _)| set == key) {
            parsed.query_pairs_mut().append_pair(key, value);
        }
    }
    parsed.to_string()
}

/// Opens reader connections for the pool.
pub(super) struct Readers(pub(super) DatabaseUrl);

/// A pooled connection for reading.
pub(super) struct Reader {
    pub(super) conn: Conn,
    /// The last read failed in a way that the connection may be the cause of; diesel does not notice by itself that
    /// the server has ended a session.
    pub(super) doubtful: bool,
}

impl ManageConnection for Readers {
    type Connection = Reader;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Reader, Self::Error> {
        let conn = Conn::open(&self.0, Role::Reader).map_err(diesel::r2d2::Error::ConnectionError)?;
        Ok(Reader { conn, doubtful: false })
    }

    fn is_valid(&self, reader: &mut Reader) -> Result<(), Self::Error> {
        reader.conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, reader: &mut Reader) -> bool {
        reader.conn.is_broken() || (reader.doubtful && reader.conn.ping().is_err())
    }
}
