//! How good a description is, as others will judge it.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::addresses::Addresses;
use super::super::dcat::{MOST_FILES_IN_PAGE, QualityScore, assess};
use super::super::entry::{entry_of_version, newest_entry};
use crate::config::Config;
use crate::datasets::DatasetPath;
use crate::datasets::versions::{VersionName, Which};
use crate::db::Db;
use crate::http::{Query, base_of};
use crate::kernel::{Ctx, Result, Slug};

/// How good the description of a dataset is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DatasetQuality {
    /// The score after the metadata quality assessment of data.europa.eu.
    mqa: QualityScore,
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QualityQuery {
    /// The version whose files are assessed: the newest published one when not given, while nothing is published the newest
    /// draft, for those who see it
    version: Option<Which>,
}

/// Tells how good a description is
///
/// The score that data.europa.eu will give (MQA, at most 405 points), computed from the DCAT-AP description before and after
/// publication, with what each missing indicator would add.
#[utoipa::path(tag = "datasets", operation_id = "get_quality", security(()),
    params(DatasetPath, QualityQuery),
    responses((status = 200, description = "The score with reasons", body = DatasetQuality)))]
#[get("/datasets/{org}/{name}/quality")]
pub(super) async fn get_quality(
    req: HttpRequest,
    ctx: Ctx,
    (db, config): (web::Data<Db>, web::Data<Config>),
    path: web::Path<DatasetPath>,
    query: Query<QualityQuery>,
) -> Result<HttpResponse> {
    let at = Addresses::below(base_of(&req, config.base_url.as_ref()));
    let (organisation, name): (Slug, Slug) = path.into_inner().into();
    let which = query.into_inner().version;
    let entry = db
        .read(move |conn| match which {
            None => newest_entry(conn, &ctx, (&organisation, &name), MOST_FILES_IN_PAGE),
            Some(which) => {
                entry_of_version(conn, &ctx, &VersionName { organisation, name, which }, MOST_FILES_IN_PAGE)
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(DatasetQuality { mqa: assess(&entry, &at) }))
}
