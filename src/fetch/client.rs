//! Asking: one address, or where it redirects to, as far as that is allowed too.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Method, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::allow::{Reach, admit};
use super::body::{Body, Limits, reason};
use super::failure::FetchError;
use super::resolve::{Lookup, PublicOnly, System};
use crate::kernel::{Error, Result};

/// The longest wait that the other side may ask for.
const MOST_WAIT: Duration = Duration::from_secs(3600);

/// The outgoing client.
#[derive(Clone)]
pub struct Fetcher {
    /// Connects to public addresses alone.
    guarded: Client,
    /// Connects wherever the operator wrote.
    configured: Client,
    /// Hosts that the operator allowed, as `host` or `host:port`.
    operator: Arc<[String]>,
}

/// What is asked, and under which limits.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who answers for the address.
    pub reach: Reach<'a>,
    /// The value of `Accept`.
    pub accept: &'a str,
    /// Media types an answer may have, without parameters; whatever it has where there are none.
    pub media_types: &'a [&'a str],
    /// The entity tag of what is known already.
    pub etag: Option<&'a str>,
    /// When what is known already was last modified, as the other side said.
    pub last_modified: Option<&'a str>,
    /// Whether the answer may be compressed, and is handed on decompressed.
    pub compressed: bool,
    /// How much it may cost.
    pub limits: Limits,
}

/// An answer. Its bytes are still to come.
pub struct Answer {
    /// The status: a success, or 304 where a state was named that is still the present one.
    pub status: u16,
    /// The address that answered, after redirects.
    pub url: Url,
    /// The media type without parameters, in lower case.
    pub media_type: Option<String>,
    /// The entity tag.
    pub etag: Option<String>,
    /// When it was last modified, as the other side says.
    pub last_modified: Option<String>,
    /// Links in the head (RFC 8288), as they stand there.
    pub link: Option<String>,
    /// How long the other side asks to wait.
    pub retry_after: Option<Duration>,
    body: Body,
}

impl Fetcher {
    /// A client of a service that is reached at this address, with the hosts that its operator allowed.
    ///
    /// # Errors
    /// When there is no way to make TLS connections.
    pub fn new(base: Option<&Url>, operator: &[String]) -> Result<Self> {
        Self::with(base, operator, Arc::new(System))
    }

    pub(super) fn with(base: Option<&Url>, operator: &[String], lookup: Arc<dyn Lookup>) -> Result<Self> {
        let contact = base.map(|base| format!(" (+{base})")).unwrap_or_default();
        let agent = format!("Cadastre/{}{contact}", env!("CARGO_PKG_VERSION"));
        let plain = || {
            Client::builder()
                .user_agent(&agent)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .no_proxy()
        };
        let failed = |error| Error::internal("the outgoing client", error);
        Ok(Self {
            guarded: plain().dns_resolver(Arc::new(PublicOnly(lookup))).build().map_err(failed)?,
            configured: plain().build().map_err(failed)?,
            operator: operator.into(),
        })
    }

    /// Whether an address may be asked, without asking it.
    ///
    /// # Errors
    /// [`FetchError::NotAllowed`] with the reason.
    pub fn admits(&self, url: &Url, reach: Reach<'_>) -> Result<(), FetchError> {
        admit(url, reach, &self.operator)
    }

    /// Asks for a document.
    ///
    /// # Errors
    /// Why there is none; a status that is neither a success nor 304 is an error too.
    pub async fn get(&self, url: &Url, ask: &Ask<'_>) -> Result<Answer, FetchError> {
        let answer = self.exchange(Method::GET, url, None, ask).await?;
        if (200..300).contains(&answer.status) {
            answer.check_media_type(ask.media_types)?;
        } else if answer.status != 304 {
            return Err(FetchError::Status { status: answer.status, retry_after: answer.retry_after });
        }
        Ok(answer)
    }

    /// Sends a document, and answers whatever the status. No redirect is followed.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn post(&self, url: &Url, body: Bytes, ask: &Ask<'_>) -> Result<Answer, FetchError> {
        self.exchange(Method::POST, url, Some(body), ask).await
    }

    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        body: Option<Bytes>,
        ask: &Ask<'_>,
    ) -> Result<Answer, FetchError> {
        let deadline = Instant::now() + ask.limits.total;
        let mut url = url.clone();
        for hop in 0.. {
            admit(&url, ask.reach, &self.operator)?;
            let response = self.send(&method, &url, body.clone(), ask, deadline).await?;
            match redirect(&response) {
                Some(target) if method == Method::GET && ask.limits.redirects > 0 => {
                    if hop == ask.limits.redirects {
                        return Err(FetchError::Redirected(format!("more than {hop} times")));
                    }
                    url = followed(&url, &target)?;
                }
                _ => return Answer::of(response, url, ask, deadline),
            }
        }
        Err(FetchError::Late)
    }

    async fn send(
        &self,
        method: &Method,
        url: &Url,
        body: Option<Bytes>,
        ask: &Ask<'_>,
        deadline: Instant,
    ) -> Result<Response, FetchError> {
        let client = if matches!(ask.reach, Reach::Configured) { &self.configured } else { &self.guarded };
        let mut request = client
            .request(method.clone(), url.clone())
            .header(ACCEPT_ENCODING, if ask.compressed { "gzip, identity;q=0.5" } else { "identity" });
        let given =
            [(ACCEPT, Some(ask.accept)), (IF_NONE_MATCH, ask.etag), (IF_MODIFIED_SINCE, ask.last_modified)];
        for (name, value) in given {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                request = request.header(name, value);
            }
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let until = deadline.min(Instant::now() + ask.limits.patience);
        match timeout_at(until, request.send()).await {
            Ok(response) => response.map_err(|error| FetchError::Unreachable(reason(error))),
            Err(_) if until == deadline => Err(FetchError::Late),
            Err(_) => Err(FetchError::Silent(ask.limits.patience)),
        }
    }
}

/// Where an answer redirects to; an empty text where it does not say.
fn redirect(response: &Response) -> Option<String> {
    let moved = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    moved.contains(&response.status()).then(|| text(response.headers(), &LOCATION).unwrap_or_default())
}

fn followed(from: &Url, target: &str) -> Result<Url, FetchError> {
    let refused = |why: &str| FetchError::Redirected(why.to_owned());
    let to = from.join(target).ok().filter(|_| !target.is_empty());
    let to = to.ok_or_else(|| refused("to nothing that is an address"))?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(refused("from https to something that is not"));
    }
    Ok(to)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

impl Answer {
    fn of(response: Response, url: Url, ask: &Ask<'_>, deadline: Instant) -> Result<Self, FetchError> {
        let headers = response.headers();
        let coding = text(headers, &CONTENT_ENCODING).unwrap_or_default().trim().to_ascii_lowercase();
        let is_gzip = matches!(coding.as_str(), "gzip" | "x-gzip");
        if ask.compressed && !is_gzip && !matches!(coding.as_str(), "" | "identity") {
            return Err(FetchError::Coding(coding.chars().take(40).collect()));
        }
        if response.content_length().is_some_and(|length| length > ask.limits.bytes) {
            return Err(FetchError::TooLarge(ask.limits.bytes));
        }
        let essence = |value: String| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let seconds = |value: String| value.trim().parse().ok().map(Duration::from_secs);
        Ok(Self {
            status: response.status().as_u16(),
            url,
            media_type: text(headers, &CONTENT_TYPE).map(essence),
            etag: text(headers, &ETAG),
            last_modified: text(headers, &LAST_MODIFIED),
            link: text(headers, &reqwest::header::LINK),
            retry_after: text(headers, &RETRY_AFTER).and_then(seconds).map(|wait| wait.min(MOST_WAIT)),
            body: Body::new(response, ask.limits, deadline, ask.compressed && is_gzip),
        })
    }

    fn check_media_type(&self, wanted: &[&str]) -> Result<(), FetchError> {
        let found = self.media_type.as_deref().unwrap_or_default();
        if wanted.is_empty() || wanted.contains(&found) {
            return Ok(());
        }
        Err(FetchError::MediaType(found.chars().filter(char::is_ascii_graphic).take(80).collect()))
    }

    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// When they come too slowly or too late, are too many, or break off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        self.body.next().await
    }

    /// All bytes.
    ///
    /// # Errors
    /// As [`Answer::next`].
    pub async fn bytes(mut self) -> Result<Vec<u8>, FetchError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}
