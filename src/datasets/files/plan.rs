//! A download plan: every file of a version with its digest and a short-lived link, as a stream of lines.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::find::Action;
use super::super::gate::{Asked, DownloadGate, Permit};
use super::super::store;
use super::super::versions::{Version, VersionName, find_version};
use super::download::{Allowed, Declared, allowed, ask};
use super::media_type::MediaType;
use super::model::{FileEntry, FileLocation, Reference};
use super::path::FilePath;
use super::ticket::{LINK_LIFE, Tickets, present};
use crate::db::Db;
use crate::kernel::{Checks, Clock, Ctx, Digest, Error, Result, Timestamp};
use crate::policies::Purpose;
use crate::storage::{BlobStore, SignedGet};

/// What is wanted of a version.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"purpose": "pre_training", "model": "example-model-7b", "run": "run-42"}))]
pub struct PlanRequest {
    /// Whether to make links. Without them a plan only tells what may be had, and nothing counts as delivered.
    pub links: bool,
    /// Only these files; all when not given.
    #[schema(max_items = 10000)]
    pub paths: Option<Vec<FilePath>>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// The model that is trained.
    #[schema(min_length = 1, max_length = 200)]
    pub model: Option<String>,
    /// The run.
    #[schema(min_length = 1, max_length = 200)]
    pub run: Option<String>,
}

impl Default for PlanRequest {
    fn default() -> Self {
        Self { links: true, paths: None, purpose: None, model: None, run: None }
    }
}

/// One line of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanLine {
    /// The path within the version.
    pub path: FilePath,
    /// How many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// SHA-256 of the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// The media type.
    pub media_type: MediaType,
    /// Where to fetch it, without further credentials; absent for a file that stays with its holder, and where no links
    /// were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Until when the link holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Where the bytes are, when they are not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
}

/// Files planned in one look at the database.
const BATCH: usize = 500;

/// A plan under way: ask it for batches of lines until there are none.
pub struct Plan {
    ctx: Ctx,
    db: Db,
    store: BlobStore,
    gate: Arc<dyn DownloadGate>,
    clock: Arc<dyn Clock>,
    tickets: Tickets,
    base: String,
    links: bool,
    links_into_store: bool,
    version: Version,
    declared: Declared,
    /// For files that are gated, and for samples; either may be refused while the other is given.
    permits: (Result<Permit>, Result<Permit>),
    files: std::vec::IntoIter<FileEntry>,
}

/// What links start with.
pub struct LinkBase {
    /// The URL under which the caller reaches the service.
    pub base: String,
    /// Whether links may lead into the store, where it can sign them.
    pub into_store: bool,
}

/// Begins a plan.
///
/// # Errors
/// 404; 401 or 403 when not one of the wanted files may be had; 410; 422 for a path that the version does not have.
pub async fn plan(
    (db, store, gate, clock, tickets): (&Db, &BlobStore, Arc<dyn DownloadGate>, Arc<dyn Clock>, &Tickets),
    ctx: &Ctx,
    links: LinkBase,
    name: VersionName,
    request: PlanRequest,
) -> Result<Plan> {
    let mut checks = Checks::new();
    checks.at_most("/paths", request.paths.as_ref().map_or(0, Vec::len), 10_000);
    for (pointer, text) in [("/model", &request.model), ("/run", &request.run)] {
        if let Some(text) = text {
            checks.text(pointer, text, 200);
        }
    }
    checks.finish()?;
    let declared = Declared { purpose: request.purpose, model: request.model, run: request.run };
    let (at, door, purpose) = (ctx.clone(), gate.clone(), declared.purpose);
    let (version, permits, files) = db
        .read(move |conn| {
            let (dataset, version) = find_version(conn, &at, &name, Action::See)?;
            let files = wanted(store::all_files(conn, &version.id)?, request.paths)?;
            let mut door = |sample| {
                let wanted = (sample, &media_types(&files, sample)[..]);
                ask(conn, &*door, &at, &dataset, &version, wanted, purpose)
            };
            let permits = (door(false), door(true));
            Ok((version, permits, files))
        })
        .await?;
    let any = |sample: bool| files.iter().any(|file| file.sample == sample);
    if let (Err(refusal), false) = (&permits.0, any(true) && permits.1.is_ok()) {
        return Err(refusal.clone());
    }
    Ok(Plan {
        ctx: ctx.clone(),
        db: db.clone(),
        store: store.clone(),
        gate,
        clock,
        tickets: tickets.clone(),
        base: links.base,
        links: request.links,
        links_into_store: links.into_store,
        version,
        declared,
        permits,
        files: files.into_iter(),
    })
}

/// The different media types of the files that are samples, or of those that are not.
fn media_types(files: &[FileEntry], sample: bool) -> Vec<String> {
    let files = files.iter().filter(|file| file.sample == sample);
    let types: BTreeSet<&str> = files.map(|file| file.media_type.as_str()).collect();
    types.into_iter().map(str::to_owned).collect()
}

fn wanted(files: Vec<FileEntry>, paths: Option<Vec<FilePath>>) -> Result<Vec<FileEntry>> {
    let Some(paths) = paths else { return Ok(files) };
    let mut checks = Checks::new();
    let mut chosen = Vec::with_capacity(paths.len());
    for (index, path) in paths.iter().enumerate() {
        match files.binary_search_by(|file| file.path.cmp(path)) {
            Ok(found) => chosen.extend(files.get(found).cloned()),
            Err(_) => checks.fail(&format!("/paths/{index}"), "unknown_path", "the version has no such file"),
        }
    }
    checks.finish()?;
    Ok(chosen)
}

impl Plan {
    /// The digest of the planned version.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.version.digest
    }

    /// The next lines; none when the plan is complete. Files that are not given free are left out. However slowly a
    /// plan is read, no line is made by a right that has ended.
    ///
    /// # Errors
    /// 403 or 410 when a right has ended since the lines before; when the database or the store fails.
    pub async fn next_lines(&mut self) -> Result<Option<Vec<PlanLine>>> {
        let batch: Vec<FileEntry> = self.files.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(None);
        }
        self.ctx.now = self.clock.now();
        let (ctx, gate, version, declared, permits) = (
            self.ctx.clone(),
            self.gate.clone(),
            self.version.id.clone(),
            self.declared.clone(),
            self.permits.clone(),
        );
        let found = self
            .db
            .read(move |conn| {
                let (dataset, version) =
                    present(conn, &version)?.ok_or_else(|| Error::not_found("version"))?;
                for (permit, sample) in [(&permits.0, false), (&permits.1, true)] {
                    let Ok(permit) = permit else { continue };
                    let person = ctx.principal().map(|principal| &principal.person);
                    let media_types = &media_types(&batch, sample);
                    let purpose = declared.purpose;
                    let asked = Asked { dataset: &dataset, version: &version, sample, purpose, media_types };
                    gate.still_holds(conn, permit, person, &asked, ctx.now)?;
                }
                let mut found = Vec::with_capacity(batch.len());
                for entry in batch {
                    let permit = if entry.sample { &permits.1 } else { &permits.0 };
                    let Ok(permit) = permit else { continue };
                    let file = match entry.location {
                        FileLocation::Held => Some(allowed(
                            conn,
                            &ctx,
                            &dataset,
                            &version,
                            entry.clone(),
                            permit.clone(),
                            &declared,
                        )?),
                        FileLocation::Referenced(_) => None,
                    };
                    found.push((entry, file));
                }
                Ok(found)
            })
            .await?;
        let (mut lines, mut deliveries) = (Vec::with_capacity(found.len()), Vec::new());
        for (entry, file) in found {
            let link = match &file {
                Some(file) if self.links && file.delivery.permit.environment.is_none() => {
                    Some(self.link(file).await?)
                }
                _ => None,
            };
            if let (Some(file), Some(Link { into_store: true, .. })) = (file, &link) {
                deliveries.push(file.delivery);
            }
            lines.push(line(entry, link));
        }
        if !deliveries.is_empty() {
            self.gate.record(deliveries).await?;
        }
        Ok(Some(lines))
    }

    /// A link signed by the store, which counts as delivered; or one of our own, which counts when it is used.
    async fn link(&self, file: &Allowed) -> Result<Link> {
        let end = self.ctx.now.plus(LINK_LIFE);
        let until = file.delivery.permit.until.map_or(end, |right| right.min(end));
        let valid = until.since(self.ctx.now);
        let signed = SignedGet {
            valid,
            filename: file.path.file_name().to_owned(),
            media_type: file.media_type.clone(),
        };
        if self.links_into_store
            && let Some(url) = self.store.sign_get(&file.key, &signed).await?
        {
            return Ok(Link { url: url.to_string(), until, into_store: true });
        }
        let (ticket, until) = self.tickets.issue(file, self.ctx.now)?;
        Ok(Link { url: format!("{}/api/v1/download/{ticket}", self.base), until, into_store: false })
    }
}

/// Where a file can be fetched.
struct Link {
    url: String,
    until: Timestamp,
    into_store: bool,
}

fn line(entry: FileEntry, link: Option<Link>) -> PlanLine {
    let reference = match entry.location {
        FileLocation::Held => None,
        FileLocation::Referenced(reference) => Some(reference),
    };
    let (url, expires_at) = link.map(|link| (link.url, link.until)).unzip();
    PlanLine {
        path: entry.path,
        size: entry.content.map(|content| content.size),
        sha256: entry.content.map(|content| content.sha256),
        media_type: entry.media_type,
        url,
        expires_at,
        reference,
    }
}
