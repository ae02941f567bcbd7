//! Limits of how often a file may be downloaded under a grant (`odrl:count`), which bytes add up to.

use crate::kernel::Timestamp;
use crate::policies::{Constraint, LeftOperand, Line, Operator, Outcome, Policy, Rule, Value, Verdict};

/// How many downloads of a file bytes amount to, a begun one included. An empty file counts as one byte.
pub(in crate::access) fn downloads(used: u64, asked: u64, size: u64) -> u64 {
    used.saturating_add(asked).div_ceil(size.max(1))
}

/// Whether anything in a policy depends on the number of downloads.
pub(in crate::access) fn is_counted(policy: &Policy) -> bool {
    let mut permissions = policy.permissions.iter().map(|permission| &permission.rule);
    permissions.any(rule_counts) || policy.prohibitions.iter().any(rule_counts)
}

fn rule_counts(rule: &Rule) -> bool {
    rule.refinements.iter().chain(&rule.constraints).any(counts)
}

fn counts(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Atomic { left, .. } => *left == LeftOperand::Count,
        Constraint::Logical(_, parts) => parts.iter().any(counts),
    }
}

/// The same policy once the number of downloads is known: each condition on it gives way to one on the time that
/// always holds or never does, so that whoever decides the rest decides this too.
pub(in crate::access) fn settled(policy: &Policy, downloads: u64) -> Policy {
    let mut policy = policy.clone();
    let permissions = policy.permissions.iter_mut().map(|permission| &mut permission.rule);
    for rule in permissions.chain(&mut policy.prohibitions) {
        for constraint in rule.refinements.iter_mut().chain(&mut rule.constraints) {
            settle(constraint, downloads);
        }
    }
    policy
}

fn settle(constraint: &mut Constraint, downloads: u64) {
    match constraint {
        Constraint::Logical(_, parts) => parts.iter_mut().for_each(|part| settle(part, downloads)),
        Constraint::Atomic { left: LeftOperand::Count, operator, right, .. } => {
            let Some(holds) = holds(*operator, right, downloads) else { return };
            *constraint = Constraint::Atomic {
                left: LeftOperand::DateTime,
                operator: if holds { Operator::Gteq } else { Operator::Lt },
                right: vec![Value::DateTime(Timestamp::from_millis(0))],
                unit: None,
            };
        }
        Constraint::Atomic { .. } => {}
    }
}

/// The same verdict with the limit's own words where the number of downloads stands against the use.
pub(in crate::access) fn explained(verdict: Verdict, policy: &Policy, downloads: u64) -> Verdict {
    let counting = pointers(policy);
    let reason = format!("with this it would be download {downloads} of the file, more than the terms allow");
    let lines = verdict.lines.into_iter().map(|line| {
        if line.outcome == Outcome::Violated && counting.contains(&line.pointer) {
            Line { reason: reason.clone(), ..line }
        } else {
            line
        }
    });
    Verdict { lines: lines.collect(), ..verdict }
}

/// The lines of a policy that depend on the number of downloads.
fn pointers(policy: &Policy) -> Vec<String> {
    let mut found = Vec::new();
    for (i, permission) in policy.permissions.iter().enumerate() {
        let rule = &permission.rule;
        for (key, list) in [("action/odrl:refinement", &rule.refinements), ("constraint", &rule.constraints)]
        {
            let counting = list.iter().enumerate().filter(|(_, constraint)| counts(constraint));
            found.extend(counting.map(|(n, _)| format!("/permission/{i}/{key}/{n}")));
        }
    }
    let prohibitions = policy.prohibitions.iter().enumerate().filter(|(_, rule)| rule_counts(rule));
    found.extend(prohibitions.map(|(i, _)| format!("/prohibition/{i}")));
    found
}

/// Whether a limit holds; nothing where it does not compare with one whole number.
fn holds(operator: Operator, right: &[Value], downloads: u64) -> Option<bool> {
    let [Value::Integer(limit)] = right else { return None };
    let downloads = i128::from(downloads);
    let limit = i128::from(*limit);
    Some(match operator {
        Operator::Eq => downloads == limit,
        Operator::Neq => downloads != limit,
        Operator::Lt => downloads < limit,
        Operator::Lteq => downloads <= limit,
        Operator::Gt => downloads > limit,
        Operator::Gteq => downloads >= limit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::{Facts, Purpose, decide};
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    fn count(operator: &str, limit: i64) -> Json {
        json!({
            "leftOperand": "odrl:count", "operator": operator,
            "rightOperand": {"@value": limit.to_string(), "@type": "xsd:integer"},
        })
    }

    fn for_purpose(purpose: &str) -> Json {
        json!({"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": [{"@id": purpose}]})
    }

    fn policy(rules: Json) -> Policy {
        let mut document = json!({"@id": "urn:cadastre:offer:count", "@type": "Offer"});
        document.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        Policy::parse(&document).unwrap()
    }

    fn permitting(constraints: Json) -> Policy {
        policy(json!({"permission": [{"action": "use", "constraint": constraints}]}))
    }

    fn outcome(policy: &Policy, downloads: u64) -> Outcome {
        let facts = Facts {
            now: "2026-11-26T12:00:00Z".parse().unwrap(),
            purpose: Some(Purpose::PreTraining),
            spaces: Vec::new(),
        };
        decide(&settled(policy, downloads), &facts).outcome
    }

    #[test]
    fn every_comparison_is_the_one_of_numbers() {
        for (operator, at_two, at_three, at_four) in [
            ("lt", true, false, false),
            ("lteq", true, true, false),
            ("eq", false, true, false),
            ("neq", true, false, true),
            ("gteq", false, true, true),
            ("gt", false, false, true),
        ] {
            let policy = permitting(json!([count(operator, 3)]));
            let told = [2, 3, 4].map(|downloads| outcome(&policy, downloads) == Outcome::Satisfied);
            assert_eq!(told, [at_two, at_three, at_four], "{operator}");
        }
    }

    #[test]
    fn a_limit_is_seen_wherever_it_stands() {
        let both = permitting(json!([count("lteq", 3), for_purpose("cad:ModelTraining")]));
        let nested = permitting(json!([{"and": [count("lteq", 3), for_purpose("cad:ModelTraining")]}]));
        let refined = policy(json!({"permission": [{"action": {
            "rdf:value": {"@id": "odrl:use"}, "refinement": [count("lteq", 3)],
        }}]}));
        let prohibited = policy(json!({
            "permission": [{"action": "use"}],
            "prohibition": [{"action": "use", "constraint": [count("gt", 3)]}],
        }));
        for policy in [both, nested, refined, prohibited] {
            assert!(is_counted(&policy));
            assert_eq!((outcome(&policy, 3), outcome(&policy, 4)), (Outcome::Satisfied, Outcome::Violated));
        }
        assert!(!is_counted(&permitting(json!([for_purpose("cad:ModelTraining")]))));
        assert!(!is_counted(&policy(json!({
            "permission": [{"action": "use"}],
            "obligation": [{"action": "odrl:delete", "constraint": [count("lteq", 1)]}],
        }))));
    }

    #[test]
    fn a_permission_that_is_used_up_leaves_the_others() {
        let other = |purpose| {
            policy(json!({"permission": [
                {"action": "use", "constraint": [count("lteq", 3)]},
                {"action": "use", "constraint": [for_purpose(purpose)]},
            ]}))
        };
        assert_eq!(outcome(&other("cad:ModelTraining"), 4), Outcome::Satisfied);
        assert_eq!(outcome(&other("cad:ModelEvaluation"), 4), Outcome::Violated);
        let either = permitting(json!([{"or": [count("lteq", 3), for_purpose("cad:ModelEvaluation")]}]));
        assert_eq!((outcome(&either, 3), outcome(&either, 4)), (Outcome::Satisfied, Outcome::Violated));
    }

    #[test]
    fn the_limit_speaks_for_itself() {
        let policy = permitting(json!([for_purpose("cad:ModelTraining"), count("lteq", 3)]));
        let facts = Facts {
            now: "2026-11-26T12:00:00Z".parse().unwrap(),
            purpose: Some(Purpose::Rag),
            spaces: Vec::new(),
        };
        let told = explained(decide(&settled(&policy, 4), &facts), &policy, 4);
        let violated = |at: &str| {
            told.lines
                .iter()
                .find(|line| line.pointer == at && line.outcome == Outcome::Violated)
                .map(|line| line.reason.clone())
                .unwrap()
        };
        assert!(violated("/permission/0/constraint/1").contains("download 4"));
        assert!(violated("/permission/0/constraint/0").contains("purpose"));
    }

    #[test]
    fn an_empty_file_counts_as_one_byte() {
        assert_eq!([downloads(0, 1, 0), downloads(1, 1, 0), downloads(2, 1, 0)], [1, 2, 3]);
        assert_eq!([downloads(0, 0, 0), downloads(0, 0, 7)], [0, 0]);
    }

    proptest! {
        #[test]
        fn a_limit_lets_exactly_so_many_files_out(
            size in 1_u64..200,
            limit in 1_u64..6,
            asks in proptest::collection::vec((1_u64..200, 0_u64..200), 0..80),
        ) {
            let policy = permitting(json!([count("lteq", limit.try_into().unwrap())]));
            let mut used = 0;
            for (asked, sent) in asks {
                let (asked, sent) = (asked.min(size), sent.min(asked.min(size)));
                let let_in = outcome(&policy, downloads(used, asked, size)) == Outcome::Satisfied;
                prop_assert_eq!(let_in, used + asked <= limit * size);
                used += if let_in { sent } else { 0 };
            }
            prop_assert!(used <= limit * size);
        }
    }
}
