//! Signing: head and newest checkpoint are read, the new one is proved to extend the old, signed and stored, in one write.

use super::log::{Log, current};
use super::merkle::Frontier;
use super::store::{self, Checkpointed, DatabaseTiles};
use super::tlog::{Checkpoint, Note, Signer, consistency_proof, verify_consistency};
use crate::db::{BEHIND, Conn, Tx};
use crate::kernel::{Digest, Error, Kind, Result, Timestamp};

const HOUR_MILLIS: i64 = 3_600_000;

/// A checkpoint that is known, by what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) epoch: i64,
    pub(super) size: u64,
    pub(super) root: Digest,
}

/// What became of an attempt to sign.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    /// The newest checkpoint, as it is stored.
    pub(super) latest: Checkpointed,
    /// What it says.
    pub(super) known: Known,
    /// Whether it was signed just now.
    pub(super) new: bool,
}

/// Signs the tree of everything committed before this write, unless that has been done.
///
/// # Errors
/// [`BEHIND`] when the tree does not extend what was seen or stored before; `log_key_differs`.
pub(super) fn sign(tx: &mut Tx<'_>, log: &Log, seen: Option<Known>, now: Timestamp) -> Result<Signed> {
    let key = current(tx)?;
    let signer = log.signer(&key)?;
    let head = Frontier::try_from(tx.head())?;
    let latest = store::latest_checkpoint(tx)?;
    let stored = latest.as_ref().map(known).transpose()?;
    for earlier in [seen, stored.filter(|stored| Some(*stored) != seen)].into_iter().flatten() {
        extends(tx, earlier, key.epoch, &head)?;
    }
    if let (Some(latest), Some(stored)) = (latest, stored)
        && (stored.epoch, stored.size) == (key.epoch, head.size())
    {
        return Ok(Signed { latest, known: stored, new: false });
    }
    let (latest, known) = store_signed(tx, key.epoch, &key.origin, &head, &[signer], now)?;
    Ok(Signed { latest, known, new: true })
}

/// Signs this head with these keys and stores the checkpoint.
pub(super) fn store_signed(
    tx: &mut Tx<'_>,
    epoch: i64,
    origin: &str,
    head: &Frontier,
    signers: &[Signer],
    now: Timestamp,
) -> Result<(Checkpointed, Known)> {
    let checkpoint = Checkpoint { origin: origin.to_owned(), size: head.size(), root: head.root() };
    let text = checkpoint.to_string();
    let note = Note::new(text.as_str(), signers.iter().map(|signer| signer.sign(&text)).collect())?;
    let stored = Checkpointed {
        epoch,
        hour: now.as_millis() / HOUR_MILLIS,
        size: i64::try_from(head.size()).unwrap_or(i64::MAX),
        note: note.to_string(),
    };
    store::store_checkpoint(tx, &stored)?;
    Ok((stored, Known { epoch, size: head.size(), root: head.root() }))
}

/// What a stored checkpoint says.
pub(super) fn known(stored: &Checkpointed) -> Result<Known> {
    let checkpoint = Note::parse(&stored.note).and_then(|note| Checkpoint::parse(note.text()));
    let checkpoint = checkpoint.map_err(|error| Error::internal("stored checkpoint", error))?;
    Ok(Known { epoch: stored.epoch, size: checkpoint.size, root: checkpoint.root })
}

/// Proves that the tree with this head extends an earlier one. A later epoch goes on over the rows that were there when it
/// was opened, so what an earlier epoch had signed beyond them is not asked for.
///
/// # Errors
/// [`BEHIND`].
pub(super) fn extends(conn: &mut Conn, earlier: Known, epoch: i64, head: &Frontier) -> Result<()> {
    if earlier.epoch < epoch {
        return Ok(());
    }
    if earlier.epoch > epoch || earlier.size > head.size() {
        return Err(behind(&format!(
            "{} entries were signed in epoch {}, and the database has {} in epoch {epoch}",
            earlier.size,
            earlier.epoch,
            head.size()
        )));
    }
    if earlier.size == 0 {
        return Ok(());
    }
    let proof = consistency_proof(earlier.size, head.size(), &mut DatabaseTiles(conn))?;
    verify_consistency(earlier.size, earlier.root, head.size(), head.root(), &proof)
        .map_err(|_| behind(&format!("the first {} entries are not the ones that were signed", earlier.size)))
}

/// The refusal to write to a database that is not the one that was signed.
pub(super) fn behind(what: &str) -> Error {
    Error::new(
        Kind::Unavailable,
        BEHIND,
        format!(
            "the database is not the one whose journal was signed last: {what}; nothing is written. Restore the newer database, or accept the loss with `cadastre admin new-epoch --reason …`"
        ),
    )
}
