//! Ways to change what an entry says, what is repeated of it in columns, and what lies beside it.
//!
//! Nothing here takes a payload away that the journal says was erased: it is gone, and that is how it should be.

use cadastre::kernel::canonical_json;
use serde_json::Value;

use super::dice::Dice;
use super::held::{Held, Payload};
use super::mutations::Way;

pub const WAYS: &[Way] = &[
    ("a letter of an entry", |held, dice| {
        body(held, dice, |body, dice| *body = dice.edit(body));
    }),
    ("white space put into an entry", |held, dice| {
        body(held, dice, |body, dice| {
            let breaks: Vec<usize> = body.match_indices([',', ':', '{', '}']).map(|(at, _)| at).collect();
            body.insert(*dice.pick(&breaks) + usize::from(dice.heads()), *dice.pick(&[' ', '\n', '\t']));
        });
    }),
    ("members of an entry in another order", |held, dice| body(held, dice, reorder)),
    ("a member of an entry has another value", |held, dice| body(held, dice, revalue)),
    ("a member of an entry taken out, put in or renamed", |held, dice| body(held, dice, rename)),
    ("an entry changed, and its leaf fits", |held, dice| {
        let at = changed(held, dice, revalue);
        fit_leaf(held, at);
    }),
    ("an entry changed, its columns and its leaf fit", |held, dice| {
        let at = changed(held, dice, revalue);
        fit_leaf(held, at);
        held.rows.get_mut(&at).unwrap().fit_columns();
    }),
    ("an entry changed, and everything fits but what was signed", |held, dice| {
        let change = *dice.pick(&[revalue, rename] as &[fn(&mut String, &mut Dice)]);
        let at = changed(held, dice, change);
        held.rows.get_mut(&at).unwrap().fit_columns();
        held.fit_tree();
    }),
    ("a leaf hash spoilt", |held, dice| {
        let at = dice.place(&held.rows);
        dice.spoil(&mut held.rows.get_mut(&at).unwrap().leaf);
    }),
    ("leaf hashes exchanged", |held, dice| {
        let (one, two) = dice.places(&held.rows);
        let leaf = held.rows[&one].leaf.clone();
        held.rows.get_mut(&one).unwrap().leaf =
            std::mem::replace(&mut held.rows.get_mut(&two).unwrap().leaf, leaf);
    }),
    ("kind, subject or actor in the columns", |held, dice| {
        let (at, other) = (dice.place(&held.rows), dice.place(&held.rows));
        let other = held.rows[&other].clone();
        let row = held.rows.get_mut(&at).unwrap();
        let (column, other) = match dice.below(3) {
            0 => (&mut row.kind, other.kind),
            1 => (&mut row.subject, other.subject),
            _ => (&mut row.actor, other.actor),
        };
        *column = if dice.heads() { dice.edit(column) } else { other };
    }),
    ("the time in the columns", |held, dice| {
        let (at, other) = (dice.place(&held.rows), dice.place(&held.rows));
        let other = held.rows[&other].at;
        let row = held.rows.get_mut(&at).unwrap();
        row.at = if dice.heads() { other } else { row.at + dice.step(100_000_000) };
    }),
    ("space or an organisation in the columns", |held, dice| {
        let (at, other) = (dice.place(&held.rows), dice.place(&held.rows));
        let other = held.rows[&other].clone();
        let row = held.rows.get_mut(&at).unwrap();
        let (column, other) = match dice.below(3) {
            0 => (&mut row.space, other.space),
            1 => (&mut row.concerning, other.concerning),
            _ => (&mut row.provided_by, other.provided_by),
        };
        *column = match dice.below(3) {
            0 => other,
            1 => column.as_deref().map_or(Some(String::new()), |_| None),
            _ => Some(dice.edit(column.as_deref().unwrap_or_default())),
        };
    }),
    ("an entry under the columns of another", |held, dice| {
        let (one, two) = dice.places(&held.rows);
        let other = held.rows[&two].clone();
        let row = held.rows.get_mut(&one).unwrap();
        let (body, leaf) = (std::mem::take(&mut row.body), std::mem::take(&mut row.leaf));
        *row = super::held::Row { body, leaf, ..other };
    }),
    ("a letter of a payload", |held, dice| {
        payload(held, dice, |payload, dice| payload.text = dice.edit(&payload.text));
    }),
    ("a salt spoilt", |held, dice| {
        payload(held, dice, |payload, dice| dice.spoil(&mut payload.salt));
    }),
    ("the border between salt and payload moved", |held, dice| payload(held, dice, move_border)),
    ("a payload removed", |held, dice| {
        let at = dice.place(&held.payloads);
        held.payloads.remove(&at);
    }),
    ("a payload where there was none, or one erased", |held, dice| {
        let without = without_payload(held);
        let other = held.payloads[&dice.place(&held.payloads)].clone();
        held.payloads.insert(*dice.pick(&without), other);
    }),
    ("payloads exchanged, or only salts or texts", |held, dice| {
        let (one, two) = dice.places(&held.payloads);
        let (mut first, mut second) = (held.payloads[&one].clone(), held.payloads[&two].clone());
        match dice.below(3) {
            0 => std::mem::swap(&mut first, &mut second),
            1 => std::mem::swap(&mut first.salt, &mut second.salt),
            _ => std::mem::swap(&mut first.text, &mut second.text),
        }
        held.payloads.insert(one, first);
        held.payloads.insert(two, second);
    }),
    ("a payload moved or copied elsewhere", |held, dice| {
        let at = dice.place(&held.payloads);
        let moved = held.payloads[&at].clone();
        if dice.heads() {
            held.payloads.remove(&at);
        }
        let end = i64::try_from(held.rows.len()).unwrap();
        let to = match dice.below(3) {
            0 => *dice.pick(&without_payload(held)),
            1 => end + dice.step(40).abs() - 1,
            _ => -dice.step(40).abs(),
        };
        held.payloads.insert(to, moved);
    }),
];

fn body(held: &mut Held, dice: &mut Dice, change: fn(&mut String, &mut Dice)) {
    changed(held, dice, change);
}

/// Changes the entry of one row; tells which.
fn changed(held: &mut Held, dice: &mut Dice, change: fn(&mut String, &mut Dice)) -> i64 {
    let at = dice.place(&held.rows);
    change(&mut held.rows.get_mut(&at).unwrap().body, dice);
    at
}

fn payload(held: &mut Held, dice: &mut Dice, change: fn(&mut Payload, &mut Dice)) {
    let at = dice.place(&held.payloads);
    change(held.payloads.get_mut(&at).unwrap(), dice);
}

fn fit_leaf(held: &mut Held, at: i64) {
    let row = held.rows.get_mut(&at).unwrap();
    row.leaf = cadastre::journal::leaf_hash(row.body.as_bytes()).as_bytes().to_vec();
}

fn without_payload(held: &Held) -> Vec<i64> {
    held.rows.keys().filter(|at| !held.payloads.contains_key(at)).copied().collect()
}

/// Salt and text one after the other stay what they were.
fn move_border(payload: &mut Payload, dice: &mut Dice) {
    let most = payload.text.len().min(16);
    if dice.heads() {
        let end = payload.text.floor_char_boundary(1 + dice.below(most));
        payload.salt.extend(payload.text.drain(..end).collect::<String>().into_bytes());
    } else if let Some(last) = payload.salt.pop_if(|last| (1..0x80).contains(last)) {
        payload.text.insert(0, char::from(last));
    }
}

/// The members of the entry begin with another one: the same JSON, other bytes.
fn reorder(body: &mut String, dice: &mut Dice) {
    let Value::Object(members) = serde_json::from_str(body).unwrap() else { panic!("{body}") };
    let mut members: Vec<String> =
        members.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
    let first = dice.below(members.len());
    members.rotate_left(first);
    *body = format!("{{{}}}", members.join(","));
}

fn revalue(body: &mut String, dice: &mut Dice) {
    let mut entry: Value = serde_json::from_str(body).unwrap();
    let at = dice.pick(&members(&entry)).clone();
    match entry.pointer_mut(&at).unwrap() {
        Value::String(text) => *text = dice.edit(text),
        Value::Array(items) => items.push(7.into()),
        Value::Object(members) => drop(members.insert("more".into(), true.into())),
        Value::Number(number) => *number = (number.as_i64().unwrap() + dice.step(1000)).into(),
        other => *other = 0.into(),
    }
    *body = canonical_json(&entry).unwrap();
}

fn rename(body: &mut String, dice: &mut Dice) {
    let mut entry: Value = serde_json::from_str(body).unwrap();
    let at = dice.pick(&members(&entry)).clone();
    let (parent, name) = at.rsplit_once('/').unwrap();
    let renamed = dice.edit(name);
    if let Value::Object(members) = entry.pointer_mut(parent).unwrap() {
        let value = members.get(name).unwrap().clone();
        let way = dice.below(3);
        if way != 0 {
            members.remove(name);
        }
        if way != 1 {
            members.insert(renamed, value);
        }
    }
    *body = canonical_json(&entry).unwrap();
}

/// Pointers to everything below the root.
fn members(value: &Value) -> Vec<String> {
    let below = |name: String, value: &Value| {
        let deeper = members(value).into_iter().map(|rest| format!("/{name}{rest}"));
        std::iter::once(format!("/{name}")).chain(deeper).collect::<Vec<_>>()
    };
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| below(name.clone(), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(at, value)| below(at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    }
}
