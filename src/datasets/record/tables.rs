//! What the columns of tables mean, as the provider states it: which files, names, types, keys, and words for each.

use std::collections::BTreeSet;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::place::{Check, Place};
use super::{LONG, SHORT, is_default};
use crate::datasets::schemas::{ColumnKind, Separator};
use crate::kernel::LangText;

/// The most tables of a record.
const MOST_TABLES: usize = 100;
/// The most columns of one table.
const MOST_COLUMNS: usize = 2_000;
/// The most columns of all tables of a record.
const MOST_IN_ALL: usize = 5_000;
/// The longest pattern of paths, in characters.
const LONGEST_PATTERN: usize = 1_024;
/// The most characters of what is said of a column in one language.
const REMARK: usize = 2_000;

/// The columns of one file, or of several that are alike. They stand for what is read from those files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The files: a path of the version, or a pattern, read as `.gitignore` reads them: `*` and `?` stay within a folder, `**` goes
    /// through folders, and without a slash it is a name in any folder. Of several tables that fit a file, the first counts.
    pub files: String,
    /// What a row is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: LangText,
    /// What stands between values, of CSV; left out: what is read from the file, else a comma.
    #[serde(default, skip_serializing_if = "is_default")]
    pub separator: Option<Separator>,
    /// The columns whose values together tell a row from all others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub primary_key: Vec<String>,
    /// All columns, in the order of the file.
    pub columns: Vec<TableColumn>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableColumn {
    /// Its name, exactly as the file has it.
    pub name: String,
    /// What its values are; of a list, what its items are. What objects hold is read from the file.
    pub kind: ColumnKind,
    /// Whether a value may be missing.
    #[serde(default = "TableColumn::may_be_missing", skip_serializing_if = "TableColumn::is_nullable")]
    pub nullable: bool,
    /// Whether each value is a list.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeated: bool,
    /// What its values say, with their unit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: LangText,
    /// The property of a vocabulary that its values are of, as an address: `https://schema.org/postalCode`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub semantic_type: Option<String>,
}

impl TableColumn {
    const fn may_be_missing() -> bool {
        true
    }

    // serde hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    const fn is_nullable(nullable: &bool) -> bool {
        *nullable
    }
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    let written = match pattern.strip_prefix('/') {
        Some(anchored) => anchored.to_owned(),
        None if pattern.contains('/') => pattern.to_owned(),
        None => format!("**/{pattern}"),
    };
    GlobBuilder::new(&written).literal_separator(true).build()
}

fn glob_set(tables: &[Table]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for table in tables {
        set.add(glob(&table.files)?);
    }
    set.build()
}

/// The tables of a record, ready to be looked up for many files.
#[derive(Debug)]
pub struct Tables<'a> {
    tables: &'a [Table],
    patterns: GlobSet,
}

impl<'a> Tables<'a> {
    /// Takes the tables of a record that was checked; patterns that are none fit nothing.
    #[must_use]
    pub fn of(tables: &'a [Table]) -> Self {
        Self { tables, patterns: glob_set(tables).unwrap_or_default() }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The first table that speaks of the file at this path.
    #[must_use]
    pub fn of_file(&self, path: &str) -> Option<&'a Table> {
        // A name may look like a pattern.
        let by_name = self.tables.iter().position(|table| table.files == path);
        let by_pattern = self.patterns.matches(path).into_iter().min();
        let first = by_name.into_iter().chain(by_pattern).min()?;
        self.tables.get(first)
    }
}

impl Check for TableColumn {
    fn check(&self, at: &mut Place<'_>) {
        at.text("name", &self.name, SHORT);
        at.require(
            self.kind != ColumnKind::List,
            "kind",
            "vocabulary",
            "give the kind of the items, and `repeated`",
        );
        at.lang("description", &self.description, REMARK);
        at.url("semantic_type", self.semantic_type.as_ref());
    }
}

impl Check for Table {
    fn check(&self, at: &mut Place<'_>) {
        at.text("files", &self.files, LONGEST_PATTERN);
        at.require(glob(&self.files).is_ok(), "files", "pattern", "is neither a path nor a pattern of paths");
        at.lang("description", &self.description, LONG);
        at.parts("columns", &self.columns, MOST_COLUMNS);
        at.require(!self.columns.is_empty(), "columns", "required", "name at least one column");
        let mut names = BTreeSet::new();
        for (index, column) in self.columns.iter().enumerate().take(MOST_COLUMNS) {
            let new = names.insert(column.name.as_str());
            at.require(new, &format!("columns/{index}/name"), "duplicate", "names the same column twice");
        }
        at.texts("primary_key", &self.primary_key, 20, SHORT);
        for (index, name) in self.primary_key.iter().enumerate().take(20) {
            let known = names.contains(name.as_str());
            at.require(known, &format!("primary_key/{index}"), "unknown_column", "names none of the columns");
        }
    }
}

/// Checks all tables of a record.
pub(super) fn check_tables(tables: &[Table], at: &mut Place<'_>) {
    at.parts("tables", tables, MOST_TABLES);
    let all: usize = tables.iter().map(|table| table.columns.len()).sum();
    at.require(all <= MOST_IN_ALL, "tables", "too_many", "the tables have more than 5,000 columns together");
    let each = tables.len() > MOST_TABLES || tables.iter().any(|table| glob(&table.files).is_err());
    at.require(each || glob_set(tables).is_ok(), "tables", "pattern", "the patterns are too large together");
}
