//! Brings the dataset, its terms of use and the draft of its version to the state that is stated.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::error::{CliError, Exit, Result};
use super::super::http::{Client, document};
use super::super::names::DatasetName;
use super::super::output::Output;
use super::super::policy;
use super::metadata::{Metadata, merge};
use crate::datasets::record::Record;
use crate::datasets::versions::VersionState;
use crate::kernel::Digest;

/// A version as the server has it.
#[derive(Debug, Deserialize)]
pub struct Version {
    /// How far it is.
    pub state: VersionState,
    /// Its digest, once published.
    pub digest: Option<Digest>,
}

/// Registers the dataset, or changes what is stated of it where it differs.
///
/// # Errors
/// Whatever the server refuses.
pub async fn dataset(client: &Client, out: Output, name: &DatasetName, metadata: &Metadata) -> Result<()> {
    let path = name.segments(&[]);
    match found(client.get(&path).read_tagged::<Value>().await)? {
        None => {
            let space = metadata.space.as_ref().ok_or_else(|| {
                CliError::usage(format!("{name} is new: name its home space")).hint("--space SPACE")
            })?;
            let body = stated(&Value::Null, name, metadata, Some(json!(space)));
            client.post(&["datasets"], &body).send().await?;
            out.note(&format!("registered {name}"));
        }
        Some((present, etag)) => {
            let body = stated(&present, name, metadata, metadata.space.as_ref().map(|space| json!(space)));
            let before = stated(&present, name, &Metadata::default(), None);
            if normal(&body) != normal(&before) {
                client.put(&path, &update(body)).if_match(&etag).send().await?;
                out.note(&format!("changed what is stated of {name}"));
            }
        }
    }
    if let Some(mode) = &metadata.access.mode {
        policy::set(client, name, mode, metadata.access.offer_document.as_ref()).await?;
    }
    Ok(())
}

/// Everything that is stated of the dataset afterwards: the new, and the present where nothing new is said.
fn stated(present: &Value, name: &DatasetName, metadata: &Metadata, space: Option<Value>) -> Value {
    let keep = |field: &str, new: Option<Value>| {
        new.or_else(|| present.get(field).cloned()).filter(|value| !value.is_null())
    };
    let mut record = present.get("record").cloned().unwrap_or_else(|| json!({}));
    merge(&mut record, Value::Object(metadata.record.clone()));
    document([
        ("organisation", Some(json!(name.organisation))),
        ("name", Some(json!(name.name))),
        ("space", keep("space", space)),
        ("visibility", keep("visibility", metadata.visibility.as_ref().map(|value| json!(value)))),
        ("audience", keep("audience", metadata.audience.as_ref().map(|value| json!(value)))),
        ("announced", keep("announced", metadata.announced.map(Value::from))),
        ("record", Some(record)),
        ("extension", keep("extension", metadata.extension.clone())),
    ])
}

/// The name of a dataset stands in the path of an update, not in its body.
fn update(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("organisation");
        fields.remove("name");
    }
    body
}

/// With the record as the server would write it, so that only what differs in meaning differs.
fn normal(body: &Value) -> Value {
    let mut body = body.clone();
    let record = body.get("record").cloned().and_then(|record| serde_json::from_value::<Record>(record).ok());
    if let (Some(record), Some(fields)) = (record, body.as_object_mut()) {
        fields.insert("record".into(), json!(record));
    }
    body
}

/// The version, which is begun as a draft when it is not there yet.
///
/// # Errors
/// Whatever the server refuses; when the version was withdrawn.
pub async fn version(
    client: &Client,
    out: Output,
    name: &DatasetName,
    version: &str,
    notes: Option<&str>,
) -> Result<Version> {
    let found = found(client.get(&name.segments(&["versions", version])).read_tagged::<Version>().await)?;
    if let Some((present, _)) = found {
        if present.state == VersionState::Withdrawn {
            let what = format!("{name}@{version} was withdrawn; its number cannot be used again");
            return Err(CliError::new(Exit::Conflict, what).hint("push under the next version number"));
        }
        return Ok(present);
    }
    let body = document([("version", Some(json!(version))), ("notes", notes.map(|notes| json!(notes)))]);
    let draft = client.post(&name.segments(&["versions"]), &body).read().await?;
    out.note(&format!("began {name}@{version}"));
    Ok(draft)
}

/// Nothing, when the server says that there is none.
fn found<T: DeserializeOwned>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.exit() == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stated_stays_and_equal_meaning_is_no_change() {
        let name: DatasetName = "harbour/wind".parse().unwrap();
        let present = json!({
            "space": "mobility", "visibility": "space", "announced": true, "audience": null, "future": 1,
            "record": {"title": {"en": "Wind"}, "rights": {"licence": "MIT"}}
        });
        let with = |record: Value| {
            let metadata = Metadata { record: record.as_object().unwrap().clone(), ..Metadata::default() };
            stated(&present, &name, &metadata, None)
        };
        let before = with(json!({}));
        assert_eq!(before["record"], present["record"]);
        assert_eq!(
            update(before.clone()),
            json!({
                "space": "mobility", "visibility": "space", "announced": true, "record": present["record"]
            })
        );
        let same = with(json!({"title": {"EN": "Wind"}, "keywords": {}}));
        assert_eq!(normal(&with(json!({"keywords": {}}))), normal(&before));
        assert_ne!(normal(&with(json!({"title": {"en": "Winds"}}))), normal(&before));
        assert!(same["record"]["rights"]["licence"] == "MIT");
    }
}
