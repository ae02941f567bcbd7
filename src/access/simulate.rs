//! What a changed policy would have said of the requests that were made: before it is set, not after.

use super::model::{Evaluated, Replayed, Request, Simulation};
use super::{find, store, verdict};
use crate::datasets::{Action, NewPolicy, find_dataset};
use crate::db::{Conn, Db};
use crate::kernel::{Ctx, RequestId, Result, Scope, Slug};
use crate::policies::{Evaluation, EvaluationScope, Outcome, Policy, Terms};

/// Requests that are replayed: the newest ones.
const REPLAYED: i64 = 2_000;
/// Requests whose outcome changes that are shown one by one.
const SHOWN: usize = 200;

/// Replays the requests for a dataset against terms that are not set yet, each with the facts of its own time.
///
/// # Errors
/// 401; 403 unless a publisher of the providing organisation asks; 404; 422 with pointers into the offer for what is not
/// understood.
pub async fn simulate_policy(db: &Db, ctx: &Ctx, name: (Slug, Slug), new: NewPolicy) -> Result<Simulation> {
    ctx.require(Scope::Publish)?;
    let terms = Terms::check(new.mode, new.offer.as_ref()).map_err(|error| error.at("/offer"))?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let dataset = find_dataset(conn, &ctx, &name.0, &name.1, Action::Publish)?;
        let mut simulation = Simulation::default();
        for (request, parties) in store::requests_for(conn, &dataset.id, REPLAYED)? {
            let before = store::evaluations_of_request(conn, &request.id)?.pop();
            let after = match terms.offer() {
                Some(offer) => Some(replay(conn, &ctx, offer, &request, &parties, before.as_ref())?),
                None => None,
            };
            count(&mut simulation, request, before, after);
        }
        Ok(simulation)
    })
    .await
}

/// With the facts of the evaluation that was made; with those of today for a request that nothing was held against.
fn replay(
    conn: &mut Conn,
    ctx: &Ctx,
    offer: &Policy,
    request: &Request,
    parties: &super::model::Parties,
    before: Option<&Evaluated>,
) -> Result<Evaluation> {
    let mut facts = match before {
        Some(before) => before.trace.facts.clone(),
        None => verdict::of_stated(conn, ctx.now, EvaluationScope::Request, request, parties)?,
    };
    // What was confirmed, was confirmed of other lines.
    facts.confirmed.clear();
    Evaluation::of(offer, 0, facts)
}

fn count(
    simulation: &mut Simulation,
    request: Request,
    before: Option<Evaluated>,
    after: Option<Evaluation>,
) {
    // Terms without an offer leave everything to people.
    let outcome = after.as_ref().map_or(Outcome::Undetermined, |after| after.trace.outcome);
    simulation.replayed += 1;
    match outcome {
        Outcome::Satisfied => simulation.satisfied += 1,
        Outcome::Violated => simulation.violated += 1,
        Outcome::Undetermined => simulation.undetermined += 1,
    }
    let before = before.map(|before| before.trace.outcome);
    if before == Some(outcome) {
        return;
    }
    simulation.changed += 1;
    if simulation.examples.len() < SHOWN {
        let lines = after.map(|after| after.trace.lines).unwrap_or_default();
        let lines =
            lines.into_iter().filter(|line| line.outcome != Outcome::Satisfied && !line.deferred).collect();
        simulation.examples.push(Replayed {
            request: request.id,
            organisation: request.organisation,
            purpose: request.purpose,
            state: request.state,
            before,
            after: outcome,
            lines,
        });
    }
}

/// The evaluations of a request, oldest first: each complete, so that anybody who may see the request can repeat it.
///
/// # Errors
/// 401; 404 when there is no request that the caller may know of.
pub async fn list_evaluations(db: &Db, ctx: &Ctx, id: RequestId) -> Result<Vec<Evaluated>> {
    ctx.require(Scope::Read)?;
    let ctx = ctx.clone();
    db.read(move |conn| {
        let (request, _) = find::find_request(conn, &ctx, &id)?;
        store::evaluations_of_request(conn, &request.id)
    })
    .await
}
