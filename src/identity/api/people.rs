//! Accounts, for administrators.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};

use super::super::model::{CodeIssued, NewPerson, Person};
use super::super::{people, sign_in};
use crate::db::Db;
use crate::http::{IfMatch, Json, Listing, PageQuery, Query, listing, with_etag};
use crate::kernel::{Ctx, Result, Slug};

/// Lists accounts
///
/// All accounts by login. For administrators.
#[utoipa::path(tag = "identity", operation_id = "list_people", params(PageQuery),
    responses((status = 200, description = "A page of accounts", body = Listing<Person>)))]
#[get("/people")]
pub(super) async fn list_people(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, people::list_people(&db, &ctx, page.checked()?).await?))
}

/// Makes an account
///
/// It has no password; issue a one-time code with which the person sets one. For administrators.
#[utoipa::path(tag = "identity", operation_id = "create_person", request_body = NewPerson,
    responses((status = 201, description = "The account", body = Person)))]
#[post("/people")]
pub(super) async fn create_person(
    ctx: Ctx,
    db: web::Data<Db>,
    body: Json<NewPerson>,
) -> Result<HttpResponse> {
    let person = people::create_person(&db, &ctx, body.0).await?;
    Ok(with_etag(HttpResponse::Created(), person.revision, &person))
}

/// Shows an account
///
/// Your own, or any to an administrator.
#[utoipa::path(tag = "identity", operation_id = "get_person", params(("login" = Slug, Path, description = "The person")),
    responses((status = 200, description = "The account", body = Person)))]
#[get("/people/{login}")]
pub(super) async fn get_person(ctx: Ctx, db: web::Data<Db>, login: web::Path<Slug>) -> Result<HttpResponse> {
    let person = people::show_person(&db, &ctx, login.into_inner()).await?;
    Ok(with_etag(HttpResponse::Ok(), person.revision, &person))
}

/// Changes an account
///
/// Name, instance roles, disabled or not. For administrators.
#[utoipa::path(tag = "identity", operation_id = "update_person", request_body = NewPerson,
    params(("login" = Slug, Path, description = "The person"), ("If-Match" = String, Header, description = "The ETag of the state you read")),
    responses((status = 200, description = "The account", body = Person)))]
#[put("/people/{login}")]
pub(super) async fn update_person(
    ctx: Ctx,
    db: web::Data<Db>,
    login: web::Path<Slug>,
    fits: IfMatch,
    body: Json<NewPerson>,
) -> Result<HttpResponse> {
    let person =
        people::update_person(&db, &ctx, login.into_inner(), body.0, move |revision| fits.check(revision))
            .await?;
    Ok(with_etag(HttpResponse::Ok(), person.revision, &person))
}

/// Issues a one-time code
///
/// With it the person sets a password; earlier codes stop holding. For administrators.
#[utoipa::path(tag = "identity", operation_id = "issue_code", params(("login" = Slug, Path, description = "The person")),
    responses((status = 201, description = "The code, shown once", body = CodeIssued)))]
#[post("/people/{login}/code")]
pub(super) async fn issue_code(ctx: Ctx, db: web::Data<Db>, login: web::Path<Slug>) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(sign_in::issue_code(&db, &ctx, login.into_inner()).await?))
}
