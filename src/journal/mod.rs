//! The one journal: every change of state appends exactly one event, in the same transaction, at the next position.
//!
//! Everything that wants to know what happened follows it by position: audit, search, notifications, feeds. An
//! event is hashed into a Merkle tree (RFC 6962) as it is appended, so that any later change to it can be found.
//! Personal and confidential parts are kept beside the entry, which only commits to them: they can be erased
//! without breaking the tree.
//!
//! The tree is a log after C2SP: its head is signed as a checkpoint within a second, anybody can have its tiles, and those
//! who may see an entry get a receipt that proves it offline. `log` is the log's name and key, `sign` signs, `keeper` sees
//! to it in the background, `outside` keeps the newest checkpoint beside the blobs, and `epoch` changes key and name.

pub mod api;
mod audit;
mod epoch;
mod erase;
mod examine;
mod keeper;
mod key;
mod log;
mod merkle;
mod model;
mod outside;
mod read;
mod receipts;
mod sign;
mod state;
mod store;
pub mod tlog;
mod witness;

pub use epoch::{Changed, open_epoch, rotate_log_key};
pub use erase::{Words, complete_words, erase_words, find_words};
pub use examine::{Audited, audit};
pub use keeper::Keeper;
pub use key::make_log_key;
pub use log::{Log, LogName};
pub use merkle::{Frontier, leaf_hash, node_hash};
pub use model::{Event, append};
pub use read::{JournalEntry, list_entries, show_entry};
pub use receipts::{public_receipts, receipt_at, receipt_of, receipts_about, receipts_for};
pub use state::{LogState, compare_with_store, log_state};
pub use store::{
    Filters, JournalLedger, Payload, Recorded, Said, log_size, newest_about, newest_at, newest_at_about,
    rebuild_nodes,
};
pub use tlog::ReceiptBundle;
pub use witness::Witnesses;
