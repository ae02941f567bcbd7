//! How long answers take, by method, route and status.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::Method;
use metrics::Histogram;

/// The histograms of a route, by method and status. There are few, so that looking for one is comparing them all.
type OfRoute = Vec<(&'static str, u16, Histogram)>;

thread_local! {
    /// Asking the recorder for a histogram makes its labels anew; each thread asks once.
    static ANSWERS: RefCell<HashMap<String, OfRoute>> = RefCell::default();
}

/// Counts an answer. The route is the pattern, not the path: a label for every dataset would grow without end, and paths
/// may tell secrets.
pub(super) fn count(method: &Method, route: Option<String>, status: u16, took: Duration) {
    let (method, route) = (label(method), route.unwrap_or_else(|| "unmatched".to_owned()));
    ANSWERS.with_borrow_mut(|answers| {
        let known = match answers.get_mut(&route) {
            Some(known) => known,
            None => answers.entry(route.clone()).or_default(),
        };
        let same = |(m, s, _): &&(&str, u16, Histogram)| *m == method && *s == status;
        if let Some((_, _, histogram)) = known.iter().find(same) {
            histogram.record(took.as_secs_f64());
            return;
        }
        let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
        let histogram = metrics::histogram!("cadastre_http_request_seconds", &labels);
        histogram.record(took.as_secs_f64());
        known.push((method, status, histogram));
    });
}

/// A client may send any word as the method, and a label for each would grow without end.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
