//! Taking out what a person wrote.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _,
    TextExpressionMethods as _,
};
use serde_json::Value;

use super::requests::Body;
use super::{from_json, to_json};
use crate::access::model::Basis;
use crate::db::Conn;
use crate::db::schema::{grants, idempotency_keys, policy_evaluations, requests};
use crate::journal::Said;
use crate::kernel::{PersonId, Result, Slug};
use crate::policies::UseStatement;

/// Rows looked up in one query.
const BATCH: usize = 200;

/// The ids of requests that name this login: their entries may have lost their payloads before, and with them the trace of
/// it.
pub(in crate::access) fn requests_naming(conn: &mut Conn, login: &Slug) -> Result<Vec<String>> {
    let named = requests::body.like(format!("%\"{login}\"%"));
    Ok(requests::table.filter(named).select(requests::id).load(conn)?)
}

/// The texts that stand in rows as the person said them are emptied, and the login is replaced where requests name it. What
/// somebody else has written in the same place since then stays.
pub(in crate::access) fn empty_texts<'a>(
    conn: &mut Conn,
    (said, naming): (impl Iterator<Item = &'a Said>, &'a [String]),
    login: &Slug,
    husk: &Slug,
) -> Result<()> {
    let mut texts: BTreeMap<&str, BTreeSet<String>> =
        naming.iter().map(|id| (id.as_str(), BTreeSet::new())).collect();
    for said in said {
        let payload: Value = from_json(&said.payload)?;
        gather(&payload, texts.entry(said.subject.as_str()).or_default());
    }
    let ids: Vec<&str> = texts.keys().copied().collect();
    for chunk in ids.chunks(BATCH) {
        let rows: Vec<(String, String, Option<String>)> = requests::table
            .filter(requests::id.eq_any(chunk.to_vec()))
            .select((requests::id, requests::body, requests::remark))
            .load(conn)?;
        for (id, body, remark) in rows {
            let Some(words) = texts.get(id.as_str()) else { continue };
            let mut stated: Body = from_json(&body)?;
            if words.contains(&stated.justification) {
                stated.justification.clear();
            }
            empty_statement(&mut stated.statement, words);
            for member in stated.members.iter_mut().filter(|member| *member == login) {
                *member = husk.clone();
            }
            let remark = remark.filter(|remark| !words.contains(remark));
            diesel::update(requests::table.find(&id))
                .set((requests::body.eq(to_json(&stated)?), requests::remark.eq(remark)))
                .execute(conn)?;
        }
        let rows: Vec<(String, Option<String>)> = grants::table
            .filter(grants::id.eq_any(chunk.to_vec()))
            .filter(grants::reason.is_not_null())
            .select((grants::id, grants::reason))
            .load(conn)?;
        empty_grounds(conn, chunk, &texts)?;
        let none: Option<String> = None;
        for (id, reason) in rows {
            if texts.get(id.as_str()).zip(reason).is_some_and(|(words, reason)| words.contains(&reason)) {
                diesel::update(grants::table.find(&id)).set(grants::reason.eq(&none)).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Every text in a payload, however deep.
fn gather(payload: &Value, words: &mut BTreeSet<String>) {
    match payload {
        Value::String(text) => {
            words.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, words)),
        Value::Object(members) => members.values().for_each(|value| gather(value, words)),
        _ => {}
    }
}

/// What names an approval or a payment may name a person too; where data is processed and what was paid stay.
fn empty_statement(statement: &mut UseStatement, words: &BTreeSet<String>) {
    statement.ethics_approval = statement.ethics_approval.take().filter(|approval| !words.contains(approval));
    if let Some(payment) = &mut statement.payment
        && words.contains(&payment.reference)
    {
        payment.reference.clear();
    }
}

/// What grants were given upon, and the evaluations that repeat it. Their digests stay in the journal.
fn empty_grounds(conn: &mut Conn, ids: &[&str], texts: &BTreeMap<&str, BTreeSet<String>>) -> Result<()> {
    let rows: Vec<(String, String, Option<String>)> = grants::table
        .filter(grants::request_id.eq_any(ids.to_vec()).or(grants::id.eq_any(ids.to_vec())))
        .filter(grants::basis.is_not_null())
        .select((grants::id, grants::request_id, grants::basis))
        .load(conn)?;
    for (id, request, basis) in rows {
        let mut basis: Basis = from_json(&basis.unwrap_or_default())?;
        for words in [texts.get(id.as_str()), texts.get(request.as_str())].into_iter().flatten() {
            empty_statement(&mut basis.statement, words);
            for confirmation in &mut basis.confirmed {
                if words.contains(&confirmation.reason) {
                    confirmation.reason.clear();
                }
            }
        }
        diesel::update(grants::table.find(&id)).set(grants::basis.eq(to_json(&basis)?)).execute(conn)?;
        diesel::delete(policy_evaluations::table.filter(policy_evaluations::grant_id.eq(&id)))
            .execute(conn)?;
    }
    let of_requests = policy_evaluations::table.filter(policy_evaluations::request_id.eq_any(ids.to_vec()));
    diesel::delete(of_requests).execute(conn)?;
    Ok(())
}

/// Forgets the answers kept for repeated requests that hold this person's id, and with it the name.
pub(in crate::access) fn forget_answers_with(conn: &mut Conn, person: &PersonId) -> Result<()> {
    let with_person = idempotency_keys::answer.like(format!("%{person}%"));
    diesel::delete(idempotency_keys::table.filter(with_person)).execute(conn)?;
    Ok(())
}
