//! The distribution: a `FileObject` for each file, a `FileSet` for members of archives that are alike.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::super::addresses::Addresses;
use super::super::entry::Entry;
use super::names::Names;
use super::{Edition, Out};
use crate::datasets::files::{File, Reference};
use crate::datasets::schemas::{Column, Members, Separator, Structure};
use crate::datasets::versions::Version;

/// Formats of pictures that readers make images of.
pub(super) const IMAGES: &[&str] =
    &["image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/bmp"];

/// Formats of tables of which an archive's first ones are read.
const TABLES: &[&str] = &["text/csv", "text/tab-separated-values", "application/jsonlines"];

/// What stands as it is in an identifier.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The identifiers of a document, each given once.
#[derive(Debug, Default)]
pub(super) struct Ids(BTreeSet<String>);

impl Ids {
    /// An identifier like this one that nothing else has.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let wanted = utf8_percent_encode(wanted, PLAIN).to_string();
        let mut id = wanted.clone();
        let mut next = 2;
        while !self.0.insert(id.clone()) {
            id = format!("{wanted}-{next}");
            next += 1;
        }
        id
    }
}

/// What records can be read from.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// The identifier of the `FileObject` or `FileSet`.
    pub id: String,
    /// Which of the two.
    pub member: &'static str,
    /// A name for its records.
    pub name: String,
    /// Its format, as readers know it.
    pub format: &'a str,
    /// Its columns.
    pub columns: &'a [Column],
    /// Whether the kinds of its columns hold to its end: it was read whole, or they are stated.
    pub certain: bool,
    /// Whether it lies in an archive.
    pub in_archive: bool,
    /// The table as a whole, of files that lie in no archive.
    pub table: Option<&'a Structure>,
}

/// The most members of archives that are named in one document.
const MOST_MEMBERS: usize = 10_000;

/// Files and sets of them, and those among them that records can be read from.
pub(super) struct Distribution<'a> {
    pub items: Vec<Value>,
    pub sources: Vec<Source<'a>>,
    /// How many files cannot be among them, since they have no address or no digest.
    pub left_out: usize,
}

impl Distribution<'_> {
    /// Says in words what the document leaves out of files and sets, by their identifiers.
    pub fn remark(&mut self, words: &BTreeMap<String, &'static str>) {
        for item in &mut self.items {
            let Some(members) = item.as_object_mut() else { continue };
            let id = members.get("@id").and_then(Value::as_str);
            if let Some(text) = id.and_then(|id| words.get(id)) {
                say(members, text);
            }
        }
    }
}

/// Adds a sentence to the description of a file or set.
fn say(members: &mut Map<String, Value>, text: &str) {
    let before = members.get("description").and_then(Value::as_str).unwrap_or_default();
    let all = format!("{before} {text}");
    members.insert("description".into(), json!(all.trim()));
}

pub(super) fn distribution<'a>(
    entry: &'a Entry,
    version: &Version,
    at: &Addresses,
    edition: Edition,
    ids: &mut Ids,
) -> Distribution<'a> {
    let (mut items, mut sources, mut left_out) = (Vec::new(), Vec::new(), 0);
    let mut pictures: Pictures<'_> = BTreeMap::new();
    let names = Names::of(entry.described.files.iter().map(|file| file.path.as_str()));
    let mut room = MOST_MEMBERS;
    for file in &entry.described.files {
        let Some((url, sha256)) = address(entry, version, file, at).zip(file.sha256) else {
            left_out += 1;
            continue;
        };
        let id = ids.take(file.path.as_str());
        let structure = entry.described.structure(file);
        let tar = structure.is_some_and(|structure| !structure.members.is_empty()) && is_gzip(file);
        let formats = formats(file.media_type.as_str(), tar);
        let mut out = Out::default();
        out.put("@type", json!("cr:FileObject"));
        out.put("@id", json!(id));
        out.put("name", json!(file.path));
        out.put("contentUrl", json!(url));
        out.put("contentSize", json!(file.size.map(|size| format!("{size} B"))));
        out.put("encodingFormat", encoding(&formats, edition));
        out.put("sha256", json!(sha256));
        let inside = structure.filter(|structure| !structure.members.is_empty());
        let named = inside.is_none_or(|inside| named_of(inside) <= room);
        if let Some(inside) = inside {
            said_of_archive(inside, named, &mut out.0);
        }
        items.push(Value::Object(out.0));
        if IMAGES.contains(&file.media_type.as_str()) {
            let folder = file.path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
            pictures.entry((folder, file.media_type.as_str())).or_default().push(json!({"@id": id}));
        }
        let Some(structure) = structure else { continue };
        let name = names.of_records(file.path.as_str());
        if readable(&formats, structure.separator) {
            let format = formats.first().copied().unwrap_or_default();
            let columns = structure.columns.as_slice();
            sources.push(Source {
                id: id.clone(),
                member: "fileObject",
                name: name.clone(),
                format,
                columns,
                certain: structure.whole || structure.declared,
                in_archive: false,
                table: Some(structure),
            });
        }
        if let Some(inside) = inside.filter(|_| named) {
            room -= named_of(inside);
            let paths = inside.members.iter().flat_map(|members| &members.includes);
            let names = Names::of(paths.map(String::as_str));
            for members in &inside.members {
                let archive = Archive { file, id: &id, name: &name, names: &names };
                self::members(&archive, members, edition, ids, (&mut items, &mut sources));
            }
        }
    }
    for ((folder, format), files) in pictures {
        let (name, set) = folder_of_pictures(folder, format, files, ids);
        sources.push(Source {
            id: id_of(&set),
            member: "fileSet",
            name,
            format,
            columns: &[],
            certain: true,
            in_archive: false,
            table: None,
        });
        items.push(set);
    }
    Distribution { items, sources, left_out }
}

/// References to pictures that lie in one folder and have one format.
type Pictures<'a> = BTreeMap<(&'a str, &'a str), Vec<Value>>;

/// Pictures that are files of their own, as a set, since readers make one record of each member of a set; with a name for the records.
fn folder_of_pictures(folder: &str, format: &str, files: Vec<Value>, ids: &mut Ids) -> (String, Value) {
    let kind = format.rsplit_once('/').map_or("files", |(_, kind)| kind);
    let name = if folder.is_empty() { kind.to_owned() } else { format!("{folder}/{kind}") };
    let set = json!({
        "@type": "cr:FileSet",
        "@id": ids.take(&format!("{name}-files")),
        "name": if folder.is_empty() { format!("{kind} files") } else { format!("{kind} files in {folder}") },
        "containedIn": files,
        "encodingFormat": format,
        // Readers match patterns with names that they themselves gave to what they fetched.
        "includes": ["*"],
    });
    (name, set)
}

fn id_of(item: &Value) -> String {
    item.get("@id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// How many members of an archive are known by name, or by a pattern.
fn named_of(inside: &Structure) -> usize {
    inside.members.iter().map(|members| members.includes.len()).sum()
}

/// What the document does not tell of an archive, in words.
fn said_of_archive(inside: &Structure, named: bool, out: &mut Map<String, Value>) {
    if !named {
        return say(out, "What it holds is left out: the document has room for 10,000 members of archives.");
    }
    if !inside.whole {
        say(out, "What it holds is told as far as its beginning was read.");
    }
    for members in
        inside.members.iter().filter(|members| !members.includes.iter().any(|one| one.contains('*')))
    {
        let (named, all) = (members.includes.len(), members.files);
        if named as u64 != all {
            say(out, &format!("Of its {all} members of the type {} {named} are named.", members.media_type));
        }
    }
}

/// An archive: its file, its identifier, the name of its records, and those of the records of its members.
struct Archive<'a> {
    file: &'a File,
    id: &'a str,
    name: &'a str,
    names: &'a Names<'a>,
}

/// What is alike in an archive: tables one by one, since that is how readers take them apart; the rest as a set.
fn members<'a>(
    archive: &Archive<'_>,
    members: &'a Members,
    edition: Edition,
    ids: &mut Ids,
    (items, sources): (&mut Vec<Value>, &mut Vec<Source<'a>>),
) {
    let Archive { file, id, name, names } = archive;
    let formats = formats(members.media_type.as_str(), false);
    let (format, columns) = (formats.first().copied().unwrap_or_default(), members.columns.as_slice());
    if columns.is_empty() {
        let kind = members.media_type.as_str().rsplit_once('/').map_or("files", |(_, kind)| kind);
        let set = ids.take(&format!("{}/{kind}", file.path));
        let mut out = Out::default();
        out.put("@type", json!("cr:FileSet"));
        out.put("@id", json!(set));
        out.put("name", json!(format!("{kind} files in {}", file.path)));
        if TABLES.contains(&format) {
            out.put(
                "description",
                json!("Their columns are not known; of an archive the first 20 tables are read."),
            );
        }
        out.put("containedIn", json!({"@id": id}));
        out.put("encodingFormat", encoding(&formats, edition));
        out.put("includes", json!(members.includes));
        items.push(Value::Object(out.0));
        let name = format!("{name}/{kind}");
        sources.push(Source {
            id: set,
            member: "fileSet",
            name,
            format,
            columns,
            certain: true,
            in_archive: true,
            table: None,
        });
        return;
    }
    for path in &members.includes {
        let inner = ids.take(&format!("{}/{path}", file.path));
        items.push(json!({
            "@type": "cr:FileObject",
            "@id": inner,
            "name": path,
            "containedIn": {"@id": id},
            "contentUrl": path,
            "encodingFormat": encoding(&formats, edition),
        }));
        if readable(&formats, members.separator) {
            let name = format!("{name}/{}", names.of_records(path));
            sources.push(Source {
                id: inner,
                member: "fileObject",
                name,
                format,
                columns,
                certain: !members.cut,
                in_archive: true,
                table: None,
            });
        }
    }
}

/// Where the bytes are: here, at an address whose content never changes; or elsewhere. The address of a file elsewhere that the caller
/// may not have is not known: ours tells it to whoever may.
fn address(entry: &Entry, version: &Version, file: &File, at: &Addresses) -> Option<String> {
    match &file.reference {
        None => Some(at.file(&entry.described.dataset, &version.version, &file.path)),
        Some(Reference::DownloadUrl { url }) => Some(url.clone()),
        Some(Reference::AccessUrl { .. } | Reference::Service { .. }) => None,
    }
}

fn is_gzip(file: &File) -> bool {
    matches!(file.media_type.as_str(), "application/gzip" | "application/x-gzip")
}

/// The media types of a file: first the one by which readers know it, then its own.
fn formats(own: &str, tar: bool) -> Vec<&str> {
    let known = match own {
        "application/jsonl" | "application/x-ndjson" | "application/jsonlines" => "application/jsonlines",
        "application/vnd.apache.parquet" | "application/x-parquet" => "application/x-parquet",
        "application/x-zip-compressed" => "application/zip",
        _ if tar => "application/x-tar",
        other => other,
    };
    if known == own { vec![own] } else { vec![known, own] }
}

/// 1.0 has room for one.
fn encoding(formats: &[&str], edition: Edition) -> Value {
    match (formats, edition) {
        ([only], _) | ([only, ..], Edition::V1_0) => json!(only),
        (several, Edition::V1_1) => json!(several),
        ([], Edition::V1_0) => Value::Null,
    }
}

/// Whether readers take the values apart as they are parted; there is no way to tell them of a semicolon.
fn readable(formats: &[&str], separator: Option<Separator>) -> bool {
    match formats.first() {
        Some(&"text/csv") => separator == Some(Separator::Comma),
        _ => true,
    }
}
