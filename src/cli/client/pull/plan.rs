//! The download plan: every file of the version, and a short-lived address for each that is fetched.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::super::error::{CliError, Exit, Result};
use super::super::http::{Client, ServerUrl, document};
use super::super::names::DatasetName;
use super::lock::{LeftOut, Locked};
use crate::datasets::files::{FilePath, MediaType, Reference};
use crate::kernel::{Clock as _, Digest, SystemClock, Timestamp};

/// The longest line of a plan, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// Files whose addresses are asked for anew in one call.
const BATCH: usize = 200;

/// An address that ends sooner than this is not used any more.
const MARGIN: Duration = Duration::from_secs(10);

/// A file of the plan.
#[derive(Debug, Clone, Deserialize)]
pub struct Planned {
    /// Its path.
    pub path: FilePath,
    size: Option<u64>,
    sha256: Option<Digest>,
    media_type: MediaType,
    url: Option<String>,
    expires_at: Option<Timestamp>,
    /// Where it lies, when not at the server.
    pub reference: Option<Reference>,
}

impl Planned {
    /// The file as it will be in the folder; a data service gives none.
    #[must_use]
    pub fn locked(&self) -> Option<Locked> {
        let (path, media_type) = (self.path.clone(), self.media_type.clone());
        self.size.zip(self.sha256).map(|(size, sha256)| Locked { path, size, sha256, media_type })
    }

    /// The file as one that is not pulled.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        let (path, media_type) = (self.path.clone(), self.media_type.clone());
        LeftOut { path, size: self.size, sha256: self.sha256, media_type }
    }
}

/// What is asked for, and what the caller declares about the use.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The dataset.
    pub dataset: DatasetName,
    /// The version.
    pub version: String,
    /// The purpose.
    pub purpose: Option<String>,
    /// The model that is trained.
    pub model: Option<String>,
    /// The run.
    pub run: Option<String>,
}

impl Ask {
    /// The plan for these paths with an address for each, or for all without.
    ///
    /// # Errors
    /// Whatever the server refuses; when a line is not understood.
    pub async fn plan(&self, client: &Client, paths: Option<&[&FilePath]>) -> Result<Vec<Planned>> {
        let text = |value: &Option<String>| value.as_ref().map(|value| Value::from(value.as_str()));
        let body = document([
            ("links", Some(paths.is_some().into())),
            ("paths", paths.map(|paths| json!(paths))),
            ("purpose", text(&self.purpose)),
            ("model", text(&self.model)),
            ("run", text(&self.run)),
        ]);
        let path = self.dataset.segments(&["versions", &self.version, "download-plan"]);
        let response = client.post(&path, &body).send().await?;
        let (mut lines, mut files) = (Lines::default(), Vec::new());
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| CliError::new(Exit::Unavailable, "the download plan broke off"))?;
            files.extend(lines.take(&chunk)?);
        }
        files.extend(lines.finish()?);
        Ok(files)
    }
}

/// Cuts a stream of newline-delimited JSON into files.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn take(&mut self, chunk: &[u8]) -> Result<Vec<Planned>> {
        self.0.extend_from_slice(chunk);
        let whole = self.0.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.0.split_off(whole);
        let files = self.finish();
        self.0 = rest;
        if self.0.len() > MAX_LINE {
            return Err(CliError::failure("a line of the download plan is too long"));
        }
        files
    }

    fn finish(&mut self) -> Result<Vec<Planned>> {
        let lines = std::mem::take(&mut self.0);
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        lines
            .map(|line| {
                serde_json::from_slice(line).map_err(|error| {
                    CliError::failure(format!("a line of the download plan is not understood: {error}"))
                })
            })
            .collect()
    }
}

/// The addresses of the plan, asked for as they are needed, since a store's own link counts as delivered.
pub struct Addresses<'a> {
    client: &'a Client,
    ask: &'a Ask,
    order: Vec<FilePath>,
    known: Mutex<HashMap<FilePath, Address>>,
}

struct Address {
    url: String,
    expires_at: Option<Timestamp>,
}

impl<'a> Addresses<'a> {
    /// Those of these files, none of which is known yet.
    #[must_use]
    pub fn new(client: &'a Client, ask: &'a Ask, plan: &[&Planned]) -> Self {
        let order =
            plan.iter().filter(|file| file.reference.is_none()).map(|file| file.path.clone()).collect();
        Self { client, ask, order, known: Mutex::default() }
    }

    /// The address of a file. One that is not known, has ended, or is `refused`, is asked for, together with those of
    /// the files after it.
    ///
    /// # Errors
    /// Whatever the server refuses: a grant may have ended meanwhile.
    pub async fn of(&self, path: &FilePath, server: &ServerUrl, refused: Option<&str>) -> Result<Url> {
        let mut known = self.known.lock().await;
        let soon = SystemClock.now().plus(MARGIN);
        let live = known.get(path).filter(|address| address.expires_at.is_none_or(|end| end > soon));
        if let Some(address) = live {
            let url = server.join(&address.url)?;
            if Some(url.as_str()) != refused {
                return Ok(url);
            }
        }
        let at = self.order.partition_point(|other| other < path);
        let next: Vec<&FilePath> = self.order.iter().skip(at).take(BATCH).collect();
        known.extend(self.ask.plan(self.client, Some(&next)).await?.iter().filter_map(address));
        match known.get(path) {
            Some(address) => server.join(&address.url),
            None => Err(CliError::failure(format!("the server gives no address for {path} any more"))),
        }
    }
}

fn address(file: &Planned) -> Option<(FilePath, Address)> {
    Some((file.path.clone(), Address { url: file.url.clone()?, expires_at: file.expires_at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_wherever_the_stream_breaks() {
        let text = format!(
            "{}\n{}\n",
            json!({"path": "ü.csv", "size": 3, "sha256": Digest::of("abc"), "media_type": "text/csv",
                "url": "/api/v1/download/x", "expires_at": "2026-11-22T12:00:00.000Z", "future": 1}),
            json!({"path": "api", "media_type": "application/json",
                "reference": {"kind": "service", "endpoint_url": "https://example.org", "description": "d"}}),
        );
        for size in [1, 2, 7, text.len()] {
            let mut lines = Lines::default();
            let mut files: Vec<Planned> =
                text.as_bytes().chunks(size).flat_map(|chunk| lines.take(chunk).unwrap()).collect();
            files.extend(lines.finish().unwrap());
            assert_eq!(files.len(), 2, "{size}");
            assert_eq!(files[0].locked().unwrap().size, 3);
            assert!(files[1].locked().is_none());
        }
    }

    #[test]
    fn a_path_that_leads_out_and_an_endless_line_are_refused() {
        for bad in ["../a", "/etc/passwd", "a/../../b", "a\\b", "C:/x"] {
            let line = json!({"path": bad, "media_type": "text/csv"}).to_string();
            assert!(Lines::default().take(format!("{line}\n").as_bytes()).is_err(), "{bad}");
        }
        assert!(Lines::default().take(&vec![b'x'; MAX_LINE + 1]).is_err());
    }
}
