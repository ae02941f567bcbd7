//! Datasets: what a provider registers. `record` is the typed description that every rendering is made from,
//! `versions` the releases and their manifest, `files` the paths in a version and where their bytes lie.

pub mod api;
mod changes;
mod describe;
mod dumps;
pub mod files;
mod find;
mod gate;
mod harvested;
mod model;
mod origin;
mod public;
mod read;
mod receipts;
pub mod record;
mod register;
mod reservation;
pub mod schemas;
mod store;
mod sweep;
mod terms;
pub mod versions;

pub use api::{DatasetPath, declared, deliver};
pub use changes::{
    Change, Changes, DatasetChange, Departure, Detail, WholeDataset, departure_of, list_changes,
    list_described_changes,
};
pub use describe::{
    Described, Listed, Selection, describe_dataset, describe_newest, describe_version, list_described,
    list_listed, list_plain, newest_change, whole_dataset,
};
pub use dumps::{
    Dump, DumpKind, Part, cursor_after, drop_dumps, dump_position, find_dump, is_dump_due, list_dumps,
    write_dump,
};
pub use find::{Action, find_dataset, find_dataset_by_id, sees_inside};
pub use gate::{Asked, Delivery, DownloadGate, Ground, Permit};
pub use harvested::{Draft, Home, Origins, Placed, copies_here, origins, put_harvested, remove_harvested};
pub use model::{
    Dataset, DatasetSummary, DescribedPolicy, NewDataset, NewPolicy, PolicyRevision, RecordRevision,
    Statement, Visibility,
};
pub use origin::{Harvested, OriginAccess, OriginDistribution, OriginTerms, OriginVerdict};
pub use public::{
    From as NamesFrom, PublicName, count_public, earliest_change, newest_public, public_groups, public_names,
};
pub use read::{Shown, ShownDataset, history, past_record, show_completeness, show_dataset};
pub use receipts::dataset_receipts;
pub use register::{delete_dataset, register_dataset, update_dataset};
pub use reservation::{Reservation, needs_leave, reservation};
pub use sweep::sweep;
pub use terms::{list_policies, set_policy, show_policy, terms_in_force, terms_of_revision};
