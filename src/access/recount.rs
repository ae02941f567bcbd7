//! Asking the door again for a counted right, in the transaction that records the delivery.

use super::model::count;
use super::right::{self, Use};
use super::store;
use crate::datasets::Delivery;
use crate::db::Conn;
use crate::kernel::{Error, GrantId, Result, VersionId};
use crate::policies::Evaluation;

/// How many bytes of a file count as delivered under a grant, those under way included.
///
/// # Errors
/// When the database fails.
pub(super) fn used(conn: &mut Conn, grant: &GrantId, version: &VersionId, path: &str) -> Result<u64> {
    Ok(u64::try_from(store::used(conn, grant, version, path)?).unwrap_or(0))
}

/// Goes on if the grant still holds and its terms allow this download after all that were recorded before; tells the
/// evaluation with the exact count.
///
/// # Errors
/// 403 `policy_violated` when they do not, `grant_ended` or `grant_suspended` when the grant has stopped to hold.
pub(super) fn recount(conn: &mut Conn, delivery: &Delivery) -> Result<Option<Evaluation>> {
    let Some(id) = &delivery.permit.grant else { return Ok(None) };
    let (grant, parties) = store::grant_by_id(conn, id, delivery.at)?
        .ok_or_else(|| Error::internal("recount", "the grant of a delivery is gone"))?;
    let used = used(conn, id, &delivery.version, &delivery.path)?;
    let version = store::version_number(conn, &delivery.version)?;
    let media_type = store::media_type(conn, &delivery.version, &delivery.path)?;
    let using = Use {
        version: &version,
        environment: delivery.permit.environment.as_deref(),
        media_types: media_type.as_slice(),
        downloads: count::downloads(used, delivery.charge(), delivery.size),
    };
    let right = right::still_holds(conn, delivery.at, (&grant, &parties), delivery.person.as_ref(), &using)?;
    Ok(right.evaluation)
}
