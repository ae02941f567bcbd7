//! From credentials to `Ctx`: reads who a request claims to come from, has it checked, and leaves the caller and
//! the moment in the request for every handler.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::future::BoxFuture;

use super::address::host_of;
use super::idempotency::read_key;
use super::request_id::current_request_id;
use crate::kernel::{Caller, Clock, Ctx, Epoch, Epochs, Error, Result, Secret, Timestamp};

/// What a request shows of its sender.
#[derive(Debug)]
pub enum Credential {
    /// An API token, sent as `Bearer` or as the password of `Basic`.
    Token(Secret),
    /// A session cookie.
    Session(Secret),
}

/// Tells who a credential belongs to; `identity` implements it.
pub trait Authenticator: Send + Sync + 'static {
    /// The state of the database that the request is answered from; none when it cannot be told, so that what needs no
    /// database is still answered.
    fn epochs(&self) -> BoxFuture<'_, Option<Epochs>>;

    /// The caller behind a credential, at least as of this epoch of callers.
    ///
    /// # Errors
    /// 401 when the credential is unknown, expired or revoked; never the anonymous caller.
    fn authenticate(
        &self,
        credential: Credential,
        now: Timestamp,
        callers: Option<Epoch>,
    ) -> BoxFuture<'_, Result<Caller>>;
}

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "cadastre_session";

/// Middleware: resolves the caller once per request.
///
/// # Errors
/// None of its own: a credential that is not valid is answered with 401, an unreadable `Idempotency-Key` with 422.
pub async fn authenticate(
    authenticator: Arc<dyn Authenticator>,
    clock: Arc<dyn Clock>,
    mut req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    match resolve(&*authenticator, clock.now(), &mut req).await {
        Ok(ctx) => {
            req.extensions_mut().insert(ctx);
            Ok(next.call(req).await?.map_into_left_body())
        }
        Err(error) => Ok(req.error_response(error).map_into_right_body()),
    }
}

async fn resolve(authenticator: &dyn Authenticator, now: Timestamp, req: &mut ServiceRequest) -> Result<Ctx> {
    // Health and metrics answer without the database.
    let epochs = if req.path().starts_with("/api/") { authenticator.epochs().await } else { None };
    let caller = match credential(req.request())? {
        Some(Credential::Session(_)) if is_cross_site_write(req.request()) => {
            return Err(Error::forbidden("cross_site", "a session cookie does not write from another site"));
        }
        Some(credential) => {
            authenticator.authenticate(credential, now, epochs.map(|now| now.callers)).await?
        }
        None => Caller::Anonymous,
    };
    let idempotency = read_key(req, &caller).await?;
    let request_id = current_request_id().unwrap_or_default();
    Ok(Ctx { caller, now, epoch: epochs.map(|now| now.data), request_id, idempotency })
}

fn credential(req: &HttpRequest) -> Result<Option<Credential>> {
    let Some(value) = req.headers().get(AUTHORIZATION) else {
        return Ok(req
            .cookie(SESSION_COOKIE)
            .map(|cookie| Credential::Session(cookie.value().to_owned().into())));
    };
    let unreadable = || Error::unauthenticated();
    let value = value.to_str().map_err(|_| unreadable())?;
    let (scheme, rest) = value.split_once(' ').ok_or_else(unreadable)?;
    let token = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => rest.trim().to_owned(),
        // Some download clients know only Basic: any user name, the token as the password.
        "basic" => {
            let decoded = BASE64
                .decode(rest.trim())
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(unreadable)?;
            decoded.split_once(':').map(|(_, password)| password.to_owned()).ok_or_else(unreadable)?
        }
        _ => return Err(unreadable()),
    };
    Ok(Some(Credential::Token(token.into())))
}

/// Whether a browser says that another site is behind this write (CSRF): by `Sec-Fetch-Site`, else by `Origin`.
fn is_cross_site_write(req: &HttpRequest) -> bool {
    if req.method().is_safe() {
        return false;
    }
    let header = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("Sec-Fetch-Site"), header("Origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != Some(host_of(req).as_str()),
        (None, None) => false,
    }
}

impl FromRequest for Ctx {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            req.extensions()
                .get::<Self>()
                .cloned()
                .ok_or_else(|| Error::internal("request", "no caller was resolved for this route")),
        )
    }
}
