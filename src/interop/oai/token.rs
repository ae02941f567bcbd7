//! The place where a list goes on: everything that was asked, and how far it has come. It is sealed, lives a day, and is kept
//! nowhere, so that any replica can go on and none has to remember.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::request::{ListKind, OaiError, Place};
use crate::datasets::files::Tickets;
use crate::kernel::{Result, Timestamp};

/// How long a token holds.
pub const LIFE: Duration = Duration::from_secs(24 * 3600);

const PURPOSE: &str = "oai-pmh";

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The list.
    pub place: Place,
    /// The position of the journal up to which it was told.
    pub after: i64,
    /// How many records were told.
    pub told: u64,
    /// Until when the token holds.
    pub until: Timestamp,
}

impl Token {
    /// Seals it.
    ///
    /// # Errors
    /// When there is no key.
    pub fn seal(&self, keys: &Tickets) -> Result<String> {
        let text = serde_json::to_string(self)
            .map_err(|error| crate::kernel::Error::internal("resumption token", error))?;
        keys.seal(PURPOSE, &text)
    }

    /// Reads one that comes back.
    ///
    /// # Errors
    /// `badResumptionToken` when it was changed, is of another list, or is too old.
    pub fn unseal(keys: &Tickets, text: &str, kind: ListKind, now: Timestamp) -> Result<Self, OaiError> {
        let read = keys.unseal(PURPOSE, text).and_then(|text| serde_json::from_str::<Self>(&text).ok());
        read.filter(|token| token.place.kind == kind && now < token.until).ok_or_else(OaiError::token)
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::{Prefix, Set};
    use super::*;
    use crate::kernel::{Clock, ManualClock};

    #[test]
    fn a_token_lives_a_day_and_is_nobody_elses() {
        let (keys, others) = (Tickets::for_tests("one"), Tickets::for_tests("another"));
        let clock = ManualClock::at("2026-11-26T12:00:00Z".parse().unwrap());
        let place = Place {
            kind: ListKind::Records,
            prefix: Prefix::OaiDc,
            set: Set::All,
            from: None,
            before: Some(clock.now()),
        };
        let token = Token { place, after: 41, told: 100, until: clock.now().plus(LIFE) };
        let text = token.seal(&keys).unwrap();
        let read = |text: &str, kind| Token::unseal(&keys, text, kind, clock.now());
        clock.advance(LIFE - Duration::from_millis(1));
        assert_eq!(read(&text, ListKind::Records), Ok(token.clone()));
        assert!(read(&text, ListKind::Identifiers).is_err(), "of another list");
        assert!(Token::unseal(&others, &text, ListKind::Records, clock.now()).is_err());
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character of a base64 text may have bits that mean nothing; the reader refuses those too.
            assert!(read(&changed, ListKind::Records).is_err(), "{at}");
        }
        clock.advance(Duration::from_millis(1));
        assert!(read(&text, ListKind::Records).is_err(), "a day old");
        let ticket = keys.seal("another purpose", r#"{"after":1}"#).unwrap();
        assert!(read(&ticket, ListKind::Records).is_err());
    }
}
