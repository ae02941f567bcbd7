//! What an applicant states about a use, beyond its purpose. A statement binds whoever makes it: it can stand against a use
//! by itself, and what speaks for the use is confirmed by a reviewer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::duo::ResearchUse;
use super::iri::Iri;
use super::places::Place;
use super::value::Decimal;
use crate::kernel::{Checks, text_enum};

text_enum! {
    /// Who may use a model that is trained on the data.
    pub enum ModelAccess {
        /// Only the organisation itself.
        InternalOnly = "internal_only",
        /// Others may ask the model, and never get its weights.
        Hosted = "hosted",
        /// Others get the weights.
        OpenWeights = "open_weights",
    }
}

impl ModelAccess {
    /// The term of our profile.
    #[must_use]
    pub fn term(self) -> &'static str {
        match self {
            Self::InternalOnly => "cad:InternalOnly",
            Self::Hosted => "cad:Hosted",
            Self::OpenWeights => "cad:OpenWeights",
        }
    }
}

/// A payment that was made outside the register, which never handles money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// How much, a decimal number.
    #[schema(example = "1500.00", pattern = "^[+-]?[0-9]{1,18}(\\.[0-9]{1,9})?$")]
    pub amount: String,
    /// The currency, ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// By what the payee finds it.
    #[schema(example = "invoice 2026-118", min_length = 1, max_length = 200)]
    pub reference: String,
}

/// What an applicant states about a use. All of it is optional; a policy that asks for something that is not stated stays
/// undetermined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseStatement {
    /// Where the data will be processed: ISO 3166-1 alpha-2, or `EU` or `EEA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^([A-Z]{2}|EEA)$")]
    pub processing_location: Option<String>,
    /// The secure processing environment in which the data will be processed, an IRI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processing_environment: Option<Iri>,
    /// What names the approval of an ethics committee: its number and the committee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 500)]
    pub ethics_approval: Option<String>,
    /// What was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// Who may use a model that is trained on the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_access: Option<ModelAccess>,
    /// What research it is, in the terms of the Data Use Ontology.
    #[serde(default, skip_serializing_if = "ResearchUse::is_empty")]
    pub research: ResearchUse,
}

impl UseStatement {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes what is wrong with it, each at its pointer below `at`.
    pub fn check(&self, at: &str, checks: &mut Checks) {
        if let Some(place) = &self.processing_location {
            checks.require(
                Place::stated(place).is_some(),
                &format!("{at}/processing_location"),
                "place",
                "write a country as ISO 3166-1 alpha-2, for example FR, or EU or EEA",
            );
        }
        if let Some(approval) = &self.ethics_approval {
            checks.text(&format!("{at}/ethics_approval"), approval, 500);
        }
        if let Some(payment) = &self.payment {
            checks.require(
                Decimal::parse(&payment.amount).is_some(),
                &format!("{at}/payment/amount"),
                "decimal",
                "write an amount as a decimal number, for example 1500.00",
            );
            let currency =
                payment.currency.len() == 3 && payment.currency.bytes().all(|b| b.is_ascii_uppercase());
            checks.require(
                currency,
                &format!("{at}/payment/currency"),
                "currency",
                "write a currency as ISO 4217, for example EUR",
            );
            checks.text(&format!("{at}/payment/reference"), &payment.reference, 200);
        }
        let agreed: BTreeSet<_> = self.research.agrees_to.iter().collect();
        checks.require(
            agreed.len() == self.research.agrees_to.len(),
            &format!("{at}/research/agrees_to"),
            "duplicate",
            "name each term once",
        );
    }
}
