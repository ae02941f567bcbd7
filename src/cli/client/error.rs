//! How a command fails: one sentence, what is wrong in detail, what to do next, and the exit code.

use std::fmt;

use serde_json::{Value, json};

use crate::kernel::{Error, Kind};

/// The result of every function of the client.
pub type Result<T, E = CliError> = std::result::Result<T, E>;

/// The kinds of failure that a script can tell apart by the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Anything without a code of its own.
    Failure,
    /// The command line or a file it names is wrong.
    Usage,
    /// There is no such thing, or it is not visible.
    NotFound,
    /// Nobody is signed in.
    NotSignedIn,
    /// Access is denied, or not decided yet.
    Denied,
    /// Bytes are not what they should be.
    Integrity,
    /// The state of things does not allow it.
    Conflict,
    /// The server did not answer, or was too busy, however often it was asked.
    Unavailable,
    /// A policy is refused, or a use violates it.
    Violated,
    /// The user stopped it; running it again goes on from there.
    Interrupted,
}

impl Exit {
    /// The exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Failure => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::NotSignedIn => 4,
            Self::Denied => 5,
            Self::Integrity => 6,
            Self::Conflict => 7,
            Self::Unavailable => 8,
            Self::Violated => 9,
            Self::Interrupted => 130,
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub struct CliError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    exit: Exit,
    what: String,
    details: Vec<String>,
    hint: Option<String>,
    problem: Option<Value>,
}

impl CliError {
    /// A failure of some kind; `what` is one sentence for people.
    #[must_use]
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self(Box::new(Inner { exit, what: what.into(), details: Vec::new(), hint: None, problem: None }))
    }

    /// A failure without an exit code of its own.
    #[must_use]
    pub fn failure(what: impl Into<String>) -> Self {
        Self::new(Exit::Failure, what)
    }

    /// The command line, or a file it names, is wrong.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// A failure of the local file system at this place.
    #[must_use]
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::failure(format!("{}: {error}", path.display()))
    }

    /// Adds a line per thing that is wrong.
    #[must_use]
    pub fn details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.0.details.extend(details);
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Keeps the problem document that the server sent.
    #[must_use]
    pub fn problem(mut self, problem: Value) -> Self {
        self.0.problem = Some(problem);
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// The sentence for people.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What to do next.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The stable code of the problem that the server sent.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.problem.as_ref()?.get("code")?.as_str()
    }

    /// The failure as one JSON document, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "error": self.0.what,
            "exit_code": self.0.exit.code(),
            "details": self.0.details,
            "hint": self.0.hint,
            "problem": self.0.problem,
        })
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0.what)?;
        for detail in &self.0.details {
            write!(f, "\n  {detail}")?;
        }
        match &self.0.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CliError {}

/// What the house itself found on this machine: in a setting, a database, a record, a path, a manifest.
impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            Kind::Malformed | Kind::Invalid => Exit::Usage,
            Kind::Conflict if error.code() == "audit_failed" => Exit::Integrity,
            Kind::Conflict => Exit::Conflict,
            Kind::Unavailable => Exit::Unavailable,
            _ => Exit::Failure,
        };
        // Here is nobody from whom the cause had to be kept, and no log that has it.
        let what = match (error.kind(), error.cause()) {
            (Kind::Internal, Some(cause)) => cause.to_string(),
            _ => error.detail().to_owned(),
        };
        // With a single wrong field the sentence names it already.
        let fields = error.field_errors().iter().filter(|_| error.field_errors().len() > 1);
        let details: Vec<_> = fields.map(|field| format!("{}: {}", field.pointer, field.detail)).collect();
        Self::new(exit, what).details(details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Checks;

    #[test]
    fn an_error_says_what_where_and_what_next() {
        let error = CliError::new(Exit::Denied, "no grant covers this")
            .details(["purpose: research".to_owned()])
            .hint("cadastre request new org/name");
        let expected =
            "error: no grant covers this\n  purpose: research\nhint: cadastre request new org/name";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.to_json()["exit_code"], 5);
    }

    #[test]
    fn every_wrong_field_of_local_input_is_listed() {
        let mut checks = Checks::new();
        checks.text("/title", "", 10);
        checks.text("/name", "", 10);
        let error = CliError::from(checks.finish().unwrap_err());
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.to_string().contains("/name: must not be blank"), "{error}");
    }
}
