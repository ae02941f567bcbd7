//! A caller of the API: sends requests with one credential, to the replicas in turn.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends requests with one credential.
#[derive(Clone)]
pub struct Client {
    bases: Arc<Vec<String>>,
    turn: Arc<AtomicUsize>,
    http: reqwest::Client,
    token: Option<String>,
}

/// What came back.
pub struct Answer {
    asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// A caller without a credential.
    pub fn anonymous(bases: Vec<String>) -> Self {
        Self { bases: Arc::new(bases), turn: Arc::default(), http: http(None), token: None }
    }

    /// The same caller, with this token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same caller from another address of this machine.
    pub fn at_address(&self, address: IpAddr) -> Self {
        Self { http: http(Some(address)), ..self.clone() }
    }

    /// The same caller, who speaks to one replica alone, counted from zero and round.
    pub fn on_replica(&self, index: usize) -> Self {
        let base = self.bases[index % self.bases.len()].clone();
        Self { bases: Arc::new(vec![base]), ..self.clone() }
    }

    /// The token itself.
    pub fn bearer(&self) -> &str {
        self.token.as_deref().expect("a caller with a token")
    }

    /// The next replica's address, without a slash at the end.
    pub fn base(&self) -> &str {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.bases[turn % self.bases.len()]
    }

    /// A request to a path below `/api/v1`, or to an absolute URL.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}/api/v1{path}", self.base()) };
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// An update of whatever state is there.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PUT, path).header("If-Match", "*").json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path).header("If-Match", "*")).await
    }

    /// Uploads raw bytes.
    pub async fn upload(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        send(self.request(Method::PUT, path).body(bytes.into())).await
    }

    /// A GET with one more header.
    pub async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        send(self.request(Method::GET, path).header(name, value)).await
    }
}

/// Sends, and reads the answer to its end.
pub async fn send(request: RequestBuilder) -> Answer {
    let (http, request) = request.build_split();
    let request = request.expect("a request");
    let asked = format!("{} {}", request.method(), request.url().path());
    let response = http.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.unwrap_or_else(|error| panic!("{asked}: {error:?}")).to_vec();
    Answer { asked, status, headers, body }
}

/// Sends this text as it is and gives the answer's head and body; clients would tidy it up.
pub async fn raw(client: &Client, head: &str, body: &[u8]) -> String {
    let address = client.base().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    let head = format!("{head}\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(body).await.expect("sent");
    stream.shutdown().await.expect("the end of the request");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    read.expect("an answer in time").ok();
    String::from_utf8_lossy(&answer).into_owned()
}

fn http(from: Option<IpAddr>) -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .local_address(from)
        .timeout(Duration::from_secs(60))
        .build()
        .expect("an HTTP client")
}

impl Answer {
    /// The answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The refusal, which must be a problem document with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self}");
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// A text of the body, by JSON pointer; empty when it is not there.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The items of a list.
    #[track_caller]
    pub fn items(&self) -> Vec<Value> {
        self.json()["items"].as_array().unwrap_or_else(|| panic!("no list: {self}")).clone()
    }

    /// One text of every item of a list.
    #[track_caller]
    pub fn each(&self, pointer: &str) -> Vec<String> {
        self.items()
            .iter()
            .map(|item| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned())
            .collect()
    }

    /// The code of a problem document; empty for anything else.
    pub fn code(&self) -> String {
        if self.header("content-type") != "application/problem+json" {
            return String::new();
        }
        self.text("/code")
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}: {}", self.asked, self.status, String::from_utf8_lossy(&self.body))
    }
}
