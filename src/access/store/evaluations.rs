//! Evaluations of policies as they were made: never changed, found by their digest.

use diesel::{
    ExpressionMethods as _, QueryDsl as _, Queryable, RunQueryDsl as _, Selectable, SelectableHelper as _,
};

use super::from_json;
use crate::access::model::Evaluated;
use crate::db::schema::policy_evaluations;
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{DatasetId, Digest, GrantId, RequestId, Result, Timestamp};
use crate::policies::Evaluation;

#[derive(Queryable, Selectable)]
#[diesel(table_name = policy_evaluations)]
struct EvaluationRow {
    digest: Digest,
    policy_revision: i64,
    at: Timestamp,
    grant_id: Option<GrantId>,
    body: String,
}

impl EvaluationRow {
    fn into_model(self) -> Result<Evaluated> {
        Ok(Evaluated {
            digest: self.digest,
            policy_revision: self.policy_revision,
            at: self.at,
            grant: self.grant_id,
            trace: from_json(&self.body)?,
        })
    }
}

/// Stores an evaluation; the same one twice is one.
pub(in crate::access) fn insert_evaluation(
    conn: &mut Conn,
    evaluation: &Evaluation,
    dataset: &DatasetId,
    request: Option<&RequestId>,
    grant: Option<&GrantId>,
) -> Result<()> {
    diesel::insert_into(policy_evaluations::table)
        .values((
            policy_evaluations::digest.eq(evaluation.digest),
            policy_evaluations::dataset_id.eq(dataset),
            policy_evaluations::request_id.eq(request),
            policy_evaluations::grant_id.eq(grant),
            policy_evaluations::policy_revision.eq(evaluation.policy_revision),
            policy_evaluations::at.eq(evaluation.trace.facts.now),
            policy_evaluations::body.eq(&evaluation.text),
        ))
        .or_ignore()
        .execute(conn)?;
    Ok(())
}

/// The evaluations of a request, oldest first.
pub(in crate::access) fn evaluations_of_request(
    conn: &mut Conn,
    request: &RequestId,
) -> Result<Vec<Evaluated>> {
    let rows: Vec<EvaluationRow> = policy_evaluations::table
        .filter(policy_evaluations::request_id.eq(request))
        .order((policy_evaluations::at, policy_evaluations::digest))
        .limit(1000)
        .select(EvaluationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(EvaluationRow::into_model).collect()
}
