//! How long the writer waits for a group to fill.
//!
//! Where a flush is quick it never waits. Where a flush takes long, clients that write one thing after the other fall
//! into two halves: while one half is flushed the other gathers, and each waits for both flushes. Those that were just
//! answered come back within a fraction of a flush, so waiting for as many as were there makes one group of two halves.
//! Whoever writes alone is expected alone, and does not wait.

use std::time::Duration;

/// A flush that takes less is not worth waiting for company.
const SLOW_FLUSH: Duration = Duration::from_millis(1);
/// The longest wait.
const PATIENCE: Duration = Duration::from_millis(5);

/// What the last group tells of the next.
#[derive(Debug, Default)]
pub(super) struct Pace {
    expected: usize,
    flush: Duration,
}

impl Pace {
    /// A group was answered: how many writes it had, how many waited by then, and how long its commit took.
    pub(super) fn answered(&mut self, ran: usize, waiting: usize, flush: Duration) {
        *self = Self { expected: ran + waiting, flush };
    }

    /// How long a group of so many may still wait for more: half a flush, so that the wait of those who are there is
    /// less than what it saves those who come.
    pub(super) fn wait(&self, gathered: usize) -> Option<Duration> {
        let worth_it = self.flush >= SLOW_FLUSH && gathered < self.expected;
        worth_it.then(|| PATIENCE.min(self.flush / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Duration = Duration::from_millis(4);

    fn after(ran: usize, waiting: usize, flush: Duration) -> Pace {
        let mut pace = Pace::default();
        pace.answered(ran, waiting, flush);
        pace
    }

    #[test]
    fn as_many_are_waited_for_as_were_there() {
        let pace = after(3, 2, SLOW);
        assert_eq!(pace.wait(4), Some(Duration::from_millis(2)));
        assert_eq!(pace.wait(5), None, "all are here");
        assert_eq!(after(3, 2, Duration::from_secs(1)).wait(4), Some(PATIENCE));
    }

    #[test]
    fn nobody_waits_alone_nor_for_a_quick_disk() {
        assert_eq!(Pace::default().wait(1), None);
        assert_eq!(after(1, 0, SLOW).wait(1), None);
        assert_eq!(after(64, 0, Duration::from_micros(300)).wait(1), None);
    }
}
