//! Rows of the names and public keys under which the log has been signed.

use diesel::{Insertable, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable, SelectableHelper as _};

use crate::db::Conn;
use crate::db::schema::journal_keys;
use crate::kernel::Result;

/// A name and a public key of the log.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = journal_keys)]
pub(in crate::journal) struct KeyRow {
    /// Which one it is, counted from 1.
    pub number: i64,
    /// The epoch it signs.
    pub epoch: i64,
    /// The log's name in this epoch.
    pub origin: String,
    /// The key as verifiers take it.
    pub vkey: String,
    /// How many entries there were when it came to be.
    pub since: i64,
}

/// All keys, in order; the last one holds now.
pub(in crate::journal) fn keys(conn: &mut Conn) -> Result<Vec<KeyRow>> {
    Ok(journal_keys::table.order(journal_keys::number).select(KeyRow::as_select()).load(conn)?)
}

pub(in crate::journal) fn add_key(conn: &mut Conn, key: &KeyRow) -> Result<()> {
    diesel::insert_into(journal_keys::table).values(key).execute(conn)?;
    Ok(())
}
