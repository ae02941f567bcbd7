//! Money and means: funding, industrial ecosystems, price, and the technical access that the Data Act wants
//! described.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::place::{Check, Place};
use super::vocabulary::vocabulary;
use super::{LONG, SHORT, is_default};
use crate::kernel::LangText;

vocabulary! {
    /// An industrial ecosystem of the industrial strategy of the EU (COM(2021) 350), at which GenAI4EU aims.
    IndustrialEcosystem {
        /// Aerospace and defence.
        AerospaceDefence = "aerospace-defence",
        /// Agriculture and food.
        AgriFood = "agri-food",
        /// Construction.
        Construction = "construction",
        /// Cultural and creative industries.
        CulturalCreative = "cultural-creative",
        /// Digital.
        Digital = "digital",
        /// Electronics.
        Electronics = "electronics",
        /// Energy-intensive industries.
        EnergyIntensive = "energy-intensive",
        /// Renewable energy.
        RenewableEnergy = "renewable-energy",
        /// Health.
        Health = "health",
        /// Mobility, transport, automotive.
        MobilityTransportAutomotive = "mobility-transport-automotive",
        /// Proximity, social economy and civil security.
        ProximitySocialEconomy = "proximity-social-economy",
        /// Retail.
        Retail = "retail",
        /// Textiles.
        Textiles = "textiles",
        /// Tourism.
        Tourism = "tourism",
    }
}

/// Money that the dataset was made with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Funding {
    /// Who gave it.
    pub funder: String,
    /// The programme, for example Horizon Europe, Digital Europe or InvestEU.
    #[serde(default, skip_serializing_if = "is_default")]
    pub programme: Option<String>,
    /// Number of the award or grant agreement.
    #[serde(default, skip_serializing_if = "is_default")]
    pub award: Option<String>,
}

impl Check for Funding {
    fn check(&self, at: &mut Place<'_>) {
        at.text("funder", &self.funder, SHORT);
        at.maybe_text("programme", self.programme.as_ref(), SHORT);
        at.maybe_text("award", self.award.as_ref(), 100);
    }
}

/// Funding, economy and price.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Economics {
    /// Money that the dataset was made with.
    #[serde(skip_serializing_if = "is_default")]
    pub funding: Vec<Funding>,
    /// Industrial ecosystems that the dataset serves.
    #[serde(skip_serializing_if = "is_default")]
    pub industrial_ecosystems: Vec<IndustrialEcosystem>,
    /// What the data cost and how that is reckoned, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub price: LangText,
}

impl Check for Economics {
    fn check(&self, at: &mut Place<'_>) {
        at.parts("funding", &self.funding, 50);
        at.distinct("industrial_ecosystems", &self.industrial_ecosystems);
        at.lang("price", &self.price, LONG);
    }
}

/// The technical means of access, their terms and their quality (Data Act, Art. 33(1)(c)).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TechnicalAccess {
    /// Address of the machine-readable description of the API, for example an OpenAPI document.
    #[serde(skip_serializing_if = "is_default")]
    pub api_description: Option<String>,
    /// Terms of use of the API, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub api_terms: LangText,
    /// Address of the terms of use of the API.
    #[serde(skip_serializing_if = "is_default")]
    pub api_terms_url: Option<String>,
    /// Quality of service: availability, latency, limits, support, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub quality_of_service: LangText,
    /// Whether all data can be downloaded in bulk.
    #[serde(skip_serializing_if = "is_default")]
    pub bulk_download: Option<bool>,
}

impl Check for TechnicalAccess {
    fn check(&self, at: &mut Place<'_>) {
        at.url("api_description", self.api_description.as_ref());
        at.lang("api_terms", &self.api_terms, LONG);
        at.url("api_terms_url", self.api_terms_url.as_ref());
        at.lang("quality_of_service", &self.quality_of_service, LONG);
    }
}
