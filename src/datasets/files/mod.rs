//! Files of a version: their paths (`path`), media types (`media_type`), and what is known of each (`model`).

mod announce;
mod check;
mod download;
mod draft;
mod media_type;
mod model;
mod path;
mod plan;
mod scan;
mod ticket;
mod upload;
mod view;
mod watch;

pub use announce::is_given_to_all;
pub(super) use announce::withhold;
pub use check::{CHECK_JOB, ask_check, occurrences, run_check};
pub use download::{Allowed, Declared, allow_file};
pub use draft::{list_files, list_replicas, note_replica, offer_files, remove_file};
pub use media_type::MediaType;
pub use model::{Content, FileEntry, FileLocation, Reference};
pub use path::{Clash, ClashKind, FilePath, clashes};
pub use plan::{LinkBase, Plan, PlanLine, PlanRequest, plan};
pub use scan::{Scan, Start, files_at, is_free, scan_files};
pub use ticket::{LINK_LIFE, Tickets, allow_ticket};
pub(super) use upload::free;
pub use upload::{Upload, Uploaded, upload_file};
pub use view::{
    CheckOutcome, File, NewReplica, OfferResult, OfferStatus, OfferedFile, OfferedFiles, ReferenceCheck,
    Replica,
};
pub use watch::Watch;
