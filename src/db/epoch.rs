//! What the state of the database is called, so that answers can be remembered exactly as long as they are true.

use std::sync::{Mutex, PoisonError};

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

use super::conn::{Conn, Role};
use super::pool::Db;
use super::url::DatabaseUrl;
use crate::kernel::{Epoch, Error, Result};

/// Sees every commit, whoever makes it.
pub(super) enum Watch {
    /// A connection that never writes: SQLite tells it by `PRAGMA data_version` whether another one has committed.
    /// This takes microseconds and no disk, so nobody waits for a thread of his own.
    Sqlite(Mutex<SqliteConnection>),
    /// Two snapshots with one name see the same commits. The last one seen, and how many there were.
    Postgres(Mutex<(String, u64)>),
}

impl Watch {
    pub(super) fn open(url: &DatabaseUrl) -> Result<Self> {
        match url {
            DatabaseUrl::Postgres(_) => Ok(Self::Postgres(Mutex::default())),
            DatabaseUrl::Sqlite(_) => match Conn::open(url, Role::Reader) {
                Ok(Conn::Sqlite(conn)) => Ok(Self::Sqlite(Mutex::new(conn))),
                Ok(Conn::Postgres(_)) => Err(Error::internal("watching the database", "not SQLite")),
                Err(error) => Err(Error::internal("watching the database", error)),
            },
        }
    }
}

impl Db {
    /// The present state's name. An answer read after this was asked for is at least as new as the epoch.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn epoch(&self) -> Result<Epoch> {
        match self.watch() {
            Watch::Sqlite(conn) => {
                let mut conn = conn.lock().unwrap_or_else(PoisonError::into_inner);
                let version: i64 = DATA_VERSION.get_result(&mut *conn)?;
                Ok(Epoch::new(version.unsigned_abs()))
            }
            Watch::Postgres(seen) => {
                let name = self.read(snapshot).await?;
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if seen.0 != name {
                    *seen = (name, seen.1 + 1);
                }
                Ok(Epoch::new(seen.1))
            }
        }
    }
}

fn snapshot(conn: &mut Conn) -> Result<String> {
    match conn {
        Conn::Postgres(conn) => Ok(SNAPSHOT.get_result(conn)?),
        Conn::Sqlite(_) => Err(Error::internal("watching the database", "not PostgreSQL")),
    }
}

/// A query without parameters that diesel has no words for; unlike `sql_query` it is prepared only once.
#[derive(Debug, Clone, Copy)]
struct Fixed<ST>(&'static str, std::marker::PhantomData<ST>);

const DATA_VERSION: Fixed<BigInt> = Fixed("PRAGMA data_version", std::marker::PhantomData);
const SNAPSHOT: Fixed<Text> = Fixed("SELECT pg_current_snapshot()::text", std::marker::PhantomData);

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
