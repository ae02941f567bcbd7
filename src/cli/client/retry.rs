//! How often and how long to wait for a server that is busy or away.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use crate::kernel::random_bytes;

/// How often something is tried in all.
const TRIES: u32 = 5;

/// The wait before the second try; it doubles from there.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait that a server may ask for; beyond it the command gives up and says so.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The tries left for one thing.
#[derive(Debug)]
pub struct Retry {
    failed: u32,
}

impl Retry {
    /// Nothing has failed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { failed: 0 }
    }

    /// Forgets earlier failures, since something was achieved meanwhile.
    pub fn progressed(&mut self) {
        self.failed = 0;
    }

    /// Waits before the next try; false when it is time to give up.
    pub async fn again(&mut self, asked: Option<Duration>) -> bool {
        match self.next_wait(asked) {
            Some(wait) => {
                tokio::time::sleep(wait).await;
                true
            }
            None => false,
        }
    }

    /// The next wait: what the server asked for, else twice the last one give or take a quarter, so that
    /// clients which failed together do not come back together.
    fn next_wait(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.failed += 1;
        if self.failed >= TRIES {
            return None;
        }
        if let Some(asked) = asked {
            return (asked <= LONGEST_WAIT).then_some(asked);
        }
        let spread = random_bytes::<1>().map_or(128, |[byte]| u32::from(byte));
        Some(FIRST_WAIT * 2_u32.pow(self.failed - 1) * (384 + spread) / 512)
    }
}

/// Whether the status says: later.
#[must_use]
pub fn is_busy(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// The wait that an answer asks for.
#[must_use]
pub fn asked_wait(response: &Response) -> Option<Duration> {
    retry_after(response.headers().get(RETRY_AFTER)?.to_str().ok()?)
}

/// The wait that a `Retry-After` field asks for, when it is given in seconds (RFC 9110, 10.2.3).
#[must_use]
fn retry_after(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let mut retry = Retry::new();
        let waits: Vec<_> = std::iter::from_fn(|| retry.next_wait(None)).collect();
        assert_eq!(waits.len(), 4, "five tries have four waits between them");
        for (at, wait) in waits.iter().enumerate() {
            let middle = FIRST_WAIT * 2_u32.pow(u32::try_from(at).unwrap());
            assert!(*wait >= middle * 3 / 4 && *wait <= middle * 5 / 4, "{at}: {wait:?}");
        }
    }

    #[test]
    fn the_server_is_heard_within_limits() {
        assert_eq!(Retry::new().next_wait(retry_after("7")), Some(Duration::from_secs(7)));
        assert_eq!(Retry::new().next_wait(retry_after("86400")), None);
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }

    #[test]
    fn progress_gives_all_tries_back() {
        let mut retry = Retry::new();
        for _ in 0..4 {
            assert!(retry.next_wait(None).is_some());
        }
        retry.progressed();
        assert!(retry.next_wait(None).is_some());
    }
}
