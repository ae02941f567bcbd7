//! Sealing the account: what was recorded since the last seal goes under a Merkle root that the journal keeps.

use super::model::{SEALED, leaf};
use super::store;
use crate::db::{Db, Tx};
use crate::journal::{Event, Frontier, append};
use crate::kernel::{Ctx, Error, Result};

/// The most rows under one seal: everybody who writes waits for it.
const BATCH: i64 = 1000;

/// Seals everything that is in no seal yet, and tells how many rows that was. Each seal is one write with one event;
/// whatever is recorded meanwhile is for the next one. Replicas may do this at the same time: writes come one after the
/// other, and a row that is sealed is not found again.
///
/// # Errors
/// When the database fails; what was sealed before stands.
pub async fn seal_deliveries(db: &Db, ctx: &Ctx) -> Result<u64> {
    let mut sealed = 0;
    while db.read(store::any_unsealed).await? {
        let at = ctx.clone();
        sealed += db.write("seal_deliveries", move |tx| seal(tx, &at)).await?;
    }
    Ok(sealed)
}

fn seal(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<u64> {
    let begun = store::unsealed_deliveries(tx, BATCH)?;
    let deliveries = i64::try_from(begun.len()).unwrap_or(BATCH);
    let cuts = store::unsealed_cuts(tx, BATCH - deliveries)?;
    let rows = begun.len() + cuts.len();
    let mut tree = Frontier::default();
    for row in begun.iter().chain(&cuts) {
        tree.push(leaf(&row.text()?));
    }
    let (Some(first), Some(last)) = (begun.iter().chain(&cuts).next(), begun.iter().chain(&cuts).last())
    else {
        return Ok(0);
    };
    let event = Event::new(SEALED, first.id())
        .fact("count", tree.size())
        .fact("root", tree.root().to_string())
        .fact("first", first.id().as_str())
        .fact("last", last.id().as_str())
        .fact("deliveries", deliveries);
    let position = append(tx, ctx, event)?;
    let mut placed = store::seal_deliveries(tx, position, deliveries)?;
    if !cuts.is_empty() {
        placed += store::seal_cuts(tx, position, deliveries, BATCH - deliveries)?;
    }
    if placed == rows {
        Ok(tree.size())
    } else {
        Err(Error::internal("seal", format!("{rows} rows were hashed and {placed} sealed")))
    }
}
