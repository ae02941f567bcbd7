//! Rows of datasets, their terms, versions, files and blobs, one file per concern.

mod blobs;
mod changes;
mod datasets;
mod described;
mod dumps;
mod files;
mod harvested;
mod history;
mod listing;
mod moves;
mod places;
mod reservations;
mod scan;
mod schemas;
mod terms;
mod versions;
mod visible;

pub(super) use blobs::*;
pub(super) use changes::*;
pub(super) use datasets::*;
pub(super) use described::*;
pub(super) use dumps::*;
pub(super) use files::*;
pub(super) use harvested::*;
pub(super) use history::*;
pub(super) use listing::*;
pub(super) use moves::*;
pub(super) use places::*;
pub(super) use reservations::*;
pub(super) use scan::*;
pub(super) use schemas::*;
pub(super) use terms::*;
pub(super) use versions::*;

use crate::datasets::model::Visibility;
use crate::datasets::versions::VersionState;
use crate::db::text_column;
use crate::kernel::{Error, Result};
use crate::policies::AccessMode;

text_column!(Visibility, AccessMode);

/// A stored JSON text as it is, without reading it.
fn raw(text: String) -> Result<Box<serde_json::value::RawValue>> {
    serde_json::value::RawValue::from_string(text).map_err(|error| Error::internal("stored JSON", error))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("stored JSON", error))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("JSON to store", error))
}

fn state(text: &str) -> Result<VersionState> {
    text.parse().map_err(|error| Error::internal("stored state", error))
}
