//! A dataset as plain data: its name, where it is listed, who may know of it, its record and terms.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::origin::Harvested;
use super::record::Record;
use super::versions::VersionNumber;
use crate::i18n::Language;
use crate::kernel::{
    Checks, DatasetId, Digest, Error, LangText, OrganisationId, Result, Slug, Timestamp, text_enum,
};
use crate::policies::{AccessMode, Policy, Sentence, describe};

text_enum! {
    /// Who may know of a dataset.
    pub enum Visibility {
        /// Everybody.
        Public = "public",
        /// Members of its space.
        Space = "space",
        /// The named organisations.
        Organisations = "organisations",
    }
}

/// A dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Dataset {
    /// The id.
    pub id: DatasetId,
    /// The organisation that provides it.
    pub organisation: Slug,
    /// Its id.
    pub organisation_id: OrganisationId,
    /// The name within the organisation.
    pub name: Slug,
    /// The data space it is listed in.
    pub space: Slug,
    /// Who may know of it.
    pub visibility: Visibility,
    /// The organisations named by the visibility `organisations`; shown to its publishers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Vec<Slug>>,
    /// Listed although nothing is published yet.
    pub announced: bool,
    /// Whether others can see it: something is published, or it is announced.
    pub listed: bool,
    /// How access is given; absent until terms are set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_mode: Option<AccessMode>,
    /// Counts the changes of the terms; 0 until they are set.
    pub policy_revision: i64,
    /// The typed record.
    #[schema(value_type = Record)]
    pub record: Box<RawValue>,
    /// What the space's extension schema asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub extension: Option<Box<RawValue>>,
    /// Where it was harvested from. Such a dataset is read-only here, and holds no bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harvested: Option<Box<Harvested>>,
    /// How complete the record is, 0 to 100; the reasons are under `/completeness`.
    pub completeness: i64,
    /// The newest published version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_version: Option<VersionNumber>,
    /// Counts the changes of what is stated.
    pub revision: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed, its terms and versions included.
    pub updated_at: Timestamp,
}

impl Dataset {
    /// `organisation/name`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.organisation, self.name)
    }

    /// Whether everybody may know of it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.listed && self.visibility == Visibility::Public
    }

    /// The strong entity tag. Every change moves `updated_at`, also one of the terms or of the versions, which the
    /// revision does not count.
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}.{}\"", self.revision, self.updated_at.as_millis())
    }

    /// The instant of a change made now: later than the last one, whatever the clocks of two replicas say.
    #[must_use]
    pub fn changed_at(&self, now: Timestamp) -> Timestamp {
        now.max(self.updated_at.plus(Duration::from_millis(1)))
    }

    /// What the space's extension schema asks for, as a document.
    ///
    /// # Errors
    /// When what is stored is not JSON.
    pub fn typed_extension(&self) -> Result<Option<serde_json::Value>> {
        let extension = self.extension.as_ref().map(|text| serde_json::from_str(text.get())).transpose();
        extension.map_err(|error| Error::internal("stored extension", error))
    }

    /// The record, typed.
    ///
    /// # Errors
    /// When what is stored is not a record of this program's.
    pub fn typed_record(&self) -> Result<Record> {
        serde_json::from_str(self.record.get()).map_err(|error| Error::internal("stored record", error))
    }
}

/// A dataset in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DatasetSummary {
    /// The id.
    pub id: DatasetId,
    /// The organisation that provides it.
    pub organisation: Slug,
    /// The name within the organisation.
    pub name: Slug,
    /// The data space it is listed in.
    pub space: Slug,
    /// Who may know of it.
    pub visibility: Visibility,
    /// The title, by language.
    pub title: LangText,
    /// The licence: an SPDX expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// How access is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_mode: Option<AccessMode>,
    /// The newest published version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_version: Option<VersionNumber>,
    /// Listed although nothing is published yet.
    pub announced: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a provider states when a dataset is registered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"organisation": "harbour-institute", "name": "tides-2024", "space": "mobility", "record": {"title": {"en": "Tides 2024"}}}))]
pub struct NewDataset {
    /// The organisation that provides it; you must be one of its publishers.
    pub organisation: Slug,
    /// The name within the organisation; cannot be changed later.
    pub name: Slug,
    /// The data space it is listed in.
    pub space: Slug,
    /// Who may know of it; everybody when not given.
    #[serde(default = "Statement::everybody")]
    pub visibility: Visibility,
    /// The organisations named by the visibility `organisations`.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub audience: Vec<Slug>,
    /// List it although nothing is published yet.
    #[serde(default)]
    pub announced: bool,
    /// The typed record.
    #[serde(default)]
    pub record: Record,
    /// What the space's extension schema asks for.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub extension: Option<serde_json::Value>,
}

impl NewDataset {
    /// The organisation, the name, and what is stated.
    pub(super) fn into_parts(self) -> (Slug, Slug, Statement) {
        let statement = Statement {
            space: self.space,
            visibility: self.visibility,
            audience: self.audience,
            announced: self.announced,
            record: self.record,
            extension: self.extension,
        };
        (self.organisation, self.name, statement)
    }
}

/// What a provider states of a dataset and may change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"space": "mobility", "visibility": "public", "announced": false, "record": {"title": {"en": "Tides 2024"}}}))]
pub struct Statement {
    /// The data space it is listed in.
    pub space: Slug,
    /// Who may know of it; everybody when not given.
    #[serde(default = "Statement::everybody")]
    pub visibility: Visibility,
    /// The organisations named by the visibility `organisations`.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub audience: Vec<Slug>,
    /// List it although nothing is published yet.
    #[serde(default)]
    pub announced: bool,
    /// The typed record.
    #[serde(default)]
    pub record: Record,
    /// What the space's extension schema asks for.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub extension: Option<serde_json::Value>,
}

/// The largest extension, in bytes of its JSON text.
const MAX_EXTENSION: usize = 64 * 1024;

impl Statement {
    fn everybody() -> Visibility {
        Visibility::Public
    }

    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.absorb("/record", self.record.check());
        checks.at_most("/audience", self.audience.len(), 1000);
        match (self.visibility, self.audience.is_empty()) {
            // An empty list never means everybody.
            (Visibility::Organisations, true) => checks.fail(
                "/audience",
                "required",
                "name at least one organisation, or choose another visibility",
            ),
            (Visibility::Public | Visibility::Space, false) => {
                checks.fail(
                    "/audience",
                    "unexpected",
                    "names organisations, but the visibility is not `organisations`",
                );
            }
            _ => {}
        }
        if let Some(extension) = &self.extension {
            checks.require(extension.is_object(), "/extension", "type", "must be a JSON object");
            checks.require(
                extension.to_string().len() <= MAX_EXTENSION,
                "/extension",
                "too_long",
                format!("may have {MAX_EXTENSION} bytes at most"),
            );
        }
        checks.finish()
    }
}

/// One earlier or present state of a record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordRevision {
    /// The state's number; the first is 1.
    pub revision: i64,
    /// Who made it: a person's id; shown to the providing organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_by: Option<String>,
    /// When.
    pub edited_at: Timestamp,
    /// Where the journal has it.
    pub position: i64,
    /// The record as it was; only when one state is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Record>)]
    pub record: Option<Box<RawValue>>,
}

/// The terms of use of a dataset, in one of their revisions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyRevision {
    /// How access is given.
    pub mode: AccessMode,
    /// The ODRL offer, in its canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub offer: Option<serde_json::Value>,
    /// Counts up from 1.
    pub revision: i64,
    /// SHA-256 over the canonical JSON of mode and offer.
    pub digest: Digest,
    /// When it was set.
    pub edited_at: Timestamp,
}

/// Terms of use, with what they say in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DescribedPolicy {
    /// The terms.
    #[serde(flatten)]
    pub policy: PolicyRevision,
    /// The language of the lines.
    pub language: Language,
    /// The offer line by line, in words; nothing where the terms are an access mode alone.
    pub lines: Vec<Sentence>,
}

impl DescribedPolicy {
    /// Puts terms into words.
    ///
    /// # Errors
    /// When the offer is one that this program does not understand.
    pub fn of(policy: PolicyRevision, language: Language) -> Result<Self> {
        let offer = policy.offer.as_ref().map(Policy::parse).transpose();
        let offer = offer.map_err(|error| Error::internal("stored terms", error))?;
        let lines = offer.map(|offer| describe(&offer, language)).unwrap_or_default();
        Ok(Self { policy, language, lines })
    }
}

/// Terms of use to set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mode": "review"}))]
pub struct NewPolicy {
    /// How access is given.
    pub mode: AccessMode,
    /// An ODRL 2.2 offer.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub offer: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(json: serde_json::Value) -> Statement {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_empty_audience_is_refused_and_one_without_its_visibility_too() {
        let error = statement(serde_json::json!({"space": "health", "visibility": "organisations"}))
            .check()
            .unwrap_err();
        assert_eq!(error.field_errors()[0].pointer, "/audience");
        let error =
            statement(serde_json::json!({"space": "health", "audience": ["org"]})).check().unwrap_err();
        assert_eq!(error.field_errors()[0].code, "unexpected");
        assert!(statement(serde_json::json!({"space": "health"})).check().is_ok());
    }
}
