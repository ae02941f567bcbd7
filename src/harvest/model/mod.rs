//! Sources, runs and what becomes of records, as plain data.

mod guard;
mod run;
mod source;

pub use guard::{Tally, Verdict};
pub use run::{Position, RecordOutcome, Run, RunState, SourceRecord};
pub use source::{Kept, NewSource, Source, SourceKind, SourceState};
