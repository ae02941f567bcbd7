//! Taking out what a person wrote.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _, TextExpressionMethods as _};
use serde_json::Value;

use super::requests::Body;
use super::{from_json, to_json};
use crate::db::Conn;
use crate::db::schema::{grants, idempotency_keys, requests};
use crate::journal::Said;
use crate::kernel::{PersonId, Result, Slug};

/// Rows looked up in one query.
const BATCH: usize = 200;

/// The texts that stand in rows as the person said them are emptied, and the login is replaced where requests name it. What
/// somebody else has written in the same place since then stays.
pub(in crate::access) fn empty_texts<'a>(
    conn: &mut Conn,
    said: impl Iterator<Item = &'a Said>,
    login: &Slug,
    husk: &Slug,
) -> Result<()> {
    let mut texts = BTreeMap::<&str, BTreeSet<String>>::new();
    for said in said {
        let payload: Value = from_json(&said.payload)?;
        let words =
            ["justification", "remark", "reason"].into_iter().filter_map(|name| payload.get(name)?.as_str());
        texts.entry(said.subject.as_str()).or_default().extend(words.map(str::to_owned));
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
        let none: Option<String> = None;
        for (id, reason) in rows {
            if texts.get(id.as_str()).zip(reason).is_some_and(|(words, reason)| words.contains(&reason)) {
                diesel::update(grants::table.find(&id)).set(grants::reason.eq(&none)).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Forgets the answers kept for repeated requests that hold this person's id, and with it the name.
pub(in crate::access) fn forget_answers_with(conn: &mut Conn, person: &PersonId) -> Result<()> {
    let with_person = idempotency_keys::answer.like(format!("%{person}%"));
    diesel::delete(idempotency_keys::table.filter(with_person)).execute(conn)?;
    Ok(())
}
