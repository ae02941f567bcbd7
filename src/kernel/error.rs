//! The one error of the house. Modules say what went wrong in these words; `http` alone turns them into
//! status codes and problem documents (RFC 9457), and `cli` into exit codes.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What most functions of the house return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The closed list of ways to fail. Each has one HTTP status and one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request could not be read at all (400).
    Malformed,
    /// Nobody is signed in, or the credential is not valid (401).
    Unauthenticated,
    /// The caller is known and may not do this (403).
    Forbidden,
    /// There is no such thing, or the caller may not know of it (404).
    NotFound,
    /// The path exists, the method does not (405).
    MethodNotAllowed,
    /// None of the accepted representations can be given (406).
    NotAcceptable,
    /// The client took too long (408).
    Timeout,
    /// The state of things does not allow it (409).
    Conflict,
    /// It was there and has been withdrawn (410).
    Gone,
    /// `If-Match` names another state than the present one (412).
    PreconditionFailed,
    /// More bytes than the limit allows (413).
    TooLarge,
    /// The body has a media type that is not understood here (415).
    UnsupportedMediaType,
    /// None of the asked ranges lies within the file (416).
    RangeNotSatisfiable,
    /// The request was read and a field of it is wrong (422).
    Invalid,
    /// An update came without `If-Match` (428).
    PreconditionRequired,
    /// The caller asks more often than allowed (429).
    TooManyRequests,
    /// Request headers beyond the limit (431).
    HeadersTooLarge,
    /// Our fault (500).
    Internal,
    /// Cannot be done now, and has not been done; try again (503).
    Unavailable,
    /// The organisation's storage quota is used up (507).
    QuotaExceeded,
}

/// One wrong field: where, what, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body, or the name of a header or parameter.
    pub pointer: String,
    /// A stable name for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

/// An error: its kind, a stable code, a sentence that says what to do, and the internal cause that is logged
/// and never sent.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    code: &'static str,
    detail: String,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    next: Option<String>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of any kind.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            code,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
            next: None,
            cause: None,
        }))
    }

    /// The request cannot be read.
    #[must_use]
    pub fn malformed(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, code, detail)
    }

    /// One field is wrong. `pointer` is a JSON pointer, or the name of a header or parameter.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.into(), code, detail: detail.into() }])
    }

    /// Several fields are wrong.
    #[must_use]
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let detail = match fields.as_slice() {
            [one] if one.pointer.is_empty() => one.detail.clone(),
            [one] => format!("{}: {}", one.pointer, one.detail),
            many => format!("{} fields are not valid; see errors", many.len()),
        };
        let mut error = Self::new(Kind::Invalid, "invalid", detail);
        error.0.fields = fields;
        error
    }

    /// There is no such thing, or none that this caller may see; the two are never told apart.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, "not_found", format!("no such {what}, or it is not visible to you"))
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            Kind::Unauthenticated,
            "sign_in_required",
            "sign in, or send an API token as Authorization: Bearer",
        )
    }

    /// The caller may not do this.
    #[must_use]
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, code, detail)
    }

    /// The state of things does not allow it.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, detail)
    }

    /// Our fault; `doing` and the cause go to the log, the caller learns only the request id.
    #[must_use]
    pub fn internal(doing: &'static str, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut error = Self::new(
            Kind::Internal,
            "internal",
            "something went wrong on our side; the log has it under the request id",
        );
        error.0.cause = Some(Arc::from(Context::boxed(doing, cause.into())));
        error
    }

    /// Cannot be done now and has not been done.
    #[must_use]
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, code, detail).retry_after(Duration::from_secs(2))
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, span: Duration) -> Self {
        self.0.retry_after = Some(span);
        self
    }

    /// Says where to go next: a path of the API.
    #[must_use]
    pub fn next(mut self, path: impl Into<String>) -> Self {
        self.0.next = Some(path.into());
        self
    }

    /// Keeps the internal cause for the log.
    #[must_use]
    pub fn caused_by(
        mut self,
        doing: &'static str,
        cause: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.cause = Some(Arc::from(Context::boxed(doing, cause.into())));
        self
    }

    /// Puts a prefix before the pointer of every field error: the place of the checked part in the whole.
    #[must_use]
    pub fn at(mut self, prefix: &str) -> Self {
        for field in &mut self.0.fields {
            field.pointer.insert_str(0, prefix);
        }
        if !self.0.fields.is_empty() {
            return Self::fields(self.0.fields);
        }
        self
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The sentence for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The wrong fields.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// When to try again.
    #[must_use]
    pub fn retry_after_hint(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Where to go next.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        self.0.next.as_deref()
    }

    /// The internal cause, for the log alone.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync)> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)?;
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {}

/// A cause together with what was being done.
#[derive(Debug)]
struct Context {
    doing: &'static str,
    cause: Box<dyn StdError + Send + Sync>,
}

impl Context {
    fn boxed(doing: &'static str, cause: Box<dyn StdError + Send + Sync>) -> Box<dyn StdError + Send + Sync> {
        Box::new(Self { doing, cause })
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.cause)?;
        let mut source = self.cause.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl StdError for Context {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_for_the_log_and_not_in_the_detail() {
        let error = Error::internal("reading the head", std::io::Error::other("disk on fire"));
        assert!(!error.detail().contains("fire"));
        assert!(error.to_string().contains("reading the head: disk on fire"));
    }

    #[test]
    fn a_prefix_moves_every_pointer() {
        let error = Error::invalid("/title", "required", "is required").at("/record");
        assert_eq!(error.field_errors()[0].pointer, "/record/title");
        assert!(error.detail().starts_with("/record/title"));
    }
}
