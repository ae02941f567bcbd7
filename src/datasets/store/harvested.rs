//! Harvested datasets: many rows at once, and what else is the same dataset.

use std::collections::HashSet;

use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _, SelectableHelper as _,
};

use super::datasets::{DatasetRow, NewDatasetRow, mark};
use super::visible::visible_to;
use crate::datasets::harvested::BY_IDENTIFIER;
use crate::datasets::model::Dataset;
use crate::datasets::record::Facets;
use crate::db::schema::{
    dataset_audiences, dataset_facets, dataset_revisions, datasets, departures, policy_revisions,
    source_records,
};
use crate::db::{Conn, each_backend};
use crate::kernel::{Ctx, DatasetId, OrganisationId, Result, Scope, Slug, Timestamp};

/// The datasets with these ids, whoever asks: for work that was authorized before.
pub(in crate::datasets) fn any_by_ids(conn: &mut Conn, ids: &[&DatasetId]) -> Result<Vec<Dataset>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<DatasetRow> =
        datasets::table.filter(datasets::id.eq_any(ids)).select(DatasetRow::as_select()).load(conn)?;
    rows.into_iter().map(DatasetRow::into_model).collect()
}

/// Those of these names that are taken in an organisation.
pub(in crate::datasets) fn taken_names(
    conn: &mut Conn,
    organisation: &OrganisationId,
    names: &[&Slug],
) -> Result<Vec<Slug>> {
    Ok(datasets::table
        .filter(datasets::organisation_id.eq(organisation))
        .filter(datasets::name.eq_any(names))
        .select(datasets::name)
        .load(conn)?)
}

/// Stores datasets that were not there before, with their first states and filter values: three statements for all of them.
pub(in crate::datasets) fn insert_harvested(
    conn: &mut Conn,
    fresh: &[(Dataset, Facets, i64)],
    created_by: &str,
) -> Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    let rows = fresh
        .iter()
        .map(|(dataset, _, position)| NewDatasetRow::of(dataset, created_by, *position))
        .collect::<Result<Vec<_>>>()?;
    each_backend!(conn, conn => diesel::insert_into(datasets::table).values(&rows).execute(conn))?;
    let states: Vec<_> = fresh
        .iter()
        .map(|(dataset, _, position)| {
            (
                dataset_revisions::dataset_id.eq(&dataset.id),
                dataset_revisions::revision.eq(dataset.revision),
                dataset_revisions::record.eq(dataset.record.get()),
                dataset_revisions::edited_by.eq(created_by),
                dataset_revisions::edited_at.eq(dataset.updated_at),
                dataset_revisions::position.eq(*position),
                dataset_revisions::shown.eq(Some(dataset.visibility)),
            )
        })
        .collect();
    each_backend!(conn, conn => diesel::insert_into(dataset_revisions::table).values(&states).execute(conn))?;
    let values: Vec<_> = fresh
        .iter()
        .flat_map(|(dataset, facets, _)| super::facet_values(facets).map(|pair| (&dataset.id, pair)))
        .map(|(id, (facet, value))| {
            (
                dataset_facets::dataset_id.eq(id),
                dataset_facets::facet.eq(facet),
                dataset_facets::value.eq(value),
            )
        })
        .collect();
    // PostgreSQL takes 65,535 values in one statement, SQLite half of that.
    for part in values.chunks(5_000) {
        each_backend!(conn, conn => diesel::insert_into(dataset_facets::table).values(part).execute(conn))?;
    }
    Ok(())
}

/// Stores what changed, the mark included.
pub(in crate::datasets) fn update_harvested(conn: &mut Conn, dataset: &Dataset, position: i64) -> Result<()> {
    super::update_dataset(conn, dataset, position)?;
    diesel::update(datasets::table.find(&dataset.id))
        .set(datasets::harvested.eq(mark(dataset)?))
        .execute(conn)?;
    Ok(())
}

/// Keeps on record that datasets left the public catalogue.
pub(in crate::datasets) fn note_departures(
    conn: &mut Conn,
    last_seen: &[Dataset],
    first_position: i64,
    departed_at: Timestamp,
) -> Result<()> {
    let rows: Vec<_> = (first_position..)
        .zip(last_seen)
        .map(|(position, dataset)| {
            (
                departures::dataset_id.eq(&dataset.id),
                departures::organisation_slug.eq(&dataset.organisation),
                departures::name.eq(&dataset.name),
                departures::space.eq(&dataset.space),
                departures::position.eq(position),
                departures::departed_at.eq(departed_at),
            )
        })
        .collect();
    if !rows.is_empty() {
        each_backend!(conn, conn => diesel::insert_into(departures::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// Removes datasets that have no versions, with everything stated of them.
pub(in crate::datasets) fn delete_datasets(conn: &mut Conn, ids: &[&DatasetId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    diesel::delete(dataset_revisions::table.filter(dataset_revisions::dataset_id.eq_any(ids)))
        .execute(conn)?;
    diesel::delete(dataset_audiences::table.filter(dataset_audiences::dataset_id.eq_any(ids)))
        .execute(conn)?;
    diesel::delete(dataset_facets::table.filter(dataset_facets::dataset_id.eq_any(ids))).execute(conn)?;
    diesel::delete(policy_revisions::table.filter(policy_revisions::dataset_id.eq_any(ids))).execute(conn)?;
    diesel::delete(datasets::table.filter(datasets::id.eq_any(ids))).execute(conn)?;
    Ok(())
}

/// When the source of a harvested dataset last had it.
pub(in crate::datasets) fn last_seen(conn: &mut Conn, dataset: &DatasetId) -> Result<Option<Timestamp>> {
    Ok(source_records::table
        .filter(source_records::dataset_id.eq(dataset))
        .select(source_records::seen_at)
        .first(conn)
        .optional()?)
}

/// Those of these identities that a harvested dataset has.
pub(in crate::datasets) fn harvested_among(
    conn: &mut Conn,
    identities: &[String],
) -> Result<HashSet<String>> {
    if identities.is_empty() {
        return Ok(HashSet::new());
    }
    let harvested = datasets::table.filter(datasets::harvested.is_not_null()).select(datasets::id);
    let found: Vec<String> = dataset_facets::table
        .filter(dataset_facets::facet.eq(BY_IDENTIFIER))
        .filter(dataset_facets::value.eq_any(identities.to_vec()))
        .filter(dataset_facets::dataset_id.eq_any(harvested))
        .select(dataset_facets::value)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Full names of other datasets that state one of the same identifiers, as far as the caller may know of them.
pub(in crate::datasets) fn duplicates(
    conn: &mut Conn,
    ctx: &Ctx,
    dataset: &DatasetId,
    most: i64,
) -> Result<Vec<String>> {
    let own = dataset_facets::table
        .filter(dataset_facets::dataset_id.eq(dataset))
        .filter(dataset_facets::facet.eq(BY_IDENTIFIER))
        .select(dataset_facets::value);
    let values: Vec<String> = own.load(conn)?;
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let same = dataset_facets::table
        .filter(dataset_facets::facet.eq(BY_IDENTIFIER))
        .filter(dataset_facets::value.eq_any(values))
        .select(dataset_facets::dataset_id);
    let names: Vec<(Slug, Slug)> = datasets::table
        .filter(visible_to(ctx, Scope::Read))
        .filter(datasets::id.eq_any(same))
        .filter(datasets::id.ne(dataset))
        .order((datasets::organisation_slug, datasets::name))
        .select((datasets::organisation_slug, datasets::name))
        .limit(most)
        .load(conn)?;
    Ok(names.into_iter().map(|(organisation, name)| format!("{organisation}/{name}")).collect())
}
