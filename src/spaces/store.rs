//! Rows of spaces, their members, roles and extension schemas.

use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::model::{ExtensionSchema, RoleHolder, Space, SpaceMember};
use crate::db::schema::{organisations, people, space_extensions, space_members, space_roles, spaces};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{Error, OrganisationId, PageRequest, PersonId, Result, Slug, SpaceRole, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = spaces)]
struct SpaceRow {
    slug: Slug,
    names: String,
    descriptions: String,
    charter: Option<String>,
    extension_version: i64,
    revision: i64,
    created_at: Timestamp,
}

impl SpaceRow {
    fn into_model(self) -> Result<Space> {
        Ok(Space {
            slug: self.slug,
            names: from_json(&self.names)?,
            descriptions: from_json(&self.descriptions)?,
            charter: self.charter,
            extension_version: self.extension_version,
            revision: self.revision,
            created_at: self.created_at,
        })
    }
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("stored JSON", error))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("JSON to store", error))
}

pub(super) fn find(conn: &mut Conn, slug: &Slug) -> Result<Option<Space>> {
    let row = spaces::table.find(slug).select(SpaceRow::as_select()).first(conn).optional()?;
    row.map(SpaceRow::into_model).transpose()
}

pub(super) fn by_slugs(conn: &mut Conn, slugs: &[&Slug]) -> Result<Vec<Space>> {
    let rows: Vec<SpaceRow> =
        spaces::table.filter(spaces::slug.eq_any(slugs.to_vec())).select(SpaceRow::as_select()).load(conn)?;
    rows.into_iter().map(SpaceRow::into_model).collect()
}

pub(super) fn list(conn: &mut Conn, page: &PageRequest, after: Option<&str>) -> Result<Vec<Space>> {
    let mut query = spaces::table.select(SpaceRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(spaces::slug.gt(after.to_owned()));
    }
    let rows = query.order(spaces::slug).limit(page.rows()).load(conn)?;
    rows.into_iter().map(SpaceRow::into_model).collect()
}

pub(super) fn insert(conn: &mut Conn, space: &Space) -> Result<()> {
    diesel::insert_into(spaces::table)
        .values((
            spaces::slug.eq(&space.slug),
            spaces::names.eq(to_json(&space.names)?),
            spaces::descriptions.eq(to_json(&space.descriptions)?),
            spaces::charter.eq(&space.charter),
            spaces::extension_version.eq(space.extension_version),
            spaces::revision.eq(space.revision),
            spaces::created_at.eq(space.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn update(conn: &mut Conn, space: &Space) -> Result<()> {
    diesel::update(spaces::table.find(&space.slug))
        .set((
            spaces::names.eq(to_json(&space.names)?),
            spaces::descriptions.eq(to_json(&space.descriptions)?),
            spaces::charter.eq(&space.charter),
            spaces::extension_version.eq(space.extension_version),
            spaces::revision.eq(space.revision),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn members(
    conn: &mut Conn,
    space: &Slug,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<SpaceMember>> {
    let mut query = space_members::table
        .inner_join(organisations::table.on(organisations::id.eq(space_members::organisation_id)))
        .filter(space_members::space.eq(space))
        .select((organisations::slug, space_members::created_at))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(organisations::slug.gt(after.to_owned()));
    }
    let rows: Vec<(Slug, Timestamp)> = query.order(organisations::slug).limit(page.rows()).load(conn)?;
    Ok(rows.into_iter().map(|(organisation, since)| SpaceMember { organisation, since }).collect())
}

pub(super) fn put_member(
    conn: &mut Conn,
    space: &Slug,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<bool> {
    let added = diesel::insert_into(space_members::table)
        .values((
            space_members::space.eq(space),
            space_members::organisation_id.eq(organisation),
            space_members::created_at.eq(now),
        ))
        .or_ignore()
        .execute(conn)?;
    Ok(added > 0)
}

pub(super) fn remove_member(conn: &mut Conn, space: &Slug, organisation: &OrganisationId) -> Result<bool> {
    Ok(diesel::delete(space_members::table.find((space, organisation))).execute(conn)? > 0)
}

pub(super) fn roles(conn: &mut Conn, space: &Slug) -> Result<Vec<RoleHolder>> {
    let rows: Vec<(Slug, String, SpaceRole)> = space_roles::table
        .inner_join(people::table.on(people::id.eq(space_roles::person_id)))
        .filter(space_roles::space.eq(space))
        .order((people::login, space_roles::role))
        .select((people::login, people::name, space_roles::role))
        .load(conn)?;
    Ok(rows.into_iter().map(|(login, name, role)| RoleHolder { login, name, role }).collect())
}

pub(super) fn put_role(
    conn: &mut Conn,
    space: &Slug,
    person: &PersonId,
    role: SpaceRole,
    now: Timestamp,
) -> Result<bool> {
    let added = diesel::insert_into(space_roles::table)
        .values((
            space_roles::space.eq(space),
            space_roles::person_id.eq(person),
            space_roles::role.eq(role),
            space_roles::created_at.eq(now),
        ))
        .or_ignore()
        .execute(conn)?;
    Ok(added > 0)
}

pub(super) fn remove_role(conn: &mut Conn, space: &Slug, person: &PersonId, role: SpaceRole) -> Result<bool> {
    Ok(diesel::delete(space_roles::table.find((space, person, role))).execute(conn)? > 0)
}

pub(super) fn insert_extension(conn: &mut Conn, space: &Slug, extension: &ExtensionSchema) -> Result<()> {
    diesel::insert_into(space_extensions::table)
        .values((
            space_extensions::space.eq(space),
            space_extensions::version.eq(extension.version),
            space_extensions::schema.eq(extension.schema.to_string()),
            space_extensions::created_at.eq(extension.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn extension(conn: &mut Conn, space: &Slug, version: i64) -> Result<Option<ExtensionSchema>> {
    let row: Option<(i64, String, Timestamp)> = space_extensions::table
        .find((space, version))
        .select((space_extensions::version, space_extensions::schema, space_extensions::created_at))
        .first(conn)
        .optional()?;
    row.map(|(version, schema, created_at)| {
        Ok(ExtensionSchema { version, schema: from_json(&schema)?, created_at })
    })
    .transpose()
}
