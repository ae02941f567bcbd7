//! Whether one tree is the beginning of another, found out from tiles that are fetched as the proof asks for them.

use std::collections::HashMap;

use super::super::error::Result;
use super::mismatch;
use super::source::Source;
use crate::journal::tlog::{Checkpoint, Tile, Tiles, consistency_proof, verify_consistency};
use crate::kernel::{Digest, Error};

/// The most tiles that a proof reads: one for each level, and one more for each end.
const MOST_TILES: usize = 32;

/// The tiles that are here, and the one that is missing.
#[derive(Default)]
struct Fetched {
    here: HashMap<Tile, Vec<Digest>>,
    missing: Option<Tile>,
}

impl Tiles for Fetched {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>, Error> {
        if let Some(hashes) = self.here.get(&tile) {
            return Ok(hashes.clone());
        }
        self.missing = Some(tile);
        Err(Error::unavailable("tile_missing", "a tile is not here yet"))
    }
}

/// Checks that the larger of two trees of a log continues the smaller one.
///
/// # Errors
/// `Integrity` when it does not: the log forked.
pub async fn continues(source: &Source, one: &Checkpoint, other: &Checkpoint) -> Result<()> {
    let (old, new) = if one.size <= other.size { (one, other) } else { (other, one) };
    let mut tiles = Fetched::default();
    for _ in 0..MOST_TILES {
        match consistency_proof(old.size, new.size, &mut tiles) {
            Ok(proof) => {
                return verify_consistency(old.size, old.root, new.size, new.root, &proof).map_err(mismatch);
            }
            Err(error) => match tiles.missing.take() {
                Some(tile) => {
                    let hashes = source.tile(tile).await?;
                    tiles.here.insert(tile, hashes);
                }
                None => return Err(mismatch(error)),
            },
        }
    }
    Err(mismatch(Error::conflict("proof_invalid", "the proof asks for more tiles than a tree has")))
}
