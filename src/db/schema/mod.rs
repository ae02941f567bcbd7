//! The tables, one text for both databases. `tests/migrations.rs` holds it against SQLite and PostgreSQL.

#![expect(
    missing_docs,
    reason = "the table macro writes public items without docs; the migrations describe the columns"
)]

mod access;
mod background;
mod catalogue;
mod harvest;
mod identity;
mod log;

pub use access::*;
pub use background::*;
pub use catalogue::*;
pub use harvest::*;
pub use identity::*;
pub use log::{journal, journal_checkpoints, journal_keys, journal_nodes, journal_payloads};

diesel::allow_tables_to_appear_in_same_query! {
    journal, journal_payloads, journal_nodes, journal_keys, journal_checkpoints,
    idempotency_keys, jobs, schedules, organisations, people, memberships, space_roles, space_members,
    tokens, sessions, invitations, caller_changes, instance_secrets, spaces, space_extensions, datasets,
    dataset_revisions, dataset_audiences, dataset_facets, policy_revisions, versions, blobs,
    blob_schemas, organisation_blobs, organisation_usage, files, manifests, replicas, reference_checks, requests, grants,
    policy_evaluations, agreements, deliveries, delivery_cuts, grant_usage, departures, moves, dumps,
    sources, source_runs, source_pages, source_records,
}
