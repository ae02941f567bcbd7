//! BagIt 1.0 (RFC 8493): a bag without its payload, which `fetch.txt` says where to get, as a ZIP archive.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use super::addresses::Addresses;
use super::by_file::{ByFile, Next, Subject, one_line};
use super::entry::Entry;
use crate::datasets::files::File;
use crate::datasets::record::IdentifierScheme;
use crate::kernel::{Digest, Error, Hasher, Result};

/// The bag of a version. What cannot be fetched by its address, or has no digest, is not in it; `bag-info.txt` says so.
pub(super) struct Bag {
    subject: Subject,
    /// The folder that the archive holds.
    folder: String,
    /// What `bag-info.txt` says before the counts.
    info: String,
    pipe: Pipe,
    /// Nothing once the archive is whole.
    zip: Option<ZipWriter<StreamWriter<Pipe>>>,
    /// The digest of the tag file that is being written.
    hasher: Hasher,
    /// Each finished tag file with its digest.
    tags: Vec<(&'static str, Digest)>,
    /// Whether the manifest is written and the addresses follow.
    fetching: bool,
    files: u64,
    bytes: u64,
    left_out: u64,
}

/// Where the archive is written to, and taken from piece by piece.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Bag {
    /// # Errors
    /// 404 when nothing is published, 410 when the version was withdrawn; 409 for a draft, which may change while it is
    /// packed.
    pub(super) fn of(entry: &Entry, at: &Addresses) -> Result<Self> {
        let subject = Subject::with_bytes(entry, at)?;
        let Some(published) = subject.version.published_at else {
            return Err(Error::conflict("version_not_published", "only what is published can be packed"));
        };
        let (dataset, version) = (&subject.dataset, &subject.version);
        let folder = format!("{}-{}-{}", dataset.organisation, dataset.name, version.version);
        let mut info = String::new();
        let mut put = |label: &str, text: &str| {
            let text = one_line(text);
            if !text.is_empty() {
                info.push_str(&format!("{label}: {text}\n"));
            }
        };
        let record = &entry.described.record;
        put("Source-Organization", &entry.organisation.name);
        if let Some(contact) = &record.contact {
            put("Contact-Name", &contact.name);
            put("Contact-Email", contact.email.as_deref().unwrap_or_default());
        }
        put("External-Description", record.title.best(&[]));
        put("External-Identifier", &subject.iri());
        for one in record.identifiers.iter().filter(|one| one.scheme == IdentifierScheme::Doi) {
            put("External-Identifier", &format!("https://doi.org/{}", one.value));
        }
        put(
            "Internal-Sender-Identifier",
            &version.digest.map(|digest| digest.to_string()).unwrap_or_default(),
        );
        put("Bagging-Date", published.to_string().get(..10).unwrap_or_default());
        put("Bag-Software-Agent", concat!("Cadastre ", env!("CARGO_PKG_VERSION")));
        let pipe = Pipe::default();
        let zip = Some(ZipWriter::new_stream(pipe.clone()));
        let (hasher, tags) = (Hasher::default(), Vec::new());
        let (files, bytes, left_out) = (0, 0, 0);
        Ok(Self { subject, folder, info, pipe, zip, hasher, tags, fetching: false, files, bytes, left_out })
    }

    fn zip(&mut self) -> Result<&mut ZipWriter<StreamWriter<Pipe>>> {
        self.zip.as_mut().ok_or_else(|| Error::internal("packing", "the archive is finished"))
    }

    fn start(&mut self, name: &'static str) -> Result<()> {
        let path = format!("{}/{name}", self.folder);
        // A manifest has a hundred bytes a file or so: 4 GiB are out of reach, and the entries need no ZIP64.
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        self.zip()?.start_file(path, options).map_err(|error| Error::internal("packing", error))?;
        self.hasher = Hasher::default();
        Ok(())
    }

    fn put(&mut self, text: &str) -> Result<()> {
        self.hasher.update(text.as_bytes());
        self.zip()?.write_all(text.as_bytes()).map_err(|error| Error::internal("packing", error))
    }

    fn end(&mut self, name: &'static str) {
        let digest = std::mem::take(&mut self.hasher).finish();
        self.tags.push((name, digest));
    }

    fn whole_file(&mut self, name: &'static str, text: &str) -> Result<()> {
        self.start(name)?;
        self.put(text)?;
        self.end(name);
        Ok(())
    }

    fn drain(&self, out: &mut Vec<u8>) {
        out.append(&mut self.pipe.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

const MANIFEST: &str = "manifest-sha256.txt";
const FETCH: &str = "fetch.txt";

impl ByFile for Bag {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        // The payload has its folder even where nothing is in it (RFC 8493, 2.1.2).
        let payload = format!("{}/data", self.folder);
        let made = self.zip()?.add_directory(payload, SimpleFileOptions::default());
        made.map_err(|error| Error::internal("packing", error))?;
        self.whole_file("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")?;
        self.start(MANIFEST)?;
        self.drain(out);
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()> {
        let path = encode(file.path.as_str());
        match (self.subject.fetchable(file), self.fetching) {
            (Some((url, size, _)), true) => self.put(&format!("{} {size} data/{path}\n", spaceless(&url)))?,
            (Some((_, size, digest)), false) => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(size);
                self.put(&format!("{digest}  data/{path}\n"))?;
            }
            (None, true) => {}
            (None, false) => self.left_out += 1,
        }
        self.drain(out);
        Ok(())
    }

    fn turn(&mut self, out: &mut Vec<u8>) -> Result<Next> {
        if !self.fetching {
            self.end(MANIFEST);
            self.start(FETCH)?;
            self.fetching = true;
            self.drain(out);
            return Ok(Next::Again);
        }
        self.end(FETCH);
        let mut info = format!("{}Payload-Oxum: {}.{}\n", self.info, self.bytes, self.files);
        if self.left_out > 0 {
            let left = self.left_out;
            info.push_str(&format!(
                "Left-Out: {left} files that stay with their holder and have no address\n"
            ));
        }
        self.whole_file("bag-info.txt", &info)?;
        let tags: String = self.tags.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        self.whole_file("tagmanifest-sha256.txt", &tags)?;
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(|error| Error::internal("packing", error))?;
        }
        self.drain(out);
        Ok(Next::Done)
    }
}

/// Percent signs and line breaks in a path, and nothing else, are percent-encoded (RFC 8493, 2.1.3).
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// An address in `fetch.txt` ends at the first white space.
fn spaceless(url: &str) -> String {
    url.split_whitespace().collect::<Vec<_>>().join("%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded_as_far_as_the_standard_says() {
        assert_eq!(encode("a b/100%25 é\n"), "a b/100%2525 é%0A");
        assert_eq!(spaceless("https://example.org/a b"), "https://example.org/a%20b");
    }
}
