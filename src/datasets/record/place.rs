//! Walks through a record while it is checked and knows the JSON pointer of where it stands, so that every
//! wrong field is reported at its place and the checks of a part read as a list of its rules.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use super::formats::Format;
use crate::kernel::{Checks, LangText, LanguageTag};

/// The greatest whole number that JSON carries exactly everywhere (RFC 8259, section 6).
const MAX_AMOUNT: u64 = (1 << 53) - 1;

/// Something that can say what is wrong with itself.
pub(super) trait Check {
    fn check(&self, at: &mut Place<'_>);
}

impl<T: Check> Check for Option<T> {
    fn check(&self, at: &mut Place<'_>) {
        if let Some(part) = self {
            part.check(at);
        }
    }
}

/// A place in the record: a JSON pointer, and where to report.
pub(super) struct Place<'c> {
    checks: &'c mut Checks,
    pointer: String,
}

impl<'c> Place<'c> {
    /// The whole record.
    pub(super) fn root(checks: &'c mut Checks) -> Self {
        Self { checks, pointer: String::new() }
    }

    /// Goes to a member, checks there, and comes back.
    fn enter(&mut self, member: impl Display, check: impl FnOnce(&mut Self)) {
        let here = self.pointer.len();
        // Writing to a String cannot fail.
        if write!(self.pointer, "/{member}").is_ok() {
            check(self);
        }
        self.pointer.truncate(here);
    }

    /// Reports this place itself unless the condition holds.
    pub(super) fn require_here(&mut self, holds: bool, code: &'static str, detail: &str) {
        self.checks.require(holds, &self.pointer, code, detail);
    }

    /// Reports a member unless the condition holds.
    pub(super) fn require(&mut self, holds: bool, member: &str, code: &'static str, detail: &str) {
        self.enter(member, |at| at.require_here(holds, code, detail));
    }

    /// Checks a part that knows its own rules.
    pub(super) fn part(&mut self, member: &str, part: &impl Check) {
        self.enter(member, |at| part.check(at));
    }

    /// Checks every entry of a list of at most `most`; a longer list is reported and not looked into.
    fn list<T>(&mut self, member: &str, list: &[T], most: usize, check: impl Fn(&mut Self, &T)) {
        self.enter(member, |at| {
            at.checks.at_most(&at.pointer, list.len(), most);
            if list.len() <= most {
                for (index, entry) in list.iter().enumerate() {
                    at.enter(index, |at| check(at, entry));
                }
            }
        });
    }

    /// A list of parts.
    pub(super) fn parts<T: Check>(&mut self, member: &str, list: &[T], most: usize) {
        self.list(member, list, most, |at, part| part.check(at));
    }

    /// A list in which nothing is named twice.
    pub(super) fn distinct<T: PartialEq>(&mut self, member: &str, list: &[T]) {
        self.list(member, list, 64, |_, _| {});
        let repeated = list
            .iter()
            .take(64)
            .enumerate()
            .any(|(i, value)| list.iter().skip(i + 1).any(|other| other == value));
        self.require(!repeated, member, "duplicate", "names the same value twice");
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, member: &str, text: &str, max: usize) {
        self.enter(member, |at| at.checks.text(&at.pointer, text, max));
    }

    /// A text that may be left out, but not be blank.
    pub(super) fn maybe_text(&mut self, member: &str, text: Option<&String>, max: usize) {
        if let Some(text) = text {
            self.text(member, text, max);
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, member: &str, texts: &[String], most: usize, max: usize) {
        self.list(member, texts, most, |at, text| at.checks.text(&at.pointer, text, max));
    }

    /// A text in several languages.
    pub(super) fn lang(&mut self, member: &str, text: &LangText, max: usize) {
        self.enter(member, |at| text.check(at.checks, &at.pointer, max));
    }

    /// A list of texts in several languages.
    pub(super) fn langs(&mut self, member: &str, texts: &[LangText], most: usize, max: usize) {
        self.list(member, texts, most, |at, text| {
            text.check(at.checks, &at.pointer, max);
            at.require_here(!text.is_empty(), "required", "must hold a text in at least one language");
        });
    }

    /// Short texts by language.
    pub(super) fn keywords(&mut self, member: &str, keywords: &BTreeMap<LanguageTag, Vec<String>>) {
        self.enter(member, |at| {
            at.checks.at_most(&at.pointer, keywords.len(), 40);
            for (language, words) in keywords.iter().take(40) {
                at.texts(language.as_str(), words, 100, 100);
            }
        });
    }

    /// A web address.
    pub(super) fn url(&mut self, member: &str, url: Option<&String>) {
        if let Some(url) = url {
            self.enter(member, |at| at.checks.http_url(&at.pointer, url));
        }
    }

    /// A list of web addresses.
    pub(super) fn urls(&mut self, member: &str, urls: &[String], most: usize) {
        self.list(member, urls, most, |at, url| at.checks.http_url(&at.pointer, url));
    }

    /// A text of a known format.
    pub(super) fn format(&mut self, member: &str, text: Option<&String>, format: &Format) {
        if let Some(text) = text {
            self.enter(member, |at| at.require_here((format.valid)(text), format.code, format.hint));
        }
    }

    /// A list of texts of a known format.
    pub(super) fn formats(&mut self, member: &str, texts: &[String], most: usize, format: &Format) {
        self.list(member, texts, most, |at, text| {
            at.require_here((format.valid)(text), format.code, format.hint)
        });
    }

    /// A count.
    pub(super) fn amount(&mut self, member: &str, amount: Option<u64>) {
        let fits = amount.is_none_or(|amount| amount <= MAX_AMOUNT);
        self.require(
            fits,
            member,
            "out_of_range",
            "must be at most 2^53 - 1, the greatest exact whole number of JSON",
        );
    }

    /// A part of a whole, 0 to 1.
    pub(super) fn share(&mut self, member: &str, share: Option<f64>) {
        let fits = share.is_none_or(|share| (0.0..=1.0).contains(&share));
        self.require(fits, member, "out_of_range", "must lie between 0 and 1");
    }
}
