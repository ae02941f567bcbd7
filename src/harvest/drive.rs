//! The job that drives a run: page by page, in turns, by whoever holds it.

use std::future::Future;
use std::time::{Duration, Instant};

use url::Url;

use super::fetched::{Want, fetch};
use super::log;
use super::model::{Kept, Position, RecordOutcome, Run, RunState, Source, SourceKind, Tally, Verdict};
use super::read::{From, Page, accepted, first_page, page_instead, read_page};
use super::runs::{HarvestJob, end_run};
use super::sources::event;
use super::store::{self, Seen};
use super::take_in::{AT_ONCE, PageEnd, Part, ask, take_in};
use crate::datasets::remove_harvested;
use crate::db::{Db, Tx};
use crate::fetch::{FetchError, Fetcher};
use crate::jobs::{Job, LOST, finish, hold, pass_on};
use crate::journal::append;
use crate::journal::tlog::Note;
use crate::kernel::{Ctx, DatasetId, Digest, Error, Result, RunId, Timestamp};

/// The kind of job that drives a run.
pub const HARVEST_JOB: &str = "harvest";
/// How long a replica that gave no sign of life keeps a run.
pub const HARVEST_LEASE: Duration = Duration::from_secs(20);

/// How long a run is driven before others get their turn.
const TURN: Duration = Duration::from_secs(20);
/// How often the lease is renewed while the other side is waited for.
const RENEWAL: Duration = Duration::from_secs(5);
/// After so many tries a run is given up.
const MOST_ATTEMPTS: i64 = 5;
/// The most bytes of a page.
const PAGE_BYTES: u64 = 16 * 1024 * 1024;
/// The most bytes of a page of whole records.
const WHOLE_BYTES: u64 = 64 * 1024 * 1024;
/// The most pages of a run.
const MOST_PAGES: i64 = 100_000;

/// What drives a run.
struct Driver<'a> {
    db: &'a Db,
    fetcher: &'a Fetcher,
    own: Option<&'a str>,
    ctx: &'a Ctx,
    job: &'a Job,
    run: RunId,
    begun: Instant,
}

/// What a step leaves.
type Step = Result<Option<(Source, Run)>>;

/// Drives a run for a turn. `own` is the address of this service.
///
/// # Errors
/// When the database fails; what the other side does is an outcome, not an error.
pub async fn run_harvest(db: &Db, fetcher: &Fetcher, own: Option<&str>, ctx: &Ctx, job: &Job) -> Result<()> {
    let HarvestJob { run } =
        serde_json::from_str(&job.payload).map_err(|error| Error::internal("job", error))?;
    let driver = Driver { db, fetcher, own, ctx, job, run, begun: Instant::now() };
    match driver.drive().await {
        Err(error) if error.code() == LOST => {
            tracing::info!(run = %driver.run, "another replica goes on with this run");
            Ok(())
        }
        Err(error) if job.attempts >= MOST_ATTEMPTS => {
            tracing::error!(run = %driver.run, %error, "a run is given up");
            driver.give_up("the service could not do it; the log has the reason".into()).await.map(drop)
        }
        outcome => outcome,
    }
}

impl Driver<'_> {
    fn now(&self) -> Timestamp {
        self.ctx.now.plus(self.begun.elapsed())
    }

    async fn drive(&self) -> Result<()> {
        if self.job.attempts > MOST_ATTEMPTS {
            return self.give_up("it broke off again and again".into()).await.map(drop);
        }
        let mut open = self.write("hold_run", |_, _, source, run| Ok((source, run))).await?;
        while let Some((source, run)) = open {
            if self.begun.elapsed() > TURN {
                let (job, now) = (self.job.clone(), self.now());
                return self.db.write("pass_on_run", move |tx| pass_on(tx, &job, now)).await;
            }
            open = if self.now() > run.deadline_at {
                self.give_up(late(&source)).await?
            } else {
                match run.position.clone() {
                    Position::Reading { url, kept, .. } => self.page(source, run, &url, kept).await?,
                    Position::Deleting { kept } => self.delete(kept).await?,
                    Position::Removing => self.remove().await?,
                }
            };
        }
        Ok(())
    }

    /// A write of whoever holds the run, as long as it is under way. Ends the job with the run.
    async fn write<F>(&self, name: &'static str, change: F) -> Step
    where
        F: FnOnce(&mut Tx<'_>, &Ctx, Source, Run) -> Result<(Source, Run)> + Send + 'static,
    {
        let (job, id, now) = (self.job.clone(), self.run.clone(), self.now());
        let ctx = Ctx { now, ..self.ctx.clone() };
        self.db
            .write(name, move |tx| {
                hold(tx, &job, now.plus(HARVEST_LEASE))?;
                let open = store::find_run(tx, &id)?.filter(|run| run.state == RunState::Running);
                let source = match &open {
                    Some(run) => store::find_source(tx, None, &run.source)?,
                    None => None,
                };
                let Some((run, source)) = open.zip(source) else {
                    finish(tx, &job, now)?;
                    return Ok(None);
                };
                let (source, run) = change(tx, &ctx, source, run)?;
                if run.state == RunState::Running {
                    return Ok(Some((source, run)));
                }
                finish(tx, &job, now)?;
                Ok(None)
            })
            .await
    }

    /// Ends the run as failed, for this reason.
    async fn give_up(&self, reason: String) -> Step {
        self.write("end_run", move |tx, ctx, source, run| {
            let run = Run { reason: Some(reason), ..run };
            let run = end_run(tx, ctx, source.clone(), run, RunState::Failed, None)?;
            Ok((source, run))
        })
        .await
    }

    /// Reads a page and takes it in.
    async fn page(&self, source: Source, run: Run, url: &str, kept: Kept) -> Step {
        if run.pages >= MOST_PAGES {
            return self.give_up(format!("it has more than {MOST_PAGES} pages")).await;
        }
        let Ok(url) = Url::parse(url) else {
            return self.give_up("the address of a page cannot be read".into()).await;
        };
        if source.kind == SourceKind::Cadastre && source.trust_policy.is_none() {
            return self.know_log(source, &run).await;
        }
        let (accept, media_types) = accepted(source.kind);
        let conditional = source.kind == SourceKind::Dcat && run.pages == 0;
        let want = Want {
            accept,
            media_types,
            etag: kept.etag.as_deref().filter(|_| conditional),
            last_modified: kept.last_modified.as_deref().filter(|_| conditional),
            bytes: if source.kind == SourceKind::Cadastre { WHOLE_BYTES } else { PAGE_BYTES },
        };
        let asking = fetch(self.fetcher, &source, &url, &want, || self.left(&run));
        let fetched = match self.holding(asking).await? {
            Ok(Some(fetched)) => fetched,
            Ok(None) if want.etag.is_some() || want.last_modified.is_some() => {
                return self.nothing_changed().await;
            }
            Ok(None) => return self.give_up(format!("page {}: answered 304, unasked", run.pages + 1)).await,
            Err(FetchError::Status { status: 400 | 404 | 410 | 422, .. })
                if !run.complete && run.pages == 0 =>
            {
                return self.begin_anew().await;
            }
            Err(FetchError::Status { .. } | FetchError::MediaType(_))
                if let Some(page) = page_instead(&source, &url) =>
            {
                return self.take_in((source, run), page, (kept, None), 0).await;
            }
            // What is waited for is waited for until then.
            Err(_) if self.now() > run.deadline_at => return self.give_up(late(&source)).await,
            Err(error) => return self.give_up(format!("page {}: {error}", run.pages + 1)).await,
        };
        let (bytes, media_type, url, own) =
            (fetched.bytes, fetched.media_type, fetched.url, self.own.map(str::to_owned));
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let (of, pages) = (source.clone(), run.pages);
        let reading = tokio::task::spawn_blocking(move || {
            let from = From {
                source: &of,
                url: &url,
                media_type: media_type.as_deref(),
                own: own.as_deref(),
                pages,
            };
            read_page(&bytes, &from)
        });
        let page = self.holding(reading).await?.map_err(|error| Error::internal("reading a page", error))?;
        match page {
            // The other side may not understand what is asked for since the last run.
            Err(_) if !run.complete && run.pages == 0 => self.begin_anew().await,
            Err(reason) => self.give_up(format!("page {}: {reason}", run.pages + 1)).await,
            Ok(mut page) => {
                let shown = page.checkpoint.take();
                let comparing = log::newer(self.fetcher, &source, shown, || self.left(&run));
                let checkpoint = match self.holding(comparing).await? {
                    Ok(newer) => newer,
                    Err(reason) => {
                        return self.give_up(format!("page {}: {reason}", run.pages + 1)).await;
                    }
                };
                let kept = Kept {
                    // The state of one page says nothing of the others.
                    etag: fetched.etag.filter(|_| run.pages == 0 && page.next.is_none()),
                    last_modified: fetched.last_modified.filter(|_| run.pages == 0 && page.next.is_none()),
                    continuation: page.continuation.take().or(kept.continuation),
                };
                self.take_in((source, run), page, (kept, checkpoint), size).await
            }
        }
    }

    /// Takes in a page, some records in one write.
    async fn take_in(
        &self,
        (source, run): (Source, Run),
        page: Page,
        (kept, checkpoint): (Kept, Option<Note>),
        bytes: i64,
    ) -> Step {
        let next = match page.next {
            Some(next) => Position::Reading { url: next.into(), kept, barren: 0 },
            None => Position::Deleting { kept },
        };
        let mut found = page.found.into_iter();
        let (seen, policy) = (checkpoint.map(|note| note.to_string()), source.trust_policy.clone());
        let (mut next, mut was_fresh, mut open) = (Some(next), false, Some((source, run)));
        while open.is_some() {
            let some: Vec<_> = found.by_ref().take(AT_ONCE).collect();
            let is_last = found.len() == 0;
            let end = if is_last { next.take().map(|next| PageEnd { next, bytes, was_fresh }) } else { None };
            let part = Part { found: some, end };
            let (seen, policy) = (seen.clone(), policy.clone());
            let (tell, told) = tokio::sync::oneshot::channel();
            open = self
                .write("take_in_records", move |tx, ctx, mut source, run| {
                    // Somebody has changed the keys meanwhile: what was read under the others is not believed any more.
                    if source.trust_policy != policy {
                        return Ok((source, run));
                    }
                    if seen.is_some() && source.checkpoint != seen {
                        source.checkpoint = seen;
                        store::update_source(tx, &source)?;
                    }
                    let (run, fresh) = take_in(tx, ctx, source.clone(), run, part)?;
                    // Nobody hears it where the caller has gone.
                    tell.send(fresh).ok();
                    Ok((source, run))
                })
                .await?;
            match told.await {
                Ok(fresh) => was_fresh |= fresh,
                // Nothing was taken in: the page is read again.
                Err(_) => break,
            }
            if is_last {
                break;
            }
        }
        Ok(open)
    }

    /// How much time there still is.
    fn left(&self, run: &Run) -> Duration {
        run.deadline_at.since(self.now())
    }

    /// Keeps the keys by which the log of another Cadastre is known from now on.
    async fn know_log(&self, source: Source, run: &Run) -> Step {
        let asking = log::stated_policy(self.fetcher, &source, || self.left(run));
        let policy = match self.holding(asking).await? {
            Ok(policy) => policy,
            Err(reason) => return self.give_up(reason).await,
        };
        self.write("know_log", move |tx, ctx, source, run| {
            // A steward may have given them meanwhile.
            if source.trust_policy.is_some() {
                return Ok((source, run));
            }
            let event = event("source.log_known", &source).fact("policy", Digest::of(&policy).to_string());
            let source = Source { trust_policy: Some(policy), ..source };
            store::update_source(tx, &source)?;
            append(tx, ctx, event)?;
            Ok((source, run))
        })
        .await
    }

    /// Waits for something while the run is held.
    async fn holding<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(RENEWAL) => {
                    let (job, until) = (self.job.clone(), self.now().plus(HARVEST_LEASE));
                    self.db.write("hold_run", move |tx| hold(tx, &job, until)).await?;
                }
            }
        }
    }

    /// The document is as it was: nothing is written but that.
    async fn nothing_changed(&self) -> Step {
        self.write("end_run", |tx, ctx, source, mut run| {
            run.unchanged = run.known;
            run.pages = 1;
            run.reason = Some("the document has not changed".into());
            let run = end_run(tx, ctx, source.clone(), run, RunState::Succeeded, None)?;
            Ok((source, run))
        })
        .await
    }

    /// The other side does not go on where the last run ended, since it was set back: everything is read.
    async fn begin_anew(&self) -> Step {
        self.write("begin_anew", |tx, _, source, mut run| {
            let (url, complete) = first_page(&source, true)?;
            run.complete = complete;
            run.position = Position::Reading { url: url.into(), kept: Kept::default(), barren: 0 };
            store::update_run(tx, &run)?;
            Ok((source, run))
        })
        .await
    }

    /// Deletes some of what is gone; ends the run when nothing is left.
    async fn delete(&self, kept: Kept) -> Step {
        self.write("delete_records", move |tx, ctx, source, run| {
            let ended = match run.verdict() {
                // Where most could not be read, what is missing is not believed either. What is told to be gone, is.
                RunState::Failed if run.complete => {
                    let reason = format!("{} of {} records failed", run.failed, run.records());
                    let run = Run { reason: Some(reason), ..run };
                    end_run(tx, ctx, source.clone(), run, RunState::Failed, None)?
                }
                _ => delete_some(tx, ctx, source.clone(), run, kept)?,
            };
            Ok((source, ended))
        })
        .await
    }

    /// Removes some of what was harvested; and the source itself when nothing is left.
    async fn remove(&self) -> Step {
        self.write("remove_records", move |tx, ctx, source, mut run| {
            let some = store::some_present(tx, &source.id, MOST_DELETED)?;
            if some.is_empty() {
                store::delete_source(tx, &source.id)?;
                run.state = RunState::Succeeded;
                return Ok((source, run));
            }
            forget(tx, ctx, &mut run, some)?;
            store::update_run(tx, &run)?;
            Ok((source, run))
        })
        .await
    }
}

/// Why a run ends at its deadline.
fn late(source: &Source) -> String {
    format!("it was not done after {} minutes, which is its deadline", source.deadline_minutes)
}

/// Records deleted in one write.
const MOST_DELETED: i64 = 100;

fn delete_some(tx: &mut Tx<'_>, ctx: &Ctx, source: Source, mut run: Run, kept: Kept) -> Result<Run> {
    if !run.confirmed && run.deleted == 0 {
        let leaving = store::count_leaving(tx, &run)?;
        let tally = Tally { known: run.known, met: 0, created: 0 };
        if let Verdict::Ask(reason) = tally.may_delete(leaving, source.threshold) {
            return ask(tx, source, run, reason);
        }
    }
    let some = store::some_leaving(tx, &run, MOST_DELETED)?;
    if !some.is_empty() {
        forget(tx, ctx, &mut run, some)?;
        store::update_run(tx, &run)?;
        return Ok(run);
    }
    if run.complete {
        store::forget_absent(tx, &run)?;
    }
    let state = run.verdict();
    if state == RunState::Failed {
        run.reason = Some(format!("{} of {} records failed", run.failed, run.records()));
    }
    // Where some records failed the next run begins where this one did, so that they are tried again.
    end_run(tx, ctx, source, run, state, Some(kept).filter(|_| state == RunState::Succeeded))
}

/// Deletes the datasets of these records, and keeps on record that they were.
fn forget(tx: &mut Tx<'_>, ctx: &Ctx, run: &mut Run, some: Vec<(String, Option<DatasetId>)>) -> Result<()> {
    let ids: Vec<DatasetId> = some.iter().filter_map(|(_, dataset)| dataset.clone()).collect();
    remove_harvested(tx, ctx, &ids)?;
    run.deleted += i64::try_from(some.len()).unwrap_or_default();
    let seen: Vec<Seen> = some
        .into_iter()
        .map(|(identifier, _)| Seen {
            identifier,
            dataset: None,
            digest: None,
            outcome: RecordOutcome::Deleted,
            detail: None,
        })
        .collect();
    store::keep_records(tx, run, &seen, ctx.now)
}
