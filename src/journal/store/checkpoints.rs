//! Rows of signed checkpoints.

use diesel::{
    ExpressionMethods as _, Insertable, OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _,
    Selectable, SelectableHelper as _,
};

use crate::db::Conn;
use crate::db::schema::journal_checkpoints;
use crate::kernel::Result;

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = journal_checkpoints)]
pub(in crate::journal) struct Checkpointed {
    /// The epoch of the log.
    pub epoch: i64,
    /// The hour since 1970 in which it was signed.
    pub hour: i64,
    /// How many entries it covers.
    pub size: i64,
    /// The signed note.
    pub note: String,
}

/// The newest checkpoint.
pub(in crate::journal) fn latest_checkpoint(conn: &mut Conn) -> Result<Option<Checkpointed>> {
    let newest = (journal_checkpoints::epoch.desc(), journal_checkpoints::size.desc());
    Ok(journal_checkpoints::table.order(newest).select(Checkpointed::as_select()).first(conn).optional()?)
}

/// Every checkpoint that is kept, oldest first.
pub(in crate::journal) fn all_checkpoints(conn: &mut Conn) -> Result<Vec<Checkpointed>> {
    let oldest = (journal_checkpoints::epoch, journal_checkpoints::size);
    Ok(journal_checkpoints::table.order(oldest).select(Checkpointed::as_select()).load(conn)?)
}

/// Stores a checkpoint in the place of an earlier one of its hour.
pub(in crate::journal) fn store_checkpoint(conn: &mut Conn, checkpoint: &Checkpointed) -> Result<()> {
    let of_hour = journal_checkpoints::table.find((checkpoint.epoch, checkpoint.hour));
    let replaced = diesel::update(of_hour)
        .set((journal_checkpoints::size.eq(checkpoint.size), journal_checkpoints::note.eq(&checkpoint.note)))
        .execute(conn)?;
    if replaced == 0 {
        diesel::insert_into(journal_checkpoints::table).values(checkpoint).execute(conn)?;
    }
    Ok(())
}

/// The checkpoint of this size, if it is still kept.
pub(in crate::journal) fn checkpoint_of_size(
    conn: &mut Conn,
    epoch: i64,
    size: i64,
) -> Result<Option<Checkpointed>> {
    let of_size = journal_checkpoints::table
        .filter(journal_checkpoints::epoch.eq(epoch))
        .filter(journal_checkpoints::size.eq(size));
    Ok(of_size.select(Checkpointed::as_select()).first(conn).optional()?)
}

/// Replaces the note of a checkpoint, if it is still kept: signatures were added.
pub(in crate::journal) fn replace_note(conn: &mut Conn, checkpoint: &Checkpointed, note: &str) -> Result<()> {
    let same = journal_checkpoints::table
        .find((checkpoint.epoch, checkpoint.hour))
        .filter(journal_checkpoints::size.eq(checkpoint.size));
    diesel::update(same).set(journal_checkpoints::note.eq(note)).execute(conn)?;
    Ok(())
}
