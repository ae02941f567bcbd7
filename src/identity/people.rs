//! Accounts: made and changed by administrators.

use super::model::{NewPerson, Person};
use super::store;
use crate::db::{Conn, Db, Tx};
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, PersonId, Result, Slug};

/// What stands in place of an erased person's name.
const NOBODY: &str = "erased";

/// The person with this login.
///
/// # Errors
/// 404 when there is none.
pub fn person_by_login(conn: &mut Conn, login: &Slug) -> Result<Person> {
    store::person_by_login(conn, login)?.ok_or_else(|| Error::not_found("person"))
}

/// The person with this id.
///
/// # Errors
/// 404 when there is none.
pub fn person_by_id(conn: &mut Conn, id: &PersonId) -> Result<Person> {
    store::person_by_id(conn, id)?.ok_or_else(|| Error::not_found("person"))
}

/// Makes an account; it has no password until a one-time code sets one.
///
/// # Errors
/// 403 unless an administrator asks; 409 `login_taken`; 422.
pub async fn create_person(db: &Db, ctx: &Ctx, new: NewPerson) -> Result<Person> {
    ctx.require_admin()?;
    new.check()?;
    let at = ctx.clone();
    db.write("create_person", move |tx| tx.once(&at, |tx| insert_person(tx, &at, new))).await
}

pub(super) fn insert_person(tx: &mut Tx<'_>, ctx: &Ctx, new: NewPerson) -> Result<Person> {
    if store::person_by_login(tx, &new.login)?.is_some() {
        return Err(Error::conflict("login_taken", format!("the login `{}` is taken", new.login)));
    }
    let person = Person {
        id: PersonId::generate(),
        login: new.login,
        name: new.name,
        admin: new.admin,
        auditor: new.auditor,
        disabled: new.disabled,
        environment: new.environment,
        revision: 1,
        created_at: ctx.now,
    };
    store::insert_person(tx, &person)?;
    append(tx, ctx, described(Event::new("person.created", &person.id), &person))?;
    Ok(person)
}

/// All accounts, by login.
///
/// # Errors
/// 403 unless an administrator asks.
pub async fn list_people(db: &Db, ctx: &Ctx, page: PageRequest) -> Result<Page<Person>> {
    ctx.require_admin()?;
    db.read(move |conn| {
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[login]| login.as_str());
        let people = store::list_people(conn, &page, after)?;
        Ok(page.page(people, |person| Cursor::new([person.login.to_string()])))
    })
    .await
}

/// One account.
///
/// # Errors
/// 403 unless an administrator or the person asks.
pub async fn show_person(db: &Db, ctx: &Ctx, login: Slug) -> Result<Person> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    let (own, admin) = (principal.person.clone(), principal.admin);
    let person = db.read(move |conn| person_by_login(conn, &login)).await?;
    if admin || person.id == own { Ok(person) } else { Err(Error::not_found("person")) }
}

/// Changes an account. Disabling it ends its sessions and stops its tokens at the next call.
///
/// # Errors
/// 403, 404; 409 `last_administrator`; 412 when it has been changed meanwhile; 422.
pub async fn update_person(
    db: &Db,
    ctx: &Ctx,
    login: Slug,
    new: NewPerson,
    fits: impl FnOnce(i64) -> Result<()> + Send + 'static,
) -> Result<Person> {
    ctx.require_admin()?;
    new.check()?;
    if new.login != login {
        return Err(Error::invalid(
            "/login",
            "immutable",
            "a login cannot be changed; it must be the one in the path",
        ));
    }
    let at = ctx.clone();
    db.write("update_person", move |tx| {
        let before = person_by_login(tx, &login)?;
        fits(before.revision)?;
        let loses_admin = before.admin && (!new.admin || new.disabled);
        if loses_admin && !store::has_other_administrator(tx, &before.id)? {
            return Err(Error::conflict(
                "last_administrator",
                "this is the last administrator who can come in; make another one first",
            ));
        }
        store::update_person(tx, &before.id, &new, before.revision + 1)?;
        if new.disabled {
            store::delete_sessions_of(tx, &before.id)?;
        }
        let person = Person {
            name: new.name,
            admin: new.admin,
            auditor: new.auditor,
            disabled: new.disabled,
            revision: before.revision + 1,
            ..before
        };
        append(tx, &at, described(Event::new("person.updated", &person.id), &person))?;
        Ok(person)
    })
    .await
}

/// Makes a nameless husk of an account, which keeps its id and nothing else: login and name are replaced, password, tokens,
/// sessions, codes, memberships and roles are gone. Tells the login that stands there from now on. The event is the
/// caller's.
///
/// # Errors
/// 409 `last_administrator`, `already_erased`.
pub fn erase_account(tx: &mut Tx<'_>, person: &Person) -> Result<Slug> {
    let husk: Slug = format!("{NOBODY}-{}", person.id.as_str().trim_start_matches("pe_")).parse()?;
    if person.login == husk {
        return Err(Error::conflict("already_erased", "this person has been erased before"));
    }
    if person.admin && !person.disabled && !store::has_other_administrator(tx, &person.id)? {
        return Err(Error::conflict(
            "last_administrator",
            "this is the last administrator who can come in; make another one first",
        ));
    }
    store::erase_person(tx, &person.id, &husk, NOBODY)?;
    Ok(husk)
}

fn described(event: Event, person: &Person) -> Event {
    event
        .fact("admin", person.admin)
        .fact("auditor", person.auditor)
        .fact("disabled", person.disabled)
        .payload(serde_json::json!({ "login": person.login, "name": person.name }))
}
