//! What is said when something cannot be had, in the words that Hub clients read: `X-Error-Code` decides which exception
//! they raise, `X-Error-Message` is what they print.

use crate::datasets::versions::Version;
use crate::kernel::{Error, Kind};

/// There is no such dataset, or the caller may not know of it: the same in every respect.
#[must_use]
pub fn no_repository() -> Error {
    Error::new(Kind::NotFound, "repo_not_found", "no such dataset, or it is not visible to you")
}

/// The dataset has no such version.
#[must_use]
pub fn no_revision() -> Error {
    Error::new(
        Kind::NotFound,
        "revision_not_found",
        "no such version; ask for main, for a version such as 1.0.0, or for the first 40 digits of a version's digest",
    )
}

/// The version was withdrawn: its reason, and what to use instead.
#[must_use]
pub fn withdrawn(version: &Version) -> Error {
    let number = &version.version;
    let detail = match &version.withdrawal {
        Some(withdrawal) => {
            let instead = withdrawal.successor.as_ref().map(|successor| format!("; use {successor} instead"));
            format!("version {number} was withdrawn: {}{}", withdrawal.reason, instead.unwrap_or_default())
        }
        None => format!("version {number} was withdrawn"),
    };
    Error::new(Kind::Gone, "revision_not_found", detail)
}

/// The version has no such file or folder.
#[must_use]
pub fn no_entry() -> Error {
    Error::new(Kind::NotFound, "entry_not_found", "the version has no such file or folder")
}

/// What became of a file that was asked for, once dataset and version were found: `page` is where access is asked for.
#[must_use]
pub fn of_file(error: &Error, page: &str) -> Error {
    match error.kind() {
        Kind::NotFound => no_entry(),
        Kind::Unauthenticated | Kind::Forbidden => Error::new(
            error.kind(),
            "gated_repo",
            format!("{}. The page of the dataset, where access is asked for: {page}", error.detail()),
        ),
        // The bytes are elsewhere, and a client that was sent there would show its token to a stranger.
        Kind::Conflict if error.code() == "referenced" => Error::new(
            Kind::NotFound,
            "elsewhere",
            format!("{}: {}", error.detail(), error.next_step().unwrap_or(page)),
        ),
        Kind::Gone => Error::new(Kind::Gone, "revision_not_found", error.detail()),
        _ => error.clone(),
    }
}

/// The value of `X-Error-Code`, where clients have one for it.
#[must_use]
pub fn error_code(error: &Error) -> Option<&'static str> {
    match error.code() {
        "repo_not_found" | "only_datasets" => Some("RepoNotFound"),
        "revision_not_found" => Some("RevisionNotFound"),
        "entry_not_found" | "elsewhere" => Some("EntryNotFound"),
        "gated_repo" => Some("GatedRepo"),
        _ => None,
    }
}

/// The topic of a warning that goes with the error. On the command line, `hf` says something of its own in the place of what
/// is said here of a gate or of what is not there, but passes on warnings, the first of each topic (`X-HF-Warning`). What
/// clients ask for only to see whether it is there is not warned of.
#[must_use]
pub fn warned_of(error: &Error) -> Option<&'static str> {
    match error.code() {
        "gated_repo" => Some("gated"),
        "only_datasets" => Some("repo-type"),
        "elsewhere" => Some("elsewhere"),
        "revision_not_found" if error.kind() == Kind::Gone => Some("withdrawn"),
        _ => None,
    }
}

/// The value of `X-Error-Message`: the sentence in visible ASCII, as a header field has to be.
#[must_use]
pub fn error_message(error: &Error) -> String {
    // Clients take a 401 for a dataset that is not there, unless it says exactly this.
    if error.kind() == Kind::Unauthenticated && error_code(error).is_none() {
        return "Invalid credentials in Authorization header".to_owned();
    }
    let visible = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    error.detail().chars().take(4000).map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_the_door_become_the_gate_with_the_page() {
        let page = "https://register.example.org/datasets/harbour/tides";
        let refused = of_file(&Error::forbidden("access_not_granted", "ask for access first"), page);
        assert_eq!((refused.kind(), error_code(&refused)), (Kind::Forbidden, Some("GatedRepo")));
        assert!(error_message(&refused).ends_with(page), "{}", error_message(&refused));
        let nobody = of_file(&Error::unauthenticated(), page);
        assert_eq!((nobody.kind(), error_code(&nobody)), (Kind::Unauthenticated, Some("GatedRepo")));
        let elsewhere = Error::conflict("referenced", "fetch them there").next("https://example.org/a.csv");
        let elsewhere = of_file(&elsewhere, page);
        assert_eq!(error_code(&elsewhere), Some("EntryNotFound"));
        assert!(elsewhere.detail().ends_with("https://example.org/a.csv"));
        assert_eq!(error_code(&of_file(&Error::not_found("file"), page)), Some("EntryNotFound"));
        assert_eq!(of_file(&Error::unavailable("busy", "later"), page).kind(), Kind::Unavailable);
    }

    #[test]
    fn a_message_is_fit_for_a_header_field() {
        let error = Error::forbidden("x", "zurückgezogen\r\nX-Evil: 1 – ja");
        assert_eq!(error_message(&error), "zur?ckgezogen??X-Evil: 1 ? ja");
    }
}
