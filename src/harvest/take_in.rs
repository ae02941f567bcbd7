//! Taking in what was read: some records in one write, with what became of each and where the run goes on.

use std::collections::{HashMap, HashSet};

use super::model::{Position, RecordOutcome, Run, RunState, Source, SourceState, Tally, Verdict};
use super::read::{Found, Read};
use super::runs::end_run;
use super::store::{self, Known, Seen};
use crate::datasets::{Draft, Home, copies_here, put_harvested};
use crate::db::Tx;
use crate::kernel::{Ctx, DatasetId, Digest, Result};

/// Records in one write.
pub(super) const AT_ONCE: usize = 50;
/// So many pages in a row may bring nothing new.
const MOST_BARREN: u32 = 10;

/// A part of a page.
#[derive(Default)]
pub(super) struct Part {
    /// Records.
    pub found: Vec<Found>,
    /// Where the run goes on after it, where it is the last part of its page.
    pub end: Option<PageEnd>,
}

/// The end of a page.
pub(super) struct PageEnd {
    /// Where the run goes on.
    pub next: Position,
    /// Bytes of the page.
    pub bytes: i64,
    /// Whether an earlier part of the page brought something new.
    pub was_fresh: bool,
}

/// Takes in a part of a page. Tells the run as it is now, and whether there was something in it that the run had not met before.
pub(super) fn take_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    source: Source,
    mut run: Run,
    part: Part,
) -> Result<(Run, bool)> {
    let fresh = records(tx, ctx, &source, &mut run, part.found)?;
    if run.records() > source.most_records {
        run.reason = Some(format!(
            "there are more than {} records, which is the most for this source",
            source.most_records
        ));
        return Ok((end_run(tx, ctx, source, run, RunState::Failed, None)?, fresh));
    }
    let tally = Tally { known: run.known, met: run.updated + run.unchanged, created: run.created };
    if run.complete
        && !run.confirmed
        && let Verdict::Ask(reason) = tally.may_create(source.threshold)
    {
        return Ok((ask(tx, source, run, reason)?, fresh));
    }
    if let Some(end) = part.end {
        run.pages += 1;
        run.bytes = run.bytes.saturating_add(end.bytes);
        let run = turn_page(tx, ctx, source, run, end.next, fresh || end.was_fresh)?;
        return Ok((run, fresh));
    }
    store::update_run(tx, &run)?;
    Ok((run, fresh))
}

/// Has the run wait for somebody.
pub(super) fn ask(tx: &mut Tx<'_>, source: Source, run: Run, reason: String) -> Result<Run> {
    let run = Run { state: RunState::AwaitingConfirmation, reason: Some(reason), ..run };
    store::update_run(tx, &run)?;
    store::update_source(tx, &Source { state: SourceState::AwaitingConfirmation, ..source })?;
    Ok(run)
}

/// Goes on to the next page, unless that leads in a circle or on for ever.
fn turn_page(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    source: Source,
    mut run: Run,
    next: Position,
    fresh: bool,
) -> Result<Run> {
    let before = match &run.position {
        Position::Reading { barren, .. } => *barren,
        _ => 0,
    };
    run.position = match next {
        Position::Reading { url, kept, .. } => {
            // The first page may be none of records yet.
            let barren = if fresh || run.pages == 1 { 0 } else { before + 1 };
            let stopped = if !store::note_page(tx, &run.id, &Digest::of(&url))? {
                Some(
                    "its pages lead in a circle: one that was read names an earlier one as the next"
                        .to_owned(),
                )
            } else if barren > MOST_BARREN {
                Some(format!("its pages do not end: the last {barren} brought nothing new"))
            } else {
                None
            };
            if let Some(reason) = stopped {
                run.reason = Some(reason);
                return end_run(tx, ctx, source, run, RunState::Failed, None);
            }
            Position::Reading { url, kept, barren }
        }
        other => other,
    };
    store::update_run(tx, &run)?;
    Ok(run)
}

/// Takes in records; whether one of them was new to this run.
fn records(tx: &mut Tx<'_>, ctx: &Ctx, source: &Source, run: &mut Run, found: Vec<Found>) -> Result<bool> {
    let found = last_of_each(found);
    let keys: Vec<&str> = found.iter().map(|one| one.key.as_str()).collect();
    let known = store::known_records(tx, &source.id, &keys)?;
    let copies = copies_here(tx, found.iter().filter_map(|one| one.read.copy()))?;
    let mut sorted = Sorted { copies, ..Sorted::default() };
    for one in found {
        sorted.sort(one, &known, run);
    }
    let Sorted { drafts, mut seen, unchanged, gone, fresh, .. } = sorted;
    let (mut labels, mut puts) = (Vec::with_capacity(drafts.len()), Vec::with_capacity(drafts.len()));
    for Wanted { key, dataset, draft, note } in drafts {
        labels.push((key, draft.digest(), note));
        puts.push((dataset, *draft));
    }
    let home = Home {
        organisation: source.organisation.clone(),
        organisation_id: source.organisation_id.clone(),
        person: source.created_by.clone(),
    };
    let placed = put_harvested(tx, ctx, &home, puts)?;
    for ((identifier, digest, detail), placed) in labels.into_iter().zip(placed) {
        let outcome = if placed.created { RecordOutcome::Created } else { RecordOutcome::Updated };
        *(if placed.created { &mut run.created } else { &mut run.updated }) += 1;
        seen.push(Seen { identifier, dataset: Some(placed.dataset), digest: Some(digest), outcome, detail });
    }
    store::keep_records(tx, run, &seen, ctx.now)?;
    let unchanged: Vec<&str> = unchanged.iter().map(String::as_str).collect();
    store::mark_unchanged(tx, run, &unchanged, ctx.now)?;
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    store::mark_leaving(tx, &source.id, &gone)?;
    Ok(fresh)
}

/// Of records with the same key, the last.
fn last_of_each(found: Vec<Found>) -> Vec<Found> {
    let mut keys = HashSet::new();
    let mut kept: Vec<Found> = found.into_iter().rev().filter(|one| keys.insert(one.key.clone())).collect();
    kept.reverse();
    kept
}

/// A record that is to be registered, or to take the place of what its dataset states.
struct Wanted {
    key: String,
    dataset: Option<DatasetId>,
    draft: Box<Draft>,
    note: Option<String>,
}

/// Records by what is to be done with them.
#[derive(Default)]
struct Sorted {
    /// What is here already of what the source has itself from elsewhere, by its identity.
    copies: HashSet<String>,
    drafts: Vec<Wanted>,
    seen: Vec<Seen>,
    unchanged: Vec<String>,
    gone: Vec<String>,
    fresh: bool,
}

impl Sorted {
    fn sort(&mut self, one: Found, known: &HashMap<String, Known>, run: &mut Run) {
        let known = known.get(&one.key);
        let met = known.filter(|known| known.run == run.id && known.outcome != RecordOutcome::Deleted);
        let dataset = known.and_then(|known| known.dataset.clone());
        let digest = known.and_then(|known| known.digest);
        if matches!(one.read, Read::Gone) {
            // What never was here is no news, however often it is told.
            if known.is_some_and(|known| known.dataset.is_some() && !known.leaving) {
                self.fresh = true;
                self.gone.push(one.key);
            }
            return;
        }
        self.fresh |= met.is_none();
        let (outcome, detail) = match one.read {
            Read::Copy(draft) if dataset.is_none() && !self.copies.insert(draft.identity()) => {
                (RecordOutcome::Skipped, "a copy of it is here already".to_owned())
            }
            Read::Failed(reason) => (RecordOutcome::Failed, reason),
            Read::Skipped(reason) => (RecordOutcome::Skipped, reason),
            Read::Draft(draft, note) => {
                return self.want(Wanted { key: one.key, dataset, draft, note }, known, run);
            }
            Read::Copy(draft) => {
                return self.want(Wanted { key: one.key, dataset, draft, note: None }, known, run);
            }
            Read::Gone => return,
        };
        match met {
            None => *(if outcome == RecordOutcome::Failed { &mut run.failed } else { &mut run.skipped }) += 1,
            // A page that is read again after a crash counts once; and one that only names what another page has whole does not
            // take that back.
            Some(_) => return,
        }
        // What was here before stays as it was.
        self.seen.push(Seen { identifier: one.key, dataset, digest, outcome, detail: Some(detail) });
    }

    fn want(&mut self, wanted: Wanted, known: Option<&Known>, run: &mut Run) {
        let met = known.filter(|known| known.run == run.id).map(|known| known.outcome);
        if met == Some(RecordOutcome::Failed) {
            // An earlier page had nothing of it but its name.
            run.failed -= 1;
        }
        let digest = known.and_then(|known| known.digest);
        if wanted.dataset.is_none() || digest != Some(wanted.draft.digest()) {
            self.drafts.push(wanted);
            return;
        }
        // A page that is read again after a crash counts once.
        if met.is_none_or(|met| matches!(met, RecordOutcome::Failed | RecordOutcome::Deleted)) {
            run.unchanged += 1;
            self.unchanged.push(wanted.key);
        }
    }
}
