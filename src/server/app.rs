//! The application: one list of routes, the same for the running service and for the contract.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, Error, web};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt as _, scope};

use super::{fallback, health, openapi};
use crate::access::AccountGate;
use crate::config::Config;
use crate::datasets::api::UploadSlots;
use crate::datasets::files::Tickets;
use crate::datasets::{DownloadGate, Shown};
use crate::db::Db;
use crate::fetch::Fetcher;
use crate::http::{
    Authenticator, Closing, RateLimits, TrustedProxies, authenticate, check_head, limit_rate, observe,
    path_config,
};
use crate::journal::{Log, Witnesses};
use crate::kernel::Clock;
use crate::storage::BlobStore;
use crate::{access, datasets, harvest, identity, interop, journal, policies, spaces};

/// What the handlers work with.
#[derive(Clone)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// The bytes.
    pub store: BlobStore,
    /// The name and the key that sign the journal.
    pub log: Log,
    /// Who cosigns the journal.
    pub witnesses: Witnesses,
    /// Asks others.
    pub fetcher: Fetcher,
    /// Signs links to files.
    pub tickets: Tickets,
    /// The door that bytes leave by.
    pub gate: Arc<AccountGate>,
    /// Datasets as they were shown, for as long as nothing changes.
    pub shown: Arc<Shown>,
    /// Word that the service is about to end.
    pub closing: Closing,
    /// How many uploads may run at once.
    pub uploads: Arc<UploadSlots>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who a credential belongs to.
    pub authenticator: Arc<dyn Authenticator>,
    /// How often callers may ask.
    pub limits: Arc<RateLimits>,
    /// The set-up.
    pub config: Arc<Config>,
    /// The numbers that `/metrics` shows.
    pub metrics: PrometheusHandle,
}

/// Every route below `/api/v1`.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    // The router tries them in this order, and most requests are for datasets.
    config
        .configure(datasets::api::routes)
        .configure(identity::api::routes)
        .configure(spaces::api::routes)
        .configure(harvest::api::routes)
        .configure(access::api::routes)
        .configure(journal::api::routes)
        .configure(policies::api::routes)
        .configure(interop::api::operations)
        .configure(openapi::routes);
}

/// Builds the application around the services.
pub(super) fn build(
    services: Services,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (limits, clock, authenticator) =
        (services.limits.clone(), services.clock.clone(), services.authenticator.clone());
    let cors = openapi::cors(&services.config.cors_origins);
    let app = App::new()
        .app_data(web::Data::new(services.db.clone()))
        .app_data(web::Data::new(services.store.clone()))
        .app_data(web::Data::new(services.tickets.clone()))
        .app_data(web::Data::new(services.fetcher.clone()))
        .app_data(web::Data::new(services.log.clone()))
        .app_data(web::Data::new(services.witnesses.clone()))
        .app_data(web::Data::from(services.gate.clone() as Arc<dyn DownloadGate>))
        .app_data(web::Data::from(services.shown.clone()))
        .app_data(web::Data::from(services.clock.clone()))
        .app_data(web::Data::new(services.closing.clone()))
        .app_data(web::Data::from(services.uploads.clone()))
        .app_data(web::Data::from(services.limits.clone()))
        .app_data(web::Data::new(TrustedProxies(services.config.trusted_proxies.clone())))
        .app_data(web::Data::from(services.config.clone()))
        .app_data(web::Data::new(services.metrics.clone()))
        .app_data(path_config())
        .into_utoipa_app()
        .service(scope("/api/v1").configure(routes))
        .into_app();
    app.service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(journal::api::well_known)
        .service(datasets::api::tdmrep)
        .configure(interop::api::routes)
        .default_service(web::to(fallback::no_route))
        // The last layer added is the outermost.
        .wrap(Compress::default())
        .wrap(from_fn(move |req, next| limit_rate(limits.clone(), req, next)))
        .wrap(from_fn(move |req, next| authenticate(authenticator.clone(), clock.clone(), req, next)))
        .wrap(from_fn(check_head))
        .wrap(from_fn(interop::api::in_hub_words))
        .wrap(from_fn(observe))
        .wrap(Condition::new(cors.is_some(), cors.unwrap_or_default()))
}
