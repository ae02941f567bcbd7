//! Ways to change which entries there are and in which order, and what the nodes say of them.

use cadastre::kernel::canonical_json;
use serde_json::Value;

use super::dice::Dice;
use super::held::{Held, Payload, Row};
use super::mutations::Way;

pub const WAYS: &[Way] = &[
    ("an entry removed", |held, dice| {
        let at = dice.place(&held.rows);
        held.rows.remove(&at);
        if dice.heads() {
            held.payloads.remove(&at);
        }
    }),
    ("a range removed", |held, dice| {
        let (from, to) = dice.places(&held.rows);
        held.rows.retain(|at, _| !(from..=to).contains(at));
        if dice.heads() {
            held.payloads.retain(|at, _| !(from..=to).contains(at));
        }
    }),
    ("an entry removed, and those after it move up", |held, dice| {
        rearrange(held, dice, |rows, dice| {
            let at = dice.below(rows.len());
            rows.remove(at);
        });
    }),
    ("an entry put in, and those after it move down", |held, dice| {
        rearrange(held, dice, |rows, dice| {
            // A copy of the last one would come after all that was signed, as a new entry does.
            let (from, to) = (dice.below(rows.len() - 1), dice.below(rows.len()));
            rows.insert(to, rows[from].clone());
        });
    }),
    ("a copy of an entry under another position", |held, dice| {
        let (at, other) = dice.places(&held.rows);
        let (at, other) = if dice.heads() { (at, other) } else { (other, at) };
        let end = i64::try_from(held.rows.len()).unwrap();
        let to = match dice.below(3) {
            0 => other,
            1 => end + dice.step(40).abs() - 1,
            _ => -dice.step(40).abs(),
        };
        held.rows.insert(to, held.rows[&at].clone());
        if let Some(payload) = held.payloads.get(&at).filter(|_| dice.heads()).cloned() {
            held.payloads.insert(to, payload);
        }
    }),
    ("an entry moved to a free position", |held, dice| {
        let at = dice.place(&held.rows);
        let end = i64::try_from(held.rows.len()).unwrap();
        let to = if dice.heads() { end + dice.step(40).abs() - 1 } else { -dice.step(40).abs() };
        let row = held.rows.remove(&at).unwrap();
        held.rows.insert(to, row);
    }),
    ("two entries exchanged", |held, dice| {
        rearrange(held, dice, |rows, dice| {
            let one = dice.below(rows.len());
            let reach = if dice.heads() { 1 } else { rows.len() - 1 };
            let two = (one + 1 + dice.below(reach)) % rows.len();
            rows.swap(one, two);
        });
    }),
    ("a range turned round or moved within", |held, dice| {
        rearrange(held, dice, |rows, dice| {
            let from = dice.below(rows.len() - 1);
            let to = from + 2 + dice.below(rows.len() - from - 1);
            if dice.heads() {
                rows[from..to].reverse();
            } else {
                let by = 1 + dice.below(to - from - 1);
                rows[from..to].rotate_left(by);
            }
        });
    }),
    ("a range moved away", |held, dice| {
        let (from, by) = (dice.place(&held.rows), dice.step(40).abs());
        let there = |at: i64| if at >= from { at + by } else { at };
        held.rows = std::mem::take(&mut held.rows).into_iter().map(|(at, row)| (there(at), row)).collect();
        if dice.heads() {
            let payloads = std::mem::take(&mut held.payloads);
            held.payloads = payloads.into_iter().map(|(at, payload)| (there(at), payload)).collect();
        }
    }),
    ("what two entries say exchanged, their columns left", |held, dice| {
        let (one, two) = dice.places(&held.rows);
        let (first, second) = (held.rows[&one].clone(), held.rows[&two].clone());
        let (body, leaf) = (first.body.clone(), first.leaf.clone());
        held.rows.insert(one, Row { body: second.body.clone(), leaf: second.leaf.clone(), ..first });
        held.rows.insert(two, Row { body, leaf, ..second });
    }),
    ("the end cut off, and everything in the database fits", |held, dice| {
        let end = i64::try_from(dice.below(held.rows.len())).unwrap();
        held.rows.retain(|at, _| *at < end);
        held.payloads.retain(|at, _| *at < end);
        held.checkpoints.retain(|_, noted| noted.size <= end);
        held.keys.retain(|_, key| key.since <= end);
        held.fit_tree();
    }),
    ("a node too many", |held, dice| add_node(held, dice)),
];

/// For a journal that is long enough to have nodes.
pub const NODES: &[Way] = &[
    ("a node spoilt", |held, dice| {
        let place = dice.place(&held.nodes);
        dice.spoil(held.nodes.get_mut(&place).unwrap());
    }),
    ("another root in a node", |held, dice| {
        let (place, row) = (dice.place(&held.nodes), dice.place(&held.rows));
        held.nodes.insert(place, held.rows[&row].leaf.clone());
    }),
    ("a node removed", |held, dice| {
        let place = dice.place(&held.nodes);
        held.nodes.remove(&place);
    }),
    ("all nodes removed", |held, _| held.nodes.clear()),
    ("a node too many", |held, dice| add_node(held, dice)),
    ("a node moved", |held, dice| {
        let place = dice.place(&held.nodes);
        let root = held.nodes.remove(&place).unwrap();
        let (level, number) = place;
        let up = dice.step(5);
        held.nodes.insert(if dice.heads() { (level + up, number) } else { (level, number + up) }, root);
    }),
    ("nodes exchanged", |held, dice| dice.exchange(&mut held.nodes)),
    ("an entry changed, and everything fits but the nodes", |held, dice| {
        let nodes = held.nodes.clone();
        let at = dice.place(&held.rows);
        let row = held.rows.get_mut(&at).unwrap();
        row.body = row.body.replace("\"v\":1", "\"v\":2");
        held.fit_tree();
        held.nodes = nodes;
    }),
    ("entries exchanged between nodes, and everything fits but what was signed", |held, dice| {
        let (one, two) = dice.places(&held.rows);
        let (first, second) = (held.rows[&one].clone(), held.rows[&two].clone());
        held.rows.insert(one, renumbered(second, one));
        held.rows.insert(two, renumbered(first, two));
        held.payloads.remove(&one);
        held.payloads.remove(&two);
        held.fit_tree();
    }),
];

fn add_node(held: &mut Held, dice: &mut Dice) {
    let (level, number) = (dice.step(3), dice.step(4));
    let row = dice.place(&held.rows);
    held.nodes.entry((level, number)).or_insert(held.rows[&row].leaf.clone());
}

/// An entry that names the position at which it is put.
fn renumbered(mut row: Row, position: i64) -> Row {
    let mut entry: Value = serde_json::from_str(&row.body).unwrap();
    entry["seq"] = position.into();
    row.body = canonical_json(&entry).unwrap();
    row
}

/// Entries with the payloads that go along with them.
type Rows = Vec<(Row, Option<Payload>)>;

/// Puts entries into another order, or takes some out or in. Payloads may go along, entries may be told their new
/// positions, and leaves and nodes may be made to fit.
fn rearrange(held: &mut Held, dice: &mut Dice, change: fn(&mut Rows, &mut Dice)) {
    let mut payloads = held.payloads.clone();
    let along = dice.heads();
    let mut with = |at: &i64| if along { payloads.remove(at) } else { None };
    let mut rows: Rows = held.rows.iter().map(|(at, row)| (row.clone(), with(at))).collect();
    change(&mut rows, dice);
    if along {
        held.payloads.clear();
    }
    held.rows.clear();
    let renumber = dice.heads();
    for (position, (row, payload)) in (0..).zip(rows) {
        held.rows.insert(position, if renumber { renumbered(row, position) } else { row });
        if let Some(payload) = payload {
            held.payloads.insert(position, payload);
        }
    }
    if dice.heads() {
        held.fit_tree();
    }
}
