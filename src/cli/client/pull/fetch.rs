//! Fetches one file: resumed where it broke off, verified, and only then put in its place.

use std::path::Path;

use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_RANGE, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::super::error::{CliError, Exit, Result};
use super::super::http::{ServerUrl, refused, unreachable};
use super::super::local::LocalFile;
use super::super::progress::{FileBar, Progress};
use super::super::retry::{Retry, asked_wait, is_busy};
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
    /// It was fetched, from its first byte on.
    Now,
    /// The rest of it was fetched; an earlier run had left the beginning.
    Resumed,
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
        self.receive(file, source, &mut part).await?;
        // What an earlier run left may have been damaged by a crash; the whole file decides.
        if part.is_resumed() && part.digest() != file.sha256 {
            part.restart().await?;
            self.receive(file, source, &mut part).await?;
        }
        if part.digest() != file.sha256 {
            part.discard()?;
            return Err(wrong_bytes(file));
        }
        let resumed = part.is_resumed();
        part.settle(&place).await?;
        Ok(if resumed { Fetched::Resumed } else { Fetched::Now })
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::super::super::http::plain_client;
    use super::super::super::output::Output;
    use super::*;
    use crate::kernel::Digest;

    /// A server that gives each of these answers once, in order; its address, and the ranges it was asked for.
    fn serve(answers: Vec<&'static str>) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/file", listener.local_addr().unwrap());
        let asked = std::thread::spawn(move || {
            let answer = |answer: &str| {
                let (mut stream, _) = listener.accept().unwrap();
                let head: Vec<String> = BufReader::new(stream.try_clone().unwrap())
                    .lines()
                    .map(Result::unwrap)
                    .take_while(|line| !line.is_empty())
                    .collect();
                stream.write_all(answer.as_bytes()).unwrap();
                let range = head.iter().find_map(|line| line.strip_prefix("range: "));
                range.unwrap_or("whole").to_owned()
            };
            answers.into_iter().map(answer).collect()
        });
        (url, asked)
    }

    async fn fetch(dir: &Path, url: &str) -> Result<Fetched> {
        let (target, http) = (Target::new(dir).unwrap(), plain_client().unwrap());
        let progress = Progress::new(&Output::new(false, true), "test", 0);
        let fetcher =
            Fetcher { http: &http, target: &target, progress: &progress, about: "/api/v1/datasets/a/b" };
        let file = Locked {
            path: "deep/a.txt".parse().unwrap(),
            size: 6,
            sha256: Digest::of("abcdef"),
            media_type: "text/plain".parse().unwrap(),
        };
        fetcher.fetch(&file, Source::Elsewhere(url)).await
    }

    #[tokio::test]
    async fn a_broken_download_goes_on_where_it_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let (url, asked) = serve(vec![
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc",
            "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 3-5/6\r\ncontent-length: 3\r\n\r\ndef",
        ]);
        assert_eq!(fetch(dir.path(), &url).await.unwrap(), Fetched::Now);
        assert_eq!(asked.join().unwrap(), ["whole", "bytes=3-", "bytes=3-"]);
        assert_eq!(std::fs::read(dir.path().join("deep/a.txt")).unwrap(), b"abcdef");
        assert_eq!(fetch(dir.path(), "http://127.0.0.1:1/").await.unwrap(), Fetched::There);
    }

    #[tokio::test]
    async fn other_bytes_never_reach_their_place() {
        for answer in [
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabcdeX",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde",
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcdefg",
        ] {
            let dir = tempfile::tempdir().unwrap();
            let (url, asked) = serve(vec![answer]);
            assert_eq!(fetch(dir.path(), &url).await.unwrap_err().exit(), Exit::Integrity, "{answer}");
            asked.join().unwrap();
            assert!(!dir.path().join("deep/a.txt").exists());
        }
    }

    #[tokio::test]
    async fn a_part_that_was_damaged_is_fetched_anew() {
        let dir = tempfile::tempdir().unwrap();
        let broken = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc";
        let gone = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let (url, _) = serve(vec![broken, gone]);
        fetch(dir.path(), &url).await.unwrap_err();
        let part = std::fs::read_dir(dir.path().join(".cadastre")).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&part, "aXc").unwrap();
        let (url, asked) = serve(vec![
            "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 3-5/6\r\ncontent-length: 3\r\nconnection: close\r\n\r\ndef",
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nabcdef",
        ]);
        assert_eq!(fetch(dir.path(), &url).await.unwrap(), Fetched::Now);
        assert_eq!(asked.join().unwrap(), ["bytes=3-", "whole"]);
    }
}
