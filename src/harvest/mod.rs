//! Harvesting: the records of other catalogues, kept as copies that follow their source.
//!
//! A steward registers a source for a space: another Cadastre, a DCAT document, a CKAN, an OAI-PMH repository. Each harvest of it
//! is a run, driven in turns by one replica at a time (`drive`): a page is fetched through the one outgoing client, read by the
//! reader of its kind (`read`), and taken in, some records in one write (`take_in`), with where to go on from. So a crash costs
//! the page under way and nothing else. What another Cadastre sends must be what its journal has: `read` holds each dataset against
//! its receipts, and `log` each checkpoint against the one seen before. What a complete run did not see is deleted at its end, unless it is so much that
//! somebody has to agree first (`model::guard`). `datasets` keeps what harvested datasets are.

pub mod api;
mod drive;
mod fetched;
mod log;
mod model;
mod read;
mod runs;
mod sources;
mod store;
mod take_in;

pub use drive::{HARVEST_JOB, HARVEST_LEASE, run_harvest};
pub use model::{NewSource, RecordOutcome, Run, RunState, Source, SourceKind, SourceRecord, SourceState};
pub use runs::queue_due_sources;
