//! Language-tagged texts (BCP 47), as every title and description of the catalogue is.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Checks, Error};

/// A language tag in its normal form: `en`, `pt-BR`, `sr-Latn`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LanguageTag {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parsed = (text.len() <= 35).then(|| oxilangtag::LanguageTag::parse_and_normalize(text));
        match parsed {
            Some(Ok(tag)) => Ok(Self(tag.into_inner())),
            _ => Err(Error::invalid(
                "",
                "language",
                "write a language as a BCP 47 tag, for example en or pt-BR",
            )),
        }
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for LanguageTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One text in one or more languages, keyed by language tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LangText(BTreeMap<LanguageTag, String>);

impl LangText {
    /// A text in English.
    #[must_use]
    pub fn english(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(LanguageTag("en".into()), text.into())]))
    }

    /// A text in several languages; pairs whose tag is no language are left out.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().filter_map(|(tag, text)| Some((tag.parse().ok()?, text.to_owned()))).collect())
    }

    /// The most languages of one text.
    pub const MAX_LANGUAGES: usize = 40;

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|text| text.trim().is_empty())
    }

    /// The languages and texts, in the order of the tags.
    pub fn iter(&self) -> impl Iterator<Item = (&LanguageTag, &str)> {
        self.0.iter().map(|(tag, text)| (tag, text.as_str()))
    }

    /// The text in the first of the preferred languages that it has, else in English, else in any.
    #[must_use]
    pub fn best(&self, preferred: &[&str]) -> &str {
        let find = |want: &str| self.0.iter().find(|(tag, _)| tag.as_str().eq_ignore_ascii_case(want));
        preferred
            .iter()
            .chain(&["en"])
            .find_map(|tag| find(tag))
            .or_else(|| self.0.iter().next())
            .map_or("", |(_, text)| text.as_str())
    }

    /// Checks each text: not blank, at most `max` characters, at most 40 languages.
    pub fn check(&self, checks: &mut Checks, pointer: &str, max: usize) {
        checks.at_most(pointer, self.0.len(), Self::MAX_LANGUAGES);
        for (tag, text) in &self.0 {
            checks.text(&format!("{pointer}/{tag}"), text, max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_normalised_and_nonsense_is_refused() {
        assert_eq!("PT-br".parse::<LanguageTag>().unwrap().as_str(), "pt-BR");
        for bad in ["", "english language", "e", "en_GB!"] {
            assert!(bad.parse::<LanguageTag>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_best_text_follows_the_preference_then_english() {
        let text = LangText::from_pairs([("fr", "Météo"), ("en", "Weather")]);
        assert_eq!(text.best(&["de", "fr"]), "Météo");
        assert_eq!(text.best(&["de"]), "Weather");
        assert_eq!(LangText::from_pairs([("fr", "Météo")]).best(&[]), "Météo");
    }
}
