//! Rows of sessions and one-time codes.

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};

use super::people::PersonRow;
use crate::db::Conn;
use crate::db::schema::{invitations, people, sessions};
use crate::identity::model::Person;
use crate::kernel::{Digest, PersonId, Result, SessionId, Timestamp};

pub(in crate::identity) fn insert_session(
    conn: &mut Conn,
    secret_hash: &Digest,
    person: &PersonId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<SessionId> {
    let id = SessionId::generate();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&id),
            sessions::secret_hash.eq(secret_hash),
            sessions::person_id.eq(person),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Whose session it is and until when, if it still holds.
pub(in crate::identity) fn live_session(
    conn: &mut Conn,
    secret_hash: &Digest,
    now: Timestamp,
) -> Result<Option<(PersonId, Timestamp)>> {
    let live =
        sessions::table.filter(sessions::secret_hash.eq(secret_hash)).filter(sessions::expires_at.gt(now));
    Ok(live.select((sessions::person_id, sessions::expires_at)).first(conn).optional()?)
}

pub(in crate::identity) fn delete_session(
    conn: &mut Conn,
    secret_hash: &Digest,
) -> Result<Option<(SessionId, PersonId)>> {
    let one = sessions::table.filter(sessions::secret_hash.eq(secret_hash));
    let found = one.select((sessions::id, sessions::person_id)).first(conn).optional()?;
    diesel::delete(one).execute(conn)?;
    Ok(found)
}

pub(in crate::identity) fn delete_sessions_of(conn: &mut Conn, person: &PersonId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::person_id.eq(person))).execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn insert_code(
    conn: &mut Conn,
    secret_hash: &Digest,
    person: &PersonId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::secret_hash.eq(secret_hash),
            invitations::person_id.eq(person),
            invitations::created_at.eq(now),
            invitations::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whose code it is, if it still holds.
pub(in crate::identity) fn live_code(
    conn: &mut Conn,
    secret_hash: &Digest,
    now: Timestamp,
) -> Result<Option<Person>> {
    let live = invitations::table.find(secret_hash).filter(invitations::expires_at.gt(now));
    let row = live
        .inner_join(people::table.on(people::id.eq(invitations::person_id)))
        .select(PersonRow::as_select())
        .first(conn);
    Ok(row.optional()?.map(Person::from).filter(|person| !person.disabled))
}

pub(in crate::identity) fn delete_codes_of(conn: &mut Conn, person: &PersonId) -> Result<()> {
    diesel::delete(invitations::table.filter(invitations::person_id.eq(person))).execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn delete_stale(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
    diesel::delete(invitations::table.filter(invitations::expires_at.le(now))).execute(conn)?;
    Ok(())
}
