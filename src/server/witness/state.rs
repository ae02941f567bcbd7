//! What a witness remembers: of each log, the checkpoint that it cosigned last, on the disk before anybody hears of it.

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::journal::tlog::{
    AddCheckpoint, Checkpoint, Note, Refusal, Signature, Signer, TrustPolicy, cosign, may_cosign,
};
use crate::kernel::{Clock, Digest, Error, Kind, Result};

/// Why there is no cosignature.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The rules say so.
    Refused(Refusal),
    /// What would be signed could not be remembered.
    Broken(Error),
}

/// The memory of a witness. One process at a time has it.
pub(super) struct State {
    folder: PathBuf,
    policy: TrustPolicy,
    signer: Signer,
    clock: Arc<dyn Clock>,
    cosigned: Mutex<Cosigned>,
    /// Held as long as the process lives.
    _lock: File,
}

#[derive(Default)]
struct Cosigned {
    /// By the SHA-256 of the origin.
    notes: HashMap<String, Note>,
    /// Whether a write failed: what is on the disk is then unknown, and nothing more is signed.
    broken: bool,
}

/// The name of a log in addresses and files (C2SP tlog-witness).
fn name_of(origin: &str) -> String {
    Digest::of(origin).to_string()
}

impl State {
    /// Takes the folder and reads what was cosigned.
    ///
    /// # Errors
    /// When another process has it, or a file in it is not one that this witness wrote.
    pub(super) fn open(
        folder: PathBuf,
        policy: TrustPolicy,
        signer: Signer,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let unusable = |error: std::io::Error| {
            let detail = format!("{}: {error}; name another folder with --state", folder.display());
            Error::invalid("", "state_unusable", detail)
        };
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(unusable)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("lock"));
        let lock = lock.map_err(unusable)?;
        lock.try_lock().map_err(|_| {
            let detail = format!("another witness uses {}; two would sign different trees", folder.display());
            Error::conflict("state_in_use", detail)
        })?;
        let mut cosigned = Cosigned::default();
        for log in policy.logs() {
            let name = name_of(log.verifier.name());
            if let Some(note) = read(&folder.join(format!("{name}.checkpoint")), &signer)? {
                cosigned.notes.insert(name, note);
            }
        }
        Ok(Self { folder, policy, signer, clock, cosigned: Mutex::new(cosigned), _lock: lock })
    }

    /// Cosigns a checkpoint if the rules allow it. Checking, storing and answering are one step.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn add(&self, body: &str) -> Result<Signature, Trouble> {
        let request =
            AddCheckpoint::parse(body).map_err(|error| Trouble::Refused(Refusal::Malformed(error)))?;
        let mut cosigned = self.cosigned.lock().unwrap_or_else(PoisonError::into_inner);
        if cosigned.broken {
            return Err(Trouble::Broken(Error::internal(
                "witness",
                "an earlier write failed; start it again",
            )));
        }
        let latest = |origin: &str| {
            let note = cosigned.notes.get(&name_of(origin))?;
            Checkpoint::parse(note.text()).ok()
        };
        let checkpoint = may_cosign(&request, &self.policy, latest).map_err(Trouble::Refused)?;
        let seconds = u64::try_from(self.clock.now().as_millis() / 1000).unwrap_or_default();
        let text = request.checkpoint.text();
        let signature = cosign(&self.signer, text, seconds).map_err(Trouble::Broken)?;
        // What others put on the checkpoint is not ours to keep.
        let of_log = request.checkpoint.signatures().iter().filter(|signature| {
            let mut logs = self.policy.logs().iter();
            logs.any(|log| log.verifier.name() == checkpoint.origin && log.verifier.made(signature))
        });
        let signatures = of_log.cloned().chain([signature.clone()]).collect();
        let note = Note::new(text, signatures).map_err(Trouble::Broken)?;
        let name = name_of(&checkpoint.origin);
        if let Err(error) = write(&self.folder, &format!("{name}.checkpoint"), &note.to_string()) {
            cosigned.broken = true;
            return Err(Trouble::Broken(Error::internal("writing the state", error)));
        }
        cosigned.notes.insert(name, note);
        Ok(signature)
    }

    /// The checkpoint of a log that was cosigned last, by the SHA-256 of its origin.
    pub(super) fn latest(&self, name: &str) -> Option<Note> {
        self.cosigned.lock().unwrap_or_else(PoisonError::into_inner).notes.get(name).cloned()
    }
}

/// A note that this witness wrote; nothing if there is none.
fn read(path: &Path, signer: &Signer) -> Result<Option<Note>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::internal("reading the state", error)),
    };
    let note = Note::parse(&text)?;
    note.verified_by(&[signer.cosignature_verifier()]).map_err(|_| {
        let detail =
            format!("{} was not written by this witness; name its own key and state", path.display());
        Error::new(Kind::Invalid, "state_unusable", detail)
    })?;
    Checkpoint::parse(note.text())?;
    Ok(Some(note))
}

/// Replaces a file so that after a crash it is the old or the new one, and returns when the new one will stay.
fn write(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let new = folder.join(format!("{name}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, folder.join(name))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::leaf_hash;
    use crate::kernel::{ManualClock, Timestamp};

    fn log() -> Signer {
        Signer::from_seed("log.example", [1; 32]).unwrap()
    }

    fn witness() -> Signer {
        Signer::from_seed("witness.example", [2; 32]).unwrap()
    }

    fn open(folder: &Path) -> Result<State> {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_700_000_000_123)));
        let policy = TrustPolicy::of_log(log().verifier(), None);
        State::open(folder.to_owned(), policy, witness(), clock)
    }

    fn request(entry: &str) -> String {
        let root = leaf_hash(entry.as_bytes());
        let checkpoint = Checkpoint { origin: "log.example".into(), size: 1, root };
        AddCheckpoint { old: 0, proof: vec![], checkpoint: checkpoint.signed(&log()).unwrap() }.to_string()
    }

    #[test]
    fn what_was_cosigned_is_remembered_and_no_other_tree_of_its_size_is_ever_cosigned() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).unwrap();
        let signature = state.add(&request("one")).unwrap();
        assert_eq!(signature.name(), "witness.example");
        let note = state.latest(&name_of("log.example")).unwrap();
        let known = [witness().cosignature_verifier()];
        let verified = note.verified_by(&known).unwrap();
        assert_eq!(verified[0].time, Some(1_700_000_000));
        assert_eq!(note.verified_by(&[log().verifier()]).unwrap().len(), 1);
        assert_eq!(open(folder.path()).err().unwrap().code(), "state_in_use");
        drop(state);

        let again = open(folder.path()).unwrap();
        assert_eq!(again.latest(&name_of("log.example")), Some(note));
        for forked in [request("two"), request("two").replace("old 0", "old 1")] {
            assert!(matches!(again.add(&forked), Err(Trouble::Refused(_))), "{forked}");
        }
        assert!(again.add(&request("one").replace("old 0", "old 1")).is_ok(), "the same tree again");
    }

    #[test]
    fn a_state_of_somebody_else_or_a_broken_one_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).unwrap().add(&request("one")).unwrap();
        let file = folder.path().join(format!("{}.checkpoint", name_of("log.example")));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace("\n1\n", "\n2\n")).unwrap();
        assert_eq!(open(folder.path()).err().unwrap().code(), "state_unusable");
        std::fs::write(&file, &text[..20]).unwrap();
        assert!(open(folder.path()).is_err());
    }

    #[test]
    fn a_witness_that_cannot_remember_signs_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let state = open(folder.path()).unwrap();
        let place = folder.path().join(format!("{}.checkpoint", name_of("log.example")));
        std::fs::create_dir_all(place.join("in the way")).unwrap();
        assert!(matches!(state.add(&request("one")), Err(Trouble::Broken(_))));
        std::fs::remove_dir_all(&place).unwrap();
        assert!(matches!(state.add(&request("one")), Err(Trouble::Broken(_))));
    }
}
