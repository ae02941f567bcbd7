//! Fetches one file: resumed where it broke off, verified, and only then put in its place.

use std::path::Path;

use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_RANGE, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::super::error::{CliError, Exit, Result};
use super::super::http::{ServerUrl, asked_wait, is_busy, refused, unreachable};
use super::super::local::LocalFile;
use super::super::progress::{FileBar, Progress};
use super::super::retry::Retry;
use super::lock::Locked;
use super::part::Part;
use super::plan::Addresses;
use super::target::Target;

/// Where a file comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// The server, or its store, by an address of the plan.
    Plan(&'a Addresses<'a>, &'a ServerUrl),
    /// Elsewhere.
    Elsewhere(&'a str),
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// It was there already, and is right.
    There,
    /// It was fetched.
    Now,
}

/// Fetches files into a folder.
pub struct Fetcher<'a> {
    /// The client for signed and foreign addresses; it carries no token.
    pub http: &'a reqwest::Client,
    /// The folder.
    pub target: &'a Target,
    /// Where progress is shown.
    pub progress: &'a Progress,
    /// The path of the dataset in the API: failures speak of it, not of an address that is a key.
    pub about: &'a str,
}

impl Fetcher<'_> {
    /// Makes sure that the folder has the file.
    ///
    /// # Errors
    /// When it cannot be fetched, or its bytes are not those of its digest.
    pub async fn fetch(&self, file: &Locked, source: Source<'_>) -> Result<Fetched> {
        let place = self.target.place(&file.path)?;
        let bar = self.progress.file(file.path.as_str(), file.size);
        if is_right(&place, file, &bar).await? {
            return Ok(Fetched::There);
        }
        bar.rewind();
        let mut part = Part::open(&self.target.part(file)?, &bar).await?;
        let resumed = part.size() > 0;
        self.receive(file, source, &mut part).await?;
        // What an earlier run left may have been damaged by a crash; the whole file decides.
        if resumed && part.digest() != file.sha256 {
            part.restart().await?;
            self.receive(file, source, &mut part).await?;
        }
        if part.digest() != file.sha256 {
            part.discard()?;
            return Err(wrong_bytes(file));
        }
        part.settle(&place).await?;
        Ok(Fetched::Now)
    }

    /// Receives until the part has as many bytes as the file.
    async fn receive(&self, file: &Locked, source: Source<'_>, part: &mut Part<'_>) -> Result<()> {
        let (mut retry, mut ended) = (Retry::new(), None);
        if part.size() > file.size {
            part.restart().await?;
        }
        while part.size() < file.size {
            let url = address(file, source, ended.as_deref()).await?;
            let before = part.size();
            let (failure, wait) = match self.request(file, source, &url, before).send().await {
                Ok(response) if continues(&response, before) => {
                    match receive_body(response, file, part).await? {
                        None => continue,
                        Some(failure) => (failure, None),
                    }
                }
                Ok(response) if response.status() == StatusCode::OK => {
                    if response.content_length().is_some_and(|length| length != file.size) {
                        return Err(wrong_bytes(file));
                    }
                    part.restart().await?;
                    match receive_body(response, file, part).await? {
                        None => continue,
                        Some(failure) => (failure, None),
                    }
                }
                Ok(response) if is_ended(response.status(), source) && ended.is_none() => {
                    ended = Some(url.to_string());
                    continue;
                }
                Ok(response) => {
                    let (wait, again) = (asked_wait(&response), is_busy(response.status()));
                    let unsatisfiable = response.status() == StatusCode::RANGE_NOT_SATISFIABLE;
                    let failure = refused(response, self.about).await;
                    if unsatisfiable {
                        part.restart().await?;
                    } else if !again {
                        return Err(failure);
                    }
                    (failure, wait)
                }
                Err(error) => (unreachable(&error, file.path.as_str()), None),
            };
            if part.size() > before {
                retry.progressed();
            }
            if !retry.again(wait).await {
                return Err(failure);
            }
        }
        Ok(())
    }

    fn request(&self, file: &Locked, source: Source<'_>, url: &Url, from: u64) -> reqwest::RequestBuilder {
        let request = self.http.get(url.clone());
        if from == 0 {
            return request;
        }
        let request = request.header(RANGE, format!("bytes={from}-"));
        // The server's entity tag is the digest; a store that is asked directly has tags of its own.
        match source {
            Source::Plan(_, server) if server.is_origin_of(url) => {
                request.header(IF_RANGE, format!("\"{}\"", file.sha256))
            }
            _ => request,
        }
    }
}

async fn address(file: &Locked, source: Source<'_>, ended: Option<&str>) -> Result<Url> {
    match source {
        Source::Plan(addresses, server) => addresses.of(&file.path, server, ended).await,
        Source::Elsewhere(url) => Url::parse(url).map_err(|error| {
            CliError::failure(format!("{}: its address cannot be used: {error}", file.path))
        }),
    }
}

/// Whether a signed address is no longer taken; a new one may be.
fn is_ended(status: StatusCode, source: Source<'_>) -> bool {
    matches!(source, Source::Plan(..)) && matches!(status.as_u16(), 400 | 401 | 403 | 404 | 410)
}

/// Whether the answer goes on at this byte.
fn continues(response: &Response, from: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    response.status() == StatusCode::PARTIAL_CONTENT
        && range.is_some_and(|range| range.starts_with(&format!("bytes {from}-")))
}

/// Takes in the body; `Some` failure when it broke off, which a new try may mend.
async fn receive_body(response: Response, file: &Locked, part: &mut Part<'_>) -> Result<Option<CliError>> {
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => return Ok(Some(unreachable(&error, file.path.as_str()))),
        };
        if part.size() + chunk.len() as u64 > file.size {
            return Err(wrong_bytes(file));
        }
        part.append(&chunk).await?;
    }
    let whole = part.size() == file.size;
    Ok((!whole).then(|| CliError::new(Exit::Unavailable, format!("{} broke off", file.path))))
}

fn wrong_bytes(file: &Locked) -> CliError {
    CliError::new(Exit::Integrity, format!("{} came with other bytes than its digest says", file.path))
        .hint("it was not put in its place; tell the publisher if it happens again")
}

/// Whether the file is in its place already, with the right bytes.
async fn is_right(place: &Path, file: &Locked, bar: &FileBar) -> Result<bool> {
    let Ok(found) = LocalFile::at(place.to_owned()) else { return Ok(false) };
    Ok(found.size() == file.size && found.hash(bar).await?.sha256 == file.sha256)
}
