//! Whether a caller has access.

use actix_web::{HttpRequest, HttpResponse, get, web};

use super::super::super::addresses::Addresses;
use super::super::super::hub::snapshot::{repository, revision};
use super::super::super::hub::words::of_file;
use super::{Repository, Services, sent};
use crate::datasets::{Asked, DownloadGate, declared};
use crate::http::base_of;
use crate::kernel::{Ctx, Result};

/// `/api/datasets/harbour/tides/auth-check`: whether the door would give the files of the newest version that are no samples.
/// Nothing is given out, and nothing goes on record.
#[get("/api/datasets/{org}/{name}/auth-check")]
pub(super) async fn auth_check(
    req: HttpRequest,
    ctx: Ctx,
    (db, config): Services,
    gate: web::Data<dyn DownloadGate>,
    path: web::Path<Repository>,
) -> Result<HttpResponse> {
    let (organisation, name) = path.read()?;
    let at = Addresses::below(base_of(&req, config.base_url.as_ref()));
    let purpose = declared(&req)?.purpose;
    let gate = gate.into_inner();
    db.read(move |conn| {
        let dataset = repository(conn, &ctx, (&organisation, &name))?;
        let snapshot = revision(conn, dataset, "main")?;
        let (dataset, version) = (&snapshot.dataset, &snapshot.version);
        let asked = Asked { dataset, version, sample: false, purpose, media_types: &[] };
        gate.may_download(conn, &ctx, &asked).map_err(|error| of_file(&error, &at.dataset(dataset)))
    })
    .await?;
    sent(&req, &serde_json::json!({}))
}
