//! Rows of people, organisations, tokens, sessions and codes.

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::model::{Membership, NewOrganisation, NewPerson, Organisation, OrganisationKind, Person};
use crate::db::schema::{
    invitations, memberships, organisations, people, sessions, space_members, space_roles, tokens,
};
use crate::db::{Conn, text_column};
use crate::kernel::{
    Digest, OrganisationId, OrganisationRole, PageRequest, PersonId, Result, Scope, SessionId, Slug,
    SpaceRole, Timestamp, TokenId,
};

text_column!(OrganisationKind, OrganisationRole, SpaceRole);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
struct OrganisationRow {
    id: OrganisationId,
    slug: Slug,
    name: String,
    kind: OrganisationKind,
    country: String,
    sector: Option<String>,
    contact: Option<String>,
    quota_bytes: i64,
    max_file_bytes: i64,
    revision: i64,
    created_at: Timestamp,
}

impl From<OrganisationRow> for Organisation {
    fn from(row: OrganisationRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            kind: row.kind,
            country: row.country,
            sector: row.sector,
            contact: row.contact,
            quota_bytes: row.quota_bytes,
            max_file_bytes: row.max_file_bytes,
            revision: row.revision,
            created_at: row.created_at,
        }
    }
}

impl From<&Organisation> for OrganisationRow {
    fn from(model: &Organisation) -> Self {
        let model = model.clone();
        Self {
            id: model.id,
            slug: model.slug,
            name: model.name,
            kind: model.kind,
            country: model.country,
            sector: model.sector,
            contact: model.contact,
            quota_bytes: model.quota_bytes,
            max_file_bytes: model.max_file_bytes,
            revision: model.revision,
            created_at: model.created_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct PersonRow {
    id: PersonId,
    login: Slug,
    name: String,
    admin: bool,
    auditor: bool,
    disabled: bool,
    revision: i64,
    created_at: Timestamp,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            login: row.login,
            name: row.name,
            admin: row.admin,
            auditor: row.auditor,
            disabled: row.disabled,
            revision: row.revision,
            created_at: row.created_at,
        }
    }
}

pub(super) fn organisation_by_slug(conn: &mut Conn, slug: &Slug) -> Result<Option<Organisation>> {
    let row = organisations::table
        .filter(organisations::slug.eq(slug))
        .select(OrganisationRow::as_select())
        .first(conn);
    Ok(row.optional()?.map(Organisation::from))
}

pub(super) fn organisation_by_id(conn: &mut Conn, id: &OrganisationId) -> Result<Option<Organisation>> {
    let row = organisations::table.find(id).select(OrganisationRow::as_select()).first(conn);
    Ok(row.optional()?.map(Organisation::from))
}

pub(super) fn list_organisations(
    conn: &mut Conn,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<Organisation>> {
    let mut query = organisations::table.select(OrganisationRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(organisations::slug.gt(after.to_owned()));
    }
    let rows = query.order(organisations::slug).limit(page.rows()).load(conn)?;
    Ok(rows.into_iter().map(Organisation::from).collect())
}

pub(super) fn insert_organisation(conn: &mut Conn, organisation: &Organisation) -> Result<()> {
    diesel::insert_into(organisations::table).values(OrganisationRow::from(organisation)).execute(conn)?;
    Ok(())
}

pub(super) fn update_organisation(
    conn: &mut Conn,
    id: &OrganisationId,
    new: &NewOrganisation,
    quota: (i64, i64),
    revision: i64,
) -> Result<()> {
    diesel::update(organisations::table.find(id))
        .set((
            organisations::name.eq(&new.name),
            organisations::kind.eq(new.kind),
            organisations::country.eq(&new.country),
            organisations::sector.eq(&new.sector),
            organisations::contact.eq(&new.contact),
            organisations::quota_bytes.eq(quota.0),
            organisations::max_file_bytes.eq(quota.1),
            organisations::revision.eq(revision),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn person_by_login(conn: &mut Conn, login: &Slug) -> Result<Option<Person>> {
    let row = people::table.filter(people::login.eq(login)).select(PersonRow::as_select()).first(conn);
    Ok(row.optional()?.map(Person::from))
}

pub(super) fn person_by_id(conn: &mut Conn, id: &PersonId) -> Result<Option<Person>> {
    Ok(people::table.find(id).select(PersonRow::as_select()).first(conn).optional()?.map(Person::from))
}

pub(super) fn list_people(conn: &mut Conn, page: &PageRequest, after: Option<&str>) -> Result<Vec<Person>> {
    let mut query = people::table.select(PersonRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(people::login.gt(after.to_owned()));
    }
    let rows = query.order(people::login).limit(page.rows()).load(conn)?;
    Ok(rows.into_iter().map(Person::from).collect())
}

pub(super) fn anybody(conn: &mut Conn) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(people::table.select(people::id))).get_result(conn)?)
}

/// An administrator other than this one who can come in; the last one must not be taken away.
pub(super) fn has_other_administrator(conn: &mut Conn, except: &PersonId) -> Result<bool> {
    let others = people::table
        .filter(people::admin.eq(true))
        .filter(people::disabled.eq(false))
        .filter(people::id.ne(except));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(conn)?)
}

pub(super) fn insert_person(conn: &mut Conn, person: &Person) -> Result<()> {
    diesel::insert_into(people::table)
        .values((
            people::id.eq(&person.id),
            people::login.eq(&person.login),
            people::name.eq(&person.name),
            people::admin.eq(person.admin),
            people::auditor.eq(person.auditor),
            people::disabled.eq(person.disabled),
            people::revision.eq(person.revision),
            people::created_at.eq(person.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn update_person(conn: &mut Conn, id: &PersonId, new: &NewPerson, revision: i64) -> Result<()> {
    diesel::update(people::table.find(id))
        .set((
            people::name.eq(&new.name),
            people::admin.eq(new.admin),
            people::auditor.eq(new.auditor),
            people::disabled.eq(new.disabled),
            people::revision.eq(revision),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn password_of(conn: &mut Conn, login: &Slug) -> Result<Option<(PersonId, Option<String>)>> {
    let active = people::table.filter(people::login.eq(login)).filter(people::disabled.eq(false));
    Ok(active.select((people::id, people::password_hash)).first(conn).optional()?)
}

pub(super) fn set_password(conn: &mut Conn, person: &PersonId, hash: &str) -> Result<()> {
    diesel::update(people::table.find(person)).set(people::password_hash.eq(hash)).execute(conn)?;
    Ok(())
}

pub(super) fn members(conn: &mut Conn, organisation: &OrganisationId) -> Result<Vec<Membership>> {
    let rows: Vec<(Slug, String, OrganisationRole)> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::organisation_id.eq(organisation))
        .order(people::login)
        .select((people::login, people::name, memberships::role))
        .load(conn)?;
    Ok(rows.into_iter().map(|(login, name, role)| Membership { login, name, role }).collect())
}

pub(super) fn role_in(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<Option<OrganisationRole>> {
    Ok(memberships::table.find((organisation, person)).select(memberships::role).first(conn).optional()?)
}

pub(super) fn put_member(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
    role: OrganisationRole,
    now: Timestamp,
) -> Result<()> {
    let changed = diesel::update(memberships::table.find((organisation, person)))
        .set(memberships::role.eq(role))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(memberships::table)
            .values((
                memberships::organisation_id.eq(organisation),
                memberships::person_id.eq(person),
                memberships::role.eq(role),
                memberships::created_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub(super) fn remove_member(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<bool> {
    Ok(diesel::delete(memberships::table.find((organisation, person))).execute(conn)? > 0)
}

pub(super) fn organisations_of(
    conn: &mut Conn,
    person: &PersonId,
) -> Result<Vec<(OrganisationId, Slug, OrganisationRole)>> {
    Ok(memberships::table
        .inner_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
        .filter(memberships::person_id.eq(person))
        .select((organisations::id, organisations::slug, memberships::role))
        .load(conn)?)
}

pub(super) fn space_roles_of(conn: &mut Conn, person: &PersonId) -> Result<Vec<(Slug, SpaceRole)>> {
    Ok(space_roles::table
        .filter(space_roles::person_id.eq(person))
        .select((space_roles::space, space_roles::role))
        .load(conn)?)
}

pub(super) fn spaces_of(conn: &mut Conn, organisations: &[OrganisationId]) -> Result<Vec<Slug>> {
    Ok(space_members::table
        .filter(space_members::organisation_id.eq_any(organisations))
        .select(space_members::space)
        .distinct()
        .load(conn)?)
}

/// A token as it is stored. Scopes are one text of names between spaces.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tokens)]
pub(super) struct TokenRow {
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
    pub(super) fn scope_list(&self) -> Vec<Scope> {
        self.scopes.split(' ').filter_map(|name| name.parse().ok()).collect()
    }
}

pub(super) fn insert_token(conn: &mut Conn, row: &TokenRow) -> Result<()> {
    diesel::insert_into(tokens::table).values(row).execute(conn)?;
    Ok(())
}

pub(super) fn live_token(conn: &mut Conn, secret_hash: &Digest, now: Timestamp) -> Result<Option<TokenRow>> {
    Ok(tokens::table
        .filter(tokens::secret_hash.eq(secret_hash))
        .filter(tokens::revoked_at.is_null())
        .filter(tokens::expires_at.gt(now))
        .select(TokenRow::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn tokens_of(
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

pub(super) fn revoke_token(conn: &mut Conn, person: &PersonId, id: &TokenId, now: Timestamp) -> Result<bool> {
    let own = tokens::table
        .filter(tokens::id.eq(id))
        .filter(tokens::person_id.eq(person))
        .filter(tokens::revoked_at.is_null());
    Ok(diesel::update(own).set(tokens::revoked_at.eq(now)).execute(conn)? > 0)
}

pub(super) fn insert_session(
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

pub(super) fn live_session(
    conn: &mut Conn,
    secret_hash: &Digest,
    now: Timestamp,
) -> Result<Option<PersonId>> {
    let live =
        sessions::table.filter(sessions::secret_hash.eq(secret_hash)).filter(sessions::expires_at.gt(now));
    Ok(live.select(sessions::person_id).first(conn).optional()?)
}

pub(super) fn delete_session(conn: &mut Conn, secret_hash: &Digest) -> Result<Option<(SessionId, PersonId)>> {
    let one = sessions::table.filter(sessions::secret_hash.eq(secret_hash));
    let found = one.select((sessions::id, sessions::person_id)).first(conn).optional()?;
    diesel::delete(one).execute(conn)?;
    Ok(found)
}

pub(super) fn delete_sessions_of(conn: &mut Conn, person: &PersonId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::person_id.eq(person))).execute(conn)?;
    Ok(())
}

pub(super) fn insert_code(
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
pub(super) fn live_code(conn: &mut Conn, secret_hash: &Digest, now: Timestamp) -> Result<Option<Person>> {
    let live = invitations::table.find(secret_hash).filter(invitations::expires_at.gt(now));
    let row = live
        .inner_join(people::table.on(people::id.eq(invitations::person_id)))
        .select(PersonRow::as_select())
        .first(conn);
    Ok(row.optional()?.map(Person::from).filter(|person| !person.disabled))
}

pub(super) fn delete_codes_of(conn: &mut Conn, person: &PersonId) -> Result<()> {
    diesel::delete(invitations::table.filter(invitations::person_id.eq(person))).execute(conn)?;
    Ok(())
}

/// Whether the only account has never set a password: the first sign-in is still open.
pub(super) fn awaits_first_sign_in(conn: &mut Conn) -> Result<Option<Person>> {
    let with_password = people::table.filter(people::password_hash.is_not_null());
    if diesel::select(diesel::dsl::exists(with_password)).get_result(conn)? {
        return Ok(None);
    }
    let admins = people::table.filter(people::admin.eq(true)).order(people::created_at);
    Ok(admins.select(PersonRow::as_select()).first(conn).optional()?.map(Person::from))
}

pub(super) fn delete_stale(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
    diesel::delete(invitations::table.filter(invitations::expires_at.le(now))).execute(conn)?;
    Ok(())
}

pub(super) fn token_is_confined(conn: &mut Conn, person: &PersonId, id: &TokenId) -> Result<bool> {
    let one = tokens::table
        .filter(tokens::id.eq(id))
        .filter(tokens::person_id.eq(person))
        .filter(tokens::organisation_id.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(one)).get_result(conn)?)
}
