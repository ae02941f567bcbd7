//! Tickets: short-lived links signed by the service itself, for stores that cannot sign (local files).
//!
//! A ticket names the file, the right it was given by and the person; using it asks the door again, so that a
//! revoked grant ends it at once. The key is shared by all replicas and lies in the database.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::super::gate::{Asked, Delivery, DownloadGate, Ground, Permit};
use super::super::model::Dataset;
use super::super::reservation::reservation;
use super::super::store;
use super::super::versions::Version;
use super::download::{Allowed, not_withdrawn};
use super::path::FilePath;
use crate::db::{Conn, Db};
use crate::kernel::{
    Error, ExposeSecret as _, GrantId, Kind, OrganisationId, PersonId, Result, Secret, Timestamp, VersionId,
    random_bytes,
};

/// How long a link holds; also the time within which a link into the store outlives a revoked grant.
pub const LINK_LIFE: Duration = Duration::from_secs(300);

const KEY_NAME: &str = "download_tickets";

/// What a ticket says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    version: VersionId,
    path: FilePath,
    ground: Ground,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<GrantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<OrganisationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    until: Timestamp,
    /// A ticket of a program that did not know of counted rights is counted: where nothing is to be counted, that finds
    /// nothing.
    #[serde(default = "counted")]
    counted: bool,
}

fn counted() -> bool {
    true
}

/// Signs and reads tickets.
#[derive(Clone)]
pub struct Tickets {
    key: Secret,
}

impl Tickets {
    /// Takes the instance's key, making it at the first start.
    ///
    /// # Errors
    /// When the database or the system's random generator fails.
    pub async fn open(db: &Db) -> Result<Self> {
        let known = db.read(|conn| store::known_instance_secret(conn, KEY_NAME)).await?;
        let key = match known {
            Some(key) => key,
            None => {
                let proposal = random_bytes::<32>()?;
                db.write("make_ticket_key", move |tx| store::instance_secret(tx, KEY_NAME, &proposal)).await?
            }
        };
        Ok(Self { key: hex::encode(key).into() })
    }

    /// Tickets with a key of a test's own.
    #[cfg(test)]
    pub(crate) fn for_tests(key: &str) -> Self {
        Self { key: key.to_owned().into() }
    }

    /// A ticket for a file that the door has given free.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn issue(&self, allowed: &Allowed, now: Timestamp) -> Result<(String, Timestamp)> {
        let delivery = &allowed.delivery;
        let until = delivery.permit.until.map_or(now.plus(LINK_LIFE), |end| end.min(now.plus(LINK_LIFE)));
        let claims = Claims {
            version: delivery.version.clone(),
            path: allowed.path.clone(),
            ground: delivery.permit.ground,
            grant: delivery.permit.grant.clone(),
            organisation: delivery.permit.organisation.clone(),
            person: delivery.person.clone(),
            model: delivery.model.clone(),
            run: delivery.run.clone(),
            until,
            counted: delivery.permit.counted,
        };
        let body = serde_json::to_vec(&claims).map_err(|error| Error::internal("ticket", error))?;
        let signature = self.mac(&body)?.finalize().into_bytes();
        Ok((format!("{}.{}", URL_SAFE_NO_PAD.encode(body), URL_SAFE_NO_PAD.encode(signature)), until))
    }

    fn read(&self, ticket: &str, now: Timestamp) -> Result<Claims> {
        let invalid = || {
            Error::new(
                Kind::Forbidden,
                "link_invalid",
                "this link does not hold; ask for a new download plan",
            )
        };
        let (body, signature) = ticket.split_once('.').ok_or_else(invalid)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| invalid())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid())?;
        self.mac(&body)?.verify_slice(&signature).map_err(|_| invalid())?;
        let claims: Claims = serde_json::from_slice(&body).map_err(|_| invalid())?;
        if now < claims.until {
            Ok(claims)
        } else {
            Err(Error::new(Kind::Forbidden, "link_expired", "this link is over; ask for a new download plan"))
        }
    }

    /// Seals a text that is given out and comes back, for one purpose: whoever changes it, or brings one that was sealed for
    /// another, is found out. It is not secret.
    ///
    /// # Errors
    /// When the key is none.
    pub fn seal(&self, purpose: &str, text: &str) -> Result<String> {
        let signature = self.mac(&sealed(purpose, text))?.finalize().into_bytes();
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The text that was sealed for this purpose; none where that is not so.
    #[must_use]
    pub fn unseal(&self, purpose: &str, sealed_text: &str) -> Option<String> {
        let (text, signature) = sealed_text.split_once('.')?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(&sealed(purpose, &text)).ok()?.verify_slice(&signature).ok()?;
        Some(text)
    }

    fn mac(&self, body: &[u8]) -> Result<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose_secret().as_bytes())
            .map_err(|error| Error::internal("ticket key", error))?;
        mac.update(body);
        Ok(mac)
    }
}

/// What is signed of a sealed text. No ticket begins like this, since those are JSON objects.
fn sealed(purpose: &str, text: &str) -> Vec<u8> {
    [purpose.as_bytes(), b"\0", text.as_bytes()].concat()
}

/// A version as it is now and its dataset, whoever asks: for a right that was given before.
///
/// # Errors
/// 410 `withdrawn`.
pub(super) fn present(conn: &mut Conn, id: &VersionId) -> Result<Option<(Dataset, Version)>> {
    let Some(version) = store::version_by_id(conn, id)? else { return Ok(None) };
    let Some(dataset) = store::find_any_by_id(conn, &version.dataset_id)? else { return Ok(None) };
    let version = Version { dataset: dataset.full_name(), ..version };
    not_withdrawn(&version)?;
    Ok(Some((dataset, version)))
}

/// Opens the door for a ticket, as it stands now.
///
/// # Errors
/// 403 `link_invalid`, `link_expired`, or what the door says; 410 `withdrawn`.
pub async fn allow_ticket(
    db: &Db,
    gate: std::sync::Arc<dyn DownloadGate>,
    tickets: &Tickets,
    ticket: &str,
    now: Timestamp,
) -> Result<Allowed> {
    let claims = tickets.read(ticket, now)?;
    db.read(move |conn| {
        let gone = || {
            Error::new(
                Kind::Forbidden,
                "link_invalid",
                "this link does not hold any more; ask for a new download plan",
            )
        };
        let (dataset, version) = present(conn, &claims.version)?.ok_or_else(gone)?;
        let entry = store::file(conn, &version.id, &claims.path)?.ok_or_else(gone)?;
        let content = entry.content.filter(|_| entry.is_held()).ok_or_else(gone)?;
        let permit = Permit {
            ground: claims.ground,
            grant: claims.grant,
            organisation: claims.organisation,
            until: Some(claims.until),
            counted: claims.counted,
            environment: None,
            evaluation: None,
        };
        let (sample, media_types) = (entry.sample, &[entry.media_type.as_str().to_owned()]);
        let asked = Asked { dataset: &dataset, version: &version, sample, purpose: None, media_types };
        gate.still_holds(conn, &permit, claims.person.as_ref(), &asked, now)?;
        let key = store::blob_key(conn, &content.sha256)?.ok_or_else(gone)?;
        let delivery = Delivery {
            at: now,
            person: claims.person,
            permit,
            dataset: dataset.id.clone(),
            version: version.id.clone(),
            path: entry.path.to_string(),
            bytes: content.size,
            size: content.size,
            model: claims.model,
            run: claims.run,
        };
        let reservation = reservation(conn, &dataset)?;
        Ok(Allowed {
            dataset: dataset.full_name(),
            reservation,
            path: entry.path,
            media_type: entry.media_type.as_str().to_owned(),
            content,
            key,
            sample: entry.sample,
            delivery,
        })
    })
    .await
}
