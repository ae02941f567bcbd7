//! The one door that bytes leave by. Nothing it says is kept: it is asked again for every call, so that a revoked
//! grant, a lost membership or an ended term is felt at once.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::account::Account;
use super::model::{Grant, not_violated};
use super::right::{self, Use};
use super::{store, verdict};
use crate::datasets::versions::VersionState;
use crate::datasets::{
    Asked, Dataset, Delivery, DownloadGate, Ground, Permit, needs_leave, reservation, terms_in_force,
};
use crate::db::{Conn, Db};
use crate::kernel::{
    Clock, Ctx, DeliveryId, Error, Kind, OrganisationId, PersonId, Principal, Result, Scope, Timestamp,
};
use crate::policies::{AccessMode, Evaluation, Terms};

/// Where requests are handed in.
const REQUESTS: &str = "/api/v1/requests";

/// The door over terms and grants, with the account of what went through it.
pub struct AccountGate {
    account: Account,
}

impl AccountGate {
    /// A door whose account is written to this database by a background task; call it inside a tokio runtime.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { account: Account::start(db, clock) }
    }

    /// Waits until every delivery so far is in the database; for a graceful stop, whose patience bounds it.
    pub async fn flush(&self) {
        self.account.flush().await;
    }
}

impl DownloadGate for AccountGate {
    fn may_download(&self, conn: &mut Conn, ctx: &Ctx, asked: &Asked<'_>) -> Result<Permit> {
        let (dataset, principal) = (asked.dataset, ctx.principal());
        if principal.is_some_and(|principal| is_own(principal, dataset)) {
            return Ok(permit(Ground::Own, Some(dataset.organisation_id.clone())));
        }
        only_published(asked)?;
        if asked.sample {
            return Ok(permit(Ground::Sample, None));
        }
        let terms = terms_set(conn, dataset)?;
        if terms.mode() == AccessMode::Open {
            gives_bytes(&terms)?;
            is_not_reserved(conn, asked)?;
            let evaluation = use_is_not_prohibited(&terms, ctx, asked)?.map(Arc::new);
            return Ok(Permit { evaluation, ..permit(Ground::Open, None) });
        }
        if principal.is_none() {
            gives_bytes(&terms)?;
            return Err(Error::new(
                Kind::Unauthenticated,
                "sign_in_to_ask",
                "this dataset is given to those who asked for it: sign in, or send an API token as Authorization: \
                 Bearer",
            )
            .next(REQUESTS));
        }
        // A running grant keeps the terms it was given under, also when the dataset's have changed since.
        by_grant(conn, ctx, ctx.require(Scope::Read)?, asked)
            .map_err(|refusal| gives_bytes(&terms).err().unwrap_or(refusal))
    }

    fn still_holds(
        &self,
        conn: &mut Conn,
        permit: &Permit,
        person: Option<&PersonId>,
        asked: &Asked<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let dataset = asked.dataset;
        if permit.ground == Ground::Own {
            return belongs(conn, &dataset.organisation_id, person);
        }
        only_published(asked)?;
        match permit.ground {
            Ground::Own => Ok(()),
            Ground::Sample if asked.sample => Ok(()),
            Ground::Sample => Err(right_ended()),
            Ground::Open if terms_set(conn, dataset)?.mode() == AccessMode::Open => Ok(()),
            Ground::Open => Err(right_ended()),
            Ground::Grant => {
                let id = permit.grant.as_ref().ok_or_else(right_ended)?;
                let (grant, parties) = store::grant_by_id(conn, id, now)?.ok_or_else(right_ended)?;
                if parties.dataset != dataset.id || !grant.covers(&asked.version.version, None) {
                    return Err(right_ended());
                }
                let version = asked.version.version.to_string();
                let environment = permit.environment.as_deref();
                let media_types = asked.media_types;
                let using = Use { version: &version, environment, media_types, downloads: 1 };
                right::still_holds(conn, now, (&grant, &parties), person, &using).map(drop)
            }
        }
    }

    fn record(&self, deliveries: Vec<Delivery>) -> BoxFuture<'_, Result<Vec<DeliveryId>>> {
        Box::pin(self.account.record(deliveries))
    }

    fn cut_short(&self, delivery: DeliveryId, sent: u64) {
        self.account.cut_short(delivery, Some(sent));
    }
}

fn permit(ground: Ground, organisation: Option<OrganisationId>) -> Permit {
    Permit {
        ground,
        grant: None,
        organisation,
        until: None,
        counted: false,
        environment: None,
        evaluation: None,
    }
}

/// Whether the caller belongs to the provider, with a token that reads and reaches here. One without the scope is
/// held to what everybody may do.
fn is_own(principal: &Principal, dataset: &Dataset) -> bool {
    principal.belongs_to(&dataset.organisation_id)
        && principal.reaches(&dataset.space)
        && principal.scopes.contains(&Scope::Read)
}

fn only_published(asked: &Asked<'_>) -> Result<()> {
    if asked.version.state == VersionState::Published { Ok(()) } else { Err(Error::not_found("version")) }
}

/// The terms in force.
fn terms_set(conn: &mut Conn, dataset: &Dataset) -> Result<Terms> {
    terms_in_force(conn, dataset)?.ok_or_else(|| {
        Error::forbidden(
            "terms_missing",
            "the provider has not set terms of use; nothing is given until it has",
        )
    })
}

/// Terms must be ones that bytes are given under at all.
pub(super) fn gives_bytes(terms: &Terms) -> Result<()> {
    if terms.allows_download() {
        return Ok(());
    }
    Err(Error::forbidden(
        "secure_environment_only",
        "these bytes are never downloaded; ask for access to work with them in a secure processing environment",
    )
    .next(REQUESTS))
}

/// What the holder of the rights reserves is not given for a stated use that mines it, but by a grant.
fn is_not_reserved(conn: &mut Conn, asked: &Asked<'_>) -> Result<()> {
    let reservation = reservation(conn, asked.dataset)?;
    if !needs_leave(reservation.as_ref(), asked.purpose) {
        return Ok(());
    }
    let name = asked.dataset.full_name();
    Err(Error::forbidden(
        "tdm_reserved",
        "text and data mining of these data is reserved (Directive (EU) 2019/790, Article 4(3)): ask the provider for a \
         licence, or state the purpose research if that is what it is",
    )
    .next(format!("/api/v1/datasets/{name}/policy")))
}

/// Open data is given to everybody, but not for a stated use that its offer prohibits.
fn use_is_not_prohibited(terms: &Terms, ctx: &Ctx, asked: &Asked<'_>) -> Result<Option<Evaluation>> {
    let (Some(offer), Some(_)) = (terms.offer(), asked.purpose) else { return Ok(None) };
    let facts = verdict::of_anybody(ctx, asked.purpose);
    let evaluation = Evaluation::of(offer, asked.dataset.policy_revision, facts)?;
    not_violated(&evaluation, Kind::Forbidden, &asked.dataset.full_name())?;
    Ok(Some(evaluation))
}

fn by_grant(conn: &mut Conn, ctx: &Ctx, principal: &Principal, asked: &Asked<'_>) -> Result<Permit> {
    let dataset = asked.dataset;
    if !principal.reaches(&dataset.space) {
        return Err(Error::forbidden(
            "token_confined",
            format!("this token is good for another data space, and the dataset is in `{}`", dataset.space),
        ));
    }
    let mine: Vec<OrganisationId> = principal.organisations.keys().cloned().collect();
    let live = store::live_grants(conn, &dataset.id, &mine, ctx.now)?;
    let mut refusal = None;
    for (grant, parties) in
        live.iter().filter(|(grant, _)| grant.covers(&asked.version.version, asked.purpose))
    {
        let version = asked.version.version.to_string();
        let environment = principal.environment.as_deref();
        let using = Use { version: &version, environment, media_types: asked.media_types, downloads: 1 };
        match right::permits(conn, ctx.now, (grant, parties), &using) {
            Ok(right) => {
                return Ok(Permit {
                    ground: Ground::Grant,
                    grant: Some(grant.id.clone()),
                    organisation: Some(parties.organisation.clone()),
                    until: Some(grant.until),
                    counted: right.counted,
                    environment: principal.environment.clone(),
                    evaluation: right.evaluation.map(Arc::new),
                });
            }
            Err(error) if error.kind() == Kind::Forbidden => refusal = refusal.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    match refusal {
        Some(refusal) => Err(refusal),
        None => Err(how_to_ask(conn, ctx, asked, &mine, live.first().map(|(grant, _)| grant))?),
    }
}

/// The refusal of a caller without a fitting grant, with the next step.
fn how_to_ask(
    conn: &mut Conn,
    ctx: &Ctx,
    asked: &Asked<'_>,
    mine: &[OrganisationId],
    other: Option<&Grant>,
) -> Result<Error> {
    let dataset = asked.dataset;
    let pausing = store::suspended_grants(conn, &dataset.id, mine, ctx.now)?;
    if let Some(grant) = pausing.iter().find(|grant| grant.covers(&asked.version.version, asked.purpose)) {
        return Ok(suspended(grant, Kind::Forbidden));
    }
    if let Some(id) = store::open_request(conn, &dataset.id, mine, asked.purpose)? {
        return Ok(Error::forbidden(
            "request_pending",
            "your organisation has asked; the request is not decided yet",
        )
        .next(format!("{REQUESTS}/{id}")));
    }
    let how = format!("POST {REQUESTS}, or: cadastre request new {}", dataset.full_name());
    if let Some(grant) = other {
        return Ok(Error::forbidden(
            "access_not_granted",
            format!(
                "the grant {} of `{}` is for the purpose {}{}; ask for what it does not cover: {how}",
                grant.id,
                grant.organisation,
                grant.purpose,
                if grant.versions.is_some() { " and other versions" } else { "" },
            ),
        )
        .next(REQUESTS));
    }
    Ok(match store::newest_grant(conn, &dataset.id, mine, ctx.now)? {
        Some(grant) => grant_ended(&grant),
        None => Error::forbidden("access_not_granted", format!("ask for access first: {how}")).next(REQUESTS),
    })
}

/// The refusal under a grant that pauses, with the reason that was given.
pub(super) fn suspended(grant: &Grant, kind: Kind) -> Error {
    let since = grant.suspended_at.map(|at| format!(" since {at}")).unwrap_or_default();
    let reason = grant.reason.as_deref().unwrap_or("no reason is on record");
    let detail = format!(
        "the grant of `{}` is suspended{since}, and nothing is given until it is resumed: {reason}",
        grant.organisation
    );
    Error::new(kind, "grant_suspended", detail).next(grant.path())
}

pub(super) fn grant_ended(grant: &Grant) -> Error {
    Error::forbidden(
        "grant_ended",
        format!("the grant of `{}` does not hold any more: {}; ask again", grant.organisation, grant.end()),
    )
    .next(REQUESTS)
}

/// The person the right was given to still belongs to the organisation, and may still come in.
pub(super) fn belongs(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: Option<&PersonId>,
) -> Result<()> {
    match person {
        Some(person) if store::active_member(conn, organisation, person)? => Ok(()),
        _ => Err(right_ended()),
    }
}

pub(super) fn right_ended() -> Error {
    Error::forbidden(
        "right_ended",
        "the right that this download rests on does not hold any more; ask for access, or for a new download plan",
    )
}
