//! Answers that may be open: Kleene's three values, and a fourth for what only a later call can tell.

use crate::kernel::text_enum;

text_enum! {
    /// The answer to a question that may lack facts.
    pub enum Outcome {
        /// It holds.
        Satisfied = "satisfied",
        /// It does not hold.
        Violated = "violated",
        /// The register cannot tell; people must.
        Undetermined = "undetermined",
    }
}

/// An answer inside the evaluator. `Later` is what the register itself will decide, at each download: nobody need be
/// asked about it now, and nothing is given before it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Satisfied,
    Violated,
    Unknown,
    Later,
}

impl Truth {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Satisfied } else { Self::Violated }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Satisfied => Self::Violated,
            Self::Violated => Self::Satisfied,
            open => open,
        }
    }

    /// What people must answer hides what is decided later: while one of them is open, people are asked.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Violated, _) | (_, Self::Violated) => Self::Violated,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Later, _) | (_, Self::Later) => Self::Later,
            (Self::Satisfied, Self::Satisfied) => Self::Satisfied,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(super) fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::Satisfied, Self::and)
    }

    pub(super) fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::Violated, Self::or)
    }

    /// The best of alternatives each of which is enough by itself: what one of them leaves to people does not hold up another
    /// that the register decides later.
    pub(super) fn best(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::Violated, |best, answer| match (best, answer) {
            (Self::Later, Self::Unknown) | (Self::Unknown, Self::Later) => Self::Later,
            (best, answer) => best.or(answer),
        })
    }

    /// Two that hold settle it, whatever is not known.
    pub(super) fn exactly_one(answers: &[Self]) -> Self {
        let count = |wanted| answers.iter().filter(|answer| **answer == wanted).count();
        match (count(Self::Satisfied), count(Self::Unknown), count(Self::Later)) {
            (2.., _, _) => Self::Violated,
            (_, 1.., _) => Self::Unknown,
            (_, _, 1..) => Self::Later,
            (satisfied, _, _) => Self::of(satisfied == 1),
        }
    }

    /// As others see it: what is decided later is not decided yet.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Satisfied => Outcome::Satisfied,
            Self::Violated => Outcome::Violated,
            Self::Unknown | Self::Later => Outcome::Undetermined,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Truth; 4] = [Truth::Satisfied, Truth::Violated, Truth::Unknown, Truth::Later];

    #[test]
    fn an_open_answer_never_becomes_a_yes_by_combining() {
        for a in ALL {
            assert_eq!(a.not().not(), a);
            for b in ALL {
                assert_eq!(a.and(b), b.and(a));
                assert_eq!(a.or(b), b.or(a));
                if a.and(b) == Truth::Satisfied {
                    assert_eq!([a, b], [Truth::Satisfied; 2]);
                }
                if a.or(b) == Truth::Satisfied {
                    assert!([a, b].contains(&Truth::Satisfied));
                }
                for c in ALL {
                    assert_eq!(a.and(b).and(c), a.and(b.and(c)));
                }
            }
        }
    }
}
