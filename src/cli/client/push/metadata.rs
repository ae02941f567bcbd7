//! What a push states about a dataset, in layers: a dataset card (`README.md`), above it `croissant.json`, above it
//! `datapackage.json`, above it `cadastre.toml`, above it `--record` and `--set`, above it the other options.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::error::{CliError, Result};
use super::super::local::{read_json, read_text};
use super::super::names::DatasetName;
use super::{datapackage, others};
use crate::datasets::files::{FilePath, MediaType, Reference};
use crate::datasets::record::Record;
use crate::datasets::versions::VersionNumber;
use crate::kernel::{Digest, Slug};

/// The file beside the data in which their owner states things.
pub const FILE: &str = "cadastre.toml";

/// Everything that is stated; what is not stays at the server as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metadata {
    /// The dataset.
    pub dataset: Option<DatasetName>,
    /// The version.
    pub version: Option<VersionNumber>,
    /// What is new in the version.
    pub notes: Option<String>,
    /// The home space of the dataset.
    pub space: Option<Slug>,
    /// Who may know of it: `public`, `space` or `organisations`.
    pub visibility: Option<String>,
    /// The organisations that may, for `organisations`.
    pub audience: Option<Vec<Slug>>,
    /// Whether it may be shown before it has a version.
    pub announced: Option<bool>,
    /// Terms of use.
    pub access: Access,
    /// Which files of the folder belong to it.
    pub files: Selection,
    /// Files that lie elsewhere.
    pub references: Vec<Referenced>,
    /// Members of the record.
    pub record: Map<String, Value>,
    /// The extension that the space asks for.
    pub extension: Option<Value>,
    /// The files that a data package names.
    #[serde(skip)]
    pub resources: Option<Vec<Resource>>,
    /// The name that a data package has, which lacks an organisation.
    #[serde(skip)]
    pub package_name: Option<String>,
}

/// Terms of use.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// The access mode.
    pub mode: Option<String>,
    /// File with an ODRL Offer, beside the metadata.
    pub offer: Option<String>,
    /// What that file holds.
    #[serde(skip)]
    pub offer_document: Option<Value>,
}

/// Which files of the folder belong to the dataset.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Patterns of the files that belong to it; all when there are none.
    pub include: Vec<String>,
    /// Patterns of files that do not.
    pub exclude: Vec<String>,
    /// Patterns of files that are open while the rest is gated.
    pub sample: Vec<String>,
    /// Whether hidden files belong to it.
    pub hidden: bool,
}

/// A file that lies elsewhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referenced {
    /// Its path in the version.
    pub path: FilePath,
    /// Its size in bytes.
    #[serde(default)]
    pub size: Option<u64>,
    /// Its SHA-256.
    #[serde(default)]
    pub sha256: Option<Digest>,
    /// Its media type.
    #[serde(default)]
    pub media_type: Option<MediaType>,
    /// Whether it is a sample.
    #[serde(default)]
    pub sample: bool,
    /// Where it lies.
    pub reference: Reference,
}

/// A file that a data package names, and what it declares of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resource {
    /// Its path in the folder.
    pub path: String,
    /// Its size in bytes.
    pub bytes: Option<u64>,
    /// Its SHA-256.
    pub sha256: Option<Digest>,
    /// Its media type.
    pub media_type: Option<MediaType>,
}

impl Metadata {
    /// What a folder, or the named file, states; and what of it has no place here.
    ///
    /// # Errors
    /// When a file cannot be read or holds something else than it should.
    pub fn load(folder: &Path, named: Option<&Path>) -> Result<(Self, Vec<String>)> {
        if let Some(file) = named {
            return Self::read(file);
        }
        let mut stated = (Self::default(), Vec::new());
        for name in [others::CARD, others::CROISSANT, datapackage::FILE, FILE] {
            let file = folder.join(name);
            if file.exists() && (name != others::CARD || others::is_card(&file)) {
                let (above, notes) = Self::read(&file)?;
                stated = (stated.0.under(above), [stated.1, notes].concat());
            }
        }
        Ok(stated)
    }

    /// A file by its ending: JSON is a data package, or Croissant where it has a context; what others have endings for is
    /// theirs; all else is ours, in TOML.
    fn read(file: &Path) -> Result<(Self, Vec<String>)> {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending {
            "json" => {
                let descriptor = read_json(file)?;
                if descriptor.get("@context").is_none() {
                    return datapackage::read(&descriptor);
                }
                return others::read(file);
            }
            "md" | "jsonld" | "ttl" | "rdf" | "nt" => return others::read(file),
            _ => {}
        }
        let table: toml::Table = toml::from_str(&read_text(file)?)
            .map_err(|error| CliError::usage(format!("{}: {error}", file.display())))?;
        let mut metadata: Self = typed(json_of(toml::Value::Table(table)), &file.display().to_string())?;
        if let Some(offer) = &metadata.access.offer {
            let path = file.parent().unwrap_or(Path::new(".")).join(offer);
            metadata.access.offer_document = Some(read_json(&path)?);
        }
        Ok((metadata, Vec::new()))
    }

    /// This layer with another one above it.
    #[must_use]
    pub fn under(self, above: Self) -> Self {
        let mut record = Value::Object(self.record);
        merge(&mut record, Value::Object(above.record));
        Self {
            dataset: above.dataset.or(self.dataset),
            version: above.version.or(self.version),
            notes: above.notes.or(self.notes),
            space: above.space.or(self.space),
            visibility: above.visibility.or(self.visibility),
            audience: above.audience.or(self.audience),
            announced: above.announced.or(self.announced),
            access: Access {
                mode: above.access.mode.or(self.access.mode),
                offer: above.access.offer.or(self.access.offer),
                offer_document: above.access.offer_document.or(self.access.offer_document),
            },
            files: Selection {
                include: [self.files.include, above.files.include].concat(),
                exclude: [self.files.exclude, above.files.exclude].concat(),
                sample: [self.files.sample, above.files.sample].concat(),
                hidden: self.files.hidden || above.files.hidden,
            },
            references: [self.references, above.references].concat(),
            record: if let Value::Object(record) = record { record } else { Map::new() },
            extension: above.extension.or(self.extension),
            resources: above.resources.or(self.resources),
            package_name: above.package_name.or(self.package_name),
        }
    }

    /// Checks what is stated of the record, before anything is sent.
    ///
    /// # Errors
    /// When a member is unknown or wrong; all wrong ones are listed.
    pub fn check_record(&self) -> Result<()> {
        let mut stated = Value::Object(Map::new());
        merge(&mut stated, Value::Object(self.record.clone()));
        let record: Record = typed(stated, "record")?;
        Ok(record.check().map_err(|error| error.at("/record"))?)
    }
}

/// Names of record members that are short for the whole way to them.
const SHORT: [(&str, &str); 7] = [
    ("title", "title.en"),
    ("description", "description.en"),
    ("licence", "rights.licence"),
    ("licence_url", "rights.licence_url"),
    ("tdm", "rights.tdm.reservation"),
    ("personal_data", "privacy.personal_data"),
    ("source_category", "origin.source_category"),
];

/// Reads `member=text` or `member:=JSON`; the member of a member is written with a dot.
///
/// # Errors
/// When it is neither.
pub fn setting(text: &str) -> Result<Map<String, Value>> {
    let wrong = || {
        CliError::usage(format!("`{text}` is not member=text or member:=JSON"))
            .hint("--set licence=CC-BY-4.0 --set contact.email=data@example.org --set annotation.per_item:=2")
    };
    let (member, value) = text.split_once('=').ok_or_else(wrong)?;
    let (member, value) = match member.strip_suffix(':') {
        Some(member) => (member, serde_json::from_str(value).map_err(|_| wrong())?),
        None => (member, Value::from(value)),
    };
    let whole = SHORT.iter().find(|(short, _)| *short == member).map_or(member, |(_, whole)| whole);
    if whole.split('.').any(str::is_empty) {
        return Err(wrong());
    }
    let nest = |inner: Value, name: &str| Value::Object(Map::from_iter([(name.to_owned(), inner)]));
    match whole.rsplit('.').fold(value, nest) {
        Value::Object(map) => Ok(map),
        _ => Err(wrong()),
    }
}

/// Puts one document over another as RFC 7396 does: objects are merged, all else is replaced, null removes.
pub fn merge(below: &mut Value, above: Value) {
    let Value::Object(above) = above else {
        *below = above;
        return;
    };
    if !below.is_object() {
        *below = Value::Object(Map::new());
    }
    let Value::Object(below) = below else { return };
    for (name, value) in above {
        if value.is_null() {
            below.remove(&name);
        } else {
            merge(below.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Reads a document into a type; an error names the place.
fn typed<T: DeserializeOwned>(value: Value, source: &str) -> Result<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| CliError::usage(format!("{source}: {}: {}", error.path(), error.inner())))
}

/// TOML as JSON; dates, which JSON lacks, become texts.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, json_of(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOML: &str = r#"
        dataset = "harbour/wind"
        version = "1.2.0"
        space = "mobility"
        visibility = "space"

        [access]
        mode = "review"

        [files]
        exclude = ["*.tmp"]
        sample = ["sample/*"]

        [[references]]
        path = "raw.tar"
        size = 3
        sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        reference = { kind = "download_url", url = "https://example.org/raw.tar" }

        [record]
        title.en = "Wind"
        coverage.temporal = { start = 2020-01-01, end = "2024-12-31" }
        rights.licence = "CC-BY-4.0"
    "#;

    #[test]
    fn a_folder_states_things_in_toml_above_its_data_package() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), TOML).unwrap();
        let package = json!({"name": "wind", "version": "1.0.0", "title": "Old title", "keywords": ["wind"]});
        std::fs::write(dir.path().join(datapackage::FILE), package.to_string()).unwrap();

        let (metadata, _) = Metadata::load(dir.path(), None).unwrap();
        assert_eq!(metadata.dataset.as_ref().unwrap().to_string(), "harbour/wind");
        assert_eq!(metadata.version.as_ref().unwrap().to_string(), "1.2.0");
        assert_eq!(metadata.access.mode.as_deref(), Some("review"));
        assert_eq!(metadata.references.len(), 1);
        assert_eq!(metadata.record["title"], json!({"en": "Wind"}));
        assert_eq!(metadata.record["keywords"], json!({"en": ["wind"]}));
        assert_eq!(metadata.record["coverage"]["temporal"]["start"], "2020-01-01");
        metadata.check_record().unwrap();
    }

    #[test]
    fn an_unknown_member_is_named_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "[files]\nincludes = []").unwrap();
        let error = Metadata::load(dir.path(), None).unwrap_err();
        assert!(error.what().contains("files") && error.what().contains("includes"), "{error}");

        let record = setting("rights.license=MIT").unwrap();
        let metadata = Metadata { record, ..Metadata::default() };
        let error = metadata.check_record().unwrap_err();
        assert!(error.what().contains("rights") && error.what().contains("license"), "{error}");
    }

    #[test]
    fn settings_reach_into_the_record() {
        for (text, expected) in [
            ("licence=MIT", json!({"rights": {"licence": "MIT"}})),
            ("title=A = B", json!({"title": {"en": "A = B"}})),
            ("title.fr=Vent", json!({"title": {"fr": "Vent"}})),
            ("annotation.per_item:=2", json!({"annotation": {"per_item": 2}})),
            ("metadata_version=1.0.0", json!({"metadata_version": "1.0.0"})),
        ] {
            assert_eq!(Value::Object(setting(text).unwrap()), expected, "{text}");
        }
        for bad in ["licence", "=x", "a..b=x", "a:={", ".=x"] {
            assert!(setting(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn merging_follows_rfc_7396() {
        for (below, above, expected) in [
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 3}}), json!({"a": {"b": 3, "c": 2}})),
            (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
            (json!({"a": 1, "b": 2}), json!({"a": null}), json!({"b": 2})),
            (json!({"a": "text"}), json!({"a": {"b": {"c": null}}}), json!({"a": {"b": {}}})),
        ] {
            let mut found = below.clone();
            merge(&mut found, above);
            assert_eq!(found, expected, "{below}");
        }
    }
}
