//! The common European data spaces: charter, members, roles, and how a space extends the record.
//!
//! The fourteen official spaces are there from the first start; an administrator can add more. A space's steward
//! runs it: who its members and reviewers are, and which JSON Schema the extension of its records must fit.

pub mod api;
mod extension;
mod model;
mod official;
mod service;
mod store;

pub use extension::{check_extension, newest_extension};
pub use model::{NewSpace, Space};
pub use official::ensure_official_spaces;
pub use service::{
    all_spaces, find_space, list_spaces, put_member, put_role, require_steward, spaces_by_slugs,
};
