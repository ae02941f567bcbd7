//! Terms of use.

use actix_web::{HttpRequest, HttpResponse, get, put, web};

use super::super::model::{DescribedPolicy, NewPolicy, PolicyRevision};
use super::super::terms;
use super::paths::DatasetPath;
use crate::db::Db;
use crate::http::{
    AcceptLanguage, IfMatch, Json, Listing, PageQuery, Query, in_language, listing, with_etag,
};
use crate::i18n::Language;
use crate::kernel::{Ctx, Result};

/// Shows the terms of a dataset
///
/// The access mode and the ODRL offer in force, the offer also line by line in words.
#[utoipa::path(tag = "policies", operation_id = "get_policy", security(()),
    params(DatasetPath,
           ("Accept-Language" = Option<String>, Header, description = "The language of texts: en or fr; English when none of them is named")),
    responses((status = 200, description = "The terms", body = DescribedPolicy)))]
#[get("/datasets/{org}/{name}/policy")]
pub(super) async fn get_policy(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    accept: AcceptLanguage,
) -> Result<HttpResponse> {
    described(terms::show_policy(&db, &ctx, path.into_inner().into()).await?, &accept)
}

/// Terms as they are answered: with their entity tag, and in the language that was asked for.
fn described(policy: PolicyRevision, accept: &AcceptLanguage) -> Result<HttpResponse> {
    let policy = DescribedPolicy::of(policy, Language::negotiate(&accept.0))?;
    let mut response = HttpResponse::Ok();
    in_language(&mut response, policy.language.as_str());
    Ok(with_etag(response, policy.policy.revision, &policy))
}

/// Sets the terms of a dataset
///
/// A new revision; running grants keep the terms they were given. A term that is not understood is refused. Send
/// `If-Match: "0"` the first time.
#[utoipa::path(tag = "policies", operation_id = "set_policy", request_body = NewPolicy,
    params(DatasetPath,
           ("If-Match" = String, Header, description = "The ETag of the terms you read"),
           ("Accept-Language" = Option<String>, Header, description = "The language of texts: en or fr; English when none of them is named")),
    responses((status = 200, description = "The terms", body = DescribedPolicy)))]
#[put("/datasets/{org}/{name}/policy")]
pub(super) async fn set_policy(
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    fits: IfMatch,
    accept: AcceptLanguage,
    body: Json<NewPolicy>,
) -> Result<HttpResponse> {
    let policy =
        terms::set_policy(&db, &ctx, path.into_inner().into(), body.0, move |revision| fits.check(revision))
            .await?;
    described(policy, &accept)
}

/// Lists the revisions of the terms
///
/// Newest first.
#[utoipa::path(tag = "policies", operation_id = "list_policy_revisions", security(()),
    params(DatasetPath, PageQuery),
    responses((status = 200, description = "A page of revisions", body = Listing<PolicyRevision>)))]
#[get("/datasets/{org}/{name}/policy/revisions")]
pub(super) async fn list_policy_revisions(
    req: HttpRequest,
    ctx: Ctx,
    db: web::Data<Db>,
    path: web::Path<DatasetPath>,
    page: Query<PageQuery>,
) -> Result<HttpResponse> {
    Ok(listing(&req, terms::list_policies(&db, &ctx, path.into_inner().into(), page.checked()?).await?))
}
