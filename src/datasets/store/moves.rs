//! Data spaces that public datasets were listed in before they moved to another one.

use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};

use crate::datasets::changes::Departure;
use crate::datasets::describe::Selection;
use crate::db::schema::moves;
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{DatasetId, Result, Slug, Timestamp};

/// Keeps on record that a dataset moved out of a space.
pub(in crate::datasets) fn note_move(conn: &mut Conn, left: &Departure) -> Result<()> {
    diesel::insert_into(moves::table)
        .values((
            moves::dataset_id.eq(&left.id),
            moves::space.eq(&left.space),
            moves::organisation_slug.eq(&left.organisation),
            moves::name.eq(&left.name),
            moves::position.eq(left.position),
            moves::moved_at.eq(left.departed_at),
        ))
        .or_ignore()
        .execute(conn)?;
    Ok(())
}

/// Forgets that it moved out of this space: it is back in it.
pub(in crate::datasets) fn forget_move(conn: &mut Conn, dataset: &DatasetId, space: &Slug) -> Result<()> {
    diesel::delete(moves::table.find((dataset, space))).execute(conn)?;
    Ok(())
}

/// Moves out of the space that a selection names, in the order of the journal, with a position in this span.
pub(in crate::datasets) fn moves_between(
    conn: &mut Conn,
    selection: &Selection,
    (after, before): (i64, i64),
    most: i64,
) -> Result<Vec<Departure>> {
    let Some(space) = &selection.space else { return Ok(Vec::new()) };
    let mut query = moves::table
        .filter(moves::space.eq(space))
        .filter(moves::position.gt(after).and(moves::position.lt(before)))
        .select((
            moves::dataset_id,
            moves::organisation_slug,
            moves::name,
            moves::space,
            moves::position,
            moves::moved_at,
        ))
        .into_boxed();
    if let Some(organisation) = &selection.organisation {
        query = query.filter(moves::organisation_slug.eq(organisation));
    }
    if let Some(since) = selection.updated_since {
        query = query.filter(moves::moved_at.ge(since));
    }
    if let Some(until) = selection.updated_until {
        query = query.filter(moves::moved_at.lt(until));
    }
    let rows: Vec<(DatasetId, Slug, Slug, Slug, i64, Timestamp)> =
        query.order(moves::position).limit(most).load(conn)?;
    let departure = |(id, organisation, name, space, position, departed_at)| Departure {
        id,
        organisation,
        name,
        space,
        position,
        departed_at,
    };
    Ok(rows.into_iter().map(departure).collect())
}
