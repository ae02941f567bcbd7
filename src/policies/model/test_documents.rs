//! Documents that are accepted: the fifteen patterns, other spellings, and the properties of reading and writing.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::samples::{any_json, any_policy, pattern, patterns, respelt};
use super::*;

/// A pattern as the register writes it: one context, no empty lists, numbers and terms in their one form.
fn as_written(mut pattern: Json, written: &Json) -> Json {
    pattern["@context"] = written["@context"].clone();
    for rules in ["permission", "prohibition", "obligation"] {
        for rule in pattern.get_mut(rules).and_then(Json::as_array_mut).into_iter().flatten() {
            let rule = rule.as_object_mut().unwrap();
            if rule.get("constraint") == Some(&json!([])) {
                rule.remove("constraint");
            }
            if rule["action"] == "http://creativecommons.org/ns#CommercialUse" {
                rule["action"] = json!("cc:CommercialUse");
            }
        }
    }
    if let Some(amount) = pattern.pointer_mut("/permission/0/constraint/0/rightOperand/@value")
        && amount == "1500.00"
    {
        *amount = json!("1500");
    }
    pattern
}

#[test]
fn the_fifteen_patterns_are_accepted_and_come_back_as_they_were() {
    let patterns = patterns();
    assert_eq!(patterns.len(), 15);
    for (name, document) in patterns {
        let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = policy.to_json();
        assert_eq!(as_written(document, &written), written, "{name}");
        assert_eq!(Policy::parse(&written).unwrap(), policy, "{name}");
    }
}

#[test]
fn every_spelling_of_a_policy_is_the_same_policy() {
    let plain = json!({
        "@id": "urn:x:1", "@type": "Offer",
        "permission": [{"action": "use", "constraint": [
            {"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": [{"@id": "cad:ModelTraining"}]},
            {"or": [
                {"leftOperand": "odrl:count", "operator": "eq", "rightOperand": {"@value": "1", "@type": "xsd:integer"}},
            ]},
        ]}],
    });
    let other = json!({
        "@context": ["http://www.w3.org/ns/odrl.jsonld", {"cad": "urn:cadastre:policy:"}],
        "uid": {"@id": "urn:x:1"}, "type": "http://www.w3.org/ns/odrl/2/Offer", "conflict": "odrl:prohibit",
        "odrl:permission": {"@type": "Permission", "action": [{"rdf:value": {"@id": "http://www.w3.org/ns/odrl/2/use"}}],
            "odrl:constraint": [
                {"@type": "Constraint", "leftOperand": {"@id": "purpose"}, "operator": {"@id": "odrl:isAnyOf"},
                    "rightOperand": {"@id": "urn:cadastre:policy:ModelTraining"}},
                {"odrl:or": {"@list": [
                    {"leftOperand": "count", "operator": "odrl:eq",
                        "rightOperand": {"@list": [{"@value": "+01", "type": "http://www.w3.org/2001/XMLSchema#integer"}]}},
                ]}},
            ]},
        "prohibition": [], "obligation": [],
    });
    let (plain, other) = (Policy::parse(&plain).unwrap(), Policy::parse(&other).unwrap());
    assert_eq!(plain, other);
    assert_eq!(plain.digest().unwrap(), other.digest().unwrap());
}

#[test]
fn an_agreement_keeps_its_parties_and_its_target() {
    let mut document = pattern(2);
    for (key, value) in [
        ("@type", "Agreement"),
        ("assigner", "did:web:provider.example"),
        ("assignee", "did:web:trainer.example"),
        ("target", "https://example.eu/datasets/a"),
    ] {
        document[key] = json!(value);
    }
    let agreement = Policy::parse(&document).unwrap();
    assert_eq!(agreement.kind, PolicyKind::Agreement);
    assert_eq!(agreement.assignee.as_ref().unwrap().as_str(), "did:web:trainer.example");
    assert_eq!(Policy::parse(&agreement.to_json()).unwrap(), agreement);
}

#[test]
fn the_digest_of_a_policy_is_that_of_its_canonical_text() {
    let policy = Policy::parse(&pattern(13)).unwrap();
    let text = concat!(
        r##"{"@context":["https://w3id.org/dspace/2025/1/odrl-profile.jsonld",{"cad":"urn:cadastre:policy:","##,
        r##""cc":"http://creativecommons.org/ns#","duo":{"@id":"http://purl.obolibrary.org/obo/DUO_","@prefix":true},"##,
        r##""rdf":"http://www.w3.org/1999/02/22-rdf-syntax-ns#","tdm":"http://www.w3.org/ns/tdmrep#","##,
        r##""xsd":"http://www.w3.org/2001/XMLSchema#"}],"@id":"urn:cadastre:offer:13-tdm-optout","@type":"Offer","##,
        r##""prohibition":[{"action":"tdm:mine","constraint":[{"leftOperand":"odrl:purpose","##,
        r##""operator":"isNoneOf","rightOperand":[{"@id":"tdm:research"}]}]}]}"##,
    );
    assert_eq!(policy.digest().unwrap(), crate::kernel::Digest::of(text));
}

/// Puts `graft` at the place of the `n`-th value of the document, in depth-first order.
fn graft(document: &mut Json, n: &mut usize, graft: &Json) {
    if *n == 0 {
        *document = graft.clone();
    }
    *n = n.wrapping_sub(1);
    match document {
        Json::Array(items) => items.iter_mut().for_each(|item| self::graft(item, n, graft)),
        Json::Object(object) => object.values_mut().for_each(|value| self::graft(value, n, graft)),
        _ => {}
    }
}

/// Reads a document and holds every pointer of the answer against it.
fn read(document: &Json) -> Result<(), TestCaseError> {
    match Policy::parse(document) {
        Ok(policy) => prop_assert_eq!(Policy::parse(&policy.to_json()).unwrap(), policy),
        Err(error) => {
            prop_assert!(!error.field_errors().is_empty());
            for field in error.field_errors() {
                prop_assert!(document.pointer(&field.pointer).is_some(), "{} is nowhere", field.pointer);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_json_is_read_or_refused_at_places_that_exist(document in any_json()) {
        read(&document)?;
    }

    #[test]
    fn a_pattern_with_one_foreign_part_is_read_or_refused(number in 1_usize..=15, mut n in 0_usize..40, part in any_json()) {
        let mut document = pattern(number);
        graft(&mut document, &mut n, &part);
        read(&document)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_written_reads_back(policy in any_policy()) {
        prop_assert_eq!(Policy::parse(&policy.to_json()).unwrap(), policy);
    }

    #[test]
    fn the_digest_depends_on_neither_order_nor_spelling_of_keys(policy in any_policy()) {
        let other = Policy::parse(&respelt(&policy.to_json())).unwrap();
        prop_assert_eq!(other.digest().unwrap(), policy.digest().unwrap());
    }

    #[test]
    fn the_digest_tells_policies_apart(a in any_policy(), b in any_policy()) {
        prop_assert_eq!(a == b, a.digest().unwrap() == b.digest().unwrap());
    }
}
