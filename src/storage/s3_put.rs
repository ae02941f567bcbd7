//! An upload to a bucket: one PUT for a small body, a multipart upload for a big one.
//!
//! Every upload fills one part while another is on its way; two more parts may be on their way for all uploads
//! together. That bounds the memory of N uploads to 2 N + 2 parts, and a slow client can hold up nobody else.
//! What makes the bytes visible runs in a task of its own, so that a caller who hangs up cannot cut it in half.
//!
//! The number of a multipart upload is noted as a small object in `staging/` until it ends: that is how a sweep
//! finds those that a crash cut off.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{Stream, StreamExt as _};
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::kernel::{Digest, Error, Hasher, Result};

use super::BlobKey;
use super::errors::from_s3;
use super::put::{Expect, Landed};
use super::s3::S3;

/// The smallest part that S3 takes, and ours for most bodies.
const PART_BYTES: u64 = 5 * 1024 * 1024;
/// The most parts that S3 takes.
const MOST_PARTS: u64 = 10_000;
/// Parts of an unknown size double after so many: ten steps lead to 5 TiB, the biggest object of S3.
const PARTS_A_STEP: usize = 1_000;
/// Parts on their way beyond the one that each upload has, over all uploads.
pub(super) const EXTRA_PARTS: usize = 2;

impl S3 {
    pub(super) async fn put<S>(&self, key: &BlobKey, mut body: S, expect: &Expect) -> Result<Landed>
    where
        S: Stream<Item = Result<Bytes>> + Unpin,
    {
        let (mut hasher, mut size) = (Hasher::default(), 0_u64);
        let mut part = Part::new(expect.size, 0);
        let mut multipart: Option<Multipart> = None;
        while let Some(chunk) = body.next().await {
            let mut chunk = chunk?;
            size = size.saturating_add(chunk.len() as u64);
            expect.admit(size)?;
            hasher.update(&chunk);
            while !chunk.is_empty() {
                if part.is_full() {
                    let mut upload = match multipart.take() {
                        Some(upload) => upload,
                        None => Multipart::begin(self, key).await?,
                    };
                    upload.send(part.bytes.freeze()).await?;
                    part = Part::new(expect.size, upload.sent);
                    multipart = Some(upload);
                }
                part.fill(&mut chunk);
            }
        }
        let digest = hasher.finish();
        expect.verify(size, digest)?;
        let last = part.bytes.freeze();
        match multipart {
            None => self.put_at_once(key, last, digest).await,
            Some(mut upload) => {
                upload.send(last).await?;
                upload.complete(size, digest).await
            }
        }
    }

    async fn put_at_once(&self, key: &BlobKey, body: Bytes, digest: Digest) -> Result<Landed> {
        let (s3, path) = (self.clone(), self.path(key.as_str()));
        let landed = self.landed(key, body.len() as u64, digest);
        to_the_end(async move {
            s3.work.put(&path, body.into()).await.map_err(|error| from_s3("storing a blob", &error))?;
            Ok(landed)
        })
        .await
    }

    /// The guard is made before the request: one that seems to fail may have been carried out all the same.
    fn landed(&self, key: &BlobKey, size: u64, digest: Digest) -> Landed {
        let (s3, key) = (self.clone(), key.clone());
        Landed::new(size, digest, move || {
            in_background(async move {
                if let Err(error) = s3.delete(&key).await {
                    tracing::warn!(%key, %error, "could not delete what an upload left behind");
                }
            });
        })
    }
}

/// The part that is being filled.
struct Part {
    bytes: BytesMut,
    room: usize,
}

impl Part {
    fn new(body: Option<u64>, index: usize) -> Self {
        let room = part_size(body, index);
        // Small bodies are many; they shall not each claim a whole part.
        let expected = body.and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let capacity = if index == 0 { expected.min(room) } else { room };
        Self { bytes: BytesMut::with_capacity(capacity), room }
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= self.room
    }

    fn fill(&mut self, chunk: &mut Bytes) {
        let fits = chunk.len().min(self.room - self.bytes.len());
        self.bytes.extend_from_slice(&chunk.split_to(fits));
    }
}

/// The size of a part, so that a body of the declared size, or one of any size, fits into the parts there are.
/// Some services want all parts of an upload equal, and with a declared size they are.
fn part_size(body: Option<u64>, index: usize) -> usize {
    let size = match body {
        Some(body) => body.div_ceil(MOST_PARTS).max(PART_BYTES),
        None => PART_BYTES << (index / PARTS_A_STEP).min(9),
    };
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// A multipart upload under way. Given up when it is dropped before its end.
struct Multipart {
    s3: S3,
    key: BlobKey,
    path: Path,
    number: String,
    /// How many parts were sent off.
    sent: usize,
    on_their_way: JoinSet<Result<(usize, PartId)>>,
    arrived: BTreeMap<usize, PartId>,
    ended: bool,
}

impl Multipart {
    async fn begin(s3: &S3, key: &BlobKey) -> Result<Self> {
        let (s3, key) = (s3.clone(), key.clone());
        to_the_end(async move {
            let failed = |error| from_s3("beginning an upload", &error);
            let path = s3.path(key.as_str());
            let number = s3.work.create_multipart(&path).await.map_err(failed)?;
            let upload = Self {
                path,
                number,
                sent: 0,
                on_their_way: JoinSet::new(),
                arrived: BTreeMap::new(),
                ended: false,
                s3,
                key,
            };
            let note = upload.s3.path(&upload.key.staging());
            upload.s3.work.put(&note, upload.number.clone().into()).await.map_err(failed)?;
            Ok(upload)
        })
        .await
    }

    /// Sends a part off, as soon as there is room for it among those on their way.
    async fn send(&mut self, part: Bytes) -> Result<()> {
        let mut extra = None;
        while !self.on_their_way.is_empty() && extra.is_none() {
            extra = self.s3.extra_parts.clone().try_acquire_owned().ok();
            if extra.is_none() {
                self.one_arrived().await?;
            }
        }
        let (work, path, number, index) =
            (self.s3.work.clone(), self.path.clone(), self.number.clone(), self.sent);
        self.on_their_way.spawn(async move {
            let sent = work.put_part(&path, &number, index, PutPayload::from_bytes(part)).await;
            drop(extra);
            sent.map(|id| (index, id)).map_err(|error| from_s3("storing a part of a blob", &error))
        });
        self.sent += 1;
        Ok(())
    }

    async fn one_arrived(&mut self) -> Result<()> {
        if let Some(done) = self.on_their_way.join_next().await {
            let (index, id) =
                done.unwrap_or_else(|error| Err(Error::internal("storing a part of a blob", error)))?;
            self.arrived.insert(index, id);
        }
        Ok(())
    }

    async fn complete(mut self, size: u64, digest: Digest) -> Result<Landed> {
        while !self.on_their_way.is_empty() {
            self.one_arrived().await?;
        }
        let landed = self.s3.landed(&self.key, size, digest);
        to_the_end(async move {
            let parts = std::mem::take(&mut self.arrived).into_values().collect();
            let failed = |error| from_s3("finishing an upload", &error);
            self.s3.work.complete_multipart(&self.path, &self.number, parts).await.map_err(failed)?;
            self.ended = true;
            if let Err(error) = self.s3.work.delete(&self.s3.path(&self.key.staging())).await {
                tracing::warn!(key = %self.key, error = %super::errors::Answer::new(&error), "the note of an upload stays until the sweep");
            }
            Ok(landed)
        })
        .await
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let (s3, key, number) = (self.s3.clone(), self.key.clone(), std::mem::take(&mut self.number));
        let mut on_their_way = std::mem::take(&mut self.on_their_way);
        in_background(async move {
            // A part that arrives after the end would stay.
            on_their_way.shutdown().await;
            if let Err(error) = s3.abort(&key, &number).await {
                tracing::warn!(%key, error = %super::errors::Answer::new(&error), "an upload that was cut off stays until the sweep");
            }
        });
    }
}

/// Runs to its end even when the caller goes away.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(Error::internal("storing a blob", error)))
}

/// Cleans up without anybody waiting. With no runtime left the sweep does it one day.
fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        drop(runtime.spawn(work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn a_declared_size_fits_into_equal_parts() {
        assert_eq!(part_size(Some(GIB), 0) as u64, PART_BYTES);
        for body in [1, PART_BYTES, 48 * GIB, 49 * GIB, 5 * 1024 * GIB] {
            let part = part_size(Some(body), 7) as u64;
            assert!(part >= PART_BYTES && part * MOST_PARTS >= body, "{body}");
            assert_eq!(part_size(Some(body), 0), part_size(Some(body), 9_999));
        }
    }

    #[test]
    fn an_unknown_size_fits_up_to_the_biggest_object_of_s3() {
        let all: u64 = (0..10_000).map(|index| part_size(None, index) as u64).sum();
        assert!(all >= 4_995 * GIB, "{}", all / GIB);
        let first: u64 = (0..1_000).map(|index| part_size(None, index) as u64).sum();
        assert_eq!(first, 1_000 * PART_BYTES);
    }
}
