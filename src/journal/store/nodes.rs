//! Rows of the tree's inner nodes, and the tree as tiles: level 0 from the entries, higher levels from the nodes.

use diesel::{ExpressionMethods as _, Insertable, QueryDsl as _, RunQueryDsl as _};

use super::rows::{CHUNK, leaves};
use crate::db::schema::journal_nodes;
use crate::db::{Conn, OrIgnoreDsl as _, each_backend};
use crate::journal::merkle::Frontier;
use crate::journal::tlog::{Tile, Tiles};
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

/// Puts these nodes in the place of all that are there.
pub(super) fn replace_nodes(conn: &mut Conn, nodes: &[Node]) -> Result<()> {
    diesel::delete(journal_nodes::table).execute(conn)?;
    for chunk in nodes.chunks(CHUNK) {
        each_backend!(conn, conn => diesel::insert_into(journal_nodes::table).values(chunk).execute(conn))?;
    }
    Ok(())
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
