//! The log of another Cadastre: by which keys it is known, and that it never takes back what it has shown.

use std::time::Duration;

use url::Url;

use super::fetched::{Want, fetch};
use super::model::Source;
use super::read::journal;
use crate::fetch::{FetchError, Fetcher};
use crate::journal::tlog::{Checkpoint, Growth, Note, TILE_WIDTH, Tile, TrustPolicy};
use crate::kernel::{Digest, Error};

/// The most bytes of a trust policy that is kept.
const MOST_POLICY: u64 = 65_536;

/// The trust policy that the log of a source states of itself.
///
/// # Errors
/// Why it cannot be had.
pub(super) async fn stated_policy(
    fetcher: &Fetcher,
    source: &Source,
    left: impl Fn() -> Duration,
) -> Result<String, String> {
    let bytes = get(fetcher, source, "trust-policy", ("text/plain", MOST_POLICY), left).await;
    let bytes = bytes.map_err(|error| format!("by which keys its log is known: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "its trust policy is no text in UTF-8".to_owned())?;
    let policy = TrustPolicy::parse(&text).map_err(|error| error.detail().to_owned())?;
    if policy.logs().is_empty() {
        return Err("its trust policy names no log".to_owned());
    }
    Ok(text)
}

/// Checks that a checkpoint, whose signature was checked, continues the one seen before, or is continued by it. Tells the newer of
/// the two; nothing where none is shown.
///
/// # Errors
/// Why it does not.
pub(super) async fn newer(
    fetcher: &Fetcher,
    source: &Source,
    shown: Option<Note>,
    left: impl Fn() -> Duration,
) -> Result<Option<Note>, String> {
    let Some((now, before)) = shown.as_ref().zip(source.checkpoint.as_deref()) else { return Ok(shown) };
    let detail = |error: Error| error.detail().to_owned();
    let then = Note::parse(before).map_err(detail)?;
    let old = Checkpoint::parse(then.text()).map_err(detail)?;
    let new = Checkpoint::parse(now.text()).map_err(detail)?;
    if old.origin != new.origin {
        return Err(format!("its log was called {} before, and is called {} now", old.origin, new.origin));
    }
    let forked = || {
        format!(
            "its log does not continue the one seen before, of {} entries: it shows {} entries now",
            old.size, new.size
        )
    };
    let mut growth = Growth::between(&old, &new);
    while let Some(missing) = growth.missing().map_err(|_| forked())? {
        let hashes = tile(fetcher, source, missing, &left).await;
        growth.take(missing, hashes.map_err(|reason| format!("its log: {reason}"))?);
    }
    Ok(Some(if new.size >= old.size { now.clone() } else { then }))
}

async fn tile(
    fetcher: &Fetcher,
    source: &Source,
    tile: Tile,
    left: &impl Fn() -> Duration,
) -> Result<Vec<Digest>, String> {
    let most = u64::from(TILE_WIDTH) * 32;
    let ask = async |tile: Tile| {
        get(fetcher, source, &tile.to_string(), ("application/octet-stream", most), left).await
    };
    // A log may drop a part of a tile once the whole is there.
    let (from, bytes) = match ask(tile).await {
        Err(FetchError::Status { status: 404, .. }) if !tile.is_full() => {
            let full = Tile { width: TILE_WIDTH, ..tile };
            (full, ask(full).await)
        }
        other => (tile, other),
    };
    let bytes = bytes.map_err(|error| format!("{tile}: {error}"))?;
    let mut hashes = from.decode(&bytes).map_err(|error| error.detail().to_owned())?;
    hashes.truncate(usize::from(tile.width));
    Ok(hashes)
}

async fn get(
    fetcher: &Fetcher,
    source: &Source,
    path: &str,
    (media_type, bytes): (&str, u64),
    left: impl Fn() -> Duration,
) -> Result<Vec<u8>, FetchError> {
    let not_there = || FetchError::NotAllowed("the address of the source cannot be read".to_owned());
    let url = Url::parse(&source.url).map_err(|_| not_there())?;
    let want = Want { accept: media_type, media_types: &[media_type], bytes, ..Want::default() };
    let fetched = fetch(fetcher, source, &journal(&url, path), &want, left).await?;
    // Nothing was named that could be unchanged.
    fetched.map(|fetched| fetched.bytes).ok_or(FetchError::Status { status: 304, retry_after: None })
}
