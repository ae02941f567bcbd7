//! The check before the service starts: does the store take, give back and delete bytes, and if not, why.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use object_store::{ObjectStoreExt as _, PutPayload};
use tokio::time::timeout;

use crate::kernel::{Error, Kind, Result, UploadId, random_bytes};

use super::BlobKey;
use super::errors::{Answer, Failure};
use super::key::STAGING;
use super::local::{Local, blocking_result, in_folder};
use super::s3::S3;

/// How long the whole check may take.
const PATIENCE: Duration = Duration::from_secs(9);

/// Checks a bucket.
pub(super) async fn s3(s3: &S3) -> Result<()> {
    let slow = || {
        unavailable("store_unreachable", format!("{} does not answer in time; is it overloaded?", place(s3)))
    };
    timeout(PATIENCE, probe_s3(s3)).await.unwrap_or_else(|_| Err(slow()))
}

async fn probe_s3(s3: &S3) -> Result<()> {
    s3.probe.credentials().get_credential().await.map_err(|error| {
        let detail = "no credentials for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role";
        unavailable("store_credentials", detail).caused_by("looking for credentials", Answer::new(&error))
    })?;
    let explained = |error| explain(s3, &error);
    // Asked first, since some services make a missing bucket when they are written to.
    s3.glance().await.map_err(explained)?;

    let path = s3.path(BlobKey::of(&UploadId::generate()).as_str());
    let bytes: [u8; 32] = random_bytes()?;
    s3.probe.put(&path, PutPayload::from(bytes.to_vec())).await.map_err(|error| {
        match Failure::of(&error) {
            Failure::Denied => read_only(s3, "written", &error),
            _ => explain(s3, &error),
        }
    })?;
    let back = s3.probe.get(&path).await.map_err(explained)?.bytes().await.map_err(explained)?;
    s3.probe.delete(&path).await.map_err(|error| match Failure::of(&error) {
        Failure::Denied => read_only(s3, "deleted from", &error),
        _ => explain(s3, &error),
    })?;
    if back == bytes.as_slice() { Ok(()) } else { Err(not_the_same(&place(s3))) }
}

/// What the operator has to know about a failing bucket.
pub(super) fn explain(s3: &S3, error: &object_store::Error) -> Error {
    let (place, bucket) = (place(s3), &s3.bucket.name);
    let (code, detail) = match Failure::of(error) {
        Failure::Unreachable => (
            "store_unreachable",
            format!("{place} does not answer; is the endpoint right and the service up?"),
        ),
        Failure::Credentials => (
            "store_credentials",
            format!(
                "{place} refuses the credentials; look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the clock"
            ),
        ),
        Failure::Denied => (
            "store_credentials",
            format!(
                "{place} knows the credentials and refuses access; they need to list, read, write and delete in bucket {bucket}"
            ),
        ),
        Failure::NoBucket => (
            "store_bucket_missing",
            format!("there is no bucket {bucket} at {place}; make it, or correct the name"),
        ),
        Failure::Region => (
            "store_region",
            format!("bucket {bucket} lies in another region; set region= in the URL or AWS_REGION"),
        ),
        Failure::Missing | Failure::Other => {
            ("store_failed", format!("{place} does not behave like S3; is the endpoint right?"))
        }
    };
    unavailable(code, detail).caused_by("asking the bucket", Answer::new(error))
}

fn read_only(s3: &S3, verb: &str, error: &object_store::Error) -> Error {
    let detail = format!(
        "bucket {} can be read and not {verb}; give the credentials the right to put and delete objects, and to abort multipart uploads",
        s3.bucket.name
    );
    unavailable("store_read_only", detail).caused_by("writing a probe", Answer::new(error))
}

fn place(s3: &S3) -> String {
    match &s3.bucket.endpoint {
        Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
        None => "the S3 service".to_owned(),
    }
}

/// Checks a folder, and makes it when it is not there.
pub(super) async fn local(local: &Local) -> Result<()> {
    let root = local.root().to_owned();
    let slow = {
        let detail =
            format!("{} does not answer in time; is it on a network drive that is gone?", root.display());
        unavailable("store_unreachable", detail)
    };
    let probe = blocking_result("checking the folder of blobs", move || probe_folder(&root));
    timeout(PATIENCE, probe).await.unwrap_or(Err(slow))
}

fn probe_folder(root: &Path) -> Result<()> {
    let shown = root.display();
    if root.exists() && !root.is_dir() {
        let detail = format!("{shown} is a file, and blobs need a folder; name another path");
        return Err(unavailable("store_path", detail));
    }
    fs::create_dir_all(root).map_err(|error| {
        let detail = format!(
            "the folder {shown} is not there and cannot be made: {error}; make it, or name another path"
        );
        unavailable("store_path", detail).caused_by("making the folder of blobs", error)
    })?;
    let bytes: [u8; 32] = random_bytes()?;
    let back = write_and_read(root, &bytes).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            let detail = format!("the folder {shown} has no room left; free some, or name another path");
            unavailable("store_full", detail).caused_by("writing a probe", error)
        }
        _ => {
            let detail = format!("the folder {shown} cannot be written: {error}; give this user the right to, or name another path");
            unavailable("store_read_only", detail).caused_by("writing a probe", error)
        }
    })?;
    if back == bytes { Ok(()) } else { Err(not_the_same(&shown.to_string())) }
}

fn write_and_read(root: &Path, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let upload = UploadId::generate();
    let (staging, target) =
        (root.join(STAGING).join(upload.as_str()), root.join(BlobKey::of(&upload).as_str()));
    let mut file = in_folder(&staging, |path| File::create_new(path))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    in_folder(&target, |target| fs::rename(&staging, target))?;
    let back = fs::read(&target)?;
    fs::remove_file(target)?;
    Ok(back)
}

/// Whether the folder is still there.
pub(super) async fn local_ready(local: &Local) -> Result<()> {
    let staging = local.root().join(STAGING);
    blocking_result("looking at the folder of blobs", move || {
        fs::metadata(&staging).map(drop).map_err(|error| {
            let detail = format!("{} is gone; is the drive mounted?", staging.display());
            unavailable("store_path", detail).caused_by("looking at the folder of blobs", error)
        })
    })
    .await
}

fn not_the_same(place: &str) -> Error {
    unavailable("store_failed", format!("{place} gives back other bytes than were written; do not use it"))
}

fn unavailable(code: &'static str, detail: impl Into<String>) -> Error {
    Error::new(Kind::Unavailable, code, detail)
}
