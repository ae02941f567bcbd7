//! Who a token belongs to.

use actix_web::{HttpRequest, HttpResponse, get};
use serde_json::{Value, json};

use super::{Services, sent};
use crate::identity::{organisations_by_ids, person_by_id};
use crate::kernel::{Ctx, Error, OrganisationId, OrganisationRole, Result, Scope};

/// `/api/whoami-v2`
#[get("/api/whoami-v2")]
pub(super) async fn whoami(req: HttpRequest, ctx: Ctx, (db, _): Services) -> Result<HttpResponse> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?.clone();
    let who = db
        .read(move |conn| {
            let person = person_by_id(conn, &principal.person)?;
            let ids: Vec<&OrganisationId> = principal.organisations.keys().collect();
            let organisations: Vec<Value> = organisations_by_ids(conn, &ids)?
                .into_iter()
                .filter_map(|organisation| {
                    let (_, role) = principal.organisations.get(&organisation.id)?;
                    let role = match role {
                        OrganisationRole::Member => "read",
                        OrganisationRole::Publisher => "write",
                        OrganisationRole::Owner => "admin",
                    };
                    Some(json!({
                        "type": "org", "id": organisation.id, "name": organisation.slug, "fullname": organisation.name,
                        "isEnterprise": false, "roleInOrg": role,
                    }))
                })
                .collect();
            let writes = principal.scopes.contains(&Scope::Publish);
            Ok(json!({
                "type": "user", "id": person.id, "name": person.login, "fullname": person.name, "isPro": false,
                "canPay": false, "emailVerified": false, "orgs": organisations,
                "auth": {"type": "access_token", "accessToken": {
                    "displayName": principal.token, "role": if writes { "write" } else { "read" },
                }},
            }))
        })
        .await?;
    sent(&req, &who)
}
