//! Rows of the tree's inner nodes, and the tree as tiles: level 0 from the entries, higher levels from the nodes.

use diesel::{ExpressionMethods as _, Insertable, QueryDsl as _, RunQueryDsl as _};

use super::rows::{CHUNK, leaves, log_size, read_from};
use crate::db::schema::journal_nodes;
use crate::db::{Conn, OrIgnoreDsl as _, each_backend};
use crate::journal::merkle::{Frontier, leaf_hash};
use crate::journal::tlog::{self, Tile, Tiles};
use crate::kernel::{Digest, Error, Result};

/// How many levels of the binary tree lie between two levels of nodes.
const HEIGHT: u32 = 8;
/// How many entries, or nodes of the level below, a node is over.
const WIDTH: i64 = 1 << HEIGHT;

/// The root of a complete subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Insertable)]
#[diesel(table_name = journal_nodes)]
pub(in crate::journal) struct Node {
    level: i64,
    number: i64,
    root: Digest,
}

/// Adds a leaf and notes the nodes that come to be with it.
pub(super) fn grow(frontier: &mut Frontier, leaf: Digest, nodes: &mut Vec<Node>) {
    let last = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
    frontier.push_telling(leaf, |height, root| {
        if height.is_multiple_of(HEIGHT) {
            nodes.push(Node { level: i64::from(height / HEIGHT), number: last >> height, root });
        }
    });
}

pub(super) fn insert_nodes(conn: &mut Conn, nodes: &[Node]) -> Result<()> {
    for node in nodes {
        diesel::insert_into(journal_nodes::table).values(node).or_ignore().execute(conn)?;
    }
    Ok(())
}

/// The frontier of the whole tree, from nodes and the leaves behind them; where nodes are missing, from all leaves.
///
/// # Errors
/// When the database fails, or an entry is missing.
pub(in crate::journal) fn frontier(conn: &mut Conn) -> Result<Frontier> {
    let size = log_size(conn)?;
    if backfill_nodes(conn, size, 0)? {
        return tlog::frontier(size.cast_unsigned(), &mut DatabaseTiles(conn));
    }
    let (mut frontier, mut next) = (Frontier::default(), 0);
    while next < size {
        let count = (size - next).min(CHUNK as i64);
        for leaf in hashes(conn, 0, next, count)? {
            frontier.push(leaf);
        }
        next += count;
    }
    Ok(frontier)
}

/// Computes all nodes anew from the rows, checking every leaf; the repair of nodes that do not fit them.
///
/// # Errors
/// When a row's leaf is not the hash of its body or a position is missing: that cannot be repaired, only restored.
pub fn rebuild_nodes(conn: &mut Conn) -> Result<Frontier> {
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
    diesel::delete(journal_nodes::table).execute(conn)?;
    for chunk in nodes.chunks(CHUNK) {
        each_backend!(conn, conn => diesel::insert_into(journal_nodes::table).values(chunk).execute(conn))?;
    }
    Ok(frontier)
}

/// Makes nodes that are missing in a tree of this size, at most so many; tells whether all are there now. A journal that
/// was begun without nodes gets them at the start.
///
/// # Errors
/// When the database fails, or an entry is missing.
pub(in crate::journal) fn backfill_nodes(conn: &mut Conn, size: i64, most: usize) -> Result<bool> {
    let (mut level, mut complete, mut left) = (1, size / WIDTH, most);
    while complete > 0 {
        for number in missing(conn, level, complete)? {
            if left == 0 {
                return Ok(false);
            }
            let mut tree = Frontier::default();
            for hash in hashes(conn, level - 1, number * WIDTH, WIDTH)? {
                tree.push(hash);
            }
            insert_nodes(conn, &[Node { level, number, root: tree.root() }])?;
            left -= 1;
        }
        (level, complete) = (level + 1, complete / WIDTH);
    }
    Ok(true)
}

/// The nodes below a limit that are not there. Sealing adds nodes at the end and filling up at the beginning, so what is
/// missing lies between the two.
fn missing(conn: &mut Conn, level: i64, limit: i64) -> Result<std::ops::Range<i64>> {
    let count = |conn: &mut Conn, below: i64| -> Result<i64> {
        let there = journal_nodes::table.filter(journal_nodes::level.eq(level));
        Ok(there.filter(journal_nodes::number.lt(below)).count().get_result(conn)?)
    };
    let there = count(conn, limit)?;
    let (mut low, mut high) = (0, limit);
    while there < limit && low < high {
        let middle = low + (high - low) / 2;
        if count(conn, middle + 1)? > middle { low = middle + 1 } else { high = middle }
    }
    let first = if there < limit { low } else { limit };
    Ok(first..first + (limit - there))
}

fn hashes(conn: &mut Conn, level: i64, first: i64, count: i64) -> Result<Vec<Digest>> {
    let found: Vec<Digest> = if level == 0 {
        leaves(conn, first, count)?
    } else {
        journal_nodes::table
            .filter(journal_nodes::level.eq(level))
            .filter(journal_nodes::number.ge(first))
            .filter(journal_nodes::number.lt(first + count))
            .order(journal_nodes::number)
            .select(journal_nodes::root)
            .load(conn)?
    };
    if found.len() as i64 == count {
        Ok(found)
    } else {
        Err(Error::internal(
            "journal tree",
            format!(
                "level {level} has {} of the {count} hashes from {first}; run `cadastre admin doctor`",
                found.len()
            ),
        ))
    }
}

/// The tree of the journal, read tile by tile.
pub(in crate::journal) struct DatabaseTiles<'a>(pub(in crate::journal) &'a mut Conn);

impl Tiles for DatabaseTiles<'_> {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>> {
        let index = i64::try_from(tile.index).unwrap_or(i64::MAX / WIDTH);
        hashes(self.0, i64::from(tile.level), index.saturating_mul(WIDTH), i64::from(tile.width))
    }
}
