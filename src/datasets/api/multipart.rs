//! Several parts of a file in one body (RFC 9110, 14.6).

use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::super::files::Allowed;
use crate::kernel::{Error, Result};
use crate::storage::BlobStore;

/// A body of several parts, each after a head of its own.
pub(super) struct Multipart {
    boundary: String,
    parts: Vec<(Bytes, Range<u64>)>,
    end: Bytes,
}

impl Multipart {
    /// The parts of this file, in the order that is asked for.
    pub(super) fn new(allowed: &Allowed, parts: &[Range<u64>]) -> Self {
        // Cannot occur in the file but by a preimage: it is drawn from the file's own digest.
        let mut boundary = allowed.content.sha256.to_string();
        boundary.truncate(32);
        let parts = parts
            .iter()
            .map(|part| {
                let head = format!(
                    "\r\n--{boundary}\r\nContent-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\n\r\n",
                    allowed.media_type,
                    part.start,
                    part.end - 1,
                    allowed.content.size
                );
                (Bytes::from(head), part.clone())
            })
            .collect();
        let end = Bytes::from(format!("\r\n--{boundary}--\r\n"));
        Self { boundary, parts, end }
    }

    /// What stands between the parts.
    pub(super) fn boundary(&self) -> &str {
        &self.boundary
    }

    /// How many bytes the body has.
    pub(super) fn length(&self) -> u64 {
        let parts: u64 =
            self.parts.iter().map(|(head, part)| head.len() as u64 + (part.end - part.start)).sum();
        parts + self.end.len() as u64
    }

    /// How many bytes of the file are among the first bytes of the body.
    pub(super) fn of_file(&self, sent: u64) -> u64 {
        let mut rest = sent;
        let mut of_file = 0;
        for (head, part) in &self.parts {
            rest = rest.saturating_sub(head.len() as u64);
            let taken = rest.min(part.end - part.start);
            of_file += taken;
            rest -= taken;
        }
        of_file
    }

    /// The body.
    pub(super) fn stream(&self, store: BlobStore, allowed: &Allowed) -> BoxStream<'static, Result<Bytes>> {
        let (key, end) = (allowed.key.clone(), self.end.clone());
        let parts = stream::iter(self.parts.clone()).then(move |(head, part)| {
            let (store, key) = (store.clone(), key.clone());
            async move {
                let bytes = store.get(&key, Some(part)).await?;
                Ok::<_, Error>(stream::once(async move { Ok(head) }).chain(bytes))
            }
        });
        parts.try_flatten().chain(stream::once(async move { Ok(end) })).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_of_the_file_count() {
        let part = |head: &'static str, range| (Bytes::from_static(head.as_bytes()), range);
        let body = Multipart {
            boundary: "b".into(),
            parts: vec![part("12345", 0..3), part("123", 7..9)],
            end: Bytes::from_static(b"--"),
        };
        assert_eq!(body.length(), 5 + 3 + 3 + 2 + 2);
        for (sent, of_file) in [(0, 0), (5, 0), (6, 1), (8, 3), (11, 3), (12, 4), (13, 5), (15, 5)] {
            assert_eq!(body.of_file(sent), of_file, "{sent}");
        }
    }
}
