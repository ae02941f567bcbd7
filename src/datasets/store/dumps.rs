//! Dumps of the public catalogue: which there are, and where their bytes lie.

use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable, RunQueryDsl as _};

use crate::datasets::dumps::{Dump, DumpKind};
use crate::db::schema::{departures, dumps};
use crate::db::{Conn, text_column};
use crate::kernel::{Digest, Error, Result, Timestamp};
use crate::storage::BlobKey;

text_column!(DumpKind);

#[derive(Queryable)]
struct Row {
    name: String,
    kind: DumpKind,
    key: String,
    size: i64,
    sha256: Digest,
    records: i64,
    position: i64,
    made_at: Timestamp,
}

fn model(row: Row) -> Result<Dump> {
    let key: Result<BlobKey> = row.key.parse();
    Ok(Dump {
        name: row.name,
        kind: row.kind,
        key: key.map_err(|error: Error| Error::internal("stored key", error))?,
        size: u64::try_from(row.size).unwrap_or_default(),
        sha256: row.sha256,
        records: row.records,
        position: row.position,
        made_at: row.made_at,
    })
}

/// All dumps, newest first.
pub(in crate::datasets) fn dumps(conn: &mut Conn) -> Result<Vec<Dump>> {
    let rows: Vec<Row> = dumps::table.order((dumps::made_at.desc(), dumps::name.desc())).load(conn)?;
    rows.into_iter().map(model).collect()
}

/// The dump with this name.
pub(in crate::datasets) fn dump(conn: &mut Conn, name: &str) -> Result<Option<Dump>> {
    dumps::table.find(name).first(conn).optional()?.map(model).transpose()
}

pub(in crate::datasets) fn insert_dump(conn: &mut Conn, dump: &Dump) -> Result<()> {
    diesel::insert_into(dumps::table)
        .values((
            dumps::name.eq(&dump.name),
            dumps::kind.eq(dump.kind),
            dumps::key.eq(dump.key.as_str()),
            dumps::size.eq(i64::try_from(dump.size).unwrap_or(i64::MAX)),
            dumps::sha256.eq(dump.sha256),
            dumps::records.eq(dump.records),
            dumps::position.eq(dump.position),
            dumps::made_at.eq(dump.made_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub(in crate::datasets) fn delete_dump(conn: &mut Conn, name: &str) -> Result<()> {
    diesel::delete(dumps::table.find(name)).execute(conn)?;
    Ok(())
}

/// The position of the latest departure from the public catalogue.
pub(in crate::datasets) fn latest_departure(conn: &mut Conn) -> Result<Option<i64>> {
    Ok(departures::table
        .order(departures::position.desc())
        .select(departures::position)
        .first(conn)
        .optional()?)
}
