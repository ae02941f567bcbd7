//! API tokens of the caller.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};

use super::super::model::{NewToken, Token, TokenCreated};
use super::super::tokens;
use crate::db::Db;
use crate::http::{Json, Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Result, TokenId};

/// Lists your API tokens
///
/// Oldest first, those that ended included; secrets are never shown again.
#[utoipa::path(tag = "identity", operation_id = "list_tokens", params(PageQuery),
    responses((status = 200, description = "A page of tokens", body = Listing<Token>)))]
#[get("/tokens")]
pub(super) async fn list_tokens(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, tokens::list_tokens(&db, &ctx, page.checked()?).await?))
}

/// Makes an API token
///
/// The secret is in this answer and nowhere else. A token reaches no further than the credential that makes it.
#[utoipa::path(tag = "identity", operation_id = "create_token", request_body = NewToken,
    responses((status = 201, description = "The token and its secret", body = TokenCreated)))]
#[post("/tokens")]
pub(super) async fn create_token(ctx: Ctx, db: web::Data<Db>, body: Json<NewToken>) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(tokens::create_token(&db, &ctx, body.0).await?))
}

/// Revokes an API token
///
/// The next call with it is refused.
#[utoipa::path(tag = "identity", operation_id = "revoke_token", params(("id" = TokenId, Path, description = "The token")),
    responses((status = 204, description = "Revoked")))]
#[delete("/tokens/{id}")]
pub(super) async fn revoke_token(
    ctx: Ctx,
    db: web::Data<Db>,
    id: web::Path<TokenId>,
) -> Result<HttpResponse> {
    tokens::revoke_token(&db, &ctx, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
