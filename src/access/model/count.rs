//! Limits of how often a file may be downloaded under a grant (`odrl:count`), which bytes add up to.

use crate::policies::{Constraint, LeftOperand, Policy};

/// How many downloads of a file bytes amount to, a begun one included. An empty file counts as one byte.
pub(in crate::access) fn downloads(used: u64, asked: u64, size: u64) -> u64 {
    used.saturating_add(asked).div_ceil(size.max(1))
}

/// Whether anything that a policy permits or prohibits depends on an operand.
pub(in crate::access) fn depends_on(policy: &Policy, operand: LeftOperand) -> bool {
    let permissions = policy.permissions.iter().map(|permission| &permission.rule);
    let mut conditions = permissions
        .chain(&policy.prohibitions)
        .flat_map(|rule| rule.refinements.iter().chain(&rule.constraints));
    conditions.any(|condition| compares(condition, operand))
}

fn compares(constraint: &Constraint, operand: LeftOperand) -> bool {
    match constraint {
        Constraint::Atomic { left, .. } => *left == operand,
        Constraint::Logical(_, parts) => parts.iter().any(|part| compares(part, operand)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::{EvaluationScope, Facts, Outcome, Purpose, evaluate};
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    fn is_counted(policy: &Policy) -> bool {
        depends_on(policy, LeftOperand::Count)
    }

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
            purpose: Some(Purpose::PreTraining),
            downloads: Some(downloads),
            ..Facts::at("2026-11-26T12:00:00Z".parse().unwrap(), EvaluationScope::Download)
        };
        evaluate(policy, &facts).outcome
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
