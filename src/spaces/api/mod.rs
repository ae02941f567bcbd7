//! Routes of spaces.

mod members;
mod spaces;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(spaces::list_spaces)
        .service(spaces::create_space)
        .service(spaces::get_space)
        .service(spaces::update_space)
        .service(spaces::get_extension)
        .service(spaces::publish_extension)
        .service(members::list_space_members)
        .service(members::put_space_member)
        .service(members::remove_space_member)
        .service(members::list_space_roles)
        .service(members::put_space_role)
        .service(members::remove_space_role);
}
