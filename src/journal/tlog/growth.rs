//! Whether one tree is the beginning of another, found out from tiles that somebody else holds.

use std::collections::HashMap;

use super::checkpoint::Checkpoint;
use super::proof::{Tiles, consistency_proof, verify_consistency};
use super::tile::Tile;
use crate::kernel::{Digest, Error, Result};

/// The most tiles that a proof reads: one for each level, and one more for each end.
const MOST_TILES: usize = 32;

/// Two checkpoints of a log, and what is known so far of the tree between them. Whoever wants to know whether the larger one
/// continues the smaller one fetches the tiles that [`Growth::missing`] names, until it names none.
#[derive(Debug)]
pub struct Growth {
    old: Checkpoint,
    new: Checkpoint,
    tiles: Held,
}

/// The tiles that are here, and the one that was asked for last and is not.
#[derive(Debug, Default)]
struct Held {
    here: HashMap<Tile, Vec<Digest>>,
    missing: Option<Tile>,
}

impl Tiles for Held {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>> {
        if let Some(hashes) = self.here.get(&tile) {
            return Ok(hashes.clone());
        }
        self.missing = Some(tile);
        Err(Error::unavailable("tile_missing", "a tile is not here yet"))
    }
}

impl Growth {
    /// Between two checkpoints of one log, whichever is the larger.
    #[must_use]
    pub fn between(one: &Checkpoint, other: &Checkpoint) -> Self {
        let (old, new) = if one.size <= other.size { (one, other) } else { (other, one) };
        Self { old: old.clone(), new: new.clone(), tiles: Held::default() }
    }

    /// The tile that is needed next; none when the larger tree is proved to continue the smaller one.
    ///
    /// # Errors
    /// `proof_invalid` when it does not: the log forked, or the tiles are not its own.
    pub fn missing(&mut self) -> Result<Option<Tile>> {
        match consistency_proof(self.old.size, self.new.size, &mut self.tiles) {
            Ok(proof) => {
                let (old, new) = (&self.old, &self.new);
                verify_consistency(old.size, old.root, new.size, new.root, &proof).map(|()| None)
            }
            Err(error) => match self.tiles.missing.take() {
                Some(_) if self.tiles.here.len() >= MOST_TILES => {
                    Err(Error::conflict("proof_invalid", "the proof asks for more tiles than a tree has"))
                }
                Some(tile) => Ok(Some(tile)),
                None => Err(error),
            },
        }
    }

    /// Takes the hashes of a tile.
    pub fn take(&mut self, tile: Tile, hashes: Vec<Digest>) {
        self.tiles.here.insert(tile, hashes);
    }
}
