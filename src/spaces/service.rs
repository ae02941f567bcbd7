//! Setting up and running a space.

use super::model::{NewSpace, RoleHolder, Space, SpaceMember};
use super::store;
use crate::db::{Conn, Db};
use crate::identity::{find_organisation, person_by_login};
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, Principal, Result, Scope, Slug, SpaceRole};

/// The space with this name.
///
/// # Errors
/// 404 when there is none.
pub fn find_space(conn: &mut Conn, slug: &Slug) -> Result<Space> {
    store::find(conn, slug)?.ok_or_else(|| Error::not_found("space"))
}

/// The spaces with these names.
///
/// # Errors
/// When the database fails.
pub fn spaces_by_slugs(conn: &mut Conn, slugs: &[&Slug]) -> Result<Vec<Space>> {
    store::by_slugs(conn, slugs)
}

/// All spaces, by name in URLs; open to everybody.
///
/// # Errors
/// When the database fails.
pub async fn list_spaces(db: &Db, page: PageRequest) -> Result<Page<Space>> {
    db.read(move |conn| {
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[slug]| slug.as_str());
        let found = store::list(conn, &page, after)?;
        Ok(page.page(found, |space| Cursor::new([space.slug.to_string()])))
    })
    .await
}

/// All spaces at once, by name in URLs. They are few: administrators add them one by one.
///
/// # Errors
/// When the database fails.
pub fn all_spaces(conn: &mut Conn) -> Result<Vec<Space>> {
    let page = PageRequest::new(None, None)?;
    let mut all: Vec<Space> = Vec::new();
    loop {
        let after = all.last().map(|space| space.slug.to_string());
        let found = store::list(conn, &page, after.as_deref())?;
        let found = page.page(found, |space| Cursor::new([space.slug.to_string()]));
        all.extend(found.items);
        if found.next.is_none() {
            return Ok(all);
        }
    }
}

/// Sets up a space.
///
/// # Errors
/// 403 unless an administrator asks; 409 `slug_taken`; 422.
pub async fn create_space(db: &Db, ctx: &Ctx, new: NewSpace) -> Result<Space> {
    ctx.require_admin()?;
    new.check()?;
    let at = ctx.clone();
    db.write("create_space", move |tx| {
        tx.once(&at, |tx| {
            if store::find(tx, &new.slug)?.is_some() {
                return Err(Error::conflict(
                    "slug_taken",
                    format!("a space `{}` is already there", new.slug),
                ));
            }
            let space = Space {
                slug: new.slug,
                names: new.names,
                descriptions: new.descriptions,
                charter: new.charter,
                extension_version: 0,
                revision: 1,
                created_at: at.now,
            };
            store::insert(tx, &space)?;
            append(tx, &at, Event::new("space.created", &space.slug).in_space(&space.slug))?;
            Ok(space)
        })
    })
    .await
}

/// Changes what is stated of a space.
///
/// # Errors
/// 403 unless its steward or an administrator asks; 404; 412; 422.
pub async fn update_space(
    db: &Db,
    ctx: &Ctx,
    slug: Slug,
    new: NewSpace,
    fits: impl FnOnce(i64) -> Result<()> + Send + 'static,
) -> Result<Space> {
    require_steward(ctx, &slug)?;
    new.check()?;
    if new.slug != slug {
        return Err(Error::invalid(
            "/slug",
            "immutable",
            "a name in URLs cannot be changed; it must be the one in the path",
        ));
    }
    let at = ctx.clone();
    db.write("update_space", move |tx| {
        let before = find_space(tx, &slug)?;
        fits(before.revision)?;
        let space = Space {
            names: new.names,
            descriptions: new.descriptions,
            charter: new.charter,
            revision: before.revision + 1,
            ..before
        };
        store::update(tx, &space)?;
        append(
            tx,
            &at,
            Event::new("space.updated", &space.slug).in_space(&space.slug).fact("revision", space.revision),
        )?;
        Ok(space)
    })
    .await
}

/// The caller, who must run this space.
///
/// # Errors
/// 401; 403 unless its steward or an administrator asks.
pub fn require_steward<'a>(ctx: &'a Ctx, space: &Slug) -> Result<&'a Principal> {
    let principal = ctx.require(Scope::Admin)?;
    if principal.admin || principal.has_space_role(space, SpaceRole::Steward) {
        Ok(principal)
    } else {
        Err(Error::forbidden(
            "steward_required",
            "only a steward of the space or an administrator may do this",
        ))
    }
}

/// Organisations that are members of a space.
///
/// # Errors
/// 401, 404.
pub async fn list_members(db: &Db, ctx: &Ctx, slug: Slug, page: PageRequest) -> Result<Page<SpaceMember>> {
    ctx.require(Scope::Read)?;
    db.read(move |conn| {
        find_space(conn, &slug)?;
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[slug]| slug.as_str());
        let found = store::members(conn, &slug, &page, after)?;
        Ok(page.page(found, |member| Cursor::new([member.organisation.to_string()])))
    })
    .await
}

/// Admits an organisation to a space; one that is a member stays one.
///
/// # Errors
/// 403 unless a steward or an administrator asks; 404.
pub async fn put_member(db: &Db, ctx: &Ctx, slug: Slug, organisation: Slug) -> Result<()> {
    require_steward(ctx, &slug)?;
    let at = ctx.clone();
    db.write("put_space_member", move |tx| {
        find_space(tx, &slug)?;
        let organisation = find_organisation(tx, &organisation)?;
        if store::put_member(tx, &slug, &organisation.id, at.now)? {
            append(
                tx,
                &at,
                Event::new("space.member_added", &slug)
                    .in_space(&slug)
                    .fact("organisation", organisation.id.as_str()),
            )?;
        }
        Ok(())
    })
    .await
}

/// Ends the membership of an organisation in a space.
///
/// # Errors
/// 403 unless a steward or an administrator asks; 404.
pub async fn remove_member(db: &Db, ctx: &Ctx, slug: Slug, organisation: Slug) -> Result<()> {
    require_steward(ctx, &slug)?;
    let at = ctx.clone();
    db.write("remove_space_member", move |tx| {
        let organisation = find_organisation(tx, &organisation)?;
        if !store::remove_member(tx, &slug, &organisation.id)? {
            return Err(Error::not_found("membership"));
        }
        append(
            tx,
            &at,
            Event::new("space.member_removed", &slug)
                .in_space(&slug)
                .fact("organisation", organisation.id.as_str()),
        )?;
        Ok(())
    })
    .await
}

/// Who holds which role in a space; seen by its role holders and administrators.
///
/// # Errors
/// 401; 404 to everybody else.
pub async fn list_roles(db: &Db, ctx: &Ctx, slug: Slug) -> Result<Vec<RoleHolder>> {
    let principal = ctx.require(Scope::Read)?;
    if !principal.admin && !principal.space_roles.contains_key(&slug) {
        return Err(Error::not_found("list of roles"));
    }
    db.read(move |conn| {
        find_space(conn, &slug)?;
        store::roles(conn, &slug)
    })
    .await
}

/// Gives a person a role in a space. Stewards name reviewers; only administrators name stewards.
///
/// # Errors
/// 403, 404.
pub async fn put_role(db: &Db, ctx: &Ctx, slug: Slug, login: Slug, role: SpaceRole) -> Result<()> {
    may_appoint(ctx, &slug, role)?;
    let at = ctx.clone();
    db.write("put_space_role", move |tx| {
        find_space(tx, &slug)?;
        let person = person_by_login(tx, &login)?;
        if store::put_role(tx, &slug, &person.id, role, at.now)? {
            let event = Event::new("space.role_given", &slug).in_space(&slug);
            append(tx, &at, event.fact("person", person.id.as_str()).fact("role", role.as_str()))?;
        }
        Ok(())
    })
    .await
}

/// Takes a role in a space away; the next call feels it.
///
/// # Errors
/// 403, 404.
pub async fn remove_role(db: &Db, ctx: &Ctx, slug: Slug, login: Slug, role: SpaceRole) -> Result<()> {
    may_appoint(ctx, &slug, role)?;
    let at = ctx.clone();
    db.write("remove_space_role", move |tx| {
        let person = person_by_login(tx, &login)?;
        if !store::remove_role(tx, &slug, &person.id, role)? {
            return Err(Error::not_found("role"));
        }
        let event = Event::new("space.role_taken", &slug).in_space(&slug);
        append(tx, &at, event.fact("person", person.id.as_str()).fact("role", role.as_str()))?;
        Ok(())
    })
    .await
}

fn may_appoint(ctx: &Ctx, space: &Slug, role: SpaceRole) -> Result<()> {
    let principal = require_steward(ctx, space)?;
    if role == SpaceRole::Steward && !principal.admin {
        return Err(Error::forbidden(
            "admin_required",
            "only an administrator names the stewards of a space",
        ));
    }
    Ok(())
}
