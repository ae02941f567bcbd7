//! How numbers, bytes and digests are written in these formats: one way for each value, so that a text that reads
//! well is the text that would be written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kernel::{Digest, Error, Kind};

/// The largest size of a tree, and the latest time, that these formats may state.
pub(super) const GREATEST: u64 = i64::MAX as u64;

/// Standard base64 with padding (RFC 4648, section 4).
#[must_use]
pub fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a base64 text; nothing for a text that [`to_base64`] would not have written.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A digest from its base64 form.
pub(super) fn digest(text: &str) -> Option<Digest> {
    from_base64(text)?.try_into().ok().map(Digest::from_bytes)
}

/// A decimal number without leading zeroes, up to [`GREATEST`].
pub(super) fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok().filter(|number| *number <= GREATEST) } else { None }
}

/// Whether a name can stand in a signature line: neither empty nor with a space, a plus or a control character.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '+';
    !name.is_empty() && name.chars().all(fits)
}

/// A text that is not in the form it should have, or a proof that does not hold.
pub(super) fn refused(code: &'static str, detail: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_written_in_one_way() {
        for (text, value) in [("0", Some(0)), ("7", Some(7)), ("9223372036854775807", Some(GREATEST))] {
            assert_eq!(number(text), value, "{text}");
        }
        for bad in
            ["", "00", "07", "+7", "-1", " 7", "7 ", "९", "9223372036854775808", "18446744073709551616"]
        {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert_eq!(from_base64("AAA="), Some(vec![0, 0]));
        for bad in ["AAA", "AAB=", "AA==A", "AAA=\n", "-A==", "A"] {
            assert_eq!(from_base64(bad), None, "{bad}");
        }
        for bad in ["", "a b", "a+b", "a\u{2003}b", "a\tb"] {
            assert!(!is_name(bad), "{bad:?}");
        }
        assert!(is_name("example.com/foo") && is_name("bücher.example"));
    }
}
