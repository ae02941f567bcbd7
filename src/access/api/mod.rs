//! Routes of access: requests, grants, the account, "may I?", and erasing what a person wrote.

mod datasets;
mod grants;
mod people;
mod query;
mod requests;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(requests::submit_request)
        .service(requests::list_requests)
        .service(requests::get_request)
        .service(requests::approve_request)
        .service(requests::reject_request)
        .service(requests::return_request)
        .service(requests::resubmit_request)
        .service(requests::withdraw_request)
        .service(grants::list_grants)
        .service(grants::get_grant)
        .service(grants::revoke_grant)
        .service(grants::relinquish_grant)
        .service(grants::list_grant_deliveries)
        .service(datasets::list_dataset_deliveries)
        .service(datasets::get_access)
        .service(people::erase_person);
}
