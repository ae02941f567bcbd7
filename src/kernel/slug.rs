//! Names that stand in URLs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::Error;

/// A name in a URL: 2 to 64 lower-case letters, digits and single hyphens, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Slug(String);

impl Slug {
    /// The longest slug, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// The regular expression of a slug, as the API contract states it.
    pub const PATTERN: &'static str = "^[a-z0-9]+(-[a-z0-9]+)*$";

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest slug to a free text: lower case, letters without their accents, everything else turned into single hyphens.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in words.to_lowercase().nfkd() {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if c == 'ß' {
                slug.push_str("ss");
            } else if is_combining_mark(c) {
                // An accent belongs to the letter before it.
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(Self::MAX_LENGTH);
        slug.trim_end_matches('-').parse().ok()
    }
}

impl FromStr for Slug {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let length = (2..=Self::MAX_LENGTH).contains(&text.len());
        let parts = text.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if length && parts {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid(
                "",
                "slug",
                "use 2 to 64 lower-case letters, digits and single hyphens between them",
            ))
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_slugs() {
        for good in ["eu", "weather-2024", "0a"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["", "a", "-a", "a-", "a--b", "A-b", "é-e", "a_b", "..", &"a".repeat(65)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }

    #[test]
    fn words_become_the_nearest_slug() {
        assert_eq!(Slug::from_words("Großer Hafen, 2024!").unwrap().as_str(), "grosser-hafen-2024");
        assert_eq!(
            Slug::from_words("Alumnat i Docència: màster").unwrap().as_str(),
            "alumnat-i-docencia-master"
        );
        assert!(Slug::from_words("???").is_none());
    }
}
