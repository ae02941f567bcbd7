//! SPDX 3.0.1 with the Dataset profile, as JSON-LD: the version as a package of data, with its files and its licence.

use serde_json::{Map, Value, json};

use super::addresses::{Addresses, escape_path};
use super::by_file::{ByFile, Next, Subject, one_line};
use super::entry::Entry;
use super::vocabulary;
use crate::datasets::files::File;
use crate::datasets::record::{AgentKind, Modality, PersonalData, Record};
use crate::kernel::{Error, Result, Timestamp};
use crate::policies::AccessMode;

/// The context of the serialization (SPDX 3.0.1, "Serialization in JSON-LD").
const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
/// The individual that asserts nothing of a licence.
const NO_ASSERTION: &str = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense";
/// The one creation info, which all elements share.
const CREATION: &str = "_:creation";

/// The document of a version.
pub(super) struct Spdx3 {
    subject: Subject,
    head: Vec<Value>,
}

impl Spdx3 {
    /// # Errors
    /// 404 when nothing is published.
    pub(super) fn of(entry: &Entry, at: &Addresses) -> Result<Self> {
        let subject = Subject::of(entry, at)?;
        let head = head(entry, &subject);
        Ok(Self { subject, head })
    }
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, value).map_err(|error| Error::internal("an SPDX document", error))
}

impl ByFile for Spdx3 {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.extend(format!("{{\"@context\":\"{CONTEXT}\",\"@graph\":[").into_bytes());
        for (index, element) in self.head.iter().enumerate() {
            out.extend(if index > 0 { b",\n".as_slice() } else { b"\n" });
            write(element, out)?;
        }
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()> {
        let package = self.subject.iri();
        let path = escape_path(&file.path);
        let id = format!("{package}#files/{path}");
        let mut element = json!({
            "type": "software_File", "spdxId": id, "creationInfo": CREATION, "name": file.path,
            "software_primaryPurpose": "data", "software_fileKind": "file", "contentType": file.media_type,
        });
        if let (Some(digest), Some(members)) = (file.sha256, element.as_object_mut()) {
            let hash = json!([{"type": "Hash", "algorithm": "sha256", "hashValue": digest}]);
            members.insert("verifiedUsing".into(), hash);
        }
        out.extend(b",\n");
        write(&element, out)?;
        out.extend(b",\n");
        write(&relationship(&format!("{package}#contains/{path}"), &package, "contains", &id), out)
    }

    fn turn(&mut self, out: &mut Vec<u8>) -> Result<Next> {
        out.extend(b"\n]}\n");
        Ok(Next::Done)
    }
}

fn relationship(id: &str, from: &str, kind: &str, to: &str) -> Value {
    json!({
        "type": "Relationship", "spdxId": id, "creationInfo": CREATION, "from": from, "relationshipType": kind, "to": [to],
    })
}

/// Whole seconds, as SPDX has its instants.
fn instant(at: Timestamp) -> String {
    let text = at.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// Everything but the files.
fn head(entry: &Entry, subject: &Subject) -> Vec<Value> {
    let (record, iri) = (&entry.described.record, subject.iri());
    let provider = subject.at.organisation(&entry.organisation.slug);
    let mut elements = vec![
        json!({
            "type": "CreationInfo", "@id": CREATION, "specVersion": "3.0.1",
            "created": instant(subject.dataset.updated_at), "createdBy": [provider],
        }),
        json!({
            "type": "Organization", "spdxId": provider, "creationInfo": CREATION,
            "name": one_line(&entry.organisation.name),
        }),
    ];
    let mut makers = Vec::new();
    for (index, creator) in record.creators.iter().enumerate() {
        let id = format!("{iri}#creators/{index}");
        let kind = if creator.kind == AgentKind::Person { "Person" } else { "Organization" };
        let mut element =
            json!({"type": kind, "spdxId": id, "creationInfo": CREATION, "name": one_line(&creator.name)});
        if let (Some(known), Some(members)) = (vocabulary::agent(creator), element.as_object_mut()) {
            let other = json!([{
                "type": "ExternalIdentifier", "externalIdentifierType": "other", "identifier": known,
            }]);
            members.insert("externalIdentifier".into(), other);
        }
        elements.push(element);
        makers.push(id);
    }
    if makers.is_empty() {
        makers.push(provider.clone());
    }
    elements.push(json!({
        "type": "SpdxDocument", "spdxId": format!("{iri}#document"), "creationInfo": CREATION,
        "name": format!("{} {}", subject.dataset.full_name(), subject.version.version),
        "profileConformance": ["core", "software", "simpleLicensing", "dataset"], "rootElement": [iri],
    }));
    elements.push(package(entry, subject, &provider, &makers));
    // The Dataset profile wants exactly one of each. What the provider declares is known; nobody has looked into the data.
    let declared = record.rights.licence.as_ref().map(|licence| {
        let id = format!("{iri}#licence");
        elements.push(json!({
            "type": "simplelicensing_LicenseExpression", "spdxId": id, "creationInfo": CREATION,
            "simplelicensing_licenseExpression": licence,
        }));
        id
    });
    let declared = declared.as_deref().unwrap_or(NO_ASSERTION);
    elements.push(relationship(&format!("{iri}#declared"), &iri, "hasDeclaredLicense", declared));
    elements.push(relationship(&format!("{iri}#concluded"), &iri, "hasConcludedLicense", NO_ASSERTION));
    elements
}

fn package(entry: &Entry, subject: &Subject, provider: &str, makers: &[String]) -> Value {
    let (record, version) = (&entry.described.record, &subject.version);
    let released = version.published_at.unwrap_or(version.created_at);
    let mut out = json!({
        "type": "dataset_DatasetPackage", "spdxId": subject.iri(), "creationInfo": CREATION,
        "name": one_line(record.title.best(&[])), "description": record.description.best(&[]),
        "software_packageVersion": version.version, "software_primaryPurpose": "data",
        "software_downloadLocation": subject.iri(), "software_homePage": subject.iri(),
        "builtTime": instant(version.created_at), "releaseTime": instant(released),
        "originatedBy": makers, "suppliedBy": provider,
        "dataset_datasetType": types(record), "dataset_datasetSize": version.bytes,
        "dataset_datasetAvailability": match subject.dataset.access_mode {
            Some(AccessMode::Open) => "directDownload",
            _ => "registration",
        },
        "dataset_hasSensitivePersonalInformation": sensitive(record),
    });
    if let Some(members) = out.as_object_mut() {
        optional(record, members);
        if let Some(digest) = version.digest {
            // The digest of the manifest, which names every file with its own.
            let hash = json!([{
                "type": "Hash", "algorithm": "sha256", "hashValue": digest, "comment": "of the version's manifest",
            }]);
            members.insert("verifiedUsing".into(), hash);
        }
    }
    out
}

/// What is said only where the record says it.
fn optional(record: &Record, members: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value == json!("") || value == json!([]);
        if !empty {
            members.insert(format!("dataset_{name}"), value);
        }
    };
    put("confidentialityLevel", json!(record.handling.traffic_light));
    put("anonymizationMethodUsed", record.privacy.technologies.iter().map(|one| json!(one)).collect());
    let steps = record.origin.processing_steps.iter().map(|step| {
        let text = step.description.best(&[]);
        if text.is_empty() { json!(step.kind) } else { json!(format!("{}: {text}", step.kind)) }
    });
    put("dataPreprocessing", steps.collect());
    let joined = |words: Vec<&str>| json!(words.join(", "));
    put(
        "dataCollectionProcess",
        joined(record.origin.collection_methods.iter().map(|one| one.as_str()).collect()),
    );
    put("intendedUse", joined(record.uses.intended.iter().map(|one| one.as_str()).collect()));
    put("knownBias", record.quality.biases.iter().map(|bias| json!(bias.best(&[]))).collect());
    put("datasetNoise", json!(record.quality.known_errors.best(&[])));
    put("datasetUpdateMechanism", json!(record.update_frequency));
}

fn types(record: &Record) -> Vec<&'static str> {
    let mut all: Vec<&str> = record
        .content
        .modalities
        .iter()
        .map(|modality| match modality {
            Modality::Text => "text",
            Modality::Image => "image",
            Modality::Audio => "audio",
            Modality::Video => "video",
            Modality::Tabular => "structured",
            Modality::Timeseries => "timeseries",
            Modality::Graph => "graph",
            Modality::Sensor => "sensor",
            Modality::Geospatial | Modality::ThreeDimensional | Modality::Other => "other",
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() { vec!["noAssertion"] } else { all }
}

/// Special categories (GDPR, Art. 9) are sensitive for certain; other personal data may be.
fn sensitive(record: &Record) -> &'static str {
    match record.privacy.personal_data {
        _ if !record.privacy.special_categories.is_empty() => "yes",
        Some(PersonalData::None | PersonalData::Anonymised) => "no",
        _ => "noAssertion",
    }
}
