//! Files of a draft without an upload: offering what is here already or stays with its holder, listing, removing.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::find::{Action, sees_inside};
use super::super::gate::{Asked, DownloadGate};
use super::super::store;
use super::super::versions::{VersionName, find_version};
use super::announce::withhold;
use super::model::{FileEntry, FileLocation};
use super::path::{FilePath, clashes};
use super::upload::{file_event, free, no_clash, put, signed};
use super::view::{File, NewReplica, OfferResult, OfferStatus, OfferedFiles, Replica};
use crate::db::Db;
use crate::journal::append;
use crate::kernel::{Checks, Ctx, Cursor, Digest, Error, Page, PageRequest, Result, Scope};
use crate::storage::BlobStore;

/// The most files in one offer.
const MOST: usize = 1000;

/// Adds files whose bytes the organisation has brought before, and files that stay with their holder. Bytes that
/// others have brought are not told apart from bytes that nobody has.
///
/// # Errors
/// 401, 403, 404; 409 `version_not_draft`, `path_clash`; 422 with the pointers of what is wrong.
pub async fn offer_files(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    name: VersionName,
    offered: OfferedFiles,
) -> Result<Vec<OfferResult>> {
    ctx.require(Scope::Publish)?;
    let entries = checked(offered)?;
    let paths: Vec<FilePath> = entries.iter().map(|entry| entry.path.clone()).collect();
    let (at, asked, wanted) = (ctx.clone(), name.clone(), paths.clone());
    // A look at every path is too much for the write, unless the draft has changed meanwhile.
    let looked_at = db
        .read(move |conn| {
            let (_, version) = find_version(conn, &at, &asked, Action::Publish)?;
            no_clash(conn, &version, &wanted)?;
            Ok(version.revision)
        })
        .await?;
    let at = ctx.clone();
    let (results, freed) = db
        .write("offer_files", move |tx| {
            let mut freed = Vec::new();
            let results = tx.once(&at, |tx| {
                let (dataset, version) = find_version(tx, &at, &name, Action::Publish)?;
                version.state.require_draft()?;
                if version.revision != looked_at {
                    no_clash(tx, &version, &paths)?;
                }
                let digests: Vec<Digest> =
                    entries.iter().filter_map(|entry| entry.content).map(|content| content.sha256).collect();
                let brought = store::brought_by(tx, &dataset.organisation_id, &digests)?;
                let (here, missing): (Vec<FileEntry>, Vec<FileEntry>) =
                    entries.into_iter().partition(|entry| {
                        matches!(entry.location, FileLocation::Referenced(_))
                            || entry.content.is_some_and(|content| brought.contains(&content))
                    });
                for content in put(tx, &version.id, &here, at.now)?.1 {
                    freed.extend(store::release(tx, &dataset.organisation_id, &content)?);
                }
                for entry in &here {
                    append(tx, &at, file_event("version.file_put", &dataset, &version, entry))?;
                }
                let missing: HashSet<FilePath> = missing.into_iter().map(|entry| entry.path).collect();
                let status = |path: &FilePath| {
                    if missing.contains(path) { OfferStatus::UploadNeeded } else { OfferStatus::Added }
                };
                Ok(paths.into_iter().map(|path| OfferResult { status: status(&path), path }).collect())
            })?;
            Ok((results, freed))
        })
        .await?;
    for key in freed {
        free(store, &key).await;
    }
    Ok(results)
}

fn checked(offered: OfferedFiles) -> Result<Vec<FileEntry>> {
    let mut checks = Checks::new();
    checks.require(!offered.files.is_empty(), "/files", "required", "offer at least one file");
    checks.at_most("/files", offered.files.len(), MOST);
    let mut entries = Vec::with_capacity(offered.files.len().min(MOST));
    for (index, file) in offered.files.into_iter().take(MOST).enumerate() {
        match file.entry() {
            Ok(entry) => entries.push(entry),
            Err(error) => checks.absorb(&format!("/files/{index}"), Err(error)),
        }
    }
    checks.finish()?;
    let paths: Vec<FilePath> = entries.iter().map(|entry| entry.path.clone()).collect();
    if let Some(clash) = clashes(&paths).first() {
        return Err(Error::conflict(
            "path_clash",
            format!("`{}` cannot stand beside `{}`", clash.path, clash.with),
        ));
    }
    Ok(entries)
}

/// The files of a version, by path; without addresses of those that the caller may not have.
///
/// # Errors
/// 404.
pub async fn list_files(db: &Db, ctx: &Ctx, name: VersionName, page: PageRequest) -> Result<Page<File>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (dataset, version) = find_version(conn, &ctx, &name, Action::See)?;
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[path]| path.as_str());
        let mut found = store::list_files(conn, &version.id, &page, after)?;
        withhold(&mut found, Some(&ctx), (&dataset, &version));
        Ok(page.page(found, |file| Cursor::new([file.path.to_string()])))
    })
    .await
}

/// Takes a file out of a draft.
///
/// # Errors
/// 401, 403, 404; 409 `version_not_draft`.
pub async fn remove_file(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    name: VersionName,
    path: FilePath,
) -> Result<()> {
    ctx.require(Scope::Publish)?;
    let at = ctx.clone();
    let freed = db
        .write("remove_file", move |tx| {
            let (dataset, version) = find_version(tx, &at, &name, Action::Publish)?;
            version.state.require_draft()?;
            let entry =
                store::delete_file(tx, &version.id, &path)?.ok_or_else(|| Error::not_found("file"))?;
            let bytes = entry.content.map_or(0, |content| signed(content.size));
            store::touch_version(tx, &version.id, -1, -bytes)?;
            let freed = match entry.content.filter(|_| entry.is_held()) {
                Some(content) => store::release(tx, &dataset.organisation_id, &content)?,
                None => None,
            };
            append(tx, &at, file_event("version.file_removed", &dataset, &version, &entry))?;
            Ok(freed)
        })
        .await?;
    if let Some(key) = freed {
        free(store, &key).await;
    }
    Ok(())
}

/// Notes that a version was verified by digest at a site. By whoever may have its bytes; the digest recomputed
/// there must be the version's.
///
/// # Errors
/// 401, 404; 403 without the right to the bytes; 409 `version_not_published`; 422 `digest_mismatch`.
pub async fn note_replica(
    db: &Db,
    gate: Arc<dyn DownloadGate>,
    ctx: &Ctx,
    name: VersionName,
    new: NewReplica,
) -> Result<Replica> {
    let person = ctx.require(Scope::Read)?.person.clone();
    let mut checks = Checks::new();
    checks.text("/site", &new.site, 200);
    checks.text("/path", &new.path, 1000);
    checks.finish()?;
    let at = ctx.clone();
    db.write("note_replica", move |tx| {
        tx.once(&at, |tx| {
            let (dataset, version) = find_version(tx, &at, &name, Action::See)?;
            let Some(digest) = version.digest else {
                return Err(Error::conflict(
                    "version_not_published",
                    "a draft has no digest to verify against",
                ));
            };
            // The digest is there for everybody to read; only who may have the bytes can have computed it.
            let asked = Asked {
                dataset: &dataset,
                version: &version,
                sample: false,
                purpose: None,
                media_types: &[],
            };
            let permit = gate.may_download(tx, &at, &asked)?;
            if digest != new.digest {
                return Err(Error::invalid(
                    "/digest",
                    "digest_mismatch",
                    format!("the version's digest is {digest}; what lies at the site is something else"),
                ));
            }
            let id = store::put_replica(tx, &version.id, (&new.site, &new.path), (&person, at.now))?;
            let mut event = super::super::versions::event("version.replica_verified", &dataset, &version);
            if let Some(holder) = &permit.organisation {
                event = event.concerning(holder);
            }
            append(tx, &at, event.payload(serde_json::json!({ "site": new.site, "path": new.path })))?;
            Ok(Replica {
                id,
                site: new.site,
                path: Some(new.path),
                verified_by: Some(person),
                verified_at: at.now,
            })
        })
    })
    .await
}

/// The sites where a version was verified, and when. Where within the site, and by whom, is shown to whoever noted it
/// and within the providing organisation.
///
/// # Errors
/// 401, 404.
pub async fn list_replicas(
    db: &Db,
    ctx: &Ctx,
    name: VersionName,
    page: PageRequest,
) -> Result<Page<Replica>> {
    let own = ctx.require(Scope::Read)?.person.clone();
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (dataset, version) = find_version(conn, &ctx, &name, Action::See)?;
        let inside = sees_inside(&ctx, &dataset);
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[id]| id.as_str());
        let mut found = store::list_replicas(conn, &version.id, &page, after)?;
        for replica in found.iter_mut().filter(|found| !inside && found.verified_by.as_ref() != Some(&own)) {
            (replica.path, replica.verified_by) = (None, None);
        }
        Ok(page.page(found, |replica| Cursor::new([replica.id.to_string()])))
    })
    .await
}
