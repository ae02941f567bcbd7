//! Routes of other people's shapes, beside `/api/v1`: pages of datasets with their renderings.

mod documents;
mod dumps;
mod feeds;
mod oai;

use actix_web::web::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(documents::send_document).service(documents::send_part).service(documents::send_dataset);
    config.service(oai::get_oai).service(oai::post_oai);
    config.service(feeds::catalogue_feed).service(feeds::space_feed);
    config.service(feeds::sitemap_index).service(feeds::sitemap_file).service(feeds::robots);
    config.service(dumps::list).service(dumps::send);
}
