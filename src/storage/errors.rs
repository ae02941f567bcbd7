//! The one place where failures of a store become errors of the house.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use object_store::client::HttpError;

use crate::kernel::Error;

/// What went wrong with a bucket, as far as somebody can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// No answer, or an answer that says to come back later.
    Unreachable,
    /// The key is unknown, the secret wrong, the session over.
    Credentials,
    /// The key is known and may not do this.
    Denied,
    /// There is no such bucket.
    NoBucket,
    /// The bucket lies in another region.
    Region,
    /// There is no such object.
    Missing,
    /// Anything else.
    Other,
}

impl Failure {
    pub(super) fn of(error: &object_store::Error) -> Self {
        let text = error.to_string();
        match element(&text, "Code") {
            Some("NoSuchBucket") => Self::NoBucket,
            Some("AccessDenied" | "AllAccessDisabled" | "AccountProblem") => Self::Denied,
            Some(
                "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException",
            ) => Self::Region,
            Some(
                "InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "InvalidToken"
                | "ExpiredToken"
                | "TokenRefreshRequired"
                | "InvalidClientTokenId"
                | "RequestTimeTooSkewed"
                | "InvalidSecurity"
                | "NotSignedUp",
            ) => Self::Credentials,
            Some("SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout") => Self::Unreachable,
            _ => Self::without_code(error, &text),
        }
    }

    fn without_code(error: &object_store::Error, text: &str) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            object_store::Error::PermissionDenied { .. } => Self::Denied,
            object_store::Error::Unauthenticated { .. } => Self::Credentials,
            _ if transport(error).is_some()
                || text.contains("status code: 5")
                || text.contains("status code: 429") =>
            {
                Self::Unreachable
            }
            _ if text.contains("redirect") => Self::Region,
            _ => Self::Other,
        }
    }
}

/// Why the request failed before an answer came, when it did: connection refused, unknown host, bad certificate.
fn transport(error: &object_store::Error) -> Option<&(dyn StdError + 'static)> {
    let mut reason = chain(error.source()).find(|inner| inner.is::<HttpError>())?;
    while let Some(deeper) = reason.source() {
        reason = deeper;
    }
    Some(reason)
}

fn chain<'a>(
    first: Option<&'a (dyn StdError + 'static)>,
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(first, |inner| (*inner).source())
}

/// The text of the first such element of an S3 error document.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once("</").map(|(inner, _)| inner)
}

/// What may be logged of a store's answer.
///
/// S3 repeats the signed request in some error documents, session token included, so only code and message
/// are taken over.
#[derive(Debug)]
pub(super) struct Answer(String);

impl Answer {
    pub(super) fn new(error: &object_store::Error) -> Self {
        let text = error.to_string();
        if let Some(reason) = transport(error) {
            return Self(format!("{text}: {reason}"));
        }
        let Some((before, document)) = text.split_once('<') else { return Self(text) };
        let document = format!("<{document}");
        let code = element(&document, "Code").unwrap_or("no code");
        let message = element(&document, "Message").unwrap_or_default();
        Self(format!("{before}{code} {message}").trim_end().to_owned())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Answer {}

/// A request to the bucket failed in the middle of work.
pub(super) fn from_s3(doing: &'static str, error: &object_store::Error) -> Error {
    let cause = Answer::new(error);
    match Failure::of(error) {
        Failure::Unreachable => unreachable_now().caused_by(doing, cause),
        Failure::Credentials | Failure::Denied => Error::unavailable(
            "store_credentials",
            "the file store refuses this service; its operator has to look",
        )
        .caused_by(doing, cause),
        Failure::NoBucket | Failure::Region | Failure::Missing | Failure::Other => {
            Error::internal(doing, cause)
        }
    }
}

/// An operation on local files failed in the middle of work.
pub(super) fn from_io(doing: &'static str, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::unavailable("store_full", "the file store has no room left; its operator has to look")
                .caused_by(doing, error)
        }
        io::ErrorKind::ReadOnlyFilesystem => Error::unavailable(
            "store_read_only",
            "the file store cannot be written; its operator has to look",
        )
        .caused_by(doing, error),
        _ => Error::internal(doing, error),
    }
}

/// The store did not answer in time.
pub(super) fn unreachable_now() -> Error {
    Error::unavailable("store_unreachable", "the file store does not answer; nothing was stored, try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(document: &str) -> object_store::Error {
        let source = format!("Server returned non-2xx status code: 403 Forbidden: {document}");
        object_store::Error::PermissionDenied { path: "p".to_owned(), source: source.into() }
    }

    #[test]
    fn the_code_of_the_answer_decides() {
        for (code, failure) in [
            ("NoSuchBucket", Failure::NoBucket),
            ("AccessDenied", Failure::Denied),
            ("SignatureDoesNotMatch", Failure::Credentials),
            ("AuthorizationHeaderMalformed", Failure::Region),
            ("SlowDown", Failure::Unreachable),
        ] {
            let error = answered(&format!("<?xml?><Error><Code>{code}</Code></Error>"));
            assert_eq!(Failure::of(&error), failure, "{code}");
        }
        assert_eq!(Failure::of(&answered("")), Failure::Denied);
    }

    #[test]
    fn a_repeated_request_does_not_reach_the_log() {
        let error = answered(
            "<?xml?><Error><Code>SignatureDoesNotMatch</Code><Message>no match</Message>\
             <CanonicalRequest>x-amz-security-token:hunter2</CanonicalRequest></Error>",
        );
        let logged = from_s3("writing", &error).to_string();
        assert!(logged.contains("403 Forbidden: SignatureDoesNotMatch no match"), "{logged}");
        assert!(!logged.contains("hunter2"), "{logged}");
    }

    #[test]
    fn a_full_disk_is_not_our_bug() {
        let error = from_io("writing", io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(error.code(), "store_full");
    }
}
