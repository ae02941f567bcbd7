//! Whole rows, for the audit.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable, SelectableHelper as _,
};

use super::payloads::{Payload, payloads_between};
use crate::db::Conn;
use crate::db::schema::journal;
use crate::kernel::{Digest, Result, Timestamp};

/// Everything that a row says.
#[derive(Debug, Clone)]
pub(in crate::journal) struct Row {
    pub(in crate::journal) position: i64,
    pub(in crate::journal) at: Timestamp,
    pub(in crate::journal) body: String,
    pub(in crate::journal) leaf: Digest,
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
    leaf: Digest,
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

/// The entries of a kind, oldest first.
pub(in crate::journal) fn bodies_of_kind(conn: &mut Conn, kind: &str) -> Result<Vec<String>> {
    let of_kind = journal::table.filter(journal::kind.eq(kind)).order(journal::position);
    Ok(of_kind.select(journal::body).load(conn)?)
}
