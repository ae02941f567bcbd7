//! How data must be handled: confidentiality, and the countries where they may be processed and stored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::formats::COUNTRY;
use super::is_default;
use super::place::{Check, Place};
use super::vocabulary::vocabulary;

vocabulary! {
    /// How far data may be passed on: the Traffic Light Protocol 2.0.
    TrafficLight {
        /// Without limit.
        Clear = "clear",
        /// Within the community.
        Green = "green",
        /// Within the organisation and its clients, on a need-to-know basis.
        Amber = "amber",
        /// To the receivers alone.
        Red = "red",
    }
}

vocabulary! {
    /// A class of confidential data; the list of the Data Provenance Standards 1.0.
    ConfidentialityClass {
        /// Personal and demographic information.
        PersonalDemographic = "personal_demographic",
        /// Payment card information.
        PaymentCard = "payment_card",
        /// Personal financial information.
        PersonalFinancial = "personal_financial",
        /// Personally identifiable information.
        PersonallyIdentifiable = "personally_identifiable",
        /// Protected health information.
        ProtectedHealth = "protected_health",
        /// Sensitive personal information.
        SensitivePersonal = "sensitive_personal",
        /// Another class.
        Other = "other",
    }
}

/// Where data may be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Geography {
    /// Only where the data come from.
    #[serde(skip_serializing_if = "is_default")]
    pub same_as_origin: bool,
    /// Countries allowed (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "is_default")]
    pub include: Vec<String>,
    /// Countries not allowed (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "is_default")]
    pub exclude: Vec<String>,
}

impl Check for Geography {
    fn check(&self, at: &mut Place<'_>) {
        at.formats("include", &self.include, 250, &COUNTRY);
        at.formats("exclude", &self.exclude, 250, &COUNTRY);
        let both = self.include.iter().take(250).any(|country| self.exclude.contains(country));
        at.require(!both, "exclude", "contradiction", "names a country that is also included");
    }
}

/// How confidential the data are and where they may be. What is enforced stands in the policy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Handling {
    /// How far the data may be passed on.
    #[serde(skip_serializing_if = "is_default")]
    pub traffic_light: Option<TrafficLight>,
    /// Classes of confidential data in the dataset.
    #[serde(skip_serializing_if = "is_default")]
    pub confidentiality: Vec<ConfidentialityClass>,
    /// Where the data may be processed.
    #[serde(skip_serializing_if = "is_default")]
    pub processing_geography: Option<Geography>,
    /// Where the data may be stored.
    #[serde(skip_serializing_if = "is_default")]
    pub storage_geography: Option<Geography>,
}

impl Check for Handling {
    fn check(&self, at: &mut Place<'_>) {
        at.distinct("confidentiality", &self.confidentiality);
        at.part("processing_geography", &self.processing_geography);
        at.part("storage_geography", &self.storage_geography);
    }
}
