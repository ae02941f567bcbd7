//! Handing a request in, and handing it in again after it was returned.

use serde_json::json;

use super::decide::{POLICY, approve, evaluated, find_for, reject};
use super::door::suspended;
use super::model::{Application, Approval, Command, NamedPerson, NewRequest, Parties, Request, RequestState};
use super::{store, verdict};
use crate::datasets::{Action, Dataset, find_dataset, find_dataset_by_id, terms_in_force};
use crate::db::{Conn, Db, Tx};
use crate::journal::{Event, append};
use crate::kernel::{
    Checks, Ctx, DatasetId, Error, Kind, OrganisationId, RequestId, Result, Scope, Slug, Timestamp,
};
use crate::policies::{AccessMode, Evaluation, EvaluationScope, Outcome, Purpose, Terms, Verdict};

/// Asks for access to a dataset in the name of an organisation.
///
/// # Errors
/// 401; 403 unless the caller belongs to the organisation; 404; 409 `terms_missing`, `open_access`, `own_dataset`,
/// `request_pending`, `already_granted`, `grant_suspended`; 422.
pub async fn submit_request(db: &Db, ctx: &Ctx, new: NewRequest) -> Result<Request> {
    let principal = ctx.require(Scope::Request)?;
    let applicant = NamedPerson { id: principal.person.clone(), name: principal.name.clone() };
    let (name, organisation, application) = new.into_parts();
    application.check()?;
    let at = ctx.clone();
    db.write("submit_request", move |tx| {
        tx.once(&at, |tx| {
            let dataset = find_dataset(tx, &at, &name.organisation, &name.name, Action::Ask)?;
            let parties = Parties {
                dataset: dataset.id.clone(),
                provider: dataset.organisation_id.clone(),
                organisation: acts_for(&at, &organisation, &dataset)?,
            };
            let terms = askable(tx, &dataset, &parties)?;
            none_yet(tx, &parties, application.purpose, at.now)?;
            members_belong(tx, &parties.organisation, &application.members)?;
            let request = Request {
                id: RequestId::generate(),
                dataset: dataset.full_name(),
                space: dataset.space.clone(),
                organisation,
                applicant,
                state: RequestState::Submitted,
                purpose: application.purpose,
                justification: application.justification,
                statement: application.statement,
                duration_days: application.duration_days,
                members: application.members,
                remark: None,
                verdict: None,
                evaluation: None,
                decided_at: None,
                grant: None,
                policy_revision: dataset.policy_revision,
                revision: 1,
                created_at: at.now,
                updated_at: at.now,
            };
            store::insert_request(tx, &request, &parties)?;
            settle(tx, &at, "request.submitted", request, &parties, &terms)
        })
    })
    .await
}

/// Hands a returned request in again, with what was changed.
///
/// # Errors
/// 401; 403 unless the caller belongs to the organisation that asks; 404; 409 `wrong_state` and as
/// [`submit_request`]; 422.
pub async fn resubmit_request(
    db: &Db,
    ctx: &Ctx,
    id: RequestId,
    application: Application,
) -> Result<Request> {
    ctx.require(Scope::Request)?;
    application.check()?;
    let at = ctx.clone();
    db.write("resubmit_request", move |tx| {
        tx.once(&at, |tx| {
            let (request, parties, state) = find_for(tx, &at, &id, Command::Resubmit)?;
            let dataset = find_dataset_by_id(tx, &at, &parties.dataset, Action::Ask)?;
            let terms = askable(tx, &dataset, &parties)?;
            if application.purpose != request.purpose {
                none_yet(tx, &parties, application.purpose, at.now)?;
            }
            members_belong(tx, &parties.organisation, &application.members)?;
            let request = Request {
                state,
                policy_revision: dataset.policy_revision,
                revision: request.revision + 1,
                updated_at: at.now,
                ..request.stating(application)
            };
            settle(tx, &at, "request.resubmitted", request, &parties, &terms)
        })
    })
    .await
}

/// The organisation of this name, which the caller's credential must act for.
fn acts_for(ctx: &Ctx, organisation: &Slug, dataset: &Dataset) -> Result<OrganisationId> {
    let principal = ctx.require(Scope::Request)?;
    principal
        .organisations
        .iter()
        .find(|(_, (slug, _))| slug == organisation && principal.reaches(&dataset.space))
        .map(|(id, _)| id.clone())
        .ok_or_else(|| {
            Error::forbidden(
                "member_required",
                format!(
                    "only members of `{organisation}` may ask in its name, with a token that is good for it"
                ),
            )
        })
}

/// The terms of a dataset that this organisation can ask for at all.
fn askable(conn: &mut Conn, dataset: &Dataset, parties: &Parties) -> Result<Terms> {
    if parties.organisation == parties.provider {
        return Err(Error::conflict(
            "own_dataset",
            "the organisation provides this dataset; it need not ask",
        ));
    }
    let terms = terms_in_force(conn, dataset)?.ok_or_else(|| {
        Error::conflict("terms_missing", "the provider has not set terms of use yet; ask again when it has")
    })?;
    if terms.mode() == AccessMode::Open {
        return Err(Error::conflict(
            "open_access",
            "the dataset is open: download it, nothing need be asked",
        )
        .next(format!("/api/v1/datasets/{}", dataset.full_name())));
    }
    Ok(terms)
}

/// One request at a time, and none beside a grant that holds: for an organisation, a dataset and a purpose.
fn none_yet(conn: &mut Conn, parties: &Parties, purpose: Purpose, now: Timestamp) -> Result<()> {
    let holder = std::slice::from_ref(&parties.organisation);
    if let Some(id) = store::open_request(conn, &parties.dataset, holder, Some(purpose))? {
        return Err(Error::conflict(
            "request_pending",
            "the organisation has already asked for this dataset and purpose; follow that request",
        )
        .next(format!("/api/v1/requests/{id}")));
    }
    none_pauses(conn, parties, purpose, now)?;
    let held = live_for(conn, &parties.dataset, holder, purpose, now)?;
    match held {
        None => Ok(()),
        Some(path) => Err(Error::conflict(
            "already_granted",
            "the organisation holds a grant for this dataset and purpose",
        )
        .next(path)),
    }
}

/// A pause is not to be got round by asking anew.
fn none_pauses(conn: &mut Conn, parties: &Parties, purpose: Purpose, now: Timestamp) -> Result<()> {
    let holder = std::slice::from_ref(&parties.organisation);
    let pausing = store::suspended_grants(conn, &parties.dataset, holder, now)?;
    match pausing.iter().find(|grant| grant.purpose == purpose) {
        Some(grant) => Err(suspended(grant, Kind::Conflict)),
        None => Ok(()),
    }
}

/// The path of a grant for all versions and this purpose that holds now; one for named versions leaves something
/// to ask for.
fn live_for(
    conn: &mut Conn,
    dataset: &DatasetId,
    holder: &[OrganisationId],
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<String>> {
    let live = store::live_grants(conn, dataset, holder, now)?;
    Ok(live
        .into_iter()
        .map(|(grant, _)| grant)
        .find(|grant| grant.purpose == purpose && grant.versions.is_none())
        .map(|grant| grant.path()))
}

fn members_belong(conn: &mut Conn, organisation: &OrganisationId, logins: &[Slug]) -> Result<()> {
    let known = store::members_among(conn, organisation, logins)?;
    let mut checks = Checks::new();
    for (index, login) in logins.iter().enumerate() {
        checks.require(
            known.contains(login),
            &format!("/members/{index}"),
            "not_a_member",
            format!("`{login}` is not a member of the organisation that asks"),
        );
    }
    checks.finish()
}

/// Holds a request that was just stated against the terms. In mode `automatic` they decide where they can; everything else
/// waits for people.
fn settle(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    kind: &'static str,
    request: Request,
    parties: &Parties,
    terms: &Terms,
) -> Result<Request> {
    let scope = EvaluationScope::Request;
    let evaluation = verdict::of_request(tx, ctx, scope, terms, &request, parties, Vec::new())?;
    let outcome = evaluation.as_ref().map(|evaluation| evaluation.trace.outcome);
    let request = keep(tx, request, parties, evaluation)?;
    append(tx, ctx, stated(kind, &request, parties))?;
    match (terms.mode(), outcome) {
        (AccessMode::Automatic, Some(Outcome::Satisfied)) => {
            approve(tx, ctx, request, parties, POLICY, Approval::default())
        }
        (AccessMode::Automatic, Some(Outcome::Violated)) => reject(tx, ctx, request, parties, POLICY, None),
        _ => {
            store::update_request(tx, &request, None)?;
            Ok(request)
        }
    }
}

/// Stores an evaluation and notes it in the request.
pub(super) fn keep(
    conn: &mut Conn,
    request: Request,
    parties: &Parties,
    evaluation: Option<Evaluation>,
) -> Result<Request> {
    let Some(evaluation) = evaluation else {
        return Ok(Request { verdict: None, evaluation: None, ..request });
    };
    store::insert_evaluation(conn, &evaluation, &parties.dataset, Some(&request.id), None)?;
    let Evaluation { digest, trace, .. } = evaluation;
    let verdict = Verdict { outcome: trace.outcome, lines: trace.lines };
    Ok(Request { verdict: Some(verdict), evaluation: Some(digest), ..request })
}

/// The event of a statement: what names it is a fact, what was written is not.
fn stated(kind: &'static str, request: &Request, parties: &Parties) -> Event {
    evaluated(Event::new(kind, &request.id), request)
        .in_space(&request.space)
        .concerning(&parties.organisation)
        .provided_by(&parties.provider)
        .fact("dataset", parties.dataset.as_str())
        .fact("organisation", parties.organisation.as_str())
        .fact("purpose", request.purpose.as_str())
        .fact("policy_revision", request.policy_revision)
        .fact("duration_days", request.duration_days)
        .payload(json!({
            "justification": request.justification,
            "statement": request.statement,
            "members": request.members,
        }))
}
