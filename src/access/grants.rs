//! Looking at grants, and ending them before their time.

use serde_json::json;

use super::find::after_id;
use super::model::{Filters, Grant, GrantState, Parties, Relinquishment, Revocation};
use super::store;
use crate::db::{Conn, Db, Tx};
use crate::journal::{Event, append};
use crate::kernel::{
    Ctx, Cursor, Error, GrantId, OrganisationRole, Page, PageRequest, Result, Scope, SpaceRole,
};

/// The grant, if the caller may know of it.
pub(super) fn find_grant(conn: &mut Conn, ctx: &Ctx, id: &GrantId) -> Result<(Grant, Parties)> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    store::visible_grant(conn, principal, id, ctx.now)?.ok_or_else(|| Error::not_found("grant"))
}

/// One grant.
///
/// # Errors
/// 401; 404 when there is none that the caller may know of.
pub async fn show_grant(db: &Db, ctx: &Ctx, id: GrantId) -> Result<Grant> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| Ok(find_grant(conn, &ctx, &id)?.0)).await
}

/// Grants that the caller may know of, newest first.
///
/// # Errors
/// 401; 422 when the cursor belongs to another list.
pub async fn list_grants(
    db: &Db,
    ctx: &Ctx,
    filters: Filters<GrantState>,
    page: PageRequest,
) -> Result<Page<Grant>> {
    let (principal, now) = (ctx.require(Scope::Read)?.clone(), ctx.now);
    db.read(move |conn| {
        let before = after_id(&page)?;
        let found = store::list_grants(conn, &principal, &filters, &page, before.as_ref(), now)?;
        Ok(page.page(found, |grant| Cursor::new([grant.id.to_string()])))
    })
    .await
}

/// Takes a grant away: the next request for bytes feels it.
///
/// # Errors
/// 401; 403 unless a reviewer or steward of the space or a publisher of the provider asks; 404; 409
/// `wrong_state`; 422.
pub async fn revoke_grant(db: &Db, ctx: &Ctx, id: GrantId, why: Revocation) -> Result<Grant> {
    why.check()?;
    let at = ctx.clone();
    db.write("revoke_grant", move |tx| {
        tx.once(&at, |tx| {
            let (grant, parties) = find_grant(tx, &at, &id)?;
            may_revoke(&at, &grant, &parties)?;
            end(tx, &at, grant, &parties, (GrantState::Revoked, Some(why.reason)))
        })
    })
    .await
}

fn may_revoke(ctx: &Ctx, grant: &Grant, parties: &Parties) -> Result<()> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    let governs = principal.has_space_role(&grant.space, SpaceRole::Reviewer)
        || principal.has_space_role(&grant.space, SpaceRole::Steward);
    let provides = principal.has_role(&parties.provider, OrganisationRole::Publisher);
    let scope = match (governs, provides) {
        (true, true) if !principal.scopes.contains(&Scope::Review) => Scope::Publish,
        (true, _) => Scope::Review,
        (false, true) => Scope::Publish,
        (false, false) => {
            return Err(Error::forbidden(
                "revoker_required",
                "only reviewers and stewards of the space and publishers of the provider revoke a grant",
            ));
        }
    };
    ctx.require(scope).map(drop)
}

/// Gives a grant back.
///
/// # Errors
/// 401; 403 unless a member of the holder asks; 404; 409 `wrong_state`; 422.
pub async fn relinquish_grant(db: &Db, ctx: &Ctx, id: GrantId, why: Relinquishment) -> Result<Grant> {
    ctx.require(Scope::Request)?;
    why.check()?;
    let at = ctx.clone();
    db.write("relinquish_grant", move |tx| {
        tx.once(&at, |tx| {
            let (grant, parties) = find_grant(tx, &at, &id)?;
            if !at.require(Scope::Request)?.belongs_to(&parties.organisation) {
                return Err(Error::forbidden(
                    "holder_required",
                    "only members of the organisation that holds the grant give it back",
                ));
            }
            end(tx, &at, grant, &parties, (GrantState::Relinquished, why.reason))
        })
    })
    .await
}

fn end(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    grant: Grant,
    parties: &Parties,
    (how, reason): (GrantState, Option<String>),
) -> Result<Grant> {
    let person = ctx.principal().ok_or_else(Error::unauthenticated)?.person.clone();
    let grant = grant.ended(how, reason, ctx.now)?;
    store::end_grant(tx, &grant, person.as_str())?;
    let kind = if how == GrantState::Revoked { "grant.revoked" } else { "grant.relinquished" };
    let event = Event::new(kind, &grant.id)
        .in_space(&grant.space)
        .concerning(&parties.organisation)
        .provided_by(&parties.provider)
        .fact("revision", grant.revision);
    append(tx, ctx, event.payload(json!({ "reason": grant.reason })))?;
    Ok(grant)
}
