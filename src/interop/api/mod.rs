//! Routes of other people's shapes, beside `/api/v1`: pages of datasets with their renderings, and lists of them; and below
//! `/api/v1`, what is computed from renderings.

mod catalogue;
mod documents;
mod dumps;
mod feeds;
mod hub;
mod imports;
mod oai;
mod page;
mod pages;
mod quality;
mod streams;

use actix_web::web::ServiceConfig;

pub use hub::in_hub_words;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .app_data(actix_web::web::Data::new(pages::Pages::default()))
        .configure(hub::routes)
        .service(documents::send_document)
        .service(documents::send_part)
        .service(documents::send_dataset)
        .service(catalogue::send_catalogue)
        .service(catalogue::send_catalogue_as)
        .service(catalogue::send_space)
        .service(catalogue::send_organisation)
        .service(page::get_style)
        .service(oai::get_oai)
        .service(oai::post_oai)
        .service(feeds::catalogue_feed)
        .service(feeds::space_feed)
        .service(feeds::sitemap_index)
        .service(feeds::sitemap_file)
        .service(feeds::robots)
        .service(dumps::list)
        .service(dumps::send);
}

/// Registers the operations of our own API.
pub fn operations(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(quality::get_quality).service(imports::create_import);
}
