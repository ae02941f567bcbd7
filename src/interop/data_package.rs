//! Frictionless Data Package, version 2.0 (datapackage.org): the record as its metadata, the files as its resources.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::addresses::Addresses;
use super::by_file::{ByFile, Next, Subject, nothing_to_fetch, one_line};
use super::entry::Entry;
use super::{table_schema, vocabulary};
use crate::datasets::files::{File, FilePath};
use crate::datasets::record::{Agent, AgentKind};
use crate::datasets::schemas::Structure;
use crate::kernel::{Digest, Error, Result};

/// The profile of the package (2.0).
const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// The most columns of one package; the schemas of later resources are left out. Many paths may lead to one wide file.
const MOST_COLUMNS: usize = 50_000;

/// The package of a version. Files without an address or a digest of their own are not among its resources.
pub(super) struct DataPackage {
    subject: Subject,
    head: Map<String, Value>,
    structures: BTreeMap<FilePath, Arc<Structure>>,
    /// How many columns there is room for.
    room: usize,
    first: bool,
}

impl DataPackage {
    /// # Errors
    /// 404 when nothing is published, 410 when the version was withdrawn.
    pub(super) fn of(entry: &Entry, at: &Addresses) -> Result<Self> {
        let subject = Subject::with_bytes(entry, at)?;
        let head = head(entry, at, &subject);
        Ok(Self {
            subject,
            head,
            structures: entry.described.structures.clone(),
            room: MOST_COLUMNS,
            first: true,
        })
    }
}

impl DataPackage {
    /// What is known of the columns of a file, while there is room for it.
    fn table(&mut self, file: &File) -> Option<Map<String, Value>> {
        let structure = self.structures.get(&file.path)?;
        let columns = structure.columns.len();
        if columns <= self.room {
            let members = table_schema::members(file.media_type.as_str(), structure)?;
            self.room -= columns;
            return Some(members);
        }
        structure.separator?;
        let told = "Its columns are left out: the package has room for 50,000.";
        Some(Map::from_iter([("description".to_owned(), json!(told))]))
    }
}

impl ByFile for DataPackage {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let head = serde_json::to_vec_pretty(&self.head);
        let head = head.map_err(|error| Error::internal("a data package", error))?;
        // The resources take the place of the brace at the end.
        out.extend(head.strip_suffix(b"\n}").unwrap_or(&head));
        out.extend(b",\n  \"resources\": [");
        Ok(())
    }

    fn file(&mut self, file: &File, out: &mut Vec<u8>) -> Result<()> {
        let table = self.table(file);
        let Some(resource) = resource(&self.subject, file, table) else { return Ok(()) };
        let before: &[u8] = if self.first { b"\n    " } else { b",\n    " };
        out.extend(before);
        self.first = false;
        serde_json::to_writer(out, &resource).map_err(|error| Error::internal("a data package", error))
    }

    fn turn(&mut self, out: &mut Vec<u8>) -> Result<Next> {
        out.extend(b"\n  ]\n}\n");
        Ok(Next::Done)
    }

    /// A package has at least one resource.
    fn without_files(&self) -> Result<()> {
        Err(nothing_to_fetch())
    }
}

/// Endings of what frictionless unpacks as it reads. It then counts no bytes where the file comes from the network, and takes
/// whatever number is stated for a wrong one; the digest it leaves alone.
const COMPRESSED: [&str; 4] = ["zip", "gz", "bz2", "xz"];

/// A file as a resource. `table` are the members that make it a tabular one, where its columns are known. The encoding is not
/// stated, since it is not known: software detects it.
fn resource(subject: &Subject, file: &File, table: Option<Map<String, Value>>) -> Option<Value> {
    let (address, size, digest) = subject.fetchable(file)?;
    let mut out = json!({
        "name": name(&file.path),
        "path": address,
        "title": file.path,
        "mediatype": file.media_type,
        "hash": format!("sha256:{digest}"),
    });
    if let Some(members) = out.as_object_mut() {
        let ending = file.path.file_name().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let ending = ending.filter(|ending| ending.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !ending.as_deref().is_some_and(|ending| COMPRESSED.contains(&ending)) {
            members.insert("bytes".to_owned(), json!(size));
        }
        members.extend(ending.map(|ending| ("format".to_owned(), json!(ending))));
        members.extend(table.into_iter().flatten());
    }
    Some(out)
}

/// The name of a resource: the path where it is made of small letters, digits, dots, hyphens and underscores alone, else as
/// much of it as that, and the beginning of its digest, so that no two names are the same and no list need be kept.
fn name(path: &FilePath) -> String {
    let path = path.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if path.chars().all(plain) {
        return path.to_owned();
    }
    let slug: String = path.to_lowercase().chars().map(|c| if plain(c) { c } else { '-' }).collect();
    let digest = Digest::of(path).to_string();
    format!("{slug}-{}", digest.get(..12).unwrap_or_default())
}

fn head(entry: &Entry, at: &Addresses, subject: &Subject) -> Map<String, Value> {
    let (record, version) = (&entry.described.record, &subject.version);
    let mut out = Map::new();
    let mut put = |member: &str, value: Value| {
        let says_nothing = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if !says_nothing {
            out.insert(member.to_owned(), value);
        }
    };
    put("$schema", json!(PROFILE));
    put("name", json!(subject.dataset.name));
    put("id", json!(vocabulary::doi_page(record).unwrap_or_else(|| subject.iri())));
    put("title", json!(one_line(record.title.best(&[]))));
    put("description", json!(record.description.best(&[])));
    put("homepage", json!(record.landing_page.clone().unwrap_or_else(|| subject.iri())));
    put("version", json!(version.version));
    put("created", json!(version.published_at.unwrap_or(version.created_at)));
    put("keywords", record.keywords.values().flatten().cloned().collect());
    put("licenses", licences(entry));
    put("contributors", contributors(entry, at));
    let sources = record.origin.derived_from.iter().map(|source| {
        let here = source.dataset.as_ref().map(|name| {
            let (name, version) = name.split_once('@').unwrap_or((name, ""));
            let end = if version.is_empty() { String::new() } else { format!("/{version}") };
            format!("{}/datasets/{name}{end}", at.base())
        });
        let path = here.or_else(|| source.url.clone());
        let title = source.title.best(&[]);
        let title = if title.is_empty() { path.as_deref().unwrap_or_default() } else { title };
        json!({"title": title, "path": path})
    });
    put("sources", sources.collect());
    out
}

/// Each licence that the expression names, with the expression as its title; and the terms outside the SPDX list with their
/// address.
fn licences(entry: &Entry) -> Value {
    let record = &entry.described.record;
    let expression = record.rights.licence.as_deref().unwrap_or_default();
    let each = record.facets().licences.into_iter().map(|id| {
        let listed = spdx::license_id(&id).is_some().then(|| vocabulary::licence_page(&id));
        let path = listed.or_else(|| record.rights.licence_url.clone());
        json!({"name": id, "path": path, "title": expression})
    });
    each.collect()
}

fn contributors(entry: &Entry, at: &Addresses) -> Value {
    let record = &entry.described.record;
    let agent = |agent: &Agent, role: &str| {
        let path = vocabulary::agent(agent).or_else(|| agent.url.clone());
        let mut out = json!({"title": agent.name, "roles": [role]});
        if let Some(members) = out.as_object_mut() {
            members.extend(path.map(|path| ("path".to_owned(), json!(path))));
            // The record is public, but an address of a person need not travel with every copy of the package.
            let desk = agent.email.as_ref().filter(|_| agent.kind != AgentKind::Person);
            members.extend(desk.map(|email| ("email".to_owned(), json!(email))));
        }
        out
    };
    let mut all: Vec<Value> = record.creators.iter().map(|one| agent(one, "author")).collect();
    all.extend(record.rights.rights_holders.iter().map(|one| agent(one, "rightsHolder")));
    all.push(json!({
        "title": entry.organisation.name, "path": at.organisation(&entry.organisation.slug), "roles": ["publisher"],
    }));
    if let Some(contact) = &record.contact {
        let mut out = json!({"title": contact.name, "roles": ["contact"]});
        if let Some(members) = out.as_object_mut() {
            members.extend(contact.url.as_ref().map(|url| ("path".to_owned(), json!(url))));
            members.extend(contact.email.as_ref().map(|email| ("email".to_owned(), json!(email))));
        }
        all.push(out);
    }
    all.into()
}
