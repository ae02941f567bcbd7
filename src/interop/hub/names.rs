//! What a client calls things: repositories and revisions.

use crate::datasets::versions::{VersionNumber, Which};
use crate::kernel::Slug;

/// The path below which everything for these clients lies; `HF_ENDPOINT` is the service's address with it.
pub const ROOT: &str = "/hf";

/// How many digits a revision has for clients: as many as a commit of git.
pub const REVISION_DIGITS: usize = 40;

/// A revision as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// A version by its number, or the newest one.
    Version(Which),
    /// The version whose digest begins with these hexadecimal digits.
    Digest(String),
}

/// The names of the newest version: what clients ask for unless told otherwise, and our own word.
const NEWEST: [&str; 3] = ["main", "latest", "refs/heads/main"];

impl Revision {
    /// Reads `main` and `latest`, `1.0.0` and `v1.0.0`, 40 digits of a digest or all 64; nothing else names a revision.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if NEWEST.contains(&text) {
            return Some(Self::Version(Which::Latest));
        }
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if matches!(text.len(), REVISION_DIGITS | 64) && text.bytes().all(is_digit) {
            return Some(Self::Digest(text.to_owned()));
        }
        let text = text.strip_prefix("refs/tags/").unwrap_or(text);
        let number: VersionNumber = text.strip_prefix('v').unwrap_or(text).parse().ok()?;
        Some(Self::Version(Which::Number(number)))
    }
}

/// A repository: the organisation and the name of a dataset. None when nothing can have such a name.
#[must_use]
pub fn repository(organisation: &str, name: &str) -> Option<(Slug, Slug)> {
    Some((organisation.parse().ok()?, name.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_numbers_tags_digests_and_the_newest() {
        let number = |text: &str| Some(Revision::Version(Which::Number(text.parse().unwrap())));
        for (text, read) in [
            ("main", Some(Revision::Version(Which::Latest))),
            ("latest", Some(Revision::Version(Which::Latest))),
            ("1.2.3", number("1.2.3")),
            ("v1.2.3-rc.1", number("1.2.3-rc.1")),
            ("refs/tags/v1.0.0", number("1.0.0")),
            ("a1".repeat(20).as_str(), Some(Revision::Digest("a1".repeat(20)))),
            ("0f".repeat(32).as_str(), Some(Revision::Digest("0f".repeat(32)))),
            ("A1".repeat(20).as_str(), None),
            ("a".repeat(39).as_str(), None),
            ("refs/pr/1", None),
            ("refs/convert/parquet", None),
            ("vv1.0.0", None),
            ("", None),
        ] {
            assert_eq!(Revision::read(text), read, "{text}");
        }
    }
}
