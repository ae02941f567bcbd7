//! Deciding on requests, and taking them back.

use serde_json::json;

use super::find::find_request;
use super::model::{
    Approval, Basis, Command, Grant, GrantState, Note, Parties, Remark, Request, RequestState, Standing,
    satisfied,
};
use super::submit::keep;
use super::{store, verdict};
use crate::datasets::versions::{VersionName, VersionNumber, Which, find_version};
use crate::datasets::{Action, Dataset, find_dataset_by_id, terms_in_force};
use crate::db::{Conn, Db, Tx};
use crate::journal::{Event, append};
use crate::kernel::{Checks, Ctx, Error, GrantId, Kind, RequestId, Result, SpaceRole};
use crate::policies::{Evaluation, EvaluationScope, Terms};

/// Who decided, when the terms did it alone.
pub(super) const POLICY: &str = "policy";

/// The request on which this command is given, and the state that follows; the caller may give the command.
pub(super) fn find_for(
    conn: &mut Conn,
    ctx: &Ctx,
    id: &RequestId,
    command: Command,
) -> Result<(Request, Parties, RequestState)> {
    ctx.require(command.scope())?;
    let (request, parties) = find_request(conn, ctx, id)?;
    standing(conn, ctx, &request, &parties)?.may_give(command)?;
    let state = request.state.after(command)?;
    Ok((request, parties, state))
}

/// How the caller stands to the request. Interest is read from the database, not from the credential: a token that
/// leaves an organisation out does not make its holder a stranger to it.
fn standing(conn: &mut Conn, ctx: &Ctx, request: &Request, parties: &Parties) -> Result<Standing> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    let login = store::login_of(conn, &principal.person)?;
    let interested = request.applicant.id == principal.person
        || login.is_some_and(|login| request.members.contains(&login))
        || store::active_member(conn, &parties.organisation, &principal.person)?;
    Ok(Standing {
        acts_for_applicant: principal.belongs_to(&parties.organisation),
        interested,
        reviewer: principal.has_space_role(&request.space, SpaceRole::Reviewer),
    })
}

/// Approves a request: a grant comes of it.
///
/// # Errors
/// 401; 403 unless a reviewer without an interest asks; 404; 409 `wrong_state`, `policy_violated`; 422.
pub async fn approve_request(db: &Db, ctx: &Ctx, id: RequestId, approval: Approval) -> Result<Request> {
    let reviewer = ctx.require(Command::Approve.scope())?.person.clone();
    approval.check()?;
    let at = ctx.clone();
    db.write("approve_request", move |tx| {
        tx.once(&at, |tx| {
            let (request, parties, _) = find_for(tx, &at, &id, Command::Approve)?;
            let dataset = find_dataset_by_id(tx, &at, &parties.dataset, Action::Decide)?;
            let terms = terms_in_force(tx, &dataset)?
                .ok_or_else(|| Error::conflict("terms_missing", "the dataset has no terms of use"))?;
            let request = Request { policy_revision: dataset.policy_revision, ..request };
            let evaluation = held_against(tx, &at, &terms, &request, &parties, &approval)?;
            published(tx, &at, &dataset, approval.versions.as_deref().unwrap_or_default())?;
            let request = Request { revision: request.revision + 1, ..request };
            let request = keep(tx, request, &parties, evaluation)?;
            approve(tx, &at, request, &parties, reviewer.as_str(), approval)
        })
    })
    .await
}

/// The terms with what the reviewer confirms: nothing may stand against the use, and nothing may be left open.
fn held_against(
    conn: &mut Conn,
    ctx: &Ctx,
    terms: &Terms,
    request: &Request,
    parties: &Parties,
    approval: &Approval,
) -> Result<Option<Evaluation>> {
    let mut evaluate = |confirmed| {
        verdict::of_request(conn, ctx, EvaluationScope::Decide, terms, request, parties, confirmed)
    };
    let open: Vec<String> = evaluate(Vec::new())?
        .iter()
        .flat_map(|evaluation| evaluation.trace.open_lines())
        .map(|line| line.pointer.clone())
        .collect();
    let mut checks = Checks::new();
    for (index, confirmation) in approval.confirmed.iter().enumerate() {
        checks.require(
            open.contains(&confirmation.line),
            &format!("/confirmed/{index}/line"),
            "not_open",
            format!(
                "is not left to you; what is: {}",
                if open.is_empty() { "nothing".into() } else { open.join(", ") }
            ),
        );
    }
    checks.finish()?;
    let confirmed = approval.confirmed.iter().map(|confirmation| confirmation.line.clone()).collect();
    let evaluation = evaluate(confirmed)?;
    if let Some(evaluation) = &evaluation {
        satisfied(evaluation, Kind::Conflict, &request.dataset)?;
    }
    Ok(evaluation)
}

/// A grant names versions that are there for the reviewer to see.
fn published(conn: &mut Conn, ctx: &Ctx, dataset: &Dataset, versions: &[VersionNumber]) -> Result<()> {
    let mut checks = Checks::new();
    for (index, number) in versions.iter().enumerate() {
        let name = VersionName {
            organisation: dataset.organisation.clone(),
            name: dataset.name.clone(),
            which: Which::Number(number.clone()),
        };
        match find_version(conn, ctx, &name, Action::Decide) {
            Ok(_) => {}
            Err(error) if error.kind() == Kind::NotFound => checks.fail(
                &format!("/versions/{index}"),
                "unknown_version",
                format!("the dataset has no published version {number}"),
            ),
            Err(error) => return Err(error),
        }
    }
    checks.finish()
}

/// The approval itself, by a reviewer or by the terms.
pub(super) fn approve(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    request: Request,
    parties: &Parties,
    decided_by: &str,
    approval: Approval,
) -> Result<Request> {
    let grant = Grant {
        id: GrantId::generate(),
        request: request.id.clone(),
        dataset: request.dataset.clone(),
        space: request.space.clone(),
        organisation: request.organisation.clone(),
        purpose: request.purpose,
        state: GrantState::Active,
        active: true,
        from: ctx.now,
        until: approval.end(ctx.now, request.duration_days)?,
        versions: approval.versions,
        conditions: approval.conditions,
        policy_revision: request.policy_revision,
        basis: Some(Basis {
            statement: request.statement.clone(),
            stated_at: request.updated_at,
            confirmed: approval.confirmed,
        }),
        ended_at: None,
        suspended_at: None,
        reason: None,
        revision: 1,
    };
    let request = Request {
        state: request.state.after(Command::Approve)?,
        remark: approval.remark,
        decided_at: Some(ctx.now),
        grant: Some(grant.id.clone()),
        updated_at: ctx.now,
        ..request
    };
    store::insert_grant(tx, &grant, parties)?;
    store::update_request(tx, &request, Some(decided_by))?;
    let decided = event("request.approved", &request, parties, request.remark.as_deref());
    append(tx, ctx, by(decided, decided_by).fact("grant", grant.id.as_str()))?;
    let issued = Event::new("grant.issued", &grant.id)
        .in_space(&grant.space)
        .concerning(&parties.organisation)
        .provided_by(&parties.provider)
        .fact("request", request.id.as_str())
        .fact("dataset", parties.dataset.as_str())
        .fact("organisation", parties.organisation.as_str())
        .fact("purpose", grant.purpose.as_str())
        .fact("until", grant.until.to_string())
        .fact("policy_revision", grant.policy_revision)
        .payload(json!({ "versions": grant.versions, "conditions": grant.conditions, "basis": grant.basis }));
    append(tx, ctx, evaluated(issued, &request))?;
    Ok(request)
}

/// Refuses a request.
///
/// # Errors
/// 401; 403 unless a reviewer without an interest asks; 404; 409 `wrong_state`; 422.
pub async fn reject_request(db: &Db, ctx: &Ctx, id: RequestId, remark: Remark) -> Result<Request> {
    let reviewer = ctx.require(Command::Reject.scope())?.person.clone();
    remark.check()?;
    let at = ctx.clone();
    db.write("reject_request", move |tx| {
        tx.once(&at, |tx| {
            let (request, parties, _) = find_for(tx, &at, &id, Command::Reject)?;
            let request = Request { revision: request.revision + 1, ..request };
            reject(tx, &at, request, &parties, reviewer.as_str(), Some(remark.remark))
        })
    })
    .await
}

/// The refusal itself, by a reviewer or by the terms.
pub(super) fn reject(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    request: Request,
    parties: &Parties,
    decided_by: &str,
    remark: Option<String>,
) -> Result<Request> {
    let request = Request {
        state: request.state.after(Command::Reject)?,
        remark,
        decided_at: Some(ctx.now),
        updated_at: ctx.now,
        ..request
    };
    store::update_request(tx, &request, Some(decided_by))?;
    let decided = event("request.rejected", &request, parties, request.remark.as_deref());
    append(tx, ctx, by(decided, decided_by))?;
    Ok(request)
}

/// Gives a request back to the applicant for changes.
///
/// # Errors
/// 401; 403 unless a reviewer without an interest asks; 404; 409 `wrong_state`; 422.
pub async fn return_request(db: &Db, ctx: &Ctx, id: RequestId, remark: Remark) -> Result<Request> {
    ctx.require(Command::Return.scope())?;
    remark.check()?;
    move_on(db, ctx, id, (Command::Return, "return_request", "request.returned"), Some(remark.remark)).await
}

/// Takes a request back.
///
/// # Errors
/// 401; 403 unless a member of the organisation that asks does it; 404; 409 `wrong_state`; 422.
pub async fn withdraw_request(db: &Db, ctx: &Ctx, id: RequestId, note: Note) -> Result<Request> {
    ctx.require(Command::Withdraw.scope())?;
    note.check()?;
    move_on(db, ctx, id, (Command::Withdraw, "withdraw_request", "request.withdrawn"), note.remark).await
}

/// A command that changes the state alone, with its use case and its event.
async fn move_on(
    db: &Db,
    ctx: &Ctx,
    id: RequestId,
    (command, use_case, kind): (Command, &'static str, &'static str),
    remark: Option<String>,
) -> Result<Request> {
    let at = ctx.clone();
    db.write(use_case, move |tx| {
        tx.once(&at, |tx| {
            let (request, parties, state) = find_for(tx, &at, &id, command)?;
            let request =
                Request { state, remark, revision: request.revision + 1, updated_at: at.now, ..request };
            store::update_request(tx, &request, None)?;
            append(tx, &at, event(kind, &request, &parties, request.remark.as_deref()))?;
            Ok(request)
        })
    })
    .await
}

fn event(kind: &'static str, request: &Request, parties: &Parties, remark: Option<&str>) -> Event {
    let event = evaluated(Event::new(kind, &request.id), request)
        .in_space(&request.space)
        .concerning(&parties.organisation)
        .provided_by(&parties.provider)
        .fact("revision", request.revision)
        .fact("policy_revision", request.policy_revision);
    match remark {
        Some(remark) => event.payload(json!({ "remark": remark })),
        None => event,
    }
}

/// The event commits to the evaluation that was in view.
pub(super) fn evaluated(event: Event, request: &Request) -> Event {
    match &request.evaluation {
        Some(digest) => event.fact("evaluation", digest.to_string()),
        None => event,
    }
}

/// Tells a decision of the terms from one of people, who are named as the actor.
fn by(event: Event, decided_by: &str) -> Event {
    event.fact("decided_by", if decided_by == POLICY { POLICY } else { "reviewer" })
}
