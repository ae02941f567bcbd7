//! Rows of the account of deliveries. They are written once; what ended early is corrected beside them.

use diesel::{
    ExpressionMethods as _, Insertable, JoinOnDsl as _, NullableExpressionMethods as _,
    OptionalExtension as _, QueryDsl as _, RunQueryDsl as _,
};

use crate::access::model::{Begun, Correction, Cut, Delivered, NamedPerson, SealPlace};
use crate::datasets::{Delivery, Ground};
use crate::db::schema::{deliveries, delivery_cuts, files, organisations, people, versions};
use crate::db::{Conn, each_backend};
use crate::kernel::{
    DatasetId, DeliveryId, Digest, GrantId, OrganisationId, PageRequest, PersonId, Result, Slug, Timestamp,
    VersionId,
};

#[derive(Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: &'a DeliveryId,
    at: Timestamp,
    person_id: Option<&'a PersonId>,
    organisation_id: Option<&'a OrganisationId>,
    grant_id: Option<&'a GrantId>,
    dataset_id: &'a DatasetId,
    version_id: &'a VersionId,
    path: &'a str,
    bytes: i64,
    way: Ground,
    model: Option<&'a str>,
    run: Option<&'a str>,
    evaluation: Option<Digest>,
}

#[derive(Insertable)]
#[diesel(table_name = delivery_cuts)]
struct NewCut<'a> {
    delivery_id: &'a DeliveryId,
    bytes: i64,
    at: Timestamp,
}

/// Whose account is wanted.
#[derive(Debug, Clone)]
pub(in crate::access) enum Of {
    /// One dataset's.
    Dataset(DatasetId),
    /// One grant's.
    Grant(GrantId),
}

/// Writes deliveries in one statement.
pub(in crate::access) fn insert_deliveries(
    conn: &mut Conn,
    entries: &[&(DeliveryId, Delivery)],
) -> Result<()> {
    let rows: Vec<NewRow<'_>> = entries
        .iter()
        .map(|(id, delivery)| NewRow {
            id,
            at: delivery.at,
            person_id: delivery.person.as_ref(),
            organisation_id: delivery.permit.organisation.as_ref(),
            grant_id: delivery.permit.grant.as_ref(),
            dataset_id: &delivery.dataset,
            version_id: &delivery.version,
            path: &delivery.path,
            bytes: i64::try_from(delivery.bytes).unwrap_or(i64::MAX),
            way: delivery.permit.ground,
            model: delivery.model.as_deref(),
            run: delivery.run.as_deref(),
            evaluation: delivery.permit.evaluation.as_ref().map(|evaluation| evaluation.digest),
        })
        .collect();
    each_backend!(conn, conn => diesel::insert_into(deliveries::table).values(&rows).execute(conn))?;
    Ok(())
}

/// The number of a version, which is in the facts that terms are held against.
pub(in crate::access) fn version_number(conn: &mut Conn, version: &VersionId) -> Result<String> {
    Ok(versions::table.find(version).select(versions::number).first(conn)?)
}

/// The media type of a file; none where the file is gone.
pub(in crate::access) fn media_type(
    conn: &mut Conn,
    version: &VersionId,
    path: &str,
) -> Result<Option<String>> {
    let one = files::table.filter(files::version_id.eq(version)).filter(files::path.eq(path));
    Ok(one.select(files::media_type).first(conn).optional()?)
}

/// Those of these deliveries that are on record and not corrected yet.
pub(in crate::access) fn begun_deliveries(conn: &mut Conn, ids: &[&DeliveryId]) -> Result<Vec<Begun>> {
    type Row = (DeliveryId, Option<GrantId>, VersionId, String, i64);
    let rows: Vec<Row> = deliveries::table
        .left_join(delivery_cuts::table.on(delivery_cuts::delivery_id.eq(deliveries::id)))
        .filter(deliveries::id.eq_any(ids.iter().map(|id| id.as_str().to_owned())))
        .filter(delivery_cuts::delivery_id.nullable().is_null())
        .select((
            deliveries::id,
            deliveries::grant_id,
            deliveries::version_id,
            deliveries::path,
            deliveries::bytes,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, grant, version, path, bytes)| Begun { id, grant, version, path, bytes })
        .collect())
}

/// Writes how deliveries ended early.
pub(in crate::access) fn insert_cuts(conn: &mut Conn, cuts: &[(&Cut, Correction)]) -> Result<()> {
    let rows: Vec<NewCut<'_>> = cuts
        .iter()
        .map(|(cut, correction)| NewCut { delivery_id: &cut.delivery, bytes: correction.bytes, at: cut.at })
        .collect();
    each_backend!(conn, conn => diesel::insert_into(delivery_cuts::table).values(&rows).execute(conn))?;
    Ok(())
}

type Row = (
    (DeliveryId, Timestamp, Option<GrantId>, String, i64, Ground, Option<String>, Option<String>),
    (Option<PersonId>, Option<String>, Option<Slug>, Option<String>),
    (Option<i64>, Option<Timestamp>, Option<i64>, Option<i64>),
);

/// Deliveries, newest first.
pub(in crate::access) fn list_deliveries(
    conn: &mut Conn,
    of: &Of,
    page: &PageRequest,
    before: Option<&DeliveryId>,
) -> Result<Vec<Delivered>> {
    let mut query = deliveries::table
        .left_join(people::table.on(people::id.nullable().eq(deliveries::person_id)))
        .left_join(organisations::table.on(organisations::id.nullable().eq(deliveries::organisation_id)))
        .left_join(versions::table.on(versions::id.eq(deliveries::version_id)))
        .left_join(delivery_cuts::table.on(delivery_cuts::delivery_id.eq(deliveries::id)))
        .select((
            (
                deliveries::id,
                deliveries::at,
                deliveries::grant_id,
                deliveries::path,
                deliveries::bytes,
                deliveries::way,
                deliveries::model,
                deliveries::run,
            ),
            (
                deliveries::person_id,
                people::name.nullable(),
                organisations::slug.nullable(),
                versions::number.nullable(),
            ),
            (
                delivery_cuts::bytes.nullable(),
                delivery_cuts::at.nullable(),
                deliveries::seal,
                deliveries::seal_index,
            ),
        ))
        .into_boxed();
    query = match of {
        Of::Dataset(id) => query.filter(deliveries::dataset_id.eq(id.clone())),
        Of::Grant(id) => query.filter(deliveries::grant_id.eq(id.clone())),
    };
    if let Some(before) = before {
        query = query.filter(deliveries::id.lt(before.clone()));
    }
    let rows: Vec<Row> = query.order(deliveries::id.desc()).limit(page.rows()).load(conn)?;
    Ok(rows.into_iter().map(model).collect())
}

fn model(row: Row) -> Delivered {
    let (
        (id, at, grant, path, begun, way, model, run),
        (person, name, organisation, version),
        (sent, cut_at, seal, index),
    ) = row;
    let person = person.map(|id| NamedPerson { id, name: name.unwrap_or_default() });
    let seal = seal.zip(index).map(|(position, index)| SealPlace { position, index });
    let bytes = sent.unwrap_or(begun);
    Delivered { id, at, person, organisation, grant, version, path, bytes, cut_at, way, model, run, seal }
}

/// Of a delivery, for whom it is to be known: its dataset, and the grant when there is one.
pub(in crate::access) fn concerned(
    conn: &mut Conn,
    id: &DeliveryId,
) -> Result<Option<(DatasetId, Option<GrantId>)>> {
    Ok(deliveries::table
        .find(id)
        .select((deliveries::dataset_id, deliveries::grant_id))
        .first(conn)
        .optional()?)
}
