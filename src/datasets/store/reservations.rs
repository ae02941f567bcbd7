//! What datasets say of text and data mining, as facets.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};

use crate::datasets::model::Visibility;
use crate::datasets::reservation::{BY_RECORD, BY_TERMS, RESERVED};
use crate::db::schema::{dataset_facets, datasets};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{DatasetId, Result, Slug};

/// The values that record and terms give.
pub(in crate::datasets) fn reservations(conn: &mut Conn, dataset: &DatasetId) -> Result<Vec<String>> {
    Ok(dataset_facets::table
        .filter(dataset_facets::dataset_id.eq(dataset))
        .filter(dataset_facets::facet.eq_any([BY_RECORD, BY_TERMS]))
        .select(dataset_facets::value)
        .load(conn)?)
}

/// Notes whether the terms reserve mining.
pub(in crate::datasets) fn note_reservation(
    conn: &mut Conn,
    dataset: &DatasetId,
    reserved: bool,
) -> Result<()> {
    let noted = dataset_facets::table
        .filter(dataset_facets::dataset_id.eq(dataset))
        .filter(dataset_facets::facet.eq(BY_TERMS));
    if reserved {
        diesel::insert_into(dataset_facets::table)
            .values((
                dataset_facets::dataset_id.eq(dataset),
                dataset_facets::facet.eq(BY_TERMS),
                dataset_facets::value.eq(RESERVED),
            ))
            .or_ignore()
            .execute(conn)?;
    } else {
        diesel::delete(noted).execute(conn)?;
    }
    Ok(())
}

type Row = (DatasetId, Slug, Slug, String);

/// Public datasets that say something, by id, with their records.
pub(in crate::datasets) fn public_reservations(
    conn: &mut Conn,
    after: Option<&DatasetId>,
    limit: i64,
) -> Result<Vec<Row>> {
    let says = dataset_facets::table
        .filter(dataset_facets::facet.eq_any([BY_RECORD, BY_TERMS]))
        .select(dataset_facets::dataset_id);
    let mut query = datasets::table
        .filter(datasets::visibility.eq(Visibility::Public))
        .filter(datasets::listed.eq(true))
        .filter(datasets::id.eq_any(says))
        .select((datasets::id, datasets::organisation_slug, datasets::name, datasets::record))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(datasets::id.gt(after.clone()));
    }
    Ok(query.order(datasets::id).limit(limit).load(conn)?)
}

/// Those of these datasets whose record or terms reserve mining.
pub(in crate::datasets) fn reserved_among(conn: &mut Conn, ids: &[DatasetId]) -> Result<BTreeSet<DatasetId>> {
    let found: Vec<DatasetId> = dataset_facets::table
        .filter(dataset_facets::dataset_id.eq_any(ids))
        .filter(dataset_facets::facet.eq_any([BY_RECORD, BY_TERMS]))
        .filter(dataset_facets::value.eq(RESERVED))
        .select(dataset_facets::dataset_id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}
