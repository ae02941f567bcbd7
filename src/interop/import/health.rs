//! HealthDCAT-AP, and the grounds of processing in the words of the Data Privacy Vocabulary.

use super::dcat::values::{best, label, texts};
use super::draft::Draft;
use crate::datasets::record::{HealthPurpose, LegalBasis};
use crate::interop::dcat::{health_category_of, legal_basis_of};
use crate::interop::rdf::read::{Term, Thing};

/// A statement on a dataset of health; whether the property is one of them.
pub(super) fn statement(draft: &mut Draft, property: &str, of: Thing<'_>, value: &Term) -> bool {
    let thing = of.follow(value);
    match property {
        "dpv:hasLegalBasis" => match legal_basis_of(value.text()) {
            Some(basis) => draft.push("/privacy/legal_bases", property, LegalBasis::as_str(basis)),
            None => draft.drop(property, value.text(), "no legal basis of Art. 6(1) of the GDPR"),
        },
        "healthdcatap:populationCoverage" => {
            texts(draft, "/coverage/demographic_notes", property, value, Some("en"))
        }
        "healthdcatap:healthCategory" => match health_category_of(value.text()) {
            Some(category) => draft.push("/health/categories", property, category.as_str()),
            None => {
                draft.drop(property, value.text(), "no category of Art. 51(1) of Regulation (EU) 2025/327")
            }
        },
        "dpv:hasPurpose" => {
            let words = thing.and_then(|thing| best(thing, "dct:description")).map(Term::text);
            match words.and_then(|words| words.replace(' ', "_").parse::<HealthPurpose>().ok()) {
                Some(purpose) => draft.push("/health/purposes", property, purpose.as_str()),
                None => draft.drop(
                    property,
                    words.unwrap_or(value.text()),
                    "no purpose of Art. 53(1) of Regulation (EU) 2025/327",
                ),
            }
        }
        "healthdcatap:hdab" => match thing.and_then(label) {
            Some(name) => draft.put("/health/access_body", property, name.text()),
            None => draft.drop(property, value.text(), "a health data access body without a name"),
        },
        _ => return false,
    }
    true
}
