//! Erasing what a person said: payloads and their salts go, entries and proofs stay.

use serde_json::json;

use super::model::{Event, append};
use super::store::{self, Said};
use crate::db::{Conn, Tx};
use crate::kernel::{Ctx, PersonId, Result, Slug};

/// The kind of the event that says so.
pub(super) const ERASED: &str = "person.erased";
/// Payloads that are not anybody's words: paths of files, which the dataset goes by.
const KEPT: &str = "version.file_";
/// Positions in one event: an entry has a limit.
const PART: usize = 5000;

/// What was found of a person's words before the write that erases them.
#[derive(Debug, Default)]
pub struct Words {
    said: Vec<Said>,
    /// From where on entries have not been looked at.
    from: i64,
}

impl Words {
    /// What was said, in the order of the journal.
    pub fn said(&self) -> impl Iterator<Item = &Said> {
        self.said.iter()
    }

    fn look_on(&mut self, conn: &mut Conn, person: &PersonId, login: &Slug) -> Result<()> {
        let end = store::last_payload(conn)?.map_or(self.from, |last| self.from.max(last + 1));
        self.said.extend(store::said_by(conn, person, self.from)?);
        self.said.extend(store::naming(conn, self.from, login.as_str())?);
        self.said.retain(|said| !said.kind.starts_with(KEPT) && said.position < end);
        self.said.sort_unstable_by_key(|said| said.position);
        self.said.dedup_by_key(|said| said.position);
        self.from = end;
        Ok(())
    }
}

/// Looks through the journal for payloads that this person wrote, or that name the person: the long part, done before the
/// write.
///
/// # Errors
/// When the database fails.
pub fn find_words(conn: &mut Conn, person: &PersonId, login: &Slug) -> Result<Words> {
    let mut words = Words::default();
    words.look_on(conn, person, login)?;
    Ok(words)
}

/// Looks at what has come since, within the write.
///
/// # Errors
/// When the database fails.
pub fn complete_words(tx: &mut Tx<'_>, words: &mut Words, person: &PersonId, login: &Slug) -> Result<()> {
    words.look_on(tx, person, login)
}

/// Takes the payloads away and says so in the journal, with their positions.
///
/// # Errors
/// When the database fails.
pub fn erase_words(tx: &mut Tx<'_>, ctx: &Ctx, words: &Words, person: &PersonId, reason: &str) -> Result<()> {
    let positions: Vec<i64> = words.said.iter().map(|said| said.position).collect();
    store::erase(tx, &positions)?;
    let parts: Vec<&[i64]> = if positions.is_empty() { vec![&[]] } else { positions.chunks(PART).collect() };
    for part in parts {
        let event = Event::new(ERASED, person).fact("positions", json!(part));
        append(tx, ctx, event.payload(json!({ "reason": reason })))?;
    }
    Ok(())
}
