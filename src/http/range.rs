//! Byte ranges (RFC 9110, 14): one, several as `multipart/byteranges`, `If-Range`, and answers that count what
//! really left.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::http::header::{ByteRangeSpec, CONTENT_RANGE, Header as _, IF_RANGE, Range as RangeHeader};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use bytes::Bytes;
use futures_util::Stream;

use crate::kernel::{Error, Kind, Result};

/// More ranges than this in one request are answered with the whole file, as the standard allows.
const MOST_RANGES: usize = 16;

/// What a request wants of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// These parts, each within the file.
    Parts(Vec<Range<u64>>),
}

/// Reads `Range` and `If-Range` against a file with this length and strong entity tag.
///
/// # Errors
/// 416 when not one of the ranges lies within the file.
pub fn wanted(req: &HttpRequest, length: u64, etag: &str) -> Result<Wanted> {
    let condition = req.headers().get(IF_RANGE).and_then(|value| value.to_str().ok());
    if condition.is_some_and(|condition| condition != etag) {
        return Ok(Wanted::Whole);
    }
    // A Range that cannot be read is ignored, as the standard wants.
    let Ok(RangeHeader::Bytes(specs)) = RangeHeader::parse(req) else { return Ok(Wanted::Whole) };
    if specs.is_empty() || specs.len() > MOST_RANGES {
        return Ok(Wanted::Whole);
    }
    let parts: Vec<Range<u64>> = specs.iter().filter_map(|spec| within(spec, length)).collect();
    if parts.is_empty() {
        return Err(Error::new(
            Kind::RangeNotSatisfiable,
            "range",
            format!("the file has {length} bytes; ask for a range within it"),
        ));
    }
    let total: u64 = parts.iter().map(|part| part.end - part.start).sum();
    // Overlapping parts that add up to more than the file are somebody's attempt to make one request cost many.
    Ok(if total > length { Wanted::Whole } else { Wanted::Parts(parts) })
}

/// The answer to a range that lies outside a representation of this length: it says the length (RFC 9110, 15.5.17).
#[must_use]
pub fn unsatisfiable(error: &Error, length: u64) -> HttpResponse {
    let mut response = error.error_response();
    if let Ok(value) = format!("bytes */{length}").parse() {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

fn within(spec: &ByteRangeSpec, length: u64) -> Option<Range<u64>> {
    spec.to_satisfiable_range(length).map(|(first, last)| first..last + 1)
}

/// A body that tells, when it ends or is dropped, how many bytes went out.
pub struct Counted<S, F: FnOnce(u64)> {
    body: S,
    sent: u64,
    tell: Option<F>,
}

impl<S, F: FnOnce(u64)> Counted<S, F> {
    /// Wraps a body.
    pub fn new(body: S, tell: F) -> Self {
        Self { body, sent: 0, tell: Some(tell) }
    }
}

impl<S: Stream<Item = Result<Bytes>> + Unpin, F: FnOnce(u64) + Unpin> Stream for Counted<S, F> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.body).poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            self.sent += bytes.len() as u64;
        }
        next
    }
}

impl<S, F: FnOnce(u64)> Drop for Counted<S, F> {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            tell(self.sent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn ask(range: &str, condition: Option<&str>) -> Result<Wanted> {
        let mut request = TestRequest::default().insert_header(("Range", range));
        if let Some(condition) = condition {
            request = request.insert_header(("If-Range", condition));
        }
        wanted(&request.to_http_request(), 10, "\"e\"")
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "one range is what is expected")]
    fn ranges_follow_the_standard() {
        assert_eq!(ask("bytes=0-3", None).unwrap(), Wanted::Parts(vec![0..4]));
        assert_eq!(ask("bytes=-3", None).unwrap(), Wanted::Parts(vec![7..10]));
        assert_eq!(ask("bytes=8-100", None).unwrap(), Wanted::Parts(vec![8..10]));
        assert_eq!(ask("bytes=0-1,4-5,99-", None).unwrap(), Wanted::Parts(vec![0..2, 4..6]));
        assert_eq!(ask("bytes=10-", None).unwrap_err().kind(), Kind::RangeNotSatisfiable);
        assert_eq!(ask("bytes=0-9,0-9", None).unwrap(), Wanted::Whole);
        assert_eq!(ask("lines=1-2", None).unwrap(), Wanted::Whole);
        assert_eq!(ask("bytes=x", None).unwrap(), Wanted::Whole);
        assert_eq!(ask("bytes=0-3", Some("\"e\"")).unwrap(), Wanted::Parts(vec![0..4]));
        assert_eq!(ask("bytes=0-3", Some("\"old\"")).unwrap(), Wanted::Whole);
    }

    #[test]
    fn what_went_out_is_told_even_when_the_client_leaves() {
        let told = std::cell::Cell::new(0);
        let body =
            futures_util::stream::iter([Ok(Bytes::from_static(b"abc")), Ok(Bytes::from_static(b"de"))]);
        let mut counted = Counted::new(body, |sent| told.set(sent));
        assert!(futures_util::FutureExt::now_or_never(futures_util::StreamExt::next(&mut counted)).is_some());
        drop(counted);
        assert_eq!(told.get(), 3);
    }
}
