//! Columns of JSON Lines: the union of the members of all objects.

use std::collections::BTreeMap;

use serde_json::Value;

use super::infer::{common, of_moment};
use super::model::{
    Column, ColumnKind, Deadline, LONGEST_NAME, MOST_COLUMNS, MOST_NESTING, NotRead, Structure,
};

/// The longest line that is read, in bytes.
const LONGEST_LINE: usize = 1024 * 1024;
/// 2^63: from here on whole numbers need not fit a machine word.
const BEYOND_INTEGERS: f64 = 9_223_372_036_854_775_808.0;

/// Reads the beginning of a file, or all of it.
pub(super) fn read(bytes: &[u8], whole: bool, until: Deadline) -> Result<Structure, NotRead> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut seen = Seen::default();
    let (mut columns, mut all) = (0, whole);
    let mut lines = bytes.split(|b| *b == b'\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_none() && !whole {
            // Cut in its middle, perhaps.
            break;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if seen.objects % 256 == 0 {
            until.check()?;
            if until.is_near() {
                all = false;
                break;
            }
        }
        // As JSON a line takes many times its length in memory.
        if line.len() > LONGEST_LINE {
            return Err(NotRead::new("a line of it is longer than 1 MiB"));
        }
        match serde_json::from_slice(line) {
            Ok(Value::Object(members)) => seen.object(members, 0, &mut columns)?,
            Ok(_) => return Err(NotRead::new("a line of it is not an object")),
            Err(error) if is_too_deep(&error) => return Err(too_deep()),
            Err(_) => return Err(NotRead::new(format!("line {} of it is not JSON", seen.objects + 1))),
        }
    }
    let rows = seen.objects;
    Structure::table(seen.columns(), all, rows)
}

/// Whether the parser stopped where values lie too deep in each other; it has no other sign of that.
fn is_too_deep(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit exceeded")
}

fn too_deep() -> NotRead {
    NotRead::new(format!("its objects lie more than {MOST_NESTING} deep in each other"))
}

/// What is known of the values in one place.
#[derive(Default)]
struct Seen {
    kind: Option<ColumnKind>,
    /// How many values there were, missing ones included.
    values: u64,
    missing: bool,
    lists: bool,
    others: bool,
    /// How many of them were objects.
    objects: u64,
    members: BTreeMap<String, Self>,
}

impl Seen {
    fn object(
        &mut self,
        members: serde_json::Map<String, Value>,
        depth: usize,
        columns: &mut usize,
    ) -> Result<(), NotRead> {
        if depth > MOST_NESTING {
            return Err(too_deep());
        }
        self.objects += 1;
        for (name, value) in members {
            if !self.members.contains_key(&name) {
                *columns += 1;
                if *columns > MOST_COLUMNS {
                    return Err(NotRead::new(format!("it has more than {MOST_COLUMNS} columns")));
                }
                if name.chars().count() > LONGEST_NAME {
                    return Err(NotRead::new(format!(
                        "a name in it has more than {LONGEST_NAME} characters"
                    )));
                }
            }
            self.members.entry(name).or_default().value(value, depth + 1, columns)?;
        }
        Ok(())
    }

    fn value(&mut self, value: Value, depth: usize, columns: &mut usize) -> Result<(), NotRead> {
        self.values += 1;
        match value {
            Value::Array(items) => {
                self.lists = true;
                // An item that is a list itself has no column of its own.
                for item in items {
                    match item {
                        Value::Array(_) => self.add(ColumnKind::Any),
                        Value::Null => self.add(ColumnKind::Any),
                        item => self.simple(item, depth, columns)?,
                    }
                }
            }
            Value::Null => self.missing = true,
            other => {
                self.others = true;
                self.simple(other, depth, columns)?;
            }
        }
        Ok(())
    }

    fn simple(&mut self, value: Value, depth: usize, columns: &mut usize) -> Result<(), NotRead> {
        match value {
            Value::Bool(_) => self.add(ColumnKind::Boolean),
            Value::Number(number) => self.add(match number.as_f64().filter(|_| number.is_f64()) {
                None => ColumnKind::Integer,
                // A whole number that no machine word holds was read as the nearest one, and so its readers would.
                Some(near) if near.fract() == 0.0 && near.abs() >= BEYOND_INTEGERS => ColumnKind::Any,
                Some(_) => ColumnKind::Float,
            }),
            Value::String(text) => self.add(of_moment(&text).unwrap_or(ColumnKind::Text)),
            Value::Object(members) => {
                self.add(ColumnKind::Object);
                self.object(members, depth, columns)?;
            }
            Value::Null | Value::Array(_) => {}
        }
        Ok(())
    }

    fn add(&mut self, kind: ColumnKind) {
        self.kind = Some(match self.kind {
            None => kind,
            Some(before) => match common(before, kind) {
                // Unlike in CSV, a number is not the text of it.
                ColumnKind::Text if !is_text(before) || !is_text(kind) => ColumnKind::Any,
                kind => kind,
            },
        });
    }

    fn columns(self) -> Vec<Column> {
        let rows = self.objects;
        let column = |(name, seen): (String, Self)| {
            let nullable = seen.missing || seen.values < rows;
            let kind = match seen.kind {
                // A list in one row and a value in another have no common kind.
                Some(_) if seen.lists && seen.others => ColumnKind::Any,
                Some(kind) => kind,
                None => ColumnKind::Any,
            };
            let repeated = seen.lists && !seen.others;
            let children = if kind == ColumnKind::Object { seen.columns() } else { Vec::new() };
            Column { repeated, children, ..Column::new(name, kind, nullable) }
        };
        self.members.into_iter().map(column).collect()
    }
}

const fn is_text(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Text | ColumnKind::Date | ColumnKind::Datetime | ColumnKind::Time)
}
