//! The Merkle tree of RFC 6962, as plain functions over digests.

use crate::kernel::{Digest, Error, Hasher, Result};

/// The hash of a leaf: SHA-256 over `0x00` and the entry (RFC 6962, 2.1).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[0x00]);
    hasher.update(entry);
    hasher.finish()
}

/// The hash of an inner node: SHA-256 over `0x01` and both children (RFC 6962, 2.1).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[0x01]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    hasher.finish()
}

/// What must be remembered of a tree to make it grow: its size and the roots of its complete subtrees, largest
/// first, one for each bit that is set in the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

impl Frontier {
    /// A frontier that was stored.
    ///
    /// # Errors
    /// When the number of subtrees does not fit the size.
    pub fn restore(size: u64, roots: Vec<Digest>) -> Result<Self> {
        if roots.len() == size.count_ones() as usize {
            Ok(Self { size, roots })
        } else {
            Err(Error::internal(
                "journal head",
                format!("a tree of {size} leaves does not have {} complete subtrees", roots.len()),
            ))
        }
    }

    /// Adds a leaf: as many complete subtrees of equal size merge as the size has trailing one bits.
    pub fn push(&mut self, leaf: Digest) {
        self.push_telling(leaf, |_, _| ());
    }

    /// The same, telling the height and the root of each subtree that becomes complete, from 1 on.
    pub fn push_telling(&mut self, leaf: Digest, mut tell: impl FnMut(u32, Digest)) {
        let mut root = leaf;
        for height in 1..=self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = node_hash(&left, &root);
                tell(height, root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first.
    #[must_use]
    pub fn roots(&self) -> &[Digest] {
        &self.roots
    }

    /// The root of the tree; of the empty tree, the hash of nothing (RFC 6962, 2.1).
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut from_the_right = self.roots.iter().rev().copied();
        match from_the_right.next() {
            None => Digest::of(b""),
            Some(last) => from_the_right.fold(last, |right, left| node_hash(&left, &right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition of RFC 6962, word for word: split at the largest power of two below n.
    fn tree_hash(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [leaf] => *leaf,
            many => {
                let split = (many.len() - 1).ilog2();
                let (left, right) = many.split_at(1 << split);
                node_hash(&tree_hash(left), &tree_hash(right))
            }
        }
    }

    #[test]
    fn the_eight_leaf_tree_of_the_certificate_transparency_tests_has_its_root() {
        let entries: [&str; 8] = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let mut tree = Frontier::default();
        for entry in entries {
            tree.push(leaf_hash(&hex::decode(entry).unwrap()));
        }
        assert_eq!(
            tree.root().to_string(),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    proptest! {
        #[test]
        fn growing_leaf_by_leaf_gives_the_defined_root(leaves in proptest::collection::vec(any::<[u8; 32]>().prop_map(Digest::from_bytes), 0..70)) {
            let mut tree = Frontier::default();
            for leaf in &leaves {
                tree.push(*leaf);
                prop_assert_eq!(&Frontier::restore(tree.size(), tree.roots().to_vec()).unwrap(), &tree);
            }
            prop_assert_eq!(tree.root(), tree_hash(&leaves));
        }
    }

    #[test]
    fn a_stored_frontier_that_cannot_be_is_refused() {
        assert!(Frontier::restore(3, vec![Digest::of(b"one")]).is_err());
    }
}
