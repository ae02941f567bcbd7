//! Organisations and their members.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::model::{Membership, NewOrganisation, Organisation};
use super::super::organisations;
use crate::db::Db;
use crate::http::{IfMatch, Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, OrganisationRole, Page, Result, Slug};

/// Lists organisations
///
/// All that take part, by name in URLs.
#[utoipa::path(tag = "organisations", operation_id = "list_organisations", params(PageQuery),
    responses((status = 200, description = "A page of organisations", body = Listing<Organisation>)))]
#[get("/organisations")]
pub(super) async fn list_organisations(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, organisations::list_organisations(&db, &ctx, page.checked()?).await?))
}

/// Registers an organisation
///
/// For administrators.
#[utoipa::path(tag = "organisations", operation_id = "create_organisation", request_body = NewOrganisation,
    responses((status = 201, description = "The organisation", body = Organisation)))]
#[post("/organisations")]
pub(super) async fn create_organisation(
    ctx: Ctx,
    db: web::Data<Db>,
    body: Json<NewOrganisation>,
) -> Result<HttpResponse> {
    let organisation = organisations::create_organisation(&db, &ctx, body.0).await?;
    Ok(with_etag(HttpResponse::Created(), organisation.revision, &organisation))
}

/// Shows an organisation
///
/// What is stated of it, and its limits.
#[utoipa::path(tag = "organisations", operation_id = "get_organisation", params(("org" = Slug, Path, description = "The organisation")),
    responses((status = 200, description = "The organisation", body = Organisation)))]
#[get("/organisations/{org}")]
pub(super) async fn get_organisation(
    ctx: Ctx,
    db: web::Data<Db>,
    org: web::Path<Slug>,
) -> Result<HttpResponse> {
    let organisation = organisations::show_organisation(&db, &ctx, org.into_inner()).await?;
    Ok(with_etag(HttpResponse::Ok(), organisation.revision, &organisation))
}

/// Changes an organisation
///
/// By its owners; its limits by administrators only.
#[utoipa::path(tag = "organisations", operation_id = "update_organisation", request_body = NewOrganisation,
    params(("org" = Slug, Path, description = "The organisation"), ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 200, description = "The organisation", body = Organisation)))]
#[put("/organisations/{org}")]
pub(super) async fn update_organisation(
    ctx: Ctx,
    db: web::Data<Db>,
    org: web::Path<Slug>,
    fits: IfMatch,
    body: Json<NewOrganisation>,
) -> Result<HttpResponse> {
    let organisation =
        organisations::update_organisation(&db, &ctx, org.into_inner(), body.0, move |revision| {
            fits.check(revision)
        })
        .await?;
    Ok(with_etag(HttpResponse::Ok(), organisation.revision, &organisation))
}

/// Lists the members of an organisation
///
/// Seen by its members and by administrators.
#[utoipa::path(tag = "organisations", operation_id = "list_members", params(("org" = Slug, Path, description = "The organisation")),
    responses((status = 200, description = "All members", body = Listing<Membership>)))]
#[get("/organisations/{org}/members")]
pub(super) async fn list_members(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    org: web::Path<Slug>,
) -> Result<HttpResponse> {
    let items = organisations::list_members(&db, &ctx, org.into_inner()).await?;
    Ok(listing(&req, Page { items, next: None }))
}

/// The role to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "publisher"}))]
pub(super) struct PutMember {
    /// The role in the organisation.
    role: OrganisationRole,
}

/// Adds a member or changes the role
///
/// By owners of the organisation and administrators.
#[utoipa::path(tag = "organisations", operation_id = "put_member", request_body = PutMember,
    params(("org" = Slug, Path, description = "The organisation"), ("login" = Slug, Path, description = "The person")),
    responses((status = 200, description = "The membership", body = Membership)))]
#[put("/organisations/{org}/members/{login}")]
pub(super) async fn put_member(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, Slug)>,
    body: Json<PutMember>,
) -> Result<HttpResponse> {
    let (org, login) = path.into_inner();
    Ok(HttpResponse::Ok().json(organisations::put_member(&db, &ctx, org, login, body.0.role).await?))
}

/// Removes a member
///
/// Everything that rests on the membership ends at the next call. By owners, administrators, or the person.
#[utoipa::path(tag = "organisations", operation_id = "remove_member",
    params(("org" = Slug, Path, description = "The organisation"), ("login" = Slug, Path, description = "The person")),
    responses((status = 204, description = "Removed")))]
#[delete("/organisations/{org}/members/{login}")]
pub(super) async fn remove_member(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<(Slug, Slug)>,
) -> Result<HttpResponse> {
    let (org, login) = path.into_inner();
    organisations::remove_member(&db, &ctx, org, login).await?;
    Ok(HttpResponse::NoContent().finish())
}
