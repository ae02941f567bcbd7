//! Whether the process lives, whether it can serve, and its numbers.

use actix_web::{HttpResponse, get, web};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

use crate::db::{Db, MigrationState};
use crate::kernel::{Error, Result};
use crate::storage::BlobStore;

/// The process lives.
#[get("/healthz")]
pub(super) async fn healthz() -> &'static str {
    "ok"
}

#[derive(Serialize)]
struct Readiness {
    database: String,
    store: String,
    migrations: String,
    journal: String,
}

/// Database, store, migrations and journal, each `ok` or what is wrong; 503 unless all are well.
#[get("/readyz")]
pub(super) async fn readyz(db: web::Data<Db>, store: web::Data<BlobStore>) -> HttpResponse {
    let (database, store, migrations) = tokio::join!(db.ready(), store.ready(), db.migrations());
    let migrations = migrations.and_then(|state| match state {
        MigrationState::Current => Ok(()),
        _ => Err(Error::conflict("migrations", "the schema is not this program's")),
    });
    let journal = db.may_write();
    let good = database.is_ok() && store.is_ok() && migrations.is_ok() && journal.is_ok();
    let mut answer = if good { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.json(Readiness {
        database: word(database),
        store: word(store),
        migrations: word(migrations),
        journal: word(journal),
    })
}

fn word(outcome: Result<()>) -> String {
    outcome.map_or_else(|error| error.code().to_owned(), |()| "ok".to_owned())
}

/// Prometheus text format. Labels are route patterns, never names or paths.
#[get("/metrics")]
pub(super) async fn metrics(handle: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render())
}
