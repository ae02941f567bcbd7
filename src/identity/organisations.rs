//! Organisations and their members.

use super::model::{DEFAULT_QUOTA, Membership, NewOrganisation, Organisation};
use super::store;
use crate::db::{Conn, Db};
use crate::journal::{Event, append};
use crate::kernel::{
    Ctx, Cursor, Error, OrganisationId, OrganisationRole, Page, PageRequest, Principal, Result, Scope, Slug,
};

/// The organisation with this name.
///
/// # Errors
/// 404 when there is none.
pub fn find_organisation(conn: &mut Conn, slug: &Slug) -> Result<Organisation> {
    store::organisation_by_slug(conn, slug)?.ok_or_else(|| Error::not_found("organisation"))
}

/// The organisation with this id.
///
/// # Errors
/// 404 when there is none.
pub fn organisation_by_id(conn: &mut Conn, id: &OrganisationId) -> Result<Organisation> {
    store::organisation_by_id(conn, id)?.ok_or_else(|| Error::not_found("organisation"))
}

/// The organisations with these ids.
///
/// # Errors
/// When the database fails.
pub fn organisations_by_ids(conn: &mut Conn, ids: &[&OrganisationId]) -> Result<Vec<Organisation>> {
    store::organisations_by_ids(conn, ids)
}

/// Registers an organisation.
///
/// # Errors
/// 403 unless an administrator asks; 409 `slug_taken`; 422.
pub async fn create_organisation(db: &Db, ctx: &Ctx, new: NewOrganisation) -> Result<Organisation> {
    ctx.require_admin()?;
    new.check()?;
    let at = ctx.clone();
    db.write("create_organisation", move |tx| {
        tx.once(&at, |tx| {
            if store::organisation_by_slug(tx, &new.slug)?.is_some() {
                return Err(Error::conflict(
                    "slug_taken",
                    format!("an organisation `{}` is already there", new.slug),
                ));
            }
            let organisation = Organisation {
                id: OrganisationId::generate(),
                slug: new.slug,
                name: new.name,
                kind: new.kind,
                country: new.country,
                sector: new.sector,
                contact: new.contact,
                quota_bytes: new.quota_bytes.unwrap_or(DEFAULT_QUOTA),
                max_file_bytes: new.max_file_bytes.unwrap_or(DEFAULT_QUOTA),
                revision: 1,
                created_at: at.now,
            };
            store::insert_organisation(tx, &organisation)?;
            append(
                tx,
                &at,
                Event::new("organisation.created", &organisation.id).fact("slug", organisation.slug.as_str()),
            )?;
            Ok(organisation)
        })
    })
    .await
}

/// All organisations, by name in URLs.
///
/// # Errors
/// 401 when nobody is signed in.
pub async fn list_organisations(db: &Db, ctx: &Ctx, page: PageRequest) -> Result<Page<Organisation>> {
    ctx.require(Scope::Read)?;
    db.read(move |conn| {
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[slug]| slug.as_str());
        let found = store::list_organisations(conn, &page, after)?;
        Ok(page.page(found, |organisation| Cursor::new([organisation.slug.to_string()])))
    })
    .await
}

/// One organisation.
///
/// # Errors
/// 401, 404.
pub async fn show_organisation(db: &Db, ctx: &Ctx, slug: Slug) -> Result<Organisation> {
    ctx.require(Scope::Read)?;
    db.read(move |conn| find_organisation(conn, &slug)).await
}

/// Changes what is stated of an organisation; limits only by an administrator.
///
/// # Errors
/// 403, 404; 412 when it has been changed meanwhile; 422.
pub async fn update_organisation(
    db: &Db,
    ctx: &Ctx,
    slug: Slug,
    new: NewOrganisation,
    fits: impl FnOnce(i64) -> Result<()> + Send + 'static,
) -> Result<Organisation> {
    let principal = ctx.require(Scope::Admin)?.clone();
    new.check()?;
    if new.slug != slug {
        return Err(Error::invalid(
            "/slug",
            "immutable",
            "a name in URLs cannot be changed; it must be the one in the path",
        ));
    }
    let at = ctx.clone();
    db.write("update_organisation", move |tx| {
        let before = find_organisation(tx, &slug)?;
        require_owner(&principal, &before.id)?;
        fits(before.revision)?;
        let quota = (
            new.quota_bytes.unwrap_or(before.quota_bytes),
            new.max_file_bytes.unwrap_or(before.max_file_bytes),
        );
        if quota != (before.quota_bytes, before.max_file_bytes) && !principal.admin {
            return Err(Error::forbidden(
                "admin_required",
                "only an administrator may change the limits of an organisation",
            ));
        }
        store::update_organisation(tx, &before.id, &new, quota, before.revision + 1)?;
        append(
            tx,
            &at,
            Event::new("organisation.updated", &before.id).fact("revision", before.revision + 1),
        )?;
        organisation_by_id(tx, &before.id)
    })
    .await
}

/// The members, by login; seen by members and administrators.
///
/// # Errors
/// 401; 404 to everybody else.
pub async fn list_members(db: &Db, ctx: &Ctx, slug: Slug) -> Result<Vec<Membership>> {
    let principal = ctx.require(Scope::Read)?.clone();
    db.read(move |conn| {
        let organisation = find_organisation(conn, &slug)?;
        if !principal.admin && !principal.belongs_to(&organisation.id) {
            return Err(Error::not_found("list of members"));
        }
        store::members(conn, &organisation.id)
    })
    .await
}

/// Makes a person a member, or changes the role. By an owner of the organisation or an administrator.
///
/// # Errors
/// 403, 404; 409 `last_owner`.
pub async fn put_member(
    db: &Db,
    ctx: &Ctx,
    slug: Slug,
    login: Slug,
    role: OrganisationRole,
) -> Result<Membership> {
    let principal = ctx.require(Scope::Admin)?.clone();
    let at = ctx.clone();
    db.write("put_member", move |tx| {
        let organisation = find_organisation(tx, &slug)?;
        require_owner(&principal, &organisation.id)?;
        let person = super::people::person_by_login(tx, &login)?;
        if role != OrganisationRole::Owner {
            keep_an_owner(tx, &organisation.id, &login)?;
        }
        store::put_member(tx, &organisation.id, &person.id, role, at.now)?;
        let event = Event::new("organisation.member_put", &organisation.id)
            .fact("person", person.id.as_str())
            .fact("role", role.as_str());
        append(tx, &at, event)?;
        Ok(Membership { login, name: person.name, role })
    })
    .await
}

/// Ends a membership, and with it at once everything that rests on it. By an owner, an administrator, or the
/// person.
///
/// # Errors
/// 403, 404; 409 `last_owner`.
pub async fn remove_member(db: &Db, ctx: &Ctx, slug: Slug, login: Slug) -> Result<()> {
    let principal = ctx.require(Scope::Admin)?.clone();
    let at = ctx.clone();
    db.write("remove_member", move |tx| {
        let organisation = find_organisation(tx, &slug)?;
        let person = store::person_by_login(tx, &login)?;
        // Rights come first: whether there is such a person is not told to those who may not act.
        if person.as_ref().is_none_or(|person| person.id != principal.person) {
            require_owner(&principal, &organisation.id)?;
        }
        let person = person.ok_or_else(|| Error::not_found("membership"))?;
        if store::role_in(tx, &organisation.id, &person.id)?.is_none() {
            return Err(Error::not_found("membership"));
        }
        keep_an_owner(tx, &organisation.id, &login)?;
        store::remove_member(tx, &organisation.id, &person.id)?;
        append(
            tx,
            &at,
            Event::new("organisation.member_removed", &organisation.id).fact("person", person.id.as_str()),
        )?;
        Ok(())
    })
    .await
}

fn require_owner(principal: &Principal, organisation: &OrganisationId) -> Result<()> {
    if principal.admin || principal.has_role(organisation, OrganisationRole::Owner) {
        Ok(())
    } else {
        Err(Error::forbidden(
            "owner_required",
            "only an owner of the organisation or an administrator may do this",
        ))
    }
}

/// The last owner stays: an organisation nobody manages could not let anybody in.
fn keep_an_owner(conn: &mut Conn, organisation: &OrganisationId, leaving: &Slug) -> Result<()> {
    let members = store::members(conn, organisation)?;
    let (leaving, rest): (Vec<_>, Vec<_>) = members
        .iter()
        .filter(|member| member.role == OrganisationRole::Owner)
        .partition(|owner| owner.login == *leaving);
    if !leaving.is_empty() && rest.is_empty() {
        return Err(Error::conflict(
            "last_owner",
            "this is the last owner of the organisation; make another one first",
        ));
    }
    Ok(())
}
