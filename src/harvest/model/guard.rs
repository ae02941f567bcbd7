//! When somebody has to be asked: a source that loses or exchanges much of what it had is rather broken than changed.

/// What a run has come to so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Records that were here when it began.
    pub known: i64,
    /// Of them, those that it has met again.
    pub met: i64,
    /// Records that were not here before.
    pub created: i64,
}

/// What the guard says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    GoOn,
    /// Ask first, for this reason.
    Ask(String),
}

/// So many new records are no reason to ask, however few there were before.
const FEW: i64 = 20;

impl Tally {
    /// Whether so many of the known records may be deleted: up to the threshold, in percent.
    #[must_use]
    pub fn may_delete(self, leaving: i64, threshold: i64) -> Verdict {
        if leaving.saturating_mul(100) <= self.known.saturating_mul(threshold) {
            return Verdict::GoOn;
        }
        Verdict::Ask(format!(
            "{leaving} of {} records would be deleted, which is more than {threshold} %",
            self.known
        ))
    }

    /// Whether a complete run may go on to create records: not while it meets fewer of the known ones than it creates, and those
    /// are more than the threshold. So a source that gives every record another identifier is noticed before all of them are here
    /// twice. One that still has all the known ones has grown.
    #[must_use]
    pub fn may_create(self, threshold: i64) -> Verdict {
        let many =
            self.created >= FEW && self.created.saturating_mul(100) > self.known.saturating_mul(threshold);
        if !many || self.met >= self.created.min(self.known) {
            return Verdict::GoOn;
        }
        Verdict::Ask(format!(
            "{} records with new identifiers came, and only {} of the {} known ones: the source may have changed its identifiers; \
             to go on takes in all new ones, and deletes those of the known ones that do not come any more",
            self.created, self.met, self.known
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(known: i64, met: i64, created: i64) -> Tally {
        Tally { known, met, created }
    }

    #[test]
    fn more_deletions_than_the_threshold_are_asked_about() {
        assert_eq!(tally(1000, 800, 0).may_delete(200, 20), Verdict::GoOn);
        assert!(matches!(tally(1000, 799, 0).may_delete(201, 20), Verdict::Ask(_)));
        assert!(matches!(tally(10, 9, 0).may_delete(1, 0), Verdict::Ask(_)));
        assert_eq!(tally(10, 0, 0).may_delete(10, 100), Verdict::GoOn);
        assert_eq!(tally(0, 0, 0).may_delete(0, 0), Verdict::GoOn);
    }

    #[test]
    fn changed_identifiers_are_noticed_and_growth_is_not() {
        assert!(matches!(tally(100, 0, 21).may_create(20), Verdict::Ask(_)));
        assert_eq!(tally(100, 0, 20).may_create(20), Verdict::GoOn, "up to the threshold");
        assert_eq!(tally(100, 100, 90).may_create(20), Verdict::GoOn, "it has grown");
        assert_eq!(tally(5, 5, 20).may_create(20), Verdict::GoOn, "it has grown, and was small");
        assert_eq!(tally(0, 0, 5000).may_create(20), Verdict::GoOn, "the first run");
        assert_eq!(tally(3, 0, 19).may_create(20), Verdict::GoOn, "few are no reason");
    }
}
