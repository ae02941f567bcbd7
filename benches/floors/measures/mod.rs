//! What is measured, one file each; all sides take turns, and who begins changes with every round.

pub mod append;
pub mod audit;
pub mod decision;
pub mod downloads;
pub mod harvest;
pub mod memory;
pub mod policies;
pub mod reads;
pub mod registrations;
pub mod renderings;
pub mod starts;
pub mod uploads;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Only to see that everything works: one round of little work, whose figures mean nothing.
    pub quick: bool,
}

impl Scale {
    /// How many rounds.
    pub fn rounds(self, full: usize) -> usize {
        if self.quick { 1 } else { full }
    }

    /// How much of something a round does.
    pub fn size(self, full: u64, quick: u64) -> u64 {
        if self.quick { quick } else { full }
    }
}

/// One side of a comparison: does its part of a round, and tells a figure or several.
pub type Side<'a, T> = &'a mut dyn FnMut(u64) -> T;

/// All rounds of all sides, by side.
pub fn by_turns<T, const N: usize>(rounds: usize, sides: [Side<'_, T>; N]) -> [Vec<T>; N] {
    let mut found = [(); N].map(|()| Vec::new());
    for round in 0..rounds {
        for turn in 0..N {
            let side = (round + turn) % N;
            found[side].push(sides[side](round as u64));
        }
    }
    found
}
