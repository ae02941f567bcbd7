//! Collects every wrong field of an input, so that a caller can mend all of them at once.

use super::{Error, FieldError, Result};

/// The regular expression of a text, as the API contract states it: no control characters but line breaks and tabs.
pub const TEXT: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// The regular expression of a text that must not be blank.
pub const NOT_BLANK: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

/// The most field errors that one answer lists.
const MOST: usize = 100;

/// A running list of what is wrong with an input.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Nothing checked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that the field at `pointer` is wrong.
    pub fn fail(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(FieldError { pointer: pointer.to_owned(), code, detail: detail.into() });
        }
    }

    /// Notes a wrong field unless the condition holds.
    pub fn require(&mut self, holds: bool, pointer: &str, code: &'static str, detail: impl Into<String>) {
        if !holds {
            self.fail(pointer, code, detail);
        }
    }

    /// A text must not be blank, not be longer than `max` characters, and hold no control characters but
    /// line breaks and tabs.
    pub fn text(&mut self, pointer: &str, text: &str, max: usize) {
        if text.trim().is_empty() {
            self.fail(pointer, "required", "must not be blank");
        } else {
            self.optional_text(pointer, text, max);
        }
    }

    /// As [`Checks::text`], but may be blank.
    pub fn optional_text(&mut self, pointer: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if length > max {
            self.fail(pointer, "too_long", format!("has {length} characters, at most {max} are allowed"));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.fail(pointer, "control_character", "must not hold control characters");
        }
    }

    /// A list must not be longer than `max`.
    pub fn at_most(&mut self, pointer: &str, length: usize, max: usize) {
        self.require(
            length <= max,
            pointer,
            "too_many",
            format!("has {length} entries, at most {max} are allowed"),
        );
    }

    /// An absolute http or https URL without credentials.
    pub fn http_url(&mut self, pointer: &str, text: &str) {
        let good = text.len() <= 2048
            && url::Url::parse(text).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.has_host()
                    && url.username().is_empty()
                    && url.password().is_none()
            });
        self.require(
            good,
            pointer,
            "url",
            "must be an absolute http or https URL without user name or password",
        );
    }

    /// Takes over what another check found, below `prefix`.
    pub fn absorb(&mut self, prefix: &str, result: Result<()>) {
        if let Err(error) = result {
            let error = error.at(prefix);
            if error.field_errors().is_empty() {
                self.fail(prefix, error.code(), error.detail());
            }
            self.0.extend(error.field_errors().iter().cloned());
            self.0.truncate(MOST);
        }
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// The outcome.
    ///
    /// # Errors
    /// When any field was wrong; the error lists all of them.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::fields(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wrong_fields_are_told_at_once() {
        let mut checks = Checks::new();
        checks.text("/title", " ", 10);
        checks.text("/name", "a\u{0}b", 10);
        checks.http_url("/url", "ftp://example.org/");
        checks.http_url("/url", "https://user:pw@example.org/");
        let error = checks.finish().unwrap_err();
        let codes: Vec<_> = error.field_errors().iter().map(|field| field.code).collect();
        assert_eq!(codes, ["required", "control_character", "url", "url"]);
    }
}
