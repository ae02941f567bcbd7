//! "May I?": what the door would say, as an answer and not as an error.

use std::sync::Arc;

use super::model::Answer;
use crate::datasets::versions::{VersionName, Which, find_version};
use crate::datasets::{Action, Asked, DownloadGate, Ground, Permit, find_dataset};
use crate::db::Db;
use crate::kernel::{Ctx, Error, Kind, Result, Slug};
use crate::policies::Purpose;

/// Asks the door for the newest published version.
///
/// # Errors
/// 404 when there is no dataset that the caller may know of.
pub async fn may_i(
    db: &Db,
    gate: Arc<dyn DownloadGate>,
    ctx: &Ctx,
    (organisation, name): (Slug, Slug),
    purpose: Option<Purpose>,
) -> Result<Answer> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &organisation, &name, Action::See)?;
        if dataset.latest_version.is_none() {
            return Ok(refused(&Error::forbidden("nothing_published", "no version is published yet")));
        }
        let latest = VersionName { organisation, name, which: Which::Latest };
        let (dataset, version) = find_version(conn, &ctx, &latest, Action::See)?;
        let asked = Asked { dataset: &dataset, version: &version, sample: false, purpose };
        match gate.may_download(conn, &ctx, &asked) {
            Ok(permit) => Ok(allowed(permit)),
            Err(error) if matches!(error.kind(), Kind::Forbidden | Kind::Unauthenticated) => {
                Ok(refused(&error))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

fn allowed(permit: Permit) -> Answer {
    let right = match permit.ground {
        Ground::Own => "your organisation provides it",
        Ground::Sample => "it is a sample",
        Ground::Open => "it is open to everybody",
        Ground::Grant => "your organisation holds a grant",
    };
    let detail = match permit.until {
        Some(until) => format!("{right}, until {until}"),
        None => right.to_owned(),
    };
    Answer { allowed: true, code: permit.ground.as_str(), detail, grant: permit.grant, next: None }
}

fn refused(error: &Error) -> Answer {
    Answer {
        allowed: false,
        code: error.code(),
        detail: error.detail().to_owned(),
        grant: None,
        next: error.next_step().map(str::to_owned),
    }
}
