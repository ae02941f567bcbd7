//! The journal's rows: the writer's ledger, and reading by position.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::nodes::{grow, insert_nodes, replace_nodes};
use crate::db::schema::{journal, journal_head, journal_payloads};
use crate::db::{Conn, Entry, Head, Ledger, each_backend};
use crate::journal::merkle::{Frontier, leaf_hash};
use crate::kernel::{Digest, Error, Result, Timestamp};

/// Rows in one INSERT; keeps the number of bound values below both databases' limits.
pub(super) const CHUNK: usize = 1000;

/// The journal, as the writer seals it.
#[derive(Debug, Clone, Copy, Default)]
pub struct JournalLedger;

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

impl Ledger for JournalLedger {
    fn head(&self, conn: &mut Conn) -> Result<Head> {
        let last = journal::table.select(diesel::dsl::max(journal::position)).single_value();
        let (size, frontier, last): (i64, Vec<u8>, Option<i64>) = journal_head::table
            .find(1)
            .select((journal_head::size, journal_head::frontier, last))
            .first(conn)?;
        if last.map_or(0, |position| position + 1) != size {
            return Err(Error::internal(
                "journal head",
                format!(
                    "the head says {size} entries, the last row is {last:?}; run `cadastre admin doctor`"
                ),
            ));
        }
        Ok(Head { size, frontier: digests(&frontier)? })
    }

    fn seal(&self, conn: &mut Conn, head: &Head, entries: &[Entry]) -> Result<()> {
        let mut frontier =
            Frontier::restore(u64::try_from(head.size).unwrap_or_default(), head.frontier.clone())?;
        let mut nodes = Vec::new();
        for entry in entries {
            grow(&mut frontier, entry.leaf, &mut nodes);
        }
        insert_rows(conn, entries)?;
        insert_nodes(conn, &nodes)?;
        store_head(conn, &frontier)
    }

    fn contains(&self, conn: &mut Conn, entry: &Entry) -> Result<bool> {
        let leaf: Option<Digest> =
            journal::table.find(entry.position).select(journal::leaf).first(conn).optional()?;
        Ok(leaf == Some(entry.leaf))
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

fn store_head(conn: &mut Conn, frontier: &Frontier) -> Result<()> {
    let roots: Vec<u8> = frontier.roots().iter().flat_map(|root| root.as_bytes().iter().copied()).collect();
    diesel::update(journal_head::table.find(1))
        .set((
            journal_head::size.eq(i64::try_from(frontier.size()).unwrap_or(i64::MAX)),
            journal_head::frontier.eq(roots),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn digests(bytes: &[u8]) -> Result<Vec<Digest>> {
    let (chunks, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(chunks.iter().copied().map(Digest::from_bytes).collect())
    } else {
        Err(Error::internal("journal head", "the frontier is not a whole number of digests"))
    }
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

/// How many entries there are.
///
/// # Errors
/// When the database fails.
pub fn head_size(conn: &mut Conn) -> Result<i64> {
    Ok(journal_head::table.find(1).select(journal_head::size).first(conn)?)
}

/// The frontier of the whole tree.
///
/// # Errors
/// When the database fails, or the stored head cannot be.
pub(in crate::journal) fn frontier(conn: &mut Conn) -> Result<Frontier> {
    let (size, roots): (i64, Vec<u8>) =
        journal_head::table.find(1).select((journal_head::size, journal_head::frontier)).first(conn)?;
    Frontier::restore(u64::try_from(size).unwrap_or_default(), digests(&roots)?)
}

/// Computes head and nodes anew from the rows, checking every leaf; the repair of a head that does not fit them.
///
/// # Errors
/// When a row's leaf is not the hash of its body or a position is missing: that cannot be repaired, only restored.
pub fn rebuild_head(conn: &mut Conn) -> Result<Frontier> {
    let (mut frontier, mut nodes) = (Frontier::default(), Vec::new());
    loop {
        let next = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
        let rows = read_from(conn, next, 1000)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let expected = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
            if row.position != expected || row.leaf != leaf_hash(row.body.as_bytes()) {
                return Err(Error::internal(
                    "journal",
                    format!("row {} does not belong where it stands", row.position),
                ));
            }
            grow(&mut frontier, row.leaf, &mut nodes);
        }
    }
    replace_nodes(conn, &nodes)?;
    store_head(conn, &frontier)?;
    Ok(frontier)
}
