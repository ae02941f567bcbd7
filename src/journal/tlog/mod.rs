//! The formats in which the journal's tree is shown to others, and what it takes to check them: signed notes,
//! checkpoints, tiles, proofs, receipts, cosignatures and trust policies of C2SP, over the tree of RFC 6962.
//!
//! All of it is plain functions over texts and digests: no database, no network, no clock. The server makes these
//! texts, and the command line and everybody else check them, with the same code. `audit` computes a whole tree anew,
//! `witness` decides what a witness cosigns, `bundle` is the receipt that people get.

mod audit;
mod bundle;
mod checkpoint;
mod cosignature;
mod dsse;
mod frontier;
mod growth;
mod key;
mod note;
mod policy;
mod proof;
mod receipt;
mod text;
mod tile;
mod trust;
mod witness;

#[cfg(test)]
mod judges;

pub use audit::{Audit, Computed, check_tile};
pub use bundle::{ProvedBundle, RECEIPT_BUNDLE, ReceiptBundle};
pub use checkpoint::Checkpoint;
pub use cosignature::{AddCheckpoint, MAX_CONSISTENCY_HASHES, cosign};
pub use dsse::{Envelope, EnvelopeSignature};
pub use frontier::frontier;
pub use growth::Growth;
pub use key::{Algorithm, Signer, Verifier};
pub use note::{MAX_NOTE, MAX_SIGNATURES, Note, Signature, Verified};
pub use policy::{Group, Log, Threshold, Witness};
pub use proof::{Tiles, consistency_proof, inclusion_proof, root, verify_consistency, verify_inclusion};
pub use receipt::{Proved, Receipt};
pub use text::{from_base64, to_base64};
pub use tile::{Bundle, MAX_ENTRY, TILE_WIDTH, Tile, bundles_of, tiles_of};
pub use trust::{Endorsed, TrustPolicy};
pub use witness::{Refusal, may_cosign};
