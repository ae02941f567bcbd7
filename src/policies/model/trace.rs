//! The trace of an evaluation: what was asked, on which evidence, and what came of it, line by line. The same policy and the
//! same facts give the same trace, to the byte, so that anybody who has both can check it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evaluate::{Line, evaluate};
use super::facts::{EvidenceSource, Facts};
use super::operand::LeftOperand;
use super::policy::Policy;
use super::truth::Outcome;
use crate::kernel::{Digest, Result, Timestamp, canonical_json};

/// The version of the format; written into every trace.
const FORMAT: u32 = 1;

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// Of what.
    pub name: LeftOperand,
    /// What is known, as policies write it; an empty list is known to be empty.
    pub values: Vec<String>,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// Of when it is.
    pub at: Timestamp,
}

/// An evaluation, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// The version of the format.
    #[schema(minimum = 1)]
    pub v: u32,
    /// The digest of the policy ([`Policy::digest`]).
    pub policy: Digest,
    /// What was known.
    pub facts: Facts,
    /// The same by operand, each with its source and its time.
    pub evidence: Vec<Evidence>,
    /// What came of it.
    pub outcome: Outcome,
    /// What each line of the policy says.
    pub lines: Vec<Line>,
}

impl Trace {
    /// Evaluates a policy and keeps everything that it rested on.
    ///
    /// # Errors
    /// None that a policy can cause.
    pub fn of(policy: &Policy, facts: Facts) -> Result<Self> {
        let verdict = evaluate(policy, &facts);
        Ok(Self {
            v: FORMAT,
            policy: policy.digest()?,
            evidence: evidence(&facts),
            facts,
            outcome: verdict.outcome,
            lines: verdict.lines,
        })
    }

    /// The canonical JSON (RFC 8785) that is stored and hashed.
    ///
    /// # Errors
    /// None that a trace can cause.
    pub fn text(&self) -> Result<String> {
        canonical_json(self)
    }

    /// The SHA-256 of [`Trace::text`]: what the journal says of an evaluation.
    ///
    /// # Errors
    /// None that a trace can cause.
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of(self.text()?))
    }

    /// Lines about which a person has to say something.
    pub fn open_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.needs_person())
    }
}

/// An evaluation that was just made, with its name: the digest of its canonical text.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The SHA-256 of the text.
    pub digest: Digest,
    /// The revision of the terms that was evaluated.
    pub policy_revision: i64,
    /// The canonical text.
    pub text: String,
    /// What it says.
    pub trace: Trace,
}

impl Evaluation {
    /// Holds a use against a policy.
    ///
    /// # Errors
    /// None that a policy can cause.
    pub fn of(policy: &Policy, policy_revision: i64, facts: Facts) -> Result<Self> {
        let trace = Trace::of(policy, facts)?;
        let text = trace.text()?;
        Ok(Self { digest: Digest::of(&text), policy_revision, text, trace })
    }
}

fn evidence(facts: &Facts) -> Vec<Evidence> {
    let each = LeftOperand::ALL.iter().filter_map(|name| {
        let found = facts.find(*name)?;
        let stated = found.source == EvidenceSource::Stated;
        Some(Evidence {
            name: *name,
            values: found.values.iter().map(ToString::to_string).collect(),
            source: found.source,
            at: facts.stated_at.filter(|_| stated).unwrap_or(facts.now),
        })
    });
    each.collect()
}
