//! The loop that runs recurring work and queued jobs in the background of a server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use super::store::{self, Job};
use crate::db::Db;
use crate::kernel::{Clock, Ctx, Result, Timestamp};

/// How often the runner looks for work.
const TICK: Duration = Duration::from_secs(1);
/// How long a job may be held before another replica takes it.
const LEASE: Duration = Duration::from_secs(15 * 60);
/// Jobs that one replica runs at once: one that waits for somebody else does not keep the others waiting.
const AT_ONCE: usize = 4;
/// After so many tries a job is given up and its last error stays on record.
const MOST_ATTEMPTS: i64 = 5;
/// How long finished jobs are remembered.
const MEMORY: Duration = Duration::from_secs(30 * 86_400);

type Work = Box<dyn Fn(Ctx) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;
type Handler = Box<dyn Fn(Ctx, Job) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

struct Recurring {
    kind: &'static str,
    every: Duration,
    work: Work,
}

/// Runs background work until it is told to stop.
pub struct Runner {
    db: Db,
    clock: Arc<dyn Clock>,
    recurring: Vec<Recurring>,
    handlers: Vec<(&'static str, Duration, Handler)>,
}

impl Runner {
    /// A runner without work.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        let runner = Self { db: db.clone(), clock, recurring: Vec::new(), handlers: Vec::new() };
        runner.every("forget_finished_jobs", Duration::from_secs(3600), move |ctx| {
            let db = db.clone();
            async move {
                let before = Timestamp::from_millis(
                    ctx.now.as_millis() - i64::try_from(MEMORY.as_millis()).unwrap_or(i64::MAX),
                );
                db.write("forget_finished_jobs", move |tx| store::forget_finished(tx, before)).await.map(drop)
            }
        })
    }

    /// Work that recurs: on one replica each time, at most once in the given span.
    #[must_use]
    pub fn every<F, Fut>(mut self, kind: &'static str, every: Duration, work: F) -> Self
    where
        F: Fn(Ctx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.recurring.push(Recurring { kind, every, work: Box::new(move |ctx| Box::pin(work(ctx))) });
        self
    }

    /// The handler of queued jobs of a kind.
    #[must_use]
    pub fn handle<F, Fut>(self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(Ctx, Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.handle_leased(kind, LEASE, handler)
    }

    /// The handler of queued jobs of a kind that may be held this long, unless the handler holds on with [`hold`].
    ///
    /// [`hold`]: super::hold
    #[must_use]
    pub fn handle_leased<F, Fut>(mut self, kind: &'static str, lease: Duration, handler: F) -> Self
    where
        F: Fn(Ctx, Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.handlers.push((kind, lease, Box::new(move |ctx, job| Box::pin(handler(ctx, job)))));
        self
    }

    /// Runs until cancelled; trouble with one piece of work never stops the others.
    pub async fn run(self, stop: CancellationToken) {
        tokio::join!(self.recur(&stop), self.work(&stop));
    }

    /// Does what recurs, when its time has come.
    async fn recur(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            for recurring in &self.recurring {
                if let Err(error) = self.do_recurring(recurring).await {
                    tracing::warn!(%error, "background work");
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Runs queued jobs, some at once. What is under way when it is told to stop comes to its end.
    async fn work(&self, stop: &CancellationToken) {
        let mut running = FuturesUnordered::new();
        while !stop.is_cancelled() {
            while running.len() < AT_ONCE {
                match self.take_job().await {
                    Ok(Some(job)) => running.push(self.run_job(job)),
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!(%error, "background work");
                        break;
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(outcome) = running.next() => told(outcome),
                () = tokio::time::sleep(TICK) => {}
            }
        }
        while let Some(outcome) = running.next().await {
            told(outcome);
        }
    }

    fn ctx(&self, kind: &str) -> Ctx {
        Ctx::anonymous(self.clock.now(), kind)
    }

    async fn do_recurring(&self, recurring: &Recurring) -> Result<()> {
        if self.take_turn(recurring).await? {
            let outcome = (recurring.work)(self.ctx(recurring.kind)).await;
            count(recurring.kind, outcome.is_ok());
            if let Err(error) = outcome {
                tracing::error!(kind = recurring.kind, %error, "recurring work failed; it comes again");
            }
        }
        Ok(())
    }

    async fn take_turn(&self, recurring: &Recurring) -> Result<bool> {
        let (kind, now) = (recurring.kind, self.clock.now());
        let span = i64::try_from(recurring.every.as_millis()).unwrap_or(i64::MAX);
        let not_since = Timestamp::from_millis(now.as_millis().saturating_sub(span));
        let last = self.db.read(move |conn| store::last_run(conn, kind)).await?;
        if last.is_some_and(|last| last > not_since) {
            return Ok(false);
        }
        self.db.write("take_turn", move |tx| store::take_turn(tx, kind, not_since, now)).await
    }

    async fn take_job(&self) -> Result<Option<Job>> {
        let kinds: Vec<(&'static str, Duration)> =
            self.handlers.iter().map(|(kind, lease, _)| (*kind, *lease)).collect();
        let now = self.clock.now();
        let wanted: Vec<&'static str> = kinds.iter().map(|(kind, _)| *kind).collect();
        if kinds.is_empty() || !self.db.read(move |conn| store::any_due(conn, &wanted, now)).await? {
            return Ok(None);
        }
        self.db.write("take_job", move |tx| store::take(tx, &kinds, now)).await
    }

    async fn run_job(&self, job: Job) -> Result<()> {
        let Some((kind, _, handler)) = self.handlers.iter().find(|(kind, ..)| *kind == job.kind) else {
            return Ok(());
        };
        let (id, attempts) = (job.id.clone(), job.attempts);
        let outcome = handler(self.ctx(kind), job.clone()).await;
        count(kind, outcome.is_ok());
        let now = self.clock.now();
        let (text, retry_at) = match outcome {
            Ok(()) => ("done".to_owned(), None),
            Err(error) => {
                tracing::warn!(kind, id, attempts, %error, "a job failed");
                // 10 s, 40 s, 160 s, …: the pause grows fourfold.
                let pause =
                    Duration::from_secs(10 * 4_u64.pow(u32::try_from(attempts - 1).unwrap_or(0).min(6)));
                (error.to_string(), (attempts < MOST_ATTEMPTS).then(|| now.plus(pause)))
            }
        };
        self.db.write("close_job", move |tx| store::close(tx, &job, &text, now, retry_at)).await
    }
}

fn told(outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "background work");
    }
}

fn count(kind: &'static str, good: bool) {
    metrics::counter!("cadastre_jobs_total", "kind" => kind, "outcome" => if good { "done" } else { "failed" }).increment(1);
}
