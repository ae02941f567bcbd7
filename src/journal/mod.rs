//! The one journal: every change of state appends exactly one event, in the same transaction, at the next position.
//!
//! Everything that wants to know what happened follows it by position: audit, search, notifications, feeds. An
//! event is hashed into a Merkle tree (RFC 6962) as it is appended, so that any later change to it can be found.
//! Personal and confidential parts are kept beside the entry, which only commits to them: they can be erased
//! without breaking the tree. `tlog` shows the tree to others and checks what they are shown.

mod merkle;
mod model;
mod store;
pub mod tlog;

pub use merkle::{Frontier, leaf_hash, node_hash};
pub use model::{Event, append};
pub use store::{JournalLedger, Recorded, rebuild_head};
