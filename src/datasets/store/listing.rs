//! The list of datasets: filters, order, cursor.

use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, RunQueryDsl as _};
use serde::Deserialize;

use super::from_json;
use super::visible::visible_to;
use crate::datasets::model::{DatasetSummary, Visibility};
use crate::db::Conn;
use crate::db::schema::{dataset_facets, datasets};
use crate::kernel::{Ctx, DatasetId, LangText, PageRequest, Result, Scope, Slug, Timestamp};
use crate::policies::AccessMode;

/// What a list is narrowed to; each filter that is set must fit.
#[derive(Debug, Clone, Default)]
pub(in crate::datasets) struct Filters {
    pub space: Option<Slug>,
    pub organisation: Option<Slug>,
    pub access_mode: Option<AccessMode>,
    pub updated_since: Option<Timestamp>,
    /// Facet and value.
    pub facets: Vec<(&'static str, String)>,
}

/// What a summary takes from the record.
#[derive(Deserialize)]
struct Excerpt {
    #[serde(default)]
    title: LangText,
    #[serde(default)]
    rights: RightsExcerpt,
}

#[derive(Default, Deserialize)]
struct RightsExcerpt {
    licence: Option<String>,
}

/// What a summary is made of.
pub(super) const SUMMARY: (
    datasets::id,
    datasets::organisation_slug,
    datasets::name,
    datasets::space,
    datasets::visibility,
    datasets::record,
    datasets::access_mode,
    datasets::latest_version,
    datasets::announced,
    datasets::updated_at,
) = (
    datasets::id,
    datasets::organisation_slug,
    datasets::name,
    datasets::space,
    datasets::visibility,
    datasets::record,
    datasets::access_mode,
    datasets::latest_version,
    datasets::announced,
    datasets::updated_at,
);

pub(super) type SummaryRow =
    (DatasetId, Slug, Slug, Slug, Visibility, String, Option<AccessMode>, Option<String>, bool, Timestamp);

/// Datasets the caller may know of, last changed first; ties by id, so that the order never wavers.
pub(in crate::datasets) fn list_visible(
    conn: &mut Conn,
    ctx: &Ctx,
    filters: &Filters,
    page: &PageRequest,
    after: Option<(Timestamp, DatasetId)>,
) -> Result<Vec<DatasetSummary>> {
    let mut query = datasets::table.filter(visible_to(ctx, Scope::Read)).select(SUMMARY).into_boxed();
    if let Some(space) = &filters.space {
        query = query.filter(datasets::space.eq(space.clone()));
    }
    if let Some(organisation) = &filters.organisation {
        query = query.filter(datasets::organisation_slug.eq(organisation.clone()));
    }
    if let Some(mode) = filters.access_mode {
        query = query.filter(datasets::access_mode.eq(mode));
    }
    if let Some(since) = filters.updated_since {
        query = query.filter(datasets::updated_at.ge(since));
    }
    for (facet, value) in &filters.facets {
        let with = dataset_facets::table
            .filter(dataset_facets::facet.eq(*facet))
            .filter(dataset_facets::value.eq(value.clone()));
        query = query.filter(datasets::id.eq_any(with.select(dataset_facets::dataset_id)));
    }
    if let Some((at, id)) = after {
        query = query
            .filter(datasets::updated_at.lt(at).or(datasets::updated_at.eq(at).and(datasets::id.lt(id))));
    }
    let rows: Vec<SummaryRow> =
        query.order((datasets::updated_at.desc(), datasets::id.desc())).limit(page.rows()).load(conn)?;
    rows.into_iter().map(summary).collect()
}

pub(super) fn summary(row: SummaryRow) -> Result<DatasetSummary> {
    let (
        id,
        organisation,
        name,
        space,
        visibility,
        record,
        access_mode,
        latest_version,
        announced,
        updated_at,
    ) = row;
    let excerpt: Excerpt = from_json(&record)?;
    Ok(DatasetSummary {
        id,
        organisation,
        name,
        space,
        visibility,
        title: excerpt.title,
        licence: excerpt.rights.licence,
        access_mode,
        latest_version: latest_version.map(|text| text.parse()).transpose()?,
        announced,
        updated_at,
    })
}
