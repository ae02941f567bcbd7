//! The readers: what a page of a source says, by the kind of the source. Plain functions from bytes to drafts.

mod cadastre;
mod ckan;
mod dcat;
mod dublin_core;
mod imported;
mod oai;
mod proved;
#[cfg(test)]
mod tests;

use url::Url;

pub(super) use self::cadastre::journal;
use super::model::{Source, SourceKind};
use crate::datasets::Draft;
use crate::journal::tlog::Note;
use crate::kernel::{Error, Result};

/// A page that was read.
#[derive(Default)]
pub(super) struct Page {
    /// The records on it, in their order: of several with one key, the last counts.
    pub found: Vec<Found>,
    /// The address of the next page.
    pub next: Option<Url>,
    /// From where the next run goes on, as this page says.
    pub continuation: Option<String>,
    /// The checkpoint of the log of another Cadastre that confirms what is on the page.
    pub checkpoint: Option<Note>,
}

/// A record of a page.
pub(super) struct Found {
    /// What the source knows it by.
    pub key: String,
    /// What came of reading it.
    pub read: Read,
}

/// What came of reading a record.
pub(super) enum Read {
    /// It can be taken over; with what could not be taken over of it.
    Draft(Box<Draft>, Option<String>),
    /// The same, of what the source has itself from elsewhere.
    Copy(Box<Draft>),
    /// It cannot.
    Failed(String),
    /// It is left out on purpose.
    Skipped(String),
    /// The source says that it is gone.
    Gone,
}

impl Read {
    /// What the source has itself from elsewhere.
    pub fn copy(&self) -> Option<&Draft> {
        match self {
            Self::Copy(draft) => Some(draft),
            _ => None,
        }
    }
}

/// Whose page it is, and where it came from.
pub(super) struct From<'a> {
    /// The source.
    pub source: &'a Source,
    /// The page's address, after redirects.
    pub url: &'a Url,
    /// Its media type.
    pub media_type: Option<&'a str>,
    /// The address of this service: what is registered below it is no copy of something else.
    pub own: Option<&'a str>,
    /// How many pages were read before.
    pub pages: i64,
}

impl From<'_> {
    /// Whether an identifier is one of this service itself.
    fn is_own(&self, identifier: &str) -> bool {
        self.own.is_some_and(|own| {
            let own = own.trim_end_matches('/');
            identifier.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The address against which relative ones are resolved. What stands in its query may be a secret, and would come into
    /// identifiers that everybody sees.
    fn base(&self) -> String {
        let mut base = self.url.clone();
        base.set_query(None);
        base.set_fragment(None);
        base.into()
    }

    /// A name for a record that has none: where it stands.
    fn nameless(&self, number: usize) -> String {
        format!("(record {} of page {})", number + 1, self.pages + 1)
    }
}

/// The address at which a run begins, and whether it reads everything. What changed is asked for where the kind can tell and an
/// earlier run left where to go on.
pub(super) fn first_page(source: &Source, complete: bool) -> Result<(Url, bool)> {
    let url = Url::parse(&source.url).map_err(|error| Error::internal("the address of a source", error))?;
    let continuation = source.kept.continuation.as_deref().filter(|_| !complete);
    Ok(match source.kind {
        SourceKind::Cadastre => (cadastre::page(&url, continuation), continuation.is_none()),
        SourceKind::Dcat => (url, true),
        SourceKind::Ckan => (ckan::page(&url, 0), true),
        SourceKind::OaiPmh => oai::first(&url, continuation),
    })
}

/// What is asked for, in `Accept`, and the media types that an answer may have.
pub(super) fn accepted(kind: SourceKind) -> (&'static str, &'static [&'static str]) {
    const JSON: &[&str] = &["application/json"];
    match kind {
        SourceKind::Cadastre | SourceKind::Ckan => ("application/json", JSON),
        SourceKind::Dcat => (dcat::ACCEPT, dcat::MEDIA_TYPES),
        SourceKind::OaiPmh => ("text/xml, application/xml", &["text/xml", "application/xml"]),
    }
}

/// What a run goes on with where the other side refuses a page that it can do without.
pub(super) fn page_instead(source: &Source, refused: &Url) -> Option<Page> {
    let url = Url::parse(&source.url).ok().filter(|_| source.kind == SourceKind::OaiPmh)?;
    oai::instead(&url, refused)
}

/// Reads a page.
///
/// # Errors
/// Why nothing can be made of it.
pub(super) fn read_page(bytes: &[u8], from: &From<'_>) -> Result<Page, String> {
    let read = match from.source.kind {
        SourceKind::Cadastre => cadastre::read(bytes, from),
        SourceKind::Dcat => dcat::read(bytes, from),
        SourceKind::Ckan => ckan::read(bytes, from),
        SourceKind::OaiPmh => oai::read(bytes, from),
    };
    let mut page = read.map_err(|reason| excerpt(&reason))?;
    page.continuation.take_if(|text| text.len() > 2048 || text.chars().any(char::is_control));
    Ok(page)
}

/// An address of the web, if it is one.
fn web(url: String) -> Option<String> {
    let parsed = Url::parse(&url).ok()?;
    let good = matches!(parsed.scheme(), "http" | "https")
        && parsed.has_host()
        && parsed.username().is_empty()
        && parsed.password().is_none();
    (good && url.len() <= 2048).then_some(url)
}

/// The beginning of a text, for people.
fn excerpt(text: &str) -> String {
    const MOST: usize = 2000;
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut cut: String = clean.clone().take(MOST).collect();
    if clean.count() > MOST {
        cut.push('…');
    }
    cut
}
