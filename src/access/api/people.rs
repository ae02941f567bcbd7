//! Erasing a person.

use actix_web::{HttpResponse, post, web};

use super::super::erase::{self, Erased, Erasure};
use crate::db::Db;
use crate::http::Json;
use crate::kernel::{Ctx, Result, Slug};

/// Erases a person
///
/// For good: the account becomes a nameless husk that cannot come in, and what the person wrote is gone, from requests and
/// grants as from the payloads of the journal. Entries stay, with ids alone, and so do their proofs. For administrators.
#[utoipa::path(tag = "identity", operation_id = "erase_person", request_body = Erasure,
    params(("login" = Slug, Path, description = "The person")),
    responses((status = 200, description = "What stands in place of the person", body = Erased)))]
#[post("/people/{login}/erase")]
pub(super) async fn erase_person(
    ctx: Ctx,
    db: web::Data<Db>,
    login: web::Path<Slug>,
    body: Json<Erasure>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(erase::erase_person(&db, &ctx, login.into_inner(), body.0).await?))
}
