//! Datasets and the states of their records.

use diesel::{
    ExpressionMethods as _, Insertable, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, Queryable,
    RunQueryDsl as _, Selectable, SelectableHelper as _,
};

use super::visible::visible_to;
use super::{from_json, raw, to_json};
use crate::datasets::harvested::BY_IDENTIFIER;
use crate::datasets::model::{Dataset, Statement, Visibility};
use crate::datasets::record::Facets;
use crate::datasets::reservation::{BY_RECORD, BY_TERMS, facet};
use crate::db::schema::{
    dataset_audiences, dataset_facets, dataset_revisions, datasets, organisations, versions,
};
use crate::db::{Conn, OrIgnoreDsl as _, each_backend};
use crate::kernel::{Ctx, DatasetId, OrganisationId, Result, Scope, Slug, Timestamp};
use crate::policies::AccessMode;

#[derive(Queryable, Selectable)]
#[diesel(table_name = datasets)]
pub(super) struct DatasetRow {
    id: DatasetId,
    organisation_id: OrganisationId,
    organisation_slug: Slug,
    name: Slug,
    space: Slug,
    visibility: Visibility,
    listed: bool,
    announced: bool,
    access_mode: Option<AccessMode>,
    policy_revision: i64,
    record: String,
    extension: Option<String>,
    completeness: i64,
    latest_version: Option<String>,
    revision: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    harvested: Option<String>,
}

/// A dataset that was not there before.
#[derive(Insertable)]
#[diesel(table_name = datasets, treat_none_as_default_value = false)]
pub(super) struct NewDatasetRow<'a> {
    id: &'a DatasetId,
    organisation_id: &'a OrganisationId,
    organisation_slug: &'a Slug,
    name: &'a Slug,
    space: &'a Slug,
    visibility: Visibility,
    listed: bool,
    announced: bool,
    policy_revision: i64,
    record: &'a str,
    extension: Option<&'a str>,
    harvested: Option<String>,
    completeness: i64,
    revision: i64,
    created_by: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
    position: i64,
}

impl<'a> NewDatasetRow<'a> {
    /// The row of a dataset whose registration the journal has at this position.
    pub(super) fn of(dataset: &'a Dataset, created_by: &'a str, position: i64) -> Result<Self> {
        Ok(Self {
            id: &dataset.id,
            organisation_id: &dataset.organisation_id,
            organisation_slug: &dataset.organisation,
            name: &dataset.name,
            space: &dataset.space,
            visibility: dataset.visibility,
            listed: dataset.listed,
            announced: dataset.announced,
            policy_revision: dataset.policy_revision,
            record: dataset.record.get(),
            extension: dataset.extension.as_ref().map(|extension| extension.get()),
            harvested: mark(dataset)?,
            completeness: dataset.completeness,
            revision: dataset.revision,
            created_by,
            created_at: dataset.created_at,
            updated_at: dataset.updated_at,
            position,
        })
    }
}

/// The mark of a harvested dataset, as it is stored.
pub(super) fn mark(dataset: &Dataset) -> Result<Option<String>> {
    dataset.harvested.as_ref().map(to_json).transpose()
}

impl DatasetRow {
    pub(super) fn into_model(self) -> Result<Dataset> {
        Ok(Dataset {
            id: self.id,
            organisation: self.organisation_slug,
            organisation_id: self.organisation_id,
            name: self.name,
            space: self.space,
            visibility: self.visibility,
            audience: None,
            announced: self.announced,
            listed: self.listed,
            access_mode: self.access_mode,
            policy_revision: self.policy_revision,
            record: raw(self.record)?,
            extension: self.extension.map(raw).transpose()?,
            harvested: self.harvested.as_deref().map(from_json).transpose()?,
            completeness: self.completeness,
            latest_version: self.latest_version.map(|text| text.parse()).transpose()?,
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The dataset with this name, if the caller may know of it with a credential of this scope.
pub(in crate::datasets) fn find_visible(
    conn: &mut Conn,
    ctx: &Ctx,
    (organisation, name): (&Slug, &Slug),
    scope: Scope,
) -> Result<Option<Dataset>> {
    let row: Option<DatasetRow> = datasets::table
        .filter(datasets::organisation_slug.eq(organisation))
        .filter(datasets::name.eq(name))
        .filter(visible_to(ctx, scope))
        .select(DatasetRow::as_select())
        .first(conn)
        .optional()?;
    row.map(DatasetRow::into_model).transpose()
}

/// The dataset with this id, if the caller may know of it with a credential of this scope.
pub(in crate::datasets) fn find_visible_by_id(
    conn: &mut Conn,
    ctx: &Ctx,
    id: &DatasetId,
    scope: Scope,
) -> Result<Option<Dataset>> {
    let row: Option<DatasetRow> = datasets::table
        .filter(datasets::id.eq(id))
        .filter(visible_to(ctx, scope))
        .select(DatasetRow::as_select())
        .first(conn)
        .optional()?;
    row.map(DatasetRow::into_model).transpose()
}

/// The dataset with this id, whoever asks: for work that was authorized before.
pub(in crate::datasets) fn find_any_by_id(conn: &mut Conn, id: &DatasetId) -> Result<Option<Dataset>> {
    let row: Option<DatasetRow> =
        datasets::table.find(id).select(DatasetRow::as_select()).first(conn).optional()?;
    row.map(DatasetRow::into_model).transpose()
}

/// Stores a new dataset; false when its name is taken.
pub(in crate::datasets) fn insert_dataset(
    conn: &mut Conn,
    dataset: &Dataset,
    created_by: &str,
    position: i64,
) -> Result<bool> {
    let inserted = diesel::insert_into(datasets::table)
        .values(NewDatasetRow::of(dataset, created_by, position)?)
        .or_ignore()
        .execute(conn)?;
    Ok(inserted == 1)
}

/// Stores what changed, which the journal has at this position.
pub(in crate::datasets) fn update_dataset(conn: &mut Conn, dataset: &Dataset, position: i64) -> Result<()> {
    diesel::update(datasets::table.find(&dataset.id))
        .set((
            datasets::space.eq(&dataset.space),
            datasets::visibility.eq(dataset.visibility),
            datasets::listed.eq(dataset.listed),
            datasets::announced.eq(dataset.announced),
            datasets::record.eq(dataset.record.get()),
            datasets::extension.eq(dataset.extension.as_ref().map(|extension| extension.get())),
            datasets::completeness.eq(dataset.completeness),
            datasets::latest_version.eq(dataset.latest_version.as_ref().map(ToString::to_string)),
            datasets::revision.eq(dataset.revision),
            datasets::updated_at.eq(dataset.updated_at),
            datasets::position.eq(position),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether any version was ever more than a draft.
pub(in crate::datasets) fn ever_published(conn: &mut Conn, dataset: &DatasetId) -> Result<bool> {
    let published =
        versions::table.filter(versions::dataset_id.eq(dataset)).filter(versions::state.ne("draft"));
    Ok(diesel::select(diesel::dsl::exists(published.select(versions::id))).get_result(conn)?)
}

/// Removes a dataset that has no versions, with everything stated of it.
pub(in crate::datasets) fn delete_dataset(conn: &mut Conn, dataset: &DatasetId) -> Result<()> {
    use crate::db::schema::policy_revisions;
    diesel::delete(dataset_revisions::table.filter(dataset_revisions::dataset_id.eq(dataset)))
        .execute(conn)?;
    diesel::delete(dataset_audiences::table.filter(dataset_audiences::dataset_id.eq(dataset)))
        .execute(conn)?;
    diesel::delete(dataset_facets::table.filter(dataset_facets::dataset_id.eq(dataset))).execute(conn)?;
    diesel::delete(policy_revisions::table.filter(policy_revisions::dataset_id.eq(dataset))).execute(conn)?;
    diesel::delete(datasets::table.find(dataset)).execute(conn)?;
    Ok(())
}

/// The organisations that the visibility `organisations` names.
pub(in crate::datasets) fn audience(conn: &mut Conn, dataset: &DatasetId) -> Result<Vec<Slug>> {
    Ok(dataset_audiences::table
        .inner_join(organisations::table.on(organisations::id.eq(dataset_audiences::organisation_id)))
        .filter(dataset_audiences::dataset_id.eq(dataset))
        .order(organisations::slug)
        .select(organisations::slug)
        .load(conn)?)
}

pub(in crate::datasets) fn organisation_ids(
    conn: &mut Conn,
    slugs: &[Slug],
) -> Result<Vec<(Slug, OrganisationId)>> {
    Ok(organisations::table
        .filter(organisations::slug.eq_any(slugs))
        .select((organisations::slug, organisations::id))
        .load(conn)?)
}

pub(in crate::datasets) fn replace_audience(
    conn: &mut Conn,
    dataset: &DatasetId,
    organisations: &[OrganisationId],
) -> Result<()> {
    diesel::delete(dataset_audiences::table.filter(dataset_audiences::dataset_id.eq(dataset)))
        .execute(conn)?;
    let rows: Vec<_> = organisations
        .iter()
        .map(|organisation| {
            (dataset_audiences::dataset_id.eq(dataset), dataset_audiences::organisation_id.eq(organisation))
        })
        .collect();
    if !rows.is_empty() {
        each_backend!(conn, conn => diesel::insert_into(dataset_audiences::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// What listings filter on, as pairs of facet and value.
pub(in crate::datasets) fn facet_values(facets: &Facets) -> impl Iterator<Item = (&'static str, &str)> {
    let tdm = facets.tdm.and_then(facet).map(|value| (BY_RECORD, value));
    let licences = facets.licences.iter().map(|value| ("licence", value.as_str()));
    let themes = facets.themes.iter().map(|value| ("theme", value.as_str()));
    let modalities = facets.modalities.iter().map(|value| ("modality", value.as_str()));
    let languages = facets.languages.iter().map(|value| ("language", value.as_str()));
    let identifiers = facets.identifiers.iter().map(|value| (BY_IDENTIFIER, value.as_str()));
    licences.chain(themes).chain(modalities).chain(languages).chain(identifiers).chain(tdm)
}

/// Writes the values that listings filter on.
pub(in crate::datasets) fn replace_facets(
    conn: &mut Conn,
    dataset: &DatasetId,
    facets: &Facets,
    fresh: bool,
) -> Result<()> {
    if !fresh {
        let of_record = dataset_facets::table
            .filter(dataset_facets::dataset_id.eq(dataset))
            .filter(dataset_facets::facet.ne(BY_TERMS));
        diesel::delete(of_record).execute(conn)?;
    }
    let rows: Vec<_> = facet_values(facets)
        .map(|(facet, value)| {
            (
                dataset_facets::dataset_id.eq(dataset),
                dataset_facets::facet.eq(facet),
                dataset_facets::value.eq(value),
            )
        })
        .collect();
    if !rows.is_empty() {
        each_backend!(conn, conn => diesel::insert_into(dataset_facets::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// The JSON texts of a statement, made before the write: documents are not serialised inside it.
pub(in crate::datasets) struct StatementTexts {
    pub record: Box<serde_json::value::RawValue>,
    pub extension: Option<Box<serde_json::value::RawValue>>,
}

impl StatementTexts {
    pub(in crate::datasets) fn of(statement: &Statement) -> Result<Self> {
        let extension =
            statement.extension.as_ref().map(|extension| to_json(extension).and_then(raw)).transpose()?;
        Ok(Self { record: raw(to_json(&statement.record)?)?, extension })
    }

    /// Whether a stored record says the same.
    pub(in crate::datasets) fn same_record(&self, stored: &serde_json::value::RawValue) -> Result<bool> {
        Ok(from_json::<serde_json::Value>(self.record.get())?
            == from_json::<serde_json::Value>(stored.get())?)
    }
}

pub(in crate::datasets) fn has_versions(conn: &mut Conn, dataset: &DatasetId) -> Result<bool> {
    let any = versions::table.filter(versions::dataset_id.eq(dataset)).select(versions::id);
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(conn)?)
}

pub(in crate::datasets) fn has_requests(conn: &mut Conn, dataset: &DatasetId) -> Result<bool> {
    use crate::db::schema::requests;
    let any = requests::table.filter(requests::dataset_id.eq(dataset)).select(requests::id);
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(conn)?)
}
