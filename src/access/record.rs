//! Writing a batch of the account: what was sent less than promised comes first, then what is to be delivered. Rights
//! that are counted are asked for again in the very transaction, which is one ordered sequence over all replicas.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::door::right_ended;
use super::model::{Cut, Grant, Parties};
use super::recount::recount;
use super::right::grant_holds;
use super::store::{self, Usage};
use crate::datasets::Delivery;
use crate::db::{Conn, Tx};
use crate::kernel::{DeliveryId, GrantId, OrganisationId, PersonId, Result, Timestamp};

/// Rows in one statement.
const CHUNK: usize = 500;

/// A delivery with the id it has in the account.
pub(super) type Entry = (DeliveryId, Delivery);

/// Writes corrections and groups of deliveries, and tells what became of each group. A group that is refused leaves
/// nothing, and does not touch the others. From the commit that ends or suspends a grant, or a membership, no delivery by
/// it is recorded any more.
///
/// # Errors
/// When the database fails: then nothing was written.
pub(super) fn record(tx: &mut Tx<'_>, groups: &[Vec<Entry>], cuts: &[Cut]) -> Result<Vec<Result<()>>> {
    let new: BTreeSet<&DeliveryId> = groups.iter().flatten().map(|(id, _)| id).collect();
    let (late, early): (Vec<&Cut>, Vec<&Cut>) = cuts.iter().partition(|cut| new.contains(&cut.delivery));
    correct(tx, &early)?;
    let rights = Rights::of(tx, groups)?;
    let mut outcomes = Vec::with_capacity(groups.len());
    let mut plain = Vec::new();
    for group in groups {
        let held = group.iter().try_for_each(|(_, delivery)| rights.hold(delivery));
        outcomes.push(if held.is_ok() && group.iter().any(|(_, delivery)| delivery.permit.counted) {
            tx.attempt(|tx| group.iter().try_for_each(|entry| admit(tx, entry)))
        } else {
            plain.extend(group.iter().filter(|_| held.is_ok()));
            held
        });
    }
    insert(tx, &plain)?;
    correct(tx, &late)?;
    Ok(outcomes)
}

/// The grants and memberships that a batch rests on, as they are in its transaction.
struct Rights {
    grants: BTreeMap<GrantId, (Grant, Parties)>,
    members: BTreeSet<(OrganisationId, PersonId)>,
}

impl Rights {
    fn of(conn: &mut Conn, groups: &[Vec<Entry>]) -> Result<Self> {
        let deliveries = groups.iter().flatten().map(|(_, delivery)| delivery);
        let by_grant: Vec<&Delivery> =
            deliveries.filter(|delivery| delivery.permit.grant.is_some()).collect();
        let ids: BTreeSet<&GrantId> =
            by_grant.iter().filter_map(|delivery| delivery.permit.grant.as_ref()).collect();
        let people: BTreeSet<&PersonId> =
            by_grant.iter().filter_map(|delivery| delivery.person.as_ref()).collect();
        if ids.is_empty() {
            return Ok(Self { grants: BTreeMap::new(), members: BTreeSet::new() });
        }
        let now = by_grant.iter().map(|delivery| delivery.at).max().unwrap_or(Timestamp::from_millis(0));
        let found = store::grants_by_ids(conn, ids, now)?;
        let holders: BTreeSet<&OrganisationId> =
            found.iter().map(|(_, parties)| &parties.organisation).collect();
        let members = store::active_members(conn, holders, people)?;
        let grants = found.into_iter().map(|(grant, parties)| (grant.id.clone(), (grant, parties))).collect();
        Ok(Self { grants, members })
    }

    fn hold(&self, delivery: &Delivery) -> Result<()> {
        let Some(id) = &delivery.permit.grant else { return Ok(()) };
        let (grant, parties) = self.grants.get(id).ok_or_else(right_ended)?;
        grant_holds(grant, delivery.at)?;
        let person = delivery.person.clone().ok_or_else(right_ended)?;
        if self.members.contains(&(parties.organisation.clone(), person)) {
            Ok(())
        } else {
            Err(right_ended())
        }
    }
}

/// One delivery after the other, since each uses up what the next one may ask for.
fn admit(conn: &mut Conn, entry: &Entry) -> Result<()> {
    let (id, delivery) = entry;
    if !delivery.permit.counted {
        return insert(conn, &[entry]);
    }
    let evaluation = recount(conn, delivery)?.map(Arc::new);
    let mut delivery = delivery.clone();
    delivery.permit.evaluation = evaluation.or(delivery.permit.evaluation);
    insert(conn, &[&(id.clone(), delivery)])
}

fn insert(conn: &mut Conn, entries: &[&Entry]) -> Result<()> {
    for chunk in entries.chunks(CHUNK) {
        for (_, delivery) in chunk {
            if let Some(evaluation) = &delivery.permit.evaluation {
                let grant = delivery.permit.grant.as_ref();
                store::insert_evaluation(conn, evaluation, &delivery.dataset, None, grant)?;
            }
        }
        store::insert_deliveries(conn, chunk)?;
        let mut usage = Usage::new();
        for (_, delivery) in chunk {
            if let Some(grant) = &delivery.permit.grant {
                let file = (grant, &delivery.version, delivery.path.as_str());
                *usage.entry(file).or_default() += i64::try_from(delivery.charge()).unwrap_or(i64::MAX);
            }
        }
        store::add_usage(conn, &usage)?;
    }
    Ok(())
}

/// Corrects deliveries that ended early, once each, and gives back to their grants what was not sent. What is not on
/// record was refused, and has nothing to give back.
fn correct(conn: &mut Conn, cuts: &[&Cut]) -> Result<()> {
    for chunk in cuts.chunks(CHUNK) {
        let mut by_id: BTreeMap<&DeliveryId, &Cut> = BTreeMap::new();
        for cut in chunk {
            by_id.entry(&cut.delivery).or_insert(cut);
        }
        let ids: Vec<&DeliveryId> = by_id.keys().copied().collect();
        let begun = store::begun_deliveries(conn, &ids)?;
        let (mut corrections, mut usage) = (Vec::new(), Usage::new());
        for delivery in &begun {
            let Some(cut) = by_id.get(&delivery.id) else { continue };
            let Some(correction) = delivery.corrected(cut.sent) else { continue };
            corrections.push((*cut, correction));
            if let Some(grant) = &delivery.grant {
                *usage.entry((grant, &delivery.version, delivery.path.as_str())).or_default() -=
                    correction.back;
            }
        }
        if !corrections.is_empty() {
            store::insert_cuts(conn, &corrections)?;
            store::add_usage(conn, &usage)?;
        }
    }
    Ok(())
}
