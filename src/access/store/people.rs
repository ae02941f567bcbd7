//! What access asks of people and organisations: who belongs where, right now.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _,
};

use crate::db::Conn;
use crate::db::schema::{memberships, organisations, people, space_members};
use crate::identity::OrganisationKind;
use crate::kernel::{OrganisationId, PersonId, Result, Slug};

/// Whether the person belongs to the organisation and may still come in.
pub(in crate::access) fn active_member(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<bool> {
    let found = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::organisation_id.eq(organisation))
        .filter(memberships::person_id.eq(person))
        .filter(people::disabled.eq(false))
        .select(people::id);
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}

/// Of these organisations and people, who belongs where and may still come in.
pub(in crate::access) fn active_members<'a>(
    conn: &mut Conn,
    organisations: impl IntoIterator<Item = &'a OrganisationId>,
    of: impl IntoIterator<Item = &'a PersonId>,
) -> Result<BTreeSet<(OrganisationId, PersonId)>> {
    let organisations = organisations.into_iter().map(|id| id.as_str().to_owned());
    let found: Vec<(OrganisationId, PersonId)> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::organisation_id.eq_any(organisations))
        .filter(memberships::person_id.eq_any(of.into_iter().map(|id| id.as_str().to_owned())))
        .filter(people::disabled.eq(false))
        .select((memberships::organisation_id, memberships::person_id))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

pub(in crate::access) fn login_of(conn: &mut Conn, person: &PersonId) -> Result<Option<Slug>> {
    Ok(people::table.find(person).select(people::login).first(conn).optional()?)
}

/// Those of the logins that belong to members of the organisation.
pub(in crate::access) fn members_among(
    conn: &mut Conn,
    organisation: &OrganisationId,
    logins: &[Slug],
) -> Result<BTreeSet<Slug>> {
    let found: Vec<Slug> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::organisation_id.eq(organisation))
        .filter(people::login.eq_any(logins))
        .select(people::login)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// What the register knows of an organisation that policies ask for: its slug, its kind, its sector.
pub(in crate::access) fn profile_of(
    conn: &mut Conn,
    organisation: &OrganisationId,
) -> Result<(Slug, OrganisationKind, Option<String>)> {
    Ok(organisations::table
        .find(organisation)
        .select((organisations::slug, organisations::kind, organisations::sector))
        .first(conn)?)
}

/// The spaces that the organisation is a member of.
pub(in crate::access) fn spaces_of(conn: &mut Conn, organisation: &OrganisationId) -> Result<Vec<Slug>> {
    Ok(space_members::table
        .filter(space_members::organisation_id.eq(organisation))
        .order(space_members::space)
        .select(space_members::space)
        .load(conn)?)
}

pub(super) fn names(conn: &mut Conn, ids: &[PersonId]) -> Result<BTreeMap<PersonId, String>> {
    let rows: Vec<(PersonId, String)> =
        people::table.filter(people::id.eq_any(ids)).select((people::id, people::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}
