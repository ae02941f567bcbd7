//! How good a dataset is and what it is good for: annotation, the statements that Art. 10 of the AI Act asks of
//! training data, conformity, and intended uses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::place::{Check, Place};
use super::vocabulary::vocabulary;
use super::{LONG, SHORT, is_default};
use crate::kernel::LangText;

/// How the data were annotated (Croissant RAI vocabulary).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Annotation {
    /// The instructions that annotators followed, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub protocol: LangText,
    /// The platform used.
    #[serde(skip_serializing_if = "is_default")]
    pub platform: Option<String>,
    /// Who the annotators were and how they were employed, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub workforce: LangText,
    /// Annotations per item.
    #[serde(skip_serializing_if = "is_default")]
    pub per_item: Option<u32>,
    /// Demographics of the annotators, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub demographics: LangText,
    /// Tools used.
    #[serde(skip_serializing_if = "is_default")]
    pub tools: Vec<String>,
    /// How far annotators agree, and by which measure, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub agreement: LangText,
}

impl Check for Annotation {
    fn check(&self, at: &mut Place<'_>) {
        at.lang("protocol", &self.protocol, LONG);
        at.maybe_text("platform", self.platform.as_ref(), SHORT);
        at.lang("workforce", &self.workforce, LONG);
        at.lang("demographics", &self.demographics, LONG);
        at.texts("tools", &self.tools, 50, SHORT);
        at.lang("agreement", &self.agreement, LONG);
    }
}

/// Statements on quality; each text by language tag.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Quality {
    /// Choices made in the design of the dataset (AI Act, Art. 10(2)(a)).
    #[serde(skip_serializing_if = "is_default")]
    pub design_choices: LangText,
    /// What the data are taken to measure or represent (Art. 10(2)(d)).
    #[serde(skip_serializing_if = "is_default")]
    pub assumptions: LangText,
    /// Availability, quantity and suitability (Art. 10(2)(e)).
    #[serde(skip_serializing_if = "is_default")]
    pub suitability: LangText,
    /// For which people, places and settings the data are representative (Art. 10(3) and (4)).
    #[serde(skip_serializing_if = "is_default")]
    pub representativeness: LangText,
    /// Errors known to be in the data (Art. 10(3)).
    #[serde(skip_serializing_if = "is_default")]
    pub known_errors: LangText,
    /// How uncertain the values are (Data Act, Art. 33(1)(a)).
    #[serde(skip_serializing_if = "is_default")]
    pub uncertainty: LangText,
    /// Gaps and shortcomings, and how they can be addressed (AI Act, Art. 10(2)(h)).
    #[serde(skip_serializing_if = "is_default")]
    pub gaps: LangText,
    /// Biases found (Art. 10(2)(f)).
    #[serde(skip_serializing_if = "is_default")]
    pub biases: Vec<LangText>,
    /// What was done against biases (Art. 10(2)(g)).
    #[serde(skip_serializing_if = "is_default")]
    pub bias_mitigation: Vec<LangText>,
    /// Limits of what the data can be used for.
    #[serde(skip_serializing_if = "is_default")]
    pub limitations: Vec<LangText>,
    /// What using the data may do to people and society.
    #[serde(skip_serializing_if = "is_default")]
    pub social_impact: LangText,
    /// Addresses of quality certificates.
    #[serde(skip_serializing_if = "is_default")]
    pub certificates: Vec<String>,
    /// Addresses of the standards, schemas and vocabularies that the data follow.
    #[serde(skip_serializing_if = "is_default")]
    pub conforms_to: Vec<String>,
}

impl Check for Quality {
    fn check(&self, at: &mut Place<'_>) {
        for (member, text) in [
            ("design_choices", &self.design_choices),
            ("assumptions", &self.assumptions),
            ("suitability", &self.suitability),
            ("representativeness", &self.representativeness),
            ("known_errors", &self.known_errors),
            ("uncertainty", &self.uncertainty),
            ("gaps", &self.gaps),
            ("social_impact", &self.social_impact),
        ] {
            at.lang(member, text, LONG);
        }
        at.langs("biases", &self.biases, 50, LONG);
        at.langs("bias_mitigation", &self.bias_mitigation, 50, LONG);
        at.langs("limitations", &self.limitations, 50, LONG);
        at.urls("certificates", &self.certificates, 50);
        at.urls("conforms_to", &self.conforms_to, 50);
    }
}

vocabulary! {
    /// What data may be used for in machine learning.
    UseKind {
        /// Training a model from scratch.
        PreTraining = "pre_training",
        /// Training a model further.
        FineTuning = "fine_tuning",
        /// Aligning a model with preferences.
        Alignment = "alignment",
        /// Evaluating a model.
        Evaluation = "evaluation",
        /// Retrieval at the time of use.
        Retrieval = "rag",
        /// Making synthetic data.
        SyntheticGeneration = "synthetic_generation",
        /// Research.
        Research = "research",
        /// Teaching.
        Education = "education",
        /// Testing of systems.
        Testing = "testing",
        /// Use in production.
        Production = "production",
    }
}

/// What the dataset is meant for. A statement for readers; what is enforced stands in the policy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Uses {
    /// Uses that the provider had in mind.
    #[serde(skip_serializing_if = "is_default")]
    pub intended: Vec<UseKind>,
    /// Uses that the provider advises against or does not allow; none of the intended ones.
    #[serde(skip_serializing_if = "is_default")]
    pub prohibited: Vec<UseKind>,
}

impl Check for Uses {
    fn check(&self, at: &mut Place<'_>) {
        at.distinct("intended", &self.intended);
        at.distinct("prohibited", &self.prohibited);
        let both = self.intended.iter().any(|kind| self.prohibited.contains(kind));
        at.require(!both, "prohibited", "contradiction", "names a use that is also intended");
    }
}
