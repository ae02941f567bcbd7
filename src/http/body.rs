//! Strict bodies, paths and queries: what cannot be read is refused with a problem that names the place.

use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut, PathConfig};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use super::strict::Strict;
use crate::kernel::{Error, Kind, Result};

/// The largest JSON body, in bytes.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;
/// The largest document of others that is imported, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;
/// How long a JSON body may take to arrive, from its first byte to its last.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A JSON body of a known shape. An empty body counts as `{}`, so that commands without arguments need none.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = check_content_type(req);
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read_body(payload, MAX_JSON_BYTES).await?;
            if !bytes.is_empty() {
                content_type?;
            }
            parse(&bytes).map(Json)
        })
    }
}

/// Reads a body into memory, up to a limit in bytes, as long as it arrives in time.
///
/// # Errors
/// 400 when it breaks off, 408 when it takes too long, 413 beyond the limit.
pub async fn read_body(payload: Payload, limit: usize) -> Result<Bytes> {
    tokio::time::timeout(BODY_TIME, collect(payload, limit)).await.unwrap_or_else(|_| {
        Err(Error::new(
            Kind::Timeout,
            "timeout",
            "the body did not arrive in time; nothing was done, send it again",
        ))
    })
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            Error::malformed("body_broken", "the request body ended early or could not be read")
                .caused_by("body", error)
        })?;
        if body.len() + chunk.len() > limit {
            return Err(Error::new(
                Kind::TooLarge,
                "body_too_large",
                format!("the body is larger than the {limit} bytes allowed here"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn check_content_type(req: &HttpRequest) -> Result<()> {
    let value = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        Ok(())
    } else {
        Err(Error::new(
            Kind::UnsupportedMediaType,
            "json_expected",
            "send the body as Content-Type: application/json",
        ))
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Strict(&mut reader)).map_err(|error| {
        let pointer = pointer(error.path());
        let cause = error.into_inner();
        match cause.classify() {
            serde_json::error::Category::Data => Error::invalid(pointer, "invalid", without_position(&cause)),
            _ => Error::malformed("json", format!("the body is not JSON: {cause}")),
        }
    })?;
    reader.end().map_err(|error| Error::malformed("json", format!("the body is not JSON: {error}")))?;
    Ok(value)
}

/// The JSON pointer (RFC 6901) of the place that could not be read.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}

fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

/// A path parameter that cannot be read names nothing: 404.
#[must_use]
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_, _| Error::not_found("resource").into())
}

/// The parameters of a query. What is unknown or cannot be read is refused with 422, saying which.
#[derive(Debug)]
pub struct Query<T>(T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Query<T> {
    /// The parameters themselves.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = url::form_urlencoded::parse(req.query_string().as_bytes());
        let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
        ready(read.map(Self).map_err(|error| {
            let name = pointer(error.path()).trim_start_matches('/').to_owned();
            let name = if matches!(name.as_str(), "" | "?") { "query".to_owned() } else { name };
            Error::invalid(name, "invalid", error.into_inner().to_string())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[allow(dead_code, reason = "only its reading matters")]
        items: Vec<u8>,
    }

    #[test]
    fn the_pointer_names_the_culprit() {
        let error = parse::<Outer>(br#"{"items":[1,"x"]}"#).unwrap_err();
        assert_eq!((error.kind(), error.field_errors()[0].pointer.as_str()), (Kind::Invalid, "/items/1"));
        let error = parse::<Outer>(br#"{"items":[],"more":1}"#).unwrap_err();
        assert!(error.detail().contains("more"), "{}", error.detail());
        assert_eq!(parse::<Outer>(b"[[1]]").unwrap_err().kind(), Kind::Invalid);
        assert_eq!(parse::<Outer>(b"{").unwrap_err().kind(), Kind::Malformed);
        assert_eq!(parse::<Outer>(br#"{"items":[]} x"#).unwrap_err().kind(), Kind::Malformed);
    }
}
