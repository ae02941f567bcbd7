//! What is in a dataset: modalities, kinds of content, amounts, languages, splits, corpus measures and tables.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::place::{Check, Place};
use super::tables::{Table, check_tables};
use super::vocabulary::vocabulary;
use super::{SHORT, is_default};
use crate::kernel::LanguageTag;

vocabulary! {
    /// A form that data take.
    Modality {
        /// Written language.
        Text = "text",
        /// Still pictures.
        Image = "image",
        /// Sound.
        Audio = "audio",
        /// Moving pictures.
        Video = "video",
        /// Tables.
        Tabular = "tabular",
        /// Values over time.
        Timeseries = "timeseries",
        /// Nodes and edges.
        Graph = "graph",
        /// Places on the Earth.
        Geospatial = "geospatial",
        /// Point clouds, meshes, volumes.
        ThreeDimensional = "3d",
        /// Readings of instruments.
        Sensor = "sensor",
        /// Another form, named in `other_modality`.
        Other = "other",
    }
}

vocabulary! {
    /// A kind of content that the public summary of training content asks for (AI Act, Art. 53(1)(d), template
    /// section 1.3).
    ContentType {
        /// Fiction (text).
        Fiction = "fiction",
        /// Non-fiction (text).
        NonFiction = "non_fiction",
        /// Scientific works (text).
        Scientific = "scientific",
        /// Press (text).
        Press = "press",
        /// Legal and official documents (text).
        Legal = "legal",
        /// Posts on social media (text).
        SocialMedia = "social_media",
        /// Source code (text).
        SourceCode = "source_code",
        /// Photography (image).
        Photography = "photography",
        /// Works of art (image).
        Artworks = "artworks",
        /// Infographics (image).
        Infographics = "infographics",
        /// Images from social media.
        SocialMediaImages = "social_media_images",
        /// Logos (image).
        Logos = "logos",
        /// Music (audio).
        Music = "music",
        /// Audiobooks (audio).
        Audiobooks = "audiobooks",
        /// Podcasts (audio).
        Podcasts = "podcasts",
        /// Private recordings (audio).
        PrivateAudio = "private_audio",
        /// Films (video).
        Films = "films",
        /// Television (video).
        Television = "tv",
        /// Video games (video).
        Games = "games",
        /// Clips (video).
        Clips = "clips",
        /// Journalism (video).
        Journalism = "journalism",
        /// Video from social media.
        SocialVideo = "social_video",
        /// Anything else.
        Other = "other",
    }
}

vocabulary! {
    /// What an amount is counted in.
    SizeUnit {
        /// Tokens of text.
        Tokens = "tokens",
        /// Images.
        Images = "images",
        /// Hours of audio or video.
        Hours = "hours",
        /// Records: rows, documents, samples.
        Records = "records",
        /// Bytes.
        Bytes = "bytes",
        /// Files.
        Files = "files",
    }
}

/// How much there is of one modality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// The modality.
    pub modality: Modality,
    /// What is counted.
    pub unit: SizeUnit,
    /// The amount in whole units, rounded up; at most 2^53 - 1.
    pub value: u64,
    /// Whether the amount is an estimate.
    #[serde(default, skip_serializing_if = "is_default")]
    pub estimated: bool,
}

impl Check for Size {
    fn check(&self, at: &mut Place<'_>) {
        at.amount("value", Some(self.value));
    }
}

/// A language and how much of the content is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LanguageShare {
    /// The language as a BCP 47 tag.
    pub language: LanguageTag,
    /// Its part of the content, 0 to 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub share: Option<f64>,
}

impl Check for LanguageShare {
    fn check(&self, at: &mut Place<'_>) {
        at.share("share", self.share);
    }
}

vocabulary! {
    /// What a split is for.
    SplitRole {
        /// Training.
        Train = "train",
        /// Validation while training.
        Validation = "validation",
        /// Testing afterwards.
        Test = "test",
        /// Something else.
        Other = "other",
    }
}

/// A part of the dataset that is meant to be used as one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Its name in the dataset, for example `train` or `test-clean`.
    pub name: String,
    /// What it is for.
    pub role: SplitRole,
    /// Number of records in it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub records: Option<u64>,
}

impl Check for Split {
    fn check(&self, at: &mut Place<'_>) {
        at.text("name", &self.name, 64);
        at.amount("records", self.records);
    }
}

/// Measures of a corpus: of the whole, of one split, of one language, or of one language in one split.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorpusMeasure {
    /// Name of the split measured; it must be one of `splits`. Left out: all splits.
    #[serde(skip_serializing_if = "is_default")]
    pub split: Option<String>,
    /// Language measured, as a BCP 47 tag. Left out: all languages.
    #[serde(skip_serializing_if = "is_default")]
    pub language: Option<LanguageTag>,
    /// Bytes of text, uncompressed, as UTF-8.
    #[serde(skip_serializing_if = "is_default")]
    pub bytes: Option<u64>,
    /// Documents.
    #[serde(skip_serializing_if = "is_default")]
    pub documents: Option<u64>,
    /// Segments: sentences, lines or pairs.
    #[serde(skip_serializing_if = "is_default")]
    pub segments: Option<u64>,
    /// Characters (Unicode code points).
    #[serde(skip_serializing_if = "is_default")]
    pub characters: Option<u64>,
    /// Tokens, as counted by `tokenizer`.
    #[serde(skip_serializing_if = "is_default")]
    pub tokens: Option<u64>,
    /// Name of the tokenizer; required with `tokens`.
    #[serde(skip_serializing_if = "is_default")]
    pub tokenizer: Option<String>,
}

impl Check for CorpusMeasure {
    fn check(&self, at: &mut Place<'_>) {
        let counts = [
            ("bytes", self.bytes),
            ("documents", self.documents),
            ("segments", self.segments),
            ("characters", self.characters),
            ("tokens", self.tokens),
        ];
        for (member, count) in counts {
            at.amount(member, count);
        }
        at.require_here(
            counts.iter().any(|(_, count)| count.is_some()),
            "required",
            "give at least one count",
        );
        at.maybe_text("tokenizer", self.tokenizer.as_ref(), SHORT);
        at.require(
            self.tokens.is_some() == self.tokenizer.is_some(),
            "tokenizer",
            "required",
            "tokens and the name of the tokenizer that counted them belong together",
        );
    }
}

/// What is in the dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Content {
    /// The forms that the data take.
    #[serde(skip_serializing_if = "is_default")]
    pub modalities: Vec<Modality>,
    /// Name of the modality `other`; required with it.
    #[serde(skip_serializing_if = "is_default")]
    pub other_modality: Option<String>,
    /// Kinds of content.
    #[serde(skip_serializing_if = "is_default")]
    pub content_types: Vec<ContentType>,
    /// How much there is of each modality.
    #[serde(skip_serializing_if = "is_default")]
    pub sizes: Vec<Size>,
    /// Languages of the content.
    #[serde(skip_serializing_if = "is_default")]
    pub languages: Vec<LanguageShare>,
    /// Parts that are meant to be used as one.
    #[serde(skip_serializing_if = "is_default")]
    pub splits: Vec<Split>,
    /// Corpus measures, per split and language.
    #[serde(skip_serializing_if = "is_default")]
    pub measures: Vec<CorpusMeasure>,
    /// Columns of tables among the files. Of files that no table here speaks of, they are read after the publication.
    #[serde(skip_serializing_if = "is_default")]
    pub tables: Vec<Table>,
}

impl Content {
    /// Whether the content is in a language at all, as far as the modalities tell.
    pub(super) fn has_language(&self) -> bool {
        self.modalities
            .iter()
            .any(|modality| matches!(modality, Modality::Text | Modality::Audio | Modality::Video))
    }
}

impl Check for Content {
    fn check(&self, at: &mut Place<'_>) {
        at.distinct("modalities", &self.modalities);
        at.maybe_text("other_modality", self.other_modality.as_ref(), 100);
        at.require(
            self.modalities.contains(&Modality::Other) == self.other_modality.is_some(),
            "other_modality",
            "required",
            "the modality `other` and its name belong together",
        );
        at.distinct("content_types", &self.content_types);
        at.parts("sizes", &self.sizes, 50);
        at.parts("languages", &self.languages, 300);
        let shares: f64 = self.languages.iter().filter_map(|language| language.share).sum();
        at.require(shares <= 1.0 + 1e-6, "languages", "out_of_range", "the shares add up to more than 1");
        at.parts("splits", &self.splits, 100);
        at.parts("measures", &self.measures, 1000);
        for (index, measure) in self.measures.iter().enumerate().take(1000) {
            let known =
                measure.split.as_ref().is_none_or(|name| self.splits.iter().any(|split| split.name == *name));
            at.require(
                known,
                &format!("measures/{index}/split"),
                "unknown_split",
                "names none of the splits",
            );
        }
        check_tables(&self.tables, at);
    }
}
