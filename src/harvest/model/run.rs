//! A run: one harvest of a source, what it has come to, and what became of each record.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::source::{Kept, Source};
use crate::kernel::{RunId, SourceId, Timestamp, text_enum};

text_enum! {
    /// What a run has come to.
    pub enum RunState {
        /// It is under way.
        Running = "running",
        /// It would delete or replace so much that somebody has to agree first.
        AwaitingConfirmation = "awaiting_confirmation",
        /// It is over, and nothing failed.
        Succeeded = "succeeded",
        /// It is over, and some records failed.
        Partial = "partial",
        /// It broke off, or most records failed.
        Failed = "failed",
        /// Somebody did not agree to what it would have done.
        Discarded = "discarded",
    }
}

text_enum! {
    /// What became of a record in the run that saw it last.
    pub enum RecordOutcome {
        /// It was not here before.
        Created = "created",
        /// It was here and had changed.
        Updated = "updated",
        /// It was here and had not changed.
        Unchanged = "unchanged",
        /// It is gone at the source and was deleted here.
        Deleted = "deleted",
        /// It could not be taken over; what was here before stays.
        Failed = "failed",
        /// It was left out on purpose.
        Skipped = "skipped",
    }
}

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = HarvestRun)]
pub struct Run {
    /// The id.
    pub id: RunId,
    /// The source.
    pub source: SourceId,
    /// What it has come to.
    pub state: RunState,
    /// Everything is read, so that what is not found there is deleted here; otherwise only what changed.
    pub complete: bool,
    /// Somebody agreed to what it was about to do.
    pub confirmed: bool,
    /// Records of this source that were here when it began.
    pub known: i64,
    /// Pages read.
    pub pages: i64,
    /// Bytes read.
    pub bytes: i64,
    /// Records that were not here before.
    pub created: i64,
    /// Records that had changed.
    pub updated: i64,
    /// Records that had not changed.
    pub unchanged: i64,
    /// Records deleted here, since they are gone there.
    pub deleted: i64,
    /// Records that could not be taken over.
    pub failed: i64,
    /// Records left out on purpose.
    pub skipped: i64,
    /// Why it broke off or waits, or what is to be noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it is broken off.
    pub deadline_at: Timestamp,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Where it goes on.
    #[serde(skip)]
    pub position: Position,
}

/// Where a run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum Position {
    /// A page is to be read.
    Reading {
        /// Its address.
        url: String,
        /// What the run leaves for the next one, if it comes to a good end.
        kept: Kept,
        /// Pages in a row that brought nothing new.
        barren: u32,
    },
    /// Everything is read; what is gone is deleted.
    Deleting {
        /// What the run leaves for the next one, if it comes to a good end.
        kept: Kept,
    },
    /// The source is removed, with what was harvested from it.
    Removing,
}

/// Of an answer that was kept for a repeated request: where the run goes on is no part of it.
impl Default for Position {
    fn default() -> Self {
        Self::Deleting { kept: Kept::default() }
    }
}

impl Run {
    /// A run that begins now, and reads everything.
    #[must_use]
    pub fn begun(source: &Source, position: Position, now: Timestamp) -> Self {
        Self {
            id: RunId::generate(),
            source: source.id.clone(),
            state: RunState::Running,
            complete: true,
            confirmed: false,
            known: 0,
            pages: 0,
            bytes: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            deleted: 0,
            failed: 0,
            skipped: 0,
            reason: None,
            begun_at: now,
            deadline_at: now.plus(source.deadline()),
            ended_at: None,
            position,
        }
    }

    /// How many records it has looked at.
    #[must_use]
    pub fn records(&self) -> i64 {
        self.created + self.updated + self.unchanged + self.failed + self.skipped
    }

    /// What a run comes to: a failure where most records failed, and never a success where any did. What a run of the changes
    /// alone has not looked at is as good as it was.
    #[must_use]
    pub fn verdict(&self) -> RunState {
        let met = self.updated + self.unchanged + self.deleted;
        let untouched = if self.complete { 0 } else { (self.known - met - self.failed).max(0) };
        match self.failed {
            0 => RunState::Succeeded,
            failed if failed > self.created + met + untouched => RunState::Failed,
            _ => RunState::Partial,
        }
    }
}

/// A record of a source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SourceRecord {
    /// Its identifier there.
    pub identifier: String,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// Why it failed or was left out, or what of it could not be taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The dataset here, as `organisation/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// The run that saw it last.
    pub run: RunId,
    /// When.
    pub seen_at: Timestamp,
}
