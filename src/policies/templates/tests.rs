//! Templates give the patterns, and composition never permits what a part does not.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::i18n::Language;
use crate::kernel::{Slug, Timestamp};
use crate::policies::model::samples::{any_policy, pattern};
use crate::policies::model::{
    AccessMode, Action, Constraint, EvaluationScope, Facts, Outcome, Policy, PolicyKind, Purpose, Terms,
    evaluate,
};

fn make(id: &str, parameters: Json) -> crate::kernel::Result<Policy> {
    instantiate(id.parse().unwrap(), parameters.as_object().unwrap())
}

/// For each template the parameters that give its pattern.
fn parameters_of_patterns() -> [(&'static str, Json); 15] {
    [
        ("purpose", json!({"purposes": ["cad:ModelTraining", "cad:ModelEvaluation"]})),
        ("time-window", json!({"from": "2026-01-01T00:00:00Z", "until": "2026-12-31T23:59:59Z"})),
        ("members-only", json!({"spaces": ["https://example.eu/spaces/health"]})),
        ("sector", json!({"sectors": ["C29"]})),
        ("eea-processing", json!({})),
        ("noncommercial-research", json!({})),
        ("count", json!({"downloads": 3})),
        ("delete-after", json!({})),
        ("no-redistribution", json!({})),
        ("attribution", json!({"citation": "doi:10.1234/abcd"})),
        ("ethics", json!({})),
        ("duo", json!({"modifiers": ["duo:0000021", "duo:0000018", "duo:0000025"]})),
        ("tdm-optout", json!({})),
        ("price", json!({"amount": "1500.00"})),
        ("secure-environment", json!({"environments": ["https://spe.example.eu/env/1"]})),
    ]
}

#[test]
fn the_templates_give_the_fifteen_patterns() {
    let all = parameters_of_patterns();
    assert_eq!(
        all.each_ref().map(|(id, _)| *id).as_slice(),
        TemplateId::ALL.iter().map(TemplateId::as_str).collect::<Vec<_>>()
    );
    for (i, (id, parameters)) in all.into_iter().enumerate() {
        let mut policy = make(id, parameters).unwrap();
        assert_eq!(policy.id.as_str(), format!("urn:cadastre:offer:{id}"));
        let wanted = Policy::parse(&pattern(i + 1)).unwrap();
        policy.id = wanted.id.clone();
        if id == "price" {
            // The pattern leaves the currency open, the template does not.
            let Constraint::Atomic { unit, .. } = &mut policy.permissions[0].rule.constraints[0] else {
                panic!()
            };
            assert!(unit.take().unwrap().as_str().ends_with("/EUR"));
        }
        assert_eq!(policy, wanted, "{id}");
        assert!(Terms::check(AccessMode::Review, Some(&policy.to_json())).is_ok(), "{id}");
    }
}

#[test]
fn parameters_have_types_limits_and_defaults() {
    for (id, parameters, pointer, code) in [
        ("purpose", json!({}), "/purposes", "required"),
        ("purpose", json!({"purposes": []}), "/purposes", "empty_list"),
        ("purpose", json!({"purposes": ["cad:ModelTraning"]}), "/purposes/0", "unknown_term"),
        ("purpose", json!({"purposes": ["cad:Education", "cad:Education"]}), "/purposes/1", "duplicate"),
        (
            "purpose",
            json!({"purposes": (0..51).map(|n| format!("urn:x:{n}")).collect::<Vec<_>>()}),
            "/purposes",
            "too_many",
        ),
        ("purpose", json!({"purposes": [7]}), "/purposes/0", "value"),
        ("purpose", json!({"purposes": ["cad:Education"], "x/y": 1}), "/x~1y", "unknown_parameter"),
        ("time-window", json!({}), "/from", "required"),
        ("time-window", json!({"from": "2026-13-01"}), "/from", "value"),
        ("time-window", json!({"from": "2026-02-01", "until": "2026-01-31"}), "/until", "out_of_range"),
        (
            "time-window",
            json!({"from": "2026-02-01", "until": "2026-01-31T00:00:00Z"}),
            "/until",
            "out_of_range",
        ),
        ("members-only", json!({"spaces": ["Health Space"]}), "/spaces/0", "space"),
        ("sector", json!({"sectors": ["W"]}), "/sectors/0", "value"),
        ("eea-processing", json!({"area": "cad:Mars"}), "/area", "unknown_term"),
        ("ethics", json!({"approved": true}), "/approved", "unknown_parameter"),
        ("count", json!({"downloads": 0}), "/downloads", "out_of_range"),
        ("count", json!({"downloads": 1_000_001}), "/downloads", "out_of_range"),
        ("count", json!({"downloads": "3"}), "/downloads", "value"),
        ("delete-after", json!({"use_for": "30 days"}), "/use_for", "value"),
        ("no-redistribution", json!({"weights": "no"}), "/weights", "value"),
        ("attribution", json!({"citation": " "}), "/citation", "required"),
        ("attribution", json!({"citation": "x".repeat(1001)}), "/citation", "too_long"),
        ("duo", json!({"permission": "duo:0000021"}), "/permission", "unknown_term"),
        ("price", json!({"amount": "-1"}), "/amount", "out_of_range"),
        ("price", json!({"amount": 1, "currency": "euro"}), "/currency", "value"),
        ("secure-environment", json!({"environments": ["spe"]}), "/environments/0", "value"),
    ] {
        let error = make(id, parameters.clone()).unwrap_err();
        let found: Vec<_> = error.field_errors().iter().map(|it| (it.pointer.as_str(), it.code)).collect();
        assert_eq!(found, [(pointer, code)], "{id} {parameters}");
    }
    for (id, parameters) in [
        ("time-window", json!({"until": "2026-01-31"})),
        ("time-window", json!({"from": "2026-01-31", "until": "2026-01-31T12:00:00Z"})),
        ("sector", json!({"sectors": ["C29.10", "https://example.org/steel"]})),
        ("members-only", json!({"spaces": "health"})),
        ("no-redistribution", json!({"weights": false})),
        ("tdm-optout", json!({"except_research": false})),
        ("duo", json!({"modifiers": null})),
        ("price", json!({"amount": 99.5, "currency": "SEK"})),
    ] {
        let policy =
            make(id, parameters.clone()).unwrap_or_else(|error| panic!("{id} {parameters}: {error}"));
        assert_eq!(Policy::parse(&policy.to_json()).unwrap(), policy);
    }
}

#[test]
fn templates_tell_their_parameters_in_both_languages() {
    let [english, french] = [Language::En, Language::Fr].map(templates);
    for (en, fr) in english.iter().zip(&french) {
        assert_ne!(en.title, fr.title);
        assert_eq!(en.parameters.len(), fr.parameters.len());
    }
    let purposes = &french[0].parameters[0];
    assert!(purposes.open && purposes.list && purposes.required);
    let education = purposes.values.iter().find(|choice| choice.value == "cad:Education").unwrap();
    assert_eq!(education.label, "l’enseignement et la formation de personnes");
    insta::assert_json_snapshot!("templates-en", english);
}

#[test]
fn parts_become_one_offer_with_the_conditions_of_all() {
    let purpose = make("purpose", json!({"purposes": ["cad:ModelTraining"]})).unwrap();
    let window = make("time-window", json!({"until": "2026-12-31"})).unwrap();
    let attribution = make("attribution", json!({"citation": "Gauges, 2026"})).unwrap();
    let optout = make("tdm-optout", json!({})).unwrap();
    let parts = [purpose, window, attribution.clone(), optout, attribution];
    let whole = compose(&parts).unwrap();
    let [permission] = whole.permissions.as_slice() else { panic!("{whole:?}") };
    assert_eq!(permission.rule.action, Action::Use);
    assert_eq!(permission.rule.constraints.len(), 2);
    assert_eq!((whole.prohibitions.len(), whole.obligations.len()), (1, 1));
    assert_eq!(whole.kind, PolicyKind::Offer);
    assert_eq!(compose(&parts).unwrap(), whole, "the same parts give the same offer");
    assert!(Terms::check(AccessMode::Review, Some(&whole.to_json())).is_ok());
}

fn offer(rules: Json) -> Policy {
    let mut document = rules;
    document["@id"] = json!("urn:x:1");
    document["@type"] = json!("Offer");
    Policy::parse(&document).unwrap()
}

#[test]
fn alternatives_are_multiplied_and_actions_narrowed() {
    let any = offer(json!({"permission": [{"action": "use"}]}));
    let either = offer(json!({"permission": [{"action": "cad:fineTune"}, {"action": "cad:evaluate"}]}));
    let train = offer(json!({"permission": [{"action": "cad:train"}]}));
    let actions = |parts: &[Policy]| -> Vec<Action> {
        compose(parts).unwrap().permissions.iter().map(|permission| permission.rule.action).collect()
    };
    assert_eq!(actions(&[any.clone(), either.clone()]), [Action::FineTune, Action::Evaluate]);
    assert_eq!(actions(&[either.clone(), train.clone(), any.clone()]), [Action::FineTune]);
    assert_eq!(actions(&[either.clone(), either.clone()]), [Action::FineTune, Action::Evaluate]);
    let read = offer(json!({"permission": [{"action": "odrl:read"}]}));
    assert_eq!(code(&[train, read]), "incompatible");
}

fn code(parts: &[Policy]) -> &'static str {
    compose(parts).unwrap_err().field_errors()[0].code
}

#[test]
fn what_cannot_be_composed_is_refused() {
    let any = offer(json!({"permission": [{"action": "use"}]}));
    assert_eq!(code(&[]), "out_of_range");
    assert_eq!(code(&vec![any.clone(); MAX_PARTS + 1]), "out_of_range");
    let mut agreement = pattern(2);
    for key in ["assigner", "assignee", "target"] {
        agreement[key] = json!("urn:x:a");
    }
    agreement["@type"] = json!("Agreement");
    let agreement = Policy::parse(&agreement).unwrap();
    let error = compose(&[any.clone(), agreement]).unwrap_err();
    assert_eq!((error.field_errors()[0].pointer.as_str(), error.field_errors()[0].code), ("/1", "offer"));
    assert_eq!(code(&[offer(json!({"permission": [{"action": "use", "assignee": "urn:x:b"}]}))]), "offer");
    let given = |by: &str| Policy { assigner: crate::policies::Iri::parse(by), ..any.clone() };
    assert_eq!(code(&[given("urn:x:a"), given("urn:x:b")]), "assigner");
    assert_eq!(compose(&[given("urn:x:a"), any.clone()]).unwrap().assigner, given("urn:x:a").assigner);
    let many = |n: usize| {
        let each = |i: usize| {
            json!({"action": "use", "constraint": [
            {"leftOperand": "odrl:version", "operator": "eq", "rightOperand": format!("{n}.{i}")}]})
        };
        offer(json!({"permission": (0..9).map(each).collect::<Vec<_>>()}))
    };
    assert_eq!(code(&[many(1), many(2)]), "too_many");
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let purpose = proptest::option::of(proptest::sample::select(Purpose::ALL));
    let action = proptest::option::weighted(0.3, proptest::sample::select(Action::ALL));
    let spaces = proptest::option::of(proptest::sample::subsequence(vec!["health", "energy"], 0..=2));
    let scope = proptest::sample::select(EvaluationScope::ALL);
    let now = proptest::sample::select(vec![0, 1_767_225_600_001, 1_900_000_000_000]);
    (now, scope, purpose, action, spaces, proptest::option::of(1_u64..4)).prop_map(
        |(now, scope, purpose, action, spaces, downloads)| Facts {
            purpose,
            action,
            spaces: spaces
                .map(|spaces| spaces.into_iter().map(|slug| slug.parse::<Slug>().unwrap()).collect()),
            downloads,
            ..Facts::at(Timestamp::from_millis(now), scope)
        },
    )
}

/// Any policy that goes to everyone.
fn any_part() -> impl Strategy<Value = Policy> {
    let patterns = proptest::sample::select((1..=15).collect::<Vec<usize>>())
        .prop_map(|number| Policy::parse(&pattern(number)).unwrap());
    let free = any_policy().prop_map(|mut policy| {
        policy.kind = PolicyKind::Offer;
        (policy.assigner, policy.assignee, policy.target) = (None, None, None);
        let rules =
            policy.permissions.iter_mut().flat_map(|it| std::iter::once(&mut it.rule).chain(&mut it.duties));
        for rule in rules.chain(&mut policy.prohibitions).chain(&mut policy.obligations) {
            (rule.assigner, rule.assignee, rule.target) = (None, None, None);
        }
        policy
    });
    prop_oneof![patterns, free]
}

/// How much an outcome permits.
fn permissive(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Violated => 0,
        Outcome::Undetermined => 1,
        Outcome::Satisfied => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_whole_permits_nothing_that_a_part_does_not(
        parts in proptest::collection::vec(any_part(), 1..4),
        facts in any_facts(),
    ) {
        let Ok(whole) = compose(&parts) else { return Ok(()) };
        let outcome = evaluate(&whole, &facts).outcome;
        for part in &parts {
            let of_part = evaluate(part, &facts).outcome;
            if part.permissions.is_empty() {
                prop_assert!(of_part != Outcome::Violated || outcome == Outcome::Violated);
            } else {
                prop_assert!(permissive(outcome) <= permissive(of_part), "{of_part} became {outcome}");
            }
        }
    }

    #[test]
    fn a_policy_composed_with_itself_is_itself(part in any_part(), facts in any_facts()) {
        let [once, twice] = [vec![part.clone()], vec![part.clone(), part.clone()]].map(|parts| compose(&parts));
        let (once, twice) = (once.unwrap(), twice.unwrap());
        prop_assert_eq!(&once, &twice);
        prop_assert_eq!(evaluate(&once, &facts).outcome, evaluate(&part, &facts).outcome);
    }

    #[test]
    fn the_order_of_the_parts_does_not_matter(a in any_part(), b in any_part(), facts in any_facts()) {
        let [one, other] = [[a.clone(), b.clone()], [b, a]].map(|parts| compose(&parts));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            prop_assert_eq!(evaluate(&one, &facts).outcome, evaluate(&other, &facts).outcome);
        }
    }
}
