//! What is inside blobs.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::{exists, not};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, NullableExpressionMethods as _,
    QueryDsl as _, RunQueryDsl as _,
};

use super::{from_json, to_json};
use crate::datasets::files::{FilePath, MediaType};
use crate::datasets::schemas::{Blob, FileSchema, NotRead, READABLE, SchemaOutcome, Structure};
use crate::datasets::versions::{Version, VersionState};
use crate::db::schema::{blob_schemas, blobs, files, versions};
use crate::db::{Conn, text_column};
use crate::kernel::{Digest, Error, PageRequest, Result, Timestamp, VersionId};

text_column!(SchemaOutcome);

fn corrupt(error: Error) -> Error {
    Error::internal("stored file", error)
}

/// Rows of `blob_schemas` for the file at hand that settle it: read, or being read since this instant.
macro_rules! settled {
    ($stale:expr) => {
        exists(
            blob_schemas::table
                .filter(blob_schemas::sha256.nullable().eq(files::sha256))
                .filter(blob_schemas::media_type.eq(files::media_type))
                .filter(
                    blob_schemas::outcome.ne(SchemaOutcome::Pending).or(blob_schemas::updated_at.ge($stale)),
                ),
        )
    };
}

/// Published versions with files that could be read and were not, nor are since this instant.
pub(in crate::datasets) fn unread_versions(
    conn: &mut Conn,
    stale: Timestamp,
    most: i64,
) -> Result<Vec<VersionId>> {
    Ok(versions::table
        .inner_join(files::table.on(files::version_id.eq(versions::id)))
        .filter(versions::state.eq("published"))
        .filter(files::held.eq(true))
        .filter(files::media_type.eq_any(READABLE))
        .filter(not(settled!(stale)))
        .select(versions::id)
        .distinct()
        .limit(most)
        .load(conn)?)
}

/// Takes blobs of a published version to read them: those that nobody has read, nor reads since the first instant.
pub(in crate::datasets) fn claim_unread(
    conn: &mut Conn,
    version: &VersionId,
    (stale, now): (Timestamp, Timestamp),
    most: i64,
) -> Result<Vec<(Digest, Blob)>> {
    let rows: Vec<(Digest, String, String, i64)> = files::table
        .inner_join(versions::table.on(versions::id.eq(files::version_id)))
        .inner_join(blobs::table.on(blobs::sha256.nullable().eq(files::sha256)))
        .filter(files::version_id.eq(version))
        .filter(versions::state.eq("published"))
        .filter(files::held.eq(true))
        .filter(files::media_type.eq_any(READABLE))
        .filter(not(settled!(stale)))
        .select((blobs::sha256, files::media_type, blobs::key, blobs::size))
        .distinct()
        .limit(most)
        .load(conn)?;
    let mut taken = Vec::with_capacity(rows.len());
    for (sha256, media_type, key, size) in rows {
        let media_type: MediaType = media_type.parse().map_err(corrupt)?;
        put(conn, (&sha256, &media_type), SchemaOutcome::Pending, (None, None), now)?;
        let key = key.parse().map_err(corrupt)?;
        taken.push((sha256, Blob { key, size: u64::try_from(size).unwrap_or_default(), media_type }));
    }
    Ok(taken)
}

/// Keeps what was found, or why nothing was.
pub(in crate::datasets) fn keep_schemas(
    conn: &mut Conn,
    found: &[(Digest, MediaType, Result<Structure, NotRead>)],
    now: Timestamp,
) -> Result<()> {
    for (sha256, media_type, outcome) in found {
        let (outcome, said) = match outcome {
            Ok(structure) => (SchemaOutcome::Read, (None, Some(to_json(structure)?))),
            Err(NotRead(reason)) => (SchemaOutcome::NotRead, (Some(reason.clone()), None)),
        };
        put(conn, (sha256, media_type), outcome, said, now)?;
    }
    Ok(())
}

fn put(
    conn: &mut Conn,
    (sha256, media_type): (&Digest, &MediaType),
    outcome: SchemaOutcome,
    (reason, structure): (Option<String>, Option<String>),
    now: Timestamp,
) -> Result<()> {
    diesel::delete(blob_schemas::table.find((sha256, media_type.as_str()))).execute(conn)?;
    diesel::insert_into(blob_schemas::table)
        .values((
            blob_schemas::sha256.eq(sha256),
            blob_schemas::media_type.eq(media_type.as_str()),
            blob_schemas::outcome.eq(outcome),
            blob_schemas::reason.eq(reason),
            blob_schemas::structure.eq(structure),
            blob_schemas::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

type SchemaRow = (Digest, String, SchemaOutcome, Option<String>, Option<String>, Timestamp);

fn schemas_of(conn: &mut Conn, digests: &[Digest]) -> Result<HashMap<(Digest, String), SchemaRow>> {
    let mut found = HashMap::new();
    for some in digests.chunks(500) {
        let rows: Vec<SchemaRow> = blob_schemas::table
            .filter(blob_schemas::sha256.eq_any(some))
            .select((
                blob_schemas::sha256,
                blob_schemas::media_type,
                blob_schemas::outcome,
                blob_schemas::reason,
                blob_schemas::structure,
                blob_schemas::updated_at,
            ))
            .load(conn)?;
        found.extend(rows.into_iter().map(|row| ((row.0, row.1.clone()), row)));
    }
    Ok(found)
}

/// The files of a version of which the inside can be told, by path, with what is known of them.
pub(in crate::datasets) fn list_schemas(
    conn: &mut Conn,
    version: &Version,
    page: &PageRequest,
    after: Option<&str>,
) -> Result<Vec<FileSchema>> {
    let mut query = files::table
        .filter(files::version_id.eq(&version.id))
        .filter(files::media_type.eq_any(READABLE))
        .select((files::path, files::sha256, files::media_type, files::held))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(files::path.gt(after.to_owned()));
    }
    let rows: Vec<(String, Option<Digest>, String, bool)> =
        query.order(files::path).limit(page.rows()).load(conn)?;
    // Only bytes that are held here are known by their digest. One that is declared of a file elsewhere is a claim, and may be the
    // digest of bytes that somebody else keeps secret.
    let digests: Vec<Digest> =
        rows.iter().filter(|(.., held)| *held).filter_map(|(_, sha256, ..)| *sha256).collect();
    let known = schemas_of(conn, &digests)?;
    let published = version.state != VersionState::Draft;
    rows.into_iter()
        .map(|(path, sha256, media_type, held)| {
            let row = sha256.filter(|_| held).and_then(|sha256| known.get(&(sha256, media_type.clone())));
            let mut schema = FileSchema {
                path: path.parse::<FilePath>().map_err(corrupt)?,
                sha256,
                media_type: media_type.parse().map_err(corrupt)?,
                outcome: SchemaOutcome::Pending,
                reason: None,
                structure: None,
                read_at: None,
            };
            match row {
                Some((.., outcome, reason, structure, at)) if *outcome != SchemaOutcome::Pending => {
                    schema.outcome = *outcome;
                    schema.reason.clone_from(reason);
                    schema.structure = structure.as_deref().map(from_json).transpose()?;
                    schema.read_at = Some(*at);
                }
                Some(_) => {}
                None if !held => {
                    schema.outcome = SchemaOutcome::NotRead;
                    schema.reason = Some("it lies elsewhere".into());
                }
                None if !published => {
                    schema.outcome = SchemaOutcome::NotRead;
                    schema.reason = Some("files are read once their version is published".into());
                }
                None => {}
            }
            Ok(schema)
        })
        .collect()
}

/// What was read of blobs, by digest and media type.
type Structures = BTreeMap<(Digest, MediaType), Structure>;

/// What is known of the inside of these files, by digest and media type, and when the newest of it was read; as far as it
/// takes so many bytes.
pub(in crate::datasets) fn structures(
    conn: &mut Conn,
    of: &[(Digest, MediaType)],
    most_bytes: usize,
) -> Result<(Structures, Option<Timestamp>)> {
    let (mut found, mut newest, mut bytes) = (BTreeMap::new(), None, 0);
    let readable: Vec<&(Digest, MediaType)> =
        of.iter().filter(|(_, media_type)| READABLE.contains(&media_type.as_str())).collect();
    for some in readable.chunks(100) {
        let digests: Vec<Digest> = some.iter().map(|(sha256, _)| *sha256).collect();
        let mut known = schemas_of(conn, &digests)?;
        for (sha256, media_type) in some {
            let Some(row) = known.remove(&(*sha256, media_type.to_string())) else { continue };
            newest = newest.max(Some(row.5));
            let Some(text) = row.4 else { continue };
            bytes += text.len();
            if bytes > most_bytes {
                return Ok((found, newest));
            }
            found.insert((*sha256, media_type.clone()), from_json(&text)?);
        }
    }
    Ok((found, newest))
}
