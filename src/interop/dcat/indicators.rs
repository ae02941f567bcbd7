//! The indicators of the metadata quality assessment (MQA) of data.europa.eu: what each looks at, what it is worth, and what
//! a provider can do about it.

use super::quality::QualityDimension;
use crate::interop::rdf::Node;
use crate::interop::vocabulary::is_non_proprietary;

/// What an indicator looks at.
pub(super) enum Looks {
    /// The dataset.
    Dataset(fn(&Node) -> bool),
    /// A distribution; the one with the most points counts.
    Distribution(fn(&Node) -> bool),
    /// A distribution, or the dataset in its place.
    Either(fn(&Node) -> bool),
    /// What is known without looking at a description.
    Known(Known),
}

/// What is known of our own addresses and documents.
#[derive(Clone, Copy)]
pub(super) enum Known {
    /// The page answers everybody.
    PageAnswers,
    /// The bytes are given to everybody.
    BytesAnswer,
    /// The shapes of DCAT-AP find nothing.
    Conforms,
}

/// An indicator.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) dimension: QualityDimension,
    pub(super) points: u32,
    pub(super) looks: Looks,
    /// Why it is met, and why it is not.
    pub(super) why: (&'static str, &'static str),
    /// What brings the points.
    pub(super) fix: &'static str,
}

const FINDABLE: QualityDimension = QualityDimension::Findability;
const ACCESSIBLE: QualityDimension = QualityDimension::Accessibility;
const INTEROPERABLE: QualityDimension = QualityDimension::Interoperability;
const REUSABLE: QualityDimension = QualityDimension::Reusability;
const CONTEXT: QualityDimension = QualityDimension::Contextuality;

fn has_format(node: &Node) -> bool {
    node.links("dct:format").next().is_some()
}

fn has_media_type(node: &Node) -> bool {
    node.links("dcat:mediaType").next().is_some()
}

/// All of them, in the order of the assessment. The points add up to 405.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "keywordAvailability",
        dimension: FINDABLE,
        points: 30,
        looks: Looks::Dataset(|node| node.values("dcat:keyword").next().is_some()),
        why: ("there are keywords", "there are no keywords"),
        fix: "add keywords",
    },
    Rule {
        id: "categoryAvailability",
        dimension: FINDABLE,
        points: 30,
        looks: Looks::Dataset(|node| node.values("dcat:theme").next().is_some()),
        why: (
            "there is a subject of the EU data theme table",
            "there is no subject, and the space has none either",
        ),
        fix: "name its subjects in `themes`",
    },
    Rule {
        id: "spatialAvailability",
        dimension: FINDABLE,
        points: 20,
        looks: Looks::Dataset(|node| node.values("dct:spatial").next().is_some()),
        why: ("the places covered are named", "the places covered are not named"),
        fix: "name the places covered in `coverage.geographic`",
    },
    Rule {
        id: "temporalAvailability",
        dimension: FINDABLE,
        points: 20,
        looks: Looks::Dataset(|node| node.values("dct:temporal").next().is_some()),
        why: ("the time covered is given", "the time covered is not given"),
        fix: "say in `coverage.temporal` which time the data speak of",
    },
    Rule {
        id: "accessUrlStatusCode",
        dimension: ACCESSIBLE,
        points: 50,
        looks: Looks::Known(Known::PageAnswers),
        why: (
            "the page of the dataset answers everybody",
            "no page that is known to answer everybody leads to the data",
        ),
        fix: "make the dataset visible to everybody; its terms may still restrict the data",
    },
    Rule {
        id: "downloadUrlAvailability",
        dimension: ACCESSIBLE,
        points: 20,
        looks: Looks::Distribution(|node| node.values("dcat:downloadURL").next().is_some()),
        why: ("there is an address that gives the data", "no file is given to everybody"),
        fix: "mark a real part of the data as a sample, which is open while the rest is not",
    },
    Rule {
        id: "downloadUrlStatusCode",
        dimension: ACCESSIBLE,
        points: 30,
        looks: Looks::Known(Known::BytesAnswer),
        why: ("a file that we hold is given to everybody", "no file that we hold is given to everybody"),
        fix: "mark a real part of the data as a sample, which is open while the rest is not",
    },
    Rule {
        id: "formatAvailability",
        dimension: INTEROPERABLE,
        points: 20,
        looks: Looks::Distribution(has_format),
        why: (
            "the format is of the EU file type table",
            "the EU file type table has no entry for the format",
        ),
        fix: "state the media type, or add the data or a sample of it in a format such as CSV or JSON",
    },
    Rule {
        id: "mediaTypeAvailability",
        dimension: INTEROPERABLE,
        points: 10,
        looks: Looks::Distribution(has_media_type),
        why: ("the media type is registered with IANA", "the media type is not registered with IANA"),
        fix: "state a registered media type, or add a sample in a format that has one",
    },
    Rule {
        id: "formatMediaTypeVocabularyAlignment",
        dimension: INTEROPERABLE,
        points: 10,
        looks: Looks::Distribution(|node| has_format(node) && has_media_type(node)),
        why: (
            "format and media type are of the vocabularies",
            "format or media type are not of the vocabularies",
        ),
        fix: "add the data or a sample of it in a format such as CSV or JSON",
    },
    Rule {
        id: "formatMediaTypeNonProprietary",
        dimension: INTEROPERABLE,
        points: 20,
        looks: Looks::Distribution(|node| node.links("dct:format").any(is_non_proprietary)),
        why: (
            "the format counts as not proprietary",
            "the format is not on the list of formats that are not proprietary",
        ),
        fix: "add the data or a sample of it in a format such as CSV or JSON; Parquet is not on the list",
    },
    Rule {
        id: "formatMediaTypeMachineInterpretable",
        dimension: INTEROPERABLE,
        points: 20,
        // The only list that is public is the whole table.
        looks: Looks::Distribution(has_format),
        why: ("the format can be read by machines", "the EU file type table has no entry for the format"),
        fix: "add the data or a sample of it in a format such as CSV or JSON",
    },
    Rule {
        id: "dcatApCompliance",
        dimension: INTEROPERABLE,
        points: 30,
        looks: Looks::Known(Known::Conforms),
        why: ("the description conforms to DCAT-AP 3.0.1", "title or description are missing"),
        fix: "give the dataset a title and describe it",
    },
    Rule {
        id: "licenceAvailability",
        dimension: REUSABLE,
        points: 20,
        looks: Looks::Distribution(|node| node.values("dct:license").next().is_some()),
        why: ("there is a licence", "there is no licence"),
        fix: "state the licence as an SPDX expression",
    },
    Rule {
        id: "knownLicence",
        dimension: REUSABLE,
        points: 10,
        looks: Looks::Distribution(|node| {
            node.links("dct:license").any(|iri| iri.contains("/authority/licence/"))
        }),
        why: ("the licence is of the EU licence table", "the licence is not in the EU licence table"),
        fix: "where you may choose, take a licence of the EU table, for example CC-BY-4.0",
    },
    Rule {
        id: "accessRightsAvailability",
        dimension: REUSABLE,
        points: 10,
        looks: Looks::Dataset(|node| node.values("dct:accessRights").next().is_some()),
        why: ("the access rights are stated", "the access rights are not stated"),
        fix: "set the terms of use",
    },
    Rule {
        id: "accessRightsVocabularyAlignment",
        dimension: REUSABLE,
        points: 5,
        looks: Looks::Dataset(|node| {
            node.links("dct:accessRights").any(|iri| iri.contains("/authority/access-right/"))
        }),
        why: ("the access rights are of the EU table", "the access rights are not stated"),
        fix: "set the terms of use",
    },
    Rule {
        id: "contactPointAvailability",
        dimension: REUSABLE,
        points: 20,
        looks: Looks::Dataset(|node| node.values("dcat:contactPoint").next().is_some()),
        why: ("there is a desk that answers questions", "nobody is named who answers questions"),
        fix: "name the desk that answers questions in `contact`",
    },
    Rule {
        id: "publisherAvailability",
        dimension: REUSABLE,
        points: 10,
        looks: Looks::Dataset(|node| node.values("dct:publisher").next().is_some()),
        why: ("the organisation is the publisher", "there is no publisher"),
        fix: "name the publisher",
    },
    Rule {
        id: "rightsAvailability",
        dimension: CONTEXT,
        points: 5,
        looks: Looks::Distribution(|node| node.values("dct:rights").next().is_some()),
        why: ("the terms of use are linked", "there are no terms of use"),
        fix: "set the terms of use",
    },
    Rule {
        id: "byteSizeAvailability",
        dimension: CONTEXT,
        points: 5,
        looks: Looks::Distribution(|node| node.values("dcat:byteSize").next().is_some()),
        why: ("the size is stated", "the size is not known"),
        fix: "upload the files, or declare their size",
    },
    Rule {
        id: "dateIssuedAvailability",
        dimension: CONTEXT,
        points: 5,
        looks: Looks::Either(|node| node.values("dct:issued").next().is_some()),
        why: ("the day of publication is stated", "nothing is published yet"),
        fix: "publish a version",
    },
    Rule {
        id: "dateModifiedAvailability",
        dimension: CONTEXT,
        points: 5,
        looks: Looks::Either(|node| node.values("dct:modified").next().is_some()),
        why: ("the day of the last change is stated", "the day of the last change is not stated"),
        fix: "change the record",
    },
];
