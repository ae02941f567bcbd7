//! Every word of the vocabulary is asked about, with every answer that it can have.

use std::collections::BTreeSet;
use std::fmt::Display;

use cadastre::policies::{
    Action, EvaluationScope, Facts, Label, LeftOperand, Line, LogicalOperator, Operator, Outcome, Policy,
    Purpose, evaluate,
};
use serde_json::Value as Json;

use super::suite::cases;

use Outcome::{Satisfied, Undetermined, Violated};

/// What was asked about, and what came of it.
#[derive(Default)]
struct Seen(BTreeSet<(String, String)>);

impl Seen {
    fn note(&mut self, word: impl Display, outcome: Outcome) {
        self.0.insert((word.to_string(), outcome.to_string()));
    }

    /// The answers that no case gives.
    fn lacks(&self, word: impl Display, outcomes: &[Outcome]) -> Vec<String> {
        let lacks = outcomes.iter().map(|outcome| (word.to_string(), outcome.to_string()));
        let lacks = lacks.filter(|answer| !self.0.contains(answer));
        lacks.map(|(word, outcome)| format!("{word}: {outcome}")).collect()
    }
}

/// Every policy of the suite that is read, with its facts.
fn evaluations() -> Vec<(Policy, Facts)> {
    let read = cases().into_iter().filter_map(|(_, case)| {
        Some((Policy::parse(&case.policy).ok()?, serde_json::from_value(case.facts?).unwrap()))
    });
    read.collect()
}

/// The lines of all answers, each with what the policy says there.
fn lines() -> Vec<(Line, Json)> {
    let mut lines = Vec::new();
    for (policy, facts) in evaluations() {
        let written = policy.to_json();
        for line in evaluate(&policy, &facts).lines {
            let at = written.pointer(&line.pointer).cloned();
            lines.push((line, at.expect("a line is a place in the policy")));
        }
    }
    lines
}

/// What a line on this operand can be. The clock is always there; what nothing records and what can only be confirmed is never
/// known to be violated.
fn answers(operand: LeftOperand) -> &'static [Outcome] {
    match operand {
        LeftOperand::DateTime => &[Satisfied, Violated],
        LeftOperand::EthicsApproval => &[Satisfied, Undetermined],
        _ if operand.definition().evidence.is_empty() => &[Satisfied, Undetermined],
        _ => &[Satisfied, Violated, Undetermined],
    }
}

/// What a rule on this action can be: only without a purpose it is open whether a use that is at least mining is one that is
/// narrower.
fn covered(action: Action) -> &'static [Outcome] {
    if action != Action::Mine && action.is_included_in(Action::Mine) {
        &[Satisfied, Violated, Undetermined]
    } else {
        &[Satisfied, Violated]
    }
}

/// The word that a rule has for its action.
fn action_of(rule: &Json) -> Action {
    let word = rule["action"].as_str().or_else(|| rule["action"]["rdf:value"]["@id"].as_str());
    let word = word.expect("a rule has an action");
    if word == "use" { Action::Use } else { word.parse().unwrap() }
}

#[test]
fn every_operand_and_every_operator_has_every_answer_it_can_have() {
    let (mut operands, mut operators, mut pairs) = (Seen::default(), Seen::default(), BTreeSet::new());
    for (line, _) in lines() {
        if let (Some(operand), Some(operator)) = (line.operand, line.operator) {
            operands.note(operand, line.outcome);
            operators.note(operator, line.outcome);
            pairs.insert((operand.to_string(), operator.to_string()));
        }
    }
    let mut lacks: Vec<_> =
        LeftOperand::ALL.iter().flat_map(|operand| operands.lacks(operand, answers(*operand))).collect();
    let all = [Satisfied, Violated, Undetermined];
    lacks.extend(Operator::ALL.iter().flat_map(|operator| operators.lacks(operator, &all)));
    for operand in LeftOperand::ALL.iter().filter(|operand| !operand.definition().evidence.is_empty()) {
        for operator in operand.operators() {
            if !pairs.contains(&(operand.to_string(), operator.to_string())) {
                lacks.push(format!("{operand} {operator}"));
            }
        }
    }
    assert!(lacks.is_empty(), "no case has {lacks:#?}");
}

#[test]
fn every_action_is_permitted_and_prohibited_with_every_answer() {
    let (mut permissions, mut prohibitions) = (Seen::default(), Seen::default());
    for (line, at) in lines() {
        let parts: Vec<_> = line.pointer.split('/').skip(1).collect();
        match parts.as_slice() {
            ["permission", _, "action"] => {
                permissions.note(action_of(&serde_json::json!({ "action": at })), line.outcome);
            }
            ["prohibition", _] => prohibitions.note(action_of(&at), line.outcome),
            _ => {}
        }
    }
    let mut lacks = Vec::new();
    for action in Action::ALL {
        for (what, seen) in [("permission", &permissions), ("prohibition", &prohibitions)] {
            let missing = seen.lacks(action, covered(*action));
            lacks.extend(missing.into_iter().map(|missing| format!("{what} of {missing}")));
        }
    }
    assert!(lacks.is_empty(), "no case has {lacks:#?}");
}

#[test]
fn every_logical_operator_every_label_every_scope_and_every_purpose_appears() {
    let (mut groups, mut labels) = (Seen::default(), Seen::default());
    for (line, at) in lines() {
        labels.note(line.label, line.outcome);
        let keys = at.as_object().into_iter().flat_map(|object| object.keys());
        for operator in keys.filter_map(|key| key.parse::<LogicalOperator>().ok()) {
            groups.note(operator, line.outcome);
        }
    }
    let all = [Satisfied, Violated, Undetermined];
    let mut lacks: Vec<_> =
        LogicalOperator::ALL.iter().flat_map(|operator| groups.lacks(operator, &all)).collect();
    for label in Label::ALL {
        // What was not done, or what the law says, nothing here knows.
        let known = matches!(label, Label::MachineDecided | Label::Attested);
        lacks.extend(labels.lacks(label, if known { &all } else { &[Satisfied, Undetermined] }));
    }
    let facts: Vec<_> = evaluations().into_iter().map(|(_, facts)| facts).collect();
    let scopes =
        EvaluationScope::ALL.iter().filter(|scope| !facts.iter().any(|facts| facts.scope == **scope));
    lacks.extend(scopes.map(ToString::to_string));
    let purposes =
        Purpose::ALL.iter().filter(|purpose| !facts.iter().any(|facts| facts.purpose == Some(**purpose)));
    lacks.extend(purposes.map(ToString::to_string));
    assert!(lacks.is_empty(), "no case has {lacks:#?}");
}

#[test]
fn every_reason_to_refuse_a_policy_appears() {
    let told: BTreeSet<_> =
        cases().into_iter().flat_map(|(_, case)| case.expected.refused).map(|refusal| refusal.code).collect();
    for code in [
        "conflict",
        "duplicate_key",
        "empty_list",
        "iri",
        "json_type",
        "no_rules",
        "one_value",
        "operator_not_allowed",
        "prefix",
        "required",
        "space",
        "too_deep",
        "too_many",
        "unit",
        "unknown_action",
        "unknown_context",
        "unknown_datatype",
        "unknown_key",
        "unknown_operand",
        "unknown_operator",
        "unknown_profile",
        "unknown_term",
        "unknown_type",
        "value",
        "value_type",
    ] {
        assert!(told.contains(code), "no case is refused for {code}");
    }
}
