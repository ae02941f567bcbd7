//! Rows of organisations, their members, and what a person gains by belonging.

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use crate::db::Conn;
use crate::db::schema::{memberships, organisations, people, space_members, space_roles};
use crate::identity::model::{Membership, NewOrganisation, Organisation, OrganisationKind};
use crate::kernel::{
    OrganisationId, OrganisationRole, PageRequest, PersonId, Result, Slug, SpaceRole, Timestamp,
};

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

pub(in crate::identity) fn organisation_by_slug(
    conn: &mut Conn,
    slug: &Slug,
) -> Result<Option<Organisation>> {
    let row = organisations::table
        .filter(organisations::slug.eq(slug))
        .select(OrganisationRow::as_select())
        .first(conn);
    Ok(row.optional()?.map(Organisation::from))
}

pub(in crate::identity) fn organisation_by_id(
    conn: &mut Conn,
    id: &OrganisationId,
) -> Result<Option<Organisation>> {
    let row = organisations::table.find(id).select(OrganisationRow::as_select()).first(conn);
    Ok(row.optional()?.map(Organisation::from))
}

pub(in crate::identity) fn organisations_by_ids(
    conn: &mut Conn,
    ids: &[&OrganisationId],
) -> Result<Vec<Organisation>> {
    let rows = organisations::table
        .filter(organisations::id.eq_any(ids.to_vec()))
        .select(OrganisationRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Organisation::from).collect())
}

pub(in crate::identity) fn list_organisations(
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

pub(in crate::identity) fn insert_organisation(conn: &mut Conn, organisation: &Organisation) -> Result<()> {
    diesel::insert_into(organisations::table).values(OrganisationRow::from(organisation)).execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn update_organisation(
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

pub(in crate::identity) fn members(
    conn: &mut Conn,
    organisation: &OrganisationId,
) -> Result<Vec<Membership>> {
    let rows: Vec<(Slug, String, OrganisationRole)> = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .filter(memberships::organisation_id.eq(organisation))
        .order(people::login)
        .select((people::login, people::name, memberships::role))
        .load(conn)?;
    Ok(rows.into_iter().map(|(login, name, role)| Membership { login, name, role }).collect())
}

pub(in crate::identity) fn role_in(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<Option<OrganisationRole>> {
    Ok(memberships::table.find((organisation, person)).select(memberships::role).first(conn).optional()?)
}

pub(in crate::identity) fn put_member(
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

pub(in crate::identity) fn remove_member(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<bool> {
    Ok(diesel::delete(memberships::table.find((organisation, person))).execute(conn)? > 0)
}

pub(in crate::identity) fn organisations_of(
    conn: &mut Conn,
    person: &PersonId,
) -> Result<Vec<(OrganisationId, Slug, OrganisationRole)>> {
    Ok(memberships::table
        .inner_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
        .filter(memberships::person_id.eq(person))
        .select((organisations::id, organisations::slug, memberships::role))
        .load(conn)?)
}

pub(in crate::identity) fn space_roles_of(
    conn: &mut Conn,
    person: &PersonId,
) -> Result<Vec<(Slug, SpaceRole)>> {
    Ok(space_roles::table
        .filter(space_roles::person_id.eq(person))
        .select((space_roles::space, space_roles::role))
        .load(conn)?)
}

pub(in crate::identity) fn spaces_of(conn: &mut Conn, organisations: &[OrganisationId]) -> Result<Vec<Slug>> {
    Ok(space_members::table
        .filter(space_members::organisation_id.eq_any(organisations))
        .select(space_members::space)
        .distinct()
        .load(conn)?)
}
