//! The Data Use Ontology (GA4GH DUO, <http://purl.obolibrary.org/obo/duo.owl>): what its terms ask of a use, and whether a
//! stated use meets them. Three answers; what a statement leaves open stays open.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Facts;
use super::iri::Iri;
use super::purpose::Purpose;
use super::truth::Truth;
use crate::identity::OrganisationKind;
use crate::kernel::text_enum;

text_enum! {
    /// A term of the Data Use Ontology: the five permissions, then the modifiers.
    pub enum DuoTerm {
        /// No restriction (NRES).
        NoRestriction = "duo:0000004",
        /// General research use (GRU).
        GeneralResearch = "duo:0000042",
        /// Health, medical or biomedical research (HMB).
        HealthResearch = "duo:0000006",
        /// Research on one disease (DS).
        DiseaseSpecific = "duo:0000007",
        /// Research on population origins or ancestry only (POA).
        PopulationOrigins = "duo:0000011",
        /// Research specific restrictions (RS).
        ResearchSpecific = "duo:0000012",
        /// No methods development (NMDS).
        NoMethodsDevelopment = "duo:0000015",
        /// Genetic studies only (GSO).
        GeneticStudiesOnly = "duo:0000016",
        /// Not-for-profit organisations and non-commercial use only (NPUNCU).
        NotForProfitNonCommercial = "duo:0000018",
        /// Results must be published (PUB).
        PublicationRequired = "duo:0000019",
        /// Collaboration with the primary investigators is required (COL).
        CollaborationRequired = "duo:0000020",
        /// An ethics approval must be documented (IRB).
        EthicsApprovalRequired = "duo:0000021",
        /// Only within a region (GS).
        GeographicalRestriction = "duo:0000022",
        /// Nothing may be published before a date (MOR).
        PublicationMoratorium = "duo:0000024",
        /// Only for a time (TS).
        TimeLimit = "duo:0000025",
        /// Only approved users (US).
        UserSpecific = "duo:0000026",
        /// Only within an approved project (PS).
        ProjectSpecific = "duo:0000027",
        /// Only within an approved institution (IS).
        InstitutionSpecific = "duo:0000028",
        /// Derived data must be returned (RTN).
        ReturnToDatabase = "duo:0000029",
        /// Clinical care is allowed as well (CC).
        ClinicalCare = "duo:0000043",
        /// Research on population origins or ancestry is prohibited (NPOA).
        NoPopulationOrigins = "duo:0000044",
        /// Not-for-profit organisations only (NPU).
        NotForProfitOrganisation = "duo:0000045",
        /// Non-commercial use only (NCU).
        NonCommercial = "duo:0000046",
    }
}

text_enum! {
    /// The field of a piece of research, as far as the Data Use Ontology asks for it.
    pub enum ResearchField {
        /// Health, medicine or biomedicine.
        HealthMedicalBiomedical = "health_medical_biomedical",
        /// Genetics, as part of research into health.
        Genetic = "genetic",
        /// Population origins or ancestry.
        PopulationOrigins = "population_origins",
        /// Anything else.
        Other = "other",
    }
}

/// What a piece of research is, in the terms of the Data Use Ontology.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResearchUse {
    /// The field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<ResearchField>,
    /// Whether the development of methods, software or algorithms is an aim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methods_development: Option<bool>,
    /// Whether the use is commercial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commercial: Option<bool>,
    /// Conditions of the ontology that the applicant agrees to keep: publication, collaboration, moratorium, return of
    /// derived data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = std::collections::BTreeSet<DuoTerm>, max_items = 23)]
    pub agrees_to: Vec<DuoTerm>,
}

impl ResearchUse {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl DuoTerm {
    /// The term that a policy names.
    #[must_use]
    pub fn named(iri: &Iri) -> Option<Self> {
        iri.compact().parse().ok()
    }

    /// Whether it is one of the five permissions; the others modify one.
    #[must_use]
    pub fn is_permission(self) -> bool {
        matches!(
            self,
            Self::NoRestriction
                | Self::GeneralResearch
                | Self::HealthResearch
                | Self::DiseaseSpecific
                | Self::PopulationOrigins
        )
    }

    /// Whether the register can tell at all: which disease, region, project, people and institution are meant stands in no
    /// field, and an ethics approval is a document.
    pub(super) fn is_matched(self) -> bool {
        !matches!(
            self,
            Self::DiseaseSpecific
                | Self::ResearchSpecific
                | Self::EthicsApprovalRequired
                | Self::GeographicalRestriction
                | Self::UserSpecific
                | Self::ProjectSpecific
                | Self::InstitutionSpecific
        )
    }

    /// Whether a use meets the term. Nothing is guessed: training a model, for one, may be the development of methods, so
    /// that a person has to say that it is not.
    pub(super) fn met_by(self, facts: &Facts) -> Truth {
        let research = &facts.statement.research;
        let said = |yes: bool| if yes { Truth::Satisfied } else { Truth::Unknown };
        if !self.is_matched() {
            return Truth::Unknown;
        }
        match self {
            // Every grant ends, and clinical care is an addition to what is allowed.
            Self::NoRestriction | Self::ClinicalCare | Self::TimeLimit => Truth::Satisfied,
            Self::GeneralResearch => is_research(facts),
            Self::HealthResearch => is_research(facts).and(field(
                research.field,
                &[ResearchField::HealthMedicalBiomedical, ResearchField::Genetic],
            )),
            Self::PopulationOrigins => {
                is_research(facts).and(field(research.field, &[ResearchField::PopulationOrigins]))
            }
            Self::GeneticStudiesOnly => field(research.field, &[ResearchField::Genetic]),
            Self::NoPopulationOrigins => field(research.field, &[ResearchField::PopulationOrigins]).not(),
            Self::NoMethodsDevelopment => no_methods(facts),
            Self::NonCommercial => non_commercial(facts),
            Self::NotForProfitOrganisation => not_for_profit(facts.organisation_kind),
            Self::NotForProfitNonCommercial => {
                non_commercial(facts).and(not_for_profit(facts.organisation_kind))
            }
            Self::PublicationRequired
            | Self::CollaborationRequired
            | Self::PublicationMoratorium
            | Self::ReturnToDatabase => said(research.agrees_to.contains(&self)),
            _ => Truth::Unknown,
        }
    }
}

fn is_research(facts: &Facts) -> Truth {
    match facts.purpose {
        Some(Purpose::Research) => Truth::Satisfied,
        Some(Purpose::Production) => Truth::Violated,
        _ => Truth::Unknown,
    }
}

fn field(stated: Option<ResearchField>, wanted: &[ResearchField]) -> Truth {
    stated.map_or(Truth::Unknown, |stated| Truth::of(wanted.contains(&stated)))
}

fn no_methods(facts: &Facts) -> Truth {
    let builds_models = !matches!(
        facts.purpose,
        Some(Purpose::Research | Purpose::Education | Purpose::Production | Purpose::Rag)
    );
    match facts.statement.research.methods_development {
        Some(true) => Truth::Violated,
        Some(false) if !builds_models => Truth::Satisfied,
        _ => Truth::Unknown,
    }
}

/// The purpose `research` is defined as non-commercial; a statement to the contrary still counts.
fn non_commercial(facts: &Facts) -> Truth {
    match (facts.statement.research.commercial, facts.purpose) {
        (Some(true), _) => Truth::Violated,
        (Some(false), _) | (None, Some(Purpose::Research)) => Truth::Satisfied,
        _ => Truth::Unknown,
    }
}

/// A research organisation is not for profit or reinvests its profits (Directive (EU) 2019/790, Article 2(1)).
fn not_for_profit(kind: Option<OrganisationKind>) -> Truth {
    match kind {
        Some(OrganisationKind::PublicBody | OrganisationKind::Research) => Truth::Satisfied,
        Some(OrganisationKind::Company | OrganisationKind::Sme) => Truth::Violated,
        None => Truth::Unknown,
    }
}
