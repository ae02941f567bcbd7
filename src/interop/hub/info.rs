//! What the Hub's API says of a dataset (`DatasetInfo`): what of it may change, and the revision that was asked for.

use serde_json::{Map, Value, json};

use super::card::{front_matter, hub_licence, keywords, languages, size_category};
use super::snapshot::Snapshot;
use super::tree::Leaf;
use super::yaml::to_json;
use crate::datasets::record::Record;
use crate::datasets::{Dataset, Visibility};
use crate::policies::AccessMode;

/// The information without the list of files. Without a snapshot: the dataset has no published version, or none was asked for.
#[must_use]
pub fn information(dataset: &Dataset, record: &Record, snapshot: Option<&Snapshot>) -> Map<String, Value> {
    let mut info = Map::new();
    let mut put = |name: &str, value: Value| drop(info.insert(name.to_owned(), value));
    put("_id", json!(dataset.id));
    put("id", json!(dataset.full_name()));
    put("author", json!(dataset.organisation));
    put("private", json!(dataset.visibility != Visibility::Public));
    put("gated", gated(dataset.access_mode));
    put("disabled", json!(false));
    put("createdAt", json!(dataset.created_at));
    put("lastModified", json!(dataset.updated_at));
    put("description", json!(record.description.best(&["en"])));
    put("tags", json!(tags(record)));
    put("cardData", to_json(&front_matter(record)));
    if let Some(snapshot) = snapshot {
        put("sha", json!(snapshot.revision()));
        put("usedStorage", json!(snapshot.version.bytes));
    }
    info
}

/// How access is given, in the Hub's words: `false`, `"auto"` (at once, to whoever asks and fulfils the terms) or `"manual"`.
fn gated(mode: Option<AccessMode>) -> Value {
    match mode {
        Some(AccessMode::Open) => json!(false),
        Some(AccessMode::Automatic) => json!("auto"),
        // Without terms nothing is given yet.
        Some(AccessMode::Review | AccessMode::Secure) | None => json!("manual"),
    }
}

/// What the Hub filters by: licence, languages, size and forms of the data, and the keywords.
#[must_use]
pub fn tags(record: &Record) -> Vec<String> {
    let licence = record.rights.licence.as_deref();
    let licence = licence.map(|licence| hub_licence(licence).unwrap_or_else(|| "other".to_owned()));
    let mut tags: Vec<String> = licence.iter().map(|licence| format!("license:{licence}")).collect();
    tags.extend(languages(record).iter().map(|language| format!("language:{language}")));
    tags.extend(size_category(record).map(|class| format!("size_categories:{class}")));
    tags.extend(record.content.modalities.iter().map(|modality| format!("modality:{modality}")));
    tags.extend(keywords(record));
    tags
}

/// A file in the list of an information's files; with its size and digest when they are wanted (`blobs`).
#[must_use]
pub fn sibling(leaf: &Leaf, blobs: bool) -> Value {
    let mut sibling = json!({"rfilename": leaf.path});
    if let (Some(members), true) = (sibling.as_object_mut(), blobs) {
        members.insert("size".to_owned(), json!(leaf.size));
        members.insert("blobId".to_owned(), json!(leaf.sha256.revision()));
        let lfs = json!({"sha256": leaf.sha256, "size": leaf.size, "pointerSize": leaf.pointer_size()});
        members.insert("lfs".to_owned(), lfs);
    }
    sibling
}

/// What is searched for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Words, in lower case: each stands in the name, the title or a keyword.
    pub words: Vec<String>,
    /// Tags: each is among the dataset's own.
    pub tags: Vec<String>,
    /// Only those where access has to be asked for, or only the others.
    pub gated: Option<bool>,
}

/// Whether a dataset fits what is searched for.
#[must_use]
pub fn fits(dataset: &Dataset, record: &Record, search: &Search) -> bool {
    let Search { words, tags: wanted, gated } = search;
    if gated.is_some_and(|wanted| wanted == (dataset.access_mode == Some(AccessMode::Open))) {
        return false;
    }
    let titles = record.title.iter().map(|(_, title)| title.to_lowercase());
    let keywords = record.keywords.values().flatten().map(|keyword| keyword.to_lowercase());
    let texts: Vec<String> = std::iter::once(dataset.full_name()).chain(titles).chain(keywords).collect();
    let found = |word: &String| texts.iter().any(|text| text.contains(word.as_str()));
    let tags = if wanted.is_empty() { Vec::new() } else { tags(record) };
    words.iter().all(found) && wanted.iter().all(|tag| tags.contains(tag))
}
