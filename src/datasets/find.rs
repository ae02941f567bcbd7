//! The one way to a dataset: a look-up that names what the caller wants to do with it.

use super::model::Dataset;
use super::store;
use crate::db::Conn;
use crate::kernel::{Ctx, DatasetId, Error, OrganisationRole, Result, Scope, Slug};

/// What a caller wants to do with a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read its record.
    See,
    /// Read its drafts and who got its bytes: belongs to the providing organisation.
    SeeInside,
    /// Change it, upload, publish.
    Publish,
    /// Ask for access to it.
    Ask,
    /// Decide who gets it.
    Decide,
}

impl Action {
    /// What a token must be good for, to do this with a dataset that not everybody may know of.
    const fn scope(self) -> Scope {
        match self {
            Self::See | Self::SeeInside => Scope::Read,
            Self::Publish => Scope::Publish,
            Self::Ask => Scope::Request,
            Self::Decide => Scope::Review,
        }
    }
}

/// The dataset with this name, if the caller may know of it and may do this.
///
/// # Errors
/// 404 when there is none that the caller may know of; 401 or 403 when it may be seen but this may not be done.
pub fn find_dataset(
    conn: &mut Conn,
    ctx: &Ctx,
    organisation: &Slug,
    name: &Slug,
    action: Action,
) -> Result<Dataset> {
    let found = store::find_visible(conn, ctx, (organisation, name), action.scope())?;
    allowed(ctx, found, action)
}

/// The dataset with this id, if the caller may know of it and may do this.
///
/// # Errors
/// As [`find_dataset`].
pub fn find_dataset_by_id(conn: &mut Conn, ctx: &Ctx, id: &DatasetId, action: Action) -> Result<Dataset> {
    let found = store::find_visible_by_id(conn, ctx, id, action.scope())?;
    allowed(ctx, found, action)
}

fn allowed(ctx: &Ctx, found: Option<Dataset>, action: Action) -> Result<Dataset> {
    // A write without a credential is told to sign in before it learns whether the thing is there.
    if action == Action::Publish {
        ctx.require(Scope::Publish)?;
    }
    let dataset = found.ok_or_else(|| Error::not_found("dataset"))?;
    let permitted = match action {
        Action::See | Action::Ask | Action::Decide => true,
        Action::SeeInside => sees_inside(ctx, &dataset),
        Action::Publish => has_role(ctx, &dataset, OrganisationRole::Publisher),
    };
    if permitted {
        return not_elsewhere(dataset, action);
    }
    Err(match action {
        Action::Publish => Error::forbidden(
            "publisher_required",
            "only publishers of the providing organisation may do this",
        ),
        _ => Error::not_found("resource"),
    })
}

/// What was harvested is changed where it comes from, and its bytes are asked for there.
fn not_elsewhere(dataset: Dataset, action: Action) -> Result<Dataset> {
    let (Some(mark), Action::Publish | Action::Ask) = (&dataset.harvested, action) else {
        return Ok(dataset);
    };
    let detail = if action == Action::Publish {
        "it was harvested from another catalogue and is read-only here; change it where it comes from"
    } else {
        "it was harvested from another catalogue; ask for access where it comes from"
    };
    let error = Error::conflict("harvested", detail);
    Err(match &mark.origin {
        Some(origin) => error.next(origin.clone()),
        None => error,
    })
}

/// Whether drafts and deliveries are shown to the caller.
#[must_use]
pub fn sees_inside(ctx: &Ctx, dataset: &Dataset) -> bool {
    ctx.principal()
        .filter(|principal| principal.scopes.contains(&Scope::Read))
        .is_some_and(|principal| principal.admin || has_role(ctx, dataset, OrganisationRole::Member))
}

fn has_role(ctx: &Ctx, dataset: &Dataset, role: OrganisationRole) -> bool {
    ctx.principal().is_some_and(|principal| {
        principal.has_role(&dataset.organisation_id, role) && principal.reaches(&dataset.space)
    })
}
