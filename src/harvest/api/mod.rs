//! Routes of sources and their runs.

mod runs;
mod sources;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(sources::list_sources)
        .service(sources::create_source)
        .service(sources::get_source)
        .service(sources::update_source)
        .service(sources::delete_source)
        .service(sources::list_source_records)
        .service(runs::start_source_run)
        .service(runs::list_source_runs)
        .service(runs::get_source_run)
        .service(runs::confirm_source_run)
        .service(runs::discard_source_run);
}
