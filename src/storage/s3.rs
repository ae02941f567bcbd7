//! Blobs in a bucket of a service that speaks S3.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use ::url::Url;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::list::{PaginatedListOptions, PaginatedListStore as _};
use object_store::multipart::MultipartStore as _;
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer as _};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, RetryConfig,
};
use tokio::sync::Semaphore;

use crate::kernel::{Error, Result, Timestamp};

use super::errors::{Failure, from_s3};
use super::key::{BLOBS, STAGING};
use super::s3_put::EXTRA_PARTS;
use super::sign::LONGEST;
use super::url::Bucket;
use super::{BlobKey, Listed, SignedGet};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(3);
/// How long the service may keep silent: also the most that sending one part may take.
const SILENCE: Duration = Duration::from_secs(60);

/// A bucket, reached in two ways: patiently for work, and impatiently for checks.
#[derive(Debug, Clone)]
pub(super) struct S3 {
    pub(super) work: Arc<AmazonS3>,
    pub(super) probe: Arc<AmazonS3>,
    pub(super) bucket: Arc<Bucket>,
    /// Parts that may be on their way beyond the one that every upload has.
    pub(super) extra_parts: Arc<Semaphore>,
}

impl S3 {
    pub(super) fn open(bucket: &Bucket) -> Result<Self> {
        let patient =
            RetryConfig { max_retries: 5, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() };
        let backoff = BackoffConfig { max_backoff: Duration::from_millis(500), ..BackoffConfig::default() };
        let impatient = RetryConfig { max_retries: 1, retry_timeout: Duration::from_secs(3), backoff };
        Ok(Self {
            work: Arc::new(connect(bucket, SILENCE, patient)?),
            probe: Arc::new(connect(bucket, Duration::from_secs(8), impatient)?),
            bucket: Arc::new(bucket.clone()),
            extra_parts: Arc::new(Semaphore::new(EXTRA_PARTS)),
        })
    }

    /// The place of a key below the prefix.
    pub(super) fn path(&self, relative: &str) -> Path {
        Path::from(format!("{}/{relative}", self.bucket.prefix))
    }

    pub(super) async fn get(
        &self,
        key: &BlobKey,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        const DOING: &str = "reading a blob";
        let options = GetOptions { range: range.clone().map(Into::into), ..GetOptions::default() };
        let path = self.path(key.as_str());
        let found = self.work.get_opts(&path, options).await.map_err(|error| from_s3(DOING, &error))?;
        if range.is_some_and(|wanted| wanted != found.range) {
            return Err(Error::internal(DOING, format!("{key} has only {} bytes", found.meta.size)));
        }
        Ok(found.into_stream().map_err(|error| from_s3(DOING, &error)).boxed())
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<()> {
        match self.work.delete(&self.path(key.as_str())).await {
            Err(error) if Failure::of(&error) != Failure::Missing => Err(from_s3("deleting a blob", &error)),
            _ => Ok(()),
        }
    }

    pub(super) async fn sign_get(&self, key: &BlobKey, signed: &SignedGet) -> Result<Url> {
        let options = SignedUrlOptions::new().with_query([
            ("response-content-disposition", signed.disposition()),
            ("response-content-type", signed.media_type.clone()),
        ]);
        let path = self.path(key.as_str());
        let valid = signed.valid.clamp(Duration::from_secs(1), LONGEST);
        self.work
            .signed_url_opts(object_store::signer::Method::GET, &path, valid, &options)
            .await
            .map_err(|error| from_s3("signing a link", &error))
    }

    /// Every blob, a page of the bucket at a time.
    pub(super) fn list(&self) -> BoxStream<'static, Result<Listed>> {
        let prefix = self.path(BLOBS);
        let listed = |object: ObjectMeta| {
            let segments: Vec<_> = object.location.as_ref().rsplitn(4, '/').take(3).collect();
            let [id, shard, blobs] = segments.as_slice() else { return None };
            // What is not ours is not listed, so that nobody sweeps it away.
            let key: BlobKey = format!("{blobs}/{shard}/{id}").parse().ok()?;
            Some(Listed { key, size: object.size, modified: modified(&object) })
        };
        self.work
            .list(Some(&prefix))
            .map_err(|error| from_s3("listing blobs", &error))
            .try_filter_map(move |object| std::future::ready(Ok(listed(object))))
            .boxed()
    }

    /// Ends the multipart uploads that began before an instant and were neither finished nor given up.
    pub(super) async fn sweep_staging(&self, before: Timestamp) -> Result<u64> {
        const DOING: &str = "sweeping broken uploads";
        let failed = |error| from_s3(DOING, &error);
        let mut swept = 0;
        let mut notes = self.work.list(Some(&self.path(STAGING)));
        while let Some(note) = notes.try_next().await.map_err(failed)? {
            let upload = note.location.filename().and_then(|id| id.parse().ok());
            let (Some(upload), true) = (upload, modified(&note) < before) else { continue };
            let noted = match self.work.get(&note.location).await {
                // The upload ended, or another replica swept it, while we looked.
                Err(error) if Failure::of(&error) == Failure::Missing => continue,
                noted => noted.map_err(failed)?,
            };
            let number = noted.bytes().await.map_err(failed)?;
            let number = String::from_utf8(number.into()).map_err(|error| Error::internal(DOING, error))?;
            self.abort(&BlobKey::of(&upload), &number).await.map_err(failed)?;
            swept += 1;
        }
        Ok(swept)
    }

    /// Gives up a multipart upload, and then forgets the note of it.
    pub(super) async fn abort(&self, key: &BlobKey, number: &String) -> object_store::Result<()> {
        let aborted = self.work.abort_multipart(&self.path(key.as_str()), number).await;
        if let Some(error) = aborted.err().filter(|error| Failure::of(error) != Failure::Missing) {
            return Err(error);
        }
        self.work.delete(&self.path(&key.staging())).await
    }

    /// One page of one key: the cheapest question that needs bucket, credentials and network.
    pub(super) async fn glance(&self) -> object_store::Result<()> {
        let options = PaginatedListOptions { max_keys: Some(1), ..PaginatedListOptions::default() };
        self.probe.list_paginated(Some(self.path(BLOBS).as_ref()), options).await.map(drop)
    }
}

fn modified(object: &ObjectMeta) -> Timestamp {
    Timestamp::from_millis(object.last_modified.timestamp_millis())
}

fn connect(bucket: &Bucket, silence: Duration, retry: RetryConfig) -> Result<AmazonS3> {
    let from_env = AmazonS3Builder::from_env();
    let env = |key| from_env.get_config_value(&key).and_then(|value| Url::parse(&value).ok());
    let endpoint = bucket.endpoint.clone();
    let endpoint =
        endpoint.or_else(|| env(AmazonS3ConfigKey::S3Endpoint)).or_else(|| env(AmazonS3ConfigKey::Endpoint));
    let plain = endpoint.as_ref().is_some_and(|url| url.scheme() == "http");
    // A dot in the bucket's name does not fit under the wildcard of Amazon's certificate.
    let hosted = bucket.virtual_hosted.unwrap_or(endpoint.is_none() && !bucket.name.contains('.'));

    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(CONNECT)
        .with_read_timeout(silence)
        .with_allow_http(plain);
    let mut builder = from_env
        .with_bucket_name(&bucket.name)
        .with_client_options(client)
        .with_retry(retry)
        .with_virtual_hosted_style_request(hosted)
        // Not every service that speaks S3 knows DeleteObjects, and we delete one at a time.
        .with_disable_bulk_delete(true)
        // Over TLS the connection guards the bytes; hashing them once more for the signature would cost a
        // second per GiB.
        .with_unsigned_payload(!plain);
    if let Some(region) = &bucket.region {
        builder = builder.with_region(region);
    }
    if let Some(mut url) = endpoint {
        if hosted {
            let host = format!("{}.{}", bucket.name, url.host_str().unwrap_or_default());
            url.set_host(Some(&host)).map_err(|_| {
                Error::invalid(
                    "blobs",
                    "blobs_url",
                    "this bucket and endpoint make no host name; leave virtual_hosted out",
                )
            })?;
        }
        builder = builder.with_config(AmazonS3ConfigKey::S3Endpoint, url.as_str().trim_end_matches('/'));
    }
    builder.build().map_err(|error| {
        Error::invalid(
            "blobs",
            "blobs_url",
            "the S3 settings do not fit together; look at the AWS_* variables",
        )
        .caused_by("configuring S3", super::errors::Answer::new(&error))
    })
}
