//! Publishing a version, for ever; and withdrawing one.

use super::super::changes::{instant_of_change, note_change};
use super::super::find::Action;
use super::super::model::Dataset;
use super::super::schemas::{is_readable, queue_schemas};
use super::super::store;
use super::draft::{VersionName, event, find_version, with_same_content};
use super::manifest::Manifest;
use super::model::{VersionNumber, VersionState, Withdrawal, latest};
use super::view::Version;
use crate::db::{Db, Tx};
use crate::journal::append;
use crate::kernel::{Ctx, Error, Result, Scope};
use crate::spaces::{check_extension, find_space, newest_extension};

/// How often a publication starts anew because files were still being added.
const ATTEMPTS: usize = 5;
/// The code of a draft that changed between the look and the write.
const IN_MOTION: &str = "draft_in_motion";

/// Publishes a draft: fixes its files and manifest, and lists the dataset.
///
/// Record, extension and manifest are checked and computed before the write, from the state that the revisions name;
/// the write goes on only from that same state.
///
/// # Errors
/// 401, 403, 404; 409 `version_not_draft`, `version_without_files`, `draft_in_motion`; 422 with everything that
/// is missing from the record, the terms or the extension.
pub async fn publish_version(db: &Db, ctx: &Ctx, name: VersionName) -> Result<Version> {
    ctx.require(Scope::Publish)?;
    let mut attempt = 1;
    let version = loop {
        match try_publish(db, ctx, name.clone()).await {
            Err(error) if error.code() == IN_MOTION && attempt < ATTEMPTS => attempt += 1,
            outcome => break outcome?,
        }
    };
    let at = ctx.clone();
    db.read(move |conn| with_same_content(conn, &at, version)).await
}

async fn try_publish(db: &Db, ctx: &Ctx, name: VersionName) -> Result<Version> {
    let (at, asked) = (ctx.clone(), name.clone());
    let (dataset, draft, files, schema) = db
        .read(move |conn| {
            let (dataset, draft) = find_version(conn, &at, &asked, Action::Publish)?;
            let files = store::all_files(conn, &draft.id)?;
            let schema = newest_extension(conn, &dataset.space)?;
            Ok((dataset, draft, files, schema))
        })
        .await?;
    // A repetition finds the version published, and gets the first answer in the write.
    if ctx.idempotency.is_none() || draft.state == VersionState::Draft {
        draft.state.publish(files.len() as u64)?;
        dataset.typed_record()?.check_for_publication()?;
        check_extension(schema.as_ref(), dataset.typed_extension()?.as_ref())?;
    }
    let readable = files.iter().any(is_readable);
    let prepared = tokio::task::spawn_blocking(move || Manifest::of(files));
    let (body, manifest) = prepared.await.map_err(|error| Error::internal("manifest", error))??;
    let at = ctx.clone();
    let schema = schema.map_or(0, |schema| schema.version);
    let looked_at = (dataset.revision, draft.revision);
    db.write("publish_version", move |tx| {
        tx.once(&at, |tx| {
            let (dataset, before) = find_version(tx, &at, &name, Action::Publish)?;
            let state = before.state.publish(manifest.files)?;
            let same_schema = find_space(tx, &dataset.space)?.extension_version == schema;
            if (dataset.revision, before.revision) != looked_at || !same_schema {
                return Err(Error::conflict(
                    IN_MOTION,
                    "the draft or its record is still being changed; finish the uploads, then publish",
                ));
            }
            check_terms(&dataset)?;
            let version = Version {
                state,
                digest: Some(manifest.digest),
                revision40: Some(manifest.digest.revision()),
                files: i64::try_from(manifest.files).unwrap_or(i64::MAX),
                bytes: i64::try_from(manifest.bytes).unwrap_or(i64::MAX),
                revision: before.revision + 1,
                published_at: Some(at.now),
                ..before
            };
            store::update_version(tx, &version)?;
            store::insert_manifest(tx, &version.id, &body)?;
            let newest = latest(dataset.latest_version.iter().chain([&version.version])).cloned();
            list_latest(tx, &at, dataset.clone(), newest)?;
            if readable {
                queue_schemas(tx, &version.id, at.now)?;
            }
            append(
                tx,
                &at,
                event("version.published", &dataset, &version)
                    .fact("digest", manifest.digest.to_string())
                    .fact("files", manifest.files)
                    .fact("bytes", manifest.bytes),
            )?;
            Ok(version)
        })
    })
    .await
}

fn check_terms(dataset: &Dataset) -> Result<()> {
    match dataset.access_mode {
        Some(_) => Ok(()),
        None => Err(Error::invalid("/policy", "required", "set the terms of use first: PUT …/policy")),
    }
}

/// Lists the dataset, with this as its latest version.
fn list_latest(tx: &mut Tx<'_>, ctx: &Ctx, dataset: Dataset, newest: Option<VersionNumber>) -> Result<()> {
    let mut listed = Dataset { listed: true, latest_version: newest, ..dataset.clone() };
    listed.updated_at = instant_of_change(tx, Some(&dataset), listed.is_public(), ctx.now)?;
    if !dataset.listed {
        store::show_revision(tx, &listed)?;
    }
    let position = tx.next_position();
    store::update_dataset(tx, &listed, position)?;
    note_change(tx, &dataset, Some(&listed), listed.updated_at)
}

/// Withdraws a published version: record and manifest stay, bytes are no longer served.
///
/// # Errors
/// 401, 403, 404; 409 `version_not_published`, `successor_not_published`; 422.
pub async fn withdraw_version(
    db: &Db,
    ctx: &Ctx,
    name: VersionName,
    withdrawal: Withdrawal,
) -> Result<Version> {
    ctx.require(Scope::Publish)?;
    let at = ctx.clone();
    db.write("withdraw_version", move |tx| {
        tx.once(&at, |tx| {
            let (dataset, before) = find_version(tx, &at, &name, Action::Publish)?;
            let successor = match &withdrawal.successor {
                Some(number) => store::version(tx, &dataset.id, number)?.map(|version| version.state),
                None => None,
            };
            let state: VersionState = before.state.withdraw(&before.version, &withdrawal, successor)?;
            let version = Version {
                state,
                revision: before.revision + 1,
                withdrawn_at: Some(at.now),
                withdrawal: Some(withdrawal.clone()),
                ..before
            };
            store::update_version(tx, &version)?;
            let newest = latest(&store::published_numbers(tx, &dataset.id)?).cloned();
            list_latest(tx, &at, dataset.clone(), newest)?;
            let event = event("version.withdrawn", &dataset, &version)
                .payload(serde_json::json!({ "reason": withdrawal.reason }));
            append(tx, &at, event)?;
            Ok(version)
        })
    })
    .await
}

/// The manifest of a published or withdrawn version: its digest and canonical text.
///
/// # Errors
/// 404 for a draft.
pub async fn show_manifest(db: &Db, ctx: &Ctx, name: VersionName) -> Result<(Version, String)> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (_, version) = find_version(conn, &ctx, &name, Action::See)?;
        let body = store::manifest(conn, &version.id)?.ok_or_else(|| Error::not_found("manifest"))?;
        Ok((version, body))
    })
    .await
}
