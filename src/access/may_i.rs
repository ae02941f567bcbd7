//! "May I?": what the door would say, as an answer and not as an error; and where it says no, what asking would come to.

use std::sync::Arc;

use super::model::Answer;
use super::verdict;
use crate::datasets::versions::{VersionName, Which, find_version};
use crate::datasets::{Action, Asked, Dataset, DownloadGate, Ground, Permit, find_dataset, terms_in_force};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Error, Kind, Principal, Result, Slug};
use crate::policies::{AccessMode, Evaluation, Line, Outcome, Purpose};

/// Asks the door for the newest published version.
///
/// # Errors
/// 404 when there is no dataset that the caller may know of.
pub async fn may_i(
    db: &Db,
    gate: Arc<dyn DownloadGate>,
    ctx: &Ctx,
    (organisation, name): (Slug, Slug),
    purpose: Option<Purpose>,
) -> Result<Answer> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &organisation, &name, Action::See)?;
        if dataset.latest_version.is_none() {
            return Ok(refused(&Error::forbidden("nothing_published", "no version is published yet")));
        }
        let latest = VersionName { organisation, name, which: Which::Latest };
        let (dataset, version) = find_version(conn, &ctx, &latest, Action::See)?;
        let asked = Asked { dataset: &dataset, version: &version, sample: false, purpose, media_types: &[] };
        match gate.may_download(conn, &ctx, &asked) {
            Ok(permit) => Ok(allowed(permit)),
            Err(error) if matches!(error.kind(), Kind::Forbidden | Kind::Unauthenticated) => {
                would_asking_help(conn, &ctx, &dataset, purpose, refused(&error))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

fn allowed(permit: Permit) -> Answer {
    let right = match permit.ground {
        Ground::Own => "your organisation provides it",
        Ground::Sample => "it is a sample",
        Ground::Open => "it is open to everybody",
        Ground::Grant => "your organisation holds a grant",
    };
    let detail = match permit.until {
        Some(until) => format!("{right}, until {until}"),
        None => right.to_owned(),
    };
    let code = permit.ground.as_str();
    Answer { allowed: true, code, detail, grant: permit.grant, deciding: Vec::new(), next: None }
}

fn refused(error: &Error) -> Answer {
    Answer {
        allowed: false,
        code: error.code(),
        detail: error.detail().to_owned(),
        grant: None,
        deciding: Vec::new(),
        next: error.next_step().map(str::to_owned),
    }
}

/// Where the next step would be to ask, says what the terms make of it: granted at once, refused by which line, or left to a
/// reviewer for which lines.
fn would_asking_help(
    conn: &mut Conn,
    ctx: &Ctx,
    dataset: &Dataset,
    purpose: Option<Purpose>,
    answer: Answer,
) -> Result<Answer> {
    let (Some(principal), "access_not_granted" | "grant_ended") = (ctx.principal(), answer.code) else {
        return Ok(answer);
    };
    let Some(terms) = terms_in_force(conn, dataset)? else { return Ok(answer) };
    let mut best: Option<Evaluation> = None;
    for organisation in asking(principal, dataset) {
        let revision = dataset.policy_revision;
        let Some(thought) = verdict::of_thought(conn, ctx.now, &terms, revision, organisation, purpose)?
        else {
            return Ok(answer);
        };
        if best.as_ref().is_none_or(|best| rank(&thought) < rank(best)) {
            best = Some(thought);
        }
    }
    let Some(evaluation) = best else { return Ok(answer) };
    let deciding = deciding(&evaluation);
    let (code, detail) = match (evaluation.trace.outcome, terms.mode()) {
        (Outcome::Violated, _) => (
            "policy_violated",
            format!("the terms of use do not permit this, so that asking is refused: {}", reasons(&deciding)),
        ),
        (Outcome::Satisfied, AccessMode::Automatic) => (
            answer.code,
            format!("{}; the terms are satisfied, so that access is given at once", answer.detail),
        ),
        (Outcome::Satisfied, _) => (answer.code, format!("{}; a reviewer decides", answer.detail)),
        (Outcome::Undetermined, _) => (
            answer.code,
            format!(
                "{}; a reviewer will look at these lines, so state what they ask for: {}",
                answer.detail,
                reasons(&deciding)
            ),
        ),
    };
    Ok(Answer { code, detail, deciding, ..answer })
}

/// The organisations in whose name the caller could ask.
fn asking<'a>(
    principal: &'a Principal,
    dataset: &Dataset,
) -> impl Iterator<Item = &'a crate::kernel::OrganisationId> + use<'a> {
    let provider = dataset.organisation_id.clone();
    principal.organisations.keys().filter(move |organisation| **organisation != provider)
}

fn rank(evaluation: &Evaluation) -> u8 {
    match evaluation.trace.outcome {
        Outcome::Satisfied => 0,
        Outcome::Undetermined => 1,
        Outcome::Violated => 2,
    }
}

/// The lines that make the outcome what it is.
fn deciding(evaluation: &Evaluation) -> Vec<Line> {
    let outcome = evaluation.trace.outcome;
    let lines = evaluation.trace.lines.iter().filter(|line| match outcome {
        Outcome::Satisfied => false,
        Outcome::Violated => line.outcome == Outcome::Violated,
        Outcome::Undetermined => line.needs_person(),
    });
    lines.cloned().collect()
}

fn reasons(lines: &[Line]) -> String {
    let reasons: Vec<_> = lines.iter().map(|line| line.reason.as_str()).collect();
    reasons.join("; ")
}
