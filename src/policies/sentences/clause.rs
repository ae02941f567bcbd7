//! A condition as a clause: what follows "only if" or "if".

use super::values::{Form, value};
use super::voice::Voice;
use super::words;
use crate::i18n::{Key, key};
use crate::policies::model::{Constraint, Iri, LeftOperand, Operator, Value};

/// How what a left operand is about is put into words.
enum Wording {
    /// Something that is, or is not, this or that.
    Choice,
    /// A state, which is never of a kind.
    State,
    /// A quantity.
    Measure,
    /// A place.
    Place,
    /// The moment of the use, or an event that tells it.
    Moment,
    /// Membership in data spaces.
    Membership,
    /// The one state of an approval.
    EthicsApproval,
    /// The conditions of the Data Use Ontology.
    DuoModifiers,
}

fn wording(left: LeftOperand) -> Wording {
    match left {
        LeftOperand::DeliveryChannel
        | LeftOperand::FileFormat
        | LeftOperand::Industry
        | LeftOperand::Language
        | LeftOperand::Media
        | LeftOperand::Product
        | LeftOperand::Purpose
        | LeftOperand::Recipient
        | LeftOperand::SystemDevice
        | LeftOperand::UnitOfCount
        | LeftOperand::Version
        | LeftOperand::VirtualLocation
        | LeftOperand::ProcessingEnvironment
        | LeftOperand::DuoPermission
        | LeftOperand::Citation => Wording::Choice,
        LeftOperand::ModelAccess => Wording::State,
        LeftOperand::Count
        | LeftOperand::DelayPeriod
        | LeftOperand::ElapsedTime
        | LeftOperand::MeteredTime
        | LeftOperand::PayAmount
        | LeftOperand::Percentage
        | LeftOperand::Resolution
        | LeftOperand::TimeInterval
        | LeftOperand::GrantElapsed => Wording::Measure,
        LeftOperand::Spatial | LeftOperand::ProcessingLocation => Wording::Place,
        LeftOperand::DateTime | LeftOperand::Event => Wording::Moment,
        LeftOperand::SpaceMembership => Wording::Membership,
        LeftOperand::EthicsApproval => Wording::EthicsApproval,
        LeftOperand::DuoModifiers => Wording::DuoModifiers,
    }
}

/// Whom and what a rule is about, where it says so: the last part of the pointer, and the clause.
pub(super) fn concerns(
    voice: Voice,
    assignee: Option<&Iri>,
    target: Option<&Iri>,
) -> Vec<(&'static str, String)> {
    let named = [("assignee", key!("clause-assignee"), assignee), ("target", key!("clause-target"), target)];
    let each = named.into_iter().filter_map(|(part, key, iri)| {
        let iri = iri?.as_str();
        Some((part, voice.say(key, &[("iri", iri.into())])))
    });
    each.collect()
}

/// The clause of a condition; a group holds its parts in parentheses.
pub(super) fn clause(voice: Voice, constraint: &Constraint) -> String {
    match constraint {
        Constraint::Atomic { left, operator, right, unit } => {
            atomic(voice, *left, *operator, right, unit.as_ref())
        }
        Constraint::Logical(operator, parts) => {
            let group = voice.say(words::group(*operator), &[]);
            let parts: Vec<_> = parts.iter().map(|part| clause(voice, part)).collect();
            let parts = voice.parts(&parts);
            voice.say(key!("group-within"), &[("group", group.into()), ("parts", parts.into())])
        }
    }
}

fn atomic(
    voice: Voice,
    left: LeftOperand,
    operator: Operator,
    right: &[Value],
    unit: Option<&Iri>,
) -> String {
    let within = matches!(operator, Operator::IsPartOf | Operator::IsAnyOf | Operator::IsNoneOf);
    let form = Form { unit, within };
    let values: Vec<_> = right.iter().map(|right| value(voice, left, right, form)).collect();
    let subject = words::subject(left);
    match wording(left) {
        Wording::Choice => choice(voice, subject, operator, values),
        Wording::State if operator == Operator::IsA => choice(voice, subject, Operator::Eq, values),
        Wording::State => choice(voice, subject, operator, values),
        Wording::Measure => match comparison(voice, operator, &values) {
            Some(comparison) => {
                let subject = voice.say(subject, &[]);
                let args = [("subject", subject.into()), ("comparison", comparison.into())];
                voice.say(key!("clause-measure"), &args)
            }
            None => choice(voice, subject, operator, values),
        },
        Wording::Place => place(voice, subject, operator, values),
        Wording::Moment => match moment(voice, left, operator, &values) {
            Some(when) => voice.say(key!("clause-moment"), &[("when", when.into())]),
            None => voice.any_of(values),
        },
        Wording::Membership => membership(voice, operator, values),
        Wording::EthicsApproval => voice.say(key!("clause-ethics-approval"), &[]),
        Wording::DuoModifiers => duo_modifiers(voice, operator, values),
    }
}

/// `is at most 30 days`.
pub(super) fn comparison(voice: Voice, operator: Operator, values: &[String]) -> Option<String> {
    let [key, _, _] = words::order(operator)?;
    Some(voice.say(key, &[("value", values.first()?.as_str().into())]))
}

/// `no later than 31 December 2026`, `at the end of the grant`.
pub(super) fn moment(
    voice: Voice,
    left: LeftOperand,
    operator: Operator,
    values: &[String],
) -> Option<String> {
    let [_, date, event] = words::order(operator)?;
    let value = values.first()?.as_str();
    Some(match left {
        LeftOperand::Event => voice.say(event, &[("event", value.into())]),
        _ => voice.say(date, &[("value", value.into())]),
    })
}

fn choice(voice: Voice, subject: Key, operator: Operator, values: Vec<String>) -> String {
    let (relation, values, none) = match operator {
        Operator::Neq | Operator::IsNoneOf => ("not", String::new(), voice.none_of(values)),
        Operator::IsA => ("kind", voice.any_of(values), String::new()),
        Operator::IsAllOf | Operator::HasPart => ("is", voice.all_of(values), String::new()),
        Operator::Eq
        | Operator::Gt
        | Operator::Gteq
        | Operator::Lt
        | Operator::Lteq
        | Operator::IsPartOf
        | Operator::IsAnyOf => ("is", voice.any_of(values), String::new()),
    };
    let args = [
        ("subject", voice.say(subject, &[]).into()),
        ("relation", relation.into()),
        ("values", values.into()),
        ("none", none.into()),
    ];
    voice.say(key!("clause-choice"), &args)
}

fn place(voice: Voice, subject: Key, operator: Operator, values: Vec<String>) -> String {
    let count = values.len();
    let none = voice.none_of(values.clone());
    let (relation, values) = match operator {
        Operator::IsPartOf | Operator::IsAnyOf => ("in", voice.any_of(values)),
        Operator::HasPart | Operator::IsAllOf => ("has", voice.all_of(values)),
        Operator::IsNoneOf => ("outside", voice.any_of(values)),
        Operator::Eq
        | Operator::Neq
        | Operator::Gt
        | Operator::Gteq
        | Operator::Lt
        | Operator::Lteq
        | Operator::IsA => return choice(voice, subject, operator, values),
    };
    let subject = voice.say(subject, &[]);
    let args = [
        ("subject", subject.into()),
        ("relation", relation.into()),
        ("count", count.into()),
        ("values", values.into()),
        ("none", none.into()),
    ];
    voice.say(key!("clause-place"), &args)
}

fn membership(voice: Voice, operator: Operator, spaces: Vec<String>) -> String {
    let count = spaces.len();
    let (relation, spaces) = match operator {
        Operator::Neq | Operator::IsNoneOf => ("not", voice.all_of(spaces)),
        Operator::Eq | Operator::IsAllOf | Operator::HasPart => ("is", voice.all_of(spaces)),
        Operator::Gt
        | Operator::Gteq
        | Operator::Lt
        | Operator::Lteq
        | Operator::IsA
        | Operator::IsPartOf
        | Operator::IsAnyOf => ("any", voice.all_of(spaces)),
    };
    let args = [("relation", relation.into()), ("count", count.into()), ("spaces", spaces.into())];
    voice.say(key!("clause-membership"), &args)
}

fn duo_modifiers(voice: Voice, operator: Operator, values: Vec<String>) -> String {
    let count = values.len();
    let (relation, values) = match operator {
        Operator::Neq | Operator::IsNoneOf => ("not", voice.all_of(values)),
        Operator::IsA | Operator::IsPartOf | Operator::IsAnyOf => ("any", voice.any_of(values)),
        Operator::Eq
        | Operator::Gt
        | Operator::Gteq
        | Operator::Lt
        | Operator::Lteq
        | Operator::HasPart
        | Operator::IsAllOf => ("all", voice.all_of(values)),
    };
    let args = [("relation", relation.into()), ("count", count.into()), ("values", values.into())];
    voice.say(key!("clause-duo-modifiers"), &args)
}
