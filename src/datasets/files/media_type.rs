//! Media types of files (RFC 6838): stated, or guessed from the name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::path::FilePath;
use crate::kernel::{Error, text_schema};

/// A media type without parameters, in lower case: `text/csv`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct MediaType(String);

/// The longest type and the longest subtype, in characters (RFC 6838, section 4.2).
const MAX_NAME: usize = 127;

/// What the general table lacks or has under an outdated name.
const OWN: &[(&str, &str)] = &[
    // Registered with IANA by the Apache Arrow project; Feather 2 is the Arrow file format.
    ("arrow", "application/vnd.apache.arrow.file"),
    ("feather", "application/vnd.apache.arrow.file"),
    ("arrows", "application/vnd.apache.arrow.stream"),
    // Registered with IANA by the Apache Parquet project.
    ("parquet", "application/vnd.apache.parquet"),
    // De facto: jsonlines.org and github.com/ndjson/ndjson-spec; neither is registered.
    ("jsonl", "application/jsonl"),
    ("ndjson", "application/x-ndjson"),
    // RFC 7946.
    ("geojson", "application/geo+json"),
    // Not registered; TopoJSON is JSON.
    ("topojson", "application/json"),
    // Registered with IANA.
    ("tsv", "text/tab-separated-values"),
    // RFC 9512.
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    // RFC 8878.
    ("zst", "application/zstd"),
];

impl MediaType {
    /// What a file of this name most likely is; `application/octet-stream` when nothing is known.
    #[must_use]
    pub fn guess(path: &FilePath) -> Self {
        let extension =
            path.file_name().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let own = OWN.iter().find(|(known, _)| extension.as_deref() == Some(*known));
        own.map_or_else(
            || Self(mime_guess::from_path(path.as_str()).first_or_octet_stream().essence_str().to_owned()),
            |(_, media_type)| Self((*media_type).to_owned()),
        )
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_schema! {
    MediaType, "MediaType", "^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$", 2 * MAX_NAME + 1, "text/csv", "A media type without parameters (RFC 6838).";
}

impl FromStr for MediaType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let valid = text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype));
        if valid {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Error::invalid(
                "",
                "media_type",
                "write a media type as type/subtype without parameters, for example text/csv",
            ))
        }
    }
}

/// The `restricted-name` of RFC 6838, section 4.2.
fn is_name(text: &str) -> bool {
    let symbol = |b: u8| matches!(b, b'!' | b'#' | b'$' | b'&' | b'-' | b'^' | b'_' | b'.' | b'+');
    text.len() <= MAX_NAME
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || symbol(b))
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_type_must_be_well_formed() {
        assert_eq!("Text/CSV".parse::<MediaType>().unwrap().as_str(), "text/csv");
        assert!("application/vnd.apache.arrow.file".parse::<MediaType>().is_ok());
        let long = format!("a/{}", "b".repeat(128));
        for bad in [
            "",
            "text",
            "text/",
            "/csv",
            "text/csv; charset=utf-8",
            "text/csv/x",
            "te xt/csv",
            "text/csv\r\n",
            "*/*",
            ".a/b",
            "é/b",
            &long,
        ] {
            assert!(bad.parse::<MediaType>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_tell_the_type() {
        for (name, expected) in [
            ("a/b.csv", "text/csv"),
            ("DATA.PARQUET", "application/vnd.apache.parquet"),
            ("flights.arrow", "application/vnd.apache.arrow.file"),
            ("x.jsonl", "application/jsonl"),
            ("x.ndjson", "application/x-ndjson"),
            ("x.geojson", "application/geo+json"),
            ("world.topojson", "application/json"),
            ("x.tsv", "text/tab-separated-values"),
            ("x.json", "application/json"),
            ("x.csv.gz", "application/gzip"),
            ("x.png", "image/png"),
            ("README", "application/octet-stream"),
            ("csv", "application/octet-stream"),
            ("a.csv/b", "application/octet-stream"),
        ] {
            assert_eq!(MediaType::guess(&name.parse().unwrap()).as_str(), expected, "{name}");
        }
    }

    #[test]
    fn every_type_of_the_own_table_is_well_formed() {
        for (extension, media_type) in OWN {
            assert_eq!(media_type.parse::<MediaType>().unwrap().as_str(), *media_type, "{extension}");
        }
    }
}
