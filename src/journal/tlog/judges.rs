//! Other people's implementations judge ours: `signed_note` and `tlog_tiles` read what we write, and we read what
//! they write.

use std::cell::RefCell;

use proptest::prelude::*;
use signed_note::{Note as TheirNote, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{
    Checkpoint as TheirCheckpoint, Hash, HashReader, Tile as TheirTile, TileHashReader, TileReader,
    check_record, check_tree, prove_record, prove_tree, record_hash, stored_hashes, tree_hash,
};

use super::proof::tests::Memory;
use super::*;
use crate::journal::leaf_hash;
use crate::kernel::{Digest, ExposeSecret as _};

fn theirs(digest: Digest) -> Hash {
    Hash(*digest.as_bytes())
}

fn ours(hash: Hash) -> Digest {
    Digest::from_bytes(hash.0)
}

/// A tree as they keep it.
#[derive(Default)]
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

impl Stored {
    fn of(count: u64) -> Self {
        (0..count).fold(Self::default(), |mut stored, i| {
            let more = stored_hashes(i, &i.to_be_bytes(), &stored).unwrap();
            stored.0.extend(more);
            stored
        })
    }
}

/// Our tiles, read by them.
struct OurTiles(RefCell<Memory>);

impl TileReader for OurTiles {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[TheirTile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &TheirTile| {
            let tile = our_tile(tile);
            Tile::encode(&self.0.borrow_mut().tile(tile).unwrap())
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[TheirTile], _: &[Vec<u8>]) {}
}

fn our_tile(tile: &TheirTile) -> Tile {
    Tile { level: tile.level(), index: tile.level_index(), width: u16::try_from(tile.width()).unwrap() }
}

#[test]
fn roots_and_proofs_are_theirs_and_verify_on_both_sides() {
    let count = 700;
    let (stored, mut tree) = (Stored::of(count), Memory::of(count));
    assert_eq!(theirs(leaf_hash(b"x")), record_hash(b"x"));
    for size in [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 699, 700] {
        let head = root(size, &mut tree).unwrap();
        assert_eq!(theirs(head), tree_hash(size, &stored).unwrap(), "{size}");
        for index in (0..size).step_by(13).chain([size - 1]) {
            let proof = inclusion_proof(index, size, &mut tree).unwrap();
            let leaf = leaf_hash(&index.to_be_bytes());
            let their_proof = prove_record(size, index, &stored).unwrap();
            assert_eq!(proof.iter().copied().map(theirs).collect::<Vec<_>>(), their_proof);
            check_record(&their_proof, size, theirs(head), index, theirs(leaf)).unwrap();
            let proof: Vec<Digest> = their_proof.into_iter().map(ours).collect();
            verify_inclusion(leaf, index, size, &proof, head).unwrap();
        }
        for old in (1..=size).step_by(11).chain([size]) {
            let proof = consistency_proof(old, size, &mut tree).unwrap();
            let their_proof = prove_tree(size, old, &stored).unwrap();
            assert_eq!(proof.iter().copied().map(theirs).collect::<Vec<_>>(), their_proof);
            check_tree(&their_proof, size, theirs(head), old, theirs(tree.root(old))).unwrap();
            let proof: Vec<Digest> = their_proof.into_iter().map(ours).collect();
            verify_consistency(old, tree.root(old), size, head, &proof).unwrap();
        }
    }
}

#[test]
fn they_read_our_tiles_and_find_the_root_in_them() {
    for size in [1, 255, 256, 257, 65_536, 66_000] {
        let mut tree = Memory::of(size);
        let head = root(size, &mut tree).unwrap();
        let tiles = OurTiles(RefCell::new(tree));
        let reader = TileHashReader::new(size, theirs(head), &tiles);
        assert_eq!(tree_hash(size, &reader).unwrap(), theirs(head));
        for index in [0, size / 2, size - 1] {
            let proof = prove_record(size, index, &reader).unwrap();
            let leaf = leaf_hash(&index.to_be_bytes());
            check_record(&proof, size, theirs(head), index, theirs(leaf)).unwrap();
        }
    }
}

#[test]
fn a_tree_has_the_tiles_they_say_it_has() {
    for size in [1, 255, 256, 257, 300, 65_536, 70_000] {
        let mut expected: Vec<Tile> = TheirTile::new_tiles(8, 0, size).iter().map(our_tile).collect();
        expected.sort();
        let mut found: Vec<Tile> = tiles_of(size).collect();
        found.sort();
        assert_eq!(found, expected, "{size}");
    }
}

#[test]
fn they_open_our_notes_and_we_theirs() {
    let signer = Signer::generate("log.example").unwrap();
    let checkpoint = Checkpoint { origin: "log.example".into(), size: 7, root: Digest::of("root") };
    let note = checkpoint.signed(&signer).unwrap();

    let known = || {
        let verifier = StandardVerifier::new(&signer.verifier().to_string()).unwrap();
        VerifierList::new(vec![Box::new(verifier)])
    };
    let read = TheirNote::from_bytes(note.to_string().as_bytes()).unwrap();
    assert_eq!(read.verify(&known()).unwrap().0.len(), 1);
    let their_checkpoint = TheirCheckpoint::from_bytes(read.text()).unwrap();
    assert_eq!((their_checkpoint.origin(), their_checkpoint.size()), ("log.example", 7));
    assert_eq!(*their_checkpoint.hash(), theirs(checkpoint.root));

    let their_signer = StandardSigner::new(signer.encode().expose_secret()).unwrap();
    let text = TheirCheckpoint::new("log.example", 9, theirs(Digest::of("other")), "").unwrap().to_bytes();
    let mut made = TheirNote::new(&text, &[]).unwrap();
    made.add_sigs(&[&their_signer]).unwrap();
    let made = Note::parse(std::str::from_utf8(&made.to_bytes()).unwrap()).unwrap();
    let policy = TrustPolicy::of_log(signer.verifier(), None);
    assert_eq!(policy.check(&made).unwrap(), Checkpoint { size: 9, root: Digest::of("other"), ..checkpoint });
}

proptest! {
    // Levels and widths that no tile has make theirs panic.
    #[test]
    fn both_agree_on_what_a_path_is(path in "tile/([0-9]|[1-5][0-9])/(x[0-9]{3}/){0,5}[0-9]{3}(\\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]))?") {
        match (TheirTile::from_path(&path.replacen("tile/", "tile/8/", 1)), path.parse::<Tile>()) {
            (Ok(their), Ok(tile)) => prop_assert_eq!(our_tile(&their), tile),
            (Err(_), Err(_)) => {}
            (their, tile) => prop_assert!(false, "{}: {:?} {:?}", path, their, tile),
        }
    }

    #[test]
    fn both_agree_on_what_a_note_is(text in "[a-c\n\t ]{0,20}", line in "(— [a-b+ ]{1,3} [A-Za-z0-9+/]{7,8}=?\n?){0,3}") {
        let note = format!("{text}\n{line}");
        prop_assert_eq!(TheirNote::from_bytes(note.as_bytes()).is_ok(), Note::parse(&note).is_ok(), "{:?}", note);
    }
}
