//! A data space as plain data.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::{Checks, LangText, Result, Slug, SpaceRole, Timestamp};

/// A common European data space.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Space {
    /// The name in URLs.
    pub slug: Slug,
    /// The name shown, by language.
    pub names: LangText,
    /// What it is about, by language.
    pub descriptions: LangText,
    /// The rules its members agreed on: text in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charter: Option<String>,
    /// The newest version of the JSON Schema for the extension of its records; 0 when it has none.
    pub extension_version: i64,
    /// Counts the changes; the entity tag of updates.
    pub revision: i64,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// What is stated of a space when it is set up or changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"slug": "ocean", "names": {"en": "Ocean", "fr": "Océan"}, "descriptions": {"en": "Observations of the seas."}}))]
pub struct NewSpace {
    /// The name in URLs; cannot be changed later.
    pub slug: Slug,
    /// The name shown, by language.
    pub names: LangText,
    /// What it is about, by language.
    #[serde(default)]
    pub descriptions: LangText,
    /// The rules its members agreed on: text in Markdown.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 20000)]
    pub charter: Option<String>,
}

impl NewSpace {
    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.require(
            !self.names.is_empty(),
            "/names",
            "required",
            "give the space a name in at least one language",
        );
        self.names.check(&mut checks, "/names", 200);
        self.descriptions.check(&mut checks, "/descriptions", 5000);
        if let Some(charter) = &self.charter {
            checks.text("/charter", charter, 20_000);
        }
        checks.finish()
    }
}

/// An organisation that is a member of a space.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SpaceMember {
    /// The organisation.
    pub organisation: Slug,
    /// Since when.
    pub since: Timestamp,
}

/// A person with a role in a space.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoleHolder {
    /// The person's login.
    pub login: Slug,
    /// The name shown.
    pub name: String,
    /// The role.
    pub role: SpaceRole,
}

/// One version of the JSON Schema by which a space extends the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExtensionSchema {
    /// Counts up from 1.
    pub version: i64,
    /// The JSON Schema (draft 2020-12 unless `$schema` says otherwise).
    #[schema(value_type = Object)]
    pub schema: serde_json::Value,
    /// When it was published.
    pub created_at: Timestamp,
}
