//! Fresh databases of both kinds, and a look at them from outside.

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};

use cadastre::db::{DatabaseUrl, Db, migrate};
use cadastre::journal::JournalLedger;
use cadastre::kernel::Result;

use super::services;

/// Runs each promise on SQLite and on PostgreSQL, on a fresh database of its own.
#[macro_export]
macro_rules! on_every_database {
    ($($promise:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() { super::$promise($crate::support::databases::Database::sqlite()).await })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() { super::$promise($crate::support::databases::Database::postgres()).await })*
        }
    };
}

/// A database of one test.
pub struct Database {
    /// As the program takes it.
    pub url: DatabaseUrl,
    /// The same as text, password included.
    pub address: String,
    /// The folder of a SQLite file; goes when this is dropped.
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    /// A fresh SQLite database without tables.
    pub fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::at(&format!("sqlite:{}", folder.path().join("cadastre.sqlite").display()), Some(folder))
    }

    /// A fresh PostgreSQL database without tables.
    pub fn empty_postgres() -> Self {
        Self::at(&services::postgres().new_database(), None)
    }

    /// A fresh SQLite database with all tables.
    pub fn sqlite() -> Self {
        Self::empty_sqlite().migrated()
    }

    /// A fresh PostgreSQL database with all tables.
    pub fn postgres() -> Self {
        Self::empty_postgres().migrated()
    }

    /// The database at an address; it is not removed afterwards.
    pub fn at(address: &str, folder: Option<tempfile::TempDir>) -> Self {
        let url = address.parse().expect("a database address");
        Self { url, address: address.to_owned(), _folder: folder }
    }

    /// The same, with all tables.
    pub fn migrated(self) -> Self {
        migrate(&self.url).expect("migrations apply");
        self
    }

    /// Opens it as the program does: one more replica each time.
    pub fn open(&self) -> Db {
        self.try_open().expect("the database opens")
    }

    /// Opens it as the program does.
    pub fn try_open(&self) -> Result<Db> {
        Db::open(&self.url, 8, Box::new(JournalLedger::default()))
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.url, DatabaseUrl::Postgres(_))
    }

    /// Runs SQL from outside the program and gives the first column of each row, as text.
    ///
    /// # Errors
    /// What the database said.
    pub fn try_query(&self, sql: &str) -> Result<Vec<String>, String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        if self.is_postgres() {
            let lines = services::query(&self.address, sql)?;
            return Ok(lines.lines().map(str::to_owned).collect());
        }
        let mut conn = self.sqlite_connection();
        let sql = format!("WITH found (line) AS ({sql}) SELECT CAST(line AS TEXT) AS line FROM found");
        let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).map_err(|error| error.to_string())?;
        Ok(rows.into_iter().map(|row| row.line).collect())
    }

    /// As [`Self::try_query`].
    pub fn query(&self, sql: &str) -> Vec<String> {
        self.try_query(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The one number that the SQL gives.
    pub fn number(&self, sql: &str) -> i64 {
        self.query(sql).concat().parse().unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs SQL from outside the program.
    ///
    /// # Errors
    /// What the database said.
    pub fn try_execute(&self, sql: &str) -> Result<(), String> {
        if self.is_postgres() {
            return services::query(&self.address, sql).map(drop);
        }
        self.sqlite_connection().batch_execute(sql).map_err(|error| error.to_string())
    }

    /// As [`Self::try_execute`].
    pub fn execute(&self, sql: &str) {
        self.try_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// A plain connection to the SQLite file.
    pub fn sqlite_connection(&self) -> SqliteConnection {
        let path = self.address.strip_prefix("sqlite:").expect("this is SQLite");
        let mut conn = SqliteConnection::establish(path).expect("the file opens");
        conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;").expect("settings");
        conn
    }
}
