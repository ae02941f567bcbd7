//! Routes of the journal: the log as C2SP tlog-tiles serves one, entries, receipts, and following what happens.

mod entries;
mod list;
mod log;
mod stream;

pub use log::well_known;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(log::get_checkpoint)
        // The router tries them in this order, and a bundle's path would fit that of a tile.
        .service(log::get_entry_bundle)
        .service(log::get_tile)
        .service(log::get_trust_policy)
        .service(list::list_journal)
        .service(entries::get_entry)
        .service(entries::get_entry_proof)
        .service(entries::list_receipts);
}
