//! The three real datasets of the demonstration; source and licence stand in their records.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use super::people::{PROVIDER, People, SPACE};
use crate::datasets::files::{self, Upload};
use crate::datasets::versions::{self, NewVersion, VersionName, Which};
use crate::datasets::{self, NewDataset, NewPolicy};
use crate::kernel::{Error, Result};
use crate::policies::AccessMode;
use crate::server::Services;

struct Content {
    mode: AccessMode,
    name: &'static str,
    space: &'static str,
    record: &'static str,
    file: &'static str,
    bytes: &'static [u8],
}

const CONTENT: [Content; 3] = [
    Content {
        mode: AccessMode::Open,
        name: "palmer-penguins",
        space: "green-deal",
        record: include_str!("data/penguins.json"),
        file: "penguins.csv",
        bytes: include_bytes!("data/penguins.csv"),
    },
    Content {
        mode: AccessMode::Automatic,
        name: "iris",
        space: SPACE,
        record: include_str!("data/iris.json"),
        file: "iris.csv",
        bytes: include_bytes!("data/iris.csv"),
    },
    Content {
        mode: AccessMode::Review,
        name: "wine-recognition",
        space: SPACE,
        record: include_str!("data/wine.json"),
        file: "wine.csv",
        bytes: include_bytes!("data/wine.csv"),
    },
];

/// Registers, uploads and publishes the three; tells their names by access mode.
pub(super) async fn publish(services: &Services, people: &People) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for content in &CONTENT {
        let name = publish_one(services, people, content).await?;
        names.insert(content.mode.as_str().to_owned(), name);
    }
    Ok(names)
}

async fn publish_one(services: &Services, people: &People, content: &Content) -> Result<String> {
    let (db, store, ctx) = (&services.db, &services.store, &people.provider);
    let unreadable = |error: serde_json::Error| Error::internal("demo record", error);
    let record: Value = serde_json::from_str(content.record).map_err(unreadable)?;
    let new: NewDataset = serde_json::from_value(json!({
        "organisation": PROVIDER, "name": content.name, "space": content.space, "record": record,
    }))
    .map_err(unreadable)?;
    let dataset = datasets::register_dataset(db, ctx, new).await?;
    let name = (dataset.organisation.clone(), dataset.name.clone());
    datasets::set_policy(db, ctx, name.clone(), policy(content.mode), |_| Ok(())).await?;
    let number: versions::VersionNumber = "1.0.0".parse()?;
    versions::create_version(db, ctx, name.clone(), NewVersion { version: number.clone(), notes: None })
        .await?;
    let version = VersionName { organisation: name.0, name: name.1, which: Which::Number(number) };
    let upload = Upload {
        path: content.file.parse()?,
        media_type: None,
        sample: false,
        size: Some(content.bytes.len() as u64),
        digest: None,
    };
    let body = stream::iter([Ok(Bytes::from_static(content.bytes))]);
    files::upload_file(db, store, ctx, version.clone(), upload, body).await?;
    versions::publish_version(db, ctx, version).await?;
    Ok(dataset.full_name())
}

fn policy(mode: AccessMode) -> NewPolicy {
    let offer = (mode == AccessMode::Automatic).then(|| {
        json!({
            "@context": ["https://w3id.org/dspace/2025/1/odrl-profile.jsonld", { "cad": "urn:cadastre:policy:" }],
            "@id": "urn:cadastre:offer:demo-training",
            "@type": "Offer",
            "permission": [{
                "action": "use",
                "constraint": [{
                    "leftOperand": "odrl:purpose",
                    "operator": "isAnyOf",
                    "rightOperand": [{ "@id": "cad:ModelTraining" }, { "@id": "cad:ModelEvaluation" }]
                }]
            }]
        })
    });
    NewPolicy { mode, offer }
}
