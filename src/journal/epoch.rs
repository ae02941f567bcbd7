//! What an operator does to the log, with the service stopped or not: another key, and a new epoch after a loss.

use std::path::Path;

use serde_json::json;

use super::key::read;
use super::log::{Log, current, names};
use super::merkle::Frontier;
use super::model::{Event, append_leaf};
use super::outside;
use super::sign::store_signed;
use super::store::{self, Checkpointed, KeyRow};
use super::tlog::Signer;
use crate::config::LogKey;
use crate::db::{BEHIND, Db, Tx};
use crate::kernel::{Checks, Ctx, Error, Result};
use crate::storage::BlobStore;

/// The kind of the entry that tells of another key.
pub(super) const KEY_ROTATED: &str = "log.key_rotated";
/// The kind of the entry that tells of a new epoch and its key.
pub(super) const EPOCH_OPENED: &str = "log.epoch_opened";

/// The longest reason for a new epoch, in characters.
const MAX_REASON: usize = 2000;

/// The most bytes of a lost checkpoint that are embedded: one of this log is far shorter.
const MOST_EMBEDDED: usize = 16 * 1024;

/// What was done to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The position of the entry that says so.
    pub position: i64,
    /// The log's name from now on.
    pub origin: String,
    /// The public key from now on.
    pub vkey: String,
}

/// Gives the log another key: an entry says so, the checkpoint that includes it is signed with both, and those after it
/// with the new one. Replicas sign again once they were started with the new key.
///
/// # Errors
/// `log_key_differs` when the old key is not the log's; 409 `same_key`; `journal_behind`; `log_key_unreadable`.
pub async fn rotate_log_key(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    old: &LogKey,
    new: &Path,
) -> Result<Changed> {
    let missing =
        || Error::invalid("", "log_key_missing", "the present key is needed too; name it with --log-key");
    let old = Log::of(read(old)?.ok_or_else(missing)?);
    let new = read(&LogKey::File(new.to_owned()))?.ok_or_else(missing)?;
    outside::compare(db, Some(&old), store).await?;
    let at = ctx.clone();
    let (changed, checkpoint) = db
        .write("rotate_log_key", move |tx| {
            let key = current(tx)?;
            let old = old.signer(&key)?;
            let new = new.with_name(&key.origin)?;
            let vkey = new.verifier().to_string();
            if store::keys(tx)?.iter().any(|before| before.vkey == vkey) {
                return Err(Error::conflict("same_key", "the log has or had this key; make another one"));
            }
            let event = Event::new(KEY_ROTATED, &key.origin)
                .fact("epoch", key.epoch)
                .fact("vkey", vkey.as_str())
                .fact("old_vkey", key.vkey.as_str());
            let row = KeyRow { number: key.number + 1, vkey, ..key };
            enter(tx, &at, event, row, &[new, old])
        })
        .await?;
    outside::put(store, checkpoint.epoch, checkpoint.size, checkpoint.note).await?;
    Ok(changed)
}

/// Opens a new epoch after a loss: the log gets another name and goes on over the entries that are there, and the first new
/// one embeds the checkpoint that was lost. Under the old name nothing is signed any more.
///
/// # Errors
/// 409 `nothing_lost` when the database is the one that was signed last; 422; `log_key_unreadable`.
pub async fn open_epoch(
    db: &Db,
    store: &BlobStore,
    ctx: &Ctx,
    key: &LogKey,
    reason: String,
) -> Result<Changed> {
    let mut checks = Checks::new();
    checks.text("/reason", &reason, MAX_REASON);
    checks.finish()?;
    let missing = || Error::invalid("", "log_key_missing", "the log's key is needed; name it with --log-key");
    let log = Log::of(read(key)?.ok_or_else(missing)?);
    let holds = {
        let log = log.clone();
        db.read(move |conn| Ok(log.signer(&current(conn)?).is_ok())).await?
    };
    let lost = match outside::compare(db, Some(&log), store).await {
        Err(error) if error.code() == BEHIND => outside::newest(store).await?,
        outcome => {
            outcome?;
            if holds {
                return Err(Error::conflict(
                    "nothing_lost",
                    "the database is the one that was signed last; the log goes on as it is, start the service",
                ));
            }
            // The key is lost: a new name is what a new key without the old one can have.
            None
        }
    };
    let (at, outside_epoch) = (ctx.clone(), lost.as_ref().map_or(0, |lost| lost.epoch));
    let (changed, checkpoint) = db
        .write("open_epoch", move |tx| {
            let key = current(tx)?;
            let epoch = key.epoch.max(outside_epoch) + 1;
            let first = names(tx)?.into_iter().next().map_or(key.origin.clone(), |name| name.origin);
            let origin = format!("{first}/{epoch}");
            let signer = log.named(&origin)?;
            let vkey = signer.verifier().to_string();
            let mut event = Event::new(EPOCH_OPENED, &origin)
                .fact("epoch", epoch)
                .fact("vkey", vkey.as_str())
                .fact("old_vkey", key.vkey.as_str())
                .payload(json!({ "reason": reason }));
            if let Some(lost) = &lost {
                let end = lost.note.floor_char_boundary(MOST_EMBEDDED);
                event = event.fact("lost_checkpoint", lost.note.get(..end).unwrap_or_default());
            }
            let row = KeyRow { number: key.number + 1, epoch, origin, vkey, since: 0 };
            enter(tx, &at, event, row, &[signer])
        })
        .await?;
    outside::put(store, checkpoint.epoch, checkpoint.size, checkpoint.note).await?;
    Ok(changed)
}

/// Appends the entry, stores the key, and signs the tree that includes the entry, all in one write.
fn enter(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    event: Event,
    row: KeyRow,
    signers: &[Signer],
) -> Result<(Changed, Checkpointed)> {
    let mut head = Frontier::try_from(tx.head())?;
    let (position, leaf) = append_leaf(tx, ctx, event)?;
    if u64::try_from(position) != Ok(head.size()) {
        return Err(Error::unavailable("database_busy", "others write just now; try again"));
    }
    head.push(leaf);
    let row = KeyRow { since: position + 1, ..row };
    store::add_key(tx, &row)?;
    let (checkpoint, _) = store_signed(tx, row.epoch, &row.origin, &head, signers, ctx.now)?;
    Ok((Changed { position, origin: row.origin, vkey: row.vkey }, checkpoint))
}
