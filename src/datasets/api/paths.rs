//! What paths name: a dataset, one of its versions, a file in that.

use actix_web::HttpRequest;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::files::FilePath;
use super::super::versions::{VersionName, Which};
use crate::config::Config;
use crate::http;
use crate::kernel::{Error, Result, Slug};

/// A dataset.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DatasetPath {
    /// The organisation
    org: Slug,
    /// The dataset
    name: Slug,
}

impl From<DatasetPath> for (Slug, Slug) {
    fn from(path: DatasetPath) -> Self {
        (path.org, path.name)
    }
}

/// A version of a dataset.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct VersionPath {
    /// The organisation
    org: Slug,
    /// The dataset
    name: Slug,
    /// The number, or `latest`, the newest published one
    version: Which,
}

impl From<VersionPath> for VersionName {
    fn from(path: VersionPath) -> Self {
        Self { organisation: path.org, name: path.name, which: path.version }
    }
}

/// A state of a record.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct StatePath {
    /// The organisation
    org: Slug,
    /// The dataset
    name: Slug,
    /// The state's number
    #[param(minimum = 1)]
    revision: i64,
}

impl From<StatePath> for ((Slug, Slug), i64) {
    fn from(path: StatePath) -> Self {
        ((path.org, path.name), path.revision)
    }
}

/// A file of a version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct PathInVersion {
    /// The organisation
    org: Slug,
    /// The dataset
    name: Slug,
    /// The number, or `latest`, the newest published one
    version: Which,
    /// The path within the version
    #[param(value_type = FilePath)]
    path: String,
}

impl PathInVersion {
    /// The version, and the file that is to be put there.
    ///
    /// # Errors
    /// 422 that says why no file can have such a path.
    pub(super) fn of_new(self) -> Result<(VersionName, FilePath)> {
        let file = self.path.parse().map_err(|error: Error| error.at("path"))?;
        Ok((VersionName { organisation: self.org, name: self.name, which: self.version }, file))
    }

    /// The version, and the file that is there.
    ///
    /// # Errors
    /// 404 when no file can have such a path.
    pub(super) fn of_present(self) -> Result<(VersionName, FilePath)> {
        self.of_new().map_err(|_| Error::not_found("file"))
    }
}

/// The address under which the caller reaches the service.
pub(super) fn base_of(req: &HttpRequest, config: &Config) -> String {
    http::base_of(req, config.base_url.as_ref())
}
