//! A policy in plain sentences, one for each of its lines, so that people read what machines decide.
//!
//! The sentences are made from the ODRL and from nothing else. Their pointers are those of the evaluator's lines,
//! so that a verdict can be read beside the sentence it is about.

mod clause;
mod countries;
mod duty;
mod nace;
mod terms;
mod values;
mod voice;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use self::voice::Voice;
use super::model::{
    Action, Constraint, EvaluationScope, Facts, Iri, Label, LeftOperand, LogicalOperator, Permission, Policy,
    Rule, evaluate,
};
use crate::i18n::{Key, Language, key};
use crate::kernel::Timestamp;

pub(super) use terms::{CURRENCY_NAMES, NACE_NAMES, is_nace};

/// A term of an operand in words of a language; a foreign one in full.
#[must_use]
pub(super) fn term(language: Language, operand: LeftOperand, iri: &Iri) -> String {
    terms::iri(Voice(language), operand, iri, false)
}

/// What an action is, in words that follow "may".
#[must_use]
pub(super) fn action(language: Language, action: Action) -> String {
    Voice(language).say(words::action(action), &[])
}

/// What a left operand is about.
#[must_use]
pub(super) fn subject(language: Language, left: LeftOperand) -> String {
    Voice(language).say(words::subject(left), &[])
}

/// An instant in words of a language.
#[must_use]
pub fn moment(language: Language, at: Timestamp) -> String {
    values::instant(Voice(language), at)
}

/// One line of a policy, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sentence {
    /// The line, as a JSON pointer (RFC 6901) into the policy as the register writes it.
    pub pointer: String,
    /// Who decides it.
    pub label: Label,
    /// What it says.
    pub text: String,
}

/// The policy as sentences, in its own order: a sentence for each permission, each of its conditions, each part
/// of these, each duty, each prohibition and each obligation. A policy without permissions says so first, at the
/// empty pointer.
#[must_use]
pub fn describe(policy: &Policy, language: Language) -> Vec<Sentence> {
    // What is said of a line does not depend on any use, nor does who decides it.
    let nothing_known = Facts::at(Timestamp::from_millis(0), EvaluationScope::See);
    let lines = evaluate(policy, &nothing_known).lines;
    let labels = lines.into_iter().map(|line| (line.pointer, line.label)).collect();
    let mut writer = Writer { voice: Voice(language), labels, sentences: Vec::new() };
    writer.policy(policy);
    writer.sentences
}

/// How the sentence of a condition begins.
#[derive(Clone, Copy)]
struct Lead {
    key: Key,
    number: usize,
}

struct Writer {
    voice: Voice,
    labels: BTreeMap<String, Label>,
    sentences: Vec<Sentence>,
}

impl Writer {
    fn say(&mut self, pointer: impl Into<String>, text: String) {
        let pointer = pointer.into();
        let label = self.labels.get(&pointer).copied().unwrap_or(Label::LegalText);
        self.sentences.push(Sentence { pointer, label, text });
    }

    fn policy(&mut self, policy: &Policy) {
        let terms = clause::concerns(self.voice, policy.assignee.as_ref(), policy.target.as_ref());
        for (part, clause) in terms {
            let text = self.voice.say(key!("line-terms-only-if"), &[("clause", clause.into())]);
            self.say(format!("/{part}"), text);
        }
        if policy.permissions.is_empty() {
            let only_prohibits = !policy.prohibitions.is_empty();
            let key =
                if only_prohibits { key!("rule-only-prohibits") } else { key!("rule-nothing-permitted") };
            self.say("", self.voice.say(key, &[]));
        }
        let several = policy.permissions.len() > 1;
        for (i, permission) in policy.permissions.iter().enumerate() {
            self.permission(i, several, permission);
        }
        for (i, rule) in policy.prohibitions.iter().enumerate() {
            let keys = (key!("rule-must-not"), key!("rule-must-not-if"));
            let action = self.voice.say(words::action(rule.action), &[]);
            self.rule(format!("/prohibition/{i}"), keys, action, rule, rule.constraints.iter());
        }
        for (i, duty) in policy.obligations.iter().enumerate() {
            self.duty(format!("/obligation/{i}"), (key!("rule-must"), key!("rule-must-if")), duty);
        }
    }

    fn permission(&mut self, index: usize, several: bool, permission: &Permission) {
        let Permission { rule, duties } = permission;
        let about = clause::concerns(self.voice, rule.assignee.as_ref(), rule.target.as_ref());
        let conditional = !(about.is_empty()
            && rule.refinements.is_empty()
            && rule.constraints.is_empty()
            && duties.is_empty());
        let key = match (several, conditional) {
            (false, false) => key!("rule-may"),
            (false, true) => key!("rule-may-if"),
            (true, false) => key!("rule-may-numbered"),
            (true, true) => key!("rule-may-numbered-if"),
        };
        let action = self.voice.say(words::action(rule.action), &[]);
        let number = (index + 1).to_string();
        let at = format!("/permission/{index}");
        let text = self.voice.say(key, &[("action", action.into()), ("number", number.into())]);
        self.say(format!("{at}/action"), text);
        for (part, clause) in about {
            self.only_if(format!("{at}/{part}"), clause);
        }
        for (i, refinement) in rule.refinements.iter().enumerate() {
            let lead = Lead { key: key!("line-only-where"), number: 0 };
            self.condition(lead, refinement, format!("{at}/action/odrl:refinement/{i}"));
        }
        for (i, constraint) in rule.constraints.iter().enumerate() {
            let lead = Lead { key: key!("line-only-if"), number: 0 };
            self.condition(lead, constraint, format!("{at}/constraint/{i}"));
        }
        for (i, duty) in duties.iter().enumerate() {
            self.duty(format!("{at}/duty/{i}"), (key!("rule-must-first"), key!("rule-must-first-if")), duty);
        }
    }

    fn only_if(&mut self, at: String, clause: String) {
        let end = self.voice.say(key!("end-stop"), &[]);
        let text = self.voice.say(key!("line-only-if"), &[("clause", clause.into()), ("end", end.into())]);
        self.say(at, text);
    }

    /// A condition that stands for itself; a group is followed by its parts.
    fn condition(&mut self, lead: Lead, constraint: &Constraint, at: String) {
        let (clause, end, parts) = match constraint {
            Constraint::Atomic { .. } => (clause::clause(self.voice, constraint), key!("end-stop"), None),
            Constraint::Logical(operator, parts) => {
                let group = self.voice.say(words::group(*operator), &[]);
                (group, key!("end-colon"), Some((*operator, parts)))
            }
        };
        let end = self.voice.say(end, &[]);
        let number = lead.number.to_string();
        let args = [("clause", clause.into()), ("end", end.into()), ("number", number.into())];
        self.say(at.clone(), self.voice.say(lead.key, &args));
        let Some((operator, parts)) = parts else { return };
        let key = match operator {
            LogicalOperator::And => key!("line-condition"),
            LogicalOperator::Or | LogicalOperator::Xone => key!("line-possibility"),
            LogicalOperator::AndSequence => key!("line-step"),
        };
        for (i, part) in parts.iter().enumerate() {
            self.condition(Lead { key, number: i + 1 }, part, format!("{at}/{operator}/{i}"));
        }
    }

    /// A duty: some of its constraints say how it is to be done, the others when it is owed.
    fn duty(&mut self, at: String, keys: (Key, Key), duty: &Rule) {
        let (manner, rest) = duty::manner(self.voice, duty);
        let action = self.voice.say(words::action(duty.action), &[]);
        let action = manner.into_iter().fold(action, |action, how| {
            self.voice.say(key!("rule-action-how"), &[("action", action.into()), ("how", how.into())])
        });
        self.rule(at, keys, action, duty, rest.into_iter());
    }

    /// A whole rule in one sentence, without or with conditions.
    fn rule<'a>(
        &mut self,
        at: String,
        (plain, conditional): (Key, Key),
        action: String,
        rule: &Rule,
        constraints: impl Iterator<Item = &'a Constraint>,
    ) {
        let within = |key, clause: String| self.voice.say(key, &[("clause", clause.into())]);
        let clause = |constraint| clause::clause(self.voice, constraint);
        let about = clause::concerns(self.voice, rule.assignee.as_ref(), rule.target.as_ref());
        let refinements = rule.refinements.iter().map(|it| within(key!("within-where"), clause(it)));
        let about = about.into_iter().map(|(_, clause)| within(key!("within-if"), clause));
        let constraints = constraints.map(|it| within(key!("within-if"), clause(it)));
        let conditions: Vec<_> = refinements.chain(about).chain(constraints).collect();
        let text = if conditions.is_empty() {
            self.voice.say(plain, &[("action", action.into())])
        } else {
            let conditions = self.voice.all_of(conditions);
            self.voice.say(conditional, &[("action", action.into()), ("conditions", conditions.into())])
        };
        self.say(at, text);
    }
}
