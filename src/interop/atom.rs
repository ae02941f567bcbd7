//! Atom feeds (RFC 4287) of what changed last.

use super::addresses::Addresses;
use super::entry::Entry;
use super::signposting::described_by;
use super::xml::Xml;
use crate::kernel::{DatasetId, Timestamp};

/// The media type.
pub const MEDIA_TYPE: &str = "application/atom+xml;charset=utf-8";

/// A feed: its address, its title, the page it belongs to, and the instant it is of when nothing is in it.
#[derive(Debug, Clone)]
pub struct Feed {
    /// The address of the feed itself.
    pub address: String,
    /// What it is called.
    pub title: String,
    /// The page of what it tells of.
    pub page: String,
    /// When what it tells of was set up.
    pub since: Timestamp,
}

impl Feed {
    /// When something in it last changed.
    #[must_use]
    pub fn updated(&self, entries: &[Entry]) -> Timestamp {
        entries.iter().map(|entry| entry.described.dataset.updated_at).max().unwrap_or(self.since)
    }
}

/// The feed with these entries, in their order.
#[must_use]
pub fn render(feed: &Feed, entries: &[Entry], at: &Addresses) -> String {
    let mut xml = Xml::document();
    xml.begin("feed", &[("xmlns", "http://www.w3.org/2005/Atom")])
        .leaf("id", &[], &feed.address)
        .leaf("title", &[], &feed.title)
        .leaf("updated", &[], &feed.updated(entries).to_string())
        .leaf("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &feed.address)], "")
        .leaf("link", &[("rel", "alternate"), ("href", &feed.page)], "")
        .leaf("generator", &[("uri", at.base())], "Cadastre");
    for entry in entries {
        one(&mut xml, entry, at);
    }
    xml.finish()
}

fn one(xml: &mut Xml, entry: &Entry, at: &Addresses) {
    let (dataset, record) = (&entry.described.dataset, &entry.described.record);
    let title = record.title.best(&[]);
    let name = dataset.full_name();
    xml.begin("entry", &[])
        .leaf("id", &[], &urn(&dataset.id))
        .leaf("title", &[], if title.is_empty() { &name } else { title })
        .leaf("updated", &[], &dataset.updated_at.to_string());
    if let Some(published) = entry.described.version.as_ref().and_then(|version| version.published_at) {
        xml.leaf("published", &[], &published.to_string());
    }
    xml.begin("author", &[])
        .leaf("name", &[], &entry.organisation.name)
        .leaf("uri", &[], &at.organisation(&entry.organisation.slug))
        .end();
    xml.leaf("link", &[("rel", "alternate"), ("href", &at.dataset(dataset))], "");
    for format in described_by(entry, at) {
        let (address, kind) = (at.document(dataset, None, format), format.about().offer.media_type);
        xml.leaf("link", &[("rel", "describedby"), ("type", kind), ("href", &address)], "");
    }
    let space = entry.space.names.best(&[]);
    xml.leaf("category", &[("term", entry.space.slug.as_str()), ("label", space)], "");
    for word in record.keywords.values().flatten() {
        xml.leaf("category", &[("term", word)], "");
    }
    xml.leaf("summary", &[], record.description.best(&[]));
    if let Some(licence) = &record.rights.licence {
        xml.leaf("rights", &[], licence);
    }
    xml.end();
}

/// The id as a URN, which stays the same wherever the register moves to.
fn urn(id: &DatasetId) -> String {
    let hex = id.as_str().rsplit('_').next().unwrap_or_default();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_urn() {
        let id = "ds_0190f3c2a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap();
        assert_eq!(urn(&id), "urn:uuid:0190f3c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f");
    }
}
