//! What everybody may know of, as feeds and lists of addresses take it.

use super::describe::{Described, describe};
use super::store;
use crate::db::Conn;
use crate::kernel::{DatasetId, Result, Slug, Timestamp};

/// A public dataset by its name.
#[derive(Debug, Clone)]
pub struct PublicName {
    /// Its id; names are listed in its order.
    pub id: DatasetId,
    /// The organisation that provides it.
    pub organisation: Slug,
    /// Its name.
    pub name: Slug,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a list of names begins.
#[derive(Debug, Clone)]
pub enum From {
    /// After this dataset.
    After(DatasetId),
    /// With the dataset of this number, counted from 0.
    Number(i64),
}

/// How many datasets are public.
///
/// # Errors
/// When the database fails.
pub fn count_public(conn: &mut Conn) -> Result<i64> {
    store::count_public(conn)
}

/// Names of public datasets, in the order of their registration.
///
/// # Errors
/// When the database fails.
pub fn public_names(conn: &mut Conn, from: &From, most: i64) -> Result<Vec<PublicName>> {
    let from = match from {
        From::After(id) => Ok(id),
        From::Number(number) => Err(*number),
    };
    let rows = store::public_names(conn, from, most)?;
    let name = |(id, organisation, name, updated_at)| PublicName { id, organisation, name, updated_at };
    Ok(rows.into_iter().map(name).collect())
}

/// The public datasets, of one data space or of all, that changed last; without files.
///
/// # Errors
/// When the database fails.
pub fn newest_public(conn: &mut Conn, space: Option<&Slug>, most: i64) -> Result<Vec<Described>> {
    let datasets = store::newest_public(conn, space, most)?;
    describe(conn, None, datasets, 0)
}

/// The earliest instant that a public dataset last changed at, or left; none while there is nothing.
///
/// # Errors
/// When the database fails.
pub fn earliest_change(conn: &mut Conn) -> Result<Option<Timestamp>> {
    store::earliest_public(conn)
}

/// The organisations and the data spaces of everything that is public or was; each sorted.
///
/// # Errors
/// When the database fails.
pub fn public_groups(conn: &mut Conn) -> Result<(Vec<Slug>, Vec<Slug>)> {
    store::public_groups(conn)
}
