//! What marks a dataset as harvested: where it is from, and what its origin says of its terms and bytes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::{Checks, Digest, Result, SourceId, text_enum};
use crate::policies::Policy;

/// The most bytes of an offer that is kept.
const MOST_OFFER: usize = 32 * 1024;
/// The most distributions that are kept.
const MOST_DISTRIBUTIONS: usize = 200;

/// Where a dataset was harvested from, and what its origin says that is no part of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Harvested {
    /// The source.
    pub source: SourceId,
    /// The identifier it has there; of one that was harvested there in its turn, the one of its origin.
    pub identifier: String,
    /// Its page there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// What the origin says of the terms of use.
    pub terms: OriginTerms,
    /// Where its bytes can be had or asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distributions: Vec<OriginDistribution>,
}

/// Terms of use as the origin states them. Whether a use satisfies them is decided there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OriginTerms {
    /// What they come to here.
    pub verdict: OriginVerdict,
    /// Who may have the data, as the origin states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<OriginAccess>,
    /// Where the terms are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The ODRL offer as it was read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub offer: Option<serde_json::Value>,
}

impl OriginTerms {
    /// The offer, where all of it is understood here.
    pub(super) fn understood(&self) -> Option<Policy> {
        self.offer.as_ref().and_then(|offer| Policy::parse(offer).ok())
    }
}

text_enum! {
    /// What terms of another catalogue come to here.
    #[derive(Default)]
    pub enum OriginVerdict {
        /// They cannot be decided here: there is no offer, or it has terms that this register does not know.
        #[default]
        Undetermined = "undetermined",
        /// All of the offer is understood here, so that `POST /api/v1/policies/evaluate` says whether a use satisfies it. Access is
        /// given at the origin all the same.
        Decidable = "decidable",
    }
}

text_enum! {
    /// Who may have the data, in the terms of the EU's authority table of access rights.
    pub enum OriginAccess {
        /// Everybody.
        Public = "public",
        /// Whoever meets conditions.
        Restricted = "restricted",
        /// Nobody outside.
        NonPublic = "non_public",
    }
}

/// A distribution as the origin describes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OriginDistribution {
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it can be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_url: Option<String>,
    /// Where its bytes are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download_url: Option<String>,
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// SHA-256 of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

impl Harvested {
    /// Leaves out what is more than is kept, and says what the terms come to here.
    pub(super) fn cut(mut self) -> Self {
        self.distributions.truncate(MOST_DISTRIBUTIONS);
        let offer = self.terms.offer.take();
        self.terms.offer = offer.filter(|offer| offer.to_string().len() <= MOST_OFFER);
        self.terms.verdict = match self.terms.understood() {
            Some(_) => OriginVerdict::Decidable,
            None => OriginVerdict::Undetermined,
        };
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.text("/identifier", &self.identifier, 1024);
        let addresses = [("/origin", &self.origin), ("/terms/url", &self.terms.url)];
        for (pointer, address) in addresses {
            address.iter().for_each(|address| checks.http_url(pointer, address));
        }
        for distribution in &self.distributions {
            let texts = [("title", &distribution.title), ("media_type", &distribution.media_type)];
            for (member, text) in texts {
                text.iter()
                    .for_each(|text| checks.optional_text(&format!("/distributions/{member}"), text, 1024));
            }
            let addresses =
                [("access_url", &distribution.access_url), ("download_url", &distribution.download_url)];
            for (member, address) in addresses {
                address
                    .iter()
                    .for_each(|address| checks.http_url(&format!("/distributions/{member}"), address));
            }
        }
        checks.finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_offer_that_is_understood_as_a_whole_is_decidable() {
        let verdict = |offer: Option<serde_json::Value>| {
            let mark = Harvested {
                source: SourceId::generate(),
                identifier: "urn:example:1".into(),
                origin: None,
                terms: OriginTerms { offer, verdict: OriginVerdict::Decidable, ..OriginTerms::default() },
                distributions: Vec::new(),
            };
            mark.cut().terms.verdict
        };
        let offer = |operand: &str| {
            let purposes = json!([{"@id": "cad:ModelTraining"}]);
            let constraint = json!({"leftOperand": operand, "operator": "isAnyOf", "rightOperand": purposes});
            json!({"@id": "urn:example:offer", "@type": "Offer", "permission": [{"action": "use",
                "constraint": [constraint]}]})
        };
        assert_eq!(verdict(Some(offer("odrl:purpose"))), OriginVerdict::Decidable);
        let unknown =
            [Some(offer("https://example.org/mood")), Some(json!({"@type": "Offer"})), Some(json!(7)), None];
        for unknown in unknown {
            assert_eq!(verdict(unknown.clone()), OriginVerdict::Undetermined, "{unknown:?}");
        }
    }
}
