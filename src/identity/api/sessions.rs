//! Who am I; signing in and out.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::sign_in::{self, SignedIn};
use crate::db::Db;
use crate::http::{Json, RateLimits, SESSION_COOKIE, client_address};
use crate::kernel::{
    Ctx, Error, OrganisationRole, PersonId, Result, Scope, Secret, Slug, SpaceRole, Timestamp,
};

/// The caller and the rights of the credential it came with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// The person.
    id: PersonId,
    /// The name shown.
    name: String,
    /// Runs the instance.
    admin: bool,
    /// May read the whole journal.
    auditor: bool,
    /// What the credential may be used for.
    scopes: Vec<Scope>,
    /// Organisations the person belongs to.
    organisations: Vec<MyOrganisation>,
    /// Roles held in spaces.
    spaces: Vec<MySpace>,
}

/// An organisation the caller belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MyOrganisation {
    /// The organisation.
    slug: Slug,
    /// The role there.
    role: OrganisationRole,
}

/// A space the caller has a role in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MySpace {
    /// The space.
    space: Slug,
    /// The roles there.
    roles: Vec<SpaceRole>,
}

/// Tells who the caller is
///
/// The person behind the credential, with the rights that the credential leaves.
#[utoipa::path(tag = "identity", operation_id = "get_me", responses((status = 200, description = "The caller", body = Me)))]
#[get("/me")]
pub(super) async fn get_me(ctx: Ctx) -> Result<HttpResponse> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    Ok(HttpResponse::Ok().json(Me {
        id: principal.person.clone(),
        name: principal.name.clone(),
        admin: principal.admin,
        auditor: principal.auditor,
        scopes: principal.scopes.iter().copied().collect(),
        organisations: principal
            .organisations
            .values()
            .map(|(slug, role)| MyOrganisation { slug: slug.clone(), role: *role })
            .collect(),
        spaces: principal
            .space_roles
            .iter()
            .map(|(space, roles)| MySpace { space: space.clone(), roles: roles.iter().copied().collect() })
            .collect(),
    }))
}

/// A login and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "desk-officer", "password": "correct horse battery staple"}))]
pub(super) struct SignIn {
    /// The login.
    login: Slug,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// A one-time code and the password to set with it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "cac_…", "password": "correct horse battery staple"}))]
pub(super) struct RedeemCode {
    /// The one-time code.
    #[schema(value_type = String)]
    code: Secret,
    /// The new password, at least 12 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 1024)]
    password: Secret,
}

/// A session just begun; its secret is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// Who signed in.
    person: PersonId,
    /// When the session ends.
    expires_at: Timestamp,
}

/// Signs in with a password
///
/// Begins a session of twelve hours and sets its cookie.
#[utoipa::path(tag = "identity", operation_id = "create_session", security(()),
    responses((status = 201, description = "Signed in", body = Session)))]
#[post("/sessions")]
pub(super) async fn create_session(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    limits: web::Data<RateLimits>,
    body: Json<SignIn>,
) -> Result<HttpResponse> {
    let Json(SignIn { login, password }) = body;
    limits.check_sign_in(client_address(&req), Some(login.as_str()))?;
    let session = sign_in::sign_in(&db, &ctx, login, password).await?;
    Ok(signed_in(&req, &session))
}

/// Sets a password with a one-time code
///
/// The way in for a new account, and after a lost password. The code works once; other sessions of the person end.
#[utoipa::path(tag = "identity", operation_id = "redeem_code", security(()),
    responses((status = 201, description = "Password set, signed in", body = Session)))]
#[post("/sessions/redeem")]
pub(super) async fn redeem_code(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    limits: web::Data<RateLimits>,
    body: Json<RedeemCode>,
) -> Result<HttpResponse> {
    limits.check_sign_in(client_address(&req), None)?;
    let Json(RedeemCode { code, password }) = body;
    let session = sign_in::redeem_code(&db, &ctx, code, password).await?;
    Ok(signed_in(&req, &session))
}

/// Signs out
///
/// Ends the session of the cookie; without one nothing happens.
#[utoipa::path(tag = "identity", operation_id = "delete_session", security(()), responses((status = 204, description = "Signed out")))]
#[delete("/sessions/current")]
pub(super) async fn delete_session(req: HttpRequest, ctx: Ctx, db: web::Data<Db>) -> Result<HttpResponse> {
    if let Some(cookie) = req.cookie(SESSION_COOKIE) {
        sign_in::sign_out(&db, &ctx, cookie.value().into()).await?;
    }
    let mut gone = session_cookie(&req, "");
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

fn signed_in(req: &HttpRequest, session: &SignedIn) -> HttpResponse {
    use crate::kernel::ExposeSecret as _;
    let cookie = session_cookie(req, session.secret.expose_secret());
    HttpResponse::Created()
        .cookie(cookie)
        .json(Session { person: session.person.clone(), expires_at: session.expires_at })
}

fn session_cookie(req: &HttpRequest, value: &str) -> Cookie<'static> {
    Cookie::build(SESSION_COOKIE, value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        // Whoever says that it came by TLS is believed, trusted or not: it only keeps the cookie closer.
        .secure(req.connection_info().scheme() == "https")
        .finish()
}
