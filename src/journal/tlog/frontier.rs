//! The frontier of a tree from its tiles: what it takes to go on where somebody else stopped.

use super::proof::Tiles;
use super::tile::{TILE_WIDTH, Tile};
use crate::journal::merkle::Frontier;
use crate::kernel::Result;

/// The frontier of the tree of this size. Read is the last tile of each level, if it is not full: the hashes of a full one
/// are below a hash of the next level.
///
/// # Errors
/// When a tile cannot be read.
pub fn frontier(size: u64, tiles: &mut (impl Tiles + ?Sized)) -> Result<Frontier> {
    let (mut roots, mut level, mut hashes) = (Vec::new(), 0, size);
    while hashes > 0 {
        let index = hashes / u64::from(TILE_WIDTH);
        let mut beside = Frontier::default();
        if let Some(tile) = Tile::of_tree(level, index, size) {
            tiles.tile(tile)?.into_iter().for_each(|hash| beside.push(hash));
        }
        roots.splice(0..0, beside.roots().iter().copied());
        (level, hashes) = (level + 1, index);
    }
    Frontier::restore(size, roots)
}

#[cfg(test)]
mod tests {
    use super::super::proof::tests::Memory;
    use super::*;

    #[test]
    fn it_is_the_one_that_grew_leaf_by_leaf() {
        let mut tree = Memory::of((3 << 16) + 600);
        let (leaves, mut grown) = (tree.leaves.clone(), Frontier::default());
        for leaf in leaves {
            let size = grown.size();
            let is_near = [0, 1 << 8, 1 << 16, 3 << 16].iter().any(|edge| size.abs_diff(*edge) < 3);
            if is_near || size.is_multiple_of(9_973) {
                assert_eq!(frontier(size, &mut tree).unwrap(), grown, "{size}");
            }
            grown.push(leaf);
        }
        assert_eq!(frontier(grown.size(), &mut tree).unwrap(), grown);
    }
}
