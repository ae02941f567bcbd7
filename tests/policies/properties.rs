//! What holds of every policy and of all facts.

use cadastre::policies::{EvaluationScope, Facts, Line, LogicalOperator, Outcome, Policy, Trace, evaluate};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value as Json;

use super::any;
use super::suite::cases;

/// The more, the more is allowed.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Violated => 0,
        Outcome::Undetermined => 1,
        Outcome::Satisfied => 2,
    }
}

fn outcome(policy: &Policy, facts: &Facts) -> Outcome {
    evaluate(policy, facts).outcome
}

/// Puts `graft` at the `n`-th place of a document, in depth-first order.
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

/// Reads a document and evaluates it; whatever is told lies at a place that exists.
fn told(document: &Json, facts: &Facts) -> Result<(), TestCaseError> {
    match Policy::parse(document) {
        Ok(policy) => {
            let written = policy.to_json();
            for line in evaluate(&policy, facts).lines {
                prop_assert!(written.pointer(&line.pointer).is_some(), "{} is nowhere", line.pointer);
                prop_assert!(!line.reason.is_empty(), "{} has no reason", line.pointer);
            }
        }
        Err(error) => {
            prop_assert!(!error.field_errors().is_empty());
            for field in error.field_errors() {
                prop_assert!(document.pointer(&field.pointer).is_some(), "{} is nowhere", field.pointer);
            }
        }
    }
    Ok(())
}

/// The lines of a rule that are not a part of a group.
fn whole_lines<'a>(lines: &'a [Line], at: &'a str) -> impl Iterator<Item = &'a Line> {
    let is_part = |line: &Line| line.pointer.split('/').any(|key| key.parse::<LogicalOperator>().is_ok());
    lines.iter().filter(move |line| line.pointer.starts_with(at) && !is_part(line))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_json_is_refused_or_evaluated(document in any::anything(), facts in any::facts()) {
        told(&document, &facts)?;
    }

    #[test]
    fn a_policy_with_a_foreign_part_is_refused_or_evaluated(
        policy in any::policy(1..3), mut n in 0_usize..60, part in any::anything(), facts in any::facts(),
    ) {
        let mut document = policy.to_json();
        graft(&mut document, &mut n, &part);
        told(&document, &facts)?;
    }

    #[test]
    fn a_further_prohibition_never_allows_more(policy in any::policy(0..3), more in any::rule(), facts in any::facts()) {
        let mut document = policy.to_json();
        let mut prohibitions = document["prohibition"].as_array().cloned().unwrap_or_default();
        prohibitions.push(more);
        document["prohibition"] = prohibitions.into();
        let stricter = Policy::parse(&document).unwrap();
        let (before, after) = (outcome(&policy, &facts), outcome(&stricter, &facts));
        prop_assert!(rank(after) <= rank(before), "{before}, then {after}");
    }

    #[test]
    fn a_further_constraint_of_every_permission_never_allows_more(
        policy in any::policy(1..4), more in any::constraint(), facts in any::facts(),
    ) {
        let mut document = policy.to_json();
        for permission in document["permission"].as_array_mut().unwrap() {
            let mut constraints = permission["constraint"].as_array().cloned().unwrap_or_default();
            constraints.push(more.clone());
            permission["constraint"] = constraints.into();
        }
        let stricter = Policy::parse(&document).unwrap();
        let (before, after) = (outcome(&policy, &facts), outcome(&stricter, &facts));
        prop_assert!(rank(after) <= rank(before), "{before}, then {after}");
    }

    /// A document that is left with prohibitions alone is for people to decide, and never satisfied by itself.
    #[test]
    fn a_permission_less_never_allows_more(policy in any::policy(1..4), facts in any::facts()) {
        let mut stricter = policy.clone();
        // The last one, so that confirmations still mean the lines they meant.
        stricter.permissions.pop();
        let (before, after) = (outcome(&policy, &facts), outcome(&stricter, &facts));
        if stricter.permissions.is_empty() {
            prop_assert_ne!(after, Outcome::Satisfied);
        } else {
            prop_assert!(rank(after) <= rank(before), "{before}, then {after}");
        }
    }

    #[test]
    fn the_same_question_has_the_same_trace_to_the_byte(policy in any::policy(0..3), facts in any::facts()) {
        let trace = Trace::of(&policy, facts.clone()).unwrap();
        let text = trace.text().unwrap();
        prop_assert_eq!(&Trace::of(&policy, facts).unwrap().text().unwrap(), &text);
        // Somebody else has the policy as it is written and the facts as they stand in the trace.
        let read: Trace = serde_json::from_str(&text).unwrap();
        let again = Policy::parse(&policy.to_json()).unwrap();
        prop_assert_eq!(&Trace::of(&again, read.facts.clone()).unwrap().text().unwrap(), &text);
        prop_assert_eq!(read.digest().unwrap(), trace.digest().unwrap());
        prop_assert_eq!(read, trace);
    }

    #[test]
    fn a_confirmation_never_turns_what_is_violated(policy in any::policy(0..3), facts in any::facts(), any in any::pointer(), one in any::<Index>()) {
        let before = evaluate(&policy, &facts);
        // Any line at all, and one that is there.
        let there = before.lines[one.index(before.lines.len())].pointer.clone();
        let mut confirmed = facts;
        confirmed.confirmed.extend([any, there, String::new()]);
        let after = evaluate(&policy, &confirmed);
        for line in before.lines.iter().filter(|line| line.outcome == Outcome::Violated) {
            let now = after.lines.iter().find(|now| now.pointer == line.pointer).unwrap();
            prop_assert_eq!(now.outcome, Outcome::Violated, "{}", line.pointer);
        }
        if before.outcome == Outcome::Violated {
            prop_assert_eq!(after.outcome, Outcome::Violated);
        }
    }

    #[test]
    fn a_download_is_never_allowed_while_a_line_of_its_only_permission_is_open(policy in any::policy(1..2), facts in any::facts()) {
        let facts = Facts { scope: EvaluationScope::Download, ..facts };
        let verdict = evaluate(&policy, &facts);
        let open = whole_lines(&verdict.lines, "/permission/0/").any(|line| line.outcome != Outcome::Satisfied);
        prop_assert!(!open || verdict.outcome != Outcome::Satisfied);
        let prohibited = whole_lines(&verdict.lines, "/prohibition/").any(|line| line.outcome != Outcome::Satisfied);
        prop_assert!(!prohibited || verdict.outcome != Outcome::Satisfied);
    }
}

/// The same laws on the cases of the suite, which no strategy would make up.
#[test]
fn the_cases_of_the_suite_are_reproduced_to_the_byte() {
    for (theme, case) in cases() {
        let (Ok(policy), Some(facts)) = (Policy::parse(&case.policy), case.facts) else { continue };
        let facts: Facts = serde_json::from_value(facts).unwrap();
        let text = Trace::of(&policy, facts).unwrap().text().unwrap();
        let read: Trace = serde_json::from_str(&text).unwrap();
        let again = Policy::parse(&policy.to_json()).unwrap();
        assert_eq!(Trace::of(&again, read.facts).unwrap().text().unwrap(), text, "{theme}: {}", case.name);
    }
}
