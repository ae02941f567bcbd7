//! What changed, in the order of the journal, and what left the public catalogue.

use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
    RunQueryDsl as _, SelectableHelper as _,
};

use super::datasets::DatasetRow;
use super::described::narrowed;
use super::listing::{SUMMARY, SummaryRow, summary};
use super::visible::visible_to;
use crate::datasets::changes::Departure;
use crate::datasets::describe::Selection;
use crate::datasets::model::{Dataset, DatasetSummary, Visibility};
use crate::db::schema::{datasets, departures};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{Ctx, DatasetId, Result, Scope, Slug, Timestamp};

/// The latest instant of a change up to this one.
pub(in crate::datasets) fn latest_instant(conn: &mut Conn, up_to: Timestamp) -> Result<Option<Timestamp>> {
    let changed = datasets::table
        .filter(datasets::updated_at.le(up_to))
        .order(datasets::updated_at.desc())
        .select(datasets::updated_at)
        .limit(1);
    let departed = departures::table
        .filter(departures::departed_at.le(up_to))
        .order(departures::departed_at.desc())
        .select(departures::departed_at)
        .limit(1);
    // In one statement: everybody's writes wait for it.
    let (changed, departed): (Option<Timestamp>, Option<Timestamp>) =
        diesel::select((changed.single_value(), departed.single_value())).first(conn)?;
    Ok(changed.max(departed))
}

/// Keeps on record that a dataset left the public catalogue.
pub(in crate::datasets) fn note_departure(conn: &mut Conn, left: &Departure) -> Result<()> {
    diesel::insert_into(departures::table)
        .values((
            departures::dataset_id.eq(&left.id),
            departures::organisation_slug.eq(&left.organisation),
            departures::name.eq(&left.name),
            departures::space.eq(&left.space),
            departures::position.eq(left.position),
            departures::departed_at.eq(left.departed_at),
        ))
        .or_ignore()
        .execute(conn)?;
    Ok(())
}

/// Forgets a departure: the dataset is back.
pub(in crate::datasets) fn forget_departure(conn: &mut Conn, dataset: &DatasetId) -> Result<()> {
    diesel::delete(departures::table.find(dataset)).execute(conn)?;
    Ok(())
}

type DepartureRow = (DatasetId, Slug, Slug, Slug, i64, Timestamp);

const DEPARTURE: (
    departures::dataset_id,
    departures::organisation_slug,
    departures::name,
    departures::space,
    departures::position,
    departures::departed_at,
) = (
    departures::dataset_id,
    departures::organisation_slug,
    departures::name,
    departures::space,
    departures::position,
    departures::departed_at,
);

fn departure((id, organisation, name, space, position, departed_at): DepartureRow) -> Departure {
    Departure { id, organisation, name, space, position, departed_at }
}

/// The departure of this dataset, if it was public and is not any more.
pub(in crate::datasets) fn departure_of(conn: &mut Conn, dataset: &DatasetId) -> Result<Option<Departure>> {
    let row: Option<DepartureRow> =
        departures::table.find(dataset).select(DEPARTURE).first(conn).optional()?;
    Ok(row.map(departure))
}

/// Departures in the order of the journal, with a position in this span, of what the caller may not see any more.
pub(in crate::datasets) fn departures_between(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    (mut after, before): (i64, i64),
    most: i64,
) -> Result<Vec<Departure>> {
    let wanted = usize::try_from(most).unwrap_or(usize::MAX);
    let mut gone = Vec::new();
    // What left the public catalogue is still there for some; few, so that a second look is seldom needed.
    loop {
        let part = departed_between(conn, selection, (after, before), most)?;
        let is_last = part.len() < wanted;
        after = part.last().map_or(after, |last| last.position);
        let seen = seen_among(conn, ctx, &part)?;
        gone.extend(part.into_iter().filter(|departure| !seen.contains(&departure.id)));
        if is_last || gone.len() >= wanted {
            return Ok(gone);
        }
    }
}

fn seen_among(conn: &mut Conn, ctx: &Ctx, of: &[Departure]) -> Result<Vec<DatasetId>> {
    if of.is_empty() || ctx.principal().is_none() {
        return Ok(Vec::new());
    }
    let ids: Vec<&DatasetId> = of.iter().map(|departure| &departure.id).collect();
    Ok(datasets::table
        .filter(visible_to(ctx, Scope::Read))
        .filter(datasets::id.eq_any(ids))
        .select(datasets::id)
        .load(conn)?)
}

fn departed_between(
    conn: &mut Conn,
    selection: &Selection,
    (after, before): (i64, i64),
    most: i64,
) -> Result<Vec<Departure>> {
    let mut query = departures::table
        .filter(departures::position.gt(after).and(departures::position.lt(before)))
        .select(DEPARTURE)
        .into_boxed();
    if let Some(space) = &selection.space {
        query = query.filter(departures::space.eq(space.clone()));
    }
    if let Some(organisation) = &selection.organisation {
        query = query.filter(departures::organisation_slug.eq(organisation.clone()));
    }
    if let Some(since) = selection.updated_since {
        query = query.filter(departures::departed_at.ge(since));
    }
    if let Some(until) = selection.updated_until {
        query = query.filter(departures::departed_at.lt(until));
    }
    let rows: Vec<DepartureRow> = query.order(departures::position).limit(most).load(conn)?;
    Ok(rows.into_iter().map(departure).collect())
}

/// Datasets the caller may know of, in the order of the journal, whose newest change has a position in this span.
pub(in crate::datasets) fn changed_between(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    (after, before): (i64, i64),
    most: i64,
) -> Result<Vec<(i64, DatasetId)>> {
    Ok(narrowed(ctx, selection)
        .filter(datasets::position.gt(after).and(datasets::position.lt(before)))
        .select((datasets::position, datasets::id))
        .order((datasets::position, datasets::id))
        .limit(most)
        .load(conn)?)
}

/// Of these datasets those that the caller may know of, whole.
pub(in crate::datasets) fn visible_among(
    conn: &mut Conn,
    ctx: &Ctx,
    ids: &[DatasetId],
) -> Result<Vec<Dataset>> {
    let rows: Vec<DatasetRow> = datasets::table
        .filter(visible_to(ctx, Scope::Read))
        .filter(datasets::id.eq_any(ids))
        .select(DatasetRow::as_select())
        .load(conn)?;
    rows.into_iter().map(DatasetRow::into_model).collect()
}

/// Of these datasets those that the caller may know of, as lists show them.
pub(in crate::datasets) fn summaries_among(
    conn: &mut Conn,
    ctx: &Ctx,
    ids: &[DatasetId],
) -> Result<Vec<DatasetSummary>> {
    let rows: Vec<SummaryRow> = datasets::table
        .filter(visible_to(ctx, Scope::Read))
        .filter(datasets::id.eq_any(ids))
        .select(SUMMARY)
        .load(conn)?;
    rows.into_iter().map(summary).collect()
}

/// The datasets that everybody may know of, last changed first.
pub(in crate::datasets) fn newest_public(
    conn: &mut Conn,
    space: Option<&Slug>,
    most: i64,
) -> Result<Vec<Dataset>> {
    let mut query = datasets::table
        .filter(datasets::listed.eq(true).and(datasets::visibility.eq(Visibility::Public)))
        .select(DatasetRow::as_select())
        .into_boxed();
    if let Some(space) = space {
        query = query.filter(datasets::space.eq(space.clone()));
    }
    let rows: Vec<DatasetRow> =
        query.order((datasets::updated_at.desc(), datasets::id.desc())).limit(most).load(conn)?;
    rows.into_iter().map(DatasetRow::into_model).collect()
}

/// How many datasets everybody may know of.
pub(in crate::datasets) fn count_public(conn: &mut Conn) -> Result<i64> {
    Ok(datasets::table
        .filter(datasets::listed.eq(true).and(datasets::visibility.eq(Visibility::Public)))
        .count()
        .get_result(conn)?)
}

/// A public dataset by its name, for lists of addresses.
pub(in crate::datasets) type NameRow = (DatasetId, Slug, Slug, Timestamp);

/// Names of public datasets in the order of their registration: after one of them, or from the one of this number on.
pub(in crate::datasets) fn public_names(
    conn: &mut Conn,
    from: Result<&DatasetId, i64>,
    most: i64,
) -> Result<Vec<NameRow>> {
    let mut query = datasets::table
        .filter(datasets::listed.eq(true).and(datasets::visibility.eq(Visibility::Public)))
        .select((datasets::id, datasets::organisation_slug, datasets::name, datasets::updated_at))
        .into_boxed();
    query = match from {
        Ok(after) => query.filter(datasets::id.gt(after.clone())),
        Err(number) => query.offset(number),
    };
    Ok(query.order(datasets::id).limit(most).load(conn)?)
}

/// The earliest instant at which something of the public catalogue last changed.
pub(in crate::datasets) fn earliest_public(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let changed: Option<Timestamp> = datasets::table
        .filter(datasets::listed.eq(true).and(datasets::visibility.eq(Visibility::Public)))
        .order(datasets::updated_at)
        .select(datasets::updated_at)
        .first(conn)
        .optional()?;
    let departed: Option<Timestamp> = departures::table
        .order(departures::departed_at)
        .select(departures::departed_at)
        .first(conn)
        .optional()?;
    Ok(match (changed, departed) {
        (Some(changed), Some(departed)) => Some(changed.min(departed)),
        (one, other) => one.or(other),
    })
}

/// The organisations and spaces of what is public or was.
pub(in crate::datasets) fn public_groups(conn: &mut Conn) -> Result<(Vec<Slug>, Vec<Slug>)> {
    let public =
        datasets::table.filter(datasets::listed.eq(true).and(datasets::visibility.eq(Visibility::Public)));
    let mut organisations: Vec<Slug> = public.select(datasets::organisation_slug).distinct().load(conn)?;
    organisations
        .extend(departures::table.select(departures::organisation_slug).distinct().load::<Slug>(conn)?);
    let mut spaces: Vec<Slug> = public.select(datasets::space).distinct().load(conn)?;
    spaces.extend(departures::table.select(departures::space).distinct().load::<Slug>(conn)?);
    for slugs in [&mut organisations, &mut spaces] {
        slugs.sort();
        slugs.dedup();
    }
    Ok((organisations, spaces))
}
