//! A policy of ten lines: read, evaluated, and evaluated with a trace. Plain functions, measured in this process.

use std::hint::black_box;

use cadastre::policies::{Facts, Outcome, Policy, Trace, evaluate};
use serde_json::{Value, json};

use super::Scale;
use crate::process::thread_cpu;
use crate::report::{Aim, Row, Spread};

/// Lines of the policy: an action and six constraints, two prohibitions, an obligation.
const LINES: usize = 10;

fn document() -> Value {
    let day = |day: &str| json!({"@value": day, "@type": "xsd:dateTime"});
    json!({
        "@id": "urn:x:ten-lines", "@type": "Offer",
        "permission": [{"action": "use", "constraint": [
            {"leftOperand": "odrl:purpose", "operator": "isAnyOf",
                "rightOperand": [{"@id": "cad:ModelEvaluation"}, {"@id": "cad:ModelTraining"}]},
            {"leftOperand": "odrl:dateTime", "operator": "gteq", "rightOperand": day("2026-01-01T00:00:00Z")},
            {"leftOperand": "odrl:dateTime", "operator": "lteq", "rightOperand": day("2026-12-31T23:59:59Z")},
            {"leftOperand": "cad:spaceMembership", "operator": "isAnyOf", "rightOperand": ["energy", "health"]},
            {"leftOperand": "odrl:industry", "operator": "isAnyOf",
                "rightOperand": [{"@id": "http://data.europa.eu/ux2/nace2.1/C29"}]},
            {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": {"@value": "3", "@type": "xsd:integer"}},
        ]}],
        "prohibition": [
            {"action": "odrl:distribute"},
            {"action": "cad:train", "constraint": [
                {"leftOperand": "cad:spaceMembership", "operator": "eq", "rightOperand": "media"}]},
        ],
        "obligation": [{"action": "odrl:attribute"}],
    })
}

fn facts() -> Facts {
    let facts = json!({
        "now": "2026-06-15T12:00:00Z", "scope": "download", "purpose": "pre_training", "organisation": "model-works",
        "organisation_kind": "sme", "sector": "C29.1", "spaces": ["agriculture", "health"], "downloads": 2,
        "granted_at": "2026-05-01T00:00:00Z", "version": "1.0.0", "media_type": "text/csv",
    });
    serde_json::from_value(facts).expect("facts")
}

/// Microseconds of CPU that one run of the work takes, over all rounds.
pub fn micros(scale: Scale, work: impl FnMut()) -> Spread {
    micros_each(scale, 20_000, work)
}

/// The same for work of which a round does so much.
pub fn micros_each(scale: Scale, times: u64, mut work: impl FnMut()) -> Spread {
    let times = scale.size(times, 20);
    let rounds = (0..scale.rounds(9)).map(|_| {
        let before = thread_cpu();
        (0..times).for_each(|_| work());
        (thread_cpu() - before).as_secs_f64() * 1e6 / times as f64
    });
    Spread::of(rounds.collect::<Vec<_>>())
}

/// What each step of a decision costs.
pub fn decisions(scale: Scale) -> Vec<Row> {
    let (document, facts) = (document(), facts());
    let policy = Policy::parse(&document).expect("a policy");
    let verdict = evaluate(&policy, &facts);
    assert_eq!((verdict.outcome, verdict.lines.len()), (Outcome::Satisfied, LINES));
    let row =
        |what, ours, aim, note: &str| Row {
            what, unit: "µs", ours, floor: None, aim, note: note.to_owned()
        };
    vec![
        row(
            "evaluation of a policy of ten lines, CPU",
            micros(scale, || drop(black_box(evaluate(black_box(&policy), black_box(&facts))))),
            Some(Aim::AtMost(20.0)),
            "each line with its reason for people",
        ),
        row(
            "the same with its trace, as it is stored and hashed, CPU",
            micros(scale, || {
                let trace = Trace::of(black_box(&policy), facts.clone()).expect("a trace");
                black_box(trace.digest().expect("a digest"));
            }),
            None,
            "with the digest of the policy, and canonical JSON (RFC 8785) twice",
        ),
        row(
            "reading a policy of ten lines, CPU",
            micros(scale, || drop(black_box(Policy::parse(black_box(&document))))),
            None,
            "from JSON that is in memory",
        ),
    ]
}
