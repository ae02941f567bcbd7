//! The renderings there are of one dataset, in one table: file name, media type, standard.

use bytes::Bytes;

use super::addresses::Addresses;
use super::bag::Bag;
use super::by_file::{ByFile, whole};
use super::checksums::Checksums;
use super::data_package::DataPackage;
use super::entry::Entry;
use super::metalink::Metalink;
use super::rdf::Syntax;
use super::signposting::Linkset;
use super::spdx3::Spdx3;
use super::{citation, croissant, datacite, dcat, page, schema_org};
use crate::datasets::versions::VersionNumber;
use crate::http::Offer;
use crate::kernel::{Error, Result};

/// A rendering of a dataset or of one of its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The page for people.
    Page,
    /// DCAT-AP 3.0.1 as Turtle.
    Turtle,
    /// DCAT-AP 3.0.1 as RDF/XML.
    RdfXml,
    /// DCAT-AP 3.0.1 as JSON-LD.
    JsonLd,
    /// DCAT-AP 3.0.1 as N-Triples.
    NTriples,
    /// schema.org `Dataset` as JSON-LD, as search engines read it.
    SchemaOrg,
    /// A Frictionless Data Package.
    DataPackage,
    /// SPDX 3 with the Dataset profile.
    Spdx3,
    /// A citation for BibTeX.
    BibTex,
    /// A citation for citation managers.
    CslJson,
    /// All links of Signposting.
    Linkset,
    /// A list for `sha256sum --check`.
    Sha256Sums,
    /// A Metalink document.
    Metalink,
    /// A bag whose payload is fetched.
    Bag,
    /// Croissant 1.1 (MLCommons), as libraries that train read it.
    Croissant,
    /// Croissant 1.0, for readers that know no later one.
    Croissant10,
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
    pub const ALL: &[Self] = &[
        Self::Page,
        Self::Turtle,
        Self::RdfXml,
        Self::JsonLd,
        Self::NTriples,
        Self::SchemaOrg,
        Self::DataPackage,
        Self::Spdx3,
        Self::BibTex,
        Self::CslJson,
        Self::Linkset,
        Self::Sha256Sums,
        Self::Metalink,
        Self::Bag,
        Self::Croissant,
        Self::Croissant10,
        Self::DataciteXml,
        Self::DataciteJson,
    ];

    /// What is known of it.
    #[must_use]
    pub const fn about(self) -> About {
        match self {
            Self::Page => About {
                file_name: "index.html",
                suffix: Some("html"),
                offer: Offer { media_type: "text/html", profile: None },
                standard: "HTML",
            },
            Self::Turtle => dcat_ap("dcat.ttl", "ttl", "text/turtle"),
            Self::RdfXml => dcat_ap("dcat.rdf", "rdf", "application/rdf+xml"),
            Self::JsonLd => dcat_ap("dcat.jsonld", "jsonld", "application/ld+json"),
            Self::NTriples => dcat_ap("dcat.nt", "nt", "application/n-triples"),
            Self::SchemaOrg => About {
                file_name: "schema-org.jsonld",
                suffix: None,
                offer: Offer { media_type: "application/ld+json", profile: Some("https://schema.org/") },
                standard: "schema.org Dataset",
            },
            Self::DataPackage => About {
                file_name: "datapackage.json",
                suffix: None,
                offer: Offer { media_type: "application/vnd.datapackage+json", profile: None },
                standard: "Frictionless Data Package 2.0",
            },
            Self::Spdx3 => About {
                file_name: "spdx.json",
                suffix: None,
                offer: Offer { media_type: "application/spdx+json", profile: None },
                standard: "SPDX 3.0.1, Dataset profile",
            },
            Self::BibTex => About {
                file_name: "citation.bib",
                suffix: None,
                offer: Offer { media_type: "application/x-bibtex", profile: None },
                standard: "BibTeX",
            },
            Self::CslJson => About {
                file_name: "citation.csl.json",
                suffix: None,
                offer: Offer { media_type: "application/vnd.citationstyles.csl+json", profile: None },
                standard: "CSL-JSON 1.0",
            },
            Self::Linkset => About {
                file_name: "linkset.json",
                suffix: None,
                offer: Offer { media_type: "application/linkset+json", profile: None },
                standard: "FAIR Signposting, link set (RFC 9264)",
            },
            Self::Sha256Sums => About {
                file_name: "sha256sums.txt",
                suffix: None,
                offer: Offer { media_type: "text/plain", profile: None },
                standard: "sha256sum list (GNU coreutils)",
            },
            Self::Metalink => About {
                file_name: "files.meta4",
                suffix: None,
                offer: Offer { media_type: "application/metalink4+xml", profile: None },
                standard: "Metalink 4 (RFC 5854)",
            },
            Self::Bag => About {
                file_name: "bag.zip",
                suffix: None,
                offer: Offer { media_type: "application/zip", profile: None },
                standard: "BagIt 1.0 (RFC 8493)",
            },
            Self::Croissant => About {
                file_name: "croissant.json",
                suffix: None,
                offer: Offer { media_type: "application/ld+json", profile: Some(croissant::V1_1) },
                standard: "Croissant 1.1",
            },
            Self::Croissant10 => About {
                file_name: "croissant-1.0.json",
                suffix: None,
                offer: Offer { media_type: "application/ld+json", profile: Some(croissant::V1_0) },
                standard: "Croissant 1.0",
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

    /// The most files of the version that it is made from at once; what is written file by file needs none of them, unless it tells
    /// columns.
    #[must_use]
    pub const fn most_files(self) -> i64 {
        match self {
            Self::Page => page::MOST_FILES,
            Self::Turtle | Self::RdfXml | Self::JsonLd | Self::NTriples => dcat::MOST_FILES,
            Self::SchemaOrg | Self::DataPackage | Self::Croissant | Self::Croissant10 => 10_000,
            Self::Spdx3
            | Self::BibTex
            | Self::CslJson
            | Self::Linkset
            | Self::Sha256Sums
            | Self::Metalink
            | Self::Bag
            | Self::DataciteXml
            | Self::DataciteJson => 0,
        }
    }

    /// Whether it tells the columns of files, and so changes when they were read.
    #[must_use]
    pub const fn tells_columns(self) -> bool {
        matches!(self, Self::Croissant | Self::Croissant10 | Self::DataPackage)
    }

    /// The document, where it is one that is written file by file: of the dataset, or of the version that was asked for.
    ///
    /// # Errors
    /// 404 when it is of a version and none is published; 409 or 410 when there is no such document of this version.
    pub fn by_file(
        self,
        entry: &Entry,
        at: &Addresses,
        asked: Option<&VersionNumber>,
    ) -> Result<Option<Box<dyn ByFile>>> {
        Ok(Some(match self {
            Self::DataPackage => Box::new(DataPackage::of(entry, at)?),
            Self::Spdx3 => Box::new(Spdx3::of(entry, at)?),
            Self::Linkset => Box::new(Linkset::of(entry, at, asked)?),
            Self::Sha256Sums => Box::new(Checksums::of(entry, at)?),
            Self::Metalink => Box::new(Metalink::of(entry, at)?),
            Self::Bag => Box::new(Bag::of(entry, at)?),
            _ => return Ok(None),
        }))
    }

    /// Renders an entry; what is written file by file, with the files that the entry has.
    ///
    /// # Errors
    /// 409 when the format has nothing to say of this dataset, or there are too many files for it; as
    /// [`Format::by_file`].
    pub fn render(self, entry: &Entry, at: &Addresses) -> Result<Rendered> {
        let body = match self {
            Self::Page => page::render(&page::View::plain(entry, at))?,
            Self::Turtle => dcat::render(entry, at, Syntax::Turtle).into(),
            Self::RdfXml => dcat::render(entry, at, Syntax::RdfXml).into(),
            Self::JsonLd => dcat::render(entry, at, Syntax::JsonLd).into(),
            Self::NTriples => dcat::render(entry, at, Syntax::NTriples).into(),
            Self::SchemaOrg => json(&schema_org::render(entry, at))?,
            Self::BibTex => citation::bibtex(entry, at).into(),
            Self::CslJson => json(&citation::csl(entry, at))?,
            Self::DataPackage
            | Self::Spdx3
            | Self::Linkset
            | Self::Sha256Sums
            | Self::Metalink
            | Self::Bag => match self.by_file(entry, at, None)? {
                Some(document) => whole(document, &entry.described.files)?,
                None => Bytes::new(),
            },
            Self::Croissant => json(&croissant::render(entry, at, croissant::Edition::V1_1)?)?,
            Self::Croissant10 => json(&croissant::render(entry, at, croissant::Edition::V1_0)?)?,
            Self::DataciteXml => datacite::render_xml(entry, at).into(),
            Self::DataciteJson => json(&datacite::render_json(entry, at))?,
        };
        Ok(Rendered { content_type: self.content_type(), body })
    }
}

/// A serialization of DCAT-AP.
const fn dcat_ap(file_name: &'static str, suffix: &'static str, media_type: &'static str) -> About {
    let offer = Offer { media_type, profile: None };
    About { file_name, suffix: Some(suffix), offer, standard: "DCAT-AP 3.0.1" }
}

/// JSON for people to read too.
fn json(document: &serde_json::Value) -> Result<Bytes> {
    let text = serde_json::to_vec_pretty(document).map_err(|error| Error::internal("a rendering", error))?;
    Ok(text.into())
}
