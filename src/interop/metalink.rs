//! Metalink 4 (RFC 5854): every file with size, SHA-256 and address, for clients that fetch many and check each.

use super::addresses::Addresses;
use super::by_file::{ByFile, Next, Subject, nothing_to_fetch, one_line};
use super::entry::Entry;
use super::format::Format;
use super::xml::escape;
use crate::datasets::files::File;
use crate::kernel::Result;

/// The Metalink document of a version.
pub(super) struct Metalink {
    subject: Subject,
    /// The elements that are the same in every file.
    common: String,
}

impl Metalink {
    /// # Errors
    /// 404 when nothing is published, 410 when the version was withdrawn.
    pub(super) fn of(entry: &Entry, at: &Addresses) -> Result<Self> {
        let subject = Subject::with_bytes(entry, at)?;
        let record = &entry.described.record;
        let mut common = String::new();
        let mut put = |name: &str, text: &str| {
            if !text.is_empty() {
                common.push_str(&format!("    <{name}>{}</{name}>\n", escape(text)));
            }
        };
        put("identity", &one_line(record.title.best(&[])));
        put("version", &subject.version.version.to_string());
        for share in &record.content.languages {
            put("language", share.language.as_str());
        }
        let name = escape(&one_line(&entry.organisation.name));
        let url = escape(&at.organisation(&entry.organisation.slug));
        common.push_str(&format!("    <publisher name=\"{name}\" url=\"{url}\"/>\n"));
        Ok(Self { subject, common })
    }
}

impl ByFile for Metalink {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let subject = &self.subject;
        let own = subject.at.document(&subject.dataset, Some(&subject.version.version), Format::Metalink);
        let origin = escape(&own);
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">\n  \
             <generator>Cadastre/{}</generator>\n  <origin dynamic=\"false\">{origin}</origin>\n",
            env!("CARGO_PKG_VERSION")
        );
        if let Some(at) = self.subject.version.published_at {
            text.push_str(&format!("  <published>{at}</published>\n"));
        }
        out.extend(text.into_bytes());
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()> {
        let Some((url, size, digest)) = self.subject.fetchable(file) else { return Ok(()) };
        let (path, url, common) = (escape(file.path.as_str()), escape(&url), &self.common);
        let text = format!(
            "  <file name=\"{path}\">\n    <size>{size}</size>\n{common}    <hash type=\"sha-256\">{digest}</hash>\n    \
             <url>{url}</url>\n  </file>\n"
        );
        out.extend(text.into_bytes());
        Ok(())
    }

    fn turn(&mut self, out: &mut Vec<u8>) -> Result<Next> {
        out.extend(b"</metalink>\n");
        Ok(Next::Done)
    }

    /// RFC 5854 wants at least one file (4.1.1).
    fn without_files(&self) -> Result<()> {
        Err(nothing_to_fetch())
    }
}
