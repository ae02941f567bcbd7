//! FAIR Signposting (level 1 in `Link` fields, level 2 as a link set): where machines go from the page of a dataset.

use url::Url;

use super::addresses::Addresses;
use super::by_file::{ByFile, Next, Subject};
use super::entry::Entry;
use super::format::Format;
use super::vocabulary;
use crate::datasets::files::File;
use crate::datasets::versions::{VersionNumber, VersionState};
use crate::kernel::{Error, Result};

/// The most files that are named in the head of an answer; the link set names all of them.
const MOST_ITEMS: usize = 50;

/// The most bytes of the `Link` field. Proxies hold the whole head of an answer in a buffer of 8 KiB or so.
const MOST_BYTES: usize = 6 * 1024;

/// A link from the page (RFC 8288).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) relation: &'static str,
    pub(super) target: String,
    pub(super) media_type: Option<String>,
    pub(super) profile: Option<&'static str>,
}

impl Link {
    /// A link; none where the target is no address that a field can carry.
    fn new(relation: &'static str, target: &str) -> Option<Self> {
        // Parsing leaves ASCII alone, with everything escaped that could end the reference.
        let target = String::from(Url::parse(target).ok()?);
        let safe = target.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'\\'));
        safe.then_some(Self { relation, target, media_type: None, profile: None })
    }

    fn of_type(mut self, media_type: &str) -> Self {
        self.media_type = Some(media_type.to_owned());
        self
    }

    fn as_field(&self) -> String {
        let mut out = format!("<{}>;rel=\"{}\"", self.target, self.relation);
        for (name, value) in [("type", self.media_type.as_deref()), ("profile", self.profile)] {
            if let Some(value) = value {
                out.push_str(&format!(";{name}=\"{value}\""));
            }
        }
        out
    }
}

/// Whether a document describes the dataset, rather than listing or packing its files or being its page.
const fn describes(format: Format) -> bool {
    use Format::{Bag, Linkset, Metalink, Page, Sha256Sums};
    !matches!(format, Page | Sha256Sums | Metalink | Bag | Linkset)
}

/// Whether there is such a document of this entry, as far as what is known of its version and files tells.
pub(super) fn is_there(format: Format, entry: &Entry, at: &Addresses) -> bool {
    use Format::{Bag, Croissant, Croissant10, DataPackage, Linkset, Metalink, Sha256Sums, Spdx3};
    let version = entry.described.version.as_ref();
    let lists = || {
        let subject = Subject::of(entry, at);
        let listed = |subject: Subject| {
            entry.is_cut() || entry.described.files.iter().any(|file| subject.fetchable(file).is_some())
        };
        subject.is_ok_and(listed)
    };
    let is = |state| version.is_some_and(|version| version.state == state);
    match format {
        Croissant | Croissant10 => version.is_some_and(|version| {
            version.state == VersionState::Published && version.files <= format.most_files() && lists()
        }),
        Spdx3 | Linkset | Sha256Sums => version.is_some(),
        DataPackage | Metalink => !is(VersionState::Withdrawn) && lists(),
        Bag => is(VersionState::Published),
        _ => true,
    }
}

/// The formats of the documents that there are of this entry and that describe it.
pub(super) fn described_by<'a>(entry: &'a Entry, at: &'a Addresses) -> impl Iterator<Item = Format> + 'a {
    Format::ALL.iter().copied().filter(|format| describes(*format) && is_there(*format, entry, at))
}

/// The page that links go out from.
fn page(entry: &Entry, at: &Addresses, version: Option<&VersionNumber>) -> String {
    let dataset = &entry.described.dataset;
    version.map_or_else(|| at.dataset(dataset), |version| at.version(dataset, version))
}

/// The links of a page apart from those to files, the most needed first.
fn links(entry: &Entry, at: &Addresses, version: Option<&VersionNumber>) -> Vec<Link> {
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let page = page(entry, at, version);
    let document = |format| at.document(dataset, version, format);
    let mut all = vec![
        Link::new("cite-as", &vocabulary::doi_page(record).unwrap_or(page)),
        Link::new("type", "https://schema.org/AboutPage"),
        Link::new("type", "https://schema.org/Dataset"),
        vocabulary::licence_address(record).and_then(|licence| Link::new("license", &licence)),
        Link::new("collection", &at.space(&dataset.space)),
    ];
    if entry.described.version.is_some() {
        let linkset = Link::new("linkset", &document(Format::Linkset));
        all.push(linkset.map(|link| link.of_type(Format::Linkset.about().offer.media_type)));
    }
    for format in described_by(entry, at) {
        let offer = format.about().offer;
        let link = Link::new("describedby", &document(format));
        all.push(link.map(|link| Link { profile: offer.profile, ..link.of_type(offer.media_type) }));
    }
    let agents = record.creators.iter().filter_map(vocabulary::agent);
    all.extend(agents.map(|agent| Link::new("author", &agent)));
    all.into_iter().flatten().collect()
}

/// The link to a file. Those of a withdrawn version are given no more.
fn item(subject: &Subject, file: &File) -> Option<Link> {
    if subject.version.state == VersionState::Withdrawn {
        return None;
    }
    Some(Link::new("item", &subject.address(file)?)?.of_type(file.media_type.as_str()))
}

/// The `Link` field of a page and of its documents, as far as there is room in the head of an answer.
#[must_use]
pub fn link_field(entry: &Entry, at: &Addresses, version: Option<&VersionNumber>, shown: Format) -> String {
    let mut all = links(entry, at, version);
    if shown == Format::Page {
        let files = entry.described.files.iter().take(MOST_ITEMS);
        if let Ok(subject) = Subject::of(entry, at) {
            all.extend(files.filter_map(|file| item(&subject, file)));
        }
    } else {
        // A document says what it is about, and where to go on from.
        all.retain(|link| matches!(link.relation, "cite-as" | "license" | "linkset"));
        let back = Link::new("describes", &page(entry, at, version));
        all.extend(back.map(|link| link.of_type(Format::Page.about().offer.media_type)));
    }
    let mut field = String::new();
    for link in all {
        let link = link.as_field();
        if field.len() + link.len() + 2 > MOST_BYTES {
            break;
        }
        if !field.is_empty() {
            field.push_str(", ");
        }
        field.push_str(&link);
    }
    field
}

/// All links as one document (RFC 9264): from the page, and back to it from each document and each file.
pub(super) struct Linkset {
    subject: Subject,
    page: String,
    links: Vec<Link>,
    /// Whether the links from the page are written and those back to it follow.
    back: bool,
    first: bool,
}

impl Linkset {
    /// The links of the page of the dataset; with a number, of that version's page.
    ///
    /// # Errors
    /// 404 when nothing is published.
    pub(super) fn of(entry: &Entry, at: &Addresses, number: Option<&VersionNumber>) -> Result<Self> {
        let subject = Subject::of(entry, at)?;
        let (page, links) = (page(entry, at, number), links(entry, at, number));
        Ok(Self { page, subject, links, back: false, first: true })
    }

    /// A context whose one link leads back to the page.
    fn context(&self, anchor: &str, relation: &str) -> serde_json::Value {
        serde_json::json!({"anchor": anchor, relation: [{"href": self.page, "type": "text/html"}]})
    }
}

fn target(link: &Link) -> serde_json::Value {
    let mut out = serde_json::json!({"href": link.target});
    if let Some(members) = out.as_object_mut() {
        // The profile stands in the `Link` field alone. Here it would have to be a list, as extension attributes are (RFC 9264,
        // 4.2.4.3), and readers of Signposting take it for a text.
        members.extend(link.media_type.as_ref().map(|kind| ("type".to_owned(), kind.as_str().into())));
    }
    out
}

fn write(value: &impl serde::Serialize, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, value).map_err(|error| Error::internal("a link set", error))
}

impl ByFile for Linkset {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.extend(b"{\"linkset\":[\n{\"anchor\":");
        write(&self.page, out)?;
        let mut done: Vec<&str> = Vec::new();
        for link in &self.links {
            if done.contains(&link.relation) {
                continue;
            }
            done.push(link.relation);
            let same = self.links.iter().filter(|other| other.relation == link.relation);
            out.push(b',');
            write(&link.relation, out)?;
            out.push(b':');
            write(&same.map(target).collect::<Vec<_>>(), out)?;
        }
        out.extend(b",\n\"item\":[");
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()> {
        let Some(link) = item(&self.subject, file) else { return Ok(()) };
        let before: &[u8] = if self.back || !self.first { b",\n" } else { b"\n" };
        out.extend(before);
        self.first = false;
        if self.back {
            write(&self.context(&link.target, "collection"), out)
        } else {
            write(&target(&link), out)
        }
    }

    fn turn(&mut self, out: &mut Vec<u8>) -> Result<Next> {
        if self.back {
            out.extend(b"\n]}\n");
            return Ok(Next::Done);
        }
        out.extend(b"\n]}");
        self.back = true;
        for link in self.links.iter().filter(|link| link.relation == "describedby") {
            out.extend(b",\n");
            write(&self.context(&link.target, "describes"), out)?;
        }
        Ok(Next::Again)
    }
}
