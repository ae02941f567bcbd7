//! Routes of other people's shapes, beside `/api/v1`: pages of datasets with their renderings.

mod documents;
mod hub;
mod page;
mod streams;

use actix_web::web::ServiceConfig;

pub use hub::in_hub_words;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(hub::routes)
        .service(documents::send_document)
        .service(documents::send_part)
        .service(documents::send_dataset)
        .service(page::get_style);
}
