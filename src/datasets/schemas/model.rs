//! What is known of the inside of a file: columns of a table, members of an archive.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::datasets::files::{FilePath, MediaType};
use crate::kernel::{Digest, LangText, Timestamp, text_enum};

/// Media types of which the inside is read.
pub(in crate::datasets) const READABLE: &[&str] = &[
    "text/csv",
    "text/tab-separated-values",
    "application/jsonl",
    "application/jsonlines",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
    "application/x-parquet",
    "application/zip",
    "application/x-zip-compressed",
    "application/x-tar",
    "application/gzip",
    "application/x-gzip",
];

/// The most bytes read of one file.
pub(super) const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// The most columns, those within others included.
pub(super) const MOST_COLUMNS: usize = 2_000;
/// How deep columns may lie in others.
pub(super) const MOST_NESTING: usize = 8;
/// The most characters of a column's name.
pub(super) const LONGEST_NAME: usize = 300;
/// The most bytes that the structure of one file may have as JSON.
pub(super) const MOST_JSON: usize = 256 * 1024;
/// How long reading one file may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

text_enum! {
    /// What the values of a column are.
    pub enum ColumnKind {
        /// True or false.
        Boolean = "boolean",
        /// Whole numbers.
        Integer = "integer",
        /// Binary floating-point numbers, and numbers with a fraction.
        Float = "float",
        /// Decimal numbers of a fixed scale.
        Decimal = "decimal",
        /// Texts.
        Text = "text",
        /// Days (ISO 8601).
        Date = "date",
        /// Times of the day.
        Time = "time",
        /// Instants, with or without an offset.
        Datetime = "datetime",
        /// Spans of time.
        Duration = "duration",
        /// Bytes.
        Binary = "binary",
        /// Columns within: `children`.
        Object = "object",
        /// Lists within a list: `children` has their one kind of item.
        List = "list",
        /// Values of several kinds, or none but empty ones.
        Any = "any",
    }
}

/// A column of a table, or a member of one that holds objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Column {
    /// Its name, as the file has it.
    pub name: String,
    /// What its values are; of a list, what its items are.
    pub kind: ColumnKind,
    /// Whether a value may be missing: declared so, or seen in what was read.
    pub nullable: bool,
    /// Whether each value is a list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// What objects hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub children: Vec<Column>,
    /// What its values say, where the provider states it.
    #[serde(default, skip_serializing_if = "LangText::is_empty")]
    pub description: LangText,
    /// The property of a vocabulary that its values are of, where the provider states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semantic_type: Option<String>,
}

impl Column {
    /// A column of simple values.
    pub(super) fn new(name: impl Into<String>, kind: ColumnKind, nullable: bool) -> Self {
        Self {
            name: name.into(),
            kind,
            nullable,
            repeated: false,
            children: Vec::new(),
            description: LangText::default(),
            semantic_type: None,
        }
    }

    /// How many columns this is, those within included.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }
}

text_enum! {
    /// What stands between the values of a row of text.
    pub enum Separator {
        /// `,`
        Comma = "comma",
        /// `;`
        Semicolon = "semicolon",
        /// A tab.
        Tab = "tab",
        /// `|`
        Pipe = "pipe",
    }
}

/// What was found inside a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Structure {
    /// The columns of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// What stands between values; of CSV and TSV alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<Separator>,
    /// Whether the whole file was read: if not, kinds are those of its beginning (at most 8 MiB).
    pub whole: bool,
    /// How many rows were looked at; of Parquet, how many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// What an archive holds, those of one format and the same columns together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Members>,
    /// Whether the columns are those that the provider states in the record, and not those that were read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
    /// What a row is, where the provider states it.
    #[serde(default, skip_serializing_if = "LangText::is_empty")]
    pub description: LangText,
    /// The columns whose values together tell a row from all others, where the provider states them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary_key: Vec<String>,
    /// Where the file, as far as it was read, is not as the provider states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

impl Structure {
    /// A table.
    pub(super) fn table(columns: Vec<Column>, whole: bool, rows: u64) -> Result<Self, NotRead> {
        if columns.is_empty() {
            return Err(NotRead::new("it has no columns"));
        }
        if columns.iter().map(Column::count).sum::<usize>() > MOST_COLUMNS {
            return Err(NotRead::new(format!("it has more than {MOST_COLUMNS} columns")));
        }
        Ok(Self { columns, whole, rows: Some(rows), ..Self::default() })
    }
}

/// Files in an archive that are alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Members {
    /// Their media type, by their names.
    pub media_type: MediaType,
    /// How many were seen.
    pub files: u64,
    /// Their paths: each of up to a hundred, or a pattern (`*.png`) where all of this ending belong together and are no tables.
    pub includes: Vec<String>,
    /// Whether tables among them were not read to their end, so that kinds are those of their beginnings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Their columns, of tables: as the provider states them, else as they were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// What stands between values; of CSV and TSV alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<Separator>,
}

text_enum! {
    /// What became of reading a file.
    pub enum SchemaOutcome {
        /// It waits for its turn.
        Pending = "pending",
        /// It was read; see `structure`.
        Read = "read",
        /// It could not be read; see `reason`.
        NotRead = "not_read",
    }
}

/// What is known of the inside of one file of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileSchema {
    /// The file.
    pub path: FilePath,
    /// Digest of the bytes that were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// Its media type.
    pub media_type: MediaType,
    /// Whether it was read.
    pub outcome: SchemaOutcome,
    /// Why it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
    /// When it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
}

/// Why a file was not read; shown to whoever may see the dataset, so it quotes nothing of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::datasets) struct NotRead(pub(in crate::datasets) String);

impl NotRead {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// When a reader has to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(span: Duration) -> Self {
        Self(Instant::now() + span)
    }

    /// Whether what is left of the time should be left to whatever comes after reading rows.
    pub(super) fn is_near(self) -> bool {
        Instant::now() + PATIENCE / 2 >= self.0
    }

    /// Whether there is time left.
    pub(super) fn check(self) -> Result<(), NotRead> {
        if Instant::now() < self.0 {
            Ok(())
        } else {
            Err(NotRead::new("reading it took longer than 10 seconds"))
        }
    }
}
