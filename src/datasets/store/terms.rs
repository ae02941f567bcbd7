//! Revisions of the terms of use.

use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _};

use super::from_json;
use crate::datasets::model::{Dataset, PolicyRevision};
use crate::db::Conn;
use crate::db::schema::{datasets, policy_revisions};
use crate::kernel::{DatasetId, Digest, PageRequest, Result, Timestamp};
use crate::policies::AccessMode;

pub(super) type Row = (i64, AccessMode, Option<String>, Digest, Timestamp);

pub(super) const COLUMNS: (
    policy_revisions::revision,
    policy_revisions::mode,
    policy_revisions::offer,
    policy_revisions::digest,
    policy_revisions::edited_at,
) = (
    policy_revisions::revision,
    policy_revisions::mode,
    policy_revisions::offer,
    policy_revisions::digest,
    policy_revisions::edited_at,
);

pub(super) fn model((revision, mode, offer, digest, edited_at): Row) -> Result<PolicyRevision> {
    Ok(PolicyRevision {
        mode,
        offer: offer.as_deref().map(from_json).transpose()?,
        revision,
        digest,
        edited_at,
    })
}

pub(in crate::datasets) fn policy_revision(
    conn: &mut Conn,
    dataset: &DatasetId,
    revision: i64,
) -> Result<Option<PolicyRevision>> {
    let row: Option<Row> =
        policy_revisions::table.find((dataset, revision)).select(COLUMNS).first(conn).optional()?;
    row.map(model).transpose()
}

pub(in crate::datasets) fn policy_revisions(
    conn: &mut Conn,
    dataset: &DatasetId,
    page: &PageRequest,
    before: Option<i64>,
) -> Result<Vec<PolicyRevision>> {
    let mut query =
        policy_revisions::table.filter(policy_revisions::dataset_id.eq(dataset)).select(COLUMNS).into_boxed();
    if let Some(before) = before {
        query = query.filter(policy_revisions::revision.lt(before));
    }
    let rows: Vec<Row> = query.order(policy_revisions::revision.desc()).limit(page.rows()).load(conn)?;
    rows.into_iter().map(model).collect()
}

pub(in crate::datasets) fn insert_policy(
    conn: &mut Conn,
    dataset: &Dataset,
    policy: &PolicyRevision,
    edited_by: &str,
    (updated_at, position): (Timestamp, i64),
) -> Result<()> {
    diesel::insert_into(policy_revisions::table)
        .values((
            policy_revisions::dataset_id.eq(&dataset.id),
            policy_revisions::revision.eq(policy.revision),
            policy_revisions::mode.eq(policy.mode),
            policy_revisions::offer.eq(policy.offer.as_ref().map(ToString::to_string)),
            policy_revisions::digest.eq(policy.digest),
            policy_revisions::edited_by.eq(edited_by),
            policy_revisions::edited_at.eq(policy.edited_at),
        ))
        .execute(conn)?;
    diesel::update(datasets::table.find(&dataset.id))
        .set((
            datasets::access_mode.eq(policy.mode),
            datasets::policy_revision.eq(policy.revision),
            (datasets::updated_at.eq(updated_at), datasets::position.eq(position)),
        ))
        .execute(conn)?;
    Ok(())
}
