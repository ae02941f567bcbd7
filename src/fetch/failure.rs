//! Why something was not fetched, in sentences for whoever asked for it. None holds the address: it may hold a secret.

use std::time::Duration;

/// What kept an address from being fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is none that may be asked.
    #[error("not allowed: {0}")]
    NotAllowed(String),
    /// Nothing answered, or the answer broke off.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// The other side answered with a status that is no success.
    #[error("answered {status}")]
    Status {
        /// The status.
        status: u16,
        /// How long the other side asks to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect that is not followed.
    #[error("redirected: {0}")]
    Redirected(String),
    /// An answer of a media type that was not asked for.
    #[error("answered with the media type `{0}`, which was not asked for")]
    MediaType(String),
    /// An answer in a content coding that was not asked for, or that cannot be decoded.
    #[error("answered in a content coding that cannot be read: {0}")]
    Coding(String),
    /// More bytes than are read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// Bytes came too slowly.
    #[error("the answer came slower than {0} bytes a second")]
    TooSlow(u64),
    /// Nothing came for a while.
    #[error("nothing came for {} seconds", .0.as_secs())]
    Silent(Duration),
    /// It took too long as a whole.
    #[error("the answer was not complete in time")]
    Late,
}

impl FetchError {
    /// A stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed(_) => "not_allowed",
            Self::Unreachable(_) => "unreachable",
            Self::Status { .. } => "status",
            Self::Redirected(_) => "redirected",
            Self::MediaType(_) => "media_type",
            Self::Coding(_) => "coding",
            Self::TooLarge(_) => "too_large",
            Self::TooSlow(_) => "too_slow",
            Self::Silent(_) => "silent",
            Self::Late => "late",
        }
    }
}
