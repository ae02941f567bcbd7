//! Rows of the account as they are sealed.

use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _, sql_query,
};

use crate::access::model::{AccountRow, CutRow, DeliveryRow, SealPlace};
use crate::datasets::Ground;
use crate::db::Conn;
use crate::db::schema::{deliveries, delivery_cuts};
use crate::kernel::{
    DatasetId, DeliveryId, Digest, GrantId, OrganisationId, PersonId, Result, Timestamp, VersionId,
};

type Row = (
    (DeliveryId, Timestamp, Option<PersonId>, Option<OrganisationId>, Option<GrantId>, DatasetId, VersionId),
    (String, i64, Ground, Option<String>, Option<String>, Option<Digest>),
);

const COLUMNS: (
    (
        deliveries::id,
        deliveries::at,
        deliveries::person_id,
        deliveries::organisation_id,
        deliveries::grant_id,
        deliveries::dataset_id,
        deliveries::version_id,
    ),
    (
        deliveries::path,
        deliveries::bytes,
        deliveries::way,
        deliveries::model,
        deliveries::run,
        deliveries::evaluation,
    ),
) = (
    (
        deliveries::id,
        deliveries::at,
        deliveries::person_id,
        deliveries::organisation_id,
        deliveries::grant_id,
        deliveries::dataset_id,
        deliveries::version_id,
    ),
    (
        deliveries::path,
        deliveries::bytes,
        deliveries::way,
        deliveries::model,
        deliveries::run,
        deliveries::evaluation,
    ),
);

type Cut = (DeliveryId, i64, Timestamp);

const CUT_COLUMNS: (delivery_cuts::delivery_id, delivery_cuts::bytes, delivery_cuts::at) =
    (delivery_cuts::delivery_id, delivery_cuts::bytes, delivery_cuts::at);

fn delivery(row: Row) -> AccountRow {
    let (
        (id, at, person, organisation, grant, dataset, version),
        (path, bytes, ground, model, run, evaluation),
    ) = row;
    AccountRow::Delivery(DeliveryRow {
        id,
        at,
        person,
        organisation,
        grant,
        dataset,
        version,
        path,
        bytes,
        ground,
        model,
        run,
        evaluation,
    })
}

fn cut((delivery, bytes, at): Cut) -> AccountRow {
    AccountRow::Cut(CutRow { delivery, bytes, at })
}

/// Whether any row is in no seal yet.
pub(in crate::access) fn any_unsealed(conn: &mut Conn) -> Result<bool> {
    let begun = diesel::dsl::exists(deliveries::table.filter(deliveries::seal.is_null()));
    let cut = diesel::dsl::exists(delivery_cuts::table.filter(delivery_cuts::seal.is_null()));
    Ok(diesel::select(begun.or(cut)).get_result(conn)?)
}

/// The first deliveries that are in no seal, by id.
pub(in crate::access) fn unsealed_deliveries(conn: &mut Conn, limit: i64) -> Result<Vec<AccountRow>> {
    let rows: Vec<Row> = deliveries::table
        .filter(deliveries::seal.is_null())
        .order(deliveries::id)
        .limit(limit)
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(delivery).collect())
}

/// The first cuts that are in no seal, by the delivery's id.
pub(in crate::access) fn unsealed_cuts(conn: &mut Conn, limit: i64) -> Result<Vec<AccountRow>> {
    let rows: Vec<Cut> = delivery_cuts::table
        .filter(delivery_cuts::seal.is_null())
        .order(delivery_cuts::delivery_id)
        .limit(limit)
        .select(CUT_COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(cut).collect())
}

/// Puts the rows that [`unsealed_deliveries`] gives in this transaction under a seal, counted from zero; tells how many
/// they were.
pub(in crate::access) fn seal_deliveries(conn: &mut Conn, position: i64, limit: i64) -> Result<usize> {
    let numbered = "UPDATE deliveries SET seal = $1, seal_index = n.place FROM \
        (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM \
        (SELECT id FROM deliveries WHERE seal IS NULL ORDER BY id LIMIT $2) AS waiting) AS n \
        WHERE deliveries.id = n.id";
    Ok(sql_query(numbered).bind::<BigInt, _>(position).bind::<BigInt, _>(limit).execute(conn)?)
}

/// The same with cuts, counted from a place on.
pub(in crate::access) fn seal_cuts(conn: &mut Conn, position: i64, first: i64, limit: i64) -> Result<usize> {
    let numbered = "UPDATE delivery_cuts SET seal = $1, seal_index = n.place + $2 FROM \
        (SELECT delivery_id, row_number() OVER (ORDER BY delivery_id) - 1 AS place FROM \
        (SELECT delivery_id FROM delivery_cuts WHERE seal IS NULL ORDER BY delivery_id LIMIT $3) AS waiting) AS n \
        WHERE delivery_cuts.delivery_id = n.delivery_id";
    Ok(sql_query(numbered)
        .bind::<BigInt, _>(position)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(limit)
        .execute(conn)?)
}

/// All rows under a seal, in order, each with its place.
pub(in crate::access) fn rows_of_seal(conn: &mut Conn, position: i64) -> Result<Vec<(i64, AccountRow)>> {
    let begun: Vec<(Option<i64>, Row)> = deliveries::table
        .filter(deliveries::seal.eq(position))
        .order(deliveries::seal_index)
        .select((deliveries::seal_index, COLUMNS))
        .load(conn)?;
    let cuts: Vec<(Option<i64>, Cut)> = delivery_cuts::table
        .filter(delivery_cuts::seal.eq(position))
        .order(delivery_cuts::seal_index)
        .select((delivery_cuts::seal_index, CUT_COLUMNS))
        .load(conn)?;
    let begun = begun.into_iter().filter_map(|(place, row)| Some((place?, delivery(row))));
    let cuts = cuts.into_iter().filter_map(|(place, row)| Some((place?, cut(row))));
    let mut rows: Vec<_> = begun.chain(cuts).collect();
    rows.sort_by_key(|(place, _)| *place);
    Ok(rows)
}

/// Where a delivery and the row that corrects it are sealed, as far as they are.
pub(in crate::access) fn seals_of(
    conn: &mut Conn,
    id: &DeliveryId,
) -> Result<(Option<SealPlace>, Option<SealPlace>)> {
    type Place = (Option<i64>, Option<i64>);
    let place = |found: Vec<Place>| {
        found.into_iter().find_map(|(seal, index)| Some(SealPlace { position: seal?, index: index? }))
    };
    let begun = deliveries::table.find(id).select((deliveries::seal, deliveries::seal_index)).load(conn)?;
    let cut =
        delivery_cuts::table.find(id).select((delivery_cuts::seal, delivery_cuts::seal_index)).load(conn)?;
    Ok((place(begun), place(cut)))
}
