//! Makes a policy out of a template and its parameters.

use serde_json::{Map, Value as Json};

use super::definition::TemplateId;
use super::given::Given;
use crate::kernel::{Error, Result, Timestamp};
use crate::policies::model::{
    Action, Constraint, Iri, LeftOperand, Operator, Permission, Policy, PolicyKind, Rule, Value,
};

/// The policy that a template makes of these parameters: an offer named `urn:cadastre:offer:TEMPLATE`.
///
/// # Errors
/// 422 with everything that is wrong, at pointers that begin with the parameter's name.
pub fn instantiate(id: TemplateId, parameters: &Map<String, Json>) -> Result<Policy> {
    let given = Given::read(id, parameters)?;
    let name = format!("urn:cadastre:offer:{id}");
    let name = Iri::parse(&name).ok_or_else(|| Error::internal("name of an offer", name))?;
    let mut policy = Policy {
        id: name,
        kind: PolicyKind::Offer,
        profiles: Vec::new(),
        assigner: None,
        assignee: None,
        target: None,
        permissions: Vec::new(),
        prohibitions: Vec::new(),
        obligations: Vec::new(),
    };
    fill(&mut policy, id, &given)?;
    Ok(policy)
}

fn fill(policy: &mut Policy, id: TemplateId, given: &Given) -> Result<()> {
    use LeftOperand as Left;
    match id {
        TemplateId::Purpose => permit(policy, [is_any_of(Left::Purpose, given.all("purposes"))]),
        TemplateId::TimeWindow => permit(policy, window(given)?),
        TemplateId::MembersOnly => permit(policy, [is_any_of(Left::SpaceMembership, given.all("spaces"))]),
        TemplateId::Sector => permit(policy, [is_any_of(Left::Industry, given.all("sectors"))]),
        TemplateId::EeaProcessing => {
            let area = given.all("area");
            permit(policy, [atomic(Left::ProcessingLocation, Operator::IsPartOf, area.clone())]);
            let outside = atomic(Left::Spatial, Operator::IsNoneOf, area);
            policy.prohibitions.push(rule(Action::Transfer, [outside]));
        }
        TemplateId::NoncommercialResearch => {
            permit(policy, [is_any_of(Left::Purpose, vec![term("cad:NonCommercialResearch")?])]);
            policy.prohibitions.push(rule(Action::CommercialUse, []));
        }
        TemplateId::Count => permit(policy, given.one("downloads").map(|most| at_most(Left::Count, most))),
        TemplateId::DeleteAfter => {
            permit(policy, given.one("use_for").map(|span| at_most(Left::GrantElapsed, span)));
            let ended = one(Left::Event, Operator::Eq, term("cad:grantEnded")?);
            let within = given.one("delete_within").map(|span| at_most(Left::DelayPeriod, span));
            policy.obligations.push(rule(Action::Delete, within.into_iter().chain([ended])));
        }
        TemplateId::NoRedistribution => {
            permit(policy, []);
            policy.prohibitions.push(rule(Action::Distribute, []));
            if given.is_true("weights") {
                let beyond = one(Left::ModelAccess, Operator::Neq, term("cad:InternalOnly")?);
                policy.prohibitions.push(rule(Action::DistributeModelWeights, [beyond]));
            }
        }
        TemplateId::Attribution => {
            permit(policy, []);
            let citation = given.one("citation").map(|text| one(Left::Citation, Operator::Eq, text));
            policy.obligations.push(rule(Action::Attribute, citation));
        }
        TemplateId::Ethics => {
            permit(policy, [one(Left::EthicsApproval, Operator::Eq, term("cad:Verified")?)]);
        }
        TemplateId::Duo => {
            let permission =
                given.one("permission").map(|term| one(Left::DuoPermission, Operator::IsA, term));
            let modifiers = given.all("modifiers");
            let modifiers =
                (!modifiers.is_empty()).then(|| atomic(Left::DuoModifiers, Operator::IsAllOf, modifiers));
            permit(policy, permission.into_iter().chain(modifiers));
        }
        TemplateId::TdmOptout => {
            let research = term("tdm:research")?;
            let except = given
                .is_true("except_research")
                .then(|| atomic(Left::Purpose, Operator::IsNoneOf, vec![research]));
            policy.prohibitions.push(rule(Action::Mine, except));
        }
        TemplateId::Price => {
            let unit = given.one("currency").and_then(|currency| match currency {
                Value::Iri(iri) => Some(iri),
                _ => None,
            });
            let price = given.one("amount").map(|amount| Constraint::Atomic {
                left: Left::PayAmount,
                operator: Operator::Gteq,
                right: vec![amount],
                unit,
            });
            permit(policy, price);
            policy.obligations.push(rule(Action::Compensate, []));
        }
        TemplateId::SecureEnvironment => {
            permit(policy, [is_any_of(Left::ProcessingEnvironment, given.all("environments"))]);
            policy.prohibitions.push(rule(Action::Download, []));
        }
    }
    Ok(())
}

/// From one moment to another, at least one of which is given.
fn window(given: &Given) -> Result<Vec<Constraint>> {
    let (from, until) = (given.one("from"), given.one("until"));
    if from.is_none() && until.is_none() {
        return Err(Error::invalid("/from", "required", "give from, until or both"));
    }
    if let (Some(from), Some(until)) = (&from, &until)
        && first_instant(from) > last_instant(until)
    {
        return Err(Error::invalid("/until", "out_of_range", "must not lie before from"));
    }
    let from = from.map(|moment| one(LeftOperand::DateTime, Operator::Gteq, moment));
    let until = until.map(|moment| at_most(LeftOperand::DateTime, moment));
    Ok(from.into_iter().chain(until).collect())
}

fn first_instant(moment: &Value) -> Option<Timestamp> {
    match moment {
        Value::DateTime(at) => Some(*at),
        day => format!("{day}T00:00:00Z").parse().ok(),
    }
}

/// A day is over at its end.
fn last_instant(moment: &Value) -> Option<Timestamp> {
    match moment {
        Value::DateTime(at) => Some(*at),
        day => format!("{day}T23:59:59.999Z").parse().ok(),
    }
}

/// Permits any use under these conditions.
fn permit(policy: &mut Policy, constraints: impl IntoIterator<Item = Constraint>) {
    policy.permissions.push(Permission { rule: rule(Action::Use, constraints), duties: Vec::new() });
}

fn rule(action: Action, constraints: impl IntoIterator<Item = Constraint>) -> Rule {
    Rule {
        assigner: None,
        assignee: None,
        target: None,
        action,
        refinements: Vec::new(),
        constraints: constraints.into_iter().collect(),
    }
}

fn atomic(left: LeftOperand, operator: Operator, right: Vec<Value>) -> Constraint {
    Constraint::Atomic { left, operator, right, unit: None }
}

fn one(left: LeftOperand, operator: Operator, value: Value) -> Constraint {
    atomic(left, operator, vec![value])
}

fn is_any_of(left: LeftOperand, values: Vec<Value>) -> Constraint {
    atomic(left, Operator::IsAnyOf, values)
}

fn at_most(left: LeftOperand, value: Value) -> Constraint {
    one(left, Operator::Lteq, value)
}

/// A term of our own vocabularies.
fn term(name: &'static str) -> Result<Value> {
    Iri::parse(name).map(Value::Iri).ok_or_else(|| Error::internal("term of a template", name))
}
