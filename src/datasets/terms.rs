//! Terms of use: an access mode and an ODRL offer, in revisions that all stay.

use serde_json::json;

use super::changes::instant_of_change;
use super::find::{Action, find_dataset};
use super::model::{Dataset, NewPolicy, PolicyRevision};
use super::reservation::reserves;
use super::store;
use crate::db::{Conn, Db};
use crate::journal::{Event, append};
use crate::kernel::{
    Ctx, Cursor, DatasetId, Digest, Error, Page, PageRequest, Result, Scope, Slug, canonical_json,
};
use crate::policies::Terms;

/// Sets the terms of a dataset; running grants keep the ones they were given.
///
/// # Errors
/// 401, 403, 404; 412; 422 with pointers into the offer for what is not understood.
pub async fn set_policy(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    new: NewPolicy,
    fits: impl FnOnce(i64) -> Result<()> + Send + 'static,
) -> Result<PolicyRevision> {
    let person = ctx.require(Scope::Publish)?.person.clone();
    let terms = Terms::check(new.mode, new.offer.as_ref()).map_err(|error| error.at("/offer"))?;
    let offer = terms.offer().map(crate::policies::Policy::to_json);
    let digest = Digest::of(canonical_json(&json!({ "mode": new.mode, "offer": offer }))?);
    let reserved = reserves(&terms);
    let at = ctx.clone();
    db.write("set_policy", move |tx| {
        let dataset = find_dataset(tx, &at, &name.0, &name.1, Action::Publish)?;
        fits(dataset.policy_revision)?;
        let policy = PolicyRevision {
            mode: new.mode,
            offer,
            revision: dataset.policy_revision + 1,
            digest,
            edited_at: at.now,
        };
        let changed =
            (instant_of_change(tx, Some(&dataset), dataset.is_public(), at.now)?, tx.next_position());
        store::insert_policy(tx, &dataset, &policy, person.as_str(), changed)?;
        store::note_reservation(tx, &dataset.id, reserved)?;
        let event = Event::new("policy.attached", &dataset.id)
            .in_space(&dataset.space)
            .provided_by(&dataset.organisation_id);
        append(
            tx,
            &at,
            event
                .fact("revision", policy.revision)
                .fact("mode", policy.mode.as_str())
                .fact("digest", digest.to_string()),
        )?;
        Ok(policy)
    })
    .await
}

/// The present terms of a dataset.
///
/// # Errors
/// 404 when the dataset cannot be seen or has no terms yet.
pub async fn show_policy(db: &Db, ctx: &Ctx, name: (Slug, Slug)) -> Result<PolicyRevision> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
        store::policy_revision(conn, &dataset.id, dataset.policy_revision)?
            .ok_or_else(|| Error::not_found("policy"))
    })
    .await
}

/// All revisions of the terms, newest first.
///
/// # Errors
/// 404.
pub async fn list_policies(
    db: &Db,
    ctx: &Ctx,
    name: (Slug, Slug),
    page: PageRequest,
) -> Result<Page<PolicyRevision>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::See)?;
        let before = super::read::before(&page)?;
        let found = store::policy_revisions(conn, &dataset.id, &page, before)?;
        Ok(page.page(found, |item| Cursor::new([item.revision.to_string()])))
    })
    .await
}

/// The terms in force for a dataset, typed; nothing when none were set.
///
/// # Errors
/// When the database fails or holds terms that this program does not understand: then nothing is allowed.
pub fn terms_in_force(conn: &mut Conn, dataset: &Dataset) -> Result<Option<Terms>> {
    terms_of_revision(conn, &dataset.id, dataset.policy_revision)
}

/// The terms of one revision, typed.
///
/// # Errors
/// As [`terms_in_force`].
pub fn terms_of_revision(conn: &mut Conn, dataset: &DatasetId, revision: i64) -> Result<Option<Terms>> {
    let Some(policy) = store::policy_revision(conn, dataset, revision)? else { return Ok(None) };
    let terms = Terms::check(policy.mode, policy.offer.as_ref())
        .map_err(|error| Error::internal("stored terms", error))?;
    Ok(Some(terms))
}
