//! Where things are found: the addresses that renderings name, and the identifiers (IRIs) that they are known by.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::format::Format;
use crate::datasets::Dataset;
use crate::datasets::files::FilePath;
use crate::datasets::versions::VersionNumber;
use crate::kernel::Slug;

/// What stands as it is in a segment of a path (RFC 3986, 3.3: unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The addresses below one base, for example `https://register.example.org`.
#[derive(Debug, Clone)]
pub struct Addresses {
    base: String,
}

impl Addresses {
    /// The addresses below this base, which has no slash at its end.
    #[must_use]
    pub fn below(base: String) -> Self {
        Self { base }
    }

    /// The base, without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The catalogue as a whole.
    #[must_use]
    pub fn catalogue(&self) -> String {
        format!("{}/catalog", self.base)
    }

    /// A data space: a part of the catalogue.
    #[must_use]
    pub fn space(&self, space: &Slug) -> String {
        format!("{}/spaces/{space}", self.base)
    }

    /// An organisation.
    #[must_use]
    pub fn organisation(&self, organisation: &Slug) -> String {
        format!("{}/organisations/{organisation}", self.base)
    }

    /// A dataset: its identifier, and its page, which answers everybody who may know of it.
    #[must_use]
    pub fn dataset(&self, dataset: &Dataset) -> String {
        self.dataset_named(&dataset.organisation, &dataset.name)
    }

    /// A dataset by its name.
    #[must_use]
    pub fn dataset_named(&self, organisation: &Slug, name: &Slug) -> String {
        format!("{}/datasets/{organisation}/{name}", self.base)
    }

    /// A version of a dataset: its identifier, and its page.
    #[must_use]
    pub fn version(&self, dataset: &Dataset, version: &VersionNumber) -> String {
        format!("{}/{version}", self.dataset(dataset))
    }

    /// A rendering of a dataset, or of one of its versions.
    #[must_use]
    pub fn document(&self, dataset: &Dataset, version: Option<&VersionNumber>, format: Format) -> String {
        let of = version.map_or_else(|| self.dataset(dataset), |version| self.version(dataset, version));
        format!("{of}/{}", format.file_name())
    }

    /// The bytes of a file. What it names never changes, since a published version does not.
    #[must_use]
    pub fn file(&self, dataset: &Dataset, version: &VersionNumber, path: &FilePath) -> String {
        let path = escape_path(path);
        format!("{}/api/v1/datasets/{}/versions/{version}/files/{path}", self.base, dataset.full_name())
    }

    /// The terms of use of a dataset.
    #[must_use]
    pub fn policy(&self, dataset: &Dataset) -> String {
        format!("{}/api/v1/datasets/{}/policy", self.base, dataset.full_name())
    }

    /// The API, which gives every dataset.
    #[must_use]
    pub fn api(&self) -> String {
        format!("{}/api/v1", self.base)
    }

    /// Its description, after OpenAPI.
    #[must_use]
    pub fn contract(&self) -> String {
        format!("{}/api/v1/openapi.json", self.base)
    }

    /// A dataset of this register, named `organisation/name` or `organisation/name@1.2.0`.
    #[must_use]
    pub fn named(&self, dataset: &str) -> String {
        format!("{}/datasets/{}", self.base, dataset.replacen('@', "/", 1))
    }
}

/// A path as it stands in an address.
pub(super) fn escape_path(path: &FilePath) -> String {
    let segments = path.as_str().split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    segments.collect::<Vec<_>>().join("/")
}
