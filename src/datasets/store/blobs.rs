//! Blobs: where bytes lie, who brought them, and how much each organisation stores.

use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _,
};

use crate::datasets::files::Content;
use crate::db::schema::{blobs, dumps, files, organisation_blobs, organisation_usage};
use crate::db::{Conn, OrIgnoreDsl as _};
use crate::kernel::{Digest, Error, OrganisationId, Result, Timestamp};
use crate::storage::BlobKey;

fn key(text: &str) -> Result<BlobKey> {
    text.parse().map_err(|error: Error| Error::internal("stored key", error))
}

/// Where these bytes lie.
pub(in crate::datasets) fn blob_key(conn: &mut Conn, sha256: &Digest) -> Result<Option<BlobKey>> {
    let text: Option<String> = blobs::table.find(sha256).select(blobs::key).first(conn).optional()?;
    text.as_deref().map(key).transpose()
}

/// Keeps these bytes once: true when the new copy is the one that is kept.
pub(in crate::datasets) fn keep_blob(
    conn: &mut Conn,
    content: &Content,
    at: &BlobKey,
    now: Timestamp,
) -> Result<bool> {
    let inserted = diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(content.sha256),
            blobs::size.eq(size(content)),
            blobs::key.eq(at.as_str()),
            blobs::created_at.eq(now),
        ))
        .or_ignore()
        .execute(conn)?;
    Ok(inserted > 0)
}

/// Notes that an organisation has brought these bytes and counts them once.
pub(in crate::datasets) fn credit(
    conn: &mut Conn,
    organisation: &OrganisationId,
    content: &Content,
) -> Result<()> {
    let new = diesel::insert_into(organisation_blobs::table)
        .values((
            organisation_blobs::organisation_id.eq(organisation),
            organisation_blobs::sha256.eq(content.sha256),
            organisation_blobs::size.eq(size(content)),
        ))
        .or_ignore()
        .execute(conn)?;
    if new > 0 { add_usage(conn, organisation, size(content)) } else { Ok(()) }
}

fn add_usage(conn: &mut Conn, organisation: &OrganisationId, bytes: i64) -> Result<()> {
    let changed = diesel::update(organisation_usage::table.find(organisation))
        .set(organisation_usage::bytes.eq(organisation_usage::bytes + bytes))
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(organisation_usage::table)
            .values((
                organisation_usage::organisation_id.eq(organisation),
                organisation_usage::bytes.eq(bytes),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub(in crate::datasets) fn usage(conn: &mut Conn, organisation: &OrganisationId) -> Result<i64> {
    Ok(organisation_usage::table
        .find(organisation)
        .select(organisation_usage::bytes)
        .first(conn)
        .optional()?
        .unwrap_or(0))
}

/// Of these digests, those that the organisation has brought, with their size.
pub(in crate::datasets) fn brought_by(
    conn: &mut Conn,
    organisation: &OrganisationId,
    wanted: &[Digest],
) -> Result<Vec<Content>> {
    let rows: Vec<(Digest, i64)> = organisation_blobs::table
        .inner_join(blobs::table.on(blobs::sha256.eq(organisation_blobs::sha256)))
        .filter(organisation_blobs::organisation_id.eq(organisation))
        .filter(organisation_blobs::sha256.eq_any(wanted))
        .select((blobs::sha256, blobs::size))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(sha256, size)| Content { size: u64::try_from(size).unwrap_or_default(), sha256 })
        .collect())
}

/// Lets go of bytes that a draft held: when no file of the organisation has them any more they stop to count, and
/// when no file at all has them, their place is told so that it can be freed after the commit.
pub(in crate::datasets) fn release(
    conn: &mut Conn,
    organisation: &OrganisationId,
    content: &Content,
) -> Result<Option<BlobKey>> {
    use crate::db::schema::{datasets, versions};
    let held = files::table
        .inner_join(versions::table.on(versions::id.eq(files::version_id)))
        .inner_join(datasets::table.on(datasets::id.eq(versions::dataset_id)))
        .filter(files::sha256.eq(content.sha256))
        .filter(files::held.eq(true));
    let own = held.filter(datasets::organisation_id.eq(organisation)).select(files::path);
    if diesel::select(diesel::dsl::exists(own)).get_result::<bool>(conn)? {
        return Ok(None);
    }
    let gone =
        diesel::delete(organisation_blobs::table.find((organisation, content.sha256))).execute(conn)?;
    if gone > 0 {
        add_usage(conn, organisation, -size(content))?;
    }
    let credited = organisation_blobs::table
        .filter(organisation_blobs::sha256.eq(content.sha256))
        .select(organisation_blobs::size);
    let others = diesel::select(diesel::dsl::exists(credited)).get_result::<bool>(conn)?;
    if others || diesel::select(diesel::dsl::exists(held.select(files::path))).get_result::<bool>(conn)? {
        return Ok(None);
    }
    let place = blob_key(conn, &content.sha256)?;
    diesel::delete(blobs::table.find(content.sha256)).execute(conn)?;
    Ok(place)
}

/// Of these places in the store, those that the database knows.
pub(in crate::datasets) fn known_keys(conn: &mut Conn, keys: &[String]) -> Result<Vec<String>> {
    let mut known: Vec<String> =
        blobs::table.filter(blobs::key.eq_any(keys)).select(blobs::key).load(conn)?;
    known.extend(dumps::table.filter(dumps::key.eq_any(keys)).select(dumps::key).load::<String>(conn)?);
    Ok(known)
}

fn size(content: &Content) -> i64 {
    i64::try_from(content.size).unwrap_or(i64::MAX)
}
