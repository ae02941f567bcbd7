//! Reservations of text and data mining as machines look for them.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;

use super::super::reservation::{BATCH, Listed, Reservation, list_reservations};
use super::paths::base_of;
use crate::config::Config;
use crate::db::Db;
use crate::kernel::{DatasetId, Error, Result};

/// Says in an answer what is reserved: `tdm-reservation` and `tdm-policy` (TDMRep), and `Content-Usage` (AI preferences of the
/// IETF, a draft).
pub(super) fn announce(
    response: &mut HttpResponseBuilder,
    base: &str,
    dataset: &str,
    reservation: Option<&Reservation>,
) {
    let Some(reservation) = reservation else { return };
    let (number, usage) = if reservation.reserved { ("1", "train-ai=n") } else { ("0", "train-ai=y") };
    response.insert_header(("tdm-reservation", number)).insert_header(("Content-Usage", usage));
    if reservation.reserved {
        response.insert_header(("tdm-policy", policy_address(base, dataset, reservation)));
    }
}

fn policy_address(base: &str, dataset: &str, reservation: &Reservation) -> String {
    reservation.policy_url.clone().unwrap_or_else(|| format!("{base}/api/v1/datasets/{dataset}/policy"))
}

/// The list of reservations of everything that is public (TDMRep, 6.1), in the order of registration.
#[get("/.well-known/tdmrep.json")]
pub async fn tdmrep(req: HttpRequest, db: web::Data<Db>, config: web::Data<Config>) -> Result<HttpResponse> {
    let base = base_of(&req, &config);
    let body = stream::try_unfold(State::Begin, move |state| {
        let (db, base) = (db.clone(), base.clone());
        async move {
            let (after, mut text) = match state {
                State::Begin => (None, "[".to_owned()),
                State::After(id) => (Some(id), String::new()),
                State::End => return Ok(None),
            };
            let begun = after.is_some();
            let found = list_reservations(&db, after).await?;
            for (index, listed) in found.iter().enumerate() {
                text.push_str(if begun || index > 0 { ",\n" } else { "\n" });
                text.push_str(&entry(&base, listed));
            }
            let full = i64::try_from(found.len()).is_ok_and(|length| length == BATCH);
            let next = match found.into_iter().next_back() {
                Some(last) if full => State::After(last.id),
                _ => {
                    text.push_str("\n]\n");
                    State::End
                }
            };
            Ok::<_, Error>(Some((Bytes::from(text), next)))
        }
    });
    Ok(HttpResponse::Ok().content_type("application/json").streaming(body))
}

enum State {
    Begin,
    After(DatasetId),
    End,
}

fn entry(base: &str, listed: &Listed) -> String {
    let dataset = format!("{}/{}", listed.organisation, listed.name);
    let mut entry = json!({
        "location": format!("/api/v1/datasets/{dataset}*"),
        "tdm-reservation": i32::from(listed.reservation.reserved),
    });
    if let (true, Some(members)) = (listed.reservation.reserved, entry.as_object_mut()) {
        members.insert("tdm-policy".into(), policy_address(base, &dataset, &listed.reservation).into());
    }
    entry.to_string()
}
