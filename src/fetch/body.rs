//! What comes back: read under limits on bytes, time and speed, and decompressed under the same limit.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use tokio::time::{Instant, timeout_at};

use super::failure::FetchError;

/// How much one answer may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes, on the wire and after decompression alike.
    pub bytes: u64,
    /// How many redirects are followed.
    pub redirects: usize,
    /// How long to wait for a connection, for the head of the answer, and for the next bytes.
    pub patience: Duration,
    /// How long all of it may take.
    pub total: Duration,
    /// The least bytes a second on average, looked at from the tenth second on.
    pub slowest: u64,
}

/// How long an answer may take before its speed is looked at.
const GRACE: Duration = Duration::from_secs(10);

/// The bytes of an answer that are still to come.
pub(super) struct Body {
    response: reqwest::Response,
    limits: Limits,
    begun: Instant,
    deadline: Instant,
    wire: u64,
    decoder: Option<MultiGzDecoder<Room>>,
}

impl Body {
    pub(super) fn new(response: reqwest::Response, limits: Limits, deadline: Instant, is_gzip: bool) -> Self {
        let room = Room { bytes: Vec::new(), left: limits.bytes, is_full: false };
        let decoder = is_gzip.then(|| MultiGzDecoder::new(room));
        Self { response, limits, begun: Instant::now(), deadline, wire: 0, decoder }
    }

    /// The next bytes, decompressed; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        loop {
            let Some(chunk) = self.chunk().await? else { return self.rest() };
            let Some(decoder) = &mut self.decoder else { return Ok(Some(chunk)) };
            let written = decoder.write_all(&chunk);
            let room = decoder.get_mut();
            if room.is_full {
                return Err(FetchError::TooLarge(self.limits.bytes));
            }
            written.map_err(|error| FetchError::Coding(error.to_string()))?;
            if !room.bytes.is_empty() {
                return Ok(Some(std::mem::take(&mut room.bytes).into()));
            }
        }
    }

    /// What the decompressor still holds at the end.
    fn rest(&mut self) -> Result<Option<Bytes>, FetchError> {
        let Some(mut decoder) = self.decoder.take() else { return Ok(None) };
        let ended = decoder.try_finish();
        let room = decoder.get_mut();
        if room.is_full {
            return Err(FetchError::TooLarge(self.limits.bytes));
        }
        ended.map_err(|error| FetchError::Coding(error.to_string()))?;
        let bytes = std::mem::take(&mut room.bytes);
        Ok((!bytes.is_empty()).then(|| bytes.into()))
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let until = self.deadline.min(Instant::now() + self.limits.patience);
        let waited = timeout_at(until, self.response.chunk()).await;
        let chunk = match waited {
            Ok(chunk) => chunk.map_err(|error| FetchError::Unreachable(reason(error)))?,
            Err(_) if until == self.deadline => return Err(FetchError::Late),
            Err(_) => return Err(FetchError::Silent(self.limits.patience)),
        };
        self.wire += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        if self.wire > self.limits.bytes {
            return Err(FetchError::TooLarge(self.limits.bytes));
        }
        let taken = self.begun.elapsed();
        if chunk.is_some() && taken > GRACE && self.wire < self.limits.slowest * taken.as_secs() {
            return Err(FetchError::TooSlow(self.limits.slowest));
        }
        Ok(chunk)
    }
}

/// What went wrong with a connection, with its causes, and without the address.
pub(super) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

/// Room for what is decompressed: a small text that unfolds into a huge one is stopped where the room ends.
struct Room {
    bytes: Vec<u8>,
    left: u64,
    is_full: bool,
}

impl std::io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() as u64 > self.left {
            self.is_full = true;
            return Err(std::io::Error::other("there is no room for more"));
        }
        self.left -= bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
