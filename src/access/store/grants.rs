//! Rows of grants.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable,
    SelectableHelper as _,
};

use super::visible::grants_seen_by;
use super::{from_json, to_json};
use crate::access::model::{Filters, Grant, GrantState, Parties};
use crate::db::Conn;
use crate::db::schema::grants;
use crate::kernel::{
    DatasetId, GrantId, OrganisationId, PageRequest, Principal, RequestId, Result, Slug, Timestamp,
};
use crate::policies::Purpose;

#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
struct GrantRow {
    id: GrantId,
    request_id: RequestId,
    dataset_id: DatasetId,
    dataset: String,
    space: Slug,
    provider_id: OrganisationId,
    organisation_id: OrganisationId,
    organisation: Slug,
    purpose: Purpose,
    versions: Option<String>,
    conditions: Option<String>,
    policy_revision: i64,
    basis: Option<String>,
    state: GrantState,
    ended_at: Option<Timestamp>,
    suspended_at: Option<Timestamp>,
    reason: Option<String>,
    starts_at: Timestamp,
    ends_at: Timestamp,
    revision: i64,
}

impl GrantRow {
    fn into_model(self, now: Timestamp) -> Result<(Grant, Parties)> {
        let parties = Parties {
            dataset: self.dataset_id,
            provider: self.provider_id,
            organisation: self.organisation_id,
        };
        let grant = Grant {
            id: self.id,
            request: self.request_id,
            dataset: self.dataset,
            space: self.space,
            organisation: self.organisation,
            purpose: self.purpose,
            state: self.state,
            active: false,
            from: self.starts_at,
            until: self.ends_at,
            versions: self.versions.as_deref().map(from_json).transpose()?,
            conditions: self.conditions,
            policy_revision: self.policy_revision,
            basis: self.basis.as_deref().map(from_json).transpose()?,
            ended_at: self.ended_at,
            suspended_at: self.suspended_at,
            reason: self.reason,
            revision: self.revision,
        };
        Ok((Grant { active: grant.is_active(now), ..grant }, parties))
    }
}

/// The grant, if this person may know of it.
pub(in crate::access) fn visible_grant(
    conn: &mut Conn,
    principal: &Principal,
    id: &GrantId,
    now: Timestamp,
) -> Result<Option<(Grant, Parties)>> {
    let row: Option<GrantRow> = grants::table
        .filter(grants::id.eq(id))
        .filter(grants_seen_by(principal))
        .select(GrantRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| row.into_model(now)).transpose()
}

/// The grant, whoever asks: for a right that was given before.
pub(in crate::access) fn grant_by_id(
    conn: &mut Conn,
    id: &GrantId,
    now: Timestamp,
) -> Result<Option<(Grant, Parties)>> {
    let row: Option<GrantRow> =
        grants::table.find(id).select(GrantRow::as_select()).first(conn).optional()?;
    row.map(|row| row.into_model(now)).transpose()
}

/// These grants, whoever asks.
pub(in crate::access) fn grants_by_ids<'a>(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = &'a GrantId>,
    now: Timestamp,
) -> Result<Vec<(Grant, Parties)>> {
    let rows: Vec<GrantRow> = grants::table
        .filter(grants::id.eq_any(ids.into_iter().map(|id| id.as_str().to_owned())))
        .select(GrantRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.into_model(now)).collect()
}

/// Grants that this person may know of, newest first.
pub(in crate::access) fn list_grants(
    conn: &mut Conn,
    principal: &Principal,
    filters: &Filters<GrantState>,
    page: &PageRequest,
    before: Option<&GrantId>,
    now: Timestamp,
) -> Result<Vec<Grant>> {
    let mut query =
        grants::table.filter(grants_seen_by(principal)).select(GrantRow::as_select()).into_boxed();
    if let Some(state) = filters.state {
        query = query.filter(grants::state.eq(state));
    }
    if let Some(dataset) = &filters.dataset {
        query = query.filter(grants::dataset.eq(dataset.to_string()));
    }
    if let Some(organisation) = &filters.organisation {
        query = query.filter(grants::organisation.eq(organisation.clone()));
    }
    if let Some(space) = &filters.space {
        query = query.filter(grants::space.eq(space.clone()));
    }
    if let Some(before) = before {
        query = query.filter(grants::id.lt(before.clone()));
    }
    let rows: Vec<GrantRow> = query.order(grants::id.desc()).limit(page.rows()).load(conn)?;
    rows.into_iter().map(|row| row.into_model(now).map(|(grant, _)| grant)).collect()
}

/// The grants of these organisations for a dataset that hold now, the one that ends last first.
pub(in crate::access) fn live_grants(
    conn: &mut Conn,
    dataset: &DatasetId,
    organisations: &[OrganisationId],
    now: Timestamp,
) -> Result<Vec<(Grant, Parties)>> {
    let rows: Vec<GrantRow> = grants::table
        .filter(grants::organisation_id.eq_any(organisations))
        .filter(grants::dataset_id.eq(dataset))
        .filter(grants::state.eq(GrantState::Active))
        .filter(grants::starts_at.le(now))
        .filter(grants::ends_at.gt(now))
        .order((grants::ends_at.desc(), grants::id.desc()))
        .select(GrantRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.into_model(now)).collect()
}

/// The newest grant of these organisations for a dataset, whether it holds or not. Ordered by the id alone, SQLite would
/// read all grants for the dataset, whoever holds them, in the order of another index.
pub(in crate::access) fn newest_grant(
    conn: &mut Conn,
    dataset: &DatasetId,
    organisations: &[OrganisationId],
    now: Timestamp,
) -> Result<Option<Grant>> {
    let row: Option<GrantRow> = grants::table
        .filter(grants::organisation_id.eq_any(organisations))
        .filter(grants::dataset_id.eq(dataset))
        .order((grants::created_at.desc(), grants::id.desc()))
        .select(GrantRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| row.into_model(now).map(|(grant, _)| grant)).transpose()
}

pub(in crate::access) fn insert_grant(conn: &mut Conn, grant: &Grant, parties: &Parties) -> Result<()> {
    diesel::insert_into(grants::table)
        .values((
            (
                grants::id.eq(&grant.id),
                grants::request_id.eq(&grant.request),
                grants::dataset_id.eq(&parties.dataset),
                grants::dataset.eq(&grant.dataset),
                grants::space.eq(&grant.space),
                grants::provider_id.eq(&parties.provider),
                grants::organisation_id.eq(&parties.organisation),
                grants::organisation.eq(&grant.organisation),
            ),
            grants::purpose.eq(grant.purpose),
            grants::versions.eq(grant.versions.as_ref().map(to_json).transpose()?),
            grants::conditions.eq(&grant.conditions),
            grants::policy_revision.eq(grant.policy_revision),
            grants::basis.eq(grant.basis.as_ref().map(to_json).transpose()?),
            grants::state.eq(grant.state),
            grants::starts_at.eq(grant.from),
            grants::ends_at.eq(grant.until),
            grants::revision.eq(grant.revision),
            grants::created_at.eq(grant.from),
        ))
        .execute(conn)?;
    Ok(())
}

/// The grants of these organisations for a dataset that pause, and would hold now.
pub(in crate::access) fn suspended_grants(
    conn: &mut Conn,
    dataset: &DatasetId,
    organisations: &[OrganisationId],
    now: Timestamp,
) -> Result<Vec<Grant>> {
    let rows: Vec<GrantRow> = grants::table
        .filter(grants::organisation_id.eq_any(organisations))
        .filter(grants::dataset_id.eq(dataset))
        .filter(grants::state.eq(GrantState::Suspended))
        .filter(grants::ends_at.gt(now))
        .order((grants::created_at.desc(), grants::id.desc()))
        .select(GrantRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.into_model(now).map(|(grant, _)| grant)).collect()
}

/// Running grants for a dataset that were given under terms older than a revision, those that pause included; only
/// under the named revisions where some are. The oldest come first.
pub(in crate::access) fn grants_under_older_terms(
    conn: &mut Conn,
    dataset: &DatasetId,
    (present, named): (i64, Option<&[i64]>),
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(Grant, Parties)>> {
    let mut query = grants::table
        .filter(grants::dataset_id.eq(dataset))
        .filter(grants::policy_revision.lt(present))
        .filter(grants::state.eq_any([GrantState::Active, GrantState::Suspended]))
        .filter(grants::ends_at.gt(now))
        .order(grants::id)
        .limit(limit)
        .select(GrantRow::as_select())
        .into_boxed();
    if let Some(named) = named {
        query = query.filter(grants::policy_revision.eq_any(named));
    }
    let rows: Vec<GrantRow> = query.load(conn)?;
    rows.into_iter().map(|row| row.into_model(now)).collect()
}

/// Stores that these grants were revoked for one reason, in one statement.
pub(in crate::access) fn revoke_grants(
    conn: &mut Conn,
    ids: &[GrantId],
    reason: &str,
    revoked_by: &str,
    now: Timestamp,
) -> Result<usize> {
    Ok(diesel::update(grants::table.filter(grants::id.eq_any(ids)))
        .set((
            grants::state.eq(GrantState::Revoked),
            grants::ended_by.eq(revoked_by),
            grants::ended_at.eq(now),
            grants::suspended_at.eq(None::<Timestamp>),
            grants::reason.eq(reason),
            grants::revision.eq(grants::revision + 1),
        ))
        .execute(conn)?)
}

/// Stores where a grant stands after a command.
pub(in crate::access) fn move_grant(conn: &mut Conn, grant: &Grant, moved_by: &str) -> Result<()> {
    diesel::update(grants::table.find(&grant.id))
        .set((
            grants::state.eq(grant.state),
            grants::ended_by.eq(grant.ended_at.map(|_| moved_by)),
            grants::ended_at.eq(grant.ended_at),
            grants::suspended_at.eq(grant.suspended_at),
            grants::reason.eq(&grant.reason),
            grants::revision.eq(grant.revision),
        ))
        .execute(conn)?;
    Ok(())
}
