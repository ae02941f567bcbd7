//! Tiles (C2SP tlog-tiles): the hashes of a tree, and its entries, cut into pieces that never change once they are full.

use std::fmt;
use std::str::FromStr;

use super::text::{number, refused};
use crate::kernel::{Digest, Error, Result};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The largest entry that fits a bundle, in bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// The highest level that paths may name.
const MAX_LEVEL: u8 = 63;

fn malformed(detail: impl Into<String>) -> Error {
    refused("tile_malformed", detail)
}

/// Consecutive hashes of a level. At level 0 they are leaf hashes; at level L each is the root of 256^L leaves.
/// Written as `tile/<L>/<N>`, with `.p/<W>` after it when it is not full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// The level, 0 to 63.
    pub level: u8,
    /// The place in the level, counted from zero.
    pub index: u64,
    /// How many hashes it has, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// The tile with this place as a tree of that size has it; nothing if it would be empty.
    #[must_use]
    pub fn of_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * 8).unwrap_or(0);
        let left = hashes.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?;
        let width = u16::try_from(left.min(u64::from(TILE_WIDTH))).ok().filter(|width| *width > 0)?;
        Some(Self { level, index, width })
    }

    /// Whether it can never change.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Its bytes: the hashes one after the other.
    #[must_use]
    pub fn encode(hashes: &[Digest]) -> Vec<u8> {
        hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    /// The hashes in its bytes.
    ///
    /// # Errors
    /// `tile_malformed` when they are not as many as its width says.
    pub fn decode(&self, bytes: &[u8]) -> Result<Vec<Digest>> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if rest.is_empty() && hashes.len() == usize::from(self.width) {
            Ok(hashes.iter().copied().map(Digest::from_bytes).collect())
        } else {
            Err(malformed(format!("{self} has {} bytes, not {}", bytes.len(), usize::from(self.width) * 32)))
        }
    }
}

impl FromStr for Tile {
    type Err = Error;

    fn from_str(path: &str) -> Result<Self> {
        let wrong = || malformed("a tile is named tile/<level>/<index>, with .p/<width> if it is not full");
        let (level, place) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
        let level = number(level).and_then(|level| u8::try_from(level).ok()).ok_or_else(wrong)?;
        let (index, width) = read_place(place).ok_or_else(wrong)?;
        if level <= MAX_LEVEL { Ok(Self { level, index, width }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(f, self.index, self.width)
    }
}

/// Consecutive entries, as many as the tile of leaf hashes with the same place has hashes. Written as
/// `tile/entries/<N>`, with `.p/<W>` after it when it is not full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bundle {
    /// The place, counted from zero; the first entry is 256 times as far.
    pub index: u64,
    /// How many entries it has, 1 to 256.
    pub width: u16,
}

impl Bundle {
    /// The bundle with this place as a tree of that size has it; nothing if it would be empty.
    #[must_use]
    pub fn of_tree(index: u64, size: u64) -> Option<Self> {
        Tile::of_tree(0, index, size).map(|tile| Self { index, width: tile.width })
    }

    /// The tile of the leaf hashes of its entries.
    #[must_use]
    pub fn tile(&self) -> Tile {
        Tile { level: 0, index: self.index, width: self.width }
    }

    /// Its bytes: before each entry its length in two bytes, the higher first.
    ///
    /// # Errors
    /// `entry_too_large` when an entry has more than [`MAX_ENTRY`] bytes.
    pub fn encode<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for entry in entries {
            let entry = entry.as_ref();
            let length = u16::try_from(entry.len())
                .map_err(|_| refused("entry_too_large", format!("an entry has at most {MAX_ENTRY} bytes")))?;
            bytes.extend(length.to_be_bytes());
            bytes.extend(entry);
        }
        Ok(bytes)
    }

    /// The entries in its bytes.
    ///
    /// # Errors
    /// `tile_malformed` when they are not as many as its width says.
    pub fn decode<'a>(&self, mut bytes: &'a [u8]) -> Result<Vec<&'a [u8]>> {
        let mut entries = Vec::with_capacity(usize::from(self.width));
        while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
            let (entry, rest) = rest
                .split_at_checked(usize::from(u16::from_be_bytes(*length)))
                .ok_or_else(|| malformed(format!("{self} ends within an entry")))?;
            entries.push(entry);
            bytes = rest;
        }
        if bytes.is_empty() && entries.len() == usize::from(self.width) {
            Ok(entries)
        } else {
            Err(malformed(format!("{self} has {} entries, not {}", entries.len(), self.width)))
        }
    }
}

impl FromStr for Bundle {
    type Err = Error;

    fn from_str(path: &str) -> Result<Self> {
        let place = path.strip_prefix("tile/entries/").and_then(read_place);
        let (index, width) = place.ok_or_else(|| {
            malformed("a bundle of entries is named tile/entries/<index>, with .p/<width> if it is not full")
        })?;
        Ok(Self { index, width })
    }
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_place(f, self.index, self.width)
    }
}

/// The tiles of hashes that a tree of this size has, level by level.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..=MAX_LEVEL).take_while(move |level| Tile::of_tree(*level, 0, size).is_some());
    levels.flat_map(move |level| (0..).map_while(move |index| Tile::of_tree(level, index, size)))
}

/// The bundles of entries that a tree of this size has.
pub fn bundles_of(size: u64) -> impl Iterator<Item = Bundle> {
    (0..).map_while(move |index| Bundle::of_tree(index, size))
}

/// `x001/x234/067`, and `.p/<W>` unless full.
fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let mut groups = vec![index % 1000];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(rest % 1000);
        rest /= 1000;
    }
    for (place, group) in groups.iter().enumerate().rev() {
        if place > 0 {
            write!(f, "x{group:03}/")?;
        } else {
            write!(f, "{group:03}")?;
        }
    }
    if width == TILE_WIDTH { Ok(()) } else { write!(f, ".p/{width}") }
}

/// Index and width; nothing for what [`write_place`] would not have written.
fn read_place(text: &str) -> Option<(u64, u16)> {
    let (path, width) = match text.split_once(".p/") {
        Some((path, width)) => {
            let width = number(width).and_then(|width| u16::try_from(width).ok())?;
            (path, Some(width).filter(|width| (1..TILE_WIDTH).contains(width))?)
        }
        None => (text, TILE_WIDTH),
    };
    let mut index: u64 = 0;
    let mut groups = path.split('/').peekable();
    let long = path.contains('/');
    let mut first = true;
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let digits = if last { group } else { group.strip_prefix('x')? };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value: u64 = digits.parse().ok()?;
        if first && long && value == 0 {
            return None;
        }
        first = false;
        index = index.checked_mul(1000)?.checked_add(value)?;
    }
    Some((index, width))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tile(level: u8, index: u64, width: u16) -> Tile {
        Tile { level, index, width }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        for (path, expected) in [
            ("tile/0/000", tile(0, 0, 256)),
            ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
            ("tile/63/x001/000.p/255", tile(63, 1000, 255)),
            ("tile/1/999.p/1", tile(1, 999, 1)),
        ] {
            assert_eq!(path.parse::<Tile>().unwrap(), expected);
            assert_eq!(expected.to_string(), path);
        }
        let bundle = Bundle { index: 1_234_067, width: 7 };
        assert_eq!(bundle.to_string(), "tile/entries/x001/x234/067.p/7");
        assert_eq!(bundle.to_string().parse::<Bundle>().unwrap(), bundle);
    }

    #[test]
    fn every_tile_has_one_path() {
        for bad in [
            "",
            "tile/0/",
            "tile/0/0",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/x01/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/+01",
            "tile/0/000/",
            "/tile/0/000",
            "tile/entries/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert_eq!(bad.parse::<Tile>().unwrap_err().code(), "tile_malformed", "{bad}");
        }
        assert!("tile/0/x018/x446/x744/x073/x709/x551/615".parse::<Tile>().is_ok());
        assert!("tile/0/000".parse::<Bundle>().is_err());
    }

    #[test]
    fn a_tree_has_the_tiles_that_the_specification_counts() {
        let count = |size, level, full| {
            tiles_of(size).filter(|tile| tile.level == level && tile.is_full() == full).count()
        };
        let partial = |size, level| {
            tiles_of(size).find(|tile| tile.level == level && !tile.is_full()).map(|tile| tile.width)
        };
        assert_eq!((count(70_000, 0, true), partial(70_000, 0)), (273, Some(112)));
        assert_eq!((count(70_000, 1, true), partial(70_000, 1)), (1, Some(17)));
        assert_eq!((count(70_000, 2, true), partial(70_000, 2)), (0, Some(1)));
        assert_eq!(tiles_of(256).collect::<Vec<_>>(), [tile(0, 0, 256), tile(1, 0, 1)]);
        assert_eq!(tiles_of(0).count(), 0);
        assert_eq!(
            bundles_of(300).collect::<Vec<_>>(),
            [Bundle { index: 0, width: 256 }, Bundle { index: 1, width: 44 }]
        );
        assert_eq!(Tile::of_tree(8, 0, u64::MAX), None);
        assert_eq!(Tile::of_tree(0, u64::MAX, u64::MAX), None);
    }

    #[test]
    fn bytes_of_another_length_are_refused() {
        let hashes = [Digest::of("a"), Digest::of("b")];
        let bytes = Tile::encode(&hashes);
        assert_eq!(tile(0, 0, 2).decode(&bytes).unwrap(), hashes);
        assert!(tile(0, 0, 1).decode(&bytes).is_err());
        assert!(tile(0, 0, 2).decode(&bytes[..63]).is_err());

        let entries = ["", "one", "zwei"];
        let bytes = Bundle::encode(&entries).unwrap();
        assert_eq!(bytes[..7], [0, 0, 0, 3, b'o', b'n', b'e']);
        let bundle = |width| Bundle { index: 0, width };
        assert_eq!(bundle(3).decode(&bytes).unwrap(), entries.map(str::as_bytes));
        assert!(bundle(2).decode(&bytes).is_err());
        assert!(bundle(3).decode(&bytes[..bytes.len() - 1]).is_err());
        assert!(bundle(4).decode(&[&bytes[..], &[0]].concat()).is_err());
        assert_eq!(Bundle::encode(&[vec![0; 65_536]]).unwrap_err().code(), "entry_too_large");
        assert!(Bundle::encode(&[vec![0; 65_535]]).is_ok());
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_read_is_written_the_same(path in "tile/([0-9]{1,3}|entries)/(x?[0-9]{2,4}/){0,7}[0-9]{2,4}(\\.p/[0-9]{0,4})?", any in ".{0,40}", bytes: Vec<u8>) {
            if let Ok(tile) = path.parse::<Tile>() {
                prop_assert_eq!(tile.to_string(), &*path);
            }
            if let Ok(bundle) = path.parse::<Bundle>() {
                prop_assert_eq!(bundle.to_string(), &*path);
                bundle.decode(&bytes).ok();
            }
            any.parse::<Tile>().ok();
        }

        #[test]
        fn what_is_written_reads_back(level in 0..=MAX_LEVEL, index: u64, width in 1..=TILE_WIDTH) {
            let tile = tile(level, index, width);
            prop_assert_eq!(tile.to_string().parse::<Tile>().unwrap(), tile);
        }
    }
}
