//! What the register decides by itself, and how offers are held against access modes.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::samples::{any_policy, pattern, patterns};
use super::*;

use Outcome::{Satisfied, Undetermined, Violated};

fn facts(purpose: Option<Purpose>) -> Facts {
    Facts {
        purpose,
        spaces: Some(vec!["health".parse().unwrap(), "energy".parse().unwrap()]),
        sector: Some("C29.1".to_owned()),
        ..Facts::at("2026-06-15T12:00:00Z".parse().unwrap(), EvaluationScope::Request)
    }
}

fn outcome(document: &Json, purpose: Option<Purpose>) -> Outcome {
    evaluate(&Policy::parse(document).unwrap(), &facts(purpose)).outcome
}

fn offer(permission: Json, prohibition: Json) -> Json {
    json!({"@id": "urn:x:1", "@type": "Offer", "permission": permission, "prohibition": prohibition})
}

fn constrained(constraint: Json) -> Json {
    offer(json!([{"action": "use", "constraint": constraint}]), json!([]))
}

#[test]
fn the_patterns_are_decided_as_far_as_facts_reach() {
    let (train, research) = (Some(Purpose::PreTraining), Some(Purpose::Research));
    for (number, training, researching, unstated) in [
        (1, Satisfied, Violated, Undetermined),
        (2, Satisfied, Satisfied, Satisfied),
        (3, Satisfied, Satisfied, Satisfied),
        (4, Satisfied, Satisfied, Satisfied),
        (5, Undetermined, Undetermined, Undetermined),
        (6, Violated, Satisfied, Undetermined),
        (7, Satisfied, Satisfied, Satisfied),
        (8, Satisfied, Satisfied, Satisfied),
        (9, Satisfied, Satisfied, Satisfied),
        (10, Satisfied, Satisfied, Satisfied),
        (11, Undetermined, Undetermined, Undetermined),
        (12, Undetermined, Undetermined, Undetermined),
        (13, Violated, Undetermined, Undetermined),
        (14, Undetermined, Undetermined, Undetermined),
        (15, Undetermined, Undetermined, Undetermined),
    ] {
        let document = pattern(number);
        let outcomes = [train, research, None].map(|purpose| outcome(&document, purpose));
        assert_eq!(outcomes, [training, researching, unstated], "pattern {number}");
    }
}

#[test]
fn instants_and_days_compare_to_the_edge() {
    for (operator, datatype, right, expected) in [
        ("lteq", "xsd:dateTime", "2026-06-15T12:00:00Z", Satisfied),
        ("lt", "xsd:dateTime", "2026-06-15T12:00:00Z", Violated),
        ("gteq", "xsd:dateTime", "2026-06-15T14:00:00+02:00", Satisfied),
        ("gt", "xsd:dateTime", "2026-06-15T11:59:59.999Z", Satisfied),
        ("eq", "xsd:dateTime", "2026-06-15T12:00:00Z", Satisfied),
        ("neq", "xsd:dateTime", "2026-06-15T12:00:00Z", Violated),
        ("lteq", "xsd:date", "2026-06-15", Satisfied),
        ("lt", "xsd:date", "2026-06-15", Violated),
        ("lteq", "xsd:date", "2026-06-14", Violated),
        ("gteq", "xsd:date", "2026-06-15", Satisfied),
        ("gt", "xsd:date", "2026-06-14", Satisfied),
        ("eq", "xsd:date", "2026-06-15", Satisfied),
    ] {
        let document = constrained(json!({"leftOperand": "odrl:dateTime", "operator": operator,
            "rightOperand": {"@value": right, "@type": datatype}}));
        assert_eq!(outcome(&document, None), expected, "{operator} {right}");
    }
}

#[test]
fn memberships_and_purposes_by_every_operator() {
    let health = json!({"@id": "https://example.eu/spaces/health"});
    let dpv = json!({"@id": "https://w3id.org/dpv#Marketing"});
    for (left, operator, right, expected) in [
        ("cad:spaceMembership", "eq", json!("health"), Satisfied),
        ("cad:spaceMembership", "neq", json!("health"), Violated),
        ("cad:spaceMembership", "isAnyOf", json!(["mobility", health]), Satisfied),
        ("cad:spaceMembership", "isAnyOf", json!(["mobility"]), Violated),
        ("cad:spaceMembership", "isAllOf", json!(["energy", health]), Satisfied),
        ("cad:spaceMembership", "isAllOf", json!(["energy", "mobility"]), Violated),
        ("cad:spaceMembership", "isNoneOf", json!(["mobility", "media"]), Satisfied),
        ("cad:spaceMembership", "isNoneOf", json!(["mobility", health]), Violated),
        ("odrl:purpose", "eq", json!({"@id": "cad:ModelTraining"}), Satisfied),
        ("odrl:purpose", "isA", json!({"@id": "cad:ModelTraining"}), Satisfied),
        ("odrl:purpose", "neq", json!({"@id": "cad:ModelTraining"}), Violated),
        ("odrl:purpose", "neq", json!({"@id": "cad:ModelEvaluation"}), Satisfied),
        ("odrl:purpose", "isAnyOf", json!([dpv, {"@id": "cad:FineTuning"}]), Satisfied),
        ("odrl:purpose", "isAnyOf", json!([dpv, {"@id": "cad:Production"}]), Undetermined),
        ("odrl:purpose", "isNoneOf", json!([dpv, {"@id": "cad:Production"}]), Undetermined),
        ("odrl:purpose", "isNoneOf", json!([dpv, {"@id": "tdm:non-research"}]), Violated),
    ] {
        let document = constrained(json!({"leftOperand": left, "operator": operator, "rightOperand": right}));
        assert_eq!(outcome(&document, Some(Purpose::FineTuning)), expected, "{left} {operator} {right}");
    }
}

#[test]
fn logical_constraints_follow_kleene() {
    let space = |slug| json!({"leftOperand": "cad:spaceMembership", "operator": "eq", "rightOperand": slug});
    let (yes, no) = (space("health"), space("mobility"));
    let unknown =
        json!({"leftOperand": "odrl:spatial", "operator": "eq", "rightOperand": {"@id": "cad:EEA"}});
    for (operator, parts, expected) in [
        ("and", [&yes, &yes], Satisfied),
        ("and", [&yes, &unknown], Undetermined),
        ("and", [&no, &unknown], Violated),
        ("andSequence", [&yes, &unknown], Undetermined),
        ("andSequence", [&no, &yes], Violated),
        ("or", [&no, &yes], Satisfied),
        ("or", [&unknown, &yes], Satisfied),
        ("or", [&unknown, &no], Undetermined),
        ("or", [&no, &no], Violated),
        ("xone", [&no, &yes], Satisfied),
        ("xone", [&yes, &yes], Violated),
        ("xone", [&no, &no], Violated),
        ("xone", [&unknown, &yes], Undetermined),
    ] {
        assert_eq!(outcome(&constrained(json!({operator: parts})), None), expected, "{operator} {parts:?}");
    }
}

#[test]
fn permissions_are_alternatives_and_prohibitions_win() {
    let purpose =
        |term| json!({"leftOperand": "odrl:purpose", "operator": "eq", "rightOperand": {"@id": term}});
    let permit = |term| json!({"action": "use", "constraint": purpose(term)});
    let later = json!({"leftOperand": "odrl:dateTime", "operator": "gt", "rightOperand": {"@value": "2027-01-01", "@type": "xsd:date"}});
    let either = json!([permit("cad:ModelEvaluation"), permit("cad:ModelTraining")]);
    for (permission, prohibition, expected) in [
        (either.clone(), json!([]), Satisfied),
        (json!([permit("cad:Education"), permit("cad:ModelEvaluation")]), json!([]), Violated),
        (json!({"action": "cad:train"}), json!([]), Satisfied),
        (json!({"action": "cad:fineTune"}), json!([]), Violated),
        (json!({"action": "odrl:print"}), json!([]), Violated),
        (json!({"action": "cad:download"}), json!([]), Violated),
        (json!({"action": "use", "duty": {"action": "odrl:obtainConsent"}}), json!([]), Undetermined),
        (json!({"action": {"@id": "use", "refinement": later}}), json!([]), Violated),
        (either.clone(), json!({"action": "use"}), Violated),
        (either.clone(), json!({"action": "tdm:mine"}), Violated),
        (either.clone(), json!({"action": "cad:fineTune"}), Satisfied),
        (either.clone(), json!({"action": "cad:train", "constraint": later}), Satisfied),
        (either.clone(), json!({"action": {"@id": "use", "refinement": later}}), Satisfied),
        (either.clone(), json!({"action": "cc:CommercialUse"}), Undetermined),
        // What a download is, is known when there is one.
        (either.clone(), json!({"action": "cad:download"}), Satisfied),
        (either, json!({"action": "odrl:sell"}), Satisfied),
        (json!([]), json!({"action": "odrl:sell"}), Undetermined),
        (json!([]), json!({"action": "use"}), Violated),
    ] {
        let document = offer(permission, prohibition);
        assert_eq!(outcome(&document, Some(Purpose::PreTraining)), expected, "{document}");
    }
}

#[test]
fn without_a_purpose_narrow_permissions_are_open_questions() {
    assert_eq!(outcome(&offer(json!({"action": "cad:train"}), json!([])), None), Undetermined);
    assert_eq!(outcome(&offer(json!({"action": "use"}), json!({"action": "cad:train"})), None), Undetermined);
    assert_eq!(outcome(&offer(json!({"action": "use"}), json!({"action": "tdm:mine"})), None), Violated);
}

#[test]
fn every_line_says_where_and_why() {
    let policy = Policy::parse(&pattern(6)).unwrap();
    let verdict = evaluate(&policy, &facts(Some(Purpose::Production)));
    assert_eq!(
        serde_json::to_value(&verdict).unwrap(),
        json!({"outcome": "violated", "lines": [
            {"pointer": "/permission/0/action", "label": "machine_decided", "outcome": "satisfied",
                "reason": "permits odrl:use"},
            {"pointer": "/permission/0/constraint/0", "label": "machine_decided", "outcome": "violated",
                "operand": "odrl:purpose", "operator": "isAnyOf", "found": ["production"], "source": "stated",
                "reason": "odrl:purpose isAnyOf cad:NonCommercialResearch: stated as production"},
            {"pointer": "/prohibition/0", "label": "attested", "outcome": "undetermined",
                "reason": "whether the prohibition of cc:CommercialUse applies is not known"},
        ]})
    );
}

/// What is wrong with an offer for a mode, as `pointer code`.
fn wrong(mode: AccessMode, document: &Json) -> Vec<String> {
    let Err(error) = Terms::check(mode, Some(document)) else { return Vec::new() };
    error.field_errors().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect()
}

#[test]
fn each_mode_takes_the_patterns_it_can_keep() {
    for (mode, taken) in [
        (AccessMode::Open, vec![9, 10, 13]),
        (AccessMode::Automatic, vec![1, 2, 3, 4, 6, 7, 8, 9, 10]),
        (AccessMode::Review, (1..=15).collect()),
        (AccessMode::Secure, (1..=15).collect()),
    ] {
        let numbers = (1..=15).filter(|number| wrong(mode, &pattern(*number)).is_empty());
        assert_eq!(numbers.collect::<Vec<_>>(), taken, "{mode}");
    }
}

#[test]
fn what_a_mode_cannot_keep_is_told_at_its_place() {
    let later = json!({"leftOperand": "odrl:dateTime", "operator": "gt", "rightOperand": {"@value": "2027-01-01", "@type": "xsd:date"}});
    let dpv = json!({"leftOperand": "odrl:purpose", "operator": "eq", "rightOperand": {"@id": "urn:dpv:x"}});
    let (open, automatic, secure) = (AccessMode::Open, AccessMode::Automatic, AccessMode::Secure);
    let rows: Vec<(AccessMode, Json, Json, &[&str])> = vec![
        (
            open,
            json!({"action": "use", "constraint": later}),
            json!([]),
            &["/permission/constraint not_enforced"],
        ),
        (open, json!([{"action": "cad:evaluate"}]), json!([]), &["/permission/0/action not_enforced"]),
        (
            open,
            json!({"action": "use", "duty": {"action": "odrl:inform"}}),
            json!([]),
            &["/permission/duty not_enforced"],
        ),
        (
            open,
            json!({"action": {"@id": "use", "odrl:refinement": [later]}}),
            json!([]),
            &["/permission/action/odrl:refinement not_enforced"],
        ),
        (
            open,
            json!({"action": "use"}),
            json!([{"action": "cad:download"}]),
            &["/prohibition/0 contradiction"],
        ),
        (
            open,
            json!({"action": "use"}),
            json!([{"action": "use", "constraint": later}]),
            &["/prohibition/0 contradiction"],
        ),
        (automatic, json!([]), json!([{"action": "odrl:sell"}]), &[" required"]),
        (
            automatic,
            json!({"action": "use", "constraint": [later, {"or": [dpv]}]}),
            json!([]),
            &["/permission/constraint/1 undecidable"],
        ),
        (
            automatic,
            json!({"action": "use", "duty": {"action": "odrl:inform"}}),
            json!([]),
            &["/permission/duty undecidable"],
        ),
        (
            automatic,
            json!({"action": "use"}),
            json!({"action": "tdm:mine", "constraint": dpv}),
            &["/prohibition/constraint undecidable"],
        ),
        (automatic, json!({"action": "use"}), json!({"action": "use"}), &["/prohibition contradiction"]),
        (automatic, json!({"action": "use"}), json!({"action": "use", "constraint": later}), &[]),
        (
            automatic,
            json!({"action": "use"}),
            json!({"action": "cad:download"}),
            &["/prohibition contradiction"],
        ),
        (secure, json!({"action": "cad:download"}), json!([]), &["/permission/action download"]),
        (secure, json!({"action": "use"}), json!([]), &[]),
    ];
    for (mode, permission, prohibition, expected) in rows {
        let document = offer(permission, prohibition);
        assert_eq!(wrong(mode, &document), expected, "{mode} {document}");
    }
}

#[test]
fn terms_are_an_offer_to_everyone() {
    let mut document = pattern(10);
    document["assignee"] = json!("did:web:one.example");
    document["target"] = json!("urn:x:t");
    assert_eq!(wrong(AccessMode::Review, &document), ["/assignee offer", "/target offer"]);
    let mut template = pattern(10);
    template["@type"] = json!("Set");
    assert_eq!(wrong(AccessMode::Review, &template), ["/@type offer"]);
}

#[test]
fn only_automatic_access_needs_an_offer() {
    for mode in AccessMode::ALL {
        assert_eq!(Terms::check(*mode, None).is_err(), *mode == AccessMode::Automatic, "{mode}");
    }
}

#[test]
fn a_secure_dataset_is_never_downloaded() {
    let allows = |mode, number| Terms::check(mode, Some(&pattern(number))).unwrap().allows_download();
    assert!(allows(AccessMode::Review, 1));
    assert!(!allows(AccessMode::Review, 15));
    assert!((1..=15).all(|number| !allows(AccessMode::Secure, number)));
}

#[test]
fn automatic_offers_are_settled_by_facts_once_a_purpose_is_stated() {
    for (name, document) in patterns() {
        if Terms::check(AccessMode::Automatic, Some(&document)).is_ok() {
            let purposes = Purpose::ALL.iter().filter(|purpose| **purpose != Purpose::Production);
            let satisfied = purposes.filter(|purpose| outcome(&document, Some(**purpose)) == Satisfied);
            assert!(satisfied.count() > 0, "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_decision_is_explained_and_nothing_is_granted_on_a_guess(
        policy in any_policy(),
        purpose in proptest::option::of(proptest::sample::select(Purpose::ALL)),
        scope in proptest::sample::select(EvaluationScope::ALL),
    ) {
        let facts = Facts {
            scope,
            parties: vec![Iri::parse("did:web:trainer.example").unwrap()],
            targets: vec![Iri::parse("https://example.eu/datasets/a").unwrap()],
            ..facts(purpose)
        };
        let verdict = evaluate(&policy, &facts);
        let written = policy.to_json();
        for line in &verdict.lines {
            prop_assert!(written.pointer(&line.pointer).is_some(), "{} is nowhere", line.pointer);
        }
        let settled = |line: &&Line| line.outcome == Satisfied || line.deferred && scope != EvaluationScope::Download;
        let prohibitions = || verdict.lines.iter().filter(|line| line.pointer.starts_with("/prohibition"));
        let whole = |line: &&Line| line.pointer.matches('/').count() == 2;
        if verdict.outcome == Satisfied {
            prop_assert!(prohibitions().filter(whole).all(|line| settled(&line)));
        }
        if prohibitions().filter(whole).any(|line| line.outcome == Violated) {
            prop_assert_eq!(verdict.outcome, Violated);
        }
        prop_assert_eq!(evaluate(&policy, &facts), verdict);
    }

    #[test]
    fn a_further_prohibition_never_allows_more(policy in any_policy(), more in any_policy(), purpose in proptest::option::of(proptest::sample::select(Purpose::ALL))) {
        let facts = facts(purpose);
        let before = evaluate(&policy, &facts).outcome;
        let mut stricter = policy;
        stricter.prohibitions.extend(more.prohibitions);
        let after = evaluate(&stricter, &facts).outcome;
        prop_assert!(before != Violated || after == Violated, "denied, then {after}");
        prop_assert!(after != Satisfied || before == Satisfied, "{before}, then allowed");
    }

    #[test]
    fn a_trace_is_the_same_to_the_byte_and_reads_back(policy in any_policy(), purpose in proptest::option::of(proptest::sample::select(Purpose::ALL))) {
        let trace = Trace::of(&policy, facts(purpose)).unwrap();
        let text = trace.text().unwrap();
        let read: Trace = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &trace);
        prop_assert_eq!(Trace::of(&policy, read.facts).unwrap().text().unwrap(), text);
    }
}
