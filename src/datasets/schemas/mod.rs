//! What columns the files of a published version have: read from the bytes in the background, kept per blob.
//!
//! Each format has a reader that is a plain function from bytes to a [`Structure`], with limits on bytes, rows, columns, nesting
//! and time: whatever the bytes are, it ends soon and says what it found or why it found nothing. Reading is queued by the
//! publication (`job`) and is never in its way. What the provider states in the record stands for what was read (`declared`).

mod archive;
mod declared;
mod delimited;
mod infer;
mod job;
mod json_lines;
mod list;
mod model;
mod parquet;
mod read;
mod thrift;
mod zip;

#[cfg(test)]
mod tests;

pub(in crate::datasets) use declared::known;
pub use infer::MISSING;
pub use job::{SCHEMAS_JOB, queue_unread_schemas, run_schemas};
pub(in crate::datasets) use job::{is_readable, queue_schemas};
pub use list::list_schemas;
pub use model::{Column, ColumnKind, FileSchema, Members, SchemaOutcome, Separator, Structure};
pub(in crate::datasets) use model::{NotRead, READABLE};
pub(in crate::datasets) use read::Blob;
