//! Rows of sources, runs and records.

mod records;
mod runs;
mod sources;

pub(super) use records::*;
pub(super) use runs::*;
pub(super) use sources::*;

use super::model::{RecordOutcome, RunState, SourceKind, SourceState};
use crate::db::text_column;
use crate::kernel::{Error, Result};

text_column!(RecordOutcome, RunState, SourceKind, SourceState);

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("stored JSON", error))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("JSON to store", error))
}
