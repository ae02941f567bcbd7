//! Documents that are written file by file, so that a version of a million files takes no more memory than one of ten.

use bytes::Bytes;

use super::addresses::Addresses;
use super::entry::Entry;
use crate::datasets::Dataset;
use crate::datasets::files::{File, Reference};
use crate::datasets::versions::{Version, VersionState};
use crate::kernel::{Digest, Error, Kind, Result};

/// Whether all files are wanted once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Once more, from the first.
    Again,
    /// The document is whole.
    Done,
}

/// A document that takes one file after the other, in the order of their paths.
pub trait ByFile: Send {
    /// What comes before the files.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()>;

    /// What a file adds.
    ///
    /// # Errors
    /// When it cannot be written.
    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()>;

    /// What follows the last file.
    ///
    /// # Errors
    /// When it cannot be written.
    fn turn(&mut self, out: &mut Vec<u8>) -> Result<Next>;

    /// Whether there is such a document when no file has a place in it. It is asked before the first `turn`.
    ///
    /// # Errors
    /// 409 when there is none.
    fn without_files(&self) -> Result<()> {
        Ok(())
    }
}

/// What is answered in the place of a document that would list nothing.
pub(super) fn nothing_to_fetch() -> Error {
    let detail =
        "no file of this version can be fetched at an address of its own, so the document would be empty";
    Error::conflict("nothing_to_fetch", detail)
}

/// The document of these files at once.
///
/// # Errors
/// When it cannot be written.
pub(super) fn whole(mut document: Box<dyn ByFile>, files: &[File]) -> Result<Bytes> {
    let mut out = Vec::new();
    document.begin(&mut out)?;
    let head = out.len();
    loop {
        for file in files {
            document.file(file, &mut out)?;
        }
        if out.len() == head {
            document.without_files()?;
        }
        if document.turn(&mut out)? == Next::Done {
            return Ok(out.into());
        }
    }
}

/// The version that a document is of.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) at: Addresses,
    pub(super) dataset: Dataset,
    pub(super) version: Version,
}

impl Subject {
    /// # Errors
    /// 404 when nothing is published.
    pub(super) fn of(entry: &Entry, at: &Addresses) -> Result<Self> {
        let version = entry.described.version.clone().ok_or_else(|| Error::not_found("version"))?;
        Ok(Self { at: at.clone(), dataset: entry.described.dataset.clone(), version })
    }

    /// The same, of a version whose bytes are still given.
    ///
    /// # Errors
    /// 404 when nothing is published; 410 when the version was withdrawn.
    pub(super) fn with_bytes(entry: &Entry, at: &Addresses) -> Result<Self> {
        let subject = Self::of(entry, at)?;
        if subject.version.state != VersionState::Withdrawn {
            return Ok(subject);
        }
        let number = &subject.version.version;
        let reason = subject.version.withdrawal.as_ref().map_or("", |withdrawal| &withdrawal.reason);
        let error = Error::new(Kind::Gone, "withdrawn", format!("version {number} was withdrawn: {reason}"));
        let successor =
            subject.version.withdrawal.as_ref().and_then(|withdrawal| withdrawal.successor.as_ref());
        Err(match successor {
            Some(number) => error.next(subject.at.version(&subject.dataset, number)),
            None => error,
        })
    }

    /// The identifier of the version.
    pub(super) fn iri(&self) -> String {
        self.at.version(&self.dataset, &self.version.version)
    }

    /// Where the bytes of a file can be fetched; nothing for a page that tells how to get them, for a service, and for a file
    /// elsewhere that the caller may not have.
    pub(super) fn address(&self, file: &File) -> Option<String> {
        match &file.reference {
            _ if file.held => Some(self.at.file(&self.dataset, &self.version.version, &file.path)),
            Some(Reference::DownloadUrl { url }) => Some(url.clone()),
            _ => None,
        }
    }

    /// The same with size and digest, for documents that list nothing that cannot be fetched and checked.
    pub(super) fn fetchable(&self, file: &File) -> Option<(String, u64, Digest)> {
        Some((self.address(file)?, file.size?, file.sha256?))
    }
}

/// A text as one line: white space and control characters become single spaces.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
