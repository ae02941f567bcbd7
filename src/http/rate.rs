//! Rate limits per caller, in memory of this process (GCRA, from the `governor` crate), told in the header fields
//! of draft-ietf-httpapi-ratelimit-headers. What must hold across replicas (quotas, counts) lives in the database.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::address::client_address;
use crate::kernel::{Ctx, Error, Kind, PersonId, Result};

/// Who a limit is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Person(PersonId),
    Address(IpAddr),
    Unknown,
}

type Limiter = RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The limits of this process.
pub struct RateLimits {
    known: Limiter,
    anonymous: Limiter,
    sign_in: RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock>,
    known_policy: HeaderValue,
    anonymous_policy: HeaderValue,
}

/// Attempts to sign in per minute, for one login and for one address.
const SIGN_INS: NonZeroU32 = NonZeroU32::new(10).unwrap();

impl RateLimits {
    /// Requests per minute for a signed-in person and for an address nobody signed in from; a minute's worth may
    /// come at once.
    #[must_use]
    pub fn per_minute(known: NonZeroU32, anonymous: NonZeroU32) -> Self {
        let limiter = |n| RateLimiter::keyed(Quota::per_minute(n)).with_middleware();
        Self {
            known: limiter(known),
            anonymous: limiter(anonymous),
            sign_in: RateLimiter::keyed(Quota::per_minute(SIGN_INS)),
            known_policy: policy(known),
            anonymous_policy: policy(anonymous),
        }
    }

    /// Counts an attempt to sign in, for the address it came from and for the login it names, so that neither
    /// one address tries many logins nor many addresses one login.
    ///
    /// # Errors
    /// 429 `rate_limited`.
    pub fn check_sign_in(&self, from: Option<IpAddr>, login: Option<&str>) -> Result<()> {
        let address = from.map_or_else(String::new, |address| format!("from {address}"));
        for key in [Some(address), login.map(|login| format!("login {login}"))].into_iter().flatten() {
            self.sign_in
                .check_key(&key)
                .map_err(|early| too_many(early.wait_time_from(DefaultClock::default().now())))?;
        }
        Ok(())
    }

    /// Forgets callers that have not asked for a while, so that memory stays flat.
    pub fn forget_idle(&self) {
        self.known.retain_recent();
        self.anonymous.retain_recent();
        self.sign_in.retain_recent();
    }
}

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

fn policy(per_minute: NonZeroU32) -> HeaderValue {
    field(format!("\"default\";q={per_minute};w=60"))
}

/// The value of a header field; ours are ASCII.
fn field(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

fn too_many(wait: Duration) -> Error {
    Error::new(Kind::TooManyRequests, "rate_limited", "too many requests; wait as long as Retry-After says")
        .retry_after(wait)
}

/// Middleware: refuses with 429 and `Retry-After` beyond the limit, and tells every caller what is left.
///
/// # Errors
/// None of its own: too many requests are answered with 429 `rate_limited`.
pub async fn limit_rate(
    limits: Arc<RateLimits>,
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let person = req
        .extensions()
        .get::<Ctx>()
        .and_then(|ctx| ctx.principal().map(|principal| principal.person.clone()));
    let (limiter, key, policy) = match person {
        Some(person) => (&limits.known, Key::Person(person), &limits.known_policy),
        None => (
            &limits.anonymous,
            client_address(req.request()).map_or(Key::Unknown, Key::Address),
            &limits.anonymous_policy,
        ),
    };
    let remaining = match limiter.check_key(&key) {
        Ok(state) => state.remaining_burst_capacity(),
        Err(early) => {
            return Ok(req
                .error_response(too_many(early.wait_time_from(DefaultClock::default().now())))
                .map_into_right_body());
        }
    };
    let mut response = next.call(req).await?;
    let headers = response.headers_mut();
    headers.insert(RATE_LIMIT_POLICY, policy.clone());
    headers.insert(RATE_LIMIT, field(format!("\"default\";r={remaining}")));
    Ok(response.map_into_left_body())
}
