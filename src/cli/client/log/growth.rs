//! Whether one tree is the beginning of another, found out from tiles that are fetched as the proof asks for them.

use super::super::error::Result;
use super::mismatch;
use super::source::Source;
use crate::journal::tlog::{Checkpoint, Growth};

/// Checks that the larger of two trees of a log continues the smaller one.
///
/// # Errors
/// `Integrity` when it does not: the log forked.
pub async fn continues(source: &Source, one: &Checkpoint, other: &Checkpoint) -> Result<()> {
    let mut growth = Growth::between(one, other);
    while let Some(tile) = growth.missing().map_err(mismatch)? {
        growth.take(tile, source.tile(tile).await?);
    }
    Ok(())
}
