//! Policies for the tests: the fifteen patterns, and arbitrary ones.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value as Json};

use super::*;
use crate::kernel::Timestamp;

/// The fifteen patterns of data policies, by name.
pub(in crate::policies) fn patterns() -> Map<String, Json> {
    serde_json::from_str(include_str!("patterns.json")).unwrap()
}

/// One of the patterns.
pub(in crate::policies) fn pattern(number: usize) -> Json {
    let wanted = format!("{number:02}-");
    patterns().into_iter().find(|(name, _)| name.starts_with(&wanted)).unwrap().1
}

/// Any JSON, with a fondness for the words of policies.
pub(super) fn any_json() -> impl Strategy<Value = Json> {
    let word = select(vec![
        "@id",
        "@type",
        "@value",
        "@list",
        "@context",
        "permission",
        "odrl:permission",
        "action",
        "duty",
        "constraint",
        "and",
        "leftOperand",
        "operator",
        "rightOperand",
        "rdf:value",
        "refinement",
        "use",
        "Offer",
        "odrl:purpose",
        "isAnyOf",
        "xsd:date",
        "urn:x:1",
        "",
        "a/b~c",
    ]);
    let text = prop_oneof![4 => word.prop_map(str::to_owned), 1 => ".{0,8}"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::from),
            vec((text.clone(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn iri(text: &str) -> Iri {
    Iri::parse(text).unwrap()
}

fn values() -> Vec<Value> {
    let iris = [
        "cad:ModelTraining",
        "tdm:research",
        "cad:EEA",
        "cad:Verified",
        "cad:InternalOnly",
        "cad:grantEnded",
        "odrl:policyUsage",
        "duo:0000042",
        "duo:0000021",
        "https://example.eu/spaces/health",
        "urn:x:y",
    ];
    let typed = [
        (Datatype::Date, "2026-02-28"),
        (Datatype::Duration, "P1Y2M3DT4H5M6S"),
        (Datatype::Decimal, "-1500.25"),
        (Datatype::Integer, "-3"),
        (Datatype::Text, "health"),
        (Datatype::Text, "doi:10.1234/é\n\"x\""),
    ];
    let mut values: Vec<_> = iris.into_iter().map(|text| Value::Iri(iri(text))).collect();
    values.extend(typed.into_iter().map(|(datatype, text)| Value::parse(datatype, text).unwrap()));
    values.extend([0, 1_767_225_600_001].map(|at| Value::DateTime(Timestamp::from_millis(at))));
    values
}

fn any_atomic() -> impl Strategy<Value = Constraint> {
    select(LeftOperand::ALL).prop_flat_map(|left| {
        let fitting: Vec<_> = values().into_iter().filter(|value| left.check(value).is_ok()).collect();
        let unit = option::of(Just(iri("http://publications.europa.eu/resource/authority/currency/EUR")));
        let several = 1..=fitting.len();
        (select(left.operators()), subsequence(fitting, several), unit).prop_map(
            move |(operator, mut right, unit)| {
                if !operator.takes_list() {
                    right.truncate(1);
                }
                let unit = unit.filter(|_| left.takes_unit());
                Constraint::Atomic { left, operator, right, unit }
            },
        )
    })
}

fn any_constraint() -> impl Strategy<Value = Constraint> {
    any_atomic().prop_recursive(4, 8, 3, |inner| {
        (select(LogicalOperator::ALL), vec(inner, 1..4))
            .prop_map(|(operator, parts)| Constraint::Logical(operator, parts))
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let about =
        option::weighted(0.1, select(vec![iri("did:web:trainer.example"), iri("did:web:other.example")]));
    (select(Action::ALL), vec(any_constraint(), 0..2), vec(any_constraint(), 0..4), about).prop_map(
        |(action, refinements, constraints, assignee)| Rule {
            assigner: None,
            assignee,
            target: None,
            action,
            refinements,
            constraints,
        },
    )
}

/// Any policy that can be written.
pub(in crate::policies) fn any_policy() -> impl Strategy<Value = Policy> {
    let permission =
        (any_rule(), vec(any_rule(), 0..2)).prop_map(|(rule, duties)| Permission { rule, duties });
    (
        select(PolicyKind::ALL),
        subsequence(Profile::ALL, 0..=2),
        vec(permission, 1..3),
        vec(any_rule(), 0..3),
        vec(any_rule(), 0..2),
    )
        .prop_map(|(kind, profiles, permissions, prohibitions, obligations)| {
            let party = |text| (kind == PolicyKind::Agreement).then(|| iri(text));
            Policy {
                id: iri("urn:cadastre:policy:any"),
                kind,
                profiles,
                assigner: party("did:web:provider.example"),
                assignee: party("did:web:trainer.example"),
                target: party("https://example.eu/datasets/a"),
                permissions,
                prohibitions,
                obligations,
            }
        })
}

/// The same document with every key spelt in its longer form and its members in the opposite order.
pub(super) fn respelt(document: &Json) -> Json {
    match document {
        Json::Array(items) => items.iter().map(respelt).collect(),
        Json::Object(object) => Json::Object(
            object
                .iter()
                .rev()
                .map(|(key, value)| match key.as_str() {
                    "@context" => (key.clone(), value.clone()),
                    "@id" => ("uid".to_owned(), respelt(value)),
                    "@type" => ("type".to_owned(), respelt(value)),
                    key if key.contains([':', '@']) => (key.to_owned(), respelt(value)),
                    key => (format!("odrl:{key}"), respelt(value)),
                })
                .collect(),
        ),
        other => other.clone(),
    }
}
