//! Checks of referenced files: asked for by the provider, done in the background, never silent.
//!
//! The service fetches only from hosts that the operator named, follows no redirect, refuses addresses inside
//! private networks unless the operator named the address itself, reads no more than was declared, and stops after
//! ten minutes.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::{Deserialize, Serialize};
use url::Url;

use super::super::find::Action;
use super::super::store;
use super::super::versions::{VersionName, find_version};
use super::model::{Content, FileLocation, Reference};
use super::path::FilePath;
use super::view::{CheckOutcome, ReferenceCheck};
use crate::db::{Conn, Db};
use crate::jobs::{Job, enqueue};
use crate::kernel::{Ctx, Digest, Error, Hasher, Result, Scope, Slug, VersionId};

/// The kind of job that does a check.
pub const CHECK_JOB: &str = "check_reference";

/// How long to wait for a connection, and for the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a check may take in all; shorter than a job is held, so that no other replica begins it too.
const DEADLINE: Duration = Duration::from_secs(600);

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
pub async fn run_check(db: &Db, ctx: &Ctx, job: &Job, hosts: &[String]) -> Result<()> {
    let CheckJob { version, path } =
        serde_json::from_str(&job.payload).map_err(|error| Error::internal("job", error))?;
    let (id, wanted) = (version.clone(), path.clone());
    let Some(asked) = db.read(move |conn| checkable(conn, &id, &wanted)).await? else { return Ok(()) };
    let (url, content) = asked.clone();
    let (outcome, detail) = match allowed(&url, hosts) {
        None => (
            CheckOutcome::NotAllowed,
            "the operator of this service has not allowed it to fetch from this host".to_owned(),
        ),
        Some(url) => compare(url, content).await,
    };
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

/// The URL, if its host is one that the operator named, as `host` or `host:port`.
fn allowed(url: &str, hosts: &[String]) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let with_port = format!("{host}:{}", url.port_or_known_default()?);
    hosts
        .iter()
        .any(|named| named.eq_ignore_ascii_case(host) || named.eq_ignore_ascii_case(&with_port))
        .then_some(url)
}

async fn compare(url: Url, expected: Content) -> (CheckOutcome, String) {
    match fetch(url, expected.size).await {
        Err(reason) => (CheckOutcome::Unreachable, reason),
        Ok((size, _)) if size != expected.size => {
            (CheckOutcome::Mismatch, format!("declared {} bytes, found {size}", expected.size))
        }
        Ok((_, digest)) if digest != expected.sha256 => {
            (CheckOutcome::Mismatch, format!("declared {}, found {digest}", expected.sha256))
        }
        Ok(_) => (CheckOutcome::Verified, "size and digest are as declared".to_owned()),
    }
}

/// Reads the file and hashes it; stops one byte after what was declared.
async fn fetch(url: Url, declared: u64) -> Result<(u64, Digest), String> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .timeout(DEADLINE)
        .dns_resolver(std::sync::Arc::new(PublicAddresses))
        .build()
        .map_err(|error| error.to_string())?;
    let response = client.get(url).send().await.map_err(|error| error.without_url().to_string())?;
    if !response.status().is_success() {
        return Err(format!("answered {}", response.status()));
    }
    let (mut size, mut hasher, mut body) = (0, Hasher::default(), response.bytes_stream());
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| error.without_url().to_string())?;
        size += chunk.len() as u64;
        hasher.update(&chunk);
        if size > declared {
            break;
        }
    }
    Ok((size, hasher.finish()))
}

/// Resolves names to public addresses only, so that a name cannot lead into the operator's own network.
struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            // Protocol assignments and benchmarking (RFC 6890).
            let special = (a, b, c) == (192, 0, 0) || (a == 198 && (b & 0xfe) == 18);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || shared
                || special
                || a == 0
                || a >= 240)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            // Global unicast alone, without the translation prefix that wraps IPv4 addresses.
            None => {
                let [first, second, ..] = v6.segments();
                (0x2000..0x4000).contains(&first) && first != 0x2002 && !(first == 0x2001 && second == 0)
            }
        },
    }
}

/// Where these bytes are published: organisation, dataset, version and path of each file.
///
/// # Errors
/// When the database fails.
pub async fn occurrences(db: &Db, ctx: &Ctx, sha256: Digest) -> Result<Vec<(Slug, Slug, String, String)>> {
    let ctx = ctx.clone();
    db.read(move |conn| store::occurrences(conn, &ctx, &sha256, 200)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_are_fetched_from() {
        let hosts = ["data.example.eu".to_owned(), "127.0.0.1:8000".to_owned()];
        assert!(allowed("https://data.example.eu/a.csv", &hosts).is_some());
        assert!(allowed("http://127.0.0.1:8000/a.csv", &hosts).is_some());
        for url in [
            "http://127.0.0.1/a",
            "https://data.example.eu.evil.example/a",
            "https://other.example.eu/",
            "file:///etc/passwd",
        ] {
            assert!(allowed(url, &hosts).is_none(), "{url}");
        }
    }

    #[test]
    fn private_addresses_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "192.0.0.8",
            "198.19.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["9.9.9.9", "2001:4860::1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
