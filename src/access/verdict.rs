//! What the terms of a dataset say about a use by an organisation: the facts are collected here, and nowhere else.

use super::model::{Grant, Parties, Request};
use super::right::Use;
use super::store;
use crate::db::Conn;
use crate::kernel::{Ctx, OrganisationId, Principal, Result, Timestamp};
use crate::policies::{Evaluation, EvaluationScope, Facts, Iri, Terms, UseStatement};

/// Holds a request against the terms; nothing to say when they are an access mode alone.
pub(super) fn of_request(
    conn: &mut Conn,
    ctx: &Ctx,
    scope: EvaluationScope,
    terms: &Terms,
    request: &Request,
    parties: &Parties,
    confirmed: Vec<String>,
) -> Result<Option<Evaluation>> {
    let Some(offer) = terms.offer() else { return Ok(None) };
    let facts = Facts { confirmed, ..of_stated(conn, ctx.now, scope, request, parties)? };
    Evaluation::of(offer, request.policy_revision, facts).map(Some)
}

/// What is known of a request: what it states, and what the register knows of the organisation.
pub(super) fn of_stated(
    conn: &mut Conn,
    now: Timestamp,
    scope: EvaluationScope,
    request: &Request,
    parties: &Parties,
) -> Result<Facts> {
    Ok(Facts {
        purpose: Some(request.purpose),
        statement: request.statement.clone(),
        stated_at: Some(request.updated_at),
        ..of_organisation(conn, now, scope, &parties.organisation)?
    })
}

/// Holds a delivery under a grant against the terms that the grant keeps.
pub(super) fn of_delivery(
    conn: &mut Conn,
    now: Timestamp,
    terms: &Terms,
    (grant, parties): (&Grant, &Parties),
    using: &Use<'_>,
    media_type: Option<&str>,
) -> Result<Option<Evaluation>> {
    let Some(offer) = terms.offer() else { return Ok(None) };
    let basis = grant.basis.as_ref();
    let confirmed = basis.map(|basis| basis.confirmed.iter().map(|line| line.line.clone()).collect());
    let facts = Facts {
        purpose: Some(grant.purpose),
        statement: basis.map(|basis| basis.statement.clone()).unwrap_or_default(),
        stated_at: basis.map(|basis| basis.stated_at),
        granted_at: Some(grant.from),
        version: Some(using.version.to_owned()),
        media_type: media_type.map(str::to_owned),
        environment: using.environment.and_then(Iri::parse),
        downloads: Some(using.downloads),
        confirmed: confirmed.unwrap_or_default(),
        ..of_organisation(conn, now, EvaluationScope::Download, &parties.organisation)?
    };
    Evaluation::of(offer, grant.policy_revision, facts).map(Some)
}

/// Holds a use that somebody thinks of against the terms.
pub(super) fn of_thought(
    conn: &mut Conn,
    now: Timestamp,
    terms: &Terms,
    revision: i64,
    organisation: &OrganisationId,
    purpose: Option<crate::policies::Purpose>,
) -> Result<Option<Evaluation>> {
    let Some(offer) = terms.offer() else { return Ok(None) };
    let facts = Facts { purpose, ..of_organisation(conn, now, EvaluationScope::Request, organisation)? };
    Evaluation::of(offer, revision, facts).map(Some)
}

/// What is known of a caller of open data: nobody is asked who they are.
pub(super) fn of_anybody(ctx: &Ctx, purpose: Option<crate::policies::Purpose>) -> Facts {
    let spaces = ctx.principal().map(|principal: &Principal| principal.spaces.iter().cloned().collect());
    Facts {
        purpose,
        spaces: Some(spaces.unwrap_or_default()),
        statement: UseStatement::default(),
        ..Facts::at(ctx.now, EvaluationScope::Download)
    }
}

/// What the register knows of an organisation at this moment.
fn of_organisation(
    conn: &mut Conn,
    now: Timestamp,
    scope: EvaluationScope,
    organisation: &OrganisationId,
) -> Result<Facts> {
    let (slug, kind, sector) = store::profile_of(conn, organisation)?;
    Ok(Facts {
        organisation: Some(slug),
        organisation_kind: Some(kind),
        sector,
        spaces: Some(store::spaces_of(conn, organisation)?),
        ..Facts::at(now, scope)
    })
}
