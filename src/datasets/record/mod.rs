//! The record: one typed description of a dataset that feeds every rendering (DCAT-AP, Croissant, schema.org,
//! Hub card, data package, legal summaries).
//!
//! `model` is the whole; its parts lie beside it, one concern a file. Controlled values are closed lists
//! (`vocabulary`), texts that follow a format are checked by `formats`, and `place` carries a check through the
//! record so that each wrong field is reported with its JSON pointer. `completeness` scores what is stated.

mod agents;
mod completeness;
mod content;
mod coverage;
mod economics;
mod formats;
mod handling;
mod health;
mod identity;
mod licence;
mod model;
mod origin;
mod place;
mod privacy;
mod quality;
mod rights;
mod tables;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use agents::{Agent, AgentIdentifier, AgentKind, AgentScheme};
pub use completeness::{Completeness, CompletenessPart, MissingPoints, completeness};
pub use content::{
    Content, ContentType, CorpusMeasure, LanguageShare, Modality, Size, SizeUnit, Split, SplitRole,
};
pub use coverage::{Coverage, Period};
pub use economics::{Economics, Funding, IndustrialEcosystem, TechnicalAccess};
pub use handling::{ConfidentialityClass, Geography, Handling, TrafficLight};
pub use health::{DuoTerm, HealthDataCategory, HealthDataSpace, HealthPurpose};
pub use identity::{Contact, Identifier, IdentifierScheme, Relation, RelationKind, Theme, UpdateFrequency};
pub use model::{Facets, Record, identity_key};
pub use origin::{
    CollectionMethod, Crawl, GeneratingModel, Origin, ProcessingKind, ProcessingStep, Source, SourceCategory,
    Synthesis,
};
pub use privacy::{
    DpiaStatus, ImpactAssessment, LegalBasis, PersonalData, Privacy, PrivacyTechnology, SpecialCategory,
    SpecialCategoryBasis, Transfer, TransferSafeguard,
};
pub use quality::{Annotation, Quality, UseKind, Uses};
pub use rights::{
    CopyrightStatus, IllegalContent, IllegalContentMeasure, LicenceType, ProprietaryRight,
    ReservationProtocol, Rights, TdmReservation, TextAndDataMining,
};
pub use tables::{Table, TableColumn, Tables};

/// The most characters of a name or a title.
const SHORT: usize = 300;

/// The most characters of a statement in one language.
const LONG: usize = 20_000;

/// Whether a value says nothing, so that JSON leaves it out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
