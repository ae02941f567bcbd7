//! Handing out bytes: every way goes through the one door first.

use std::sync::Arc;

use super::super::find::Action;
use super::super::gate::{Asked, Delivery, DownloadGate, Permit};
use super::super::model::Dataset;
use super::super::reservation::{Reservation, reservation};
use super::super::store;
use super::super::versions::{Version, VersionName, VersionState, find_version};
use super::model::{Content, FileEntry, FileLocation, Reference};
use super::path::FilePath;
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, Error, Kind, Result};
use crate::policies::Purpose;
use crate::storage::BlobKey;

/// What the caller declares of the use.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// What for.
    pub purpose: Option<Purpose>,
    /// The model that is trained.
    pub model: Option<String>,
    /// The run.
    pub run: Option<String>,
}

/// A file that may be handed out.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The file.
    pub path: FilePath,
    /// Its media type.
    pub media_type: String,
    /// Its size and digest.
    pub content: Content,
    /// Where the bytes lie.
    pub key: BlobKey,
    /// Whether it is a sample.
    pub sample: bool,
    /// The dataset, `organisation/name`.
    pub dataset: String,
    /// What is said of text and data mining.
    pub reservation: Option<Reservation>,
    /// The account entry, but for the number of bytes.
    pub delivery: Delivery,
}

/// Asks the door for one file.
///
/// # Errors
/// 404; 401 or 403 with the next step; 409 `referenced` with the place of a file that is not here; 410
/// `withdrawn`.
pub async fn allow_file(
    db: &Db,
    gate: Arc<dyn DownloadGate>,
    ctx: &Ctx,
    name: VersionName,
    path: FilePath,
    declared: Declared,
) -> Result<Allowed> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (dataset, version) = find_version(conn, &ctx, &name, Action::See)?;
        let entry = store::file(conn, &version.id, &path)?.ok_or_else(|| Error::not_found("file"))?;
        let wanted = (entry.sample, &[entry.media_type.as_str().to_owned()][..]);
        let permit = ask(conn, &*gate, &ctx, &dataset, &version, wanted, declared.purpose)?;
        allowed(conn, &ctx, &dataset, &version, entry, permit, &declared)
    })
    .await
}

/// Asks the door, which never gives bytes of a withdrawn version.
pub(super) fn ask(
    conn: &mut Conn,
    gate: &dyn DownloadGate,
    ctx: &Ctx,
    dataset: &Dataset,
    version: &Version,
    (sample, media_types): (bool, &[String]),
    purpose: Option<Purpose>,
) -> Result<Permit> {
    not_withdrawn(version)?;
    gate.may_download(conn, ctx, &Asked { dataset, version, sample, purpose, media_types })
}

pub(super) fn not_withdrawn(version: &Version) -> Result<()> {
    if version.state != VersionState::Withdrawn {
        return Ok(());
    }
    let (reason, successor) =
        version.withdrawal.as_ref().map_or(("", None), |w| (w.reason.as_str(), w.successor.as_ref()));
    let error =
        Error::new(Kind::Gone, "withdrawn", format!("version {} was withdrawn: {reason}", version.version));
    Err(match successor {
        Some(number) => error.next(format!("/api/v1/datasets/{}/versions/{number}", version.dataset)),
        None => error,
    })
}

/// A file of our store with everything a delivery needs.
pub(super) fn allowed(
    conn: &mut Conn,
    ctx: &Ctx,
    dataset: &Dataset,
    version: &Version,
    entry: FileEntry,
    permit: Permit,
    declared: &Declared,
) -> Result<Allowed> {
    let content = match (&entry.location, entry.content) {
        (FileLocation::Held, Some(content)) => content,
        (FileLocation::Referenced(reference), _) => {
            return Err(Error::conflict(
                "referenced",
                "these bytes stay with their holder; fetch them there and verify the digest",
            )
            .next(place(reference)));
        }
        (FileLocation::Held, None) => {
            return Err(Error::internal("stored file", "a held file without content"));
        }
    };
    let key = store::blob_key(conn, &content.sha256)?
        .ok_or_else(|| Error::internal("blob", "a held file without its bytes"))?;
    let delivery = Delivery {
        at: ctx.now,
        person: ctx.principal().map(|principal| principal.person.clone()),
        permit,
        dataset: dataset.id.clone(),
        version: version.id.clone(),
        path: entry.path.to_string(),
        bytes: content.size,
        size: content.size,
        model: declared.model.clone(),
        run: declared.run.clone(),
    };
    Ok(Allowed {
        path: entry.path,
        media_type: entry.media_type.as_str().to_owned(),
        content,
        key,
        sample: entry.sample,
        dataset: dataset.full_name(),
        reservation: reservation(conn, dataset)?,
        delivery,
    })
}

fn place(reference: &Reference) -> String {
    match reference {
        Reference::AccessUrl { url } | Reference::DownloadUrl { url } => url.clone(),
        Reference::Service { endpoint_url, .. } => endpoint_url.clone(),
    }
}
