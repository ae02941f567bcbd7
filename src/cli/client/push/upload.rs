//! Hashes the files, offers them to the server, and sends those whose bytes it does not have.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::error::{CliError, Exit, Result};
use super::super::http::{Client, document};
use super::super::names::DatasetName;
use super::super::output::Output;
use super::super::progress::Progress;
use super::metadata::Referenced;
use super::scan::Entry;
use crate::datasets::files::{Content, FileEntry, MediaType};
use crate::datasets::versions::Manifest;
use crate::kernel::Digest;

/// Files that are offered in one call; with the longest paths it still fits into a request.
const BATCH: usize = 500;

/// A file whose content is known.
#[derive(Debug, Clone)]
pub struct Hashed {
    /// The file.
    pub entry: Entry,
    /// Its size and digest.
    pub content: Content,
}

/// Hashes all files, several at a time.
///
/// # Errors
/// When one cannot be read, changes meanwhile, or is not what its data package declares.
pub async fn hash(entries: Vec<Entry>, jobs: usize, out: Output) -> Result<Vec<Hashed>> {
    let progress = Progress::new(&out, "hashing", entries.iter().map(|entry| entry.file.size()).sum());
    let hash = |entry: Entry| async {
        let bar = progress.file(entry.path.as_str(), entry.file.size());
        let content = entry.file.hash(&bar).await?;
        check_declared(&entry, content)?;
        Ok(Hashed { entry, content })
    };
    stream::iter(entries).map(hash).buffered(jobs).try_collect().await
}

fn check_declared(entry: &Entry, content: Content) -> Result<()> {
    let wrong = if entry.declared.bytes.is_some_and(|bytes| bytes != content.size) {
        format!("has {} bytes, not as many as its data package declares", content.size)
    } else if entry.declared.sha256.is_some_and(|sha256| sha256 != content.sha256) {
        "has another SHA-256 than its data package declares".to_owned()
    } else {
        return Ok(());
    };
    Err(CliError::new(Exit::Integrity, format!("{} {wrong}", entry.path))
        .hint("bring the file or its declaration up to date, then push again"))
}

/// The digest that a version of exactly these files has.
///
/// # Errors
/// When a file or a reference is not valid.
pub fn digest(files: &[Hashed], references: &[Referenced]) -> Result<Digest> {
    let held = files.iter().map(|Hashed { entry, content }| {
        FileEntry::held(entry.path.clone(), *content, entry.media_type.clone(), entry.sample)
    });
    let referenced = references.iter().map(|file| {
        let content = file.size.zip(file.sha256).map(|(size, sha256)| Content { size, sha256 });
        let (media_type, reference) = (file.media_type.clone(), file.reference.clone());
        FileEntry::referenced(file.path.clone(), content, media_type, file.sample, reference)
    });
    let all = held.chain(referenced).collect::<Result<Vec<_>, _>>()?;
    Ok(Manifest::of(all)?.1.digest)
}

/// What became of the files.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Files whose bytes were sent.
    pub sent: usize,
    /// Paths of the draft that the folder does not have.
    pub extra: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Present {
    path: String,
    sha256: Option<Digest>,
    media_type: MediaType,
    sample: bool,
    reference: Option<Value>,
}

#[derive(Deserialize)]
struct Answers {
    items: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    path: String,
    status: String,
}

/// The draft of a version, to which files are brought.
pub struct Draft<'a> {
    /// The server.
    pub client: &'a Client,
    /// The dataset.
    pub dataset: &'a DatasetName,
    /// The version.
    pub version: &'a str,
}

impl Draft<'_> {
    /// Makes the draft hold these files.
    ///
    /// # Errors
    /// Whatever the server refuses; when a file changes meanwhile.
    pub async fn bring(
        &self,
        files: &[Hashed],
        references: &[Referenced],
        jobs: usize,
        out: Output,
    ) -> Result<Outcome> {
        let mut present = self.present().await?;
        let missing: Vec<&Hashed> = files
            .iter()
            .filter(|file| {
                !present.remove(file.entry.path.as_str()).is_some_and(|found| is_same(&found, file))
            })
            .collect();
        let offers = missing.iter().map(|file| (file.entry.path.as_str(), offer(file)));
        let references = references.iter().filter_map(|file| {
            let found = present.remove(file.path.as_str());
            let same = found.is_some_and(|found| {
                found.reference == Some(json!(file.reference)) && found.sha256 == file.sha256
            });
            (!same).then(|| (file.path.as_str(), refer(file)))
        });
        let wanted = self.offer(&offers.chain(references).collect::<Vec<_>>()).await?;
        let send: Vec<&Hashed> =
            missing.into_iter().filter(|file| wanted.contains(file.entry.path.as_str())).collect();
        self.send(&send, jobs, out).await?;
        Ok(Outcome { sent: send.len(), extra: present.into_keys().collect() })
    }

    /// Takes a file out of the draft.
    ///
    /// # Errors
    /// Whatever the server refuses.
    pub async fn remove(&self, path: &str) -> Result<()> {
        self.client.call(Method::DELETE, &self.file_path(path)).send().await?;
        Ok(())
    }

    async fn present(&self) -> Result<BTreeMap<String, Present>> {
        let (items, _) = self.client.list(&self.path("files"), &[], usize::MAX).await?;
        let read = |item| {
            let present: Present = serde_json::from_value(item).map_err(|error| {
                CliError::failure(format!("a file of the draft is not understood: {error}"))
            })?;
            Ok((present.path.clone(), present))
        };
        items.into_iter().map(read).collect()
    }

    /// Offers files by digest; the paths whose bytes the server wants.
    async fn offer(&self, offers: &[(&str, Value)]) -> Result<std::collections::BTreeSet<String>> {
        let mut wanted = std::collections::BTreeSet::new();
        for batch in offers.chunks(BATCH) {
            let files: Vec<&Value> = batch.iter().map(|(_, offer)| offer).collect();
            let answers: Answers =
                self.client.post(&self.path("files"), &json!({"files": files})).read().await?;
            wanted.extend(
                answers
                    .items
                    .into_iter()
                    .filter(|answer| answer.status == "upload_needed")
                    .map(|answer| answer.path),
            );
        }
        Ok(wanted)
    }

    async fn send(&self, files: &[&Hashed], jobs: usize, out: Output) -> Result<()> {
        let progress = Progress::new(&out, "uploading", files.iter().map(|file| file.content.size).sum());
        stream::iter(files)
            .map(|file| self.send_one(file, &progress))
            .buffer_unordered(jobs)
            .try_collect()
            .await
    }

    async fn send_one(&self, file: &Hashed, progress: &Progress) -> Result<()> {
        let bar = progress.file(file.entry.path.as_str(), file.content.size);
        let mut call = self
            .client
            .call(Method::PUT, &self.file_path(file.entry.path.as_str()))
            .header("Repr-Digest", &file.content.sha256.to_repr_digest())
            .query("sample", file.entry.sample.then(|| "true".to_owned()));
        if let Some(media_type) = &file.entry.media_type {
            call = call.header(CONTENT_TYPE.as_str(), media_type.as_str());
        }
        call.file(file.entry.file.clone(), bar).send().await?;
        file.entry.file.check_unchanged()
    }

    fn path<'a>(&'a self, last: &'a str) -> Vec<&'a str> {
        self.dataset.segments(&["versions", self.version, last])
    }

    /// The path of a file in the API; its slashes are those of the address.
    fn file_path<'a>(&'a self, path: &'a str) -> Vec<&'a str> {
        self.path("files").into_iter().chain(path.split('/')).collect()
    }
}

fn is_same(found: &Present, file: &Hashed) -> bool {
    found.reference.is_none()
        && found.sha256 == Some(file.content.sha256)
        && found.sample == file.entry.sample
        && file.entry.media_type.as_ref().is_none_or(|media_type| *media_type == found.media_type)
}

fn offer(Hashed { entry, content }: &Hashed) -> Value {
    document([
        ("path", Some(json!(entry.path))),
        ("size", Some(json!(content.size))),
        ("sha256", Some(json!(content.sha256))),
        ("media_type", entry.media_type.as_ref().map(|media_type| json!(media_type))),
        ("sample", Some(json!(entry.sample))),
    ])
}

fn refer(file: &Referenced) -> Value {
    document([
        ("path", Some(json!(file.path))),
        ("size", file.size.map(|size| json!(size))),
        ("sha256", file.sha256.map(|sha256| json!(sha256))),
        ("media_type", file.media_type.as_ref().map(|media_type| json!(media_type))),
        ("sample", Some(json!(file.sample))),
        ("reference", Some(json!(file.reference))),
    ])
}
