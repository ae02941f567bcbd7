//! Routes of identity: who am I, sessions, tokens, people, organisations.

mod organisations;
mod people;
mod sessions;
mod tokens;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(sessions::get_me)
        .service(sessions::create_session)
        .service(sessions::redeem_code)
        .service(sessions::delete_session)
        .service(tokens::list_tokens)
        .service(tokens::create_token)
        .service(tokens::revoke_token)
        .service(people::list_people)
        .service(people::create_person)
        .service(people::get_person)
        .service(people::update_person)
        .service(people::issue_code)
        .service(organisations::list_organisations)
        .service(organisations::create_organisation)
        .service(organisations::get_organisation)
        .service(organisations::update_organisation)
        .service(organisations::list_members)
        .service(organisations::put_member)
        .service(organisations::remove_member);
}
