//! A condition as a clause: what follows "only if" or "if".

use super::values::{Form, value};
use super::voice::Voice;
use super::words;
use crate::i18n::{Key, key};
use crate::policies::model::{Constraint, Iri, LeftOperand, Operator, Value};

/// How what a left operand is about is put into words.
enum Wording {
    /// Something that is, or is not, this or that.
    Choice(Key),
    /// A state, which is never of a kind.
    State(Key),
    /// A quantity.
    Measure(Key),
    /// A place.
    Place(Key),
    /// The moment of the use.
    Moment,
    /// The moment of the use, told by an event.
    Event,
    /// Membership in data spaces.
    Membership,
    /// The one state of an approval.
    EthicsApproval,
    /// The conditions of the Data Use Ontology.
    DuoModifiers,
}

fn wording(left: LeftOperand) -> Wording {
    use Wording::{Choice, Measure, Place, State};
    match left {
        LeftOperand::Count => Measure(key!("subject-count")),
        LeftOperand::DateTime => Wording::Moment,
        LeftOperand::DelayPeriod => Measure(key!("subject-delay")),
        LeftOperand::DeliveryChannel => Choice(key!("subject-delivery-channel")),
        LeftOperand::ElapsedTime => Measure(key!("subject-elapsed-time")),
        LeftOperand::Event => Wording::Event,
        LeftOperand::FileFormat => Choice(key!("subject-file-format")),
        LeftOperand::Industry => Choice(key!("subject-industry")),
        LeftOperand::Language => Choice(key!("subject-language")),
        LeftOperand::Media => Choice(key!("subject-media")),
        LeftOperand::MeteredTime => Measure(key!("subject-metered-time")),
        LeftOperand::PayAmount => Measure(key!("subject-pay-amount")),
        LeftOperand::Percentage => Measure(key!("subject-percentage")),
        LeftOperand::Resolution => Measure(key!("subject-resolution")),
        LeftOperand::Product => Choice(key!("subject-product")),
        LeftOperand::Purpose => Choice(key!("subject-purpose")),
        LeftOperand::Recipient => Choice(key!("subject-recipient")),
        LeftOperand::Spatial => Place(key!("subject-spatial")),
        LeftOperand::SystemDevice => Choice(key!("subject-system-device")),
        LeftOperand::TimeInterval => Measure(key!("subject-time-interval")),
        LeftOperand::UnitOfCount => Choice(key!("subject-unit-of-count")),
        LeftOperand::Version => Choice(key!("subject-version")),
        LeftOperand::VirtualLocation => Choice(key!("subject-virtual-location")),
        LeftOperand::SpaceMembership => Wording::Membership,
        LeftOperand::ProcessingLocation => Place(key!("subject-processing-location")),
        LeftOperand::ProcessingEnvironment => Choice(key!("subject-processing-environment")),
        LeftOperand::GrantElapsed => Measure(key!("subject-grant-elapsed")),
        LeftOperand::EthicsApproval => Wording::EthicsApproval,
        LeftOperand::DuoPermission => Choice(key!("subject-duo-permission")),
        LeftOperand::DuoModifiers => Wording::DuoModifiers,
        LeftOperand::Citation => Choice(key!("subject-citation")),
        LeftOperand::ModelAccess => State(key!("subject-model-access")),
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
    match wording(left) {
        Wording::Choice(subject) => choice(voice, subject, operator, values),
        Wording::State(subject) if operator == Operator::IsA => choice(voice, subject, Operator::Eq, values),
        Wording::State(subject) => choice(voice, subject, operator, values),
        Wording::Measure(subject) => match comparison(voice, operator, &values) {
            Some(comparison) => {
                let subject = voice.say(subject, &[]);
                let args = [("subject", subject.into()), ("comparison", comparison.into())];
                voice.say(key!("clause-measure"), &args)
            }
            None => choice(voice, subject, operator, values),
        },
        Wording::Place(subject) => place(voice, subject, operator, values),
        Wording::Moment | Wording::Event => match moment(voice, left, operator, &values) {
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
