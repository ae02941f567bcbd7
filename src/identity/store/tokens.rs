//! Rows of API tokens.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use crate::db::Conn;
use crate::db::schema::tokens;
use crate::kernel::{Digest, OrganisationId, PageRequest, PersonId, Result, Scope, Slug, Timestamp, TokenId};

/// A token as it is stored. Scopes are one text of names between spaces.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tokens)]
pub(in crate::identity) struct TokenRow {
    pub id: TokenId,
    pub secret_hash: Digest,
    pub person_id: PersonId,
    pub name: String,
    pub scopes: String,
    pub organisation_id: Option<OrganisationId>,
    pub space: Option<Slug>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl TokenRow {
    /// Unknown names are left out: an older program must not fail on a newer scope, nor grant it.
    pub(in crate::identity) fn scope_list(&self) -> Vec<Scope> {
        self.scopes.split(' ').filter_map(|name| name.parse().ok()).collect()
    }

    /// Whether this token reaches no further than another of the same person.
    pub(in crate::identity) fn is_within(&self, other: &Self) -> bool {
        let scopes = other.scope_list();
        self.scope_list().iter().all(|scope| scopes.contains(scope))
            && (other.space.is_none() || self.space == other.space)
            && (other.organisation_id.is_none() || self.organisation_id == other.organisation_id)
    }
}

pub(in crate::identity) fn insert_token(conn: &mut Conn, row: &TokenRow) -> Result<()> {
    diesel::insert_into(tokens::table).values(row).execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn live_token(
    conn: &mut Conn,
    secret_hash: &Digest,
    now: Timestamp,
) -> Result<Option<TokenRow>> {
    Ok(tokens::table
        .filter(tokens::secret_hash.eq(secret_hash))
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::expires_at.gt(now))
        .select(TokenRow::as_select())
        .first(conn)
        .optional()?)
}

pub(in crate::identity) fn tokens_of(
    conn: &mut Conn,
    person: &PersonId,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<TokenRow>> {
    let mut query =
        tokens::table.filter(tokens::person_id.eq(person)).select(TokenRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(tokens::id.gt(after.to_owned()));
    }
    Ok(query.order(tokens::id).limit(page.rows()).load(conn)?)
}

pub(in crate::identity) fn revoke_token(
    conn: &mut Conn,
    person: &PersonId,
    id: &TokenId,
    now: Timestamp,
) -> Result<bool> {
    let own = tokens::table
        .filter(tokens::id.eq(id))
        .filter(tokens::person_id.eq(person))
        .filter(tokens::revoked_at.is_null());
    Ok(diesel::update(own).set(tokens::revoked_at.eq(now)).execute(conn)? > 0)
}

/// One of a person's tokens, live or not.
pub(in crate::identity) fn token_of(
    conn: &mut Conn,
    person: &PersonId,
    id: &TokenId,
) -> Result<Option<TokenRow>> {
    let one = tokens::table.find(id).filter(tokens::person_id.eq(person));
    Ok(one.select(TokenRow::as_select()).first(conn).optional()?)
}
