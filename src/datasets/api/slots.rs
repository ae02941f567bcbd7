//! How many uploads run at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::kernel::{Error, Kind, PersonId, Result};

/// The uploads of this process: so many in all, half of them for one person at most.
pub struct UploadSlots {
    free: Arc<Semaphore>,
    share: usize,
    taken: Arc<Mutex<HashMap<PersonId, usize>>>,
}

/// The right to one upload, until it is dropped.
pub(super) struct Slot {
    person: PersonId,
    taken: Arc<Mutex<HashMap<PersonId, usize>>>,
    _one: OwnedSemaphorePermit,
}

/// When to come back.
const LATER: Duration = Duration::from_secs(5);

impl UploadSlots {
    /// So many in all.
    #[must_use]
    pub fn new(all: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(all)), share: all.div_ceil(2), taken: Arc::default() }
    }

    /// How many more could begin now.
    #[must_use]
    pub fn free(&self) -> usize {
        self.free.available_permits()
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// 429 `too_many_uploads` when this person has half of the slots, 503 with the same code when all are taken.
    pub(super) fn take(&self, person: &PersonId) -> Result<Slot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(person).copied().unwrap_or(0);
        if own >= self.share {
            return Err(Error::new(
                Kind::TooManyRequests,
                "too_many_uploads",
                format!("you may have {} uploads at once; begin the next when one has ended", self.share),
            )
            .retry_after(LATER));
        }
        let free = self.free.clone().try_acquire_owned();
        let one = free.map_err(|_| {
            Error::unavailable("too_many_uploads", "too many uploads at once; try again in a moment")
                .retry_after(LATER)
        })?;
        taken.insert(person.clone(), own + 1);
        Ok(Slot { person: person.clone(), taken: self.taken.clone(), _one: one })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_leaves_half_of_the_slots_to_others() {
        let (slots, greedy, other) = (UploadSlots::new(4), PersonId::generate(), PersonId::generate());
        let mut held: Vec<Slot> = (0..2).map(|_| slots.take(&greedy).unwrap()).collect();
        assert_eq!(slots.take(&greedy).err().map(|error| error.kind()), Some(Kind::TooManyRequests));
        held.extend((0..2).map(|_| slots.take(&other).unwrap()));
        assert_eq!(
            slots.take(&PersonId::generate()).err().map(|error| error.kind()),
            Some(Kind::Unavailable)
        );
        drop(held);
        assert!(slots.taken.lock().unwrap().is_empty());
        assert!(slots.take(&greedy).is_ok());
        assert!(UploadSlots::new(1).take(&greedy).is_ok(), "one slot is for whoever comes");
    }
}
