//! The languages, and which of them a caller prefers.

use std::cmp::Reverse;

use crate::kernel::text_enum;

text_enum! {
    /// A language in which texts for people are given.
    pub enum Language {
        /// English.
        En = "en",
        /// French.
        Fr = "fr",
    }
}

impl Language {
    /// The language that an `Accept-Language` field (RFC 9110, 12.5.4) prefers; English when it names none of
    /// ours, or cannot be read. Regions are passed over: `fr-BE` is answered in French.
    #[must_use]
    pub fn negotiate(accept: &str) -> Self {
        let ranges: Vec<(&str, u16)> = accept.split(',').filter_map(range).collect();
        let wanted = Self::ALL.iter().filter_map(|language| {
            let named = ranges.iter().position(|(range, _)| language.is_meant_by(range));
            let place = named.or_else(|| ranges.iter().position(|(range, _)| *range == "*"))?;
            let (_, weight) = ranges.get(place)?;
            (*weight > 0).then_some(((*weight, Reverse(place)), *language))
        });
        // Of two that are wanted equally, the one named first; of two that `*` means, the first of ours.
        wanted
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map_or(Self::En, |(_, it)| it)
    }

    /// The one that a page offers beside this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Fr,
            Self::Fr => Self::En,
        }
    }

    fn is_meant_by(self, range: &str) -> bool {
        range.split('-').next().is_some_and(|primary| primary.eq_ignore_ascii_case(self.as_str()))
    }
}

/// A language range and its weight in thousandths; nothing when it cannot be read.
fn range(part: &str) -> Option<(&str, u16)> {
    let (range, parameter) = part.split_once(';').unwrap_or((part, "q=1"));
    let weight = parameter.trim().strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('=')?.trim();
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{whole}{fraction:0<3}");
    let good = whole.len() == 1 && fraction.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit());
    let thousandths = if good { digits.parse().ok()? } else { return None };
    (thousandths <= 1000).then_some((range.trim(), thousandths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_language_with_the_greatest_weight_is_taken() {
        for (accept, language) in [
            ("", Language::En),
            ("de", Language::En),
            ("fr", Language::Fr),
            ("FR-be", Language::Fr),
            ("fr-CA, fr;q=0.9, en;q=0.8", Language::Fr),
            ("en;q=0.5, fr;q=0.7", Language::Fr),
            ("en, fr", Language::En),
            ("fr, en", Language::Fr),
            ("de, fr;q=0.3", Language::Fr),
            ("de, fr;q=0.3, en;q=0.31", Language::En),
            ("*", Language::En),
            ("en;q=0, *", Language::Fr),
            ("*;q=0.1, fr;q=0.05", Language::En),
            ("fr;q=0", Language::En),
            ("fr ; q = 1.000", Language::Fr),
            ("fr;q=1.5, en;q=x, ;q=1", Language::En),
            ("frysk", Language::En),
        ] {
            assert_eq!(Language::negotiate(accept), language, "{accept}");
        }
    }

    proptest! {
        #[test]
        fn no_field_breaks_the_reader(accept in "[a-z*;,=q0-9. -]{0,40}|\\PC{0,40}") {
            prop_assert!(Language::ALL.contains(&Language::negotiate(&accept)));
        }
    }
}
