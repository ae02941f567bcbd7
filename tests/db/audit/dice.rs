//! Chance that can be had again: the same numbers from the same seed, and small changes made by them.

use std::collections::BTreeMap;

/// The generator splitmix64: the same numbers on every machine.
pub struct Dice(u64);

impl Dice {
    /// Dice of their own for each mutation, so that one can be had without those before it.
    pub fn of(seed: u64, number: usize) -> Self {
        let mut dice = Self(seed);
        let mixed = dice.roll() ^ number as u64;
        Self(mixed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).unwrap()
    }

    pub fn heads(&mut self) -> bool {
        self.below(2) == 0
    }

    /// A number from 1 to a limit, often a small one, with either sign.
    pub fn step(&mut self, most: usize) -> i64 {
        let reach = if self.heads() { most } else { most.min(3) };
        let step = i64::try_from(1 + self.below(reach)).unwrap();
        if self.heads() { step } else { -step }
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A place that is there; the first and the last come up more often than the others.
    pub fn place<K: Clone, V>(&mut self, map: &BTreeMap<K, V>) -> K {
        let at = match self.below(12) {
            0 => 0,
            1 => map.len() - 1,
            _ => self.below(map.len()),
        };
        map.keys().nth(at).unwrap().clone()
    }

    /// Two different places, the lower one first.
    pub fn places<K: Clone + Ord, V>(&mut self, map: &BTreeMap<K, V>) -> (K, K) {
        let first = self.below(map.len());
        let second = (first + 1 + self.below(map.len() - 1)) % map.len();
        let nth = |at: usize| map.keys().nth(at).unwrap().clone();
        (nth(first.min(second)), nth(first.max(second)))
    }

    /// Exchanges what stands in two places.
    pub fn exchange<K: Clone + Ord, V: Clone>(&mut self, map: &mut BTreeMap<K, V>) {
        let (first, second) = self.places(map);
        let (one, two) = (map[&first].clone(), map[&second].clone());
        map.insert(first, two);
        map.insert(second, one);
    }

    pub fn letter(&mut self) -> char {
        char::from(*self.pick(b"abcdefghijklmnopqrstuvwxyzABCXYZ0123456789 .:-_{}[]\"',\\/+=\n"))
    }

    /// A letter replaced, put in or taken out, two exchanged, or a bit of one flipped. The text need not be another one
    /// afterwards.
    pub fn edit(&mut self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let end = letters.len();
        if end == 0 {
            return self.letter().to_string();
        }
        let at = self.below(end);
        match self.below(5) {
            0 => letters[at] = self.letter(),
            1 => letters.insert(at, self.letter()),
            2 => drop(letters.remove(at)),
            3 => letters.swap(at, (at + 1) % end),
            _ => {
                let flipped = char::from_u32(u32::from(letters[at]) ^ (1 << self.below(7)));
                // PostgreSQL has no place for a zero in a text.
                letters[at] = flipped.filter(|letter| *letter != '\0').unwrap_or('?');
            }
        }
        letters.into_iter().collect()
    }

    pub fn flip(&mut self, bytes: &mut [u8]) {
        let bit = self.below(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }

    /// A bit flipped, or the bytes longer, shorter or none.
    pub fn spoil(&mut self, bytes: &mut Vec<u8>) {
        match self.below(8) {
            0 => bytes.truncate(self.below(bytes.len())),
            1 => bytes.extend((0..1 + self.below(40)).map(|_| 0x20 + self.letter() as u8 % 0x40)),
            2 => bytes.clear(),
            _ => self.flip(bytes),
        }
    }
}
