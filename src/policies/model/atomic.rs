//! One comparison: what is known of a left operand, held against what the policy wants.

use std::cmp::Ordering;

use super::duo::DuoTerm;
use super::facts::{EvaluationScope, EvidenceSource, Facts, Found};
use super::iri::Iri;
use super::label::Label;
use super::operand::{self, LeftOperand};
use super::places::Place;
use super::purpose::Purpose;
use super::truth::Truth;
use super::value::{Duration, Value};
use super::vocabulary::Operator;
use crate::identity::OrganisationKind;

/// What came of a comparison.
pub(super) struct Answer {
    pub(super) truth: Truth,
    pub(super) label: Label,
    pub(super) reason: String,
    /// What is known, as policies write it.
    pub(super) found: Vec<String>,
    pub(super) source: Option<EvidenceSource>,
}

/// For which kind of rule a comparison is made: what speaks for a use meets a permission and fails a prohibition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Permission,
    Prohibition,
}

/// Holds what is known of an operand against what a policy wants.
pub(super) fn decide(
    (left, operator, right, unit): (LeftOperand, Operator, &[Value], Option<&Iri>),
    side: Side,
    facts: &Facts,
) -> Answer {
    let definition = left.definition();
    let wanted: Vec<_> = right.iter().map(Value::to_string).collect();
    let says = format!("{left} {operator} {}", wanted.join(", "));
    let open = |truth, why: &str| Answer {
        truth,
        label: definition.label,
        reason: format!("{says}: {why}"),
        found: Vec::new(),
        source: None,
    };
    if !definition.scopes.contains(&facts.scope) {
        return if definition.label == Label::MachineDecided
            && definition.scopes.contains(&EvaluationScope::Download)
        {
            open(Truth::Later, "the register decides it at each download")
        } else {
            open(Truth::Unknown, "people decide about it")
        };
    }
    if matches!(left, LeftOperand::DuoPermission | LeftOperand::DuoModifiers) {
        return duo(operator, right, facts, &says);
    }
    let Some(found) = facts.find(left) else {
        // A credential that was given to no environment is known, also where nobody states one.
        return if left == LeftOperand::ProcessingEnvironment && facts.scope == EvaluationScope::Download {
            open(in_favour(side).not(), "the credential was not given to such an environment")
        } else {
            open(Truth::Unknown, "nothing is known of it")
        };
    };
    let truth = compare(left, operator, &found, right, unit, facts);
    let truth =
        if found.source == EvidenceSource::Stated { claimed(left, truth, side, facts.scope) } else { truth };
    let known: Vec<_> = found.values.iter().map(Value::to_string).collect();
    let listed = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let how = match (found.source, truth) {
        (EvidenceSource::Stated, Truth::Unknown) => format!("stated as {listed}, for people to confirm"),
        (EvidenceSource::Stated, Truth::Later) => {
            format!("stated as {listed}; the credential decides at each download")
        }
        (EvidenceSource::Stated, Truth::Violated) if left == LeftOperand::ProcessingEnvironment => {
            format!("stated as {listed}, and the credential was not given to such an environment")
        }
        (EvidenceSource::Stated, _) => format!("stated as {listed}"),
        (EvidenceSource::Clock, _) => format!("it is {listed}"),
        (EvidenceSource::Account, _) => format!("with this it is download {listed} of the file"),
        _ => format!("known as {listed}"),
    };
    Answer {
        truth,
        label: definition.label,
        reason: format!("{says}: {how}"),
        found: known,
        source: Some(found.source),
    }
}

/// What the applicant says can stand against the use. What it says in favour of it, a reviewer confirms; that the bytes go to
/// a secure environment, only the credential can show.
fn claimed(left: LeftOperand, truth: Truth, side: Side, scope: EvaluationScope) -> Truth {
    let in_favour = in_favour(side);
    if truth != in_favour {
        return truth;
    }
    match (left, left.definition().label) {
        (LeftOperand::ProcessingEnvironment, _) if scope == EvaluationScope::Download => in_favour.not(),
        (LeftOperand::ProcessingEnvironment, _) => Truth::Later,
        (_, Label::Attested) => Truth::Unknown,
        _ => truth,
    }
}

/// The answer that speaks for a use.
fn in_favour(side: Side) -> Truth {
    match side {
        Side::Permission => Truth::Satisfied,
        Side::Prohibition => Truth::Violated,
    }
}

fn compare(
    left: LeftOperand,
    operator: Operator,
    found: &Found,
    right: &[Value],
    unit: Option<&Iri>,
    facts: &Facts,
) -> Truth {
    if let Some(ordered) = ordering_of(left, found, right, unit, facts) {
        return ordered.map_or(Truth::Unknown, |ordering| by_order(operator, ordering));
    }
    let relation = |known: &Value, wanted: &Value| relates(left, known, wanted, facts);
    let has = |wanted: &Value| Truth::any(found.values.iter().map(|known| relation(known, wanted)));
    let each = || right.iter().map(has);
    match operator {
        Operator::Eq | Operator::Neq if is_place(left) => {
            let same = Truth::all(right.iter().map(|wanted| same_place(&found.values, wanted)));
            if operator == Operator::Eq { same } else { same.not() }
        }
        Operator::Eq | Operator::IsA | Operator::IsAllOf => Truth::all(each()),
        Operator::IsAnyOf => Truth::any(each()),
        Operator::Neq | Operator::IsNoneOf => Truth::any(each()).not(),
        Operator::IsPartOf => Truth::all(
            found.values.iter().map(|known| Truth::any(right.iter().map(|wanted| relation(known, wanted)))),
        ),
        Operator::HasPart => Truth::all(right.iter().map(|wanted| contains_place(&found.values, wanted))),
        Operator::Gt | Operator::Gteq | Operator::Lt | Operator::Lteq => Truth::Unknown,
    }
}

/// How a value that has an order stands to the one wanted; the outer `None` where the operand has no order, the inner
/// one where the two cannot be compared.
fn ordering_of(
    left: LeftOperand,
    found: &Found,
    right: &[Value],
    unit: Option<&Iri>,
    facts: &Facts,
) -> Option<Option<Ordering>> {
    let ([known], [wanted]) = (found.values.as_slice(), right) else { return None };
    match (known, wanted) {
        (Value::DateTime(now), Value::DateTime(at)) => Some(Some(now.cmp(at))),
        // A day of UTC compares as a whole: `lteq` a day includes its last instant.
        (Value::DateTime(now), day @ Value::Date(_)) => {
            let today = now.to_string().split_once('T').map(|(today, _)| today.to_owned());
            Some(today.map(|today| today.as_str().cmp(day.to_string().as_str())))
        }
        (Value::Integer(known), Value::Integer(wanted)) => Some(Some(known.cmp(wanted))),
        (Value::Decimal(known), Value::Decimal(wanted)) => {
            let comparable = left != LeftOperand::PayAmount || same_currency(unit, facts);
            Some(comparable.then(|| known.cmp(wanted)))
        }
        (Value::Duration(_), Value::Duration(wanted)) => Some(elapsed_against(*wanted, facts)),
        _ => None,
    }
}

fn by_order(operator: Operator, ordering: Ordering) -> Truth {
    match operator {
        Operator::Eq => Truth::of(ordering == Ordering::Equal),
        Operator::Neq => Truth::of(ordering != Ordering::Equal),
        Operator::Lt => Truth::of(ordering == Ordering::Less),
        Operator::Lteq => Truth::of(ordering != Ordering::Greater),
        Operator::Gt => Truth::of(ordering == Ordering::Greater),
        Operator::Gteq => Truth::of(ordering != Ordering::Less),
        _ => Truth::Unknown,
    }
}

/// Months have no length of their own: the span is counted on the calendar from the day on which the grant began.
fn elapsed_against(wanted: Duration, facts: &Facts) -> Option<Ordering> {
    let since = facts.granted_at.unwrap_or(facts.now);
    Some(facts.now.cmp(&wanted.after(since)?))
}

/// A policy without a currency compares amounts as they are.
fn same_currency(unit: Option<&Iri>, facts: &Facts) -> bool {
    let Some(unit) = unit else { return true };
    let stated = facts.statement.payment.as_ref().map(|payment| payment.currency.as_str());
    unit.last_segment() == stated
}

/// Whether what is known falls under what is wanted.
fn relates(left: LeftOperand, known: &Value, wanted: &Value, facts: &Facts) -> Truth {
    match (left, known, wanted) {
        (LeftOperand::Purpose, _, Value::Iri(named)) => {
            let satisfies = facts.purpose.and_then(|purpose| purpose.satisfies(named));
            satisfies.map_or(Truth::Unknown, Truth::of)
        }
        (LeftOperand::SpaceMembership, Value::Text(known), wanted) => {
            operand::space(wanted).map_or(Truth::Unknown, |space| Truth::of(space.as_str() == known))
        }
        (LeftOperand::Industry, Value::Text(sector), Value::Iri(class)) => industry(sector, class),
        (LeftOperand::Recipient, _, Value::Iri(wanted)) => recipient(wanted, facts),
        (LeftOperand::FileFormat, Value::Text(known), Value::Iri(format)) => file_format(known, format),
        (LeftOperand::ProcessingLocation | LeftOperand::Spatial, known, wanted) => {
            match (stated_place(known), named_place(wanted)) {
                (Some(known), Some(wanted)) => known.within(&wanted),
                _ => Truth::Unknown,
            }
        }
        (
            LeftOperand::ModelAccess | LeftOperand::EthicsApproval | LeftOperand::ProcessingEnvironment,
            _,
            _,
        )
        | (LeftOperand::Version, Value::Text(_), Value::Text(_)) => Truth::of(known == wanted),
        (LeftOperand::FileFormat, Value::Text(known), Value::Text(wanted)) => {
            Truth::of(known.eq_ignore_ascii_case(wanted))
        }
        _ => Truth::Unknown,
    }
}

fn is_place(left: LeftOperand) -> bool {
    matches!(left, LeftOperand::ProcessingLocation | LeftOperand::Spatial)
}

fn stated_place(value: &Value) -> Option<Place> {
    if let Value::Text(code) = value { Place::stated(code) } else { None }
}

fn named_place(value: &Value) -> Option<Place> {
    if let Value::Iri(iri) = value { Place::named(iri) } else { None }
}

/// The very same place: a country is not the union it lies in. A union may still mean one of its countries.
fn same_place(known: &[Value], wanted: &Value) -> Truth {
    let Some(wanted) = named_place(wanted) else { return Truth::Unknown };
    Truth::any(known.iter().map(|known| match stated_place(known) {
        Some(known) if known == wanted => Truth::Satisfied,
        Some(known) if wanted.within(&known) == Truth::Satisfied => Truth::Unknown,
        Some(_) => Truth::Violated,
        None => Truth::Unknown,
    }))
}

/// All of the wanted place is meant, so that no country contains a union.
fn contains_place(known: &[Value], wanted: &Value) -> Truth {
    let Some(wanted) = named_place(wanted) else { return Truth::Unknown };
    Truth::any(known.iter().map(|known| match stated_place(known) {
        Some(known) => Truth::of(wanted.within(&known) == Truth::Satisfied),
        None => Truth::Unknown,
    }))
}

/// A class of NACE Rev. 2.1, named by the last segment of its IRI: with the letter of its section or without.
fn industry(sector: &str, class: &Iri) -> Truth {
    let (Some(wanted), true) = (class.last_segment(), class.as_str().contains("nace")) else {
        return Truth::Unknown;
    };
    let parts = |code: &str| {
        let letter = code.chars().next().filter(char::is_ascii_uppercase);
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        (letter, digits)
    };
    let ((letter, digits), (wanted_letter, wanted_digits)) = (parts(sector), parts(wanted));
    // A division has two digits: a single one is no class.
    if wanted_letter.is_none() && wanted_digits.is_empty() || wanted_digits.len() == 1 {
        return Truth::Unknown;
    }
    if wanted_letter.is_some_and(|wanted| letter != Some(wanted)) {
        return Truth::Violated;
    }
    if digits.starts_with(&wanted_digits) {
        Truth::Satisfied
    } else if wanted_digits.starts_with(&digits) {
        // The organisation states less than the policy asks for.
        Truth::Unknown
    } else {
        Truth::Violated
    }
}

/// A recipient is named by its kind, by one of its names, or by its place in a register: `…/organisations/SLUG`.
fn recipient(wanted: &Iri, facts: &Facts) -> Truth {
    let kind = |kind| facts.organisation_kind.map_or(Truth::Unknown, |known| Truth::of(known == kind));
    match wanted.compact().as_str() {
        "cad:PublicBody" => kind(OrganisationKind::PublicBody),
        "cad:Sme" => kind(OrganisationKind::Sme),
        "cad:Research" => kind(OrganisationKind::Research),
        // A small or medium-sized enterprise is one.
        "cad:Company" => kind(OrganisationKind::Company).or(kind(OrganisationKind::Sme)),
        _ if facts.parties.contains(wanted) => Truth::Satisfied,
        full if full.contains("/organisations/") => {
            let slug = facts.organisation.as_ref().map(|slug| slug.as_str());
            slug.map_or(Truth::Unknown, |slug| Truth::of(wanted.last_segment() == Some(slug)))
        }
        _ => Truth::Unknown,
    }
}

/// A media type, also as the IANA writes it in a URL.
fn file_format(known: &str, format: &Iri) -> Truth {
    match format.as_str().split_once("/media-types/") {
        Some((_, wanted)) => Truth::of(wanted.eq_ignore_ascii_case(known)),
        None => Truth::Unknown,
    }
}

/// The terms of a dataset against a use: every one that the policy names is asked.
fn duo(operator: Operator, right: &[Value], facts: &Facts, says: &str) -> Answer {
    let each: Vec<(String, Truth)> = right
        .iter()
        .map(|value| {
            let term = if let Value::Iri(iri) = value { DuoTerm::named(iri) } else { None };
            (value.to_string(), term.map_or(Truth::Unknown, |term| term.met_by(facts)))
        })
        .collect();
    let truths = each.iter().map(|(_, truth)| *truth);
    let truth = match operator {
        Operator::Eq | Operator::IsA | Operator::IsAllOf => Truth::all(truths),
        Operator::IsAnyOf => Truth::any(truths),
        Operator::Neq | Operator::IsNoneOf => Truth::any(truths).not(),
        _ => Truth::Unknown,
    };
    let told: Vec<_> = each.iter().map(|(term, truth)| format!("{term} is {}", truth.outcome())).collect();
    Answer {
        truth,
        label: Label::MachineDecided,
        reason: format!("{says}: {}", told.join(", ")),
        found: Vec::new(),
        source: Some(EvidenceSource::Stated),
    }
}

/// Whether the register can settle a comparison with this value once it knows the fact.
pub(super) fn can_settle(left: LeftOperand, wanted: &Value) -> bool {
    match (left, wanted) {
        (LeftOperand::DuoPermission | LeftOperand::DuoModifiers, Value::Iri(iri)) => {
            DuoTerm::named(iri).is_some_and(DuoTerm::is_matched)
        }
        (LeftOperand::Purpose, wanted) => Purpose::is_named(&wanted.to_string()),
        (LeftOperand::Industry, Value::Iri(class)) => class.as_str().contains("nace"),
        (LeftOperand::Recipient, Value::Iri(iri)) => {
            left.listed_terms().contains(&iri.compact().as_str()) || iri.as_str().contains("/organisations/")
        }
        (LeftOperand::FileFormat, Value::Iri(format)) => format.as_str().contains("/media-types/"),
        _ => true,
    }
}
