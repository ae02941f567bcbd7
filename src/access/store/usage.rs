//! Rows of what was delivered under a grant, by file.

use std::collections::BTreeMap;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension as _, QueryDsl as _, QueryResult, RunQueryDsl};

use crate::db::schema::grant_usage;
use crate::db::{Conn, MultiBackend};
use crate::kernel::{GrantId, Result, VersionId};

/// Files with a number of bytes each, under grants.
pub(in crate::access) type Usage<'a> = BTreeMap<(&'a GrantId, &'a VersionId, &'a str), i64>;

/// How many bytes of a file count as delivered under a grant.
pub(in crate::access) fn used(
    conn: &mut Conn,
    grant: &GrantId,
    version: &VersionId,
    path: &str,
) -> Result<i64> {
    let found: Option<i64> =
        grant_usage::table.find((grant, version, path)).select(grant_usage::bytes).first(conn).optional()?;
    Ok(found.unwrap_or(0))
}

/// Adds to what was delivered; less where the number is negative.
pub(in crate::access) fn add_usage(conn: &mut Conn, usage: &Usage<'_>) -> Result<()> {
    if !usage.is_empty() {
        Addition(usage).execute(conn)?;
    }
    Ok(())
}

/// One statement for all files; diesel has no words for it on SQLite.
struct Addition<'a>(&'a Usage<'a>);

impl QueryFragment<MultiBackend> for Addition<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("INSERT INTO grant_usage (grant_id, version_id, path, bytes) VALUES ");
        for (row, ((grant, version, path), bytes)) in self.0.iter().enumerate() {
            out.push_sql(if row == 0 { "(" } else { ", (" });
            out.push_bind_param::<Text, _>(*grant)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(*version)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(*path)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(bytes)?;
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (grant_id, version_id, path) DO UPDATE SET bytes = grant_usage.bytes + excluded.bytes",
        );
        Ok(())
    }
}

impl QueryId for Addition<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Conn> for Addition<'_> {}
