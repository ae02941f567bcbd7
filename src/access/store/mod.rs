//! Rows of requests, grants and deliveries, one file per concern.

mod agreements;
mod deliveries;
mod erase;
mod evaluations;
mod grants;
mod people;
mod requests;
mod seals;
mod usage;
mod visible;

pub(super) use agreements::*;
pub(super) use deliveries::*;
pub(super) use erase::*;
pub(super) use evaluations::*;
pub(super) use grants::*;
pub(super) use people::*;
pub(super) use requests::*;
pub(super) use seals::*;
pub(super) use usage::*;

use super::model::{GrantState, RequestState};
use crate::datasets::Ground;
use crate::db::text_column;
use crate::kernel::{Error, Result};
use crate::policies::Purpose;

text_column!(GrantState, Ground, Purpose, RequestState);

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("stored JSON", error))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("JSON to store", error))
}
