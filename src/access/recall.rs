//! Recalling the grants of a dataset that were given under older terms. Grants keep their terms as long as they run; a
//! recall is the way to let none of the old ones run on.

use serde_json::json;

use super::grants::require_one;
use super::model::{Recall, Recalled, TermsRevision};
use super::store;
use crate::datasets::{Action, Dataset, find_dataset};
use crate::db::{Db, Tx};
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Error, GrantId, OrganisationRole, Result, Scope, Slug, SpaceRole};

/// The most grants that one write revokes.
const BATCH: usize = 500;

/// Revokes the running grants of a dataset that were given under terms which are not in force any more, at most 500,
/// each with an event of its own.
///
/// # Errors
/// 401; 403 unless a publisher of the provider or a steward of the space asks; 404; 422.
pub async fn recall_grants(db: &Db, ctx: &Ctx, name: (Slug, Slug), what: Recall) -> Result<Recalled> {
    what.check()?;
    ctx.principal().ok_or_else(Error::unauthenticated)?;
    let at = ctx.clone();
    db.write("recall_grants", move |tx| {
        tx.once(&at, |tx| {
            let dataset = find_dataset(tx, &at, &name.0, &name.1, Action::See)?;
            may_recall(&at, &dataset)?;
            recall(tx, &at, &dataset, &what)
        })
    })
    .await
}

fn may_recall(ctx: &Ctx, dataset: &Dataset) -> Result<()> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    let governs = principal.has_space_role(&dataset.space, SpaceRole::Steward);
    let provides = principal.has_role(&dataset.organisation_id, OrganisationRole::Publisher)
        && principal.reaches(&dataset.space);
    match (provides, governs) {
        (true, true) => require_one(ctx, &[Scope::Publish, Scope::Review]),
        (true, false) => require_one(ctx, &[Scope::Publish]),
        (false, true) => require_one(ctx, &[Scope::Review]),
        (false, false) => Err(Error::forbidden(
            "recaller_required",
            "only publishers of the provider and stewards of the space recall grants",
        )),
    }
}

fn recall(tx: &mut Tx<'_>, ctx: &Ctx, dataset: &Dataset, what: &Recall) -> Result<Recalled> {
    let person = ctx.principal().ok_or_else(Error::unauthenticated)?.person.clone();
    let named: Option<Vec<i64>> =
        what.revisions.as_ref().map(|named| named.iter().map(|TermsRevision(revision)| *revision).collect());
    let under = (dataset.policy_revision, named.as_deref());
    let most = i64::try_from(BATCH + 1).unwrap_or(i64::MAX);
    let mut found = store::grants_under_older_terms(tx, &dataset.id, under, ctx.now, most)?;
    let more = found.len() > BATCH;
    found.truncate(BATCH);
    let grants: Vec<GrantId> = found.iter().map(|(grant, _)| grant.id.clone()).collect();
    if !grants.is_empty() {
        store::revoke_grants(tx, &grants, &what.reason, person.as_str(), ctx.now)?;
    }
    for (grant, parties) in &found {
        let event = Event::new("grant.revoked", &grant.id)
            .in_space(&grant.space)
            .concerning(&parties.organisation)
            .provided_by(&parties.provider)
            .fact("revision", grant.revision + 1)
            .fact("policy_revision", grant.policy_revision)
            .fact("recalled_at_revision", dataset.policy_revision);
        append(tx, ctx, event.payload(json!({ "reason": what.reason })))?;
    }
    Ok(Recalled { grants, more })
}
