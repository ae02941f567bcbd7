//! Rows of people.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use crate::db::Conn;
use crate::db::schema::{invitations, memberships, people, sessions, space_roles, tokens};
use crate::identity::model::{NewPerson, Person};
use crate::kernel::{PageRequest, PersonId, Result, Slug, Timestamp};

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
pub(super) struct PersonRow {
    id: PersonId,
    login: Slug,
    name: String,
    admin: bool,
    auditor: bool,
    disabled: bool,
    environment: Option<String>,
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
            environment: row.environment,
            revision: row.revision,
            created_at: row.created_at,
        }
    }
}

pub(in crate::identity) fn person_by_login(conn: &mut Conn, login: &Slug) -> Result<Option<Person>> {
    let row = people::table.filter(people::login.eq(login)).select(PersonRow::as_select()).first(conn);
    Ok(row.optional()?.map(Person::from))
}

pub(in crate::identity) fn person_by_id(conn: &mut Conn, id: &PersonId) -> Result<Option<Person>> {
    Ok(people::table.find(id).select(PersonRow::as_select()).first(conn).optional()?.map(Person::from))
}

pub(in crate::identity) fn list_people(
    conn: &mut Conn,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<Person>> {
    let mut query = people::table.select(PersonRow::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(people::login.gt(after.to_owned()));
    }
    let rows = query.order(people::login).limit(page.rows()).load(conn)?;
    Ok(rows.into_iter().map(Person::from).collect())
}

pub(in crate::identity) fn anybody(conn: &mut Conn) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(people::table.select(people::id))).get_result(conn)?)
}

/// An administrator other than this one who can come in; the last one must not be taken away.
pub(in crate::identity) fn has_other_administrator(conn: &mut Conn, except: &PersonId) -> Result<bool> {
    let others = people::table
        .filter(people::admin.eq(true))
        .filter(people::disabled.eq(false))
        .filter(people::id.ne(except));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(conn)?)
}

pub(in crate::identity) fn insert_person(conn: &mut Conn, person: &Person) -> Result<()> {
    diesel::insert_into(people::table)
        .values((
            people::id.eq(&person.id),
            people::login.eq(&person.login),
            people::name.eq(&person.name),
            people::admin.eq(person.admin),
            people::auditor.eq(person.auditor),
            people::disabled.eq(person.disabled),
            people::environment.eq(&person.environment),
            people::revision.eq(person.revision),
            people::created_at.eq(person.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn update_person(
    conn: &mut Conn,
    id: &PersonId,
    new: &NewPerson,
    revision: i64,
) -> Result<()> {
    diesel::update(people::table.find(id))
        .set((
            people::name.eq(&new.name),
            people::admin.eq(new.admin),
            people::auditor.eq(new.auditor),
            people::disabled.eq(new.disabled),
            people::environment.eq(&new.environment),
            people::revision.eq(revision),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces what names the person, and takes away all by which the person could come in or do anything.
pub(in crate::identity) fn erase_person(
    conn: &mut Conn,
    id: &PersonId,
    login: &Slug,
    name: &str,
) -> Result<()> {
    diesel::delete(tokens::table.filter(tokens::person_id.eq(id))).execute(conn)?;
    diesel::delete(sessions::table.filter(sessions::person_id.eq(id))).execute(conn)?;
    diesel::delete(invitations::table.filter(invitations::person_id.eq(id))).execute(conn)?;
    diesel::delete(memberships::table.filter(memberships::person_id.eq(id))).execute(conn)?;
    diesel::delete(space_roles::table.filter(space_roles::person_id.eq(id))).execute(conn)?;
    let none: Option<String> = None;
    diesel::update(people::table.find(id))
        .set((
            people::login.eq(login),
            people::name.eq(name),
            people::password_hash.eq(none),
            people::admin.eq(false),
            people::auditor.eq(false),
            people::disabled.eq(true),
            people::revision.eq(people::revision + 1),
        ))
        .execute(conn)?;
    Ok(())
}

pub(in crate::identity) fn password_of(
    conn: &mut Conn,
    login: &Slug,
) -> Result<Option<(PersonId, Option<String>)>> {
    let active = people::table.filter(people::login.eq(login)).filter(people::disabled.eq(false));
    Ok(active.select((people::id, people::password_hash)).first(conn).optional()?)
}

pub(in crate::identity) fn set_password(conn: &mut Conn, person: &PersonId, hash: &str) -> Result<()> {
    diesel::update(people::table.find(person)).set(people::password_hash.eq(hash)).execute(conn)?;
    Ok(())
}

/// Whether the only account has never set a password: the first sign-in is still open.
pub(in crate::identity) fn awaits_first_sign_in(conn: &mut Conn) -> Result<Option<Person>> {
    let with_password = people::table.filter(people::password_hash.is_not_null());
    if diesel::select(diesel::dsl::exists(with_password)).get_result(conn)? {
        return Ok(None);
    }
    let admins = people::table.filter(people::admin.eq(true)).order(people::created_at);
    Ok(admins.select(PersonRow::as_select()).first(conn).optional()?.map(Person::from))
}
