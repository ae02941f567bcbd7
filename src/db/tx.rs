//! What a write closure is given, and what the writer asks of the journal.

use std::ops::{Deref, DerefMut};

use super::conn::Conn;
use crate::kernel::{Digest, Result, Timestamp};

/// One row of the journal, ready to be stored. `db` knows positions and leaves; what an event means is the
/// journal's business.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The place in the journal, counted from zero.
    pub position: i64,
    /// What happened, as `aggregate.past_tense`.
    pub kind: &'static str,
    /// The id of the thing it happened to.
    pub subject: String,
    /// Who did it.
    pub actor: String,
    /// The data space concerned, if one is.
    pub space: Option<String>,
    /// The organisation that asks or holds, if one does.
    pub concerning: Option<String>,
    /// The organisation that provides the dataset, if it is about one.
    pub provided_by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The canonical JSON text that was hashed.
    pub body: String,
    /// The leaf hash over the body.
    pub leaf: Digest,
    /// The part the entry only commits to: the salt and the canonical JSON text, which can be erased.
    pub payload: Option<([u8; 16], String)>,
}

/// The code of a database that went back or was changed: nothing may be written to it.
pub const BEHIND: &str = "journal_behind";

/// How far the journal has come.
#[derive(Debug, Clone)]
pub struct Head {
    /// How many entries there are.
    pub size: i64,
    /// Roots of the complete subtrees, largest first.
    pub frontier: Vec<Digest>,
}

/// The journal as the writer sees it: three functions, so that `db` stays below it.
pub trait Ledger: Send + 'static {
    /// Tells how far the journal has come, asked first in each of the writer's transactions. What it reads there was
    /// committed, so it may be remembered; what is sealed later may still be lost.
    ///
    /// # Errors
    /// [`BEHIND`] when what was there before is not there any more: the writer is closed then. Else when the journal
    /// cannot be read.
    fn head(&mut self, conn: &mut Conn) -> Result<Head>;

    /// Stores the group's entries, which go on from this head. Nothing in it may depend on what a caller sent: a failure
    /// here fails the whole group.
    ///
    /// # Errors
    /// When the database fails.
    fn seal(&self, conn: &mut Conn, head: &Head, entries: &[Entry]) -> Result<()>;

    /// Whether this entry stands at its position; asked when a commit got no answer.
    ///
    /// # Errors
    /// When the database fails.
    fn contains(&self, conn: &mut Conn, entry: &Entry) -> Result<bool>;
}

/// A write in progress. Derefs to [`Conn`], so store functions take it as they are.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    head: &'a Head,
    entries: Vec<Entry>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut Conn, head: &'a Head) -> Self {
        Self { conn, head, entries: Vec::new() }
    }

    /// How far the journal had come before this group of writes.
    #[must_use]
    pub fn head(&self) -> &Head {
        self.head
    }

    /// Appends to the journal; cannot fail. The position is final if the group commits.
    pub fn append(&mut self, make: impl FnOnce(i64) -> Entry) -> i64 {
        let position = self.next_position();
        self.entries.push(make(position));
        position
    }

    /// The position that the next appended event will have.
    #[must_use]
    pub fn next_position(&self) -> i64 {
        self.head.size + i64::try_from(self.entries.len()).unwrap_or(i64::MAX)
    }

    /// Tries something that may fail without failing the closure: a nested savepoint. Errors of the database must
    /// not be swallowed any other way, since PostgreSQL then refuses the rest of the transaction and SQLite does not.
    ///
    /// # Errors
    /// Whatever the closure returns; its rows and events are gone then.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let appended = self.entries.len();
        self.conn.savepoint_sql("SAVEPOINT attempt")?;
        // Where the closure swallowed an error, PostgreSQL refuses to release.
        let result = f(self).and_then(|value| {
            self.conn.savepoint_sql("RELEASE SAVEPOINT attempt")?;
            Ok(value)
        });
        if result.is_err() {
            self.entries.truncate(appended);
            self.conn.savepoint_sql("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")?;
        }
        result
    }

    pub(super) fn appended(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn forget_from(&mut self, appended: usize) {
        self.entries.truncate(appended);
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
