//! How complete a record is: a score of 100 points with the reason for each point that is missing.
//!
//! The weights follow what a trainer needs to judge a dataset and what the Data Act, Art. 33(1), wants
//! described: content, restrictions of use, licences, methods of collection, quality, uncertainty, structures,
//! and the technical means of access. Nothing here keeps a dataset from being published.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::Content;
use super::model::Record;
use super::origin::SourceCategory;
use super::privacy::PersonalData;

/// How complete a record is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Completeness {
    /// Points reached, 0 to 100.
    pub score: u32,
    /// The parts of the score, in the order of the record.
    pub parts: Vec<CompletenessPart>,
}

/// One part of the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompletenessPart {
    /// Name of the part.
    pub name: &'static str,
    /// Points reached.
    pub points: u32,
    /// Points that can be reached.
    pub of: u32,
    /// What would bring the rest.
    pub missing: Vec<MissingPoints>,
}

/// A statement that the record lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingPoints {
    /// JSON pointer of the field (RFC 6901).
    pub pointer: &'static str,
    /// Points that it would bring.
    pub points: u32,
    /// What to do.
    pub hint: &'static str,
}

/// A statement that is scored: points, pointer, what to do, and how to see that it is there.
type Item = (u32, &'static str, &'static str, fn(&Record) -> bool);

/// All statements that are scored; the points add up to 100.
const PARTS: &[(&str, &[Item])] = &[
    (
        "identity",
        &[
            (3, "/title", "give the dataset a title", |r| !r.title.is_empty()),
            (4, "/description", "describe the dataset", |r| !r.description.is_empty()),
            (2, "/keywords", "add keywords", |r| r.keywords.values().any(|words| !words.is_empty())),
            (2, "/themes", "name its subjects", |r| !r.themes.is_empty()),
            (1, "/identifiers", "add an identifier such as a DOI", |r| !r.identifiers.is_empty()),
            (2, "/documentation", "link a landing page or documentation", |r| {
                r.landing_page.is_some() || !r.documentation.is_empty()
            }),
        ],
    ),
    (
        "content",
        &[
            (3, "/content/modalities", "name the forms that the data take", |r| {
                !r.content.modalities.is_empty()
            }),
            (3, "/content/sizes", "say how much there is of each modality", |r| !r.content.sizes.is_empty()),
            (2, "/content/content_types", "name the kinds of content", |r| {
                !r.content.content_types.is_empty()
            }),
            (2, "/content/languages", "name the languages of the content", |r| languages_stated(&r.content)),
            (2, "/content/splits", "describe splits or add corpus measures", |r| {
                !r.content.splits.is_empty() || !r.content.measures.is_empty()
            }),
            // Data Act, Art. 33(1): data structures, formats and vocabularies.
            (
                2,
                "/quality/conforms_to",
                "link the schemas that the data follow, or state columns of tables",
                |r| !r.quality.conforms_to.is_empty() || !r.content.tables.is_empty(),
            ),
        ],
    ),
    (
        "coverage",
        &[
            (3, "/coverage/geographic", "name the places covered", |r| !r.coverage.geographic.is_empty()),
            (3, "/coverage/temporal", "say which time the data speak of", |r| r.coverage.temporal.is_some()),
            (3, "/coverage/collection_period", "say when the data were collected", |r| {
                r.coverage.collection_period.is_some()
            }),
            (1, "/update_frequency", "say how often new data are published", |r| {
                r.update_frequency.is_some()
            }),
        ],
    ),
    (
        "origin",
        &[
            (4, "/origin/source_category", "declare where the content was taken from", |r| {
                r.origin.source_category.is_some()
            }),
            (4, "/origin/collection_methods", "name the methods of collection", |r| {
                !r.origin.collection_methods.is_empty()
            }),
            (3, "/origin/processing_steps", "list what was done to the data", |r| {
                !r.origin.processing_steps.is_empty()
            }),
            (1, "/origin/crawl", "describe the crawl", |r| {
                stated_for(r, SourceCategory::Crawled, r.origin.crawl.is_some())
            }),
            (1, "/origin/synthetic", "describe how the content was made", |r| {
                stated_for(r, SourceCategory::Synthetic, r.origin.synthetic.is_some())
            }),
            (1, "/creators", "name the creators", |r| !r.creators.is_empty()),
        ],
    ),
    (
        "quality",
        &[
            (2, "/quality/design_choices", "explain the choices made in the design", |r| {
                !r.quality.design_choices.is_empty()
            }),
            (3, "/quality/representativeness", "say for whom and what the data are representative", |r| {
                !r.quality.representativeness.is_empty()
            }),
            (3, "/quality/known_errors", "list known errors, or say that none are known", |r| {
                !r.quality.known_errors.is_empty()
            }),
            (2, "/quality/uncertainty", "say how uncertain the values are", |r| {
                !r.quality.uncertainty.is_empty()
            }),
            (3, "/quality/biases", "list biases found", |r| !r.quality.biases.is_empty()),
            (3, "/quality/limitations", "list the limits of use", |r| !r.quality.limitations.is_empty()),
        ],
    ),
    (
        "rights",
        &[
            (5, "/rights/licence", "state the licence as an SPDX expression", |r| r.rights.licence.is_some()),
            (4, "/rights/tdm", "declare whether text and data mining is reserved", |r| {
                r.rights.tdm.is_some()
            }),
            (3, "/rights/copyright_status", "say under which title copyrighted content is there", |r| {
                r.rights.copyright_status.is_some()
            }),
            (2, "/rights/rights_holders", "name the holders of the rights", |r| {
                !r.rights.rights_holders.is_empty()
            }),
        ],
    ),
    (
        "privacy",
        &[
            (5, "/privacy/personal_data", "declare whether there are personal data", |r| {
                r.privacy.personal_data.is_some()
            }),
            (3, "/privacy/legal_bases", "name the legal bases of processing", |r| {
                not_personal(r) || !r.privacy.legal_bases.is_empty()
            }),
            (2, "/privacy/original_purpose", "say what the data were collected for", |r| {
                not_personal(r) || !r.privacy.original_purpose.is_empty()
            }),
        ],
    ),
    (
        "access",
        &[
            (3, "/contact", "name the desk that answers questions", |r| r.contact.is_some()),
            (2, "/uses/intended", "name the intended uses", |r| !r.uses.intended.is_empty()),
            (2, "/technical_access/api_terms", "state or link the terms of technical access", |r| {
                !r.technical_access.api_terms.is_empty() || r.technical_access.api_terms_url.is_some()
            }),
            (1, "/technical_access/quality_of_service", "state the quality of service", |r| {
                !r.technical_access.quality_of_service.is_empty()
            }),
        ],
    ),
];

/// Languages are asked for only where the content can be in one.
fn languages_stated(content: &Content) -> bool {
    !content.languages.is_empty() || (!content.modalities.is_empty() && !content.has_language())
}

/// A statement that only one category of source asks for, once a category is stated.
fn stated_for(record: &Record, category: SourceCategory, stated: bool) -> bool {
    stated || record.origin.source_category.is_some_and(|own| own != category)
}

/// Whether the provider says that nobody can be identified.
fn not_personal(record: &Record) -> bool {
    matches!(record.privacy.personal_data, Some(PersonalData::None | PersonalData::Anonymised))
}

/// Scores a record.
#[must_use]
pub fn completeness(record: &Record) -> Completeness {
    let parts: Vec<_> = PARTS.iter().map(|(name, items)| score(name, items, record)).collect();
    Completeness { score: parts.iter().map(|part| part.points).sum(), parts }
}

fn score(name: &'static str, items: &[Item], record: &Record) -> CompletenessPart {
    let of = items.iter().map(|(points, ..)| points).sum();
    let missing: Vec<_> = items
        .iter()
        .filter(|(.., present)| !present(record))
        .map(|&(points, pointer, hint, _)| MissingPoints { pointer, points, hint })
        .collect();
    let lost: u32 = missing.iter().map(|item| item.points).sum();
    CompletenessPart { name, points: of - lost, of, missing }
}
