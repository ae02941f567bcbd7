//! What each kind of evidence decides, and what it leaves open.

use serde_json::{Value as Json, json};

use super::samples::pattern;
use super::*;
use crate::identity::OrganisationKind;

use EvaluationScope::{Download, Request, See};
use Outcome::{Satisfied, Undetermined, Violated};

fn facts(scope: EvaluationScope) -> Facts {
    Facts { purpose: Some(Purpose::PreTraining), ..Facts::at("2026-06-15T12:00:00Z".parse().unwrap(), scope) }
}

fn stating(statement: Json) -> Facts {
    Facts { statement: serde_json::from_value(statement).unwrap(), ..facts(Request) }
}

fn constrained(left: &str, operator: &str, right: Json) -> Policy {
    let constraint = json!({"leftOperand": left, "operator": operator, "rightOperand": right});
    Policy::parse(&json!({"@id": "urn:x:1", "@type": "Offer",
        "permission": [{"action": "use", "constraint": [constraint]}]}))
    .unwrap()
}

fn outcome(policy: &Policy, facts: &Facts) -> Outcome {
    evaluate(policy, facts).outcome
}

const LINE: &str = "/permission/0/constraint/0";

#[test]
fn a_statement_can_stand_against_a_use_and_only_a_reviewer_can_speak_for_it() {
    let eea = constrained("cad:processingLocation", "isPartOf", json!([{"@id": "cad:EEA"}]));
    let paid = Policy::parse(&pattern(14)).unwrap();
    let ethics = Policy::parse(&pattern(11)).unwrap();
    let weights = constrained("cad:modelAccess", "eq", json!({"@id": "cad:InternalOnly"}));
    let payment =
        |amount: &str| json!({"payment": {"amount": amount, "currency": "EUR", "reference": "invoice 1"}});
    for (policy, against, in_favour) in [
        (&eea, Some(json!({"processing_location": "US"})), json!({"processing_location": "DE"})),
        (&paid, Some(payment("1499.99")), payment("1500")),
        (&ethics, None, json!({"ethics_approval": "committee 7, no. 12"})),
        (&weights, Some(json!({"model_access": "open_weights"})), json!({"model_access": "internal_only"})),
    ] {
        assert_eq!(outcome(policy, &facts(Request)), Undetermined);
        let confirmed = |facts: Facts| Facts { confirmed: vec![LINE.to_owned()], ..facts };
        if let Some(against) = against {
            assert_eq!(outcome(policy, &stating(against.clone())), Violated);
            assert_eq!(
                outcome(policy, &confirmed(stating(against))),
                Violated,
                "nobody confirms what is known not to be"
            );
        }
        assert_eq!(outcome(policy, &stating(in_favour.clone())), Undetermined);
        let verdict = evaluate(policy, &confirmed(stating(in_favour)));
        assert_eq!(verdict.outcome, Satisfied);
        let line = verdict.lines.iter().find(|line| line.pointer == LINE).unwrap();
        assert_eq!((line.label, line.source), (Label::Attested, Some(EvidenceSource::Confirmed)));
    }
}

#[test]
fn what_only_a_download_knows_holds_nobody_up_and_is_decided_there() {
    let version = constrained("odrl:version", "eq", json!("1.0.0"));
    let verdict = evaluate(&version, &facts(Request));
    assert_eq!(verdict.outcome, Satisfied);
    assert!(verdict.lines.iter().any(|line| line.pointer == LINE && line.deferred && !line.needs_person()));
    for (number, expected) in [("1.0.0", Satisfied), ("1.0.1", Violated)] {
        let at = Facts { version: Some(number.to_owned()), ..facts(Download) };
        assert_eq!(outcome(&version, &at), expected);
    }
    assert_eq!(outcome(&version, &facts(Download)), Undetermined);
    let without_version_two = Policy::parse(&json!({"@id": "urn:x:1", "@type": "Offer", "permission": {"action": "use"},
        "prohibition": {"action": "use", "constraint": {"leftOperand": "odrl:version", "operator": "eq", "rightOperand": "2.0.0"}}}))
    .unwrap();
    assert_eq!(outcome(&without_version_two, &facts(Request)), Satisfied);
    let at = |number: &str| Facts { version: Some(number.to_owned()), ..facts(Download) };
    assert_eq!(outcome(&without_version_two, &at("1.0.0")), Satisfied);
    assert_eq!(outcome(&without_version_two, &at("2.0.0")), Violated);
}

#[test]
fn downloads_are_counted_and_spans_run_on_the_calendar() {
    let thrice = Policy::parse(&pattern(7)).unwrap();
    assert_eq!(outcome(&thrice, &facts(See)), Satisfied);
    assert_eq!(outcome(&thrice, &facts(Download)), Undetermined, "an unknown count is never a small one");
    for (count, expected) in [(1, Satisfied), (3, Satisfied), (4, Violated), (u64::MAX, Undetermined)] {
        let at = Facts { downloads: Some(count), ..facts(Download) };
        assert_eq!(outcome(&thrice, &at), expected, "{count}");
    }
    let month = constrained("cad:grantElapsed", "lteq", json!({"@value": "P1M", "@type": "xsd:duration"}));
    for (since, now, expected) in [
        ("2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z", Satisfied),
        ("2026-01-31T00:00:00Z", "2026-02-28T00:00:01Z", Violated),
        ("2024-01-31T00:00:00Z", "2024-02-29T00:00:00Z", Satisfied),
        ("2026-03-15T12:00:00Z", "2026-04-15T12:00:00Z", Satisfied),
        ("2026-03-15T12:00:00Z", "2026-04-15T12:00:00.001Z", Violated),
    ] {
        let at =
            Facts { now: now.parse().unwrap(), granted_at: Some(since.parse().unwrap()), ..facts(Download) };
        assert_eq!(outcome(&month, &at), expected, "{since} to {now}");
    }
}

#[test]
fn a_secure_environment_is_shown_by_the_credential_alone() {
    let policy = Policy::parse(&pattern(15)).unwrap();
    let stated = stating(json!({"processing_environment": "https://spe.example.eu/env/1"}));
    assert_eq!(outcome(&policy, &stated), Satisfied, "it is decided at each download");
    let at = |facts: &Facts| Facts { scope: Download, ..facts.clone() };
    assert_eq!(outcome(&policy, &at(&stated)), Violated);
    let shown = |iri: &str| Facts { environment: Iri::parse(iri), ..at(&stated) };
    assert_eq!(outcome(&policy, &shown("https://spe.example.eu/env/1")), Satisfied);
    assert_eq!(outcome(&policy, &shown("https://spe.example.eu/env/2")), Violated);
    assert_eq!(outcome(&policy, &stating(json!({"processing_environment": "urn:x:other"}))), Violated);
}

#[test]
fn sectors_fall_under_the_classes_above_them() {
    for (sector, class, expected) in [
        (Some("C29.1"), "C29", Satisfied),
        (Some("C29"), "C29", Satisfied),
        (Some("C29"), "C", Satisfied),
        (Some("C29.1"), "29.1", Satisfied),
        (Some("C"), "C29", Undetermined),
        (Some("C30"), "C29", Violated),
        (Some("J62"), "C29", Violated),
        (None, "C29", Undetermined),
    ] {
        let iri = format!("http://data.europa.eu/ux2/nace2.1/{class}");
        let policy = constrained("odrl:industry", "isAnyOf", json!([{ "@id": iri }]));
        let known = Facts { sector: sector.map(str::to_owned), ..facts(Request) };
        assert_eq!(outcome(&policy, &known), expected, "{sector:?} under {class}");
    }
    let foreign =
        constrained("odrl:industry", "isAnyOf", json!([{"@id": "https://example.org/sectors/C29"}]));
    assert_eq!(outcome(&foreign, &Facts { sector: Some("C29".into()), ..facts(Request) }), Undetermined);
}

#[test]
fn recipients_are_known_by_kind_and_by_name() {
    let known = Facts {
        organisation: Some("model-works".parse().unwrap()),
        organisation_kind: Some(OrganisationKind::Sme),
        ..facts(Request)
    };
    for (recipient, expected) in [
        ("cad:Sme", Satisfied),
        ("cad:Company", Satisfied),
        ("cad:Research", Violated),
        ("https://register.example.eu/organisations/model-works", Satisfied),
        ("https://register.example.eu/organisations/others", Violated),
        ("did:web:model-works.example", Undetermined),
    ] {
        let policy = constrained("odrl:recipient", "isAnyOf", json!([{ "@id": recipient }]));
        assert_eq!(outcome(&policy, &known), expected, "{recipient}");
    }
}

#[test]
fn methods_development_is_never_silently_excluded_for_training() {
    let policy = constrained("cad:duoModifiers", "isAllOf", json!([{"@id": "duo:0000015"}]));
    for purpose in Purpose::ALL {
        for statement in [
            json!({}),
            json!({"research": {"methods_development": false}}),
            json!({"research": {"methods_development": true}}),
        ] {
            let known = Facts { purpose: Some(*purpose), ..stating(statement) };
            let building = matches!(purpose.action(), Action::Train | Action::FineTune | Action::Evaluate);
            let answer = outcome(&policy, &known);
            assert!(!building || answer != Satisfied, "{purpose}");
            let says = known.statement.research.methods_development;
            if says == Some(true) {
                assert_eq!(answer, Violated, "{purpose}");
            }
        }
    }
}

#[test]
fn terms_of_the_data_use_ontology_have_three_answers() {
    let research = |statement: Json| Facts {
        purpose: Some(Purpose::Research),
        organisation_kind: Some(OrganisationKind::Research),
        ..stating(json!({ "research": statement }))
    };
    let of = |code: &str, known: &Facts| {
        let term = DuoTerm::ALL.iter().find(|term| term.as_str().ends_with(code)).unwrap();
        let operand = if term.is_permission() { "cad:duoPermission" } else { "cad:duoModifiers" };
        let (operator, right) = if term.is_permission() {
            ("isA", json!({"@id": term.as_str()}))
        } else {
            ("isAllOf", json!([{"@id": term.as_str()}]))
        };
        outcome(&constrained(operand, operator, right), known)
    };
    let (nothing, health) = (research(json!({})), research(json!({"field": "health_medical_biomedical"})));
    let ancestry = research(json!({"field": "population_origins"}));
    for (code, known, expected) in [
        ("04", &facts(Request), Satisfied),
        ("42", &nothing, Satisfied),
        ("42", &facts(Request), Undetermined),
        ("06", &nothing, Undetermined),
        ("06", &health, Satisfied),
        ("06", &ancestry, Violated),
        ("07", &health, Undetermined),
        ("11", &ancestry, Satisfied),
        ("44", &ancestry, Violated),
        ("44", &health, Satisfied),
        ("46", &nothing, Satisfied),
        ("46", &research(json!({"commercial": true})), Violated),
        ("18", &nothing, Satisfied),
        ("18", &Facts { organisation_kind: Some(OrganisationKind::Company), ..nothing.clone() }, Violated),
        ("45", &Facts { organisation_kind: None, ..nothing.clone() }, Undetermined),
        ("19", &nothing, Undetermined),
        ("19", &research(json!({"agrees_to": ["duo:0000019"]})), Satisfied),
        ("21", &health, Undetermined),
        ("25", &nothing, Satisfied),
        ("26", &nothing, Undetermined),
    ] {
        assert_eq!(of(code, known), expected, "DUO {code} for {:?}", known.statement);
    }
}

#[test]
fn rules_about_others_do_not_concern_a_use() {
    let rule = |assignee: &str| {
        json!({"@id": "urn:x:1", "@type": "Set",
        "permission": [{"action": "odrl:read", "assignee": assignee, "target": "urn:x:data"}]})
    };
    let known = Facts {
        action: Some(Action::Read),
        parties: vec![Iri::parse("urn:x:alice").unwrap(), Iri::parse("urn:x:staff").unwrap()],
        targets: vec![Iri::parse("urn:x:data").unwrap()],
        ..facts(Download)
    };
    for (assignee, expected) in
        [("urn:x:alice", Satisfied), ("urn:x:staff", Satisfied), ("urn:x:bob", Violated)]
    {
        assert_eq!(outcome(&Policy::parse(&rule(assignee)).unwrap(), &known), expected, "{assignee}");
    }
    let nobody = Facts { parties: Vec::new(), ..known };
    assert_eq!(outcome(&Policy::parse(&rule("urn:x:alice")).unwrap(), &nobody), Undetermined);
}

#[test]
fn a_declared_release_of_weights_meets_the_prohibition_of_it() {
    let policy = Policy::parse(&pattern(9)).unwrap();
    for (access, expected) in
        [("internal_only", Satisfied), ("hosted", Satisfied), ("open_weights", Violated)]
    {
        assert_eq!(outcome(&policy, &stating(json!({"model_access": access}))), expected, "{access}");
    }
    let label = |pointer: &str| {
        let verdict = evaluate(&policy, &facts(Request));
        verdict.lines.into_iter().find(|line| line.pointer == pointer).unwrap().label
    };
    assert_eq!(label("/prohibition/0"), Label::LegalText);
    assert_eq!(label("/permission/0/action"), Label::MachineDecided);
}
