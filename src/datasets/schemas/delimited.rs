//! Columns of CSV and TSV (RFC 4180): the first row names them, the values tell what they are.

use std::collections::BTreeSet;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::infer::{MISSING, Seen, is_address, of_text};
use super::model::{Column, ColumnKind, Deadline, LONGEST_NAME, MOST_COLUMNS, NotRead, Separator, Structure};

/// How many rows the separator is guessed from.
const GUESSED_FROM: usize = 20;

const fn byte(separator: Separator) -> u8 {
    match separator {
        Separator::Comma => b',',
        Separator::Semicolon => b';',
        Separator::Tab => b'\t',
        Separator::Pipe => b'|',
    }
}

/// Reads the beginning of a file, or all of it.
pub(super) fn read(bytes: &[u8], whole: bool, tabs: bool, until: Deadline) -> Result<Structure, NotRead> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = text(bytes, whole)?;
    let separator = if tabs { Separator::Tab } else { guess(bytes) };
    if is_too_wide(bytes, separator) {
        return Err(too_wide());
    }
    let mut rows = rows(bytes, separator);
    let mut row = StringRecord::new();
    if !next(&mut rows, &mut row)? {
        return Err(NotRead::new("it is empty"));
    }
    // The last row of a part may be cut, so each row is taken in when the next one is there.
    let (mut count, mut pending) = (0, StringRecord::new());
    let mut there = next(&mut rows, &mut pending)?;
    let names = names(&row, &pending)?;
    let mut all = whole;
    let mut seen = vec![Seen::default(); names.len()];
    while there {
        if count % 256 == 0 {
            until.check()?;
            if until.is_near() {
                all = false;
                break;
            }
        }
        std::mem::swap(&mut row, &mut pending);
        there = next(&mut rows, &mut pending)?;
        if !there && !whole {
            break;
        }
        if row.len() > names.len() {
            return Err(NotRead::new(format!("row {} has more values than there are columns", count + 2)));
        }
        for (at, seen) in seen.iter_mut().enumerate() {
            match row.get(at) {
                Some(value) => seen.take(value),
                None => seen.take_missing(),
            }
        }
        count += 1;
    }
    let columns =
        names.into_iter().zip(seen).map(|(name, seen)| Column::new(name, seen.kind(), seen.is_missing()));
    Ok(Structure { separator: Some(separator), ..Structure::table(columns.collect(), all, count)? })
}

fn rows(bytes: &[u8], separator: Separator) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(byte(separator)).from_reader(bytes)
}

/// The bytes, if they are text in UTF-8, without a character that is cut at the end of a part.
fn text(bytes: &[u8], whole: bool) -> Result<&[u8], NotRead> {
    let other = || NotRead::new("it is not text in UTF-8");
    if bytes.iter().take(4096).any(|b| *b == 0) {
        return Err(other());
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes),
        Err(error) if !whole && error.error_len().is_none() => {
            bytes.get(..error.valid_up_to()).ok_or_else(other)
        }
        Err(_) => Err(other()),
    }
}

fn next(rows: &mut Reader<&[u8]>, row: &mut StringRecord) -> Result<bool, NotRead> {
    rows.read_record(row).map_err(|_| NotRead::new("it is not well-formed CSV"))
}

fn too_wide() -> NotRead {
    NotRead::new(format!("it has more than {MOST_COLUMNS} columns"))
}

/// Whether a row has more values than there may be columns. It is looked for before rows are read, since the reader keeps a place for
/// each value of a row: of eight million separators that would take many times their length.
fn is_too_wide(bytes: &[u8], separator: Separator) -> bool {
    enum State {
        Begin,
        Plain,
        Quoted,
        /// After a quote within quotes: the end of them, or the first of two.
        Quote,
    }
    let (mut state, mut values) = (State::Begin, 1);
    for b in bytes {
        state = match (state, b) {
            (State::Begin, b'"') | (State::Quote, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Quote,
            (State::Quoted, _) => State::Quoted,
            (_, b'\n' | b'\r') => {
                values = 1;
                State::Begin
            }
            (_, b) if *b == byte(separator) => {
                values += 1;
                if values > MOST_COLUMNS {
                    return true;
                }
                State::Begin
            }
            _ => State::Plain,
        };
    }
    false
}

/// The separator that parts the first rows into equally many values, and most of them.
fn guess(bytes: &[u8]) -> Separator {
    let width = |separator: Separator| {
        let beginning = bytes.get(..64 * 1024).unwrap_or(bytes);
        let found: Vec<usize> = rows(beginning, separator)
            .byte_records()
            .take(GUESSED_FROM)
            .filter_map(|row| Some(row.ok()?.len()))
            .collect();
        // The last row may be cut where the beginning ends.
        let found =
            found.split_last().filter(|(_, rest)| !rest.is_empty()).map_or(&found[..], |(_, rest)| rest);
        let first = found.first().copied().unwrap_or(0);
        if found.iter().all(|width| *width == first) { first } else { 0 }
    };
    let mut best = (1, Separator::Comma);
    for separator in [Separator::Comma, Separator::Semicolon, Separator::Tab, Separator::Pipe] {
        let width = width(separator);
        if width > best.0 {
            best = (width, separator);
        }
    }
    best.1
}

/// The names in the first row. A row of values is no row of names, and is not to be shown: it may tell of a person.
fn names(row: &StringRecord, second: &StringRecord) -> Result<Vec<String>, NotRead> {
    if row.len() > MOST_COLUMNS {
        return Err(too_wide());
    }
    let names: Vec<&str> = row.iter().map(str::trim).collect();
    if names.iter().any(|name| name.chars().count() > LONGEST_NAME) {
        return Err(NotRead::new(format!("a name in its first row has more than {LONGEST_NAME} characters")));
    }
    let distinct: BTreeSet<&&str> = names.iter().collect();
    if distinct.len() != names.len() || names.iter().any(|name| is_value(name)) || is_like(&names, second) {
        return Err(NotRead::new("its first row does not name the columns"));
    }
    Ok(row.iter().map(str::to_owned).collect())
}

/// Whether this is of a kind that values are and names are not. A whole number may be a name, such as a year.
fn is_value(name: &str) -> bool {
    use ColumnKind::{Date, Datetime, Float, Time};
    matches!(of_text(name), Date | Datetime | Float | Time) || is_address(name)
}

/// Whether the first row is not all of text, and holds what the second one holds.
fn is_like(names: &[&str], second: &StringRecord) -> bool {
    let kind = |text: &str| (!MISSING.contains(&text)).then(|| of_text(text));
    let told: Vec<Option<ColumnKind>> = names.iter().map(|name| kind(name)).collect();
    let texts = told.iter().flatten().filter(|kind| **kind == ColumnKind::Text).count();
    if texts == 0 {
        return true;
    }
    let alike = told.iter().enumerate().all(|(at, first)| {
        let below = second.get(at).and_then(kind);
        first.is_none() || below.is_none() || *first == below
    });
    texts < told.iter().flatten().count() && alike
}
