//! A grant: the right that an approval creates. Whether it is over is a comparison with the clock.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::grant_states::{GrantCommand, GrantState};
use super::request::MAX_NOTE;
use crate::datasets::versions::VersionNumber;
use crate::kernel::{Checks, Error, GrantId, RequestId, Result, Slug, Timestamp};
use crate::policies::{Purpose, UseStatement};

/// The right of one organisation to use one dataset for one purpose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// The id.
    pub id: GrantId,
    /// The request it came of.
    pub request: RequestId,
    /// The dataset, `organisation/name`.
    #[schema(example = "harbour-institute/tides-2024")]
    pub dataset: String,
    /// The space in which it was decided.
    pub space: Slug,
    /// The organisation that holds it.
    pub organisation: Slug,
    /// What for.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: GrantState,
    /// Whether it holds at the moment of this answer.
    pub active: bool,
    /// From when it holds.
    pub from: Timestamp,
    /// The first instant at which it does not hold any more.
    pub until: Timestamp,
    /// The versions it is for; all, also later ones, when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<VersionNumber>>,
    /// What the reviewer made a condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// The revision of the terms it was given under, and which it keeps.
    pub policy_revision: i64,
    /// What it was given upon; absent for grants from before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// When it was revoked or given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Since when it pauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// Why it pauses or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Counts the changes.
    pub revision: i64,
}

impl Grant {
    /// The grant's path in the API.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/api/v1/grants/{}", self.id)
    }

    /// Whether it holds at this instant.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.state == GrantState::Active && self.from <= now && now < self.until
    }

    /// Whether it is for this version, and for this purpose when one is stated.
    #[must_use]
    pub fn covers(&self, version: &VersionNumber, purpose: Option<Purpose>) -> bool {
        self.versions.as_ref().is_none_or(|versions| versions.contains(version))
            && purpose.is_none_or(|purpose| purpose == self.purpose)
    }

    /// Whether it pauses at this instant, and will hold again when it is resumed.
    #[must_use]
    pub fn is_suspended(&self, now: Timestamp) -> bool {
        self.state == GrantState::Suspended && now < self.until
    }

    /// The same grant after a command that is given now.
    ///
    /// # Errors
    /// 409 `wrong_state` when it is over already, or the command is not for its state.
    pub fn after(self, command: GrantCommand, reason: Option<String>, now: Timestamp) -> Result<Self> {
        if self.state.is_final() || now >= self.until {
            return Err(Error::conflict("wrong_state", format!("the grant is over: {}", self.end())));
        }
        let state = self.state.after(command)?;
        let grant = Self {
            state,
            ended_at: state.is_final().then_some(now),
            suspended_at: (state == GrantState::Suspended).then_some(now),
            reason,
            revision: self.revision + 1,
            ..self
        };
        Ok(Self { active: grant.is_active(now), ..grant })
    }

    /// How it ends or ended, in words.
    #[must_use]
    pub fn end(&self) -> String {
        match (self.state, self.ended_at) {
            (GrantState::Active | GrantState::Suspended, _) | (_, None) => {
                format!("its time was up at {}", self.until)
            }
            (state, Some(at)) => format!("it was {state} at {at}"),
        }
    }
}

/// What a grant was given upon: the applicant is held to the statement, and the reviewer answers for what was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Basis {
    /// What the applicant stated.
    #[serde(default, skip_serializing_if = "UseStatement::is_empty")]
    pub statement: UseStatement,
    /// When.
    pub stated_at: Timestamp,
    /// The lines of the terms that were left to a reviewer, and who says why they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<Confirmation>,
}

/// A line of the terms that a reviewer confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The line, by its pointer in the verdict.
    #[schema(max_length = 1000, example = "/permission/0/constraint/0")]
    pub line: String,
    /// Why it holds.
    #[schema(min_length = 1, max_length = 5000)]
    pub reason: String,
}

/// What a reviewer says with an approval.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remark": "Welcome.", "conditions": "Delete the data when the project ends."}))]
pub struct Approval {
    /// What the applicant should know.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub remark: Option<String>,
    /// Until when, at most as long as was asked for; as long as was asked for when not given.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Only these published versions; all, also later ones, when not given.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    pub versions: Option<Vec<VersionNumber>>,
    /// What the holder must keep to.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub conditions: Option<String>,
    /// Every line that the verdict leaves undetermined, with the reason why it holds.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub confirmed: Vec<Confirmation>,
}

impl Approval {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        for (pointer, text) in [("/remark", &self.remark), ("/conditions", &self.conditions)] {
            checks.optional_text(pointer, text.as_deref().unwrap_or_default(), MAX_NOTE);
        }
        checks.at_most("/confirmed", self.confirmed.len(), 1000);
        for (index, confirmation) in self.confirmed.iter().enumerate() {
            checks.text(&format!("/confirmed/{index}/reason"), &confirmation.reason, MAX_NOTE);
        }
        if let Some(versions) = &self.versions {
            checks.at_most("/versions", versions.len(), 100);
            // An empty list never means all.
            checks.require(
                !versions.is_empty(),
                "/versions",
                "required",
                "name at least one version, or leave the field out for all",
            );
        }
        checks.finish()
    }

    /// When the grant ends that this approval gives now.
    ///
    /// # Errors
    /// 422 when the given end is over already or later than was asked for.
    pub(in crate::access) fn end(&self, now: Timestamp, days: u32) -> Result<Timestamp> {
        let latest = now.plus_days(days);
        let until = self.until.unwrap_or(latest);
        if now < until && until <= latest {
            return Ok(until);
        }
        Err(Error::invalid(
            "/until",
            "out_of_range",
            format!("must lie after {now} and not after {latest}, the end of the {days} days asked for"),
        ))
    }
}

/// Why a grant is taken away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The project has ended."}))]
pub struct Revocation {
    /// What the holder should know.
    #[schema(min_length = 1, max_length = 5000)]
    pub reason: String,
}

impl Revocation {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/reason", &self.reason, MAX_NOTE);
        checks.finish()
    }
}

/// Why a grant is to pause.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "We look into a report of misuse."}))]
pub struct Suspension {
    /// What the holder should know.
    #[schema(min_length = 1, max_length = 5000)]
    pub reason: String,
}

impl Suspension {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/reason", &self.reason, MAX_NOTE);
        checks.finish()
    }
}

/// Why a grant holds again.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The report was unfounded."}))]
pub struct Resumption {
    /// What the holder should know.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub reason: Option<String>,
}

impl Resumption {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.optional_text("/reason", self.reason.as_deref().unwrap_or_default(), MAX_NOTE);
        checks.finish()
    }
}

/// Why a grant is given back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The data is not needed any more."}))]
pub struct Relinquishment {
    /// What the provider should know.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub reason: Option<String>,
}

impl Relinquishment {
    pub(in crate::access) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.optional_text("/reason", self.reason.as_deref().unwrap_or_default(), MAX_NOTE);
        checks.finish()
    }
}
