//! What data is asked for, and which purposes named in policies each one satisfies.

use super::iri::Iri;
use super::vocabulary::Action;
use crate::kernel::text_enum;

text_enum! {
    /// What the data is asked for. `research` is non-commercial scientific research; commercial work states
    /// what it does instead.
    pub enum Purpose {
        /// Training a model from scratch or continuing its pre-training.
        PreTraining = "pre_training",
        /// Adapting a trained model to a task or domain.
        FineTuning = "fine_tuning",
        /// Training a model towards human preferences and safety rules.
        Alignment = "alignment",
        /// Measuring a model.
        Evaluation = "evaluation",
        /// Retrieval-augmented generation: the data is looked up while a model answers.
        Rag = "rag",
        /// Generating synthetic data from it.
        SyntheticGeneration = "synthetic_generation",
        /// Non-commercial scientific research.
        Research = "research",
        /// Teaching and training of people.
        Education = "education",
        /// Testing software or a system that holds a model.
        Testing = "testing",
        /// Running a service in production.
        Production = "production",
    }
}

/// Every purpose that a policy may name in the `cad:` and `tdm:` vocabularies, with the stated purposes that
/// satisfy it. `tdm:research` and `tdm:non-research` are those of TDMRep.
const NAMED: &[(&str, &[Purpose])] = {
    use Purpose::*;
    &[
        ("cad:ModelTraining", &[PreTraining, FineTuning, Alignment]),
        ("cad:PreTraining", &[PreTraining]),
        ("cad:FineTuning", &[FineTuning]),
        ("cad:Alignment", &[Alignment]),
        ("cad:ModelEvaluation", &[Evaluation, Testing]),
        ("cad:RetrievalAugmentedGeneration", &[Rag]),
        ("cad:SyntheticDataGeneration", &[SyntheticGeneration]),
        ("cad:NonCommercialResearch", &[Research]),
        ("cad:Education", &[Education]),
        ("cad:Production", &[Production]),
        ("tdm:research", &[Research]),
        (
            "tdm:non-research",
            &[
                PreTraining,
                FineTuning,
                Alignment,
                Evaluation,
                Rag,
                SyntheticGeneration,
                Education,
                Testing,
                Production,
            ],
        ),
    ]
};

impl Purpose {
    /// Whether this stated purpose satisfies the purpose that a policy names; `None` when the named purpose
    /// is of a vocabulary that the register does not know.
    #[must_use]
    pub fn satisfies(self, named: &Iri) -> Option<bool> {
        let named = named.compact();
        NAMED.iter().find(|(term, _)| *term == named).map(|(_, purposes)| purposes.contains(&self))
    }

    /// The purposes that a policy may name in our vocabularies.
    pub(super) fn named() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(term, _)| *term)
    }

    /// Whether the register knows the purpose that a policy names.
    pub(super) fn is_named(named: &str) -> bool {
        Self::named().any(|term| term == named)
    }

    /// The action that a use for this purpose performs. Every one of them is at least text and data mining:
    /// the bytes are handed out to be analysed by machines.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::PreTraining | Self::Alignment => Action::Train,
            Self::FineTuning => Action::FineTune,
            Self::Evaluation | Self::Testing => Action::Evaluate,
            Self::Rag | Self::SyntheticGeneration | Self::Research | Self::Education | Self::Production => {
                Action::Mine
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn satisfied_by(named: &str) -> Vec<&'static str> {
        let named = Iri::parse(named).unwrap();
        let all = Purpose::ALL.iter().filter(|purpose| purpose.satisfies(&named) == Some(true));
        all.map(Purpose::as_str).collect()
    }

    #[test]
    fn the_mapping_is_the_documented_one() {
        assert_eq!(satisfied_by("cad:ModelTraining"), ["pre_training", "fine_tuning", "alignment"]);
        assert_eq!(satisfied_by("cad:ModelEvaluation"), ["evaluation", "testing"]);
        assert_eq!(satisfied_by("cad:NonCommercialResearch"), ["research"]);
        assert_eq!(satisfied_by("http://www.w3.org/ns/tdmrep#research"), ["research"]);
        assert_eq!(satisfied_by("tdm:non-research").len(), Purpose::ALL.len() - 1);
    }

    #[test]
    fn a_purpose_of_another_vocabulary_is_neither_satisfied_nor_not() {
        let foreign = Iri::parse("https://w3id.org/dpv#ResearchAndDevelopment").unwrap();
        assert!(Purpose::ALL.iter().all(|purpose| purpose.satisfies(&foreign).is_none()));
    }

    #[test]
    fn every_purpose_is_text_and_data_mining() {
        assert!(Purpose::ALL.iter().all(|purpose| purpose.action().is_included_in(Action::Mine)));
    }
}
