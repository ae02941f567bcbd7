//! Member organisations and role holders of a space.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};

use super::super::model::{RoleHolder, SpaceMember};
use super::super::service;
use crate::db::Db;
use crate::http::{Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Page, Result, Slug, SpaceRole};

/// Lists the members of a space
///
/// The organisations that take part in it.
#[utoipa::path(tag = "spaces", operation_id = "list_space_members", params(("space" = Slug, Path, description = "The space"), PageQuery),
    responses((status = 200, description = "A page of members", body = Listing<SpaceMember>)))]
#[get("/spaces/{space}/members")]
pub(super) async fn list_space_members(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    space: web::Path<Slug>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, service::list_members(&db, &ctx, space.into_inner(), page.checked()?).await?))
}

/// Admits an organisation to a space
///
/// By stewards of the space and administrators.
#[utoipa::path(tag = "spaces", operation_id = "put_space_member",
    params(("space" = Slug, Path, description = "The space"), ("org" = Slug, Path, description = "The organisation")),
    responses((status = 204, description = "It is a member")))]
#[put("/spaces/{space}/members/{org}")]
pub(super) async fn put_space_member(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, Slug)>,
) -> Result<HttpResponse> {
    let (space, org) = path.into_inner();
    service::put_member(&db, &ctx, space, org).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends the membership of an organisation
///
/// What rests on it ends at the next call. By stewards of the space and administrators.
#[utoipa::path(tag = "spaces", operation_id = "remove_space_member",
    params(("space" = Slug, Path, description = "The space"), ("org" = Slug, Path, description = "The organisation")),
    responses((status = 204, description = "Removed")))]
#[delete("/spaces/{space}/members/{org}")]
pub(super) async fn remove_space_member(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, Slug)>,
) -> Result<HttpResponse> {
    let (space, org) = path.into_inner();
    service::remove_member(&db, &ctx, space, org).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists who holds a role in a space
///
/// Seen by its role holders and administrators.
#[utoipa::path(tag = "spaces", operation_id = "list_space_roles", params(("space" = Slug, Path, description = "The space")),
    responses((status = 200, description = "All role holders", body = Listing<RoleHolder>)))]
#[get("/spaces/{space}/roles")]
pub(super) async fn list_space_roles(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    space: web::Path<Slug>,
) -> Result<HttpResponse> {
    let items = service::list_roles(&db, &ctx, space.into_inner()).await?;
    Ok(listing(&req, Page { items, next: None }))
}

/// Gives a person a role in a space
///
/// Stewards name reviewers; administrators name stewards too.
#[utoipa::path(tag = "spaces", operation_id = "put_space_role",
    params(("space" = Slug, Path, description = "The space"), ("login" = Slug, Path, description = "The person"), ("role" = SpaceRole, Path, description = "The role")),
    responses((status = 204, description = "The person has the role")))]
#[put("/spaces/{space}/roles/{login}/{role}")]
pub(super) async fn put_space_role(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, Slug, SpaceRole)>,
) -> Result<HttpResponse> {
    let (space, login, role) = path.into_inner();
    service::put_role(&db, &ctx, space, login, role).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a role away
///
/// The next call feels it. Stewards dismiss reviewers; administrators dismiss stewards too.
#[utoipa::path(tag = "spaces", operation_id = "remove_space_role",
    params(("space" = Slug, Path, description = "The space"), ("login" = Slug, Path, description = "The person"), ("role" = SpaceRole, Path, description = "The role")),
    responses((status = 204, description = "Removed")))]
#[delete("/spaces/{space}/roles/{login}/{role}")]
pub(super) async fn remove_space_role(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, Slug, SpaceRole)>,
) -> Result<HttpResponse> {
    let (space, login, role) = path.into_inner();
    service::remove_role(&db, &ctx, space, login, role).await?;
    Ok(HttpResponse::NoContent().finish())
}
