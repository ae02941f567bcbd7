//! Numbers of versions, and the states that a version goes through: draft, published, withdrawn.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::kernel::{Checks, Error, Result, text_schema};

/// A semantic version (SemVer 2.0.0) without build metadata, at most 64 characters: `1.2.0`, `2.0.0-rc.1`.
///
/// Numbers order by the precedence of the standard: a pre-release comes before its release.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionNumber(semver::Version);

impl VersionNumber {
    /// The longest number, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// Whether it is a pre-release, which `latest` passes over as long as there is a release.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }
}

impl FromStr for VersionNumber {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parsed = (text.len() <= Self::MAX_LENGTH).then(|| semver::Version::parse(text));
        match parsed {
            Some(Ok(version)) if version.build.is_empty() => Ok(Self(version)),
            _ => Err(Error::invalid(
                "",
                "version",
                "write a version as MAJOR.MINOR.PATCH, with a pre-release if need be (2.0.0-rc.1), without build metadata",
            )),
        }
    }
}

text_schema! {
    VersionNumber, "VersionNumber", r"^(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?$", Self::MAX_LENGTH, "1.0.0", "A semantic version (SemVer 2.0.0) without build metadata.";
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for VersionNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VersionNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What `latest` means among published versions: the highest release; the highest pre-release when there is no
/// release.
#[must_use]
pub fn latest<'a>(published: impl IntoIterator<Item = &'a VersionNumber>) -> Option<&'a VersionNumber> {
    published.into_iter().max_by_key(|number| (!number.is_prerelease(), *number))
}

/// The state of a version; it only ever moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VersionState {
    /// Files may be added and removed.
    Draft,
    /// Files and manifest are fixed for ever.
    Published,
    /// A tombstone: record and manifest stay, bytes are no longer served.
    Withdrawn,
}

/// Why a version is withdrawn, and what to use in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Wrong units in the second half.", "successor": "1.0.1"}))]
pub struct Withdrawal {
    /// The reason, shown to everyone who may see the dataset.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// The published version of the same dataset to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<VersionNumber>,
}

impl Withdrawal {
    /// The most characters of a reason.
    pub const MAX_REASON: usize = 2000;
}

impl VersionState {
    /// All states, in order.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Withdrawn];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Files, and the version itself, may change only in a draft.
    ///
    /// # Errors
    /// `version_not_draft` otherwise.
    pub fn require_draft(self) -> Result<()> {
        match self {
            Self::Draft => Ok(()),
            Self::Published => Err(Error::conflict(
                "version_not_draft",
                "the version is published and never changes; make a new version",
            )),
            Self::Withdrawn => {
                Err(Error::conflict("version_not_draft", "the version is withdrawn; make a new version"))
            }
        }
    }

    /// Publishes a draft with this many files, held and referenced ones together.
    ///
    /// # Errors
    /// `version_not_draft`; `version_without_files` when there is nothing to publish.
    pub fn publish(self, files: u64) -> Result<Self> {
        self.require_draft()?;
        if files == 0 {
            return Err(Error::conflict(
                "version_without_files",
                "the version has no files; upload or reference at least one",
            ));
        }
        Ok(Self::Published)
    }

    /// Withdraws the published version `number`. `successor` is the state of the version that the withdrawal
    /// names, if the dataset has it.
    ///
    /// # Errors
    /// `version_not_published`; `successor_not_published` when the named successor is not a published version
    /// of the dataset or is the version itself; a field error when the reason is blank or too long.
    pub fn withdraw(
        self,
        number: &VersionNumber,
        withdrawal: &Withdrawal,
        successor: Option<Self>,
    ) -> Result<Self> {
        match self {
            Self::Published => {}
            Self::Draft => {
                return Err(Error::conflict(
                    "version_not_published",
                    "the version is a draft; delete it instead",
                ));
            }
            Self::Withdrawn => {
                return Err(Error::conflict("version_not_published", "the version is withdrawn already"));
            }
        }
        let mut checks = Checks::new();
        checks.text("/reason", &withdrawal.reason, Withdrawal::MAX_REASON);
        checks.finish()?;
        match &withdrawal.successor {
            Some(named) if named == number || successor != Some(Self::Published) => Err(Error::conflict(
                "successor_not_published",
                format!("the successor {named} must be another published version of the same dataset"),
            )),
            _ => Ok(Self::Withdrawn),
        }
    }
}

impl FromStr for VersionState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| Error::invalid("", "vocabulary", "must be one of draft, published, withdrawn"))
    }
}
