//! How datasets are named on the command line: `organisation/name`, `organisation/name@1.0.0`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::datasets::versions::VersionNumber;
use crate::kernel::{Error, Slug};

/// A dataset: `organisation/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetName {
    /// The organisation that publishes it.
    pub organisation: Slug,
    /// Its name there.
    pub name: Slug,
}

impl DatasetName {
    /// The path segments of the dataset in the API, followed by `rest`.
    #[must_use]
    pub fn segments<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        [&["datasets", self.organisation.as_str(), self.name.as_str()], rest].concat()
    }
}

impl FromStr for DatasetName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (organisation, name) = text
            .split_once('/')
            .ok_or_else(|| Error::invalid("", "dataset", "write a dataset as organisation/name"))?;
        Ok(Self { organisation: organisation.parse()?, name: name.parse()? })
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organisation, self.name)
    }
}

impl<'de> Deserialize<'de> for DatasetName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A dataset, and one version of it if that is said: `organisation/name`, `organisation/name@1.0.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionName {
    /// The dataset.
    pub dataset: DatasetName,
    /// The version; without one, the newest that is published.
    pub version: Option<VersionNumber>,
}

impl VersionName {
    /// The version as the API names it.
    #[must_use]
    pub fn version_or_latest(&self) -> String {
        self.version.as_ref().map_or_else(|| "latest".to_owned(), ToString::to_string)
    }
}

impl FromStr for VersionName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (dataset, version) = match text.split_once('@') {
            None | Some((_, "latest")) => (text.split('@').next().unwrap_or_default(), None),
            Some((dataset, version)) => (dataset, Some(version.parse()?)),
        };
        Ok(Self { dataset: dataset.parse()?, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_and_without_a_version() {
        let named: VersionName = "harbour/wind@1.2.0".parse().unwrap();
        assert_eq!(named.dataset.to_string(), "harbour/wind");
        assert_eq!(named.version_or_latest(), "1.2.0");
        for latest in ["harbour/wind", "harbour/wind@latest"] {
            assert_eq!(latest.parse::<VersionName>().unwrap().version, None, "{latest}");
        }
        for bad in ["wind", "harbour/", "a/b/c", "harbour/wind@1", "../etc@1.0.0", "harbour/wind@"] {
            assert!(bad.parse::<VersionName>().is_err(), "{bad}");
        }
    }
}
