//! A request for access as the API shows it, what is stated in one, and what makes it valid.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::states::RequestState;
use crate::kernel::{
    Checks, Digest, Error, GrantId, PersonId, RequestId, Result, Slug, Timestamp, text_schema, whole,
};
use crate::policies::{Purpose, UseStatement, Verdict};

/// A request for access.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Request {
    /// The id.
    pub id: RequestId,
    /// The dataset, `organisation/name`.
    #[schema(example = "harbour-institute/tides-2024")]
    pub dataset: String,
    /// The space whose reviewers decide.
    pub space: Slug,
    /// The organisation that asks.
    pub organisation: Slug,
    /// Who handed it in.
    pub applicant: NamedPerson,
    /// Where it stands.
    pub state: RequestState,
    /// What the data is asked for.
    pub purpose: Purpose,
    /// Why, and what will be done with it.
    pub justification: String,
    /// What is stated beyond that: where it will be processed, what was paid, which approvals there are.
    #[serde(default, skip_serializing_if = "UseStatement::is_empty")]
    pub statement: UseStatement,
    /// For how many days.
    pub duration_days: u32,
    /// Logins of those who will work with the data, as far as they are named.
    pub members: Vec<Slug>,
    /// What the reviewer, or the applicant on withdrawing, said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// What the terms of use say about it, line by line; absent when they are an access mode alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The digest of the evaluation that the verdict comes from, under which it is kept and stands in the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Digest>,
    /// When it was approved or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// The grant that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The revision of the terms that it was last held against.
    pub policy_revision: i64,
    /// Counts the changes.
    pub revision: i64,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Request {
    /// The request's path in the API.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/api/v1/requests/{}", self.id)
    }

    /// The same request with what was stated anew.
    #[must_use]
    pub fn stating(self, application: Application) -> Self {
        Self {
            purpose: application.purpose,
            justification: application.justification,
            statement: application.statement,
            duration_days: application.duration_days,
            members: application.members,
            ..self
        }
    }
}

/// A person, as others see one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NamedPerson {
    /// The id.
    pub id: PersonId,
    /// The name shown.
    pub name: String,
}

/// The public name of a dataset: `organisation/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetName {
    /// The organisation that provides it.
    pub organisation: Slug,
    /// The name within the organisation.
    pub name: Slug,
}

impl FromStr for DatasetName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.split_once('/')
            .and_then(|(organisation, name)| {
                Some(Self { organisation: organisation.parse().ok()?, name: name.parse().ok()? })
            })
            .ok_or_else(|| Error::invalid("", "dataset", "write a dataset as organisation/name"))
    }
}

text_schema! {
    DatasetName, "DatasetName", r"^(?!.*--)[a-z0-9][a-z0-9-]{0,62}[a-z0-9]/[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$", 129, "harbour-institute/tides-2024", "A dataset: `organisation/name`.";
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organisation, self.name)
    }
}

impl<'de> Deserialize<'de> for DatasetName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A request to hand in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"dataset": "harbour-institute/tides-2024", "organisation": "model-works", "purpose": "pre_training", "justification": "Pre-training of a regional weather model.", "statement": {"processing_location": "EU"}, "duration_days": 180}))]
pub struct NewRequest {
    /// The dataset, `organisation/name`.
    pub dataset: DatasetName,
    /// The organisation that asks; you must belong to it.
    pub organisation: Slug,
    /// What the data is asked for.
    pub purpose: Purpose,
    /// Why, and what will be done with it.
    #[schema(min_length = 10, max_length = 5000)]
    pub justification: String,
    /// What is stated beyond that, as far as the terms ask for it.
    #[serde(default)]
    pub statement: UseStatement,
    /// For how many days; 365 when not given.
    #[serde(default = "Application::a_year", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 3650, default = 365)]
    pub duration_days: u32,
    /// Logins of those who will work with the data; members of the organisation.
    #[serde(default)]
    #[schema(value_type = BTreeSet<Slug>, max_items = 100)]
    pub members: Vec<Slug>,
}

impl NewRequest {
    /// For which dataset, for whom, and what is stated.
    pub(in crate::access) fn into_parts(self) -> (DatasetName, Slug, Application) {
        let application = Application {
            purpose: self.purpose,
            justification: self.justification,
            statement: self.statement,
            duration_days: self.duration_days,
            members: self.members,
        };
        (self.dataset, self.organisation, application)
    }
}

/// What is stated in a request and may be changed when it was returned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "pre_training", "justification": "Pre-training of a regional weather model, without sharing.", "statement": {"processing_location": "DE"}, "duration_days": 90}))]
pub struct Application {
    /// What the data is asked for.
    pub purpose: Purpose,
    /// Why, and what will be done with it.
    #[schema(min_length = 10, max_length = 5000)]
    pub justification: String,
    /// What is stated beyond that, as far as the terms ask for it.
    #[serde(default)]
    pub statement: UseStatement,
    /// For how many days; 365 when not given.
    #[serde(default = "Application::a_year", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 3650, default = 365)]
    pub duration_days: u32,
    /// Logins of those who will work with the data; members of the organisation.
    #[serde(default)]
    #[schema(value_type = BTreeSet<Slug>, max_items = 100)]
    pub members: Vec<Slug>,
}

impl Application {
    /// The fewest characters that can explain anything.
    const MIN_JUSTIFICATION: usize = 10;
    /// The longest span that may be asked for, in days.
    const MAX_DAYS: u32 = 3650;

    fn a_year() -> u32 {
        365
    }

    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/justification", &self.justification, 5000);
        checks.require(
            self.justification.trim().chars().count() >= Self::MIN_JUSTIFICATION,
            "/justification",
            "too_short",
            "say in a sentence or more what the data is for; reviewers decide by it",
        );
        checks.require(
            (1..=Self::MAX_DAYS).contains(&self.duration_days),
            "/duration_days",
            "out_of_range",
            format!("must lie between 1 and {}", Self::MAX_DAYS),
        );
        self.statement.check("/statement", &mut checks);
        checks.at_most("/members", self.members.len(), 100);
        let mut seen = BTreeSet::new();
        for (index, login) in self.members.iter().enumerate() {
            checks.require(seen.insert(login), &format!("/members/{index}"), "duplicate", "is named already");
        }
        checks.finish()
    }
}

/// Why something is done that the other side must understand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remark": "Please say which models are trained and where they will run."}))]
pub struct Remark {
    /// What the applicant should know.
    #[schema(min_length = 1, max_length = 5000)]
    pub remark: String,
}

impl Remark {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/remark", &self.remark, MAX_NOTE);
        checks.finish()
    }
}

/// A word that may go with it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remark": "The project was stopped."}))]
pub struct Note {
    /// What the other side should know.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub remark: Option<String>,
}

/// The longest remark, reason or condition, in characters.
pub(super) const MAX_NOTE: usize = 5000;

impl Note {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.optional_text("/remark", self.remark.as_deref().unwrap_or_default(), MAX_NOTE);
        checks.finish()
    }
}

/// What a list of requests or grants is narrowed to; each filter that is set must fit.
#[derive(Debug, Clone)]
pub struct Filters<State> {
    /// In this state.
    pub state: Option<State>,
    /// For this dataset.
    pub dataset: Option<DatasetName>,
    /// Of this organisation.
    pub organisation: Option<Slug>,
    /// In this space.
    pub space: Option<Slug>,
}

impl<State> Default for Filters<State> {
    fn default() -> Self {
        Self { state: None, dataset: None, organisation: None, space: None }
    }
}
