//! Rows of the account as they are sealed.

use diesel::sql_types::BigInt;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, Queryable, RunQueryDsl as _,
    Selectable, SelectableHelper as _, sql_query,
};

use crate::access::model::{AccountRow, CutRow, DeliveryRow, SealPlace};
use crate::datasets::Ground;
use crate::db::Conn;
use crate::db::schema::{deliveries, delivery_cuts};
use crate::kernel::{
    DatasetId, DeliveryId, Digest, GrantId, OrganisationId, PersonId, Result, Timestamp, VersionId,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
struct Begun {
    id: DeliveryId,
    at: Timestamp,
    person_id: Option<PersonId>,
    organisation_id: Option<OrganisationId>,
    grant_id: Option<GrantId>,
    dataset_id: DatasetId,
    version_id: VersionId,
    path: String,
    bytes: i64,
    way: Ground,
    model: Option<String>,
    run: Option<String>,
    evaluation: Option<Digest>,
}

impl Begun {
    fn into_row(self) -> AccountRow {
        AccountRow::Delivery(Box::new(DeliveryRow {
            id: self.id,
            at: self.at,
            person: self.person_id,
            organisation: self.organisation_id,
            grant: self.grant_id,
            dataset: self.dataset_id,
            version: self.version_id,
            path: self.path,
            bytes: self.bytes,
            ground: self.way,
            model: self.model,
            run: self.run,
            evaluation: self.evaluation,
        }))
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = delivery_cuts)]
struct Ended {
    delivery_id: DeliveryId,
    bytes: i64,
    at: Timestamp,
}

impl Ended {
    fn into_row(self) -> AccountRow {
        AccountRow::Cut(CutRow { delivery: self.delivery_id, bytes: self.bytes, at: self.at })
    }
}

/// Whether any row is in no seal yet.
pub(in crate::access) fn any_unsealed(conn: &mut Conn) -> Result<bool> {
    let begun = diesel::dsl::exists(deliveries::table.filter(deliveries::seal.is_null()));
    let cut = diesel::dsl::exists(delivery_cuts::table.filter(delivery_cuts::seal.is_null()));
    Ok(diesel::select(begun.or(cut)).get_result(conn)?)
}

/// The first deliveries that are in no seal, by id.
pub(in crate::access) fn unsealed_deliveries(conn: &mut Conn, limit: i64) -> Result<Vec<AccountRow>> {
    let rows: Vec<Begun> = deliveries::table
        .filter(deliveries::seal.is_null())
        .order(deliveries::id)
        .limit(limit)
        .select(Begun::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Begun::into_row).collect())
}

/// The first cuts that are in no seal, by the delivery's id.
pub(in crate::access) fn unsealed_cuts(conn: &mut Conn, limit: i64) -> Result<Vec<AccountRow>> {
    let rows: Vec<Ended> = delivery_cuts::table
        .filter(delivery_cuts::seal.is_null())
        .order(delivery_cuts::delivery_id)
        .limit(limit)
        .select(Ended::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Ended::into_row).collect())
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
    let begun: Vec<(Option<i64>, Begun)> = deliveries::table
        .filter(deliveries::seal.eq(position))
        .order(deliveries::seal_index)
        .select((deliveries::seal_index, Begun::as_select()))
        .load(conn)?;
    let cuts: Vec<(Option<i64>, Ended)> = delivery_cuts::table
        .filter(delivery_cuts::seal.eq(position))
        .order(delivery_cuts::seal_index)
        .select((delivery_cuts::seal_index, Ended::as_select()))
        .load(conn)?;
    let begun = begun.into_iter().filter_map(|(place, row)| Some((place?, row.into_row())));
    let cuts = cuts.into_iter().filter_map(|(place, row)| Some((place?, row.into_row())));
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
