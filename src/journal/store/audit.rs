//! Whole rows, for the audit. Digests are read as bytes, so that one that is none is found where it stands.

use std::collections::BTreeMap;

use diesel::dsl::{max, min};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable, SelectableHelper as _,
};

use super::payloads::{Payload, payloads_between};
use crate::db::Conn;
use crate::db::schema::{journal, journal_nodes, journal_payloads};
use crate::kernel::{Result, Timestamp};

/// How far everything goes, all of it at one moment: a service may be writing.
#[derive(Debug, Clone, Queryable)]
pub(in crate::journal) struct Extent {
    first_row: Option<i64>,
    last_row: Option<i64>,
    first_payload: Option<i64>,
    last_payload: Option<i64>,
    nodes: Option<i64>,
}

impl Extent {
    /// How many entries there are, if none is missing.
    pub(in crate::journal) fn size(&self) -> i64 {
        self.last_row.map_or(0, |last| last.saturating_add(1))
    }

    /// A position of a row where no entry can be.
    pub(in crate::journal) fn stray_row(&self) -> Option<i64> {
        self.stray([self.first_row, self.last_row])
    }

    /// A position of a payload where no entry can be.
    pub(in crate::journal) fn stray_payload(&self) -> Option<i64> {
        self.stray([self.first_payload, self.last_payload])
    }

    fn stray(&self, ends: [Option<i64>; 2]) -> Option<i64> {
        ends.into_iter().flatten().find(|end| !(0..self.size()).contains(end))
    }

    /// How many nodes of the tree are stored.
    pub(in crate::journal) fn nodes(&self) -> i64 {
        self.nodes.unwrap_or_default()
    }
}

/// How far everything goes.
pub(in crate::journal) fn extent(conn: &mut Conn) -> Result<Extent> {
    let extent = diesel::select((
        journal::table.select(min(journal::position)).single_value(),
        journal::table.select(max(journal::position)).single_value(),
        journal_payloads::table.select(min(journal_payloads::position)).single_value(),
        journal_payloads::table.select(max(journal_payloads::position)).single_value(),
        journal_nodes::table.count().single_value(),
    ));
    Ok(extent.get_result(conn)?)
}

/// Roots of nodes of a level by their numbers, from one on and before another.
pub(in crate::journal) fn node_roots(
    conn: &mut Conn,
    level: i64,
    from: i64,
    end: i64,
) -> Result<BTreeMap<i64, Vec<u8>>> {
    let found: Vec<(i64, Vec<u8>)> = journal_nodes::table
        .filter(journal_nodes::level.eq(level))
        .filter(journal_nodes::number.ge(from))
        .filter(journal_nodes::number.lt(end))
        .select((journal_nodes::number, journal_nodes::root))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Everything that a row says.
#[derive(Debug, Clone)]
pub(in crate::journal) struct Row {
    pub(in crate::journal) position: i64,
    pub(in crate::journal) at: Timestamp,
    pub(in crate::journal) body: String,
    pub(in crate::journal) leaf: Vec<u8>,
    pub(in crate::journal) payload: Option<Payload>,
    kind: String,
    subject: String,
    actor: String,
    space: Option<String>,
    concerning: Option<String>,
    provided_by: Option<String>,
}

impl Row {
    /// What the columns repeat of the entry; the instant as text is the caller's.
    pub(in crate::journal) fn columns<'a>(&'a self, at: &'a str) -> [(&'static str, Option<&'a str>); 7] {
        [
            ("/type", Some(&self.kind)),
            ("/subject/id", Some(&self.subject)),
            ("/actor/id", Some(&self.actor)),
            ("/time", Some(at)),
            ("/space", self.space.as_deref()),
            ("/concerning", self.concerning.as_deref()),
            ("/provided_by", self.provided_by.as_deref()),
        ]
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct JournalRow {
    position: i64,
    kind: String,
    subject: String,
    actor: String,
    space: Option<String>,
    at: Timestamp,
    body: String,
    leaf: Vec<u8>,
    concerning: Option<String>,
    provided_by: Option<String>,
}

/// Rows from a position on, with their payloads.
pub(in crate::journal) fn whole_rows(conn: &mut Conn, from: i64, limit: i64) -> Result<Vec<Row>> {
    let rows: Vec<JournalRow> = journal::table
        .filter(journal::position.ge(from))
        .order(journal::position)
        .limit(limit)
        .select(JournalRow::as_select())
        .load(conn)?;
    let end = rows.last().map_or(from, |row| row.position + 1);
    let mut payloads: BTreeMap<i64, Payload> = payloads_between(conn, from, end)?.into_iter().collect();
    let whole = |row: JournalRow| Row {
        payload: payloads.remove(&row.position),
        position: row.position,
        at: row.at,
        body: row.body,
        leaf: row.leaf,
        kind: row.kind,
        subject: row.subject,
        actor: row.actor,
        space: row.space,
        concerning: row.concerning,
        provided_by: row.provided_by,
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// The entries of some kinds with their positions, oldest first.
pub(in crate::journal) fn entries_of_kinds(conn: &mut Conn, kinds: &[&str]) -> Result<Vec<(i64, String)>> {
    let of_kinds = journal::table.filter(journal::kind.eq_any(kinds.to_vec())).order(journal::position);
    Ok(of_kinds.select((journal::position, journal::body)).load(conn)?)
}
