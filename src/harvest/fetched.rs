//! Fetching for a run: within its deadline, again after a while where the other side was not well.

use std::time::Duration;

use url::Url;

use super::model::Source;
use crate::fetch::{Ask, FetchError, Fetcher, Limits, Reach};

/// How often something is asked for.
const TRIES: u32 = 3;
/// The longest wait between two tries.
const MOST_PAUSE: Duration = Duration::from_secs(60);

/// What is asked for.
#[derive(Default)]
pub(super) struct Want<'a> {
    /// The value of `Accept`.
    pub accept: &'a str,
    /// The media types that an answer may have.
    pub media_types: &'a [&'a str],
    /// The entity tag of what is known already.
    pub etag: Option<&'a str>,
    /// When what is known already was last modified.
    pub last_modified: Option<&'a str>,
    /// The most bytes.
    pub bytes: u64,
}

/// An answer as it came.
pub(super) struct Fetched {
    pub bytes: Vec<u8>,
    /// The address that answered, after redirects.
    pub url: Url,
    pub media_type: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// Fetches what a source has at an address; `left` tells how much time there still is. Nothing where it has not changed.
pub(super) async fn fetch(
    fetcher: &Fetcher,
    source: &Source,
    url: &Url,
    want: &Want<'_>,
    left: impl Fn() -> Duration,
) -> Result<Option<Fetched>, FetchError> {
    for attempt in 1.. {
        let left = left().max(Duration::from_millis(1));
        let ask = Ask {
            reach: Reach::Hosts(&source.hosts),
            accept: want.accept,
            media_types: want.media_types,
            etag: want.etag,
            last_modified: want.last_modified,
            compressed: true,
            limits: Limits {
                bytes: want.bytes,
                redirects: 5,
                patience: Duration::from_secs(30).min(left),
                total: Duration::from_secs(600).min(left),
                slowest: 1024,
            },
        };
        let outcome = once(fetcher, url, &ask).await;
        let pause = match &outcome {
            Err(FetchError::Unreachable(_) | FetchError::Silent(_)) => Some(Duration::ZERO),
            Err(FetchError::Status { status: 429 | 500..=599, retry_after }) => {
                Some(retry_after.unwrap_or_default())
            }
            _ => None,
        };
        let Some(asked) = pause.filter(|_| attempt < TRIES) else { return outcome };
        let pause = asked.max(Duration::from_secs(u64::from(attempt * attempt)));
        tokio::time::sleep(pause.min(MOST_PAUSE).min(left)).await;
    }
    Err(FetchError::Late)
}

async fn once(fetcher: &Fetcher, url: &Url, ask: &Ask<'_>) -> Result<Option<Fetched>, FetchError> {
    let answer = fetcher.get(url, ask).await?;
    if answer.status == 304 {
        return Ok(None);
    }
    let (url, media_type) = (answer.url.clone(), answer.media_type.clone());
    let (etag, last_modified) = (answer.etag.clone(), answer.last_modified.clone());
    Ok(Some(Fetched { bytes: answer.bytes().await?, url, media_type, etag, last_modified }))
}
