//! What the provider states of columns, put in place of what was read, and where the two differ.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::model::{Column, ColumnKind, FileSchema, Separator, Structure};
use crate::datasets::files::{File, FilePath, MediaType};
use crate::datasets::record::{Record, Table, TableColumn, Tables};
use crate::kernel::Digest;

/// The most columns that are stated of all files of one description, and members of archives they are stated of.
const MOST_STATED: usize = 50_000;
/// The most differences that are told of one file.
const MOST_DIFFERENCES: usize = 50;

/// What is known of the inside of files, by path: what the record states, else what was read.
pub(in crate::datasets) fn known(
    record: &Record,
    files: &[File],
    read: BTreeMap<(Digest, MediaType), Structure>,
) -> BTreeMap<FilePath, Arc<Structure>> {
    let tables = Tables::of(&record.content.tables);
    let read: HashMap<_, _> = read.into_iter().map(|(of, structure)| (of, Arc::new(structure))).collect();
    let (mut found, mut stated) = (BTreeMap::new(), 0);
    for file in files {
        let inside = file.sha256.and_then(|sha256| read.get(&(sha256, file.media_type.clone())));
        let structure = match over(&tables, &file.path, &file.media_type, inside.map(Arc::as_ref)) {
            Some(structure) => {
                let members =
                    structure.members.iter().map(|members| members.columns.len() + members.includes.len());
                stated += structure.columns.len() + members.sum::<usize>();
                if stated > MOST_STATED {
                    continue;
                }
                Arc::new(structure)
            }
            None => match inside {
                Some(inside) => Arc::clone(inside),
                None => continue,
            },
        };
        found.insert(file.path.clone(), structure);
    }
    found
}

/// Puts what the record states in place of what was read of a file.
pub(super) fn state(tables: &Tables<'_>, schema: &mut FileSchema) {
    if let Some(structure) = over(tables, &schema.path, &schema.media_type, schema.structure.as_ref()) {
        schema.structure = Some(structure);
    }
}

/// What the record states of a file, or of tables in an archive; nothing where it says nothing of it.
fn over(
    tables: &Tables<'_>,
    path: &FilePath,
    media_type: &MediaType,
    read: Option<&Structure>,
) -> Option<Structure> {
    if tables.is_empty() {
        return None;
    }
    if is_table(media_type) {
        return tables.of_file(path.as_str()).map(|table| stated(table, media_type, read));
    }
    let read = read.filter(|read| !read.members.is_empty())?;
    let mut structure = read.clone();
    for members in &mut structure.members {
        // Members that are alike in the archive and stated apart stay as they were read.
        let of = |member: &String| tables.of_file(&format!("{path}/{member}"));
        let first = members.includes.first().and_then(of);
        let Some(table) = first.filter(|_| is_table(&members.media_type)) else { continue };
        if members.includes.iter().all(|member| of(member).is_some_and(|other| std::ptr::eq(other, table))) {
            members.separator = table.separator.or(members.separator).or_else(|| comma(&members.media_type));
            members.columns = columns(table, &members.columns);
            members.cut = false;
            structure.declared = true;
        }
    }
    structure.declared.then_some(structure)
}

/// Whether files of this type are tables of which columns can be stated.
fn is_table(media_type: &MediaType) -> bool {
    is_delimited(media_type)
        || matches!(
            media_type.as_str(),
            "application/jsonl"
                | "application/jsonlines"
                | "application/x-ndjson"
                | "application/vnd.apache.parquet"
                | "application/x-parquet"
        )
}

fn is_delimited(media_type: &MediaType) -> bool {
    matches!(media_type.as_str(), "text/csv" | "text/tab-separated-values")
}

fn comma(media_type: &MediaType) -> Option<Separator> {
    match media_type.as_str() {
        "text/csv" => Some(Separator::Comma),
        "text/tab-separated-values" => Some(Separator::Tab),
        _ => None,
    }
}

fn stated(table: &Table, media_type: &MediaType, read: Option<&Structure>) -> Structure {
    let inside = read.map_or(&[][..], |read| read.columns.as_slice());
    let separator = table.separator.filter(|_| is_delimited(media_type));
    Structure {
        columns: columns(table, inside),
        separator: separator.or_else(|| read?.separator).or_else(|| comma(media_type)),
        whole: read.is_none_or(|read| read.whole),
        rows: read.and_then(|read| read.rows),
        members: Vec::new(),
        declared: true,
        description: table.description.clone(),
        primary_key: table.primary_key.clone(),
        differences: read.map(|_| differences(table, inside, media_type)).unwrap_or_default(),
    }
}

fn columns(table: &Table, inside: &[Column]) -> Vec<Column> {
    let column = |stated: &TableColumn| {
        let objects = inside.iter().find(|column| {
            column.name == stated.name && column.kind == ColumnKind::Object && stated.kind == column.kind
        });
        Column {
            repeated: stated.repeated,
            children: objects.map(|column| column.children.clone()).unwrap_or_default(),
            description: stated.description.clone(),
            semantic_type: stated.semantic_type.clone(),
            ..Column::new(stated.name.clone(), stated.kind, stated.nullable)
        }
    };
    table.columns.iter().map(column).collect()
}

/// Where the file is not as stated, in words.
fn differences(table: &Table, inside: &[Column], media_type: &MediaType) -> Vec<String> {
    let by_name: HashMap<&str, &Column> =
        inside.iter().map(|column| (column.name.as_str(), column)).collect();
    // What a footer calls nullable need not lack a value.
    let seen = !matches!(media_type.as_str(), "application/vnd.apache.parquet" | "application/x-parquet");
    let mut found = Vec::new();
    for stated in &table.columns {
        let name = &stated.name;
        let Some(read) = by_name.get(name.as_str()) else {
            found.push(format!("there is no column `{name}`"));
            continue;
        };
        if !fits(stated.kind, read.kind, is_delimited(media_type)) {
            found.push(format!("the values of `{name}` are of the kind {}, not {}", read.kind, stated.kind));
        }
        if stated.repeated != read.repeated && read.kind != ColumnKind::Any {
            let what = if read.repeated { "lists" } else { "no lists" };
            found.push(format!("the values of `{name}` are {what}"));
        }
        if seen && read.nullable && !stated.nullable {
            found.push(format!("values of `{name}` are missing"));
        }
    }
    let stated: std::collections::HashSet<&str> =
        table.columns.iter().map(|column| column.name.as_str()).collect();
    let more = inside.iter().filter(|column| !stated.contains(column.name.as_str()));
    found.extend(more.map(|column| format!("the column `{}` is not stated", column.name)));
    found.truncate(MOST_DIFFERENCES);
    found
}

/// Whether values that were read so can be of the kind that is stated.
fn fits(stated: ColumnKind, read: ColumnKind, texts: bool) -> bool {
    use ColumnKind::{Any, Boolean, Date, Datetime, Decimal, Float, Integer, Text};
    match (stated, read) {
        (stated, read) if stated == read => true,
        // Of nothing but missing values, nothing is known.
        (Any, _) | (_, Any) => true,
        (Float, Integer | Decimal) | (Decimal, Integer | Float) | (Datetime, Date) => true,
        // In a row of text everything is a text, and what has no form of its own is read as one.
        (Text, _) => texts,
        (Boolean, Integer) => texts,
        (Boolean | Integer | Float | Decimal | Date | Datetime, _) => false,
        (_, Text) => texts,
        _ => false,
    }
}
