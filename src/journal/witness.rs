//! Witnesses (C2SP tlog-witness): others who cosign our checkpoints once they have seen that each extends the one before.
//!
//! Each has a task of its own that follows the checkpoints this process signs. A slow or dead witness delays nothing.

use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::store::{self, Checkpointed, DatabaseTiles};
use super::tlog::{AddCheckpoint, Note, Signature, TrustPolicy, Witness, consistency_proof};
use crate::db::Db;
use crate::fetch::{Answer, Ask, FetchError, Fetcher, Limits, Reach};
use crate::kernel::{Error, Result};

/// The addresses of witnesses stand in the operator's own set-up. None may take longer than ten seconds.
const ASK: Ask<'static> = Ask {
    reach: Reach::Configured,
    accept: "*/*",
    media_types: &[],
    etag: None,
    last_modified: None,
    compressed: false,
    limits: Limits {
        bytes: 64 * 1024,
        redirects: 0,
        patience: Duration::from_secs(10),
        total: Duration::from_secs(10),
        slowest: 0,
    },
};
/// The media type of the size that a witness answers with when it has seen another one.
const SIZE: &str = "text/x.tlog.size";
/// What is being done when something fails.
const ASKING: &str = "asking a witness";

/// The witnesses that the operator configured, and the policy they stand in.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    policy: TrustPolicy,
}

impl Witnesses {
    /// Reads the policy file; without one there are no witnesses.
    ///
    /// # Errors
    /// When the file cannot be read or is no trust policy.
    pub fn open(file: Option<&Path>) -> Result<Self> {
        let Some(path) = file else { return Ok(Self::default()) };
        let unusable =
            |reason: String| Error::invalid("", "log_witnesses", format!("{}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        let policy = TrustPolicy::parse(&text).map_err(|error| unusable(error.detail().to_owned()))?;
        Ok(Self { policy })
    }

    /// The policy as it was configured.
    #[must_use]
    pub fn policy(&self) -> &TrustPolicy {
        &self.policy
    }

    /// Starts a task for each witness that has an address.
    pub(super) fn start(
        &self,
        (db, fetcher): (&Db, &Fetcher),
        signed: &watch::Receiver<Option<Checkpointed>>,
        stop: &CancellationToken,
    ) {
        for witness in self.policy.witnesses() {
            let Some(url) = witness.url.clone() else { continue };
            let (db, fetcher) = (db.clone(), fetcher.clone());
            let asker = Asker { db, fetcher, witness: witness.clone(), url, old: 0 };
            tokio::spawn(asker.run(signed.clone(), stop.clone()));
        }
    }
}

/// Asks one witness.
struct Asker {
    db: Db,
    fetcher: Fetcher,
    witness: Witness,
    url: String,
    /// The size that the witness cosigned last, as far as we know.
    old: u64,
}

impl Asker {
    async fn run(mut self, mut signed: watch::Receiver<Option<Checkpointed>>, stop: CancellationToken) {
        while let Some(Ok(())) = stop.run_until_cancelled(signed.changed()).await {
            let Some(checkpoint) = signed.borrow_and_update().clone() else { continue };
            let outcome = self.ask(checkpoint).await;
            let word = if outcome.is_ok() { "cosigned" } else { "failed" };
            metrics::counter!("cadastre_log_witness_total", "witness" => self.witness.name.clone(), "outcome" => word)
                .increment(1);
            if let Err(error) = outcome {
                tracing::warn!(%error, witness = self.witness.name, "the witness did not cosign");
            }
        }
    }

    /// Has a checkpoint cosigned; once more with the size that the witness names, when ours is another.
    async fn ask(&mut self, checkpoint: Checkpointed) -> Result<()> {
        let size = u64::try_from(checkpoint.size).unwrap_or_default();
        let url = format!("{}/add-checkpoint", self.url.trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|error| Error::internal(ASKING, error))?;
        for _ in 0..2 {
            let body = self.body(&checkpoint).await?.into();
            let answer = self.fetcher.post(&url, body, &ASK).await.map_err(failed)?;
            let status = answer.status;
            let is_size = answer.media_type.as_deref() == Some(SIZE);
            let text = read(answer).await?;
            match status {
                200 => {
                    self.old = size;
                    return self.keep(checkpoint, &text).await;
                }
                409 if is_size => {
                    let seen = text.trim().parse().ok().filter(|seen| *seen <= size);
                    self.old = seen.ok_or_else(|| {
                        Error::internal(
                            ASKING,
                            format!("it has seen {} entries, and there are {size}", text.trim()),
                        )
                    })?;
                }
                _ => return Err(Error::internal(ASKING, format!("it answered {status}"))),
            }
        }
        Err(Error::internal(ASKING, "it changes its mind about what it has seen"))
    }

    async fn body(&self, checkpoint: &Checkpointed) -> Result<String> {
        let (old, new) = (self.old, u64::try_from(checkpoint.size).unwrap_or_default());
        let note = Note::parse(&checkpoint.note)?;
        let proof = self
            .db
            .read(move |conn| {
                if old == 0 { Ok(Vec::new()) } else { consistency_proof(old, new, &mut DatabaseTiles(conn)) }
            })
            .await?;
        Ok(AddCheckpoint { old, proof, checkpoint: note }.to_string())
    }

    /// Adds the cosignature to the stored note, once it holds.
    async fn keep(&self, checkpoint: Checkpointed, lines: &str) -> Result<()> {
        let text = Note::parse(&checkpoint.note)?.text().to_owned();
        let answered = Note::parse(&format!("{text}\n{lines}"))?;
        let verifiers = [self.witness.verifier.clone()];
        answered.verified_by(&verifiers)?;
        let own: Vec<Signature> =
            answered.signatures().iter().filter(|line| self.witness.verifier.made(line)).cloned().collect();
        self.db
            .write("keep_cosignature", move |tx| {
                // The note may have got other cosignatures meanwhile, or have been replaced by a newer one.
                let Some(stored) = store::checkpoint_of_size(tx, checkpoint.epoch, checkpoint.size)? else {
                    return Ok(());
                };
                let mut note = Note::parse(&stored.note)?;
                for signature in own {
                    note = note.with(signature)?;
                }
                store::replace_note(tx, &stored, &note.to_string())
            })
            .await
    }
}

fn failed(error: FetchError) -> Error {
    Error::internal(ASKING, error)
}

async fn read(answer: Answer) -> Result<String> {
    String::from_utf8(answer.bytes().await.map_err(failed)?).map_err(|error| Error::internal(ASKING, error))
}
