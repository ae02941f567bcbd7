//! The audit of a whole log: its tree is computed anew from the leaves, one after the other, in constant memory, and
//! everything that was said of it is held against that.

use super::super::merkle::{Frontier, leaf_hash};
use super::bundle::stands_at;
use super::checkpoint::Checkpoint;
use super::proof::complete_root;
use super::tile::{TILE_WIDTH, Tile};
use crate::kernel::{Digest, Error, Result};

/// A tile as it must be.
pub type Computed = (Tile, Vec<Digest>);

/// A tree that is being computed anew.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    tree: Frontier,
    /// Of each level, the hashes of the tile that is not full yet.
    open: Vec<Vec<Digest>>,
    /// Checkpoints that lie ahead, the next one last.
    claims: Vec<Checkpoint>,
}

fn wrong(code: &'static str, detail: String) -> Error {
    Error::conflict(code, detail)
}

impl Audit {
    /// An audit against checkpoints of the log, whatever their order: each must fit when the tree has its size.
    ///
    /// # Errors
    /// `root_differs` when one of an empty tree has another root than the empty tree.
    pub fn new(mut claims: Vec<Checkpoint>) -> Result<Self> {
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.size));
        let mut audit = Self { claims, ..Self::default() };
        audit.hold_claims()?;
        Ok(audit)
    }

    /// How many leaves it has taken in.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Takes in the next leaf with its entry, and tells the tiles that are full with it.
    ///
    /// # Errors
    /// `entry_changed` when the leaf is not the hash of the entry; `position_differs` when the entry names another
    /// position; `root_differs` as [`Audit::leaf`].
    pub fn entry(&mut self, leaf: Digest, entry: &[u8]) -> Result<Vec<Computed>> {
        let position = self.size();
        if leaf_hash(entry) != leaf {
            let detail =
                format!("the entry at position {position} is not the one that was hashed into the tree");
            return Err(wrong("entry_changed", detail));
        }
        stands_at(entry, position)?;
        self.leaf(leaf)
    }

    /// Takes in the next leaf, and tells the tiles that are full with it, the lowest first.
    ///
    /// # Errors
    /// `root_differs` when the tree now has the size of a checkpoint and another root.
    pub fn leaf(&mut self, leaf: Digest) -> Result<Vec<Computed>> {
        self.tree.push(leaf);
        let mut full = Vec::new();
        let mut hash = leaf;
        for level in 0..=u8::MAX {
            if self.open.len() == usize::from(level) {
                self.open.push(Vec::new());
            }
            let Some(hashes) = self.open.get_mut(usize::from(level)) else { break };
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let hashes = std::mem::take(hashes);
            hash = complete_root(&hashes);
            let index = (self.tree.size() >> (8 * u32::from(level) + 8)) - 1;
            full.push((Tile { level, index, width: TILE_WIDTH }, hashes));
        }
        self.hold_claims()?;
        Ok(full)
    }

    fn hold_claims(&mut self) -> Result<()> {
        let size = self.tree.size();
        // An old log has a checkpoint for each hour: only the next one is looked at.
        while let Some(claim) = self.claims.pop_if(|claim| claim.size == size) {
            let root = self.tree.root();
            if claim.root != root {
                let detail = format!(
                    "the first {size} entries have the root {root}, but a checkpoint of {} says {}; entries were changed, or the \
                     log shows different trees",
                    claim.origin, claim.root
                );
                return Err(wrong("root_differs", detail));
            }
        }
        Ok(())
    }

    /// Ends the audit: tells the root, and the tiles that are not full.
    ///
    /// # Errors
    /// `log_shortened` when a checkpoint states a larger tree.
    pub fn finish(self) -> Result<(Digest, Vec<Computed>)> {
        let size = self.tree.size();
        if let Some(claim) = self.claims.last() {
            let detail = format!(
                "the log has {size} entries, but a checkpoint of {} states {}",
                claim.origin, claim.size
            );
            return Err(wrong("log_shortened", detail));
        }
        let tiles =
            (0_u8..).zip(self.open).filter(|(_, hashes)| !hashes.is_empty()).map(|(level, hashes)| {
                let index = size >> (8 * u32::from(level)) >> 8;
                (Tile { level, index, width: u16::try_from(hashes.len()).unwrap_or(TILE_WIDTH) }, hashes)
            });
        Ok((self.tree.root(), tiles.collect()))
    }
}

/// Checks that a tile that somebody serves is the one that was computed.
///
/// # Errors
/// `tile_changed`.
pub fn check_tile((tile, computed): &Computed, served: &[Digest]) -> Result<()> {
    if computed == served {
        return Ok(());
    }
    let at = computed.iter().zip(served).take_while(|(computed, served)| computed == served).count();
    Err(wrong(
        "tile_changed",
        format!("{tile} is not the one that follows from the leaves: hash {at} differs"),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::proof::tests::Memory;
    use super::super::{Tiles, tiles_of};
    use super::*;

    fn checkpoint(tree: &Memory, size: u64) -> Checkpoint {
        Checkpoint { origin: "log.example".into(), size, root: tree.root(size) }
    }

    fn run(tree: &Memory, claims: Vec<Checkpoint>) -> Result<(Digest, Vec<Computed>)> {
        let mut audit = Audit::new(claims)?;
        let mut tiles = Vec::new();
        for leaf in &tree.leaves {
            tiles.extend(audit.leaf(*leaf)?);
        }
        let (root, open) = audit.finish()?;
        tiles.extend(open);
        Ok((root, tiles))
    }

    #[test]
    fn the_tiles_that_follow_from_the_leaves_are_those_of_the_tree() {
        for size in [0, 1, 255, 256, 257, 700, 65_536, 65_536 + 256] {
            let mut tree = Memory::of(size);
            let (root, mut tiles) =
                run(&tree, vec![checkpoint(&tree, size), checkpoint(&tree, size / 2)]).unwrap();
            assert_eq!(root, tree.root(size));
            tiles.sort_by_key(|(tile, _)| *tile);
            assert_eq!(
                tiles.iter().map(|(tile, _)| *tile).collect::<Vec<_>>(),
                tiles_of(size).collect::<Vec<_>>()
            );
            for computed in &tiles {
                check_tile(computed, &tree.tile(computed.0).unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn what_was_said_and_does_not_fit_is_named() {
        let tree = Memory::of(300);
        let code = |claims: Vec<Checkpoint>| run(&tree, claims).map_or_else(|error| error.code(), |_| "fits");
        let other = Checkpoint { root: Digest::of("other"), ..checkpoint(&tree, 200) };
        assert_eq!(code(vec![checkpoint(&tree, 300), other]), "root_differs");
        assert_eq!(code(vec![Checkpoint { size: 301, ..checkpoint(&tree, 300) }]), "log_shortened");
        assert_eq!(code(vec![Checkpoint { size: 0, ..checkpoint(&tree, 300) }]), "root_differs");
        assert_eq!(code(vec![checkpoint(&tree, 0)]), "fits");

        let mut audit = Audit::default();
        audit.entry(leaf_hash(br#"{"seq":0}"#), br#"{"seq":0}"#).unwrap();
        let error = audit.entry(leaf_hash(b"{}"), b"{ }").unwrap_err();
        assert_eq!(error.code(), "entry_changed");
        assert!(error.detail().contains("position 1 "), "{error}");
        assert_eq!(
            audit.entry(leaf_hash(br#"{"seq":2}"#), br#"{"seq":2}"#).unwrap_err().code(),
            "position_differs"
        );

        let computed = (Tile { level: 0, index: 0, width: 2 }, vec![Digest::of("a"), Digest::of("b")]);
        let error = check_tile(&computed, &[Digest::of("a"), Digest::of("c")]).unwrap_err();
        assert!(error.detail().contains("hash 1 differs"), "{error}");
        assert!(check_tile(&computed, &[Digest::of("a")]).is_err());
    }
}
