//! Ways to change what was signed and by whom: checkpoints, cosignatures, the log's keys, the copy beside the blobs.
//!
//! Left out is what nothing that was signed speaks of, so that no audit can tell it from what an honest service does:
//! * the hour of a checkpoint, and that an old checkpoint is gone: of each hour one is kept, and none tells of another;
//! * the order of signatures, and a cosignature that is gone or of an unknown key: a witness need not have answered;
//! * that the copy beside the blobs is gone or is an older one: it may not have been written yet;
//! * a new epoch over other entries, told in the journal: that is what accepting a loss looks like.

use cadastre::journal::tlog::{Checkpoint, Note, Signer, from_base64, to_base64};
use cadastre::journal::{Frontier, leaf_hash};

use super::dice::Dice;
use super::held::{Held, Key, Noted};
use super::mutations::Way;
use crate::support::log::key;

/// The name of who cosigns.
pub const WITNESS: &str = "witness.example";

pub const WAYS: &[Way] = &[
    ("the text of a checkpoint", |held, dice| {
        note(held, dice, |note, dice| {
            let (text, lines) = note.rsplit_once("\n\n").unwrap();
            *note = format!("{}\n\n{lines}", dice.edit(text));
        });
    }),
    ("the log's signature of a checkpoint", |held, dice| {
        note(held, dice, |note, dice| {
            let own = own_lines(note);
            let line = *dice.pick(&own);
            *note = note.replace(line, &if dice.heads() { dice.edit(line) } else { flip(line, 0, dice) });
        });
    }),
    ("a cosignature, or the time in it", |held, dice| {
        // Its first four bytes name the key.
        note(held, dice, |note, dice| {
            let line = note.lines().find(|line| is_of_witness(line)).map(str::to_owned);
            *note = line.map_or(note.clone(), |line| note.replace(&line, &flip(&line, 4, dice)));
        });
    }),
    ("cosignatures exchanged", |held, dice| {
        let (one, two) = dice.places(&held.checkpoints);
        let line =
            |place| held.checkpoints[place].note.lines().find(|line| is_of_witness(line)).map(str::to_owned);
        if let (Some(first), Some(second)) = (line(&one), line(&two)) {
            for (place, old, new) in [(one, &first, &second), (two, &second, &first)] {
                let noted = held.checkpoints.get_mut(&place).unwrap();
                noted.note = noted.note.replace(old, new);
            }
        }
    }),
    ("the log's signature removed", |held, dice| {
        note(held, dice, |note, dice| {
            let own = own_lines(note);
            *note = note.replace(&format!("{}\n", dice.pick(&own)), "");
        });
    }),
    ("signatures of one checkpoint under the text of another", |held, dice| {
        let (one, two) = dice.places(&held.checkpoints);
        let parts = |place| held.checkpoints[place].note.rsplit_once("\n\n").unwrap();
        let ((first, of_first), (second, of_second)) = (parts(&one), parts(&two));
        let (place, note) = if dice.heads() {
            (one, format!("{first}\n\n{of_second}"))
        } else {
            (two, format!("{second}\n\n{of_first}"))
        };
        held.checkpoints.get_mut(&place).unwrap().note = note;
    }),
    ("a checkpoint signed by an unknown key, or by one of the log's that did not hold then", |held, dice| {
        let signer = key(*dice.pick(&[1, 2, 3, 9]));
        let place = dice.place(&held.checkpoints);
        let noted = held.checkpoints.get_mut(&place).unwrap();
        noted.note = signed_anew(&noted.note, &signer, |_| ());
    }),
    ("another root, signed by an unknown key or by one that did not hold then", |held, dice| {
        let place = dice.place(&held.checkpoints);
        // Whoever has the key that holds can sign a checkpoint over other entries: against that help witnesses.
        let of_others: Vec<u8> = match place.0 {
            1 => vec![3, 9],
            _ => vec![1, 2, 9],
        };
        let signer = key(*dice.pick(&of_others));
        let other = dice.below(held.rows.len());
        let root = tree_of(held, other).root();
        let noted = held.checkpoints.get_mut(&place).unwrap();
        noted.note = signed_anew(&noted.note, &signer, |checkpoint| checkpoint.root = root);
    }),
    ("all made anew, signed by an unknown key", |held, dice| {
        name_stranger(held, dice);
        change_entry(held, dice);
        sign_all_anew(held, |note, change| signed_anew(note, &key(9), change));
    }),
    ("all made anew, signed by the log's own keys", |held, dice| {
        // The copy beside the blobs is out of reach, and it was signed by them too.
        change_entry(held, dice);
        sign_all_anew(held, signed_again);
    }),
    ("the size of a checkpoint", |held, dice| {
        let place = dice.place(&held.checkpoints);
        held.checkpoints.get_mut(&place).unwrap().size += dice.step(60);
    }),
    ("the epoch of a checkpoint", |held, dice| {
        let place = dice.place(&held.checkpoints);
        let there = (place.0 + dice.step(3), place.1);
        if !held.checkpoints.contains_key(&there) {
            let noted = held.checkpoints.remove(&place).unwrap();
            held.checkpoints.insert(there, noted);
        }
    }),
    ("notes of checkpoints exchanged", |held, dice| {
        let (one, two) = dice.places(&held.checkpoints);
        let (first, second) = (held.checkpoints[&one].note.clone(), held.checkpoints[&two].note.clone());
        held.checkpoints.get_mut(&one).unwrap().note = second;
        held.checkpoints.get_mut(&two).unwrap().note = first;
    }),
    ("the newest checkpoint removed, or more with it", |held, dice| {
        let left = dice.below(held.checkpoints.len());
        let mut by_size: Vec<_> = held.checkpoints.clone().into_iter().collect();
        by_size.sort_by_key(|((epoch, _), noted)| (*epoch, noted.size));
        held.checkpoints = by_size.into_iter().take(left).collect();
    }),
    ("a public key", |held, dice| {
        let other = held.keys[&dice.place(&held.keys)].vkey.clone();
        let stranger = key(9);
        one_key(held, dice, |key, dice| {
            key.vkey = match dice.below(4) {
                0 => other,
                1 => stranger.with_name(&key.origin).unwrap().verifier().to_string(),
                _ => dice.edit(&key.vkey),
            };
        });
    }),
    ("the name of the log", |held, dice| {
        let other = held.keys[&dice.place(&held.keys)].origin.clone();
        one_key(held, dice, |key, dice| {
            key.origin = if dice.heads() { other } else { dice.edit(&key.origin) };
        });
    }),
    ("the epoch of a key", |held, dice| one_key(held, dice, |key, dice| key.epoch += dice.step(5))),
    ("since when a key holds", |held, dice| one_key(held, dice, |key, dice| key.since += dice.step(60))),
    ("the number of a key", |held, dice| {
        let number = dice.place(&held.keys);
        let there = number + dice.step(5);
        if !held.keys.contains_key(&there) {
            let key = held.keys.remove(&number).unwrap();
            held.keys.insert(there, key);
        }
    }),
    ("a key removed", |held, dice| {
        let number = dice.place(&held.keys);
        held.keys.remove(&number);
    }),
    ("all keys removed", |held, dice| {
        held.keys.clear();
        if dice.heads() {
            held.checkpoints.clear();
        }
    }),
    ("keys exchanged", |held, dice| {
        let (one, two) = dice.places(&held.keys);
        let (mut first, mut second) = (held.keys[&one].clone(), held.keys[&two].clone());
        match dice.below(3) {
            0 => std::mem::swap(&mut first, &mut second),
            1 => std::mem::swap(&mut first.vkey, &mut second.vkey),
            _ => std::mem::swap(&mut first.since, &mut second.since),
        }
        held.keys.insert(one, first);
        held.keys.insert(two, second);
    }),
    ("a key too many", |held, dice| {
        let of = held.keys[&dice.place(&held.keys)].clone();
        let vkey = key(*dice.pick(&[1, 9])).with_name(&of.origin).unwrap().verifier().to_string();
        let epoch = if dice.heads() { of.epoch } else { of.epoch + 1 };
        let number = if dice.heads() { 4 } else { -dice.step(5).abs() };
        held.keys.insert(number, Key { epoch, vkey, ..of });
    }),
    ("a letter of the copy beside the blobs", |held, dice| {
        let note = held.outside.values_mut().next().unwrap();
        *note = dice.edit(note);
    }),
    ("another checkpoint beside the blobs", |held, dice| {
        let newest = held.outside.values_mut().next().unwrap();
        let signer = key(*dice.pick(&[1, 2, 9]));
        let other = &held.checkpoints[&dice.place(&held.checkpoints)].note;
        if dice.heads() {
            *newest = signed_anew(newest, &signer, |_| ());
        } else if size_of(other) != size_of(newest) {
            newest.clone_from(other);
        }
    }),
    ("the copy beside the blobs under the name of another", |held, dice| {
        let (name, note) = held.outside.pop_first().unwrap();
        let (epoch, size) = name.split_once('-').unwrap();
        let (mut epoch, mut size): (i64, i64) = (epoch.parse().unwrap(), size.parse().unwrap());
        match dice.below(3) {
            0 => epoch = (epoch + dice.step(5)).max(0),
            1 => size = (size + dice.step(100)).max(0),
            _ => (epoch, size) = (1, size + dice.step(3)),
        }
        held.outside.insert(format!("{epoch}-{size:020}"), note);
    }),
];

fn note(held: &mut Held, dice: &mut Dice, change: fn(&mut String, &mut Dice)) {
    let place = dice.place(&held.checkpoints);
    change(&mut held.checkpoints.get_mut(&place).unwrap().note, dice);
}

fn one_key(held: &mut Held, dice: &mut Dice, change: impl FnOnce(&mut Key, &mut Dice)) {
    let number = dice.place(&held.keys);
    change(held.keys.get_mut(&number).unwrap(), dice);
}

fn is_of_witness(line: &str) -> bool {
    line.starts_with(&format!("— {WITNESS} "))
}

fn own_lines(note: &str) -> Vec<&str> {
    let (_, lines) = note.rsplit_once("\n\n").unwrap();
    lines.lines().filter(|line| !is_of_witness(line)).collect()
}

/// A bit of a signature line's bytes flipped, from one of them on.
fn flip(line: &str, from: usize, dice: &mut Dice) -> String {
    let (name, encoded) = line.rsplit_once(' ').unwrap();
    let mut bytes = from_base64(encoded).unwrap();
    dice.flip(&mut bytes[from..]);
    format!("{name} {}", to_base64(bytes))
}

fn size_of(note: &str) -> u64 {
    Checkpoint::parse(Note::parse(note).unwrap().text()).unwrap().size
}

/// The checkpoint of a note, perhaps another one, with the signature of this key for all those of the log.
fn signed_anew(note: &str, signer: &Signer, change: impl FnOnce(&mut Checkpoint)) -> String {
    let mut checkpoint = Checkpoint::parse(Note::parse(note).unwrap().text()).unwrap();
    change(&mut checkpoint);
    let signed = checkpoint.signed(&signer.with_name(&checkpoint.origin).unwrap()).unwrap().to_string();
    let witnessed: Vec<String> =
        note.lines().filter(|line| is_of_witness(line)).map(|line| format!("{line}\n")).collect();
    signed + &witnessed.concat()
}

/// The tree of the first entries.
fn tree_of(held: &Held, size: usize) -> Frontier {
    let mut tree = Frontier::default();
    held.rows.values().take(size).for_each(|row| tree.push(leaf_hash(row.body.as_bytes())));
    tree
}

/// The checkpoint of a note, another one, with the signatures of the same keys of the log.
fn signed_again(note: &str, change: &dyn Fn(&mut Checkpoint)) -> String {
    let before = Note::parse(note).unwrap();
    let mut checkpoint = Checkpoint::parse(before.text()).unwrap();
    change(&mut checkpoint);
    let text = checkpoint.to_string();
    let own = [1, 2, 3].map(|number| key(number).with_name(&checkpoint.origin).unwrap());
    let signed =
        own.iter().filter(|signer| before.signatures().iter().any(|line| signer.verifier().made(line)));
    Note::new(text.as_str(), signed.map(|signer| signer.sign(&text)).collect()).unwrap().to_string()
}

/// The log gets a key that is nobody's, in one of the ways that need no more than the database, or none at all.
fn name_stranger(held: &mut Held, dice: &mut Dice) {
    let stranger = key(9);
    if dice.heads() {
        // From the beginning on, in every entry that names a key.
        for key in held.keys.values_mut() {
            let vkey = stranger.with_name(&key.origin).unwrap().verifier().to_string();
            for row in held.rows.values_mut() {
                row.body = row.body.replace(&key.vkey, &vkey);
            }
            key.vkey = vkey;
        }
    } else if dice.heads() {
        let (number, last) = held.keys.last_key_value().unwrap();
        let vkey = stranger.with_name(&last.origin).unwrap().verifier().to_string();
        let epoch = if dice.heads() { last.epoch } else { last.epoch + 1 };
        held.keys.insert(number + 1, Key { vkey, epoch, ..last.clone() });
    }
}

/// Another entry at some position, and the tree that is made of it.
fn change_entry(held: &mut Held, dice: &mut Dice) {
    let at = dice.place(&held.rows);
    let row = held.rows.get_mut(&at).unwrap();
    row.body = row.body.replace("\"v\":1", "\"v\":2");
    held.fit_tree();
}

/// Every stored checkpoint over the entries that there are now.
fn sign_all_anew(held: &mut Held, sign: impl Fn(&str, &dyn Fn(&mut Checkpoint)) -> String) {
    let checkpoints = held.checkpoints.clone();
    for (place, Noted { size, note }) in checkpoints {
        let root = tree_of(held, usize::try_from(size).unwrap()).root();
        let note = sign(&note, &|checkpoint| checkpoint.root = root);
        held.checkpoints.insert(place, Noted { size, note });
    }
}
