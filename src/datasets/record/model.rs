//! The record: everything a provider states about a dataset, in one typed document.
//!
//! What belongs to the dataset itself (organisation, name, space, visibility, access mode, policy) or is
//! computed from it (versions, files, digests, statistics) is not here. An empty record is a legal draft.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::agents::Agent;
use super::content::{Content, Modality};
use super::coverage::Coverage;
use super::economics::{Economics, TechnicalAccess};
use super::formats::VERSION;
use super::handling::Handling;
use super::health::HealthDataSpace;
use super::identity::{Contact, Identifier, Relation, Theme, UpdateFrequency};
use super::origin::Origin;
use super::place::{Check, Place};
use super::privacy::Privacy;
use super::quality::{Annotation, Quality, Uses};
use super::rights::{Rights, TdmReservation};
use super::{LONG, is_default};
use crate::kernel::{Checks, Error, FieldError, LangText, LanguageTag, Result};

/// The description of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = DatasetRecord)]
pub struct Record {
    /// Title by language tag (BCP 47); required at publication.
    #[serde(skip_serializing_if = "is_default")]
    pub title: LangText,
    /// Description by language tag; required at publication.
    #[serde(skip_serializing_if = "is_default")]
    pub description: LangText,
    /// Keywords by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub keywords: BTreeMap<LanguageTag, Vec<String>>,
    /// Subjects.
    #[serde(skip_serializing_if = "is_default")]
    pub themes: Vec<Theme>,
    /// Names that the dataset has elsewhere.
    #[serde(skip_serializing_if = "is_default")]
    pub identifiers: Vec<Identifier>,
    /// Semantic version of this record, as its provider counts.
    #[serde(skip_serializing_if = "is_default")]
    pub metadata_version: Option<String>,
    /// Where questions go; required at publication.
    #[serde(skip_serializing_if = "is_default")]
    pub contact: Option<Contact>,
    /// Who made the dataset.
    #[serde(skip_serializing_if = "is_default")]
    pub creators: Vec<Agent>,
    /// Address of the dataset's own page.
    #[serde(skip_serializing_if = "is_default")]
    pub landing_page: Option<String>,
    /// Addresses of documentation.
    #[serde(skip_serializing_if = "is_default")]
    pub documentation: Vec<String>,
    /// How often new data are published.
    #[serde(skip_serializing_if = "is_default")]
    pub update_frequency: Option<UpdateFrequency>,
    /// What is in the dataset.
    #[serde(skip_serializing_if = "is_default")]
    pub content: Content,
    /// What it covers.
    #[serde(skip_serializing_if = "is_default")]
    pub coverage: Coverage,
    /// Where it comes from.
    #[serde(skip_serializing_if = "is_default")]
    pub origin: Origin,
    /// How it was annotated.
    #[serde(skip_serializing_if = "is_default")]
    pub annotation: Option<Annotation>,
    /// How good it is.
    #[serde(skip_serializing_if = "is_default")]
    pub quality: Quality,
    /// What it is meant for.
    #[serde(skip_serializing_if = "is_default")]
    pub uses: Uses,
    /// Rights in it.
    #[serde(skip_serializing_if = "is_default")]
    pub rights: Rights,
    /// Personal data in it.
    #[serde(skip_serializing_if = "is_default")]
    pub privacy: Privacy,
    /// How confidential it is and where it may be.
    #[serde(skip_serializing_if = "is_default")]
    pub handling: Handling,
    /// Its place in the European Health Data Space.
    #[serde(skip_serializing_if = "is_default")]
    pub health: Option<HealthDataSpace>,
    /// Funding, economy and price.
    #[serde(skip_serializing_if = "is_default")]
    pub economics: Economics,
    /// APIs, their terms and their quality.
    #[serde(skip_serializing_if = "is_default")]
    pub technical_access: TechnicalAccess,
    /// Models, publications, projects and other works.
    #[serde(skip_serializing_if = "is_default")]
    pub relations: Vec<Relation>,
}

/// The values by which listings are filtered; each list sorted and without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Licence identifiers of the SPDX list, and `LicenseRef-` names.
    pub licences: BTreeSet<String>,
    /// Subjects.
    pub themes: BTreeSet<Theme>,
    /// Forms of the data.
    pub modalities: BTreeSet<Modality>,
    /// Languages of the content.
    pub languages: BTreeSet<LanguageTag>,
    /// Names it has elsewhere, by which the same dataset is found in another place.
    pub identifiers: BTreeSet<String>,
    /// Whether text and data mining is reserved, where the record says so.
    pub tdm: Option<TdmReservation>,
}

impl Record {
    /// The most bytes of a record as JSON without white space.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// The most characters of a title.
    pub const MAX_TITLE: usize = 300;

    /// Checks every limit and format; says nothing about what is missing.
    ///
    /// # Errors
    /// When any field is wrong; the error lists them (the first hundred) with JSON pointers.
    pub fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        let json = serde_json::to_vec(self).map_err(|error| Error::internal("a record as JSON", error))?;
        let bytes = json.len();
        let detail = format!(
            "the record has {bytes} bytes without white space, at most {} are allowed",
            Self::MAX_BYTES
        );
        checks.require(bytes <= Self::MAX_BYTES, "", "too_large", detail);
        Check::check(self, &mut Place::root(&mut checks));
        checks.finish()
    }

    /// Nothing that publication needs is missing.
    ///
    /// # Errors
    /// 422 with everything that is, below `/record`.
    pub fn check_for_publication(&self) -> Result<()> {
        let missing = self.missing_for_publication();
        if missing.is_empty() { Ok(()) } else { Err(Error::fields(missing).at("/record")) }
    }

    /// What publication needs and the record lacks. Space, access mode and policy are asked for elsewhere, and
    /// the publisher is the organisation.
    #[must_use]
    pub fn missing_for_publication(&self) -> Vec<FieldError> {
        let needed = [
            (!self.title.is_empty(), "/title", "give the dataset a title"),
            (!self.description.is_empty(), "/description", "describe the dataset"),
            (self.contact.is_some(), "/contact", "name the desk that answers questions"),
            (self.rights.licence.is_some(), "/rights/licence", "state the licence as an SPDX expression"),
            (self.rights.tdm.is_some(), "/rights/tdm", "declare whether text and data mining is reserved"),
            (
                self.origin.source_category.is_some(),
                "/origin/source_category",
                "declare where the content was taken from",
            ),
            (
                self.privacy.personal_data.is_some(),
                "/privacy/personal_data",
                "declare whether there are personal data",
            ),
        ];
        needed
            .into_iter()
            .filter(|(present, ..)| !present)
            .map(|(_, pointer, detail)| FieldError {
                pointer: pointer.into(),
                code: "required",
                detail: detail.into(),
            })
            .collect()
    }

    /// The values by which listings are filtered. A licence that is not valid gives none.
    #[must_use]
    pub fn facets(&self) -> Facets {
        Facets {
            licences: self.rights.parsed_licence().iter().flat_map(|licence| licence.identifiers()).collect(),
            themes: self.themes.iter().copied().collect(),
            modalities: self.content.modalities.iter().copied().collect(),
            languages: self.content.languages.iter().map(|entry| entry.language.clone()).collect(),
            identifiers: self.identifiers.iter().map(|one| identity_key(&one.value)).collect(),
            tdm: self.rights.tdm.as_ref().map(|tdm| tdm.reservation),
        }
    }
}

/// The one way of writing an identifier by which two of them are compared: a DOI (ISO 26324) without the address of a resolver
/// and in lower case, since case does not matter in it; anything else as it is.
#[must_use]
pub fn identity_key(identifier: &str) -> String {
    const DOI: [&str; 6] =
        ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:", "DOI:"];
    let identifier = identifier.trim();
    let bare = DOI.iter().find_map(|prefix| identifier.strip_prefix(prefix)).unwrap_or(identifier);
    if bare.starts_with("10.") && bare.contains('/') { bare.to_lowercase() } else { identifier.to_owned() }
}

impl Check for Record {
    fn check(&self, at: &mut Place<'_>) {
        at.lang("title", &self.title, Self::MAX_TITLE);
        at.lang("description", &self.description, LONG);
        at.keywords("keywords", &self.keywords);
        at.distinct("themes", &self.themes);
        at.parts("identifiers", &self.identifiers, 50);
        at.format("metadata_version", self.metadata_version.as_ref(), &VERSION);
        at.part("contact", &self.contact);
        at.parts("creators", &self.creators, 200);
        at.url("landing_page", self.landing_page.as_ref());
        at.urls("documentation", &self.documentation, 50);
        at.part("content", &self.content);
        at.part("coverage", &self.coverage);
        at.part("origin", &self.origin);
        at.part("annotation", &self.annotation);
        at.part("quality", &self.quality);
        at.part("uses", &self.uses);
        at.part("rights", &self.rights);
        at.part("privacy", &self.privacy);
        at.part("handling", &self.handling);
        at.part("health", &self.health);
        at.part("economics", &self.economics);
        at.part("technical_access", &self.technical_access);
        at.parts("relations", &self.relations, 200);
    }
}
