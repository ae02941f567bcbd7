//! Makes one offer out of several policies; the algebra is told in the parent module.

use crate::kernel::{Digest, Error, Result, canonical_json};
use crate::policies::model::{Action, Iri, Permission, Policy, PolicyKind, Rule};

/// The most policies that are composed at once.
pub const MAX_PARTS: usize = 32;
/// The most permissions on the way; a policy has at most 64 rules.
const MAX_PERMISSIONS: usize = 64;

/// One offer that permits what all parts permit and prohibits what any part prohibits. Its name is made from what it
/// says, so that the same parts always give the same offer.
///
/// # Errors
/// 422 with the pointer of the part, counted from 0, when a part is no offer for everyone, when parts name different
/// assigners, when no use is permitted by all of them, or when the whole exceeds the limits of a policy.
pub fn compose(parts: &[Policy]) -> Result<Policy> {
    if parts.is_empty() || parts.len() > MAX_PARTS {
        let detail = format!("compose 1 to {MAX_PARTS} policies");
        return Err(Error::invalid("", "out_of_range", detail));
    }
    for (i, part) in parts.iter().enumerate() {
        goes_to_everyone(part).map_err(|error| error.at(&format!("/{i}")))?;
    }
    let mut whole = Policy {
        id: named("urn:cadastre:offer:composed")?,
        kind: PolicyKind::Offer,
        profiles: Vec::new(),
        assigner: assigner(parts)?,
        assignee: None,
        target: None,
        permissions: permissions(parts)?,
        prohibitions: Vec::new(),
        obligations: Vec::new(),
    };
    for part in parts {
        unite(&mut whole.prohibitions, &part.prohibitions);
        unite(&mut whole.obligations, &part.obligations);
        unite(&mut whole.profiles, &part.profiles);
    }
    whole.profiles.sort_unstable();
    let digest = Digest::of(canonical_json(&whole.to_json())?);
    whole.id = named(&format!("urn:cadastre:offer:{}", digest.revision()))?;
    // The limits of a policy hold for this one too.
    Policy::parse(&whole.to_json())
}

fn named(name: &str) -> Result<Iri> {
    Iri::parse(name).ok_or_else(|| Error::internal("name of an offer", name))
}

/// Rules that name somebody, or some data, could not be told apart from those for everyone once they are joined.
fn goes_to_everyone(part: &Policy) -> Result<()> {
    let permissions = part.permissions.iter().flat_map(|it| std::iter::once(&it.rule).chain(&it.duties));
    let mut rules = permissions.chain(&part.prohibitions).chain(&part.obligations);
    let named = part.assignee.is_some()
        || part.target.is_some()
        || rules.any(|rule| rule.assigner.is_some() || rule.assignee.is_some() || rule.target.is_some());
    if named || part.kind == PolicyKind::Agreement {
        let detail =
            "offers for everyone are composed; leave out assignee, target and parties of single rules";
        return Err(Error::invalid("", "offer", detail));
    }
    Ok(())
}

fn assigner(parts: &[Policy]) -> Result<Option<Iri>> {
    let mut found: Option<&Iri> = None;
    for (i, part) in parts.iter().enumerate() {
        match (&part.assigner, found) {
            (Some(assigner), Some(other)) if assigner != other => {
                let at = format!("/{i}/assigner");
                return Err(Error::invalid(at, "assigner", format!("an earlier part is given by {other}")));
            }
            (Some(assigner), _) => found = Some(assigner),
            (None, _) => {}
        }
    }
    Ok(found.cloned())
}

/// One permission for each choice of one out of every part that has any.
fn permissions(parts: &[Policy]) -> Result<Vec<Permission>> {
    let mut lists: Vec<&Vec<Permission>> = Vec::new();
    for part in parts.iter().filter(|part| !part.permissions.is_empty()) {
        // The same alternatives twice are the same alternatives.
        if !lists.contains(&&part.permissions) {
            lists.push(&part.permissions);
        }
    }
    let Some((first, others)) = lists.split_first() else { return Ok(Vec::new()) };
    let mut chosen = Vec::new();
    unite(&mut chosen, first);
    for list in others {
        let mut joined = Vec::new();
        for one in &chosen {
            for other in *list {
                unite(&mut joined, joint(one, other).as_slice());
            }
            if joined.len() > MAX_PERMISSIONS {
                let detail = format!("together they make more than {MAX_PERMISSIONS} permissions");
                return Err(Error::invalid("", "too_many", detail));
            }
        }
        chosen = joined;
    }
    if chosen.is_empty() {
        let detail = "there is no use that all of them permit: their actions have nothing in common";
        return Err(Error::invalid("", "incompatible", detail));
    }
    Ok(chosen)
}

/// What both permit; nothing when no use falls under both actions.
fn joint(one: &Permission, other: &Permission) -> Option<Permission> {
    let action = narrower(one.rule.action, other.rule.action)?;
    let mut joint = Permission { rule: Rule { action, ..one.rule.clone() }, duties: one.duties.clone() };
    unite(&mut joint.rule.refinements, &other.rule.refinements);
    unite(&mut joint.rule.constraints, &other.rule.constraints);
    unite(&mut joint.duties, &other.duties);
    Some(joint)
}

/// The actions that include a use form a chain, so that two of them have a use in common only if one includes the
/// other.
fn narrower(one: Action, other: Action) -> Option<Action> {
    if one.is_included_in(other) {
        Some(one)
    } else if other.is_included_in(one) {
        Some(other)
    } else {
        None
    }
}

/// Adds what is not there yet.
fn unite<T: Clone + PartialEq>(whole: &mut Vec<T>, part: &[T]) {
    for item in part {
        if !whole.contains(item) {
            whole.push(item.clone());
        }
    }
}
