//! Anything that may come: JSON, policies and facts, made up.

use cadastre::identity::OrganisationKind;
use cadastre::policies::{
    Action, Datatype, EvaluationScope, Facts, Iri, LeftOperand, LogicalOperator, Operator, Policy, Purpose,
    Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value as Json, json};

const ALICE: &str = "did:web:alice.example";
const BOB: &str = "did:web:bob.example";

/// Values of every type; each operand takes those that fit it.
const VALUES: [(Datatype, &str); 23] = [
    (Datatype::Iri, "cad:ModelTraining"),
    (Datatype::Iri, "tdm:research"),
    (Datatype::Iri, "cad:EEA"),
    (Datatype::Iri, "urn:iso:3166:FRA"),
    (Datatype::Iri, "cad:Verified"),
    (Datatype::Iri, "cad:InternalOnly"),
    (Datatype::Iri, "cad:grantEnded"),
    (Datatype::Iri, "cad:Sme"),
    (Datatype::Iri, "duo:0000042"),
    (Datatype::Iri, "duo:0000021"),
    (Datatype::Iri, "duo:0000045"),
    (Datatype::Iri, "http://data.europa.eu/ux2/nace2.1/C29"),
    (Datatype::Iri, "https://spe.example.eu/env/health"),
    (Datatype::Iri, ALICE),
    (Datatype::Date, "2026-06-15"),
    (Datatype::DateTime, "2026-06-15T12:00:00Z"),
    (Datatype::Duration, "P1M"),
    (Datatype::Decimal, "1500"),
    (Datatype::Integer, "3"),
    (Datatype::Text, "health"),
    (Datatype::Text, "1.0.0"),
    (Datatype::Text, "text/csv"),
    (Datatype::Text, "é\n\"x\""),
];

fn written(value: &(Datatype, &str)) -> Json {
    match value {
        (Datatype::Iri, iri) => json!({ "@id": iri }),
        (Datatype::Text, text) => json!(text),
        (datatype, text) => json!({"@value": text, "@type": datatype}),
    }
}

fn comparison() -> impl Strategy<Value = Json> {
    select(LeftOperand::ALL).prop_flat_map(|left| {
        let fits = |(datatype, text): &&(Datatype, &str)| {
            left.check(&Value::parse(*datatype, text).unwrap()).is_ok()
        };
        let fitting: Vec<_> = VALUES.iter().filter(fits).map(written).collect();
        let several = 1..=fitting.len().min(3);
        (select(left.operators()), subsequence(fitting, several)).prop_map(
            move |(operator, mut right): (Operator, Vec<Json>)| {
                if !operator.takes_list() {
                    right.truncate(1);
                }
                json!({"leftOperand": left, "operator": operator, "rightOperand": right})
            },
        )
    })
}

/// Any constraint.
pub fn constraint() -> impl Strategy<Value = Json> {
    comparison().prop_recursive(3, 8, 3, |inner| {
        (select(LogicalOperator::ALL), vec(inner, 1..4))
            .prop_map(|(operator, parts)| json!({operator.as_str(): parts}))
    })
}

/// Any rule; those on actions that a purpose performs are frequent, so that something is permitted at all.
pub fn rule() -> impl Strategy<Value = Json> {
    let frequent = vec![Action::Use, Action::Mine, Action::Train, Action::Download];
    let action = prop_oneof![3 => select(frequent), 1 => select(Action::ALL)];
    let party = option::weighted(0.15, select(vec![ALICE, BOB]));
    (action, vec(constraint(), 0..2), vec(constraint(), 0..3), party).prop_map(
        |(action, refinements, constraints, party)| {
            let mut rule = json!({
                "action": {"rdf:value": {"@id": action}, "refinement": refinements},
                "constraint": constraints,
            });
            if let Some(party) = party {
                rule["assignee"] = json!(party);
            }
            rule
        },
    )
}

/// Any policy that is read, with so many permissions.
pub fn policy(permissions: std::ops::Range<usize>) -> impl Strategy<Value = Policy> {
    let permission = (rule(), option::weighted(0.2, rule())).prop_map(|(mut rule, duty)| {
        rule["duty"] = duty.into_iter().collect();
        rule
    });
    (vec(permission, permissions), vec(rule(), 0..3), vec(rule(), 0..2)).prop_filter_map(
        "has a rule",
        |(permissions, prohibitions, obligations)| {
            let document = json!({"@id": "urn:x:any", "@type": "Set", "permission": permissions,
                "prohibition": prohibitions, "obligation": obligations});
            if permissions.is_empty() && prohibitions.is_empty() {
                return None;
            }
            Some(Policy::parse(&document).unwrap_or_else(|error| panic!("{error}: {document}")))
        },
    )
}

fn statement() -> impl Strategy<Value = Json> {
    let members = [
        ("processing_location", json!("FR")),
        ("processing_location", json!("US")),
        ("processing_environment", json!("https://spe.example.eu/env/health")),
        ("ethics_approval", json!("committee 7, no. 12")),
        ("payment", json!({"amount": "1500", "currency": "EUR", "reference": "invoice 1"})),
        ("model_access", json!("internal_only")),
        ("model_access", json!("open_weights")),
        ("research", json!({"field": "genetic", "methods_development": false, "agrees_to": ["duo:0000019"]})),
        ("research", json!({"commercial": true})),
    ];
    let count = members.len();
    subsequence(members.to_vec(), 0..=count).prop_map(|members| {
        Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    })
}

/// Any pointer to a line.
pub fn pointer() -> impl Strategy<Value = String> {
    let place = select(vec![
        "/action",
        "/assignee",
        "/constraint/0",
        "/constraint/1",
        "/constraint/0/or/0",
        "/constraint/0/xone/1",
        "/action/odrl:refinement/0",
        "/duty/0",
    ]);
    prop_oneof![
        4 => (0..3_usize, place).prop_map(|(i, place)| format!("/permission/{i}{place}")),
        1 => (0..3_usize).prop_map(|i| format!("/prohibition/{i}")),
        1 => (0..3_usize).prop_map(|i| format!("/prohibition/{i}/constraint/0")),
    ]
}

/// Any facts.
pub fn facts() -> impl Strategy<Value = Facts> {
    let who = (
        option::of(Just("model-works")),
        option::of(select(OrganisationKind::ALL)),
        option::of(select(vec!["C29.1", "C", "J62"])),
        option::of(subsequence(vec!["health", "energy"], 0..=2)),
        subsequence(vec![ALICE, BOB], 0..=2),
        option::weighted(0.3, Just("https://spe.example.eu/env/health")),
    );
    let when = (
        select(EvaluationScope::ALL),
        select(vec!["2026-06-15T12:00:00Z", "2026-06-16T00:00:00Z"]),
        option::of(Just("2026-05-01T00:00:00Z")),
        option::of(1..5_u64),
    );
    let what = (
        option::weighted(0.8, select(Purpose::ALL)),
        option::weighted(0.1, select(Action::ALL)),
        option::of(select(vec!["1.0.0", "2.0.0"])),
        option::of(Just("text/csv")),
        statement(),
        vec(pointer(), 0..4),
    );
    (who, when, what).prop_map(|(who, when, what)| {
        let (organisation, kind, sector, spaces, parties, environment) = who;
        let (scope, now, granted_at, downloads) = when;
        let (purpose, action, version, media_type, statement, confirmed) = what;
        Facts {
            purpose,
            action,
            organisation: organisation.map(|slug| slug.parse().unwrap()),
            organisation_kind: kind,
            sector: sector.map(str::to_owned),
            spaces: spaces.map(|slugs| slugs.iter().map(|slug| slug.parse().unwrap()).collect()),
            parties: parties.into_iter().map(|iri| Iri::parse(iri).unwrap()).collect(),
            environment: environment.and_then(Iri::parse),
            statement: serde_json::from_value(statement).unwrap(),
            granted_at: granted_at.map(|at| at.parse().unwrap()),
            downloads,
            version: version.map(str::to_owned),
            media_type: media_type.map(str::to_owned),
            confirmed,
            ..Facts::at(now.parse().unwrap(), scope)
        }
    })
}

/// Any JSON, with a fondness for the words of policies.
pub fn anything() -> impl Strategy<Value = Json> {
    let word = select(vec![
        "@id",
        "@type",
        "@value",
        "@list",
        "@context",
        "uid",
        "permission",
        "odrl:prohibition",
        "action",
        "duty",
        "constraint",
        "and",
        "odrl:xone",
        "leftOperand",
        "operator",
        "rightOperand",
        "unit",
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
        "http://www.w3.org/ns/odrl/2/target",
        "2026-02-30",
        "P1M",
        "🜚",
    ]);
    let text = prop_oneof![4 => word.prop_map(str::to_owned), 1 => "\\PC{0,8}"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::from),
            vec((text.clone(), inner), 0..6)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}
