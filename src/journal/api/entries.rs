//! Single entries and receipts.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::super::read::{self, JournalEntry};
use super::super::receipts;
use super::super::tlog::ReceiptBundle;
use crate::db::Db;
use crate::http::{Listing, PageQuery, Query, listing};
use crate::kernel::{Ctx, Error, Result};

/// The longest name of a kind, a subject or an actor, in characters.
const MAX_NAME: usize = 500;

/// Kinds, subjects and actors are named by visible ASCII characters; nothing else names any.
pub(super) fn check_name(pointer: &str, name: &str) -> Result<()> {
    if (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(Error::invalid(pointer, "name", format!("write 1 to {MAX_NAME} visible ASCII characters")))
    }
}

/// Shows an entry
///
/// With its payload and the salt that the entry commits to it with, as long as these are there. You may see what you did
/// yourself, what concerns an organisation you belong to, what happened to datasets of organisations you publish for, what
/// reviewers and stewards of a space deal with there, and what is public anyway; auditors and administrators see all.
#[utoipa::path(tag = "journal", operation_id = "get_entry", security(()),
    params(("position" = i64, Path, description = "The place in the journal, counted from zero", minimum = 0)),
    responses((status = 200, description = "The entry", body = JournalEntry)))]
#[get("/journal/entries/{position}")]
pub(super) async fn get_entry(ctx: Ctx, db: web::Data<Db>, position: web::Path<i64>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(read::show_entry(&db, &ctx, *position).await?))
}

/// Gives the receipt of an entry
///
/// A `.tlog-proof` file (C2SP tlog-proof): position, hashes up to the root, and the signed checkpoint. With the entry and
/// the trust policy it proves offline that the entry is in the log. Waits up to two seconds for a checkpoint that covers
/// the entry.
#[utoipa::path(tag = "journal", operation_id = "get_entry_proof", security(()),
    params(("position" = i64, Path, description = "The place in the journal, counted from zero", minimum = 0)),
    responses((status = 200, description = "The receipt", body = String, content_type = "text/plain")))]
#[get("/journal/entries/{position}/proof")]
pub(super) async fn get_entry_proof(
    ctx: Ctx,
    db: web::Data<Db>,
    position: web::Path<i64>,
) -> Result<HttpResponse> {
    let receipt = receipts::receipt_of(&db, &ctx, *position).await?;
    let name = format!("attachment; filename=\"{position}.tlog-proof\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, name))
        .content_type("text/plain; charset=utf-8")
        .body(receipt.to_string()))
}

/// Lists the receipts of a thing
///
/// Of a request, a grant, a dataset, a version and so on, by its id: the entries about it that you may see, oldest first,
/// each with its receipt. For publications and terms of a dataset see its own receipts.
#[utoipa::path(tag = "journal", operation_id = "list_receipts", security(()),
    params(("subject" = String, Path, description = "The id of the thing", min_length = 1, max_length = 500, pattern = "^[!-~]+$"), PageQuery),
    responses((status = 200, description = "A page of receipts", body = Listing<ReceiptBundle>)))]
#[get("/journal/receipts/{subject:.+}")]
pub(super) async fn list_receipts(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    subject: web::Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    let subject = subject.into_inner();
    check_name("subject", &subject)?;
    Ok(listing(&req, receipts::receipts_about(&db, &ctx, subject, page.checked()?).await?))
}
