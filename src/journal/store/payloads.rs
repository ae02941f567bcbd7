//! Rows of payloads: what entries only commit to.

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _,
    QueryDsl as _, Queryable, RunQueryDsl as _,
};

use serde_json::Value;

use crate::db::Conn;
use crate::db::schema::{journal, journal_payloads};
use crate::kernel::{PersonId, Result};

/// Payloads looked through in one query.
const BATCH: i64 = 500;
/// Positions in one DELETE.
const CHUNK: usize = 500;

/// What stands beside an entry: the salt, and the canonical JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// Sixteen random bytes that keep a short payload from being guessed.
    pub salt: Vec<u8>,
    /// The payload.
    pub text: String,
}

/// The payloads that there are of these entries.
pub(in crate::journal) fn payloads_of(conn: &mut Conn, positions: &[i64]) -> Result<Vec<(i64, Payload)>> {
    let rows: Vec<(i64, Vec<u8>, String)> = journal_payloads::table
        .filter(journal_payloads::position.eq_any(positions.to_vec()))
        .order(journal_payloads::position)
        .select((journal_payloads::position, journal_payloads::salt, journal_payloads::payload))
        .load(conn)?;
    Ok(rows.into_iter().map(|(position, salt, text)| (position, Payload { salt, text })).collect())
}

/// The payloads of entries from a position on and before another.
pub(in crate::journal) fn payloads_between(
    conn: &mut Conn,
    from: i64,
    end: i64,
) -> Result<Vec<(i64, Payload)>> {
    let rows: Vec<(i64, Vec<u8>, String)> = journal_payloads::table
        .filter(journal_payloads::position.ge(from))
        .filter(journal_payloads::position.lt(end))
        .select((journal_payloads::position, journal_payloads::salt, journal_payloads::payload))
        .load(conn)?;
    Ok(rows.into_iter().map(|(position, salt, text)| (position, Payload { salt, text })).collect())
}

/// An entry with a payload.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Said {
    /// The position of the entry.
    pub position: i64,
    /// What happened.
    pub kind: String,
    /// What it happened to.
    pub subject: String,
    /// The payload, as canonical JSON.
    pub payload: String,
}

/// The entries with a payload from a position on that this person made, or that are about the person.
pub(in crate::journal) fn said_by(conn: &mut Conn, person: &PersonId, from: i64) -> Result<Vec<Said>> {
    let concerned = journal::actor.eq(person.as_str()).or(journal::subject.eq(person.as_str()));
    Ok(said(from).filter(concerned).order(journal::position).load(conn)?)
}

/// The entries from a position on whose payload has this text as a value: a login among the members of a request, say.
pub(in crate::journal) fn naming(conn: &mut Conn, from: i64, text: &str) -> Result<Vec<Said>> {
    let quoted = Value::from(text).to_string();
    let (mut next, mut found) = (from, Vec::new());
    loop {
        let batch: Vec<Said> = said(next).order(journal::position).limit(BATCH).load(conn)?;
        let Some(last) = batch.last() else { return Ok(found) };
        next = last.position + 1;
        // The text is looked for first, since few payloads have it; a name of a member in the JSON is nobody's login.
        let named = |said: &Said| said.payload.contains(&quoted) && has_value(&said.payload, text);
        found.extend(batch.into_iter().filter(named));
    }
}

fn has_value(json: &str, wanted: &str) -> bool {
    fn has(value: &Value, wanted: &str) -> bool {
        match value {
            Value::String(text) => text == wanted,
            Value::Array(items) => items.iter().any(|item| has(item, wanted)),
            Value::Object(members) => members.values().any(|member| has(member, wanted)),
            _ => false,
        }
    }
    serde_json::from_str(json).is_ok_and(|value| has(&value, wanted))
}

#[diesel::dsl::auto_type]
fn said(from: i64) -> _ {
    let with_payload = journal_payloads::position.eq(journal::position);
    let from_here: diesel::dsl::GtEq<journal_payloads::position, i64> = journal_payloads::position.ge(from);
    journal::table.inner_join(journal_payloads::table.on(with_payload)).filter(from_here).select((
        journal::position,
        journal::kind,
        journal::subject,
        journal_payloads::payload,
    ))
}

/// Takes payloads and their salts away, for ever.
pub(in crate::journal) fn erase(conn: &mut Conn, positions: &[i64]) -> Result<()> {
    for chunk in positions.chunks(CHUNK) {
        let gone = journal_payloads::table.filter(journal_payloads::position.eq_any(chunk.to_vec()));
        diesel::delete(gone).execute(conn)?;
    }
    Ok(())
}

/// The position of the last entry with a payload.
pub(in crate::journal) fn last_payload(conn: &mut Conn) -> Result<Option<i64>> {
    let newest = journal_payloads::table.order(journal_payloads::position.desc());
    Ok(newest.select(journal_payloads::position).first(conn).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_value_and_no_name() {
        let payload = r#"{"members":["ada","reason"],"reason":"remark"}"#;
        for (login, named) in
            [("ada", true), ("reason", true), ("remark", true), ("members", false), ("ad", false)]
        {
            assert_eq!(has_value(payload, login), named, "{login}");
        }
    }
}
