//! Routes of datasets, their versions and files.

mod changes;
mod datasets;
mod download;
mod files;
mod multipart;
mod paths;
mod places;
mod reservations;
mod slots;
mod terms;
mod versions;

pub use download::{declared, deliver};
pub use paths::DatasetPath;
pub use reservations::tdmrep;
pub use slots::UploadSlots;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(datasets::list_datasets)
        .service(datasets::create_dataset)
        .service(datasets::get_dataset)
        .service(datasets::update_dataset)
        .service(datasets::delete_dataset)
        .service(datasets::list_history)
        .service(datasets::get_history)
        .service(datasets::get_completeness)
        .service(datasets::list_dataset_receipts)
        .service(datasets::get_origins)
        .service(terms::get_policy)
        .service(terms::set_policy)
        .service(terms::list_policy_revisions)
        .service(versions::list_versions)
        .service(versions::create_version)
        .service(versions::get_version)
        .service(versions::delete_version)
        .service(versions::publish_version)
        .service(versions::withdraw_version)
        .service(versions::get_manifest)
        .service(versions::get_attestation)
        .service(versions::list_schemas)
        .service(places::list_replicas)
        .service(places::create_replica)
        .service(places::create_check)
        .service(places::list_occurrences)
        .service(download::create_download_plan)
        .service(download::get_ticket)
        .service(files::list_files)
        .service(files::offer_files)
        .service(files::put_file)
        .service(download::get_file)
        .service(files::delete_file)
        .service(changes::list_changes);
}
