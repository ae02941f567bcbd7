//! Whether a use satisfies a policy, as far as the register can tell by itself.
//!
//! Three answers, by Kleene's logic: what cannot be told is `undetermined` and never counts as `satisfied`.
//!
//! * A permission is satisfied when its action covers the use and all its refinements and constraints hold. A
//!   duty inside a permission must be done first (ODRL 2.2, 2.6.5), which only people can tell. Its own constraints are
//!   part of that (2.6.3): one that does not hold never lifts the duty, which the draft of the Formal Semantics lets it do.
//! * Permissions are alternatives: one that is satisfied is enough, and one that is left to each download lets the use
//!   begin. Without any, nothing is allowed.
//! * A prohibition that covers the use and whose conditions hold makes the whole violated. Prohibitions win.
//! * A document that only prohibits (a TDM opt-out) permits nothing: what it does not prohibit stays
//!   undetermined, and people decide.
//! * Obligations are kept after the fact and do not change the answer.
//! * A rule with an assignee or a target is about that party and that data alone.
//! * A line that a reviewer confirmed holds; what the register knows to be violated, nobody can confirm.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::atomic::{self, Answer, Side};
use super::facts::{EvaluationScope, EvidenceSource, Facts};
use super::iri::Iri;
use super::label::Label;
use super::operand::LeftOperand;
use super::policy::{Constraint, Permission, Policy, Rule};
use super::purpose::Purpose;
use super::truth::{Outcome, Truth};
use super::vocabulary::{Action, LogicalOperator, Operator};

/// What a policy says about a use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The whole. Not the conjunction of the lines: permissions are alternatives.
    pub outcome: Outcome,
    /// What each line of the policy says, in the order of the policy.
    pub lines: Vec<Line>,
}

/// What one line of a policy says about a use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// The line, as a JSON pointer (RFC 6901) into the policy as the register writes it.
    pub pointer: String,
    /// Who decides it.
    #[serde(default = "Line::unlabelled")]
    pub label: Label,
    /// Whether the use satisfies it.
    pub outcome: Outcome,
    /// The register itself decides it later, at each download, or it is to be done afterwards: nobody need be asked now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deferred: bool,
    /// What is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operand: Option<LeftOperand>,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// What is known of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// Where that comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<EvidenceSource>,
    /// A sentence for people.
    pub reason: String,
}

impl Line {
    fn new(pointer: String, label: Label, truth: Truth, reason: impl Into<String>) -> Self {
        Self {
            pointer,
            label,
            outcome: truth.outcome(),
            deferred: truth == Truth::Later,
            operand: None,
            operator: None,
            found: Vec::new(),
            source: None,
            reason: reason.into(),
        }
    }

    /// Lines that were stored before there were labels.
    fn unlabelled() -> Label {
        Label::LegalText
    }

    /// Whether a person has to say something about it before the policy can be satisfied.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        self.outcome == Outcome::Undetermined && !self.deferred
    }
}

/// Decides whether a use satisfies a policy. Total: any policy and any facts give an answer, always the same one.
#[must_use]
pub fn evaluate(policy: &Policy, facts: &Facts) -> Verdict {
    let mut judge = Judge { facts, lines: Vec::new() };
    let concerns = judge.concerns("", policy.assignee.as_ref(), policy.target.as_ref());
    let permitted = judge.permissions(policy).and(concerns);
    let prohibited = judge.prohibitions(policy).and(concerns);
    judge.obligations(policy);
    // What is left to each download is decided there: the use may begin.
    let outcome = match permitted.and(prohibited.not()) {
        Truth::Later if facts.scope != EvaluationScope::Download => Outcome::Satisfied,
        truth => truth.outcome(),
    };
    Verdict { outcome, lines: judge.lines }
}

struct Judge<'a> {
    facts: &'a Facts,
    lines: Vec<Line>,
}

impl Judge<'_> {
    fn line(&mut self, pointer: String, label: Label, truth: Truth, reason: impl Into<String>) -> Truth {
        self.lines.push(Line::new(pointer, label, truth, reason));
        truth
    }

    /// What a reviewer confirmed holds, unless it is known not to.
    fn confirmed(&self, pointer: &str, truth: Truth) -> (Truth, bool) {
        let confirmed = truth == Truth::Unknown && self.facts.confirms(pointer);
        (if confirmed { Truth::Satisfied } else { truth }, confirmed)
    }

    fn permissions(&mut self, policy: &Policy) -> Truth {
        if !policy.permissions.is_empty() {
            let each = policy.permissions.iter().enumerate();
            let answers: Vec<_> = each.map(|(i, permission)| self.permission(i, permission)).collect();
            return Truth::best(answers);
        }
        if policy.prohibitions.is_empty() {
            return self.line(
                String::new(),
                Label::MachineDecided,
                Truth::Violated,
                "the policy permits nothing",
            );
        }
        let (truth, confirmed) = self.confirmed("", Truth::Unknown);
        let reason = if confirmed {
            "the policy only prohibits; a reviewer permitted the rest"
        } else {
            "the policy only prohibits; whether the rest is permitted, people decide"
        };
        self.line(String::new(), Label::Attested, truth, reason)
    }

    fn permission(&mut self, index: usize, permission: &Permission) -> Truth {
        let at = format!("/permission/{index}");
        let rule = &permission.rule;
        let action = rule.action;
        let pointer = format!("{at}/action");
        let (covers, confirmed) = self.confirmed(&pointer, covers(action, self.facts));
        let reason = match covers {
            Truth::Satisfied if confirmed => {
                format!("permits {action}; a reviewer confirmed that it is this use")
            }
            Truth::Satisfied => format!("permits {action}"),
            Truth::Violated => format!("permits only {action}, which is not this use"),
            Truth::Unknown | Truth::Later => format!("permits only {action}; no purpose is stated"),
        };
        let mut answers = vec![self.line(pointer, Label::MachineDecided, covers, reason)];
        answers.push(self.concerns(&at, rule.assignee.as_ref(), rule.target.as_ref()));
        for (constraint, pointer) in conditions(rule, &at) {
            answers.push(self.constraint(constraint, &pointer, Side::Permission).truth);
        }
        for (i, duty) in permission.duties.iter().enumerate() {
            let pointer = format!("{at}/duty/{i}");
            let (truth, confirmed) = self.confirmed(&pointer, Truth::Unknown);
            let reason = if confirmed {
                format!("{} must be done first; a reviewer confirmed it", duty.action)
            } else {
                format!("{} must be done first; people confirm it", duty.action)
            };
            answers.push(self.line(pointer, Label::Duty, truth, reason));
        }
        Truth::all(answers)
    }

    /// Whether any prohibition is in force.
    fn prohibitions(&mut self, policy: &Policy) -> Truth {
        let each = policy.prohibitions.iter().enumerate();
        let answers: Vec<_> = each.map(|(i, rule)| self.prohibition(i, rule)).collect();
        Truth::any(answers)
    }

    /// One line for the whole rule: what stands in the way is the prohibition, not one of its conditions.
    fn prohibition(&mut self, index: usize, rule: &Rule) -> Truth {
        let at = format!("/prohibition/{index}");
        let (action, covers) = (rule.action, prohibits(rule.action, self.facts));
        let mark = self.lines.len();
        let concerns = self.concerns(&at, rule.assignee.as_ref(), rule.target.as_ref());
        let answers: Vec<_> = conditions(rule, &at)
            .map(|(constraint, pointer)| self.constraint(constraint, &pointer, Side::Prohibition))
            .collect();
        let label =
            answers.iter().fold(prohibition_label(rule.action), |label, answer| label.with(answer.label));
        self.lines.truncate(mark);
        let in_force = Truth::all(answers.iter().map(|answer| answer.truth)).and(covers).and(concerns);
        let because: Vec<_> = answers
            .into_iter()
            .filter(|answer| answer.truth == in_force)
            .map(|answer| answer.reason)
            .collect();
        let because = if because.is_empty() { String::new() } else { format!(": {}", because.join("; ")) };
        let (holds, confirmed) = self.confirmed(&at, in_force.not());
        let reason = match in_force {
            Truth::Satisfied => format!("{action} is prohibited{because}"),
            Truth::Violated if covers == Truth::Violated => {
                format!("{action} is prohibited, which is not this use")
            }
            Truth::Violated => format!("{action} is prohibited, but not in this case{because}"),
            Truth::Unknown if confirmed => {
                format!("{action} is prohibited; a reviewer confirmed that it is not done")
            }
            Truth::Unknown => format!("whether the prohibition of {action} applies is not known{because}"),
            Truth::Later => {
                format!("whether the prohibition of {action} applies is decided at each download{because}")
            }
        };
        self.line(at, label, holds, reason);
        holds.not()
    }

    fn obligations(&mut self, policy: &Policy) {
        for (i, duty) in policy.obligations.iter().enumerate() {
            let reason = format!("{} is to be done by whoever uses the data", duty.action);
            self.line(format!("/obligation/{i}"), Label::Duty, Truth::Later, reason);
        }
    }

    /// Whether a rule is about this party and this data; it is about everybody and everything where it names none.
    fn concerns(&mut self, at: &str, assignee: Option<&Iri>, target: Option<&Iri>) -> Truth {
        let facts = self.facts;
        let parts = [("assignee", assignee, &facts.parties), ("target", target, &facts.targets)];
        let answers = parts.into_iter().filter_map(|(key, wanted, known)| {
            let wanted = wanted?;
            let pointer = format!("{at}/{key}");
            let truth = if known.is_empty() { Truth::Unknown } else { Truth::of(known.contains(wanted)) };
            let (truth, confirmed) = self.confirmed(&pointer, truth);
            let reason = match truth {
                Truth::Satisfied if confirmed => {
                    format!("is about {wanted}; a reviewer confirmed that this use is")
                }
                Truth::Satisfied => format!("is about {wanted}"),
                Truth::Violated => format!("is about {wanted}, which is not this use"),
                Truth::Unknown | Truth::Later => {
                    format!("is about {wanted}; whether this use is, is not known")
                }
            };
            Some(Line::new(pointer, Label::MachineDecided, truth, reason))
        });
        let lines: Vec<_> = answers.collect();
        let truth = Truth::all(lines.iter().map(|line| match line.outcome {
            Outcome::Satisfied => Truth::Satisfied,
            Outcome::Violated => Truth::Violated,
            Outcome::Undetermined => Truth::Unknown,
        }));
        self.lines.extend(lines);
        truth
    }

    /// Adds the lines of a constraint: a comparison gives one, a group one for itself and one for each part.
    fn constraint(&mut self, constraint: &Constraint, pointer: &str, side: Side) -> Answer {
        match constraint {
            Constraint::Atomic { left, operator, right, unit } => {
                let mut answer = atomic::decide((*left, *operator, right, unit.as_ref()), side, self.facts);
                let (truth, confirmed) = self.confirmed(pointer, answer.truth);
                if confirmed {
                    answer.reason.push_str("; a reviewer confirmed it");
                    answer.source = Some(EvidenceSource::Confirmed);
                }
                answer.truth = truth;
                self.lines.push(Line {
                    operand: Some(*left),
                    operator: Some(*operator),
                    found: answer.found.clone(),
                    source: answer.source,
                    ..Line::new(pointer.to_owned(), answer.label, truth, answer.reason.clone())
                });
                answer
            }
            Constraint::Logical(operator, parts) => self.group(*operator, parts, pointer, side),
        }
    }

    fn group(
        &mut self,
        operator: LogicalOperator,
        parts: &[Constraint],
        pointer: &str,
        side: Side,
    ) -> Answer {
        let place = self.lines.len();
        let answers: Vec<_> = parts
            .iter()
            .enumerate()
            .map(|(i, part)| self.constraint(part, &format!("{pointer}/{operator}/{i}"), side))
            .collect();
        let truths: Vec<_> = answers.iter().map(|answer| answer.truth).collect();
        let truth = match operator {
            LogicalOperator::And | LogicalOperator::AndSequence => Truth::all(truths),
            LogicalOperator::Or => Truth::any(truths),
            LogicalOperator::Xone => Truth::exactly_one(&truths),
        };
        let (truth, confirmed) = self.confirmed(pointer, truth);
        let label = answers.iter().fold(Label::MachineDecided, |label, answer| label.with(answer.label));
        let reasons: Vec<_> = answers.into_iter().map(|answer| answer.reason).collect();
        let mut reason = format!("{operator} ({})", reasons.join("; "));
        if confirmed {
            reason.push_str("; a reviewer confirmed it");
        }
        let source = confirmed.then_some(EvidenceSource::Confirmed);
        let line = Line::new(pointer.to_owned(), label, truth, reason.clone());
        self.lines.insert(place, Line { source, ..line });
        Answer { truth, label, reason, found: Vec::new(), source }
    }
}

/// The refinements and constraints of a rule with their pointers.
fn conditions<'a>(rule: &'a Rule, at: &str) -> impl Iterator<Item = (&'a Constraint, String)> + use<'a> {
    let at = at.to_owned();
    let refinements = rule.refinements.iter().enumerate().map(|(i, c)| ("action/odrl:refinement", i, c));
    let constraints = rule.constraints.iter().enumerate().map(|(i, c)| ("constraint", i, c));
    refinements.chain(constraints).map(move |(key, i, constraint)| (constraint, format!("{at}/{key}/{i}")))
}

/// Whether a rule on this action is about the use.
fn covers(action: Action, facts: &Facts) -> Truth {
    let (performed, stated) = facts.performed();
    if performed.is_included_in(action) {
        Truth::Satisfied
    } else if !stated && action.is_included_in(performed) {
        Truth::Unknown
    } else {
        Truth::Violated
    }
}

/// As [`covers`], for prohibitions. Three of them concern the manner of any use.
fn prohibits(action: Action, facts: &Facts) -> Truth {
    match action {
        _ if facts.action.is_some() => covers(action, facts),
        Action::CommercialUse => match (facts.statement.research.commercial, facts.purpose) {
            (Some(true), _) => Truth::Satisfied,
            (_, Some(Purpose::Research)) => Truth::Violated,
            _ => Truth::Unknown,
        },
        // Bytes that go to a registered secure environment are not taken out of one.
        Action::Download if facts.environment.is_some() => Truth::Violated,
        Action::Download if facts.scope == EvaluationScope::Download => Truth::Satisfied,
        Action::Download => Truth::Later,
        Action::DistributeModelWeights if facts.distributes_weights() => Truth::Satisfied,
        _ => covers(action, facts),
    }
}

/// Who holds somebody to a prohibition of this action.
fn prohibition_label(action: Action) -> Label {
    match action {
        Action::CommercialUse => Label::Attested,
        Action::Download => Label::MachineDecided,
        // What any purpose performs is seen when it is stated; everything else comes after the bytes have gone.
        action if is_performed_by_some_purpose(action) => Label::MachineDecided,
        _ => Label::LegalText,
    }
}

/// Whether there is a purpose whose use a rule on this action is about.
pub(super) fn is_performed_by_some_purpose(action: Action) -> bool {
    Purpose::ALL.iter().any(|purpose| purpose.action().is_included_in(action))
}

/// Whether facts alone can settle a constraint; else the operand or term that they cannot settle.
fn decidable(constraint: &Constraint) -> Result<(), String> {
    match constraint {
        Constraint::Logical(_, parts) => parts.iter().try_for_each(decidable),
        Constraint::Atomic { left, .. } if left.definition().label != Label::MachineDecided => {
            Err(left.to_string())
        }
        Constraint::Atomic { left, right, .. } => {
            let settled = |value: &&super::value::Value| !atomic::can_settle(*left, value);
            right.iter().find(settled).map_or(Ok(()), |value| Err(value.to_string()))
        }
    }
}

/// The parts of a policy that would keep it from ever being satisfied by facts alone: their pointers, and why.
pub(super) fn undecidable(policy: &Policy) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (i, permission) in policy.permissions.iter().enumerate() {
        let at = format!("/permission/{i}");
        found.extend(unsettled(&permission.rule, &at));
        for (j, duty) in permission.duties.iter().enumerate() {
            found.push((format!("{at}/duty/{j}"), duty.action.to_string()));
        }
    }
    for (i, rule) in policy.prohibitions.iter().enumerate() {
        if is_performed_by_some_purpose(rule.action) {
            found.extend(unsettled(rule, &format!("/prohibition/{i}")));
        }
    }
    found
}

fn unsettled(rule: &Rule, at: &str) -> Vec<(String, String)> {
    let reasons = conditions(rule, at).map(|(constraint, pointer)| (pointer, decidable(constraint)));
    reasons.filter_map(|(pointer, result)| result.err().map(|what| (pointer, what))).collect()
}
