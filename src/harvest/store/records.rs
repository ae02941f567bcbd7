//! Records of a source, and what became of each.

use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, NullableExpressionMethods as _,
    QueryDsl as _, RunQueryDsl as _,
};

use crate::db::schema::{datasets, source_records};
use crate::db::{Conn, each_backend};
use crate::harvest::model::{RecordOutcome, Run, SourceRecord};
use crate::kernel::{DatasetId, Digest, PageRequest, Result, RunId, Slug, SourceId, Timestamp};

/// What is known of a record.
#[derive(Debug, Clone)]
pub(in crate::harvest) struct Known {
    pub dataset: Option<DatasetId>,
    pub digest: Option<Digest>,
    pub outcome: RecordOutcome,
    /// The source says that it is gone.
    pub leaving: bool,
    pub run: RunId,
}

/// What is to be kept of a record.
#[derive(Debug, Clone)]
pub(in crate::harvest) struct Seen {
    pub identifier: String,
    pub dataset: Option<DatasetId>,
    pub digest: Option<Digest>,
    pub outcome: RecordOutcome,
    pub detail: Option<String>,
}

/// What is known of records with these identifiers.
pub(in crate::harvest) fn known_records(
    conn: &mut Conn,
    source: &SourceId,
    identifiers: &[&str],
) -> Result<HashMap<String, Known>> {
    type Row = (String, Option<DatasetId>, Option<Digest>, RecordOutcome, bool, RunId);
    let rows: Vec<Row> = source_records::table
        .filter(source_records::source_id.eq(source))
        .filter(source_records::identifier.eq_any(identifiers))
        .select((
            source_records::identifier,
            source_records::dataset_id,
            source_records::digest,
            source_records::outcome,
            source_records::leaving,
            source_records::run_id,
        ))
        .load(conn)?;
    let known = rows.into_iter().map(|(identifier, dataset, digest, outcome, leaving, run)| {
        (identifier, Known { dataset, digest, outcome, leaving, run })
    });
    Ok(known.collect())
}

/// Keeps what became of records, in the place of what was known of them.
pub(in crate::harvest) fn keep_records(
    conn: &mut Conn,
    run: &Run,
    seen: &[Seen],
    now: Timestamp,
) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let identifiers: Vec<&str> = seen.iter().map(|one| one.identifier.as_str()).collect();
    let old = source_records::table
        .filter(source_records::source_id.eq(&run.source))
        .filter(source_records::identifier.eq_any(&identifiers));
    diesel::delete(old).execute(conn)?;
    let rows: Vec<_> = seen
        .iter()
        .map(|one| {
            (
                source_records::source_id.eq(&run.source),
                source_records::identifier.eq(&one.identifier),
                source_records::dataset_id.eq(&one.dataset),
                source_records::digest.eq(&one.digest),
                source_records::outcome.eq(one.outcome),
                source_records::detail.eq(&one.detail),
                source_records::leaving.eq(false),
                source_records::run_id.eq(&run.id),
                source_records::seen_at.eq(now),
            )
        })
        .collect();
    each_backend!(conn, conn => diesel::insert_into(source_records::table).values(&rows).execute(conn))?;
    Ok(())
}

/// Marks records that a run met and found as they were: one statement, and no write to their datasets.
pub(in crate::harvest) fn mark_unchanged(
    conn: &mut Conn,
    run: &Run,
    identifiers: &[&str],
    now: Timestamp,
) -> Result<()> {
    if identifiers.is_empty() {
        return Ok(());
    }
    let met = source_records::table
        .filter(source_records::source_id.eq(&run.source))
        .filter(source_records::identifier.eq_any(identifiers));
    diesel::update(met)
        .set((
            source_records::outcome.eq(RecordOutcome::Unchanged),
            source_records::leaving.eq(false),
            source_records::run_id.eq(&run.id),
            source_records::seen_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Marks records that the source says are gone.
pub(in crate::harvest) fn mark_leaving(
    conn: &mut Conn,
    source: &SourceId,
    identifiers: &[&str],
) -> Result<()> {
    if identifiers.is_empty() {
        return Ok(());
    }
    let gone = source_records::table
        .filter(source_records::source_id.eq(source))
        .filter(source_records::identifier.eq_any(identifiers));
    diesel::update(gone).set(source_records::leaving.eq(true)).execute(conn)?;
    Ok(())
}

/// What leaves at the end of a run: what the source says is gone, and after a complete run what it did not meet.
macro_rules! leaving {
    ($run:expr) => {
        source_records::table
            .filter(source_records::source_id.eq($run.source.clone()))
            .filter(source_records::dataset_id.is_not_null())
            .filter(source_records::leaving.eq(true).or(source_records::run_id.ne($run.id.clone()).and(
                diesel::dsl::sql::<diesel::sql_types::Bool>(if $run.complete { "1 = 1" } else { "1 = 0" }),
            )))
    };
}

/// How many records leave at the end of a run.
pub(in crate::harvest) fn count_leaving(conn: &mut Conn, run: &Run) -> Result<i64> {
    Ok(leaving!(run).count().get_result(conn)?)
}

/// Some records that leave at the end of a run.
pub(in crate::harvest) fn some_leaving(
    conn: &mut Conn,
    run: &Run,
    most: i64,
) -> Result<Vec<(String, Option<DatasetId>)>> {
    Ok(leaving!(run)
        .order(source_records::identifier)
        .limit(most)
        .select((source_records::identifier, source_records::dataset_id))
        .load(conn)?)
}

/// Some records of a source that are here.
pub(in crate::harvest) fn some_present(
    conn: &mut Conn,
    source: &SourceId,
    most: i64,
) -> Result<Vec<(String, Option<DatasetId>)>> {
    Ok(source_records::table
        .filter(source_records::source_id.eq(source))
        .filter(source_records::dataset_id.is_not_null())
        .order(source_records::identifier)
        .limit(most)
        .select((source_records::identifier, source_records::dataset_id))
        .load(conn)?)
}

/// How many records of a source are here.
pub(in crate::harvest) fn count_present(conn: &mut Conn, source: &SourceId) -> Result<i64> {
    Ok(source_records::table
        .filter(source_records::source_id.eq(source))
        .filter(source_records::dataset_id.is_not_null())
        .count()
        .get_result(conn)?)
}

/// Forgets what earlier runs said of records that are not here.
pub(in crate::harvest) fn forget_absent(conn: &mut Conn, run: &Run) -> Result<()> {
    let absent = source_records::table
        .filter(source_records::source_id.eq(&run.source))
        .filter(source_records::dataset_id.is_null())
        .filter(source_records::run_id.ne(&run.id));
    diesel::delete(absent).execute(conn)?;
    Ok(())
}

/// A discarded run takes back what it was told of deletions.
pub(in crate::harvest) fn unmark_leaving(conn: &mut Conn, source: &SourceId) -> Result<()> {
    let marked = source_records::table
        .filter(source_records::source_id.eq(source))
        .filter(source_records::leaving.eq(true));
    diesel::update(marked).set(source_records::leaving.eq(false)).execute(conn)?;
    Ok(())
}

/// Records of a source in the order of their identifiers, of one outcome or all.
pub(in crate::harvest) fn list_records(
    conn: &mut Conn,
    source: &SourceId,
    outcome: Option<RecordOutcome>,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<SourceRecord>> {
    type Row = (String, RecordOutcome, Option<String>, RunId, Timestamp, Option<Slug>, Option<Slug>);
    let mut query = source_records::table
        .left_join(datasets::table.on(datasets::id.nullable().eq(source_records::dataset_id)))
        .filter(source_records::source_id.eq(source))
        .select((
            source_records::identifier,
            source_records::outcome,
            source_records::detail,
            source_records::run_id,
            source_records::seen_at,
            datasets::organisation_slug.nullable(),
            datasets::name.nullable(),
        ))
        .into_boxed();
    if let Some(outcome) = outcome {
        query = query.filter(source_records::outcome.eq(outcome));
    }
    if let Some(after) = after {
        query = query.filter(source_records::identifier.gt(after.to_owned()));
    }
    let rows: Vec<Row> = query.order(source_records::identifier).limit(page.rows()).load(conn)?;
    let records = rows.into_iter().map(|(identifier, outcome, detail, run, seen_at, organisation, name)| {
        let dataset = organisation.zip(name).map(|(organisation, name)| format!("{organisation}/{name}"));
        SourceRecord { identifier, outcome, detail, dataset, run, seen_at }
    });
    Ok(records.collect())
}
