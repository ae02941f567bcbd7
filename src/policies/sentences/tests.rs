//! Sentences: the fifteen patterns in both languages, and what holds for every policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::kernel::Timestamp;
use crate::policies::model::samples::{any_policy, patterns};
use crate::policies::model::{
    Constraint, Datatype, EvaluationScope, Facts, Iri, LeftOperand, Operator, Value, evaluate,
};

/// The patterns as people read them.
fn patterns_in(language: Language) -> String {
    let mut page = String::new();
    for (name, document) in patterns() {
        writeln!(page, "{name}").unwrap();
        for Sentence { pointer, text, .. } in describe(&Policy::parse(&document).unwrap(), language) {
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
        sentences.map(|Sentence { pointer, text, .. }| format!("{pointer}  {text}")).collect()
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

/// Every operand with each of its operators.
fn clauses_in(language: Language) -> Vec<String> {
    let mut clauses = Vec::new();
    for left in LeftOperand::ALL {
        let values = values_of(*left);
        assert!(!values.is_empty(), "{left} takes none of the samples");
        for operator in left.operators() {
            let right = if operator.takes_list() { values.clone() } else { values[..1].to_vec() };
            let constraint = Constraint::Atomic { left: *left, operator: *operator, right, unit: None };
            let clause = clause::clause(Voice(language), &constraint);
            reads_well(&clause);
            clauses.push(format!("{} {operator}\n  {clause}", left.as_str()));
        }
    }
    clauses
}

#[test]
fn every_operand_has_words_with_each_of_its_operators() {
    insta::assert_snapshot!("clauses-en", clauses_in(Language::En).join("\n"));
    insta::assert_snapshot!("clauses-fr", clauses_in(Language::Fr).join("\n"));
}

#[test]
fn every_listed_term_has_words() {
    for left in LeftOperand::ALL {
        for term in left.listed_terms() {
            let iri = Iri::parse(term).unwrap();
            for language in Language::ALL {
                let words = terms::iri(Voice(*language), *left, &iri, true);
                assert!(!words.contains(iri.as_str()) && !words.contains('{'), "{left} {term}: {words}");
            }
        }
    }
}

#[test]
fn every_line_of_the_evaluator_has_its_sentence() {
    let facts = Facts::at(Timestamp::from_millis(0), EvaluationScope::Request);
    for (name, document) in patterns() {
        let policy = Policy::parse(&document).unwrap();
        let lines = evaluate(&policy, &facts).lines.into_iter().map(|line| line.pointer);
        let sentences = describe(&policy, Language::En).into_iter().map(|sentence| sentence.pointer);
        assert_eq!(sentences.collect::<Vec<_>>(), lines.collect::<Vec<_>>(), "{name}");
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
            for Sentence { pointer, text, .. } in &sentences {
                // A single refinement or constraint is written as a list too.
                prop_assert!(written.pointer(pointer).is_some(), "{pointer} is nowhere in {written}");
                prop_assert!(text.ends_with(['.', ':']), "{text}");
                prop_assert!(!text.contains('\n') && text.chars().count() > 10);
                reads_well(text);
            }
            let facts = Facts::at(Timestamp::from_millis(0), EvaluationScope::Request);
            let lines: BTreeSet<_> =
                evaluate(&policy, &facts).lines.into_iter().map(|line| line.pointer).collect();
            let said_at: BTreeSet<_> = sentences.iter().map(|sentence| sentence.pointer.clone()).collect();
            prop_assert_eq!(lines, said_at);
            let pointers: Vec<_> = sentences.into_iter().map(|sentence| sentence.pointer).collect();
            prop_assert_eq!(pointers.iter().collect::<BTreeSet<_>>().len(), pointers.len());
            said.push(pointers);
        }
        prop_assert_eq!(&said[0], &said[1]);
    }
}
