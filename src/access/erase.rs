//! Erasing a person: the account becomes a nameless husk, and what the person wrote is gone, here and in the journal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::db::Db;
use crate::identity::{erase_account, person_by_login};
use crate::journal::{complete_words, erase_words, find_words};
use crate::kernel::{Checks, Ctx, PersonId, Result, Slug};

/// The longest reason, in characters.
const MAX_REASON: usize = 2000;

/// Why a person is erased.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Asked for by the person, ticket 118."}))]
pub struct Erasure {
    /// On what ground, for the journal. Do not name the person.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// A person who was erased.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    /// The id, which stays in entries, grants and the account of deliveries.
    pub id: PersonId,
    /// The login that stands in place of the person's.
    pub login: Slug,
    /// How many payloads of the journal were erased.
    pub payloads: u64,
}

/// Erases a person, in one write: login, name, password, tokens, sessions, memberships and roles; what the person wrote in
/// requests, decisions and revocations; and the payloads of entries that hold the person's words or name. Entries and
/// their proofs stay.
///
/// # Errors
/// 403 unless an administrator asks; 404; 409 `last_administrator`, `already_erased`; 422.
pub async fn erase_person(db: &Db, ctx: &Ctx, login: Slug, why: Erasure) -> Result<Erased> {
    ctx.require_admin()?;
    let mut checks = Checks::new();
    checks.text("/reason", &why.reason, MAX_REASON);
    checks.finish()?;
    let wanted = login.clone();
    let found = db
        .read(move |conn| match person_by_login(conn, &wanted) {
            Ok(person) => {
                let words = find_words(conn, &person.id, &wanted)?;
                Ok(Some((words, store::requests_naming(conn, &wanted)?)))
            }
            // A repetition with the same key gets its first answer in the write.
            Err(_) => Ok(None),
        })
        .await?;
    let at = ctx.clone();
    db.write("erase_person", move |tx| {
        tx.once(&at, |tx| {
            let person = person_by_login(tx, &login)?;
            let (mut words, naming) = found.unwrap_or_default();
            complete_words(tx, &mut words, &person.id, &login)?;
            let husk = erase_account(tx, &person)?;
            store::empty_texts(tx, (words.said(), &naming), &login, &husk)?;
            store::forget_answers_with(tx, &person.id)?;
            erase_words(tx, &at, &words, &person.id, &why.reason)?;
            Ok(Erased { id: person.id, login: husk, payloads: words.said().count() as u64 })
        })
    })
    .await
}
