//! Rows of requests.

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable,
    SelectableHelper as _,
};
use serde::{Deserialize, Serialize};

use super::people::names;
use super::visible::requests_seen_by;
use super::{from_json, to_json};
use crate::access::model::{Filters, NamedPerson, Parties, Request, RequestState};
use crate::db::Conn;
use crate::db::schema::requests;
use crate::kernel::{
    DatasetId, Digest, GrantId, OrganisationId, PageRequest, PersonId, Principal, RequestId, Result, Slug,
    Timestamp,
};
use crate::policies::{Purpose, UseStatement};

#[derive(Queryable, Selectable)]
#[diesel(table_name = requests)]
struct RequestRow {
    id: RequestId,
    dataset_id: DatasetId,
    dataset: String,
    space: Slug,
    provider_id: OrganisationId,
    organisation_id: OrganisationId,
    organisation: Slug,
    applicant: PersonId,
    state: RequestState,
    purpose: Purpose,
    body: String,
    policy_revision: i64,
    verdict: Option<String>,
    evaluation: Option<Digest>,
    decided_at: Option<Timestamp>,
    remark: Option<String>,
    grant_id: Option<GrantId>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What of the statement is only shown, never searched.
#[derive(Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) justification: String,
    #[serde(default, skip_serializing_if = "UseStatement::is_empty")]
    pub(super) statement: UseStatement,
    duration_days: u32,
    pub(super) members: Vec<Slug>,
}

impl Body {
    fn text_of(request: &Request) -> Result<String> {
        to_json(&Self {
            justification: request.justification.clone(),
            statement: request.statement.clone(),
            duration_days: request.duration_days,
            members: request.members.clone(),
        })
    }
}

impl RequestRow {
    fn into_model(self, applicant: Option<&String>) -> Result<(Request, Parties)> {
        let body: Body = from_json(&self.body)?;
        let parties = Parties {
            dataset: self.dataset_id,
            provider: self.provider_id,
            organisation: self.organisation_id,
        };
        let request = Request {
            id: self.id,
            dataset: self.dataset,
            space: self.space,
            organisation: self.organisation,
            applicant: NamedPerson { id: self.applicant, name: applicant.cloned().unwrap_or_default() },
            state: self.state,
            purpose: self.purpose,
            justification: body.justification,
            statement: body.statement,
            duration_days: body.duration_days,
            members: body.members,
            remark: self.remark,
            verdict: self.verdict.as_deref().map(from_json).transpose()?,
            evaluation: self.evaluation,
            decided_at: self.decided_at,
            grant: self.grant_id,
            policy_revision: self.policy_revision,
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        Ok((request, parties))
    }
}

fn with_applicants(conn: &mut Conn, rows: Vec<RequestRow>) -> Result<Vec<(Request, Parties)>> {
    let ids: Vec<PersonId> = rows.iter().map(|row| row.applicant.clone()).collect();
    let names = names(conn, &ids)?;
    rows.into_iter()
        .map(|row| {
            let applicant = row.applicant.clone();
            row.into_model(names.get(&applicant))
        })
        .collect()
}

/// The request, if this person may know of it.
pub(in crate::access) fn visible_request(
    conn: &mut Conn,
    principal: &Principal,
    id: &RequestId,
) -> Result<Option<(Request, Parties)>> {
    let rows = requests::table
        .filter(requests::id.eq(id))
        .filter(requests_seen_by(principal))
        .select(RequestRow::as_select())
        .load(conn)?;
    Ok(with_applicants(conn, rows)?.pop())
}

/// Requests that this person may know of, newest first.
pub(in crate::access) fn list_requests(
    conn: &mut Conn,
    principal: &Principal,
    filters: &Filters<RequestState>,
    page: &PageRequest,
    before: Option<&RequestId>,
) -> Result<Vec<Request>> {
    let mut query =
        requests::table.filter(requests_seen_by(principal)).select(RequestRow::as_select()).into_boxed();
    if let Some(state) = filters.state {
        query = query.filter(requests::state.eq(state));
    }
    if let Some(dataset) = &filters.dataset {
        query = query.filter(requests::dataset.eq(dataset.to_string()));
    }
    if let Some(organisation) = &filters.organisation {
        query = query.filter(requests::organisation.eq(organisation.clone()));
    }
    if let Some(space) = &filters.space {
        query = query.filter(requests::space.eq(space.clone()));
    }
    if let Some(before) = before {
        query = query.filter(requests::id.lt(before.clone()));
    }
    let rows = query.order(requests::id.desc()).limit(page.rows()).load(conn)?;
    Ok(with_applicants(conn, rows)?.into_iter().map(|(request, _)| request).collect())
}

/// The newest requests for a dataset, whoever asks.
pub(in crate::access) fn requests_for(
    conn: &mut Conn,
    dataset: &DatasetId,
    most: i64,
) -> Result<Vec<(Request, Parties)>> {
    let rows = requests::table
        .filter(requests::dataset_id.eq(dataset))
        .order(requests::id.desc())
        .limit(most)
        .select(RequestRow::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.into_model(None)).collect()
}

/// The newest request that waits for somebody: of one of these organisations, for this dataset, for this purpose
/// when one is given.
pub(in crate::access) fn open_request(
    conn: &mut Conn,
    dataset: &DatasetId,
    organisations: &[OrganisationId],
    purpose: Option<Purpose>,
) -> Result<Option<RequestId>> {
    let open: Vec<RequestState> = RequestState::ALL.iter().copied().filter(|state| state.is_open()).collect();
    let mut query = requests::table
        .filter(requests::dataset_id.eq(dataset))
        .filter(requests::organisation_id.eq_any(organisations))
        .filter(requests::state.eq_any(open))
        .select(requests::id)
        .into_boxed();
    if let Some(purpose) = purpose {
        query = query.filter(requests::purpose.eq(purpose));
    }
    Ok(query.order((requests::created_at.desc(), requests::id.desc())).first(conn).optional()?)
}

pub(in crate::access) fn insert_request(conn: &mut Conn, request: &Request, parties: &Parties) -> Result<()> {
    diesel::insert_into(requests::table)
        .values((
            (
                requests::id.eq(&request.id),
                requests::dataset_id.eq(&parties.dataset),
                requests::dataset.eq(&request.dataset),
                requests::space.eq(&request.space),
                requests::provider_id.eq(&parties.provider),
                requests::organisation_id.eq(&parties.organisation),
                requests::organisation.eq(&request.organisation),
                requests::applicant.eq(&request.applicant.id),
            ),
            requests::state.eq(request.state),
            requests::purpose.eq(request.purpose),
            requests::body.eq(Body::text_of(request)?),
            requests::policy_revision.eq(request.policy_revision),
            requests::revision.eq(request.revision),
            requests::created_at.eq(request.created_at),
            requests::updated_at.eq(request.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed request; `decided_by` names who decided, when somebody did.
pub(in crate::access) fn update_request(
    conn: &mut Conn,
    request: &Request,
    decided_by: Option<&str>,
) -> Result<()> {
    diesel::update(requests::table.find(&request.id))
        .set((
            requests::state.eq(request.state),
            requests::purpose.eq(request.purpose),
            requests::body.eq(Body::text_of(request)?),
            requests::policy_revision.eq(request.policy_revision),
            requests::verdict.eq(request.verdict.as_ref().map(to_json).transpose()?),
            requests::evaluation.eq(request.evaluation),
            requests::decided_by.eq(decided_by),
            requests::decided_at.eq(request.decided_at),
            requests::remark.eq(&request.remark),
            requests::grant_id.eq(&request.grant),
            requests::revision.eq(request.revision),
            requests::updated_at.eq(request.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}
