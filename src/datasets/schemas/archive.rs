//! What archives hold: the members of tar and zip, those that are alike together.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use super::model::{Deadline, MOST_BYTES, Members, NotRead, Separator, Structure};
use super::{delimited, json_lines};
use crate::datasets::files::{FilePath, MediaType};

/// The most members listed one by one; of more, an ending stands for all of them.
const MOST_LISTED: usize = 100;
/// The most members looked at.
pub(super) const MOST_MEMBERS: usize = 100_000;

/// The most tables read within one archive; of more, only the names are known.
pub(super) const MOST_TABLES: usize = 20;

/// A member: its path, and its beginning where that is a table that could be read.
pub(super) struct Member {
    pub path: String,
    pub table: Option<Structure>,
}

/// The media type of a member, by its name; none where nothing can be told, its name is no path, or it is what macOS
/// adds beside each file.
pub(super) fn media_type(path: &str) -> Option<MediaType> {
    let path: FilePath = path.parse().ok()?;
    if path.as_str().starts_with("__MACOSX/") {
        return None;
    }
    let found = MediaType::guess(&path);
    (found.as_str() != "application/octet-stream").then_some(found)
}

/// Whether members of this type have columns that are read.
pub(super) fn is_table(media_type: &MediaType) -> bool {
    matches!(
        media_type.as_str(),
        "text/csv" | "text/tab-separated-values" | "application/jsonl" | "application/x-ndjson"
    )
}

/// Reads a table within an archive; what cannot be read has no columns, and that is all.
pub(super) fn table(media_type: &MediaType, bytes: &[u8], whole: bool, until: Deadline) -> Option<Structure> {
    match media_type.as_str() {
        "text/csv" => delimited::read(bytes, whole, false, until).ok(),
        "text/tab-separated-values" => delimited::read(bytes, whole, true, until).ok(),
        "application/jsonl" | "application/x-ndjson" => json_lines::read(bytes, whole, until).ok(),
        _ => None,
    }
}

/// What tables have in common that are alike: names of columns, and what parts values.
type Likeness = Option<(Vec<String>, Option<Separator>)>;

fn likeness(table: Option<&Structure>) -> Likeness {
    table.map(|table| (table.columns.iter().map(|column| column.name.clone()).collect(), table.separator))
}

/// Members that are alike, by what they have in common.
#[derive(Default)]
struct Alike {
    known: HashMap<Likeness, usize>,
    found: Vec<(Option<Structure>, Vec<String>)>,
}

impl Alike {
    fn take(&mut self, Member { path, table }: Member) {
        match self.known.entry(likeness(table.as_ref())) {
            Entry::Occupied(at) => {
                let Some((known, paths)) = self.found.get_mut(*at.get()) else { return };
                if let (Some(known), Some(table)) = (known, table) {
                    merge(known, &table);
                }
                paths.push(path);
            }
            Entry::Vacant(free) if self.found.len() < MOST_LISTED => {
                free.insert(self.found.len());
                self.found.push((table, vec![path]));
            }
            Entry::Vacant(_) => {}
        }
    }
}

/// Puts members that are alike together: of one format, and with the same columns.
pub(super) fn structure(members: Vec<Member>, whole: bool, until: Deadline) -> Result<Structure, NotRead> {
    let mut groups: BTreeMap<MediaType, Alike> = BTreeMap::new();
    for (number, member) in members.into_iter().enumerate() {
        if number % 256 == 0 {
            until.check()?;
        }
        if let Some(media_type) = media_type(&member.path) {
            groups.entry(media_type).or_default().take(member);
        }
    }
    let mut found = Vec::new();
    for (media_type, Alike { found: alike, .. }) in groups {
        let alone = alike.len() == 1;
        for (table, paths) in alike {
            let cut = table.as_ref().is_some_and(|table| !table.whole);
            let (columns, separator): (_, Option<Separator>) =
                table.map(|table| (table.columns, table.separator)).unwrap_or_default();
            let files = paths.len() as u64;
            // Tables are loaded one by one, so each is named.
            let pattern = alone && columns.is_empty();
            let includes =
                if pattern { patterns(&paths) } else { paths.into_iter().take(MOST_LISTED).collect() };
            found.push(Members { media_type: media_type.clone(), files, includes, cut, columns, separator });
        }
    }
    if found.is_empty() {
        return Err(NotRead::new("no member of it has a format that is known"));
    }
    Ok(Structure { members: found, whole, ..Structure::default() })
}

/// Kinds that hold the values of both; the columns have the same names.
fn merge(known: &mut Structure, other: &Structure) {
    known.whole &= other.whole;
    for (column, more) in known.columns.iter_mut().zip(&other.columns) {
        if column.kind != more.kind {
            column.kind = super::infer::common(column.kind, more.kind);
            column.children.clear();
        }
        column.nullable |= more.nullable;
    }
}

/// The endings of these paths, as patterns that any folder goes with.
fn patterns(paths: &[String]) -> Vec<String> {
    let mut found: Vec<String> = paths
        .iter()
        .filter_map(|path| path.rsplit_once('.').map(|(_, ending)| format!("*.{ending}")))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The beginning of what was compressed, and whether that is all of it.
pub(super) fn gunzip(bytes: &[u8], whole: bool) -> Result<(Vec<u8>, bool), NotRead> {
    let mut out = Vec::new();
    let ended = MultiGzDecoder::new(bytes).take(MOST_BYTES).read_to_end(&mut out);
    match ended {
        Ok(_) => {
            let all = whole && (out.len() as u64) < MOST_BYTES;
            Ok((out, all))
        }
        // What was cut ends in the middle.
        Err(_) if !whole && !out.is_empty() => Ok((out, false)),
        Err(_) => Err(NotRead::new("it is not well-formed gzip")),
    }
}

/// Whether these are the first bytes of a tar file (POSIX.1-1988 and later, and GNU).
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Reads a tar file, or its beginning.
pub(super) fn tar(bytes: &[u8], whole: bool, until: Deadline) -> Result<Structure, NotRead> {
    let (mut rest, mut members, mut all) = (bytes, Vec::new(), whole);
    let (mut long_name, mut tables): (Option<String>, _) = (None, 0);
    while let Some((head, after)) = rest.split_at_checked(512) {
        until.check()?;
        if head.iter().all(|b| *b == 0) {
            break;
        }
        if !is_tar(head) {
            return Err(NotRead::new("it is not well-formed tar"));
        }
        let size =
            head.get(124..136).and_then(octal).ok_or_else(|| NotRead::new("it is not well-formed tar"))?;
        let length = usize::try_from(size).unwrap_or(usize::MAX);
        let (content, here) = match after.get(..length) {
            Some(content) => (content, true),
            None => (after, false),
        };
        let kind = head.get(156).copied().unwrap_or_default();
        match kind {
            b'0' | 0 => {
                let name = long_name.take().unwrap_or_else(|| name(head));
                let name = name.trim_start_matches("./").to_owned();
                let whole_member = here && length as u64 <= MOST_BYTES;
                let wanted = media_type(&name).filter(|kind| tables < MOST_TABLES && is_table(kind));
                tables += usize::from(wanted.is_some());
                let table = wanted.and_then(|kind| table(&kind, content, whole_member, until));
                members.push(Member { path: name, table });
            }
            b'L' => long_name = Some(text(content)),
            b'x' => long_name = pax_path(content).or(long_name),
            _ => long_name = None,
        }
        if members.len() == MOST_MEMBERS {
            all = false;
            break;
        }
        let padded = length.checked_next_multiple_of(512).unwrap_or(usize::MAX);
        match after.get(padded..) {
            Some(next) => rest = next,
            None => {
                all &= here;
                break;
            }
        }
    }
    structure(members, all, until)
}

fn text(field: &[u8]) -> String {
    let ended = field.split(|b| *b == 0).next().unwrap_or_default();
    String::from_utf8_lossy(ended).into_owned()
}

fn name(head: &[u8]) -> String {
    let name = text(head.get(..100).unwrap_or_default());
    // GNU's own variant has times where POSIX has the first part of the path.
    let posix = head.get(257..263) == Some(b"ustar\0");
    let prefix = if posix { text(head.get(345..500).unwrap_or_default()) } else { String::new() };
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

/// The `path` of an extended header (pax): lines of `length key=value`.
fn pax_path(content: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(content).ok()?;
    text.lines().find_map(|line| Some(line.split_once(' ')?.1.strip_prefix("path=")?.to_owned()))
}
