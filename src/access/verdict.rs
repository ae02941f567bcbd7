//! What the terms of a dataset say about a use by an organisation.

use super::store;
use crate::db::Conn;
use crate::kernel::{Error, Kind, OrganisationId, Result, Timestamp};
use crate::policies::{EvaluationScope, Facts, Outcome, Purpose, Terms, Verdict, evaluate};

/// The code of a use that the terms do not permit.
pub(super) const VIOLATED: &str = "policy_violated";

/// Holds a use against the offer; nothing to say when the terms are an access mode alone.
pub(super) fn of_use(
    conn: &mut Conn,
    terms: &Terms,
    organisation: &OrganisationId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Verdict>> {
    let Some(offer) = terms.offer() else { return Ok(None) };
    let spaces = store::spaces_of(conn, organisation)?;
    let facts =
        Facts { purpose: Some(purpose), spaces: Some(spaces), ..Facts::at(now, EvaluationScope::Request) };
    Ok(Some(evaluate(offer, &facts)))
}

/// Goes on unless the terms are violated.
pub(super) fn permitted(verdict: Option<&Verdict>, kind: Kind, dataset: &str) -> Result<()> {
    match verdict.filter(|verdict| verdict.outcome == Outcome::Violated) {
        None => Ok(()),
        Some(verdict) => Err(Error::new(
            kind,
            VIOLATED,
            format!("the terms of use do not permit this: {}", violated_lines(verdict)),
        )
        .next(format!("/api/v1/datasets/{dataset}/policy"))),
    }
}

/// The lines that stand against the use, each with its place in the offer.
fn violated_lines(verdict: &Verdict) -> String {
    let lines: Vec<String> = verdict
        .lines
        .iter()
        .filter(|line| line.outcome == Outcome::Violated)
        .map(|line| {
            format!("{} ({})", if line.pointer.is_empty() { "/" } else { &line.pointer }, line.reason)
        })
        .collect();
    lines.join("; ")
}
