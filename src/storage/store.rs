//! The store as the rest of the house sees it, whatever lies underneath.

use std::ops::Range;
use std::time::Duration;

use ::url::Url;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};

use crate::kernel::{Result, Timestamp, UploadId};

use super::errors::unreachable_now;
use super::local::Local;
use super::s3::S3;
use super::url::Place;
use super::{BlobKey, BlobsUrl, Expect, SignedGet, Stored, check};

/// How long the question behind `/readyz` may take.
const READY: Duration = Duration::from_secs(3);

/// The place where all bytes lie. A clone is the same store.
#[derive(Debug, Clone)]
pub struct BlobStore(Backend);

#[derive(Debug, Clone)]
pub(super) enum Backend {
    Local(Local),
    S3(S3),
}

/// A blob that lies in the store, whether the database knows it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it lies.
    pub key: BlobKey,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, by the clock of the store.
    pub modified: Timestamp,
}

impl BlobStore {
    pub(super) fn backend(&self) -> &Backend {
        &self.0
    }

    /// Opens a store; touches neither disk nor network, see [`check`](Self::check).
    ///
    /// # Errors
    /// When the `AWS_*` variables contradict each other.
    pub fn open(url: &BlobsUrl) -> Result<Self> {
        Ok(Self(match &url.0 {
            Place::Folder(path) => Backend::Local(Local::new(path)),
            Place::Bucket(bucket) => Backend::S3(S3::open(bucket)?),
        }))
    }

    /// The check before the service starts: writes a small probe, reads it back, deletes it. Takes at most ten
    /// seconds.
    ///
    /// # Errors
    /// `Unavailable`, with a sentence that says what is wrong and what to do: `store_path`, `store_read_only`,
    /// `store_full`, `store_unreachable`, `store_credentials`, `store_bucket_missing`, `store_region`,
    /// `store_failed`.
    pub async fn check(&self) -> Result<()> {
        match &self.0 {
            Backend::Local(local) => check::local(local).await,
            Backend::S3(s3) => check::s3(s3).await,
        }
    }

    /// Whether the store answers just now; cheap enough for a readiness probe.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer within three seconds.
    pub async fn ready(&self) -> Result<()> {
        let answer = async {
            match &self.0 {
                Backend::Local(local) => check::local_ready(local).await,
                Backend::S3(s3) => s3.glance().await.map_err(|error| check::explain(s3, &error)),
            }
        };
        tokio::time::timeout(READY, answer).await.unwrap_or_else(|_| Err(unreachable_now()))
    }

    /// Stores a body under the key of this upload, and returns when it is durable.
    ///
    /// Memory stays flat: about 1 MiB on local files; on S3 two parts, an upload's own, and at most two more
    /// that all uploads share. A part is 5 MiB for bodies up to 48 GiB, and grows with the size beyond.
    /// After an error, or when the future is dropped, nothing is visible and the rest is cleaned up, on S3 by a
    /// task in the background.
    ///
    /// An upload id is used once.
    ///
    /// # Errors
    /// `TooLarge` (`upload_too_large`) for a body beyond `max_bytes`; `Invalid` (`size_mismatch`,
    /// `digest_mismatch`) when it is not what was declared; an error of the body as it is; `Unavailable` or
    /// `Internal` when the store fails.
    pub async fn put<S>(&self, upload: &UploadId, body: S, expect: Expect) -> Result<Stored>
    where
        S: Stream<Item = Result<Bytes>> + Unpin,
    {
        expect.begin()?;
        let key = BlobKey::of(upload);
        let landed = match &self.0 {
            Backend::Local(local) => local.put(&key, body, &expect).await?,
            Backend::S3(s3) => s3.put(&key, body, &expect).await?,
        };
        Ok(landed.keep(key))
    }

    /// The bytes of a blob, or of a range within it.
    ///
    /// # Errors
    /// `Internal` when there is no such blob, or it ends before the range does: the database said it is there.
    /// `Unavailable` when the store does not answer.
    pub async fn get(
        &self,
        key: &BlobKey,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        if range.as_ref().is_some_and(Range::is_empty) {
            return Ok(stream::empty().boxed());
        }
        match &self.0 {
            Backend::Local(local) => local.get(key, range).await,
            Backend::S3(s3) => s3.get(key, range).await,
        }
    }

    /// A link that downloads the blob from the bucket without passing through the service; `None` on local
    /// files. It is good for `GET` alone, not for `HEAD`.
    ///
    /// # Errors
    /// When no credentials can be had to sign with.
    pub async fn sign_get(&self, key: &BlobKey, signed: &SignedGet) -> Result<Option<Url>> {
        match &self.0 {
            Backend::Local(_) => Ok(None),
            Backend::S3(s3) => s3.sign_get(key, signed).await.map(Some),
        }
    }

    /// Deletes a blob; one that is not there is fine.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, key: &BlobKey) -> Result<()> {
        match &self.0 {
            Backend::Local(local) => local.delete(key).await,
            Backend::S3(s3) => s3.delete(key).await,
        }
    }

    /// Every blob in the store, in no order, for the sweep of those the database does not know. Files that are
    /// not named like a blob are left out.
    #[must_use]
    pub fn list(&self) -> BoxStream<'static, Result<Listed>> {
        match &self.0 {
            Backend::Local(local) => local.list(),
            Backend::S3(s3) => s3.list(),
        }
    }

    /// Removes what uploads left behind that were cut off, by a crash for example, before this instant. On S3
    /// the instant is compared with the begin of an upload, so leave the longest ones time.
    ///
    /// An upload to S3 that ended in the very moment between its begin and the note of it cannot be found
    /// through this; a lifecycle rule of the bucket (`AbortIncompleteMultipartUpload`) covers it.
    ///
    /// Returns how many uploads were swept away.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep_staging(&self, before: Timestamp) -> Result<u64> {
        match &self.0 {
            Backend::Local(local) => local.sweep_staging(before).await,
            Backend::S3(s3) => s3.sweep_staging(before).await,
        }
    }
}
