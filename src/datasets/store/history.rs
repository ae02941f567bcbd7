//! The states a record had, and who may know of each.

use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _};

use super::raw;
use crate::datasets::model::{Dataset, RecordRevision, Visibility};
use crate::db::Conn;
use crate::db::schema::dataset_revisions;
use crate::kernel::{PageRequest, Result, Timestamp};

/// Keeps this state of the record for ever.
pub(in crate::datasets) fn insert_revision(
    conn: &mut Conn,
    dataset: &Dataset,
    edited_by: &str,
    position: i64,
) -> Result<()> {
    diesel::insert_into(dataset_revisions::table)
        .values((
            dataset_revisions::dataset_id.eq(&dataset.id),
            dataset_revisions::revision.eq(dataset.revision),
            dataset_revisions::record.eq(dataset.record.get()),
            dataset_revisions::edited_by.eq(edited_by),
            dataset_revisions::edited_at.eq(dataset.updated_at),
            dataset_revisions::position.eq(position),
            dataset_revisions::shown.eq(dataset.listed.then_some(dataset.visibility)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that others can see the present state of the record from now on.
pub(in crate::datasets) fn show_revision(conn: &mut Conn, dataset: &Dataset) -> Result<()> {
    diesel::update(dataset_revisions::table.find((&dataset.id, dataset.revision)))
        .set(dataset_revisions::shown.eq(dataset.visibility))
        .execute(conn)?;
    Ok(())
}

/// A state without its record: its number, who made it and when, where the journal has it.
type Row = (i64, String, Timestamp, i64);

const COLUMNS: (
    dataset_revisions::revision,
    dataset_revisions::edited_by,
    dataset_revisions::edited_at,
    dataset_revisions::position,
) = (
    dataset_revisions::revision,
    dataset_revisions::edited_by,
    dataset_revisions::edited_at,
    dataset_revisions::position,
);

fn model((revision, edited_by, edited_at, position): Row, inside: bool) -> RecordRevision {
    RecordRevision { revision, edited_by: inside.then_some(edited_by), edited_at, position, record: None }
}

/// The states of a record that may be known, newest first. Those who see inside know all of them, and who made them;
/// others those that everybody could see, or the same circle as now.
pub(in crate::datasets) fn revisions(
    conn: &mut Conn,
    dataset: &Dataset,
    inside: bool,
    page: &PageRequest,
    before: Option<i64>,
) -> Result<Vec<RecordRevision>> {
    let mut query = dataset_revisions::table
        .filter(dataset_revisions::dataset_id.eq(&dataset.id))
        .filter(dataset_revisions::revision.lt(before.unwrap_or(i64::MAX)))
        .select(COLUMNS)
        .into_boxed();
    if !inside {
        query = query.filter(dataset_revisions::shown.eq_any([Visibility::Public, dataset.visibility]));
    }
    let rows: Vec<Row> = query.order(dataset_revisions::revision.desc()).limit(page.rows()).load(conn)?;
    Ok(rows.into_iter().map(|row| model(row, inside)).collect())
}

/// The record as it was at an instant, or the next state after it that everybody who may know of the dataset now may know
/// too, see [`revisions`]. None when there is no such state.
pub(in crate::datasets) fn record_since(
    conn: &mut Conn,
    dataset: &Dataset,
    at: Timestamp,
) -> Result<Option<String>> {
    let states = dataset_revisions::table.filter(dataset_revisions::dataset_id.eq(&dataset.id));
    let then: Option<i64> = states
        .filter(dataset_revisions::edited_at.le(at))
        .order(dataset_revisions::revision.desc())
        .select(dataset_revisions::revision)
        .first(conn)
        .optional()?;
    let known = states
        .filter(dataset_revisions::revision.ge(then.unwrap_or_default()))
        .filter(dataset_revisions::shown.eq_any([Visibility::Public, dataset.visibility]))
        .order(dataset_revisions::revision)
        .select(dataset_revisions::record)
        .first(conn);
    Ok(known.optional()?)
}

/// One state of a record, if it may be known, see [`revisions`].
pub(in crate::datasets) fn revision(
    conn: &mut Conn,
    dataset: &Dataset,
    inside: bool,
    revision: i64,
) -> Result<Option<RecordRevision>> {
    let row: Option<(Row, String, Option<Visibility>)> = dataset_revisions::table
        .find((&dataset.id, revision))
        .select((COLUMNS, dataset_revisions::record, dataset_revisions::shown))
        .first(conn)
        .optional()?;
    row.filter(|(_, _, shown)| {
        inside || shown.is_some_and(|shown| shown == Visibility::Public || shown == dataset.visibility)
    })
    .map(|(row, record, _)| Ok(RecordRevision { record: Some(raw(record)?), ..model(row, inside) }))
    .transpose()
}
