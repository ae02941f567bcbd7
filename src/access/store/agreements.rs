//! Agreements that were accepted.

use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _,
};

use crate::access::model::NamedPerson;
use crate::db::Conn;
use crate::db::schema::{agreements, people};
use crate::kernel::{Digest, GrantId, PersonId, Result, Timestamp};

/// An accepted agreement.
pub(in crate::access) struct Accepted {
    pub(in crate::access) digest: Digest,
    pub(in crate::access) document: String,
    pub(in crate::access) by: NamedPerson,
    pub(in crate::access) at: Timestamp,
}

/// The agreement on a grant, if it was accepted.
pub(in crate::access) fn accepted_agreement(conn: &mut Conn, grant: &GrantId) -> Result<Option<Accepted>> {
    type Row = (Digest, String, PersonId, String, Timestamp);
    let row: Option<Row> = agreements::table
        .inner_join(people::table.on(people::id.eq(agreements::accepted_by)))
        .filter(agreements::grant_id.eq(grant))
        .select((agreements::digest, agreements::document, people::id, people::name, agreements::accepted_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(digest, document, id, name, at)| Accepted {
        digest,
        document,
        by: NamedPerson { id, name },
        at,
    }))
}

/// Stores that somebody accepted an agreement.
pub(in crate::access) fn insert_agreement(
    conn: &mut Conn,
    grant: &GrantId,
    digest: Digest,
    document: &str,
    by: &PersonId,
    at: Timestamp,
) -> Result<()> {
    diesel::insert_into(agreements::table)
        .values((
            agreements::grant_id.eq(grant),
            agreements::digest.eq(digest),
            agreements::document.eq(document),
            agreements::accepted_by.eq(by),
            agreements::accepted_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}
