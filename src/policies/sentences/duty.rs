//! How a duty is to be done: constraints that are no conditions of it but its deadline, its wording or its amount.

use super::clause::{comparison, moment};
use super::values::{Form, value};
use super::voice::Voice;
use crate::i18n::key;
use crate::policies::model::{Constraint, LeftOperand, Operator, Rule};

/// The words that follow the action, and the constraints that are conditions all the same.
pub(super) fn manner(voice: Voice, duty: &Rule) -> (Vec<String>, Vec<&Constraint>) {
    let event = find(duty, LeftOperand::Event, &[Operator::Eq]);
    let delay = find(duty, LeftOperand::DelayPeriod, &[Operator::Lteq]);
    let mut manner = Vec::new();
    let mut rest = Vec::new();
    for constraint in &duty.constraints {
        let is = |other: Option<&Constraint>| other.is_some_and(|other| std::ptr::eq(other, constraint));
        match how(voice, constraint) {
            // The deadline counts from the event, whichever of the two is written first.
            Some(_) if is(event) && delay.is_some() => {}
            Some(within) if is(delay) => manner.push(match event {
                Some(event) => within_of(voice, constraint, event),
                None => within,
            }),
            Some(how) => manner.push(how),
            None => rest.push(constraint),
        }
    }
    (manner, rest)
}

fn find<'a>(duty: &'a Rule, wanted: LeftOperand, operators: &[Operator]) -> Option<&'a Constraint> {
    duty.constraints.iter().find(|constraint| {
        matches!(constraint, Constraint::Atomic { left, operator, .. }
            if *left == wanted && operators.contains(operator))
    })
}

fn within_of(voice: Voice, delay: &Constraint, event: &Constraint) -> String {
    let args = [("span", first(voice, delay).into()), ("event", first(voice, event).into())];
    voice.say(key!("how-within-of"), &args)
}

/// The first value of a comparison, in words.
fn first(voice: Voice, constraint: &Constraint) -> String {
    match constraint {
        Constraint::Atomic { left, right, unit, .. } => right
            .first()
            .map(|right| value(voice, *left, right, Form { unit: unit.as_ref(), within: false }))
            .unwrap_or_default(),
        Constraint::Logical(..) => String::new(),
    }
}

/// The manner that a constraint of a duty tells; none when it tells when the duty is owed.
fn how(voice: Voice, constraint: &Constraint) -> Option<String> {
    let Constraint::Atomic { left, operator, .. } = constraint else { return None };
    let value = first(voice, constraint);
    match (left, operator) {
        (LeftOperand::DelayPeriod, Operator::Lteq) => {
            Some(voice.say(key!("how-within"), &[("span", value.into())]))
        }
        (LeftOperand::Event | LeftOperand::DateTime, _) => moment(voice, *left, *operator, &[value]),
        (LeftOperand::Citation, Operator::Eq) => {
            Some(voice.say(key!("how-citation"), &[("values", value.into())]))
        }
        (LeftOperand::PayAmount, _) => {
            let comparison = comparison(voice, *operator, &[value])?;
            Some(voice.say(key!("how-amount"), &[("comparison", comparison.into())]))
        }
        _ => None,
    }
}
