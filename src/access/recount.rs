//! Asking the door again for a counted right, in the transaction that records the delivery.

use super::door::grant_still_holds;
use super::model::count;
use super::{store, verdict};
use crate::datasets::{Delivery, terms_of_revision};
use crate::db::Conn;
use crate::kernel::{Error, GrantId, Kind, Result, VersionId};
use crate::policies::{Facts, decide};

/// How many bytes of a file count as delivered under a grant, those under way included.
///
/// # Errors
/// When the database fails.
pub(super) fn used(conn: &mut Conn, grant: &GrantId, version: &VersionId, path: &str) -> Result<u64> {
    Ok(u64::try_from(store::used(conn, grant, version, path)?).unwrap_or(0))
}

/// Goes on if the grant still holds and its terms allow this download after all that were recorded before.
///
/// # Errors
/// 403 `policy_violated` when they do not, `grant_ended` or `grant_suspended` when the grant has stopped to hold.
pub(super) fn recount(conn: &mut Conn, delivery: &Delivery) -> Result<()> {
    let Some(id) = &delivery.permit.grant else { return Ok(()) };
    let (grant, parties) = store::grant_by_id(conn, id, delivery.at)?
        .ok_or_else(|| Error::internal("recount", "the grant of a delivery is gone"))?;
    grant_still_holds(conn, &grant, &parties, delivery.person.as_ref(), delivery.at)?;
    let terms = terms_of_revision(conn, &parties.dataset, grant.policy_revision)?
        .ok_or_else(|| Error::internal("recount", "the terms of a grant are gone"))?;
    let Some(offer) = terms.offer() else { return Ok(()) };
    let used = used(conn, id, &delivery.version, &delivery.path)?;
    let downloads = count::downloads(used, delivery.charge(), delivery.size);
    let spaces = store::spaces_of(conn, &parties.organisation)?;
    let facts = Facts { now: delivery.at, purpose: Some(grant.purpose), spaces };
    let verdict = count::explained(decide(&count::settled(offer, downloads), &facts), offer, downloads);
    verdict::permitted(Some(&verdict), Kind::Forbidden, &grant.dataset)
}
