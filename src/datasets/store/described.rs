//! Datasets with everything that is rendered of them, many at a time: as many queries for a page as for one.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _,
    SelectableHelper as _,
};

use super::datasets::DatasetRow;
use super::files::FileRow;
use super::terms::{COLUMNS, Row as TermsRow, model as terms};
use super::versions::VersionRow;
use super::view;
use super::visible::visible_to;
use crate::datasets::describe::{Listed, Selection};
use crate::datasets::files::File;
use crate::datasets::model::{Dataset, PolicyRevision};
use crate::datasets::versions::Version;
use crate::db::schema::{datasets, files, policy_revisions, versions};
use crate::db::{Conn, MultiBackend};
use crate::kernel::{Ctx, DatasetId, OrganisationId, Result, Scope, Slug, Timestamp, VersionId};

pub(super) type Listing<'a> = datasets::BoxedQuery<'a, MultiBackend>;

/// Datasets the caller may know of, in the order of their registration.
pub(in crate::datasets) fn list_whole(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<&DatasetId>,
    most: i64,
) -> Result<Vec<Dataset>> {
    let query = selected(ctx, selection, after, most).select(DatasetRow::as_select());
    let rows: Vec<DatasetRow> = query.load(conn)?;
    rows.into_iter().map(DatasetRow::into_model).collect()
}

/// The same datasets, as little of them as tells whether anything changed.
pub(in crate::datasets) fn list_names(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
    after: Option<&DatasetId>,
    most: i64,
) -> Result<Vec<Listed>> {
    type Row = (DatasetId, OrganisationId, Slug, Slug, Slug, Timestamp);
    let rows: Vec<Row> = selected(ctx, selection, after, most)
        .select((
            datasets::id,
            datasets::organisation_id,
            datasets::organisation_slug,
            datasets::name,
            datasets::space,
            datasets::updated_at,
        ))
        .load(conn)?;
    let listed = |(id, organisation_id, organisation, name, space, updated_at)| Listed {
        id,
        organisation_id,
        organisation,
        name,
        space,
        updated_at,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// When one of the datasets that the caller may know of last changed.
pub(in crate::datasets) fn newest_change(
    conn: &mut Conn,
    ctx: &Ctx,
    selection: &Selection,
) -> Result<Option<Timestamp>> {
    let newest = narrowed(ctx, selection).order(datasets::updated_at.desc()).select(datasets::updated_at);
    Ok(newest.first(conn).optional()?)
}

fn selected<'a>(ctx: &Ctx, selection: &Selection, after: Option<&DatasetId>, most: i64) -> Listing<'a> {
    let mut query = narrowed(ctx, selection);
    if let Some(after) = after {
        query = query.filter(datasets::id.gt(after.clone()));
    }
    query.order(datasets::id).limit(most)
}

/// Datasets the caller may know of, narrowed to a selection.
pub(super) fn narrowed<'a>(ctx: &Ctx, selection: &Selection) -> Listing<'a> {
    let mut query = datasets::table.filter(visible_to(ctx, Scope::Read)).into_boxed();
    if let Some(space) = &selection.space {
        query = query.filter(datasets::space.eq(space.clone()));
    }
    if let Some(organisation) = &selection.organisation {
        query = query.filter(datasets::organisation_slug.eq(organisation.clone()));
    }
    if let Some(since) = selection.updated_since {
        query = query.filter(datasets::updated_at.ge(since));
    }
    if let Some(until) = selection.updated_until {
        query = query.filter(datasets::updated_at.lt(until));
    }
    query
}

/// The newest published version of each dataset that has one.
pub(in crate::datasets) fn latest_versions(
    conn: &mut Conn,
    of: &[Dataset],
) -> Result<HashMap<DatasetId, Version>> {
    let wanted: HashMap<&DatasetId, String> =
        of.iter().filter_map(|d| Some((&d.id, d.latest_version.as_ref()?.to_string()))).collect();
    let numbers: Vec<&str> = wanted.values().map(String::as_str).collect();
    let rows: Vec<VersionRow> = versions::table
        .filter(versions::dataset_id.eq_any(wanted.keys().copied().cloned().collect::<Vec<_>>()))
        .filter(versions::number.eq_any(numbers))
        .select(VersionRow::as_select())
        .load(conn)?;
    let names: HashMap<&DatasetId, &Dataset> = of.iter().map(|dataset| (&dataset.id, dataset)).collect();
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let mut version = row.into_model()?;
        // Another dataset of the page may have its newest version by this number.
        if wanted.get(&version.dataset_id) != Some(&version.version.to_string()) {
            continue;
        }
        if let Some(dataset) = names.get(&version.dataset_id) {
            version.dataset = dataset.full_name();
        }
        found.insert(version.dataset_id.clone(), version);
    }
    Ok(found)
}

/// The terms in force for each dataset that has any.
pub(in crate::datasets) fn terms_of_all(
    conn: &mut Conn,
    of: &[Dataset],
) -> Result<HashMap<DatasetId, PolicyRevision>> {
    let ids: Vec<&DatasetId> = of.iter().map(|dataset| &dataset.id).collect();
    let rows: Vec<(DatasetId, TermsRow)> = policy_revisions::table
        .inner_join(datasets::table.on(datasets::id.eq(policy_revisions::dataset_id)))
        .filter(datasets::id.eq_any(ids))
        .filter(policy_revisions::revision.eq(datasets::policy_revision))
        .select((policy_revisions::dataset_id, COLUMNS))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| Ok((id, terms(row)?))).collect()
}

/// The files of each version, by path, of each at most so many.
pub(in crate::datasets) fn files_of_all(
    conn: &mut Conn,
    of: &[&Version],
    most: i64,
) -> Result<HashMap<VersionId, Vec<File>>> {
    if most == 0 {
        return Ok(HashMap::new());
    }
    let (few, many): (Vec<&Version>, Vec<&Version>) = of.iter().partition(|version| version.files <= most);
    let few: Vec<&VersionId> = few.iter().map(|version| &version.id).collect();
    let mut found: HashMap<VersionId, Vec<File>> = HashMap::with_capacity(of.len());
    let rows: Vec<(VersionId, FileRow)> = files::table
        .filter(files::version_id.eq_any(few))
        .order((files::version_id, files::path))
        .select((files::version_id, FileRow::as_select()))
        .load(conn)?;
    for (id, row) in rows {
        found.entry(id).or_default().push(view(row.into_entry()?, None));
    }
    for version in many {
        let rows: Vec<FileRow> = files::table
            .filter(files::version_id.eq(&version.id))
            .order(files::path)
            .limit(most)
            .select(FileRow::as_select())
            .load(conn)?;
        let read: Result<Vec<File>> = rows.into_iter().map(|row| Ok(view(row.into_entry()?, None))).collect();
        found.insert(version.id.clone(), read?);
    }
    Ok(found)
}
