//! The only home of two-database knowledge.
//!
//! Stores write one query text over [`Conn`], which is SQLite or PostgreSQL. Reads go through [`Db::read`], a
//! pool behind a semaphore. All writes go through [`Db::write`]: one thread per process runs the waiting closures,
//! each in its own savepoint, in one transaction with one commit, and answers nobody before that commit. The
//! journal is part of that transaction, see [`Ledger`].

mod conn;
mod epoch;
mod error;
mod memo;
mod migrate;
mod once;
mod pace;
mod pool;
mod query;
pub mod schema;
mod tx;
mod types;
mod url;
mod writer;

pub use conn::{Conn, MultiBackend};
pub use memo::Memo;
pub use migrate::{MigrationState, check as check_migrations, migrate, repair, revert_all};
pub use once::forget_idempotency_keys;
pub use pool::Db;
pub use query::{OrIgnore, OrIgnoreDsl, cols};
pub use tx::{BEHIND, Entry, Head, Ledger, Tx};
pub use url::DatabaseUrl;

pub(crate) use query::each_backend;
pub(crate) use types::{column_expression, text_column};
