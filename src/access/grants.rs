//! Looking at grants, and letting them pause or end before their time.

use serde_json::json;

use super::find::after_id;
use super::model::{
    Filters, Grant, GrantCommand, GrantStanding, GrantState, Parties, Relinquishment, Resumption, Revocation,
    Suspension,
};
use super::store;
use crate::db::{Conn, Db};
use crate::journal::{Event, append};
use crate::kernel::{
    Ctx, Cursor, Error, GrantId, OrganisationRole, Page, PageRequest, PersonId, Result, Scope, SpaceRole,
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
    give(db, ctx, id, ("revoke_grant", GrantCommand::Revoke), Some(why.reason)).await
}

/// Lets a grant pause: nothing is given under it until it is resumed.
///
/// # Errors
/// As [`revoke_grant`].
pub async fn suspend_grant(db: &Db, ctx: &Ctx, id: GrantId, why: Suspension) -> Result<Grant> {
    why.check()?;
    give(db, ctx, id, ("suspend_grant", GrantCommand::Suspend), Some(why.reason)).await
}

/// Lets a grant hold again. Its end stays where it is.
///
/// # Errors
/// As [`revoke_grant`]; 403 also for members of the organisation that holds it.
pub async fn resume_grant(db: &Db, ctx: &Ctx, id: GrantId, why: Resumption) -> Result<Grant> {
    why.check()?;
    give(db, ctx, id, ("resume_grant", GrantCommand::Resume), why.reason).await
}

/// Gives a grant back.
///
/// # Errors
/// 401; 403 unless a member of the holder asks; 404; 409 `wrong_state`; 422.
pub async fn relinquish_grant(db: &Db, ctx: &Ctx, id: GrantId, why: Relinquishment) -> Result<Grant> {
    ctx.require(Scope::Request)?;
    why.check()?;
    give(db, ctx, id, ("relinquish_grant", GrantCommand::Relinquish), why.reason).await
}

/// Gives a command, if the caller may.
async fn give(
    db: &Db,
    ctx: &Ctx,
    id: GrantId,
    (use_case, command): (&'static str, GrantCommand),
    reason: Option<String>,
) -> Result<Grant> {
    let at = ctx.clone();
    db.write(use_case, move |tx| {
        tx.once(&at, |tx| {
            let (grant, parties) = find_grant(tx, &at, &id)?;
            let person = may_give(tx, &at, &grant, &parties, command)?;
            let grant = grant.after(command, reason, at.now)?;
            store::move_grant(tx, &grant, person.as_str())?;
            let event = Event::new(command.rule().event, &grant.id)
                .in_space(&grant.space)
                .concerning(&parties.organisation)
                .provided_by(&parties.provider)
                .fact("revision", grant.revision)
                .payload(json!({ "reason": grant.reason }));
            append(tx, &at, event)?;
            Ok(grant)
        })
    })
    .await
}

/// Who gives the command. Interest is read from the database, not from the credential: a token that leaves an
/// organisation out does not make its holder a stranger to it.
fn may_give(
    conn: &mut Conn,
    ctx: &Ctx,
    grant: &Grant,
    parties: &Parties,
    command: GrantCommand,
) -> Result<PersonId> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    let standing = GrantStanding {
        holds: principal.belongs_to(&parties.organisation),
        interested: store::active_member(conn, &parties.organisation, &principal.person)?,
        governs: principal.has_space_role(&grant.space, SpaceRole::Reviewer)
            || principal.has_space_role(&grant.space, SpaceRole::Steward),
        provides: principal.has_role(&parties.provider, OrganisationRole::Publisher),
    };
    require_one(ctx, standing.may_give(command)?)?;
    Ok(principal.person.clone())
}

/// The token must be good for one of these; the first is named when it is good for none.
pub(super) fn require_one(ctx: &Ctx, scopes: &[Scope]) -> Result<()> {
    let mut outcomes = scopes.iter().map(|scope| ctx.require(*scope).map(drop));
    let first = outcomes.next().unwrap_or(Ok(()));
    if outcomes.any(|outcome| outcome.is_ok()) { Ok(()) } else { first }
}
