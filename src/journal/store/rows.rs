//! The journal's rows, read by position.

use diesel::dsl::max;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use crate::db::Conn;
use crate::db::schema::journal;
use crate::kernel::{Digest, Result, Timestamp};

/// Rows in one INSERT, which keeps the number of bound values below both databases' limits; and leaves read at once.
pub(super) const CHUNK: usize = 1000;

/// An entry as it stands in the journal.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = journal)]
pub struct Recorded {
    /// The place in the journal, counted from zero.
    pub position: i64,
    /// What happened.
    pub kind: String,
    /// The canonical JSON text that was hashed.
    pub body: String,
    /// The leaf hash.
    pub leaf: Digest,
}

/// Entries from a position on, oldest first. Positions become visible in order and without gaps, so a follower may
/// remember the last one it saw.
///
/// # Errors
/// When the database fails.
pub(in crate::journal) fn read_from(conn: &mut Conn, position: i64, limit: i64) -> Result<Vec<Recorded>> {
    Ok(journal::table
        .filter(journal::position.ge(position))
        .order(journal::position)
        .limit(limit)
        .select(Recorded::as_select())
        .load(conn)?)
}

/// Leaf hashes from a position on, as many as there are up to a number.
///
/// # Errors
/// When the database fails.
pub(in crate::journal) fn leaves(conn: &mut Conn, first: i64, count: i64) -> Result<Vec<Digest>> {
    Ok(journal::table
        .filter(journal::position.ge(first))
        .filter(journal::position.lt(first.saturating_add(count)))
        .order(journal::position)
        .select(journal::leaf)
        .load(conn)?)
}

/// When the newest entry was made; the checkpoint tells everybody that there is one.
///
/// # Errors
/// When the database fails.
pub fn newest_at(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let newest = journal::table.order(journal::position.desc()).select(journal::at);
    Ok(newest.first(conn).optional()?)
}

/// When the newest entry of one of these kinds about one of these things was made.
///
/// # Errors
/// When the database fails.
pub fn newest_at_about(
    conn: &mut Conn,
    subjects: &[&str],
    kinds: &[&'static str],
) -> Result<Option<Timestamp>> {
    let newest = journal::table
        .filter(journal::subject.eq_any(subjects.to_vec()))
        .filter(journal::kind.eq_any(kinds.to_vec()))
        .order(journal::position.desc())
        .select(journal::at);
    Ok(newest.first(conn).optional()?)
}

/// How many entries the log has.
///
/// # Errors
/// When the database fails.
pub fn log_size(conn: &mut Conn) -> Result<i64> {
    let last: Option<i64> = journal::table.select(max(journal::position)).first(conn)?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}
