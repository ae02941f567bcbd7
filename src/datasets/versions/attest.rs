//! The attestation of a published version: the statement of its publication, signed with the log's key.

use serde::Deserialize;

use super::attestation::{Publication, STATEMENT_MEDIA_TYPE, statement};
use super::draft::VersionName;
use super::publish::show_manifest;
use crate::db::Db;
use crate::journal::tlog::{Checkpoint, Envelope, Receipt};
use crate::journal::{Log, public_receipts};
use crate::kernel::{Ctx, Error, PageRequest, Result};

/// The event that a publication is.
const KINDS: &[&str] = &["version.published"];

/// The part of an entry that says where it stands.
#[derive(Deserialize)]
struct Placed {
    seq: u64,
}

/// The statement of a version's publication in an envelope that the log's key signed.
///
/// # Errors
/// 404 for a draft and for what the caller may not know of; 409 `version_without_digests`, `log_key_differs`; 503
/// `checkpoint_pending`.
pub async fn attest_version(db: &Db, ctx: &Ctx, log: &Log, name: VersionName) -> Result<Envelope> {
    let (version, manifest) = show_manifest(db, ctx, name).await?;
    let page = PageRequest { limit: 1, after: None };
    let found = public_receipts(db, vec![version.id.to_string()], KINDS, page).await?;
    let missing = || Error::not_found("publication");
    let bundle = found.items.first().ok_or_else(missing)?;
    let stored = |error| Error::internal("stored entry", error);
    let placed: Placed = serde_json::from_str(bundle.entry.get()).map_err(stored)?;
    let receipt = Receipt::parse(&bundle.receipt)?;
    let log_name = Checkpoint::parse(receipt.checkpoint.text())?.origin;
    let publication = Publication {
        dataset: &version.dataset,
        version: &version.version,
        published_at: version.published_at.ok_or_else(missing)?,
        log: &log_name,
        position: placed.seq,
    };
    let statement = statement(&publication, &manifest)?;
    log.envelope(db, STATEMENT_MEDIA_TYPE, statement.as_bytes()).await
}
