//! The client's way to the server: addresses, credentials, retries, and answers or failures.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{CliError, Exit, Result};
use super::local::LocalFile;
use super::problem;
use super::progress::FileBar;
use super::retry::{Retry, asked_wait, is_busy};
use crate::kernel::{Error, ExposeSecret as _, Secret, random_bytes};

/// The largest JSON answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Items of one page of a list.
const PAGE: usize = 200;

/// Address of a server, without a slash at the end: `https://data.example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(Url);

impl ServerUrl {
    /// The address of the API path with these segments, each percent-encoded.
    fn api(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1"]).extend(segments);
        }
        url
    }

    /// An address that the server gave, which may be relative to its own.
    ///
    /// # Errors
    /// When it is no http or https address.
    pub fn join(&self, address: &str) -> Result<Url> {
        let url = self.0.join(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.ok_or_else(|| {
            CliError::failure(format!("the server gave an address that cannot be used: {address}"))
        })
    }

    /// Whether an address lies at this server.
    #[must_use]
    pub fn is_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// Whether a token sent there can be read on the way.
    fn is_exposed(&self) -> bool {
        let local = match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        self.0.scheme() == "http" && !local
    }
}

impl FromStr for ServerUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let usable = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        Url::parse(text).ok().filter(usable).map(Self).ok_or_else(|| {
            Error::invalid(
                "",
                "url",
                "write the server as an http or https address, for example https://data.example.org",
            )
        })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// A connection to one server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    server: ServerUrl,
    token: Option<Secret>,
}

impl Client {
    /// A client for this server, with a token if the caller has one.
    ///
    /// # Errors
    /// When the machine offers no usable TLS.
    pub fn new(server: ServerUrl, token: Option<Secret>) -> Result<Self> {
        // A redirect would carry a password or a write elsewhere; the user is told the new address instead.
        let http = builder().redirect(Policy::none()).build().map_err(|error| unusable(&error))?;
        Ok(Self { http, server, token })
    }

    /// The server it talks to.
    #[must_use]
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// What to tell the user when the token can be read on the way.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let exposed = self.token.is_some() && self.server.is_exposed();
        exposed.then(|| format!("your token travels unencrypted to {}; use https", self.server))
    }

    /// A call of the API path with these segments.
    #[must_use]
    pub fn call(&self, method: Method, segments: &[&str]) -> Call {
        let mut headers = Vec::new();
        if let Some(token) = &self.token {
            headers.push((AUTHORIZATION.to_string(), format!("Bearer {}", token.expose_secret()).into()));
        }
        if method == Method::POST {
            headers.push(("Idempotency-Key".to_owned(), idempotency_key().into()));
        }
        Call { http: self.http.clone(), method, url: self.server.api(segments), headers, body: Body::Empty }
    }

    /// Reads.
    #[must_use]
    pub fn get(&self, segments: &[&str]) -> Call {
        self.call(Method::GET, segments)
    }

    /// Makes or does something.
    #[must_use]
    pub fn post(&self, segments: &[&str], body: &Value) -> Call {
        self.call(Method::POST, segments).json(body)
    }

    /// Replaces something.
    #[must_use]
    pub fn put(&self, segments: &[&str], body: &Value) -> Call {
        self.call(Method::PUT, segments).json(body)
    }

    /// The items of a list and of the pages after it, `most` of them at most; and whether there are more.
    ///
    /// # Errors
    /// As [`Call::read`].
    pub async fn list(
        &self,
        segments: &[&str],
        query: &[(&str, Option<String>)],
        most: usize,
    ) -> Result<(Vec<Value>, bool)> {
        let mut items = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let call = self.get(segments).query("limit", Some(PAGE.min(most - items.len()).to_string()));
            let call = query.iter().fold(call, |call, (name, value)| call.query(name, value.clone()));
            let page: Page = call.query("after", after).read().await?;
            items.extend(page.items);
            after = page.next_after;
            if after.is_none() || items.len() >= most {
                return Ok((items, after.is_some()));
            }
        }
    }
}

#[derive(serde::Deserialize)]
struct Page {
    items: Vec<Value>,
    next_after: Option<String>,
}

/// A call in the making. It is tried again, with the same `Idempotency-Key`, while the server is busy or away.
#[derive(Debug)]
pub struct Call {
    http: reqwest::Client,
    method: Method,
    url: Url,
    headers: Vec<(String, Secret)>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Empty,
    Text(&'static str, String),
    File(LocalFile, FileBar),
}

impl Call {
    /// Adds a query parameter, if there is a value.
    #[must_use]
    pub fn query(mut self, name: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.url.query_pairs_mut().append_pair(name, &value);
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Lets the update go on only from this state.
    #[must_use]
    pub fn if_match(self, etag: &str) -> Self {
        self.header(IF_MATCH.as_str(), etag)
    }

    /// Sends a JSON document.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    /// Sends a text of this media type.
    #[must_use]
    pub fn text(mut self, media_type: &'static str, body: String) -> Self {
        self.body = Body::Text(media_type, body);
        self
    }

    /// Sends the bytes of a file, read anew at each try.
    #[must_use]
    pub fn file(mut self, file: LocalFile, bar: FileBar) -> Self {
        self.body = Body::File(file, bar);
        self
    }

    /// The answer, whatever it holds.
    ///
    /// # Errors
    /// The problem that the server sent; `Unavailable` when it was busy or away at every try.
    pub async fn send(self) -> Result<Response> {
        let mut retry = Retry::new();
        loop {
            let (failure, wait) = match self.attempt().await?.send().await {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) => {
                    let wait = asked_wait(&response);
                    let busy = is_busy(response.status());
                    let failure = refused(response, self.url.path()).await;
                    if !busy {
                        return Err(self.about_the_token(failure));
                    }
                    (failure, wait)
                }
                Err(error) => (unreachable(&error, self.url.path()), None),
            };
            // A file that changed under the reader breaks the connection too, and no try would mend it.
            if let Body::File(file, _) = &self.body {
                file.check_unchanged()?;
            }
            if !retry.again(wait).await {
                return Err(failure);
            }
        }
    }

    /// The answer's JSON document.
    ///
    /// # Errors
    /// As [`Call::send`]; and when the answer is none that is understood.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T> {
        Ok(self.read_tagged().await?.0)
    }

    /// The answer's JSON document and its entity tag.
    ///
    /// # Errors
    /// As [`Call::read`].
    pub async fn read_tagged<T: DeserializeOwned>(self) -> Result<(T, String)> {
        let path = self.url.path().to_owned();
        let response = self.send().await?;
        let etag =
            response.headers().get(ETAG).and_then(|value| value.to_str().ok()).unwrap_or("*").to_owned();
        let body = limited(response, MAX_ANSWER).await;
        let body = body.map_err(|what| CliError::failure(format!("{path}: {what}")))?;
        let value = serde_json::from_slice(&body).map_err(|error| {
            CliError::failure(format!("the answer to {path} is not understood: {error}"))
                .hint("is this the address of a Cadastre server, and of the same age as this program?")
        })?;
        Ok((value, etag))
    }

    /// A server that sees no valid token only says to sign in; who sent one needs to hear what became of it.
    fn about_the_token(&self, failure: CliError) -> CliError {
        let sent = self.headers.iter().any(|(name, _)| AUTHORIZATION == name.as_str());
        if sent && failure.exit() == Exit::NotSignedIn {
            return failure.details(["your token is wrong, or has expired or been revoked".to_owned()]);
        }
        failure
    }

    async fn attempt(&self) -> Result<RequestBuilder> {
        let mut request = self.http.request(self.method.clone(), self.url.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value.expose_secret());
        }
        Ok(match &self.body {
            Body::Empty => request,
            Body::Text(media_type, text) => request.header(CONTENT_TYPE, *media_type).body(text.clone()),
            Body::File(file, bar) => {
                let stream = file.open(bar).await?;
                request.header(CONTENT_LENGTH, file.size()).body(reqwest::Body::wrap_stream(stream))
            }
        })
    }
}

/// A JSON object of the fields that have a value.
#[must_use]
pub fn document<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// A client for addresses other than the API's: signed ones, and files that lie elsewhere.
///
/// # Errors
/// When the machine offers no usable TLS.
pub fn plain_client() -> Result<reqwest::Client> {
    builder().redirect(Policy::limited(5)).build().map_err(|error| unusable(&error))
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("cadastre/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(90))
}

fn unusable(error: &reqwest::Error) -> CliError {
    CliError::failure(format!("no HTTP client can be set up: {}", chain(error)))
}

/// The failure that an answer other than success means.
pub async fn refused(response: Response, path: &str) -> CliError {
    let status = response.status();
    if status.is_redirection() {
        let moved =
            response.headers().get("Location").and_then(|value| value.to_str().ok()).unwrap_or_default();
        return CliError::failure(format!("the server points elsewhere: {moved}"))
            .hint("name the server by the address it points to, with --url");
    }
    let body = limited(response, 1024 * 1024).await.unwrap_or_default();
    problem::failure(status.as_u16(), path, &body)
}

/// The failure when no answer came.
#[must_use]
pub fn unreachable(error: &reqwest::Error, path: &str) -> CliError {
    CliError::new(Exit::Unavailable, format!("no answer from the server to {path}: {}", chain(error))).hint(
        "check the address (--url, CADASTRE_URL) and run the command again; it goes on where it stopped",
    )
}

/// The reasons behind an error, without the address, which may be signed.
fn chain(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(deeper) = reason.source() {
        reason = deeper;
    }
    if std::ptr::addr_eq(reason, std::ptr::from_ref(error)) {
        if error.is_timeout() { "it took too long".into() } else { "the connection broke".into() }
    } else {
        reason.to_string()
    }
}

/// The bytes of an answer, or why there are none: more than `most`, or a line that broke.
pub async fn limited(mut response: Response, most: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| chain(&error))? {
        if body.len() + chunk.len() > most {
            return Err(format!("the answer is longer than {most} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A key that no other call has.
fn idempotency_key() -> String {
    random_bytes::<16>().map(hex::encode).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_built_segment_by_segment() {
        let server: ServerUrl = "https://example.org/cadastre/".parse().unwrap();
        let url = server.api(&["datasets", "a", "b", "versions", "1.0.0", "files", "x y/ü#.csv"]);
        assert_eq!(
            url.as_str(),
            "https://example.org/cadastre/api/v1/datasets/a/b/versions/1.0.0/files/x%20y%2F%C3%BC%23.csv"
        );
        assert_eq!(server.to_string(), "https://example.org/cadastre");
        assert_eq!(
            server.join("/api/v1/download/t").unwrap().as_str(),
            "https://example.org/api/v1/download/t"
        );
        assert!(server.join("file:///etc/passwd").is_err());
    }

    #[test]
    fn servers_are_http_addresses_without_credentials() {
        for bad in
            ["example.org", "ftp://example.org", "https://a:b@example.org", "https://example.org/?x=1", ""]
        {
            assert!(bad.parse::<ServerUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_on_an_open_line_is_warned_of() {
        for (url, warned) in [
            ("http://data.example.org", true),
            ("https://data.example.org", false),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
            ("http://localhost:8080", false),
        ] {
            let client = Client::new(url.parse().unwrap(), Some("cad_x".into())).unwrap();
            assert_eq!(client.warning().is_some(), warned, "{url}");
        }
    }
}
