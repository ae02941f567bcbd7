//! The journal's rows: entries and payloads, the tree's nodes, keys, checkpoints; and who may see an entry.

mod audit;
mod checkpoints;
mod keys;
mod ledger;
mod nodes;
mod payloads;
mod rows;
mod visible;

pub(super) use audit::{Row, entries_of_kinds, extent, node_roots, whole_rows};
pub(super) use checkpoints::{
    Checkpointed, all_checkpoints, checkpoint_of_size, latest_checkpoint, replace_note, store_checkpoint,
};
pub(super) use keys::{KeyRow, add_key, keys};
pub use ledger::JournalLedger;
pub use nodes::rebuild_nodes;
pub(super) use nodes::{DatabaseTiles, backfill_nodes, frontier};
pub use payloads::{Payload, Said};
pub(super) use payloads::{erase, last_payload, naming, payloads_of, said_by};
pub(super) use rows::read_from;
pub use rows::{Recorded, log_size, newest_at, newest_at_about};
pub(super) use visible::{Begin, entries_about, visible_entries, visible_entry};
pub use visible::{Filters, newest_about};
