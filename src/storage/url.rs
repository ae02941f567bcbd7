//! The setting that says where the bytes lie: `file:PATH` or `s3://BUCKET[/PREFIX]?endpoint=URL&region=REGION`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ::url::Url;

use crate::kernel::{Error, Result};

const FORMS: &str = "write file:PATH or s3://BUCKET[/PREFIX]?endpoint=URL&region=REGION";

/// Where the bytes lie.
///
/// It never holds credentials: for S3 they come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
/// `AWS_SESSION_TOKEN`, or from the role of the machine, container or web identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobsUrl(pub(super) Place);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket of a service that speaks S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) name: String,
    /// Without slashes at either end; empty for the whole bucket.
    pub(super) prefix: String,
    /// `None` is Amazon, or what `AWS_ENDPOINT_URL` says.
    pub(super) endpoint: Option<Url>,
    /// `None` is what `AWS_REGION` or `AWS_DEFAULT_REGION` says.
    pub(super) region: Option<String>,
    /// Whether the bucket is part of the host name. `None`: with Amazon yes, with an endpoint of one's own no.
    pub(super) virtual_hosted: Option<bool>,
}

impl BlobsUrl {
    /// A local folder.
    #[must_use]
    pub fn folder(path: impl AsRef<Path>) -> Self {
        Self(Place::Folder(path.as_ref().to_owned()))
    }

    /// Whether the bytes lie in a local folder, which only this machine can see.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        matches!(self.0, Place::Folder(_))
    }
}

impl FromStr for BlobsUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(path) = text.strip_prefix("file:") {
            if path.is_empty() {
                return Err(refused("file: needs a path, for example file:data/blobs"));
            }
            return Ok(Self::folder(path));
        }
        if !text.starts_with("s3://") {
            return Err(refused(FORMS));
        }
        let url = Url::parse(text).map_err(|_| refused(FORMS))?;
        Bucket::from_url(&url).map(Place::Bucket).map(Self)
    }
}

impl Bucket {
    fn from_url(url: &Url) -> Result<Self> {
        no_credentials(url)?;
        let name = url.host_str().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || !name.chars().all(plain) || url.port().is_some() || url.fragment().is_some() {
            return Err(refused(FORMS));
        }
        let prefix = object_store::path::Path::from_url_path(url.path())
            .map_err(|_| refused("the prefix may not hold empty, . or .. segments"))?;
        let mut bucket = Self {
            name: name.to_owned(),
            prefix: prefix.into(),
            endpoint: None,
            region: None,
            virtual_hosted: None,
        };
        for (key, value) in url.query_pairs() {
            bucket.set(&key, &value)?;
        }
        Ok(bucket)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let again = match key {
            "endpoint" => self.endpoint.replace(endpoint(value)?).is_some(),
            "region" => self.region.replace(region(value)?).is_some(),
            "virtual_hosted" => {
                let on = value.parse().map_err(|_| refused("virtual_hosted is true or false"))?;
                self.virtual_hosted.replace(on).is_some()
            }
            _ => {
                let detail = format!("{key:?} is not known; known are endpoint, region and virtual_hosted");
                return Err(refused(detail));
            }
        };
        if again { Err(refused(format!("{key} is given twice"))) } else { Ok(()) }
    }
}

fn endpoint(value: &str) -> Result<Url> {
    const WANTED: &str = "the endpoint reads https://HOST[:PORT] or http://HOST[:PORT]";
    let url = Url::parse(value).map_err(|_| refused(WANTED))?;
    no_credentials(&url)?;
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if plain { Ok(url) } else { Err(refused(WANTED)) }
}

fn region(value: &str) -> Result<String> {
    let valid = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if valid { Ok(value.to_owned()) } else { Err(refused("a region reads like eu-central-1")) }
}

fn no_credentials(url: &Url) -> Result<()> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err(refused("credentials do not belong in the URL; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
}

/// The text itself is never repeated: somebody may have put a secret into it.
fn refused(detail: impl Into<String>) -> Error {
    Error::invalid("blobs", "blobs_url", detail)
}

impl fmt::Display for BlobsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Folder(path) => write!(f, "file:{}", path.display()),
            Place::Bucket(bucket) => bucket.fmt(f),
        }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        let endpoint =
            self.endpoint.as_ref().map(|url| ("endpoint", url.as_str().trim_end_matches('/').to_owned()));
        let region = self.region.as_ref().map(|region| ("region", region.clone()));
        let hosted = self.virtual_hosted.map(|on| ("virtual_hosted", on.to_string()));
        for (at, (key, value)) in [endpoint, region, hosted].into_iter().flatten().enumerate() {
            write!(f, "{}{key}={value}", if at == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_prints_as_it_was_written() {
        for text in [
            "file:data/blobs",
            "file:/var/lib/with space/blobs?#",
            "s3://bucket",
            "s3://bucket/some/prefix",
            "s3://bucket?endpoint=http://127.0.0.1:8333&region=eu-central-1",
            "s3://My_Bucket.x/p?region=garage&virtual_hosted=true",
            "s3://bucket?endpoint=https://s3.example.org/base&virtual_hosted=false",
        ] {
            let url: BlobsUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), text);
            assert_eq!(url.to_string().parse::<BlobsUrl>().unwrap(), url);
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (text, word) in [
            ("", "file:PATH"),
            ("file:", "needs a path"),
            ("/var/blobs", "file:PATH"),
            ("gs://bucket", "s3://BUCKET"),
            ("s3://", "s3://BUCKET"),
            ("s3://bucket:80", "s3://BUCKET"),
            ("s3://bucket/a//b", "segments"),
            ("s3://bucket?region=", "region"),
            ("s3://bucket?regoin=x", "\"regoin\""),
            ("s3://bucket?region=x&region=y", "region is given twice"),
            ("s3://bucket?endpoint=ftp://x", "endpoint reads"),
            ("s3://bucket?endpoint=localhost:80", "endpoint reads"),
            ("s3://bucket?virtual_hosted=maybe", "true or false"),
        ] {
            let error = text.parse::<BlobsUrl>().unwrap_err();
            assert!(error.detail().contains(word), "{text}: {}", error.detail());
        }
    }

    #[test]
    fn credentials_in_the_url_are_refused_and_not_repeated() {
        for text in ["s3://key:hunter2@bucket", "s3://bucket?endpoint=https://key:hunter2@example.org"] {
            let error = text.parse::<BlobsUrl>().unwrap_err();
            assert!(error.detail().contains("AWS_SECRET_ACCESS_KEY"), "{}", error.detail());
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
