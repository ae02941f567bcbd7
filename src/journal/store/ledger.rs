//! The journal as the writer sees it: what it knows to be committed, and the rows of a group that it seals.

use diesel::{ExpressionMethods, Insertable, OptionalExtension, QueryDsl, RunQueryDsl};

use super::nodes::{frontier, grow, insert_nodes};
use super::rows::{CHUNK, leaves};
use crate::db::schema::{journal, journal_payloads};
use crate::db::{Conn, Entry, Head, Ledger, each_backend};
use crate::journal::merkle::Frontier;
use crate::journal::sign::behind;
use crate::kernel::{Digest, Error, Result, Timestamp};

/// The journal of one database, as one writer seals it.
///
/// Nothing stored says where the tree stands: it follows from rows and nodes. It is read from them once, and from then on
/// kept in step with the rows that were committed since, by this process or by another. A group that was sealed is no
/// exception: it is taken in when it is read again, because its commit may have failed and another replica may have
/// written at the same positions.
#[derive(Debug, Default)]
pub struct JournalLedger {
    seen: Option<Seen>,
}

/// What was seen to be committed.
#[derive(Debug)]
struct Seen {
    frontier: Frontier,
    /// Position and leaf of the last entry, unless there is none.
    last: Option<(i64, Digest)>,
}

impl Seen {
    /// What is there now, from the nodes of the tree and the leaves behind the last of them.
    fn first(conn: &mut Conn) -> Result<Self> {
        let frontier = frontier(conn)?;
        let last = size(&frontier) - 1;
        let leaf = if last < 0 { None } else { leaves(conn, last, 1)?.pop() };
        Ok(Self { frontier, last: leaf.map(|leaf| (last, leaf)) })
    }

    /// Takes in what was committed since, and holds the last known entry against the one that stands there.
    fn catch_up(&mut self, conn: &mut Conn) -> Result<()> {
        loop {
            let from = self.last.map_or(0, |(position, _)| position);
            let rows = rows_from(conn, from)?;
            let is_end = rows.len() < CHUNK;
            let mut rows = rows.into_iter();
            if self.last.is_some() && rows.next() != self.last {
                return Err(behind(&format!("entry {from} was there, and is gone or another one")));
            }
            for (position, leaf) in rows {
                let expected = size(&self.frontier);
                if position != expected {
                    return Err(Error::internal(
                        "journal",
                        format!(
                            "entry {expected} is missing, the next one stands at {position}; run `cadastre admin doctor`"
                        ),
                    ));
                }
                self.frontier.push(leaf);
                self.last = Some((position, leaf));
            }
            if is_end {
                return Ok(());
            }
        }
    }
}

/// Positions and leaves from a position on, at most [`CHUNK`]. Every commit begins with this, so it is asked of the backend's
/// own connection, which finds the statement again by its type; over the enum of both, its text is made each time.
fn rows_from(conn: &mut Conn, position: i64) -> Result<Vec<(i64, Digest)>> {
    let from = journal::table.filter(journal::position.ge(position)).order(journal::position);
    let query = from.limit(CHUNK as i64).select((journal::position, journal::leaf));
    Ok(each_backend!(conn, conn => query.load(conn))?)
}

fn size(frontier: &Frontier) -> i64 {
    i64::try_from(frontier.size()).unwrap_or(i64::MAX)
}

#[derive(Insertable)]
#[diesel(table_name = journal)]
struct NewRow<'a> {
    position: i64,
    kind: &'a str,
    subject: &'a str,
    actor: &'a str,
    space: Option<&'a str>,
    at: Timestamp,
    body: &'a str,
    leaf: Digest,
    concerning: Option<&'a str>,
    provided_by: Option<&'a str>,
}

#[derive(Insertable)]
#[diesel(table_name = journal_payloads)]
struct NewPayload<'a> {
    position: i64,
    salt: &'a [u8],
    payload: &'a str,
}

impl Ledger for JournalLedger {
    fn head(&mut self, conn: &mut Conn) -> Result<Head> {
        let seen = match &mut self.seen {
            Some(seen) => {
                seen.catch_up(conn)?;
                seen
            }
            unseen => unseen.insert(Seen::first(conn)?),
        };
        Ok(Head { size: size(&seen.frontier), frontier: seen.frontier.roots().to_vec() })
    }

    fn seal(&self, conn: &mut Conn, head: &Head, entries: &[Entry]) -> Result<()> {
        let (mut frontier, mut nodes) = (Frontier::try_from(head)?, Vec::new());
        for entry in entries {
            grow(&mut frontier, entry.leaf, &mut nodes);
        }
        insert_rows(conn, entries)?;
        insert_nodes(conn, &nodes)
    }

    fn contains(&self, conn: &mut Conn, entry: &Entry) -> Result<bool> {
        let leaf: Option<Digest> =
            journal::table.find(entry.position).select(journal::leaf).first(conn).optional()?;
        Ok(leaf == Some(entry.leaf))
    }
}

impl TryFrom<&Head> for Frontier {
    type Error = Error;

    fn try_from(head: &Head) -> Result<Self> {
        Self::restore(u64::try_from(head.size).unwrap_or_default(), head.frontier.clone())
    }
}

fn insert_rows(conn: &mut Conn, entries: &[Entry]) -> Result<()> {
    let rows: Vec<NewRow<'_>> = entries.iter().map(row).collect();
    if let [row] = rows.as_slice() {
        // A single row takes the cached statement.
        diesel::insert_into(journal::table).values(row).execute(conn)?;
    } else {
        for chunk in rows.chunks(CHUNK) {
            each_backend!(conn, conn => diesel::insert_into(journal::table).values(chunk).execute(conn))?;
        }
    }
    let payloads: Vec<NewPayload<'_>> = entries.iter().filter_map(payload).collect();
    for chunk in payloads.chunks(CHUNK) {
        each_backend!(conn, conn => diesel::insert_into(journal_payloads::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

fn row(entry: &Entry) -> NewRow<'_> {
    NewRow {
        position: entry.position,
        kind: entry.kind,
        subject: &entry.subject,
        actor: &entry.actor,
        space: entry.space.as_deref(),
        at: entry.at,
        body: &entry.body,
        leaf: entry.leaf,
        concerning: entry.concerning.as_deref(),
        provided_by: entry.provided_by.as_deref(),
    }
}

fn payload(entry: &Entry) -> Option<NewPayload<'_>> {
    let (salt, payload) = entry.payload.as_ref()?;
    Some(NewPayload { position: entry.position, salt, payload })
}
