//! Personal data in a dataset: what there is, on which legal basis, how it is protected and where it may be.
//!
//! Legal bases have names of their own instead of numbers of articles, so that they outlive amendments.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::agents::Agent;
use super::formats::{COUNTRY, DATE};
use super::identity::Contact;
use super::place::{Check, Place};
use super::vocabulary::vocabulary;
use super::{LONG, SHORT, is_default};
use crate::kernel::LangText;

vocabulary! {
    /// Whether there are personal data in the dataset (GDPR, Art. 4(1)).
    PersonalData {
        /// There never were any.
        None = "none",
        /// There were, and nobody can be identified any more.
        Anonymised = "anonymised",
        /// Names are replaced, and people can be identified with additional information (Art. 4(5)).
        Pseudonymised = "pseudonymised",
        /// There are.
        Personal = "personal",
        /// Not known; treat the data as personal.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// A legal basis of processing (GDPR, Art. 6(1), a to f).
    LegalBasis {
        /// Consent.
        Consent = "consent",
        /// Performance of a contract.
        Contract = "contract",
        /// A legal obligation.
        LegalObligation = "legal_obligation",
        /// Vital interests.
        VitalInterests = "vital_interests",
        /// A task in the public interest.
        PublicTask = "public_task",
        /// Legitimate interests.
        LegitimateInterests = "legitimate_interests",
    }
}

vocabulary! {
    /// Why special categories of data may be processed (GDPR, Art. 9(2), a to j).
    SpecialCategoryBasis {
        /// Explicit consent.
        ExplicitConsent = "explicit_consent",
        /// Employment, social security and social protection law.
        EmploymentSocialProtection = "employment_social_protection",
        /// Vital interests.
        VitalInterests = "vital_interests",
        /// Activities of a not-for-profit body with its members.
        NonProfitBody = "non_profit_body",
        /// The person has made the data public.
        ManifestlyPublic = "manifestly_public",
        /// Legal claims and courts.
        LegalClaims = "legal_claims",
        /// Substantial public interest.
        SubstantialPublicInterest = "substantial_public_interest",
        /// Provision of health or social care.
        HealthCare = "health_care",
        /// Public health.
        PublicHealth = "public_health",
        /// Archiving in the public interest, research, statistics.
        ArchivingResearchStatistics = "archiving_research_statistics",
    }
}

vocabulary! {
    /// A special category of personal data (GDPR, Art. 9(1)).
    SpecialCategory {
        /// Racial or ethnic origin.
        RacialEthnic = "racial_ethnic",
        /// Political opinions.
        Political = "political",
        /// Religious or philosophical beliefs.
        Religious = "religious",
        /// Trade union membership.
        Union = "union",
        /// Genetic data.
        Genetic = "genetic",
        /// Biometric data that identify a person.
        Biometric = "biometric",
        /// Health.
        Health = "health",
        /// Sex life.
        SexLife = "sex_life",
        /// Sexual orientation.
        Orientation = "orientation",
    }
}

vocabulary! {
    /// The state of a data protection impact assessment.
    DpiaStatus {
        /// Not required.
        NotRequired = "not_required",
        /// Planned.
        Planned = "planned",
        /// Done.
        Done = "done",
    }
}

/// The data protection impact assessment (GDPR, Art. 35).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpactAssessment {
    /// Its state.
    pub status: DpiaStatus,
    /// Number or address of the document.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reference: Option<String>,
    /// When it was done: YYYY-MM or YYYY-MM-DD.
    #[serde(default, skip_serializing_if = "is_default")]
    pub date: Option<String>,
}

impl Check for ImpactAssessment {
    fn check(&self, at: &mut Place<'_>) {
        at.maybe_text("reference", self.reference.as_ref(), SHORT);
        at.format("date", self.date.as_ref(), &DATE);
    }
}

vocabulary! {
    /// What makes a transfer out of the European Economic Area lawful (GDPR, chapter V).
    TransferSafeguard {
        /// A decision that protection there is adequate.
        AdequacyDecision = "adequacy_decision",
        /// Standard contractual clauses.
        StandardContractualClauses = "standard_contractual_clauses",
        /// Binding corporate rules.
        BindingCorporateRules = "binding_corporate_rules",
        /// A code of conduct or a certification.
        CodeOrCertification = "code_or_certification",
        /// A derogation for a specific situation.
        Derogation = "derogation",
    }
}

/// A transfer of personal data out of the European Economic Area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Where to (ISO 3166-1 alpha-2).
    pub country: String,
    /// What makes it lawful.
    pub safeguard: TransferSafeguard,
}

impl Check for Transfer {
    fn check(&self, at: &mut Place<'_>) {
        at.format("country", Some(&self.country), &COUNTRY);
    }
}

vocabulary! {
    /// A privacy enhancing technology; the list of the Data Provenance Standards 1.0.
    PrivacyTechnology {
        /// Anonymisation.
        Anonymisation = "anonymisation",
        /// Encryption.
        Encryption = "encryption",
        /// Masking.
        Masking = "masking",
        /// Minimisation.
        Minimisation = "minimisation",
        /// Redaction.
        Redaction = "redaction",
        /// Differential privacy.
        DifferentialPrivacy = "differential_privacy",
        /// Federated learning.
        FederatedLearning = "federated_learning",
        /// Homomorphic encryption.
        HomomorphicEncryption = "homomorphic_encryption",
        /// k-anonymity.
        KAnonymity = "k_anonymity",
        /// l-diversity.
        LDiversity = "l_diversity",
        /// Pseudonymisation.
        Pseudonymisation = "pseudonymisation",
        /// Secure multi-party computation.
        SecureMultiPartyComputation = "secure_multi_party_computation",
        /// t-closeness.
        TCloseness = "t_closeness",
        /// Tokenisation.
        Tokenisation = "tokenisation",
    }
}

/// Personal data in the dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Whether there are any; required at publication.
    #[serde(skip_serializing_if = "is_default")]
    pub personal_data: Option<PersonalData>,
    /// Legal bases of processing.
    #[serde(skip_serializing_if = "is_default")]
    pub legal_bases: Vec<LegalBasis>,
    /// Special categories of personal data in the dataset.
    #[serde(skip_serializing_if = "is_default")]
    pub special_categories: Vec<SpecialCategory>,
    /// Why special categories may be processed.
    #[serde(skip_serializing_if = "is_default")]
    pub special_category_bases: Vec<SpecialCategoryBasis>,
    /// Whether there are data on criminal convictions and offences (GDPR, Art. 10).
    #[serde(skip_serializing_if = "is_default")]
    pub criminal_offence_data: Option<bool>,
    /// The groups of people concerned, for example "patients".
    #[serde(skip_serializing_if = "is_default")]
    pub data_subjects: Vec<String>,
    /// The purpose for which the data were collected first, by language tag (AI Act, Art. 10(2)(b)).
    #[serde(skip_serializing_if = "is_default")]
    pub original_purpose: LangText,
    /// How long the data may be kept, by language tag.
    #[serde(skip_serializing_if = "is_default")]
    pub retention: LangText,
    /// The data protection impact assessment.
    #[serde(skip_serializing_if = "is_default")]
    pub impact_assessment: Option<ImpactAssessment>,
    /// Transfers out of the European Economic Area.
    #[serde(skip_serializing_if = "is_default")]
    pub transfers: Vec<Transfer>,
    /// Addresses of consent forms and of the information given to the people concerned (GDPR, Art. 13 and 14).
    #[serde(skip_serializing_if = "is_default")]
    pub consent_documents: Vec<String>,
    /// Privacy enhancing technologies applied.
    #[serde(skip_serializing_if = "is_default")]
    pub technologies: Vec<PrivacyTechnology>,
    /// Who decides on purposes and means of processing, when that is not the publisher.
    #[serde(skip_serializing_if = "is_default")]
    pub controller: Option<Agent>,
    /// How to reach the data protection officer.
    #[serde(skip_serializing_if = "is_default")]
    pub data_protection_officer: Option<Contact>,
}

impl Check for Privacy {
    fn check(&self, at: &mut Place<'_>) {
        at.distinct("legal_bases", &self.legal_bases);
        at.distinct("special_categories", &self.special_categories);
        at.distinct("special_category_bases", &self.special_category_bases);
        at.texts("data_subjects", &self.data_subjects, 50, SHORT);
        at.lang("original_purpose", &self.original_purpose, LONG);
        at.lang("retention", &self.retention, LONG);
        at.part("impact_assessment", &self.impact_assessment);
        at.parts("transfers", &self.transfers, 100);
        at.urls("consent_documents", &self.consent_documents, 50);
        at.distinct("technologies", &self.technologies);
        at.part("controller", &self.controller);
        at.part("data_protection_officer", &self.data_protection_officer);
        let none = self.personal_data == Some(PersonalData::None);
        let sensitive = !self.special_categories.is_empty() || self.criminal_offence_data == Some(true);
        at.require(
            !(none && sensitive),
            "personal_data",
            "contradiction",
            "says that there are no personal data, while special categories or data on offences are declared",
        );
    }
}
