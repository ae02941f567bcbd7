//! Answers that are remembered for as long as nothing in the database changes.
//!
//! Every commit of anybody, of this process or another, gives the database a new [`Epoch`], and those that change who a
//! caller is or may do give its callers one; what was remembered in an older one is forgotten at once. So a remembered
//! answer is never older than the moment at which the epoch was looked at, and a revoked token or a changed record is felt
//! by the next request, without a list of what to invalidate when.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crate::kernel::{Epoch, Result};

/// Remembered answers, at most of a given weight together.
pub struct Memo<K, V> {
    room: usize,
    weigh: fn(&V) -> usize,
    held: Mutex<Held<K, V>>,
}

struct Held<K, V> {
    epoch: Option<Epoch>,
    weight: usize,
    answers: HashMap<K, V>,
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// A memory with room for so many bytes, by what `weigh` says of each answer.
    #[must_use]
    pub fn new(room: usize, weigh: fn(&V) -> usize) -> Self {
        Self { room, weigh, held: Mutex::new(Held { epoch: None, weight: 0, answers: HashMap::new() }) }
    }

    /// The answer remembered in this epoch, else the one that `read` gives now.
    ///
    /// # Errors
    /// What `read` returns; errors are not remembered.
    pub async fn get_or<F>(&self, epoch: Option<Epoch>, key: K, read: F) -> Result<V>
    where
        F: Future<Output = Result<V>>,
    {
        let Some(epoch) = epoch else { return read.await };
        if let Some(answer) = self.recall(epoch, &key) {
            return Ok(answer);
        }
        let answer = read.await?;
        self.remember(epoch, key, &answer);
        Ok(answer)
    }

    fn recall(&self, epoch: Epoch, key: &K) -> Option<V> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.epoch != Some(epoch) {
            *held = Held { epoch: Some(epoch), weight: 0, answers: HashMap::new() };
        }
        held.answers.get(key).cloned()
    }

    /// What was read may be newer than the epoch, which a commit has ended meanwhile; then it is forgotten with it.
    fn remember(&self, epoch: Epoch, key: K, answer: &V) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let weight = (self.weigh)(answer);
        if held.epoch != Some(epoch) || weight > self.room {
            return;
        }
        if held.weight + weight > self.room {
            held.answers.clear();
            held.weight = 0;
        }
        if held.answers.insert(key, answer.clone()).is_none() {
            held.weight += weight;
        }
    }
}
