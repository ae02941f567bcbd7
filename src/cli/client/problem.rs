//! Problem documents of the server (RFC 9457) as failures of a command: the exit code and the next step.

use serde::Deserialize;
use serde_json::Value;

use super::error::{CliError, Exit};

/// What is used of a problem document; everything else in it is shown as it came.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    detail: String,
    request_id: String,
    errors: Vec<Field>,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Field {
    pointer: String,
    detail: String,
}

/// The failure that an answer of the server means. `path` is the path that was asked for.
#[must_use]
pub fn failure(status: u16, path: &str, body: &[u8]) -> CliError {
    let document: Option<Value> = serde_json::from_slice(body).ok();
    let problem: Problem =
        document.clone().and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
    let what = if problem.detail.is_empty() {
        format!("the server answered {status} to {path} without saying why")
    } else {
        problem.detail.clone()
    };
    let mut error = CliError::new(exit_of(status, &problem.code), what);
    // With a single wrong field the sentence names it already.
    if problem.errors.len() > 1 {
        error =
            error.details(problem.errors.iter().map(|field| format!("{}: {}", field.pointer, field.detail)));
    }
    if status >= 500 && !problem.request_id.is_empty() {
        error = error.details([format!("request id: {}", problem.request_id)]);
    }
    if let Some(hint) = hint(status, &problem, path) {
        error = error.hint(hint);
    }
    match document {
        Some(document) => error.problem(document),
        None => error,
    }
}

/// The exit code for a status and the stable code of the problem.
fn exit_of(status: u16, code: &str) -> Exit {
    match (status, code) {
        (_, "digest_mismatch" | "size_mismatch") => Exit::Integrity,
        (401, _) => Exit::NotSignedIn,
        (403, _) => Exit::Denied,
        (404 | 410, _) => Exit::NotFound,
        (409 | 412 | 428, _) => Exit::Conflict,
        (408 | 429 | 502..=504, _) => Exit::Unavailable,
        _ => Exit::Failure,
    }
}

/// What to do next, as a command line wherever there is one.
fn hint(status: u16, problem: &Problem, path: &str) -> Option<String> {
    let dataset = dataset_in(path).unwrap_or_else(|| "ORGANISATION/NAME".to_owned());
    let hint = match (status, problem.code.as_str()) {
        (401, _) => "cadastre login".to_owned(),
        (_, "access_not_granted" | "grant_ended") => format!(
            "cadastre request new {dataset} --organisation ORGANISATION --purpose PURPOSE --justification TEXT"
        ),
        (_, "request_pending") => match problem.next.as_deref().and_then(request_in) {
            Some(id) => format!("cadastre request show {id}"),
            None => format!("cadastre request list --dataset {dataset}"),
        },
        (_, "scope_missing") => "sign in anew for a token with all scopes: cadastre login".to_owned(),
        (_, "stale") => "somebody changed it meanwhile; run the command again".to_owned(),
        (404, _) if dataset_in(path).is_some() => {
            "cadastre list shows what you may see; is it the right server (--url), are you signed in?"
                .to_owned()
        }
        (410, _) => format!("cadastre show {dataset}"),
        (429 | 502..=504, _) => "run the command again later".to_owned(),
        _ => return problem.next.clone(),
    };
    Some(hint)
}

/// The dataset that an API path is about.
fn dataset_in(path: &str) -> Option<String> {
    let (_, rest) = path.split_once("/datasets/")?;
    let mut segments = rest.split('/');
    Some(format!("{}/{}", segments.next()?, segments.next()?))
}

/// The id of the request that an API path is about.
fn request_in(path: &str) -> Option<&str> {
    path.rsplit('/').next().filter(|id| id.starts_with("rq_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_exit_code() {
        for (status, code, exit) in [
            (400, "malformed", 1),
            (401, "sign_in_required", 4),
            (401, "sign_in_to_ask", 4),
            (403, "access_not_granted", 5),
            (403, "request_pending", 5),
            (403, "grant_ended", 5),
            (403, "secure_environment_only", 5),
            (404, "not_found", 3),
            (409, "name_taken", 7),
            (410, "withdrawn", 3),
            (412, "stale", 7),
            (422, "invalid", 1),
            (422, "digest_mismatch", 6),
            (428, "if_match_required", 7),
            (429, "too_many_requests", 8),
            (500, "internal", 1),
            (502, "", 8),
            (503, "store_unreachable", 8),
            (504, "", 8),
            (507, "quota_exceeded", 1),
        ] {
            let body = format!(r#"{{"code":"{code}","detail":"so it is"}}"#);
            let error = failure(status, "/api/v1/me", body.as_bytes());
            assert_eq!(error.exit().code(), exit, "{status} {code}");
        }
    }

    #[test]
    fn the_next_step_is_a_command_line() {
        let path = "/api/v1/datasets/harbour/wind/versions/1.0.0/download-plan";
        let hint =
            |status, body: &str| failure(status, path, body.as_bytes()).next_step().unwrap().to_owned();
        assert!(
            hint(403, r#"{"code":"access_not_granted"}"#).starts_with("cadastre request new harbour/wind ")
        );
        let pending = r#"{"code":"request_pending","next":"/api/v1/requests/rq_1"}"#;
        assert_eq!(hint(403, pending), "cadastre request show rq_1");
        assert_eq!(hint(401, "{}"), "cadastre login");
        assert!(hint(403, r#"{"code":"scope_missing"}"#).ends_with("cadastre login"));
        assert!(hint(404, r#"{"code":"not_found"}"#).starts_with("cadastre list"));
        assert_eq!(
            hint(409, r#"{"code":"referenced","next":"https://example.org/a"}"#),
            "https://example.org/a"
        );
    }

    #[test]
    fn field_errors_are_listed_and_foreign_bodies_are_survived() {
        let body = r#"{"detail":"2 fields are not valid","future":1,
            "errors":[{"pointer":"/a","detail":"is required"},{"pointer":"/b","detail":"is too long"}]}"#;
        let error = failure(422, "/api/v1/datasets", body.as_bytes());
        assert_eq!(error.to_string(), "error: 2 fields are not valid\n  /a: is required\n  /b: is too long");
        let error = failure(502, "/api/v1/me", b"<html>Bad Gateway</html>");
        assert!(error.what().contains("502"), "{error}");
    }
}
