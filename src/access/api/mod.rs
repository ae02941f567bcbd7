//! Routes of access: requests, grants, the account, "may I?", and erasing what a person wrote.

mod agreement;
mod datasets;
mod evaluations;
mod grants;
mod page;
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
        .service(evaluations::list_evaluations)
        .service(evaluations::simulate_policy)
        .service(grants::list_grants)
        .service(grants::get_grant)
        .service(grants::revoke_grant)
        .service(grants::suspend_grant)
        .service(grants::resume_grant)
        .service(grants::relinquish_grant)
        .service(grants::list_grant_deliveries)
        .service(agreement::get_agreement)
        .service(agreement::accept_agreement)
        .service(agreement::get_agreement_style)
        .service(grants::get_delivery_proof)
        .service(datasets::recall_grants)
        .service(datasets::list_dataset_deliveries)
        .service(datasets::get_access)
        .service(people::erase_person);
}
