//! Sentences: the fifteen patterns in both languages, and what holds for every policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::policies::model::samples::{any_policy, patterns};
use crate::policies::model::{
    Action, Constraint, Datatype, Facts, Iri, LeftOperand, Operator, Value, decide,
};

/// The patterns as people read them.
fn patterns_in(language: Language) -> String {
    let mut page = String::new();
    for (name, document) in patterns() {
        writeln!(page, "{name}").unwrap();
        for Sentence { pointer, text } in describe(&Policy::parse(&document).unwrap(), language) {
            writeln!(page, "  {pointer}\n    {text}").unwrap();
        }
    }
    page
}

#[test]
fn the_fifteen_patterns_in_english() {
    insta::assert_snapshot!("patterns-en", patterns_in(Language::En));
}

#[test]
fn the_fifteen_patterns_in_french() {
    insta::assert_snapshot!("patterns-fr", patterns_in(Language::Fr));
}

/// A policy with every kind of line.
#[test]
fn groups_refinements_duties_and_alternatives() {
    let policy = Policy::parse(&json!({
        "@id": "urn:x:1", "@type": "Offer",
        "permission": [
            {"action": {"rdf:value": {"@id": "cad:train"}, "odrl:refinement": [
                {"leftOperand": "odrl:version", "operator": "eq", "rightOperand": "1.0.0"}]},
             "constraint": [{"or": [
                {"leftOperand": "odrl:purpose", "operator": "eq", "rightOperand": {"@id": "cad:Education"}},
                {"and": [
                    {"leftOperand": "cad:processingLocation", "operator": "isPartOf", "rightOperand": [{"@id": "cad:EU"}]},
                    {"leftOperand": "odrl:dateTime", "operator": "lt",
                     "rightOperand": {"@value": "2027-01-01", "@type": "xsd:date"}}]}]}],
             "duty": [{"action": "odrl:compensate", "constraint": [
                {"leftOperand": "odrl:payAmount", "operator": "gteq",
                 "rightOperand": {"@value": "1500.50", "@type": "xsd:decimal"},
                 "unit": {"@id": "http://publications.europa.eu/resource/authority/currency/EUR"}}]}]},
            {"action": "odrl:read"}],
        "prohibition": [{"action": "odrl:distribute", "constraint": [
            {"leftOperand": "odrl:purpose", "operator": "isNoneOf",
             "rightOperand": [{"@id": "cad:Education"}, {"@id": "tdm:research"}]},
            {"xone": [
                {"leftOperand": "odrl:language", "operator": "isAnyOf", "rightOperand": ["de", "fr"]},
                {"leftOperand": "odrl:recipient", "operator": "eq", "rightOperand": {"@id": "urn:x:y"}}]}]}],
        "obligation": [{"action": "odrl:delete", "constraint": [
            {"leftOperand": "odrl:event", "operator": "eq", "rightOperand": {"@id": "cad:grantEnded"}},
            {"leftOperand": "odrl:purpose", "operator": "eq", "rightOperand": {"@id": "cad:Production"}}]}],
    }))
    .unwrap();
    let lines = |language| -> Vec<_> {
        let sentences = describe(&policy, language).into_iter();
        sentences.map(|Sentence { pointer, text }| format!("{pointer}  {text}")).collect()
    };
    insta::assert_snapshot!("every-kind-en", lines(Language::En).join("\n"));
    insta::assert_snapshot!("every-kind-fr", lines(Language::Fr).join("\n"));
}

#[test]
fn every_action_has_words_of_its_own() {
    for language in Language::ALL {
        let words: BTreeSet<_> =
            Action::ALL.iter().map(|action| Voice(*language).say(words::action(*action), &[])).collect();
        assert_eq!(words.len(), Action::ALL.len());
    }
}

/// One value of each type that the operand takes.
fn values_of(left: LeftOperand) -> Vec<Value> {
    let samples = [
        (Datatype::DateTime, "2026-01-01T00:00:00Z"),
        (Datatype::Date, "2026-02-28"),
        (Datatype::Duration, "P30D"),
        (Datatype::Decimal, "1500.25"),
        (Datatype::Integer, "3"),
        (Datatype::Boolean, "true"),
        (Datatype::Text, "health"),
        (Datatype::Iri, "https://example.eu/spaces/health"),
        (Datatype::Iri, "cad:ModelTraining"),
        (Datatype::Iri, "cad:EEA"),
        (Datatype::Iri, "cad:grantEnded"),
        (Datatype::Iri, "cad:Verified"),
        (Datatype::Iri, "cad:InternalOnly"),
        (Datatype::Iri, "duo:0000042"),
        (Datatype::Iri, "duo:0000021"),
    ];
    let values = samples.into_iter().map(|(datatype, text)| Value::parse(datatype, text).unwrap());
    values.filter(|value| left.check(value).is_ok()).collect()
}

/// Nothing of a text in Fluent or in ODRL shows through.
fn reads_well(text: &str) {
    for raw in ["{", "$", "odrl:", "cad:", "tdm:", "duo:", "xsd:", "  ", "isAnyOf", "gteq"] {
        assert!(!text.contains(raw), "{raw} in: {text}");
    }
}

#[test]
fn every_operand_has_words_with_each_of_its_operators() {
    for language in Language::ALL {
        let mut clauses = BTreeSet::new();
        for left in LeftOperand::ALL {
            for operator in left.operators() {
                let values = values_of(*left);
                assert!(!values.is_empty(), "{left} takes none of the samples");
                let right = if operator.takes_list() { values } else { values[..1].to_vec() };
                let constraint = Constraint::Atomic { left: *left, operator: *operator, right, unit: None };
                let clause = clause::clause(Voice(*language), &constraint);
                reads_well(&clause);
                let equal = matches!(operator, Operator::Eq | Operator::IsA | Operator::IsAllOf);
                let negative = matches!(operator, Operator::IsNoneOf);
                assert!(
                    clauses.insert(clause.clone()) || equal || negative || operator.takes_list(),
                    "{left} {operator} is worded as something else is: {clause}"
                );
            }
        }
    }
}

#[test]
fn every_line_of_the_evaluator_has_its_sentence() {
    let facts = Facts { now: crate::kernel::Timestamp::from_millis(0), purpose: None, spaces: Vec::new() };
    for (name, document) in patterns() {
        let policy = Policy::parse(&document).unwrap();
        let sentences = describe(&policy, Language::En);
        for line in decide(&policy, &facts).lines {
            let found = sentences.iter().any(|sentence| sentence.pointer == line.pointer);
            assert!(found, "{name}: nothing is said at {:?}", line.pointer);
        }
    }
}

#[test]
fn what_is_foreign_is_shown_in_full() {
    let right = vec![Value::Iri(Iri::parse("https://w3id.org/dpv#Marketing").unwrap())];
    let constraint =
        Constraint::Atomic { left: LeftOperand::Purpose, operator: Operator::Neq, right, unit: None };
    let clause = clause::clause(Voice(Language::En), &constraint);
    assert_eq!(clause, "the purpose is not https://w3id.org/dpv#Marketing");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_policy_has_sentences_at_the_places_it_is_written(policy in any_policy()) {
        let written = policy.to_json();
        let mut said = Vec::new();
        for language in Language::ALL {
            let sentences = describe(&policy, *language);
            for Sentence { pointer, text } in &sentences {
                // A single refinement or constraint is written as a list too.
                prop_assert!(written.pointer(pointer).is_some(), "{pointer} is nowhere in {written}");
                prop_assert!(text.ends_with(['.', ':']), "{text}");
                prop_assert!(!text.contains('\n') && text.chars().count() > 10);
                reads_well(text);
            }
            let pointers: Vec<_> = sentences.into_iter().map(|sentence| sentence.pointer).collect();
            prop_assert_eq!(pointers.iter().collect::<BTreeSet<_>>().len(), pointers.len());
            said.push(pointers);
        }
        prop_assert_eq!(&said[0], &said[1]);
    }
}
