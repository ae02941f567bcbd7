//! The renderings there are of one dataset, in one table: file name, media type, standard.

use bytes::Bytes;

use super::addresses::Addresses;
use super::datacite;
use super::entry::Entry;
use super::schema_org;
use crate::http::Offer;
use crate::kernel::{Error, Result};

/// A rendering of a dataset or of one of its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// schema.org `Dataset` as JSON-LD, as search engines read it.
    SchemaOrg,
    /// DataCite's metadata schema as XML.
    DataciteXml,
    /// DataCite's metadata schema as JSON.
    DataciteJson,
}

/// What is known of a format.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The last segment of its address.
    pub file_name: &'static str,
    /// The ending that may follow the name of a dataset: `/datasets/harbour/tides.ttl`.
    pub suffix: Option<&'static str>,
    /// Its media type, and the profile that tells it from others of the same.
    pub offer: Offer,
    /// The standard it follows: name and version.
    pub standard: &'static str,
}

/// A rendering, ready to be sent.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The media type, with its parameters.
    pub content_type: String,
    /// The bytes.
    pub body: Bytes,
}

impl Format {
    /// All of them; of those with the same media type, the one that is sent unless a profile says otherwise comes first.
    pub const ALL: &[Self] = &[Self::SchemaOrg, Self::DataciteXml, Self::DataciteJson];

    /// What is known of it.
    #[must_use]
    pub const fn about(self) -> About {
        match self {
            Self::SchemaOrg => About {
                file_name: "schema-org.jsonld",
                suffix: None,
                offer: Offer { media_type: "application/ld+json", profile: Some("https://schema.org/") },
                standard: "schema.org Dataset",
            },
            Self::DataciteXml => About {
                file_name: "datacite.xml",
                suffix: None,
                offer: Offer { media_type: "application/vnd.datacite.datacite+xml", profile: None },
                standard: "DataCite Metadata Schema 4.6",
            },
            Self::DataciteJson => About {
                file_name: "datacite.json",
                suffix: None,
                offer: Offer { media_type: "application/vnd.datacite.datacite+json", profile: None },
                standard: "DataCite Metadata Schema 4.6",
            },
        }
    }

    /// The last segment of its address.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        self.about().file_name
    }

    /// The format whose document has this name.
    #[must_use]
    pub fn by_file_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.file_name() == name)
    }

    /// The format with this ending.
    #[must_use]
    pub fn by_suffix(suffix: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.about().suffix == Some(suffix))
    }

    /// The media type with its profile, as `Content-Type` has it.
    #[must_use]
    pub fn content_type(self) -> String {
        let offer = self.about().offer;
        match offer.profile {
            Some(profile) => format!("{};profile=\"{profile}\"", offer.media_type),
            None if offer.media_type.starts_with("text/") => format!("{};charset=utf-8", offer.media_type),
            None => offer.media_type.to_owned(),
        }
    }

    /// Renders an entry.
    ///
    /// # Errors
    /// 409 when the format has nothing to say of this dataset, or there are too many files for it.
    pub fn render(self, entry: &Entry, at: &Addresses) -> Result<Rendered> {
        let body = match self {
            Self::SchemaOrg => json(&schema_org::render(entry, at))?,
            Self::DataciteXml => datacite::render_xml(entry, at).into(),
            Self::DataciteJson => json(&datacite::render_json(entry, at))?,
        };
        Ok(Rendered { content_type: self.content_type(), body })
    }
}

/// JSON for people to read too.
fn json(document: &serde_json::Value) -> Result<Bytes> {
    let text = serde_json::to_vec_pretty(document).map_err(|error| Error::internal("a rendering", error))?;
    Ok(text.into())
}
