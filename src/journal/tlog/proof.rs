//! Proofs over a tree that lies in tiles: that it has a root, that it holds an entry, that it grew out of a smaller one.

use std::collections::HashMap;

use super::super::merkle::node_hash;
use super::text::refused;
use super::tile::{TILE_WIDTH, Tile};
use crate::kernel::{Digest, Error, Result};

/// Where the hashes of a tree are read. Who answers may be anybody: a proof made from wrong tiles does not verify.
pub trait Tiles {
    /// The hashes of a tile, as many as its width says.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>>;
}

impl<T: Tiles + ?Sized> Tiles for &mut T {
    fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>> {
        (**self).tile(tile)
    }
}

fn invalid(detail: impl Into<String>) -> Error {
    refused("proof_invalid", detail)
}

fn out_of_range(detail: impl Into<String>) -> Error {
    refused("proof_out_of_range", detail)
}

/// Reads subtrees of a tree of one size, each tile once.
struct Reader<T> {
    size: u64,
    tiles: T,
    read: HashMap<(u8, u64), Vec<Digest>>,
}

impl<T: Tiles> Reader<T> {
    fn new(size: u64, tiles: T) -> Self {
        Self { size, tiles, read: HashMap::new() }
    }

    /// The root over the leaves from `start` to `end`, where `start` is a multiple of the largest power of two that
    /// fits: complete subtrees from left to right, joined from the right.
    fn range(&mut self, start: u64, end: u64) -> Result<Digest> {
        let mut roots = Vec::new();
        let mut from = start;
        while let Some(height) = (end - from).checked_ilog2() {
            roots.push(self.complete(height, from >> height)?);
            from += 1 << height;
        }
        let joined = roots.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
        Ok(joined.unwrap_or_else(|| Digest::of(b"")))
    }

    /// The root of the complete subtree of this height with this place among those of its height. It lies in the
    /// tile of level `height / 8`, as one hash or as the root of some.
    fn complete(&mut self, height: u32, index: u64) -> Result<Digest> {
        let level = u8::try_from(height / 8).unwrap_or(u8::MAX);
        let within = height % 8;
        let first = index << within;
        let tile = self.tile(level, first / u64::from(TILE_WIDTH))?;
        let start = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        let hashes = tile
            .get(start..)
            .and_then(|from| from.get(..1 << within))
            .ok_or_else(|| out_of_range("the tree does not have this subtree"))?;
        Ok(complete_root(hashes))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Digest]> {
        if !self.read.contains_key(&(level, index)) {
            let tile = Tile::of_tree(level, index, self.size)
                .ok_or_else(|| out_of_range("the tree does not have this tile"))?;
            let hashes = self.tiles.tile(tile)?;
            if hashes.len() != usize::from(tile.width) {
                return Err(refused("tile_malformed", format!("{tile} has {} hashes", hashes.len())));
            }
            self.read.insert((level, index), hashes);
        }
        Ok(self.read.get(&(level, index)).map(Vec::as_slice).unwrap_or_default())
    }
}

/// The root over a power of two of hashes.
pub(super) fn complete_root(hashes: &[Digest]) -> Digest {
    match hashes {
        [only] => *only,
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            node_hash(&complete_root(left), &complete_root(right))
        }
    }
}

/// The largest power of two below a number of leaves, where RFC 6962 splits a tree.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The root of the tree of this size.
///
/// # Errors
/// When a tile cannot be read.
pub fn root(size: u64, tiles: &mut (impl Tiles + ?Sized)) -> Result<Digest> {
    Reader::new(size, tiles).range(0, size)
}

/// The hashes that lead from the leaf at `index` to the root of the tree of this size, the leaf's sibling first
/// (RFC 6962, 2.1.1).
///
/// # Errors
/// `proof_out_of_range` when the tree does not have the leaf; or when a tile cannot be read.
pub fn inclusion_proof(index: u64, size: u64, tiles: &mut (impl Tiles + ?Sized)) -> Result<Vec<Digest>> {
    if index >= size {
        return Err(out_of_range(format!("a tree of {size} entries has none at position {index}")));
    }
    let mut reader = Reader::new(size, tiles);
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(reader.range(middle, end)?);
            end = middle;
        } else {
            proof.push(reader.range(start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show the tree of size `old` to be the beginning of that of size `new` (RFC 6962, 2.1.2). There are
/// none when the old tree is empty or the same.
///
/// # Errors
/// `proof_out_of_range` when the old tree is the larger one; or when a tile cannot be read.
pub fn consistency_proof(old: u64, new: u64, tiles: &mut (impl Tiles + ?Sized)) -> Result<Vec<Digest>> {
    if old > new {
        return Err(out_of_range(format!("a tree of {new} entries cannot have grown out of one of {old}")));
    }
    let mut proof = Vec::new();
    if old == 0 {
        return Ok(proof);
    }
    let mut reader = Reader::new(new, tiles);
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(reader.range(middle, end)?);
            end = middle;
        } else {
            proof.push(reader.range(start, middle)?);
            start = middle;
        }
    }
    // The old root itself need not be told to those who have it.
    if start > 0 {
        proof.push(reader.range(start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the tree with this size and root has the leaf hash at `index` (RFC 9162, 2.1.3.2).
///
/// # Errors
/// `proof_invalid`.
pub fn verify_inclusion(leaf: Digest, index: u64, size: u64, proof: &[Digest], root: Digest) -> Result<()> {
    let wrong = || {
        invalid(format!(
            "the proof does not lead from the entry at position {index} to the root of the tree of {size} entries"
        ))
    };
    if index >= size {
        return Err(invalid(format!("a tree of {size} entries has none at position {index}")));
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return Err(wrong());
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            climb(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == root { Ok(()) } else { Err(wrong()) }
}

/// Checks that the tree with the new size and root begins with the one with the old size and root
/// (RFC 9162, 2.1.4.2).
///
/// # Errors
/// `proof_invalid`.
pub fn verify_consistency(
    old: u64,
    old_root: Digest,
    new: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<()> {
    let wrong =
        || invalid(format!("the tree of {new} entries is not a continuation of the one of {old} entries"));
    let need = |holds: bool| if holds { Ok(()) } else { Err(wrong()) };
    if old == 0 || old == new {
        let old_fits = old != 0 || old_root == Digest::of(b"");
        let same = old != new || old_root == new_root;
        return need(proof.is_empty() && old_fits && same);
    }
    // A complete old tree is a subtree of the new one: its root is where the climb begins.
    let (first, rest) = match proof {
        [] => return Err(wrong()),
        _ if old > new => return Err(wrong()),
        whole if old.is_power_of_two() => (old_root, whole),
        [first, rest @ ..] => (*first, rest),
    };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(wrong());
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            climb(&mut node, &mut last);
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    need(last == 0 && old_hash == old_root && new_hash == new_root)
}

/// Where a node has no sibling to its right, it is its own parent: goes up to where it is a right child.
fn climb(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::journal::{Frontier, leaf_hash};

    /// A tree in memory, which counts how often each tile is read.
    #[derive(Debug, Default)]
    pub(in super::super) struct Memory {
        pub(in super::super) leaves: Vec<Digest>,
        reads: BTreeMap<Tile, usize>,
    }

    impl Memory {
        pub(in super::super) fn of(count: u64) -> Self {
            let leaves = (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            Self { leaves, reads: BTreeMap::new() }
        }

        pub(in super::super) fn root(&self, size: u64) -> Digest {
            let mut tree = Frontier::default();
            self.leaves.iter().take(usize::try_from(size).unwrap()).for_each(|leaf| tree.push(*leaf));
            tree.root()
        }
    }

    impl Tiles for Memory {
        fn tile(&mut self, tile: Tile) -> Result<Vec<Digest>> {
            *self.reads.entry(tile).or_default() += 1;
            let span = 256_usize.pow(u32::from(tile.level));
            let first = usize::try_from(tile.index).unwrap() * 256 * span;
            let chunks = self.leaves[first..].chunks(span).take(usize::from(tile.width));
            Ok(chunks.map(complete_root).collect())
        }
    }

    fn flipped(digest: Digest) -> Digest {
        let mut bytes = *digest.as_bytes();
        bytes[31] ^= 1;
        Digest::from_bytes(bytes)
    }

    /// Proofs that are not the one given: each hash changed, one missing, one too many, two swapped.
    fn tampered(proof: &[Digest]) -> Vec<Vec<Digest>> {
        let mut all: Vec<Vec<Digest>> = Vec::new();
        for i in 0..proof.len() {
            let mut changed = proof.to_vec();
            changed[i] = flipped(changed[i]);
            let mut shorter = proof.to_vec();
            shorter.remove(i);
            all.extend([changed, shorter]);
            if i > 0 {
                let mut swapped = proof.to_vec();
                swapped.swap(0, i);
                all.push(swapped);
            }
        }
        all.push([proof, &[Digest::of("more")]].concat());
        all.push([&[Digest::of("more")], proof].concat());
        all
    }

    #[test]
    fn all_proofs_of_small_trees_verify_and_no_tampered_one_does() {
        let mut tree = Memory::of(69);
        let (mut verified, mut refused) = (0, 0);
        for size in 1..=69 {
            let head = root(size, &mut tree).unwrap();
            assert_eq!(head, tree.root(size));
            for index in 0..size {
                let proof = inclusion_proof(index, size, &mut tree).unwrap();
                let leaf = tree.leaves[usize::try_from(index).unwrap()];
                verify_inclusion(leaf, index, size, &proof, head).unwrap();
                let mut wrong = vec![
                    verify_inclusion(flipped(leaf), index, size, &proof, head),
                    verify_inclusion(leaf, index, size, &proof, flipped(head)),
                    verify_inclusion(leaf, size, size, &proof, head),
                ];
                if size > 1 {
                    wrong.push(verify_inclusion(leaf, (index + 1) % size, size, &proof, head));
                }
                wrong.extend(
                    tampered(&proof).iter().map(|proof| verify_inclusion(leaf, index, size, proof, head)),
                );
                assert!(
                    wrong.iter().all(|result| result.as_ref().is_err_and(|e| e.code() == "proof_invalid"))
                );
                verified += 1;
                refused += wrong.len();
            }
            for old in 0..=size {
                let proof = consistency_proof(old, size, &mut tree).unwrap();
                let old_root = tree.root(old);
                verify_consistency(old, old_root, size, head, &proof).unwrap();
                let mut wrong = vec![verify_consistency(old, flipped(old_root), size, head, &proof)];
                if old > 0 {
                    wrong.push(verify_consistency(old, old_root, size, flipped(head), &proof));
                    wrong.push(verify_consistency(old - 1, old_root, size, head, &proof));
                }
                if old < size {
                    wrong.push(verify_consistency(size, head, old, old_root, &proof));
                }
                wrong.extend(
                    tampered(&proof).iter().map(|proof| verify_consistency(old, old_root, size, head, proof)),
                );
                assert!(wrong.iter().all(Result::is_err), "{old} to {size}");
                verified += 1;
                refused += wrong.len();
            }
        }
        assert_eq!(verified, 69 * 70 / 2 + (69 * 70 / 2 + 69));
        assert!(refused > 40_000, "{refused}");
    }

    #[test]
    fn trees_of_several_levels_have_proofs_that_read_each_tile_once() {
        let size = 256 * 256 + 256 * 3 + 17;
        let mut tree = Memory::of(size);
        let head = tree.root(size);
        let check_reads = |tree: &mut Memory, most: usize| {
            assert!(
                tree.reads.len() <= most && tree.reads.values().all(|count| *count == 1),
                "{:?}",
                tree.reads
            );
            tree.reads.clear();
        };
        assert_eq!(root(size, &mut tree).unwrap(), head);
        check_reads(&mut tree, 3);
        for index in [0, 1, 255, 256, 65_535, 65_536, size - 18, size - 17, size - 1] {
            let proof = inclusion_proof(index, size, &mut tree).unwrap();
            check_reads(&mut tree, 5);
            verify_inclusion(leaf_hash(&index.to_be_bytes()), index, size, &proof, head).unwrap();
        }
        for old in [1, 2, 255, 256, 257, 1000, 65_535, 65_536, 65_537, size - 17, size - 1] {
            let proof = consistency_proof(old, size, &mut tree).unwrap();
            check_reads(&mut tree, 5);
            verify_consistency(old, tree.root(old), size, head, &proof).unwrap();
        }
    }

    #[test]
    fn what_a_tree_does_not_have_is_not_proved() {
        let mut tree = Memory::of(5);
        assert_eq!(root(0, &mut tree).unwrap(), Digest::of(b""));
        assert_eq!(inclusion_proof(5, 5, &mut tree).unwrap_err().code(), "proof_out_of_range");
        assert_eq!(consistency_proof(5, 4, &mut tree).unwrap_err().code(), "proof_out_of_range");
        let mut lying = Lying;
        assert_eq!(root(3, &mut lying).unwrap_err().code(), "tile_malformed");
    }

    /// Answers with nothing, whatever is asked.
    struct Lying;

    impl Tiles for Lying {
        fn tile(&mut self, _: Tile) -> Result<Vec<Digest>> {
            Ok(Vec::new())
        }
    }
}
