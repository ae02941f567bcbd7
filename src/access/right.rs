//! Whether a grant gives bytes at this moment: it holds, its holder still belongs, and the terms it keeps are satisfied.

use super::door::{belongs, gives_bytes, grant_ended, suspended};
use super::model::{Grant, Parties, count, not_violated, satisfied};
use super::verdict;
use crate::datasets::terms_of_revision;
use crate::db::Conn;
use crate::kernel::{Error, Kind, PersonId, Result, Timestamp};
use crate::policies::{Evaluation, LeftOperand, Terms};

/// What is about to be given out.
pub(super) struct Use<'a> {
    /// The number of the version.
    pub(super) version: &'a str,
    /// The secure environment whose account asks.
    pub(super) environment: Option<&'a str>,
    /// The media types of the files, as far as they are known.
    pub(super) media_types: &'a [String],
    /// Which download of the file it is. Before the file is known, the first one: whoever counts asks again.
    pub(super) downloads: u64,
}

/// What the terms made of it.
pub(super) struct Right {
    /// Whether they limit the number of downloads.
    pub(super) counted: bool,
    /// The evaluation; none where the terms are an access mode alone.
    pub(super) evaluation: Option<Evaluation>,
}

/// A grant holds now.
///
/// # Errors
/// 403 `grant_suspended` or `grant_ended`.
pub(super) fn grant_holds(grant: &Grant, now: Timestamp) -> Result<()> {
    if grant.is_suspended(now) {
        Err(suspended(grant, Kind::Forbidden))
    } else if grant.is_active(now) {
        Ok(())
    } else {
        Err(grant_ended(grant))
    }
}

/// A grant holds now, for a person whom it was opened to.
///
/// # Errors
/// 403 when it does not.
pub(super) fn still_holds(
    conn: &mut Conn,
    now: Timestamp,
    (grant, parties): (&Grant, &Parties),
    person: Option<&PersonId>,
    using: &Use<'_>,
) -> Result<Right> {
    grant_holds(grant, now)?;
    belongs(conn, &parties.organisation, person)?;
    permits(conn, now, (grant, parties), using)
}

/// A grant keeps the terms it was given under, and must satisfy them still. What they left to people, a reviewer confirmed
/// line by line; grants from before that was kept were decided as a whole.
///
/// # Errors
/// 403 when the terms are not satisfied.
pub(super) fn permits(
    conn: &mut Conn,
    now: Timestamp,
    (grant, parties): (&Grant, &Parties),
    using: &Use<'_>,
) -> Result<Right> {
    let terms = terms_of_revision(conn, &parties.dataset, grant.policy_revision)?
        .ok_or_else(|| Error::internal("grant", "the terms it was given under are gone"))?;
    stays_within(&terms, grant, using.environment)?;
    let about = |operand| terms.offer().is_some_and(|offer| count::depends_on(offer, operand));
    // Terms about formats are held against every format; all others need no format at all.
    let formats: Vec<Option<&str>> = match using.media_types {
        [] => vec![None],
        _ if !about(LeftOperand::FileFormat) => vec![None],
        types => types.iter().map(|format| Some(format.as_str())).collect(),
    };
    let mut evaluation = None;
    for format in formats {
        let held = verdict::of_delivery(conn, now, &terms, (grant, parties), using, format)?;
        match &held {
            Some(held) if grant.basis.is_some() => satisfied(held, Kind::Forbidden, &grant.dataset)?,
            Some(held) => not_violated(held, Kind::Forbidden, &grant.dataset)?,
            None => {}
        }
        evaluation = held;
    }
    Ok(Right { counted: about(LeftOperand::Count), evaluation })
}

/// Bytes that must not leave a secure environment go to the account of the one that the applicant named, and to no other.
fn stays_within(terms: &Terms, grant: &Grant, environment: Option<&str>) -> Result<()> {
    let named = grant.basis.as_ref().and_then(|basis| basis.statement.processing_environment.as_ref());
    match (named, environment) {
        (Some(named), Some(environment)) if named.as_str() == environment => Ok(()),
        _ => gives_bytes(terms),
    }
}
