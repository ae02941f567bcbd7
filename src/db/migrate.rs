//! Migrations: two folders with the same names, embedded in the binary.

use std::collections::BTreeSet;

use diesel::RunQueryDsl;
use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{Conn, Role};
use super::url::DatabaseUrl;
use crate::kernel::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How the database's schema compares with what this program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationState {
    /// The two agree.
    Current,
    /// These migrations have not been applied yet.
    Behind(Vec<String>),
    /// The database has migrations that this program does not know: it was made by a newer one.
    Newer(Vec<String>),
}

/// Compares the database's schema with this program's; changes nothing.
///
/// # Errors
/// When the database cannot be reached or read.
pub fn check(url: &DatabaseUrl) -> Result<MigrationState> {
    with_migrator(url, state)
}

/// Applies what is missing, all of it or nothing, and names it; does nothing when all is there.
///
/// # Errors
/// `database_newer` when the database was made by a newer program; else when the database fails.
pub fn migrate(url: &DatabaseUrl) -> Result<Vec<String>> {
    with_migrator(url, |conn| {
        // Replicas that migrate at once take turns, also with the writers of those already at work; whoever comes
        // later finds nothing to do. An error ends the connection, and with it everything begun here.
        conn.begin_write()?;
        let applied = apply_missing(conn)?;
        conn.commit()?;
        Ok(applied)
    })
}

fn apply_missing(conn: &mut Conn) -> Result<Vec<String>> {
    match state(conn)? {
        MigrationState::Newer(names) => return Err(newer(&names)),
        MigrationState::Current => return Ok(Vec::new()),
        MigrationState::Behind(_) => {}
    }
    let applied = match conn {
        Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(names),
        Conn::Postgres(conn) => conn.run_pending_migrations(POSTGRES).map(names),
    };
    applied.map_err(|error| Error::internal("migration", error))
}

/// Reverts every migration; for tests of the way down.
///
/// # Errors
/// When a migration cannot be reverted.
pub fn revert_all(url: &DatabaseUrl) -> Result<()> {
    with_migrator(url, |conn| {
        let reverted = match conn {
            Conn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(names),
            Conn::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(names),
        };
        reverted.map(drop).map_err(|error| Error::internal("reverting migrations", error))
    })
}

/// Runs a repair alone: it holds the writer's lock, so that no other process writes meanwhile, and stands on a
/// connection without time limits.
///
/// # Errors
/// What the repair returns; nothing has been changed then.
pub fn repair<T>(url: &DatabaseUrl, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    with_migrator(url, |conn| {
        conn.begin_write()?;
        let done = work(conn)?;
        conn.commit()?;
        Ok(done)
    })
}

/// The refusal to work with a database that a newer program made.
pub(super) fn newer(names: &[String]) -> Error {
    Error::conflict(
        "database_newer",
        format!(
            "the database was made by a newer Cadastre (it has {}); use that version or a later one",
            names.join(", ")
        ),
    )
}

fn with_migrator<T>(url: &DatabaseUrl, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let mut conn = Conn::open(url, Role::Migrator).map_err(|error| unreachable(url, error))?;
    f(&mut conn)
}

/// Says which database cannot be used, and what to look at.
pub(super) fn unreachable(url: &DatabaseUrl, error: diesel::ConnectionError) -> Error {
    let hint = match url {
        DatabaseUrl::Sqlite(_) => "does its folder exist, and may this user write there?",
        DatabaseUrl::Postgres(_) => "is it running, and are host, user, password and database name right?",
    };
    let reason = error.to_string().lines().next().unwrap_or_default().to_owned();
    Error::unavailable("database_unusable", format!("the database {url} cannot be used: {reason}; {hint}"))
        .caused_by("connecting", error)
}

fn state(conn: &mut Conn) -> Result<MigrationState> {
    let known = match conn {
        Conn::Sqlite(_) => embedded::<diesel::sqlite::Sqlite>(&SQLITE)?,
        Conn::Postgres(_) => embedded::<diesel::pg::Pg>(&POSTGRES)?,
    };
    let applied = applied(conn)?;
    let beyond: Vec<String> = applied.difference(&known).cloned().collect();
    if !beyond.is_empty() {
        return Ok(MigrationState::Newer(beyond));
    }
    let missing: Vec<String> = known.difference(&applied).cloned().collect();
    Ok(if missing.is_empty() { MigrationState::Current } else { MigrationState::Behind(missing) })
}

/// diesel would make its list where there is none; here an empty database stays empty.
fn applied(conn: &mut Conn) -> Result<BTreeSet<String>> {
    let is_there = match conn {
        Conn::Sqlite(_) => "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')",
        Conn::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    if !diesel::select(sql::<Bool>(is_there)).get_result(conn)? {
        return Ok(BTreeSet::new());
    }
    // diesel's own listing begins with CREATE TABLE IF NOT EXISTS, which a standby refuses.
    let applied = sql::<Text>("SELECT version FROM __diesel_schema_migrations").load::<String>(conn);
    Ok(applied.map_err(|error| Error::internal("list of migrations", error))?.into_iter().collect())
}

fn embedded<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<BTreeSet<String>>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let all: Vec<Box<dyn Migration<DB>>> =
        source.migrations().map_err(|error| Error::internal("embedded migrations", error))?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

fn names(versions: Vec<MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
