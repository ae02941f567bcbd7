//! The agreement that a grant comes to: reading it, and accepting it by its digest.

use super::grants::find_grant;
use super::model::{Acceptance, Agreement, Consent, Grant, Naming, Parties};
use super::store;
use crate::datasets::terms_of_revision;
use crate::db::{Conn, Db};
use crate::identity::organisation_by_id;
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Digest, Error, GrantId, Result, Scope};

/// An agreement as it is shown: what was accepted, or what there is to accept.
#[derive(Debug, Clone)]
pub struct ShownAgreement {
    /// The grant.
    pub grant: Grant,
    /// Its rules, parties and legal text.
    pub agreement: Agreement,
    /// Its canonical JSON (RFC 8785).
    pub text: String,
    /// The SHA-256 of the canonical JSON.
    pub digest: Digest,
    /// The name of the organisation that provides the data.
    pub provider: String,
    /// The name of the organisation that holds the grant.
    pub holder: String,
    /// That it was accepted, if it was.
    pub acceptance: Option<Acceptance>,
}

/// The agreement on a grant.
///
/// # Errors
/// 401; 404 when there is no grant that the caller may know of; 409 `agreement_too_long`.
pub async fn show_agreement(db: &Db, ctx: &Ctx, id: GrantId, naming: Naming) -> Result<ShownAgreement> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (grant, parties) = find_grant(conn, &ctx, &id)?;
        let accepted = store::accepted_agreement(conn, &id)?;
        let (agreement, text) = match &accepted {
            Some(accepted) => (Agreement::parse(&accepted.document)?, accepted.document.clone()),
            None => offered(conn, &grant, &parties, &naming)?,
        };
        Ok(ShownAgreement {
            digest: Digest::of(&text),
            agreement,
            text,
            provider: organisation_by_id(conn, &parties.provider)?.name,
            holder: organisation_by_id(conn, &parties.organisation)?.name,
            acceptance: accepted.map(|accepted| acceptance(id, accepted)),
            grant,
        })
    })
    .await
}

/// The agreement that there is to accept, and its canonical JSON.
fn offered(
    conn: &mut Conn,
    grant: &Grant,
    parties: &Parties,
    naming: &Naming,
) -> Result<(Agreement, String)> {
    let terms = terms_of_revision(conn, &parties.dataset, grant.policy_revision)?;
    let agreement = Agreement::of(grant, terms.as_ref(), naming)?;
    let text = agreement.text()?;
    Ok((agreement, text))
}

fn acceptance(grant: GrantId, accepted: store::Accepted) -> Acceptance {
    Acceptance { grant, digest: accepted.digest, accepted_by: accepted.by, accepted_at: accepted.at }
}

/// Accepts the agreement for the holder. Accepting the same once more changes nothing.
///
/// # Errors
/// 401; 403 `holder_required` unless a member of the holder asks; 404; 409 `agreement_differs` when the digest is not
/// that of the agreement, `wrong_state` when the grant is over.
pub async fn accept_agreement(
    db: &Db,
    ctx: &Ctx,
    id: GrantId,
    consent: Consent,
    naming: Naming,
) -> Result<Acceptance> {
    let person = ctx.require(Scope::Request)?.person.clone();
    let at = ctx.clone();
    db.write("accept_agreement", move |tx| {
        tx.once(&at, |tx| {
            let (grant, parties) = find_grant(tx, &at, &id)?;
            if !at.require(Scope::Request)?.belongs_to(&parties.organisation) {
                return Err(Error::forbidden(
                    "holder_required",
                    "only members of the organisation that holds the grant accept its agreement",
                ));
            }
            if let Some(accepted) = store::accepted_agreement(tx, &id)? {
                the_same(&grant, accepted.digest, consent.digest)?;
                return Ok(acceptance(id.clone(), accepted));
            }
            let (_, text) = offered(tx, &grant, &parties, &naming)?;
            let digest = Digest::of(&text);
            the_same(&grant, digest, consent.digest)?;
            if !(grant.is_active(at.now) || grant.is_suspended(at.now)) {
                return Err(Error::conflict("wrong_state", format!("the grant is over: {}", grant.end())));
            }
            store::insert_agreement(tx, &id, digest, &text, &person, at.now)?;
            let event = Event::new("grant.accepted", &grant.id)
                .in_space(&grant.space)
                .concerning(&parties.organisation)
                .provided_by(&parties.provider)
                .fact("digest", digest.to_string());
            append(tx, &at, event)?;
            let accepted =
                store::accepted_agreement(tx, &id)?.ok_or_else(|| Error::not_found("agreement"))?;
            Ok(acceptance(id.clone(), accepted))
        })
    })
    .await
}

/// What is accepted must be what was read.
fn the_same(grant: &Grant, agreement: Digest, read: Digest) -> Result<()> {
    if agreement == read {
        return Ok(());
    }
    let detail = format!("the digest of the agreement is {agreement}; read it and accept what it says");
    Err(Error::conflict("agreement_differs", detail).next(format!("{}/agreement", grant.path())))
}
