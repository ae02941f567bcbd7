//! Whether a stated use satisfies a policy, as far as the register can tell by itself.
//!
//! Three answers, by Kleene's logic: what cannot be told is `undetermined` and never counts as `satisfied`.
//!
//! * A permission is satisfied when its action covers the use and all its refinements and constraints hold. A
//!   duty inside a permission must be done first (ODRL Formal Semantics), which only people can tell.
//! * Permissions are alternatives: one that is satisfied is enough. Without any, nothing is allowed.
//! * A prohibition that covers the use and whose conditions hold makes the whole violated. Prohibitions win.
//! * A document that only prohibits (a TDM opt-out) permits nothing: what it does not prohibit stays
//!   undetermined, and people decide.
//! * Obligations are kept after the fact and do not change the answer.
//!
//! Who asks and for which dataset is for the caller to match with the policy: parties and target are not looked at.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::operand::{self, LeftOperand};
use super::policy::{Constraint, Permission, Policy, Rule};
use super::purpose::Purpose;
use super::value::Value;
use super::vocabulary::{Action, LogicalOperator, Operator};
use crate::kernel::{Slug, Timestamp, text_enum};

text_enum! {
    /// The answer to a question that may lack facts.
    pub enum Outcome {
        /// It holds.
        Satisfied = "satisfied",
        /// It does not hold.
        Violated = "violated",
        /// The register cannot tell; people must.
        Undetermined = "undetermined",
    }
}

impl Outcome {
    fn of(holds: bool) -> Self {
        if holds { Self::Satisfied } else { Self::Violated }
    }

    fn not(self) -> Self {
        match self {
            Self::Satisfied => Self::Violated,
            Self::Violated => Self::Satisfied,
            Self::Undetermined => Self::Undetermined,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Violated, _) | (_, Self::Violated) => Self::Violated,
            (Self::Satisfied, Self::Satisfied) => Self::Satisfied,
            _ => Self::Undetermined,
        }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    fn all(outcomes: impl IntoIterator<Item = Self>) -> Self {
        outcomes.into_iter().fold(Self::Satisfied, Self::and)
    }

    fn any(outcomes: impl IntoIterator<Item = Self>) -> Self {
        outcomes.into_iter().fold(Self::Violated, Self::or)
    }

    /// Two that hold settle it, whatever is not known.
    fn exactly_one(outcomes: &[Self]) -> Self {
        let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        match (count(Self::Satisfied), count(Self::Undetermined)) {
            (2.., _) => Self::Violated,
            (_, 1..) => Self::Undetermined,
            (satisfied, _) => Self::of(satisfied == 1),
        }
    }
}

/// What is known of a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The moment of the use.
    pub now: Timestamp,
    /// What the data is asked for; none when the caller did not say.
    pub purpose: Option<Purpose>,
    /// The data spaces of which the asking organisation is a member; none for a caller who is not signed in.
    pub spaces: Vec<Slug>,
}

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
    /// Whether the use satisfies it.
    pub outcome: Outcome,
    /// A sentence for people.
    pub reason: String,
}

/// Decides whether a use satisfies a policy. Only `odrl:dateTime`, `odrl:purpose` and `cad:spaceMembership` are
/// looked at; a constraint on anything else is undetermined.
#[must_use]
pub fn decide(policy: &Policy, facts: &Facts) -> Verdict {
    let mut judge = Judge { facts, lines: Vec::new() };
    let permitted = judge.permissions(policy);
    let prohibited = judge.prohibitions(policy);
    Verdict { outcome: permitted.and(prohibited.not()), lines: judge.lines }
}

struct Judge<'a> {
    facts: &'a Facts,
    lines: Vec<Line>,
}

impl Judge<'_> {
    fn line(&mut self, pointer: String, outcome: Outcome, reason: impl Into<String>) -> Outcome {
        self.lines.push(Line { pointer, outcome, reason: reason.into() });
        outcome
    }

    fn permissions(&mut self, policy: &Policy) -> Outcome {
        if !policy.permissions.is_empty() {
            let each = policy.permissions.iter().enumerate();
            let outcomes: Vec<_> = each.map(|(i, permission)| self.permission(i, permission)).collect();
            return Outcome::any(outcomes);
        }
        let (outcome, reason) = if policy.prohibitions.is_empty() {
            (Outcome::Violated, "the policy permits nothing")
        } else {
            (Outcome::Undetermined, "the policy only prohibits; whether the rest is permitted, people decide")
        };
        self.line(String::new(), outcome, reason)
    }

    fn permission(&mut self, index: usize, permission: &Permission) -> Outcome {
        let at = format!("/permission/{index}");
        let action = permission.rule.action;
        let covers = covers(action, self.facts.purpose);
        let mut outcomes = vec![match covers {
            Outcome::Satisfied => self.line(format!("{at}/action"), covers, format!("permits {action}")),
            Outcome::Violated => self.line(
                format!("{at}/action"),
                covers,
                format!("permits only {action}, which is not this use"),
            ),
            Outcome::Undetermined => self.line(
                format!("{at}/action"),
                covers,
                format!("permits only {action}; no purpose is stated"),
            ),
        }];
        for (constraint, pointer) in conditions(&permission.rule, &at) {
            let (outcome, reason) = self.constraint(constraint);
            outcomes.push(self.line(pointer, outcome, reason));
        }
        for (i, duty) in permission.duties.iter().enumerate() {
            let reason = format!("{} must be done first; people confirm it", duty.action);
            outcomes.push(self.line(format!("{at}/duty/{i}"), Outcome::Undetermined, reason));
        }
        Outcome::all(outcomes)
    }

    /// Whether any prohibition is in force.
    fn prohibitions(&mut self, policy: &Policy) -> Outcome {
        let each = policy.prohibitions.iter().enumerate();
        let outcomes: Vec<_> = each.map(|(i, rule)| self.prohibition(i, rule)).collect();
        Outcome::any(outcomes)
    }

    fn prohibition(&mut self, index: usize, rule: &Rule) -> Outcome {
        let at = format!("/prohibition/{index}");
        let (action, covers) = (rule.action, prohibits(rule.action, self.facts.purpose));
        let conditions: Vec<_> =
            conditions(rule, &at).map(|(constraint, _)| self.constraint(constraint)).collect();
        let in_force = covers.and(Outcome::all(conditions.iter().map(|(outcome, _)| *outcome)));
        let because: Vec<_> = conditions
            .into_iter()
            .filter(|(outcome, _)| *outcome == in_force)
            .map(|(_, reason)| reason)
            .collect();
        let because = if because.is_empty() { String::new() } else { format!(": {}", because.join("; ")) };
        let reason = match in_force {
            Outcome::Satisfied => format!("{action} is prohibited{because}"),
            Outcome::Violated if covers == Outcome::Violated => {
                format!("{action} is prohibited, which is not this use")
            }
            Outcome::Violated => format!("{action} is prohibited, but not in this case{because}"),
            Outcome::Undetermined => {
                format!("whether the prohibition of {action} applies is not known{because}")
            }
        };
        self.line(at, in_force.not(), reason);
        in_force
    }

    fn constraint(&self, constraint: &Constraint) -> (Outcome, String) {
        match constraint {
            Constraint::Atomic { left, operator, right, .. } => self.atomic(*left, *operator, right),
            Constraint::Logical(operator, parts) => {
                let (outcomes, reasons): (Vec<_>, Vec<_>) =
                    parts.iter().map(|part| self.constraint(part)).unzip();
                let outcome = match operator {
                    LogicalOperator::And | LogicalOperator::AndSequence => Outcome::all(outcomes),
                    LogicalOperator::Or => Outcome::any(outcomes),
                    LogicalOperator::Xone => Outcome::exactly_one(&outcomes),
                };
                (outcome, format!("{operator} ({})", reasons.join("; ")))
            }
        }
    }

    fn atomic(&self, left: LeftOperand, operator: Operator, right: &[Value]) -> (Outcome, String) {
        let (outcome, fact) = match left {
            LeftOperand::DateTime => (self.date_time(operator, right), format!("it is {}", self.facts.now)),
            LeftOperand::Purpose => match self.facts.purpose {
                Some(purpose) => (of_purpose(purpose, operator, right), format!("the purpose is {purpose}")),
                None => (Outcome::Undetermined, "no purpose is stated".to_owned()),
            },
            LeftOperand::SpaceMembership => {
                let spaces: Vec<_> = self.facts.spaces.iter().map(Slug::as_str).collect();
                let spaces = if spaces.is_empty() { "no space".to_owned() } else { spaces.join(", ") };
                (self.membership(operator, right), format!("member of {spaces}"))
            }
            _ => (Outcome::Undetermined, "people decide about it".to_owned()),
        };
        let right: Vec<_> = right.iter().map(Value::to_string).collect();
        (outcome, format!("{left} {operator} {}: {fact}", right.join(", ")))
    }

    fn date_time(&self, operator: Operator, right: &[Value]) -> Outcome {
        let ordering = match right {
            [Value::DateTime(at)] => self.facts.now.cmp(at),
            // A day of UTC compares as a whole: `lteq` a day includes its last instant.
            [day @ Value::Date(_)] => match self.facts.now.to_string().split_once('T') {
                Some((today, _)) => today.cmp(day.to_string().as_str()),
                None => return Outcome::Undetermined,
            },
            _ => return Outcome::Undetermined,
        };
        match operator {
            Operator::Eq => Outcome::of(ordering == Ordering::Equal),
            Operator::Neq => Outcome::of(ordering != Ordering::Equal),
            Operator::Lt => Outcome::of(ordering == Ordering::Less),
            Operator::Lteq => Outcome::of(ordering != Ordering::Greater),
            Operator::Gt => Outcome::of(ordering == Ordering::Greater),
            Operator::Gteq => Outcome::of(ordering != Ordering::Less),
            _ => Outcome::Undetermined,
        }
    }

    /// The register knows all memberships, so that one it does not know does not exist.
    fn membership(&self, operator: Operator, right: &[Value]) -> Outcome {
        let each = right.iter().map(|value| match operand::space(value) {
            Some(space) => Outcome::of(self.facts.spaces.contains(&space)),
            None => Outcome::Undetermined,
        });
        match operator {
            Operator::Eq | Operator::IsAllOf => Outcome::all(each),
            Operator::IsAnyOf => Outcome::any(each),
            Operator::Neq | Operator::IsNoneOf => Outcome::any(each).not(),
            _ => Outcome::Undetermined,
        }
    }
}

/// A stated purpose is a narrower thing than the one a policy names, so that equality means "falls under".
fn of_purpose(purpose: Purpose, operator: Operator, right: &[Value]) -> Outcome {
    let each = right.iter().map(|value| match value {
        Value::Iri(iri) => purpose.satisfies(iri).map_or(Outcome::Undetermined, Outcome::of),
        _ => Outcome::Undetermined,
    });
    match operator {
        Operator::Eq | Operator::IsA | Operator::IsAnyOf => Outcome::any(each),
        Operator::Neq | Operator::IsNoneOf => Outcome::any(each).not(),
        _ => Outcome::Undetermined,
    }
}

/// The refinements and constraints of a rule with their pointers.
fn conditions<'a>(rule: &'a Rule, at: &str) -> impl Iterator<Item = (&'a Constraint, String)> {
    let at = at.to_owned();
    let refinements = rule.refinements.iter().enumerate().map(|(i, c)| ("action/odrl:refinement", i, c));
    let constraints = rule.constraints.iter().enumerate().map(|(i, c)| ("constraint", i, c));
    refinements.chain(constraints).map(move |(key, i, constraint)| (constraint, format!("{at}/{key}/{i}")))
}

/// Whether a rule on this action is about a use for this purpose. Without a purpose the use is at least text
/// and data mining, and may be anything narrower.
fn covers(action: Action, purpose: Option<Purpose>) -> Outcome {
    let asked = purpose.map_or(Action::Mine, Purpose::action);
    if asked.is_included_in(action) {
        Outcome::Satisfied
    } else if purpose.is_none() && action.is_included_in(asked) {
        Outcome::Undetermined
    } else {
        Outcome::Violated
    }
}

/// As [`covers`], for prohibitions. Two of them concern the manner of any use: whether bytes will leave a
/// secure environment is not known here, and whether a use is commercial only where it is research.
fn prohibits(action: Action, purpose: Option<Purpose>) -> Outcome {
    match (action, purpose) {
        (Action::CommercialUse, Some(Purpose::Research)) => Outcome::Violated,
        (Action::CommercialUse | Action::Download, _) => Outcome::Undetermined,
        _ => covers(action, purpose),
    }
}

/// Whether facts alone can settle a constraint; else the operand or term that they cannot settle.
pub(super) fn decidable(constraint: &Constraint) -> Result<(), String> {
    match constraint {
        Constraint::Logical(_, parts) => parts.iter().try_for_each(decidable),
        Constraint::Atomic { left: LeftOperand::DateTime | LeftOperand::SpaceMembership, .. } => Ok(()),
        Constraint::Atomic { left: LeftOperand::Purpose, right, .. } => {
            let foreign = right.iter().find(|value| !Purpose::is_named(&value.to_string()));
            foreign.map_or(Ok(()), |value| Err(value.to_string()))
        }
        Constraint::Atomic { left, .. } => Err(left.to_string()),
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
        let concerns = |purpose: &Purpose| covers(rule.action, Some(*purpose)) == Outcome::Satisfied;
        if Purpose::ALL.iter().any(concerns) {
            found.extend(unsettled(rule, &format!("/prohibition/{i}")));
        }
    }
    found
}

fn unsettled(rule: &Rule, at: &str) -> Vec<(String, String)> {
    let reasons = conditions(rule, at).map(|(constraint, pointer)| (pointer, decidable(constraint)));
    reasons.filter_map(|(pointer, result)| result.err().map(|what| (pointer, what))).collect()
}
