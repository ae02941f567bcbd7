//! Checks of referenced files: asked for by the provider, done in the background, never silent.
//!
//! The service fetches only from hosts that the operator named, follows no redirect, reads no more than was declared, and
//! stops after ten minutes; see [`crate::fetch`].

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::super::find::Action;
use super::super::store;
use super::super::versions::{VersionName, find_version};
use super::model::{Content, FileLocation, Reference};
use super::path::FilePath;
use super::view::{CheckOutcome, ReferenceCheck};
use crate::db::{Conn, Db};
use crate::fetch::{Ask, FetchError, Fetcher, Limits, Reach};
use crate::jobs::{Job, enqueue};
use crate::kernel::{Ctx, Digest, Error, Hasher, Result, Scope, Slug, VersionId};

/// The kind of job that does a check.
pub const CHECK_JOB: &str = "check_reference";

/// The bytes as they are: how many there are and what they hash to is what is checked.
const ASK: Ask<'static> = Ask {
    reach: Reach::Hosts(&[]),
    accept: "*/*",
    media_types: &[],
    etag: None,
    last_modified: None,
    compressed: false,
    limits: Limits {
        // What was declared is the limit.
        bytes: u64::MAX,
        redirects: 0,
        patience: Duration::from_secs(30),
        // Shorter than a job is held, so that no other replica begins it too.
        total: Duration::from_secs(600),
        slowest: 0,
    },
};

#[derive(Serialize, Deserialize)]
struct CheckJob {
    version: VersionId,
    path: FilePath,
}

/// Asks for a check.
///
/// # Errors
/// 401, 403, 404; 409 `not_checkable` for a held file or one without a direct link.
pub async fn ask_check(db: &Db, ctx: &Ctx, name: VersionName, path: FilePath) -> Result<ReferenceCheck> {
    ctx.require(Scope::Publish)?;
    let at = ctx.clone();
    db.write("ask_check", move |tx| {
        tx.once(&at, |tx| {
            let (_, version) = find_version(tx, &at, &name, Action::Publish)?;
            let entry = store::file(tx, &version.id, &path)?.ok_or_else(|| Error::not_found("file"))?;
            if target(&entry.location, entry.content).is_none() {
                return Err(Error::conflict(
                    "not_checkable",
                    "only a file with a download link, size and digest can be checked",
                ));
            }
            let check = ReferenceCheck {
                outcome: CheckOutcome::Pending,
                detail: "waits for its turn".into(),
                checked_at: at.now,
            };
            store::put_check(tx, &version.id, &path, &check)?;
            let job = serde_json::to_value(CheckJob { version: version.id, path: path.clone() })
                .map_err(|error| Error::internal("job", error))?;
            enqueue(tx, CHECK_JOB, &job, at.now)?;
            Ok(check)
        })
    })
    .await
}

fn target(location: &FileLocation, content: Option<Content>) -> Option<(String, Content)> {
    match (location, content) {
        (FileLocation::Referenced(Reference::DownloadUrl { url }), Some(content)) => {
            Some((url.clone(), content))
        }
        _ => None,
    }
}

/// Does a check that was asked for.
///
/// # Errors
/// When the database fails; what the other side does is an outcome, not an error.
pub async fn run_check(db: &Db, fetcher: &Fetcher, ctx: &Ctx, job: &Job) -> Result<()> {
    let CheckJob { version, path } =
        serde_json::from_str(&job.payload).map_err(|error| Error::internal("job", error))?;
    let (id, wanted) = (version.clone(), path.clone());
    let Some(asked) = db.read(move |conn| checkable(conn, &id, &wanted)).await? else { return Ok(()) };
    let (url, content) = asked.clone();
    let (outcome, detail) = compare(fetcher, &url, content).await;
    let check = ReferenceCheck { outcome, detail, checked_at: ctx.now };
    db.write("note_check", move |tx| {
        // What was found says nothing of a file that has taken this place meanwhile.
        if checkable(tx, &version, &path)? == Some(asked) {
            store::put_check(tx, &version, &path, &check)?;
        }
        Ok(())
    })
    .await
}

/// Where a file can be fetched, and what it must be; nothing for one that is not there or cannot be checked.
fn checkable(conn: &mut Conn, version: &VersionId, path: &FilePath) -> Result<Option<(String, Content)>> {
    let entry = store::file(conn, version, path)?;
    Ok(entry.and_then(|entry| target(&entry.location, entry.content)))
}

/// What is found at an address, held against what was declared.
async fn compare(fetcher: &Fetcher, url: &str, expected: Content) -> (CheckOutcome, String) {
    match fetch(fetcher, url, expected.size).await {
        Err(FetchError::NotAllowed(reason)) => (CheckOutcome::NotAllowed, reason),
        Err(error) => (CheckOutcome::Unreachable, error.to_string()),
        Ok((size, _)) if size != expected.size => {
            (CheckOutcome::Mismatch, format!("declared {} bytes, found {size}", expected.size))
        }
        Ok((_, digest)) if digest != expected.sha256 => {
            (CheckOutcome::Mismatch, format!("declared {}, found {digest}", expected.sha256))
        }
        Ok(_) => (CheckOutcome::Verified, "size and digest are as declared".to_owned()),
    }
}

/// Reads the file as it is sent and hashes it; stops one byte after what was declared.
async fn fetch(fetcher: &Fetcher, url: &str, declared: u64) -> Result<(u64, Digest), FetchError> {
    let url = Url::parse(url).map_err(|_| FetchError::NotAllowed("the address cannot be read".into()))?;
    let mut answer = fetcher.get(&url, &ASK).await?;
    let (mut size, mut hasher) = (0, Hasher::default());
    while let Some(chunk) = answer.next().await? {
        size += chunk.len() as u64;
        hasher.update(&chunk);
        if size > declared {
            break;
        }
    }
    Ok((size, hasher.finish()))
}

/// Where these bytes are published: organisation, dataset, version and path of each file.
///
/// # Errors
/// When the database fails.
pub async fn occurrences(db: &Db, ctx: &Ctx, sha256: Digest) -> Result<Vec<(Slug, Slug, String, String)>> {
    let ctx = ctx.clone();
    db.read(move |conn| store::occurrences(conn, &ctx, &sha256, 200)).await
}
