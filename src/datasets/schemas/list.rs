//! The schemas of a version's files, for whoever may see the dataset.

use super::super::find::{Action, sees_inside};
use super::super::record::Tables;
use super::super::store;
use super::super::versions::{VersionName, find_version};
use super::declared::state;
use super::model::FileSchema;
use crate::db::Db;
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, Result};
use crate::policies::AccessMode;

/// Lists the files of which the inside can be told, by path.
///
/// Names of columns are metadata: whoever sees the dataset sees them. Of a dataset that is only used in a secure environment
/// they are the providing organisation's to tell.
///
/// # Errors
/// 404; 403 `schemas_withheld`.
pub async fn list_schemas(
    db: &Db,
    ctx: &Ctx,
    name: VersionName,
    page: PageRequest,
) -> Result<Page<FileSchema>> {
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (dataset, version) = find_version(conn, &ctx, &name, Action::See)?;
        if dataset.access_mode == Some(AccessMode::Secure) && !sees_inside(&ctx, &dataset) {
            return Err(Error::forbidden(
                "schemas_withheld",
                "the data are only used in a secure environment; ask the provider for a description of their columns",
            ));
        }
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[path]| path.as_str());
        let mut found = store::list_schemas(conn, &version, &page, after)?;
        let record = dataset.typed_record()?;
        let tables = Tables::of(&record.content.tables);
        found.iter_mut().for_each(|schema| state(&tables, schema));
        Ok(page.page(found, |file| Cursor::new([file.path.to_string()])))
    })
    .await
}
