//! An evaluation of a policy as it is kept and shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::states::RequestState;
use crate::kernel::{Digest, Error, GrantId, Kind, RequestId, Result, Slug, Timestamp};
use crate::policies::{Evaluation, Line, Outcome, Purpose, Trace};

/// The code of a use that the terms do not permit.
const VIOLATED: &str = "policy_violated";

/// Goes on unless the terms are violated.
///
/// # Errors
/// `policy_violated`, of the given kind, naming the lines that stand against the use.
pub(in crate::access) fn not_violated(evaluation: &Evaluation, kind: Kind, dataset: &str) -> Result<()> {
    match evaluation.trace.outcome {
        Outcome::Satisfied | Outcome::Undetermined => Ok(()),
        Outcome::Violated => {
            let lines = evaluation.trace.lines.iter().filter(|line| line.outcome == Outcome::Violated);
            let detail = format!("the terms of use do not permit this: {}", told(lines));
            Err(Error::new(kind, VIOLATED, detail).next(format!("/api/v1/datasets/{dataset}/policy")))
        }
    }
}

/// Goes on only if the terms are satisfied.
///
/// # Errors
/// As [`not_violated`], and `policy_undetermined` naming the lines that nobody has confirmed.
pub(in crate::access) fn satisfied(evaluation: &Evaluation, kind: Kind, dataset: &str) -> Result<()> {
    not_violated(evaluation, kind, dataset)?;
    match evaluation.trace.outcome {
        Outcome::Satisfied | Outcome::Violated => Ok(()),
        Outcome::Undetermined => {
            let open = evaluation.trace.lines.iter().filter(|line| line.outcome == Outcome::Undetermined);
            let detail = format!(
                "the terms of use leave lines to a reviewer, who has to confirm each with a reason: {}",
                told(open)
            );
            let next = format!("/api/v1/datasets/{dataset}/policy");
            Err(Error::new(kind, "policy_undetermined", detail).next(next))
        }
    }
}

/// Lines, each with its place in the offer.
fn told<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let lines: Vec<String> = lines
        .map(|line| {
            let pointer = if line.pointer.is_empty() { "/" } else { &line.pointer };
            format!("{pointer} ({})", line.reason)
        })
        .collect();
    lines.join("; ")
}

/// An evaluation as it was made, with all it rested on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Evaluated {
    /// The SHA-256 of the trace's canonical JSON (RFC 8785), which the journal's events name.
    pub digest: Digest,
    /// The revision of the terms that was evaluated.
    pub policy_revision: i64,
    /// When.
    pub at: Timestamp,
    /// The grant whose delivery it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// Policy, facts, lines and outcome.
    pub trace: Trace,
}

/// What a policy would have said of the requests that were made.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(example = json!({"replayed": 220, "satisfied": 180, "violated": 14, "undetermined": 26, "changed": 14, "examples": []}))]
pub struct Simulation {
    /// How many requests were replayed, newest first.
    pub replayed: u32,
    /// How many the policy would have let through by itself.
    pub satisfied: u32,
    /// How many it would have denied.
    pub violated: u32,
    /// How many it would have left to a reviewer.
    pub undetermined: u32,
    /// For how many that is another outcome than the one that was.
    pub changed: u32,
    /// The first of those.
    pub examples: Vec<Replayed>,
}

/// A request whose outcome would have been another one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Replayed {
    /// The request.
    pub request: RequestId,
    /// Who asked.
    pub organisation: Slug,
    /// What for.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: RequestState,
    /// What the terms said of it; absent when they were an access mode alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Outcome>,
    /// What the policy would have said.
    pub after: Outcome,
    /// The lines that are not satisfied.
    pub lines: Vec<Line>,
}
