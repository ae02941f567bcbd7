//! The audit of a journal, entry by entry: a plain function over what is read, wherever it is read from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::merkle::{Frontier, leaf_hash};
use super::model::commitment;
use crate::kernel::Digest;

/// An entry as it was found, with what stands beside it. What is not known where it was found is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found<'a> {
    /// Where it was found.
    pub position: u64,
    /// The entry, byte for byte.
    pub body: &'a str,
    /// The leaf hash that is kept beside it.
    pub leaf: Option<Digest>,
    /// The salt and the text of its payload.
    pub payload: Option<(&'a [u8], &'a str)>,
    /// What columns repeat of it, by the pointer of the member that they repeat.
    pub columns: &'a [(&'static str, Option<&'a str>)],
    /// Whether it is said in the journal that its payload was erased; none where that is not asked.
    pub erased: Option<bool>,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The first position at which something is wrong; the size of the tree, where it is the tree that differs.
    pub position: u64,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// A node of the tree that has become complete: its height above the leaves, its number at that height, its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completed {
    /// How many levels of the binary tree lie below it.
    pub height: u32,
    /// Which one it is, counted from zero.
    pub number: u64,
    /// Its root.
    pub root: Digest,
}

/// An audit under way. It holds the frontier of the tree and the roots that are still to be met, and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    tree: Frontier,
    expected: BTreeMap<u64, Vec<(Digest, String)>>,
}

impl Audit {
    /// An audit that will meet these roots at these sizes; each has a name for the report.
    #[must_use]
    pub fn expecting(roots: impl IntoIterator<Item = (u64, Digest, String)>) -> Self {
        let mut audit = Self::default();
        for (size, root, name) in roots {
            audit.expected.entry(size).or_default().push((root, name));
        }
        audit
    }

    /// How many entries have been taken.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Takes the next entry; tells the nodes that are complete with it.
    ///
    /// # Errors
    /// The first thing that is wrong with it: position, leaf, what it says of itself, payload, or the root it completes.
    pub fn take(&mut self, found: &Found<'_>) -> Result<Vec<Completed>, Wrong> {
        let position = self.tree.size();
        let wrong = |what: String| Wrong { position, what };
        if found.position != position {
            return Err(wrong(format!("the entry is missing; the next one stands at {}", found.position)));
        }
        let leaf = leaf_hash(found.body.as_bytes());
        if found.leaf.is_some_and(|kept| kept != leaf) {
            return Err(wrong("the leaf hash is not that of the entry".to_owned()));
        }
        says_what_it_is(found).map_err(wrong)?;
        let mut completed = Vec::new();
        self.tree.push_telling(leaf, |height, root| {
            completed.push(Completed { height, number: position >> height, root });
        });
        self.meet()?;
        Ok(completed)
    }

    /// The end: the tree must have this size and root, and no expected root may lie beyond.
    ///
    /// # Errors
    /// What differs.
    pub fn finish(mut self, size: u64, root: Digest) -> Result<Frontier, Wrong> {
        self.meet()?;
        let position = self.tree.size();
        if position != size {
            return Err(Wrong {
                position,
                what: format!("the head says {size} entries, and there are {position}"),
            });
        }
        if self.tree.root() != root {
            return Err(Wrong { position, what: "the head's root is not that of the entries".to_owned() });
        }
        match self.expected.into_iter().find_map(|(size, names)| Some((size, names.into_iter().next()?.1))) {
            None => Ok(self.tree),
            Some((signed, name)) => Err(Wrong {
                position,
                what: format!("{name} was signed over {signed} entries, and there are {position}"),
            }),
        }
    }

    /// Compares the root with those expected at this size.
    fn meet(&mut self) -> Result<(), Wrong> {
        let Some(expected) = self.expected.remove(&self.tree.size()) else { return Ok(()) };
        let root = self.tree.root();
        match expected.into_iter().find(|(wanted, _)| *wanted != root) {
            None => Ok(()),
            Some((_, name)) => Err(Wrong {
                position: self.tree.size(),
                what: format!("{name} has another root than the first {} entries", self.tree.size()),
            }),
        }
    }
}

/// Holds the parts of an entry against each other.
fn says_what_it_is(found: &Found<'_>) -> Result<(), String> {
    let entry: Value =
        serde_json::from_str(found.body).map_err(|error| format!("the entry is not JSON: {error}"))?;
    if entry.get("seq").and_then(Value::as_u64) != Some(found.position) {
        return Err("the entry says that it belongs elsewhere".to_owned());
    }
    for (pointer, column) in found.columns {
        let said = entry.pointer(pointer).and_then(Value::as_str);
        if said != *column {
            return Err(format!("a column says {column:?} of {pointer}, and the entry {said:?}"));
        }
    }
    let said = entry.get("payload_commitment").and_then(Value::as_str);
    match (said, found.payload) {
        (None, Some(_)) => Err("there is a payload, and the entry commits to none".to_owned()),
        (Some(said), Some((salt, text))) if commitment(salt, text).to_string() != said => {
            Err("the payload is not the one that the entry commits to".to_owned())
        }
        (Some(_), Some(_)) if found.erased == Some(true) => {
            Err("the payload is said to be erased, and is there".to_owned())
        }
        (Some(_), None) if found.erased == Some(false) => {
            Err("the payload is gone, and nothing says that it was erased".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(position: usize) -> String {
        format!(r#"{{"seq":{position},"type":"test.done","subject":{{"id":"s{position}"}}}}"#)
    }

    fn run(bodies: &[String], root: Digest) -> Result<Frontier, Wrong> {
        let mut audit = Audit::default();
        for (position, body) in bodies.iter().enumerate() {
            let leaf = Some(leaf_hash(body.as_bytes()));
            audit.take(&Found { position: position as u64, body, leaf, ..Found::default() })?;
        }
        audit.finish(bodies.len() as u64, root)
    }

    fn root_of(bodies: &[String]) -> Digest {
        let mut tree = Frontier::default();
        bodies.iter().for_each(|body| tree.push(leaf_hash(body.as_bytes())));
        tree.root()
    }

    #[test]
    fn payloads_and_columns_are_held_against_the_entry() {
        let salt = [7_u8; 16];
        let body = format!(r#"{{"seq":0,"type":"a.b","payload_commitment":"{}"}}"#, commitment(&salt, "{}"));
        let take = |found: Found<'_>| Audit::default().take(&found).map_err(|wrong| wrong.what);
        let good = Found {
            body: &body,
            payload: Some((&salt, "{}")),
            columns: &[("/type", Some("a.b"))],
            ..Found::default()
        };
        assert!(take(good).is_ok());
        assert!(take(Found { payload: Some((&salt, "[]")), ..good }).unwrap_err().contains("commits to"));
        assert!(take(Found { columns: &[("/type", Some("a.c"))], ..good }).unwrap_err().contains("column"));
        assert!(take(Found { payload: None, ..good }).is_ok());
        assert!(take(Found { payload: None, erased: Some(false), ..good }).unwrap_err().contains("gone"));
        assert!(take(Found { payload: None, erased: Some(true), ..good }).is_ok());
        assert!(take(Found { erased: Some(true), ..good }).unwrap_err().contains("is there"));
    }

    #[test]
    fn a_checkpoint_with_another_root_is_named() {
        let bodies: Vec<String> = (0..5).map(body).collect();
        let early = root_of(&bodies[..3]);
        for (size, root, ok) in [(3, early, true), (3, Digest::of("x"), false), (9, early, false)] {
            let mut audit = Audit::expecting([(size, root, "a checkpoint".to_owned())]);
            let taken = bodies.iter().enumerate().try_for_each(|(position, body)| {
                audit.take(&Found { position: position as u64, body, ..Found::default() }).map(drop)
            });
            let outcome = taken.and_then(|()| audit.finish(5, root_of(&bodies)).map(drop));
            assert_eq!(outcome.is_ok(), ok, "{outcome:?}");
        }
    }

    proptest! {
        #[test]
        fn every_change_is_found(count in 1_usize..40, at in any::<prop::sample::Index>(), how in 0..4) {
            let good: Vec<String> = (0..count).map(body).collect();
            let root = root_of(&good);
            prop_assert!(run(&good, root).is_ok());
            let (mut bad, at) = (good.clone(), at.index(count));
            match how {
                0 => bad[at] = bad[at].replace("done", "gone"),
                1 => drop(bad.remove(at)),
                2 => bad.insert(at, body(at)),
                _ => bad.swap(at, 0),
            }
            prop_assume!(bad != good);
            prop_assert!(run(&bad, root).is_err());
        }
    }
}
