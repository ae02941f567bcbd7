//! Start and stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::{Services, build};
use super::telemetry;
use crate::access::{AccountGate, seal_deliveries};
use crate::config::Config;
use crate::datasets::api::UploadSlots;
use crate::datasets::files::{CHECK_JOB, Tickets, run_check};
use crate::datasets::schemas::{SCHEMAS_JOB, queue_unread_schemas, run_schemas};
use crate::datasets::sweep;
use crate::db::{DatabaseUrl, Db, MigrationState, check_migrations, forget_idempotency_keys, migrate};
use crate::fetch::Fetcher;
use crate::harvest::{HARVEST_JOB, HARVEST_LEASE, queue_due_sources, run_harvest};
use crate::http::{Closing, RateLimits};
use crate::identity::{DatabaseAuthenticator, FirstSignIn, ensure_administrator, forget_ended_sessions};
use crate::interop::make_due_dumps;
use crate::jobs::Runner;
use crate::journal::{JournalLedger, Keeper, Log, Witnesses};
use crate::kernel::{Clock, Ctx, Error, Result, Timestamp};
use crate::spaces::ensure_official_spaces;
use crate::storage::{BlobStore, BlobsUrl};

/// How long requests under way may take to finish after a stop was asked for, in seconds.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long a client may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the end waits for the last signature.
const LAST_SIGNATURE: Duration = Duration::from_secs(5);
/// How often a process tidies up its memory.
const TIDY: Duration = Duration::from_secs(10);
/// How often it is looked whether a dump of the catalogue is due.
const DUMP_CHECK: Duration = Duration::from_secs(900);
/// How long answers to idempotency keys are kept.
const KEY_MEMORY: Duration = Duration::from_secs(24 * 3600);

/// Opens database and store, migrates where that is wanted, and checks that both can be used.
///
/// # Errors
/// Says which of the two cannot be used, why, and what to do.
pub async fn open_services(config: Config, clock: Arc<dyn Clock>) -> Result<Services> {
    let witnesses = Witnesses::open(config.log_witnesses.as_deref())?;
    let url: DatabaseUrl = config.database_text().parse()?;
    let blobs: BlobsUrl = config.blobs.parse()?;
    let store = BlobStore::open(&blobs)?;
    let (wanted, connections) =
        (config.migrate || matches!(url, DatabaseUrl::Sqlite(_)), config.connections.get());
    let open = tokio::task::spawn_blocking(move || open_database(&url, wanted, connections));
    let (db, checked) = tokio::join!(open, store.check());
    let db = db.map_err(|error| Error::internal("opening the database", error))??;
    checked?;
    let tickets = Tickets::open(&db).await?;
    let log = Log::open(&db, &config).await?;
    let fetcher = Fetcher::new(config.base_url.as_ref(), &config.fetch_hosts)?;
    Ok(Services {
        authenticator: Arc::new(DatabaseAuthenticator::new(db.clone())),
        limits: Arc::new(RateLimits::per_minute(config.rate, config.anonymous_rate)),
        metrics: telemetry::metrics()?,
        uploads: Arc::new(UploadSlots::new(config.uploads.get() as usize)),
        gate: Arc::new(AccountGate::new(db.clone(), clock.clone())),
        shown: Arc::default(),
        closing: Closing::default(),
        fetcher,
        tickets,
        log,
        witnesses,
        config: Arc::new(config),
        db,
        store,
        clock,
    })
}

fn open_database(url: &DatabaseUrl, may_migrate: bool, connections: u32) -> Result<Db> {
    if may_migrate && !matches!(check_migrations(url)?, MigrationState::Current) {
        for name in migrate(url)? {
            tracing::info!(name, "migrated");
        }
    }
    Db::open(url, connections, Box::new(JournalLedger::default()))
}

/// A server that answers requests.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// How the first administrator comes in, on a fresh instance.
    pub first_sign_in: Option<FirstSignIn>,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    background: CancellationToken,
    closing: Closing,
    keeper: JoinHandle<()>,
    account: Arc<AccountGate>,
    db: Db,
    clock: Arc<dyn Clock>,
}

impl Running {
    /// Waits until the server ends, by a signal or by [`Running::stop`].
    ///
    /// # Errors
    /// When the server failed.
    pub async fn wait(self) -> Result<()> {
        let ended = self.server.await.map_err(|error| Error::internal("server", error))?;
        self.account.flush().await;
        let ctx = Ctx::anonymous(self.clock.now(), "stop");
        if let Err(error) = seal_deliveries(&self.db, &ctx).await {
            tracing::warn!(%error, "the account of deliveries is sealed at the next start");
        }
        self.background.cancel();
        // It signs what was committed last, and does not hold up the end for long.
        drop(tokio::time::timeout(LAST_SIGNATURE, self.keeper).await);
        ended.map_err(|error| Error::internal("server", error))
    }

    /// Stops: no new connections, requests under way may finish.
    ///
    /// # Errors
    /// When the server failed.
    pub async fn stop(self) -> Result<()> {
        self.closing.announce();
        self.handle.stop(true).await;
        self.wait().await
    }
}

/// Prepares a fresh instance, binds, and starts to answer.
///
/// # Errors
/// When the address cannot be used or the database fails.
pub async fn start(services: Services) -> Result<Running> {
    let signals = Signals::listen()?;
    let ctx = Ctx::anonymous(services.clock.now(), "start");
    let keeper = Keeper::open(&services.db, &services.store, &services.log, services.clock.clone()).await?;
    let first_sign_in = if services.db.may_write().is_ok() {
        ensure_official_spaces(&services.db, &ctx).await?;
        ensure_administrator(&services.db, &ctx).await?
    } else {
        None
    };
    let (config, app) = (services.config.clone(), services.clone());
    let unusable = |error: std::io::Error| {
        Error::invalid(
            "listen",
            "address",
            format!(
                "cannot listen on {}: {error}; write a free address of this machine as HOST:PORT",
                config.listen
            ),
        )
    };
    let mut server = HttpServer::new(move || build(app.clone()))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .client_request_timeout(HEADER_TIME)
        .disable_signals()
        .keep_alive(KEEP_ALIVE);
    if let Some(workers) = config.workers {
        server = server.workers(workers.get() as usize);
    }
    let server = server.bind(&config.listen).map_err(unusable)?;
    let address = server
        .addrs()
        .first()
        .copied()
        .ok_or_else(|| Error::invalid("listen", "address", "names no address"))?;
    let server = server.run();
    let (handle, background) = (server.handle(), CancellationToken::new());
    tokio::spawn(runner(&services).run(background.clone()));
    tokio::spawn(harvester(&services).run(background.clone()));
    tokio::spawn(signals.obey(services.closing.clone(), handle.clone(), background.clone()));
    keeper.ask(&services.witnesses, &services.fetcher, &background);
    let keeper = tokio::spawn(keeper.run(background.clone()));
    tokio::spawn(tidy(services.metrics, services.limits, background.clone()));
    Ok(Running {
        address,
        first_sign_in,
        handle,
        server: tokio::spawn(server),
        background,
        closing: services.closing,
        keeper,
        account: services.gate,
        db: services.db,
        clock: services.clock,
    })
}

/// The signals by which an operator ends the service. They are listened to before anything answers: of one that came between
/// the first answer and the server's own ear for it nobody would have heard.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        let ear = |kind| signal(kind).map_err(|error| Error::internal("listening to signals", error));
        Ok(Self {
            terminate: ear(SignalKind::terminate())?,
            interrupt: ear(SignalKind::interrupt())?,
            quit: ear(SignalKind::quit())?,
        })
    }

    /// Gives word that the service is about to end as soon as a signal says so, and ends it: after SIGTERM requests under way
    /// may finish, after SIGINT and SIGQUIT, which may also follow, they may not.
    async fn obey(mut self, closing: Closing, server: ServerHandle, background: CancellationToken) {
        loop {
            let graceful = tokio::select! {
                _ = self.terminate.recv() => true,
                _ = self.interrupt.recv() => false,
                _ = self.quit.recv() => false,
                () = background.cancelled() => return,
            };
            closing.announce();
            tokio::spawn(server.stop(graceful));
        }
    }
}

/// What each process does for its own memory to stay flat, whatever the others do: samples of the metrics are summed up
/// also when nobody reads them, and callers that have not asked for a while are forgotten.
async fn tidy(metrics: PrometheusHandle, limits: Arc<RateLimits>, stop: CancellationToken) {
    let mut turns = tokio::time::interval(TIDY);
    while stop.run_until_cancelled(turns.tick()).await.is_some() {
        metrics.run_upkeep();
        limits.forget_idle();
    }
}

/// The background work that the replicas share.
fn runner(services: &Services) -> Runner {
    let (keys, sessions) = (services.db.clone(), services.db.clone());
    let (swept, store) = (services.db.clone(), services.store.clone());
    let (read, blobs, unread) = (services.db.clone(), services.store.clone(), services.db.clone());
    let (dumped, dump_store) = (services.db.clone(), services.store.clone());
    let dumps = Duration::from_secs(services.config.dump_seconds.get().into());
    let dump_config = services.config.clone();
    let (checked, fetcher) = (services.db.clone(), services.fetcher.clone());
    let (sealed, seals) =
        (services.db.clone(), Duration::from_secs(services.config.seal_seconds.get().into()));
    Runner::new(services.db.clone(), services.clock.clone())
        .every("forget_idempotency_keys", Duration::from_secs(3600), move |ctx| {
            let db = keys.clone();
            async move {
                let before = earlier(ctx.now, KEY_MEMORY);
                db.write("forget_idempotency_keys", move |tx| forget_idempotency_keys(tx, before))
                    .await
                    .map(drop)
            }
        })
        .every("forget_ended_sessions", Duration::from_secs(3600), move |ctx| {
            let db = sessions.clone();
            async move { forget_ended_sessions(&db, &ctx).await }
        })
        .every("sweep_store", Duration::from_secs(6 * 3600), move |ctx| {
            let (db, store) = (swept.clone(), store.clone());
            async move { sweep(&db, &store, &ctx).await }
        })
        .every("dump_catalogue", DUMP_CHECK.min(dumps), move |ctx| {
            let (db, store, config) = (dumped.clone(), dump_store.clone(), dump_config.clone());
            async move { make_due_dumps(&db, &store, &ctx, &config, dumps).await }
        })
        .every("seal_deliveries", seals, move |ctx| {
            let db = sealed.clone();
            async move { seal_deliveries(&db, &ctx).await.map(drop) }
        })
        .handle(CHECK_JOB, move |ctx, job| {
            let (db, fetcher) = (checked.clone(), fetcher.clone());
            async move { run_check(&db, &fetcher, &ctx, &job).await }
        })
        .every("queue_unread_schemas", Duration::from_secs(3600), move |ctx| {
            let db = unread.clone();
            async move { queue_unread_schemas(&db, &ctx).await }
        })
        .handle(SCHEMAS_JOB, move |ctx, job| {
            let (db, store) = (read.clone(), blobs.clone());
            async move { run_schemas(&db, &store, &ctx, &job).await }
        })
}

/// Harvests, beside the other background work: a source that is slow holds up nothing but other sources.
fn harvester(services: &Services) -> Runner {
    let (due, db) = (services.db.clone(), services.db.clone());
    let (fetcher, config) = (services.fetcher.clone(), services.config.clone());
    Runner::new(services.db.clone(), services.clock.clone())
        .every("queue_due_sources", Duration::from_secs(10), move |ctx| {
            let db = due.clone();
            async move { queue_due_sources(&db, &ctx).await }
        })
        .handle_leased(HARVEST_JOB, HARVEST_LEASE, move |ctx, job| {
            let (db, fetcher, config) = (db.clone(), fetcher.clone(), config.clone());
            async move {
                let own = config.base_url.as_ref().map(url::Url::as_str);
                run_harvest(&db, &fetcher, own, &ctx, &job).await
            }
        })
}

fn earlier(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_millis(now.as_millis() - i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
}
