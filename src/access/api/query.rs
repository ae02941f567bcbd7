//! What lists of requests and of grants are narrowed to.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::model::{DatasetName, Filters};
use crate::http::PageQuery;
use crate::kernel::{PageRequest, Result, Slug};

/// Which items a list is narrowed to, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery<State: ToSchema> {
    /// In this state.
    state: Option<State>,
    /// For this dataset, `organisation/name`.
    dataset: Option<DatasetName>,
    /// Of this organisation.
    organisation: Option<Slug>,
    /// In this space.
    space: Option<Slug>,
    /// How many items, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_after` of the page before.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
}

impl<State: ToSchema> ListQuery<State> {
    /// The filters, and the checked page.
    pub(super) fn checked(self) -> Result<(Filters<State>, PageRequest)> {
        let Self { state, dataset, organisation, space, limit, after } = self;
        let page = PageQuery { limit, after }.checked()?;
        Ok((Filters { state, dataset, organisation, space }, page))
    }
}
